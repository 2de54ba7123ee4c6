/* The CPU's kernels, by family; their contracts are in core/backend.h. */
#ifndef TAPER_CORE_CPU_KERNELS_H
#define TAPER_CORE_CPU_KERNELS_H

#include "core/backend.h"

/* -- copy.c -- */
bool cpu_fill(Tensor *out, Scalar value);
bool cpu_copy_tensor(Tensor *out, const Tensor *x);

/* -- unary.c -- */
bool cpu_unary(UnaryOp op, Tensor *out, const Tensor *x, double a, double b);
bool cpu_unary_backward(UnaryOp op, Tensor *out, const Tensor *grad, const Tensor *x, double a, double b);

/* -- binary.c -- */
bool cpu_binary(BinaryOp op, Tensor *out, const Tensor *a, const Tensor *b, double alpha);
bool cpu_compare(CompareOp op, Tensor *out, const Tensor *a, const Tensor *b);
bool cpu_where(Tensor *out, const Tensor *condition, const Tensor *a, const Tensor *b);

/* -- reduce.c -- */
bool cpu_reduce(ReduceOp op, Tensor *out, const Tensor *x, double a);

/* -- arg_reduce.c -- */
bool cpu_arg_reduce(bool max, Tensor *values, Tensor *indices, const Tensor *x, int64_t dim);

/* -- scan.c -- */
bool cpu_cumsum(Tensor *out, const Tensor *x, int64_t dim, bool reverse);
bool cpu_cumprod(Tensor *out, const Tensor *x, int64_t dim);
bool cpu_cumprod_backward(Tensor *out, const Tensor *grad, const Tensor *x, int64_t dim);

/* -- sort.c -- */
bool cpu_sort(Tensor *values, Tensor *indices, const Tensor *x, int64_t dim, bool descending);
bool cpu_topk(Tensor *values, Tensor *indices, const Tensor *x, int64_t dim, bool largest);

/* -- gemm.c -- */
bool cpu_gemm(Tensor *out, const Tensor *a, const Tensor *b, double alpha, double beta);

/* -- conv.c -- */
bool cpu_conv2d(Tensor *out, const Tensor *x, const Tensor *weight, const Tensor *bias, const ConvParams *p);
bool cpu_conv2d_backward_input(Tensor *grad_x, const Tensor *grad, const Tensor *weight, const ConvParams *p);
bool cpu_conv2d_backward_weight(Tensor *grad_weight, const Tensor *grad, const Tensor *x,
                                const ConvParams *p);

/* -- pool.c -- */
bool cpu_max_pool2d(Tensor *out, Tensor *indices, const Tensor *x, const PoolParams *p);
bool cpu_max_pool2d_backward(Tensor *grad_x, const Tensor *grad, const Tensor *indices);
bool cpu_max_pool2d_gather(Tensor *out, const Tensor *x, const Tensor *indices);
bool cpu_avg_pool2d(Tensor *out, const Tensor *x, const PoolParams *p);
bool cpu_avg_pool2d_backward(Tensor *grad_x, const Tensor *grad, const PoolParams *p);
bool cpu_adaptive_pool2d(PoolOp op, Tensor *out, Tensor *indices, const Tensor *x);
bool cpu_adaptive_avg_pool2d_backward(Tensor *grad_x, const Tensor *grad);

/* -- batch_norm.c -- */
bool cpu_batch_norm(Tensor *out, Tensor *mean, Tensor *rstd, const Tensor *x, const Tensor *weight,
                    const Tensor *bias, Tensor *running_mean, Tensor *running_var, bool training,
                    double momentum, double eps);
bool cpu_batch_norm_backward(Tensor *grad_x, Tensor *grad_weight, Tensor *grad_bias, const Tensor *grad,
                             const Tensor *x, const Tensor *weight, const Tensor *mean, const Tensor *rstd,
                             bool training);

/* -- layer_norm.c -- */
bool cpu_layer_norm(Tensor *out, Tensor *mean, Tensor *rstd, const Tensor *x, const Tensor *weight,
                    const Tensor *bias, int64_t n, double eps);
bool cpu_layer_norm_backward(Tensor *grad_x, Tensor *grad_weight, Tensor *grad_bias, const Tensor *grad,
                             const Tensor *x, const Tensor *weight, const Tensor *mean, const Tensor *rstd,
                             int64_t n);

/* -- softmax.c -- */
bool cpu_softmax(bool log_form, Tensor *out, const Tensor *x, int64_t dim);
bool cpu_softmax_backward(bool log_form, Tensor *out, const Tensor *grad, const Tensor *y, int64_t dim);

/* -- loss.c -- */
bool cpu_nll_loss(Tensor *out, Tensor *total_weight, const Tensor *log_p, const Tensor *target,
                  const Tensor *weight, int reduction, int64_t ignore_index);
bool cpu_nll_loss_backward(Tensor *grad_x, const Tensor *grad, const Tensor *target, const Tensor *weight,
                           const Tensor *total_weight, int reduction, int64_t ignore_index);

/* -- random.c -- */
bool cpu_uniform(Tensor *out, double from, double to, Generator *generator);
bool cpu_normal(Tensor *out, double mean, double std, Generator *generator);
bool cpu_bernoulli(Tensor *out, double p, Generator *generator);
bool cpu_random(Tensor *out, const int64_t *range, Generator *generator);
/* -- index.c -- */
bool cpu_gather(Tensor *out, const Tensor *x, int64_t dim, const Tensor *index);
bool cpu_scatter_add(Tensor *out, int64_t dim, const Tensor *index, const Tensor *src);
bool cpu_scatter(Tensor *out, int64_t dim, const Tensor *index, const Tensor *src);
bool cpu_index_select(const char *operation, Tensor *out, const Tensor *x, int64_t dim, const Tensor *index);
bool cpu_index_add(Tensor *out, int64_t dim, const Tensor *index, const Tensor *src);

/* -- nonzero.c -- */
bool cpu_nonzero(Tensor **out, const Tensor *x);

/* -- rearrange.c -- */
bool cpu_triangle(bool upper, Tensor *out, const Tensor *x, int64_t diagonal);
bool cpu_flip(Tensor *out, const Tensor *x, uint32_t dims);

/* -- optimizer.c -- */
bool cpu_sgd_step(Tensor *param, const Tensor *grad, Tensor *momentum_buffer, bool first, double lr,
                  double momentum, double dampening, double weight_decay, bool nesterov, bool maximize);
bool cpu_adam_step(Tensor *param, const Tensor *grad, Tensor *exp_avg, Tensor *exp_avg_sq,
                   Tensor *max_exp_avg_sq, int64_t step, double lr, double beta1, double beta2, double eps,
                   double weight_decay, bool decoupled, bool maximize);
bool cpu_rmsprop_step(Tensor *param, const Tensor *grad, Tensor *square_avg, Tensor *grad_avg,
                      Tensor *momentum_buffer, double lr, double alpha, double eps, double weight_decay,
                      double momentum, bool maximize);
bool cpu_adagrad_step(Tensor *param, const Tensor *grad, Tensor *sum, double rate, double eps,
                      double weight_decay, bool maximize);

#endif
