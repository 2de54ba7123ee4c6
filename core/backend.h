/* Backend: what a device must be able to do. core/cpu and cuda each fill in one table; nothing above asks
 * which. Not installed.
 *
 * The caller (autograd/ops) has checked shapes, promoted dtypes, expanded broadcasting to zero strides, and
 * allocated the outputs; kernels compute. All tensors may have any strides unless said otherwise; outputs
 * never overlap themselves. `out` may be the very tensor that is an input (in place) for pointwise kernels. A
 * kernel returns false after raising an error (out of memory, dtype it does not take); it never leaves an
 * exception to be guessed at.
 *
 * Dtypes: "float" below means float32 and float64; "any" means all six. Kernels need not take a mix of dtypes
 * except where it is said (copy, comparisons' bool output, int64 indices). */
#ifndef TAPER_CORE_BACKEND_H
#define TAPER_CORE_BACKEND_H

#include "core/tensor_struct.h"

typedef struct Generator Generator; /* core/random.h */

/* out = f(x), float in and out; NEG, ABS, SIGN, SQUARE, RELU, HARDTANH and the roundings also take
 * integers; LOGICAL_NOT and IS*: any to bool. */
typedef enum UnaryOp {
    UNARY_NEG,
    UNARY_ABS,
    UNARY_SIGN,
    UNARY_SQUARE,
    UNARY_EXP,
    UNARY_EXPM1,
    UNARY_LOG,
    UNARY_LOG1P,
    UNARY_LOG2,
    UNARY_LOG10,
    UNARY_SQRT,
    UNARY_RSQRT,
    UNARY_RECIPROCAL,
    UNARY_SIN,
    UNARY_COS,
    UNARY_TAN,
    UNARY_ASIN,
    UNARY_ACOS,
    UNARY_ATAN,
    UNARY_SINH,
    UNARY_COSH,
    UNARY_TANH,
    UNARY_SIGMOID,
    UNARY_ERF,
    UNARY_FLOOR,
    UNARY_CEIL,
    UNARY_ROUND,
    UNARY_TRUNC,
    UNARY_RELU,
    UNARY_LEAKY_RELU /* a: slope */,
    UNARY_ELU /* a: alpha */,
    UNARY_SELU,
    UNARY_CELU /* a: alpha */,
    UNARY_GELU,
    UNARY_GELU_TANH,
    UNARY_SILU,
    UNARY_MISH,
    UNARY_SOFTPLUS /* a: beta, b: threshold */,
    UNARY_LOGSIGMOID,
    UNARY_CLAMP /* a: min, b: max */,
    UNARY_HARDTANH /* the same; its derivative is 0 on the bounds */,
    UNARY_HARDSIGMOID,
    UNARY_HARDSWISH,
    UNARY_LOGICAL_NOT,
    UNARY_ISNAN,
    UNARY_ISINF,
    UNARY_ISFINITE,
    UNARY_COUNT
} UnaryOp;

/* out = f(a, b), same dtype in and out, any dtype unless float only is natural. The *_BACKWARD forms fuse
 * what a derivative needs: a is the incoming gradient, b the saved tensor. */
typedef enum BinaryOp {
    BINARY_ADD /* a + alpha b */,
    BINARY_SUB /* a - alpha b */,
    BINARY_MUL,
    BINARY_DIV /* of integers: towards zero */,
    BINARY_FLOOR_DIVIDE,
    BINARY_REMAINDER,
    BINARY_FMOD,
    BINARY_POW,
    BINARY_MAXIMUM,
    BINARY_MINIMUM,
    BINARY_ATAN2,
    BINARY_BITWISE_AND,
    BINARY_BITWISE_OR,
    BINARY_BITWISE_XOR,
    BINARY_RELU_BACKWARD /* b <= 0 ? 0 : a; a NaN is not below 0 */,
    BINARY_SIGMOID_BACKWARD /* a b (1 - b) */,
    BINARY_TANH_BACKWARD /* a (1 - b^2) */,
    BINARY_COUNT
} BinaryOp;

/* The constants of UNARY_SELU, PyTorch's. */
#define SELU_ALPHA 1.6732632423543772848170429916717
#define SELU_SCALE 1.0507009873554804934193349852946

/* bool out = a ? b, any dtype in (both the same). */
typedef enum CompareOp {
    COMPARE_EQ,
    COMPARE_NE,
    COMPARE_LT,
    COMPARE_LE,
    COMPARE_GT,
    COMPARE_GE,
    COMPARE_LOGICAL_AND,
    COMPARE_LOGICAL_OR,
    COMPARE_LOGICAL_XOR,
    COMPARE_COUNT
} CompareOp;

/* Reductions over the dimensions where `out` has size 1 and x has not (out has x's ndim). SUM and PROD of
 * integers and bools may go into an int64 `out`. */
typedef enum ReduceOp {
    REDUCE_SUM,
    REDUCE_MEAN,
    REDUCE_PROD,
    REDUCE_AMAX,
    REDUCE_AMIN,
    REDUCE_VAR /* a: correction */,
    REDUCE_NORM /* a: p */,
    REDUCE_LOGSUMEXP,
    REDUCE_ALL,
    REDUCE_ANY,
    REDUCE_COUNT
} ReduceOp;

typedef enum PoolOp { POOL_MAX, POOL_AVG } PoolOp;

/* Two-dimensional windows, height first. */
typedef struct ConvParams {
    int64_t stride[2], padding[2], dilation[2], groups;
} ConvParams;

typedef struct PoolParams {
    int64_t kernel[2], stride[2], padding[2], dilation[2]; /* dilation: max pooling only */
    bool count_include_pad;                                /* average pooling */
    int64_t divisor_override;                              /* average pooling; 0: none */
} PoolParams;

typedef struct Kernels {
    /* -- pointwise -- */
    bool (*fill)(Tensor *out, Scalar value);    /* any */
    bool (*copy)(Tensor *out, const Tensor *x); /* any to any, converting; same shape */
    bool (*unary)(UnaryOp op, Tensor *out, const Tensor *x, double a, double b);
    /* derivative: out = grad * f'(x), float; ops LEAKY_RELU to HARDSWISH above */
    bool (*unary_backward)(UnaryOp op, Tensor *out, const Tensor *grad, const Tensor *x, double a, double b);
    bool (*binary)(BinaryOp op, Tensor *out, const Tensor *a, const Tensor *b, double alpha);
    bool (*compare)(CompareOp op, Tensor *out, const Tensor *a, const Tensor *b);
    bool (*where)(Tensor *out, const Tensor *condition, const Tensor *a,
                  const Tensor *b); /* condition: bool */
    /* -- reductions and scans -- */
    bool (*reduce)(ReduceOp op, Tensor *out, const Tensor *x, double a);
    /* the results have size 1 in `dim`, which x must not have empty; values may be NULL. The first among
     * equals; NaN is beyond every number */
    bool (*arg_reduce)(bool max, Tensor *values, Tensor *indices, const Tensor *x, int64_t dim);
    bool (*cumsum)(Tensor *out, const Tensor *x, int64_t dim, bool reverse); /* reverse: from the end */
    bool (*cumprod)(Tensor *out, const Tensor *x, int64_t dim);
    bool (*cumprod_backward)(Tensor *out, const Tensor *grad, const Tensor *x, int64_t dim); /* float */
    bool (*softmax)(bool log, Tensor *out, const Tensor *x, int64_t dim);                    /* float */
    bool (*softmax_backward)(bool log, Tensor *out, const Tensor *grad, const Tensor *y, int64_t dim);
    /* stable; NaN is the largest. topk: k = size of values, in order */
    bool (*sort)(Tensor *values, Tensor *indices, const Tensor *x, int64_t dim, bool descending);
    bool (*topk)(Tensor *values, Tensor *indices, const Tensor *x, int64_t dim, bool largest);
    /* -- matrices: out[b] = alpha * a[b] b[b] + beta * out[b]; 3-d, batch strides may be 0; any float strides
     * -- */
    bool (*gemm)(Tensor *out, const Tensor *a, const Tensor *b, double alpha, double beta);
    /* -- convolution: NCHW shapes in whatever stride order; bias may be NULL -- */
    bool (*conv2d)(Tensor *out, const Tensor *x, const Tensor *weight, const Tensor *bias,
                   const ConvParams *p);
    bool (*conv2d_backward_input)(Tensor *grad_x, const Tensor *grad, const Tensor *weight,
                                  const ConvParams *p);
    bool (*conv2d_backward_weight)(Tensor *grad_weight, const Tensor *grad, const Tensor *x,
                                   const ConvParams *p);
    /* -- pooling; max pooling also writes the flat position (h * W + w) of each maximum into int64 `indices`
     * -- */
    bool (*max_pool2d)(Tensor *out, Tensor *indices, const Tensor *x, const PoolParams *p);
    bool (*max_pool2d_backward)(Tensor *grad_x, const Tensor *grad, const Tensor *indices);
    /* out[i] = x[indices[i]] in each image and channel: what max_pool2d_backward is the transpose of */
    bool (*max_pool2d_gather)(Tensor *out, const Tensor *x, const Tensor *indices);
    bool (*avg_pool2d)(Tensor *out, const Tensor *x, const PoolParams *p);
    bool (*avg_pool2d_backward)(Tensor *grad_x, const Tensor *grad, const PoolParams *p);
    bool (*adaptive_pool2d)(PoolOp op, Tensor *out, Tensor *indices,
                            const Tensor *x); /* sizes from out; indices: max */
    bool (*adaptive_avg_pool2d_backward)(Tensor *grad_x, const Tensor *grad);
    /* -- normalisation. batch_norm: channel is dimension 1; mean and rstd (1 / sqrt(var + eps)) are C long.
     * In training they are outputs and running_* (may be NULL) are updated; else they are inputs -- */
    bool (*batch_norm)(Tensor *out, Tensor *mean, Tensor *rstd, const Tensor *x, const Tensor *weight,
                       const Tensor *bias, Tensor *running_mean, Tensor *running_var, bool training,
                       double momentum, double eps);
    bool (*batch_norm_backward)(Tensor *grad_x, Tensor *grad_weight, Tensor *grad_bias, const Tensor *grad,
                                const Tensor *x, const Tensor *weight, const Tensor *mean, const Tensor *rstd,
                                bool training); /* each grad_* may be NULL */
    /* layer_norm: over the last dimensions of x taken as [rows, n]; mean and rstd are `rows` long */
    bool (*layer_norm)(Tensor *out, Tensor *mean, Tensor *rstd, const Tensor *x, const Tensor *weight,
                       const Tensor *bias, int64_t n, double eps);
    bool (*layer_norm_backward)(Tensor *grad_x, Tensor *grad_weight, Tensor *grad_bias, const Tensor *grad,
                                const Tensor *x, const Tensor *weight, const Tensor *mean, const Tensor *rstd,
                                int64_t n);
    /* -- indexing; index is int64 (gather, scatter: same ndim as x; index_select, index_add: 1-d). Nothing is
     * written if an index is out of bounds; what meets at one place comes in the order along dim.
     * index_select raises its errors in the name of `operation` -- */
    bool (*gather)(Tensor *out, const Tensor *x, int64_t dim, const Tensor *index);
    bool (*scatter_add)(Tensor *out, int64_t dim, const Tensor *index, const Tensor *src); /* adds into out */
    bool (*scatter)(Tensor *out, int64_t dim, const Tensor *index, const Tensor *src); /* writes into out */
    bool (*index_select)(const char *operation, Tensor *out, const Tensor *x, int64_t dim,
                         const Tensor *index);
    bool (*index_add)(Tensor *out, int64_t dim, const Tensor *index, const Tensor *src);
    bool (*triangle)(bool upper, Tensor *out, const Tensor *x, int64_t diagonal); /* last two dimensions */
    bool (*flip)(Tensor *out, const Tensor *x, uint32_t dims); /* bit d set: dimension d reversed */
    bool (*nonzero)(Tensor **out, const Tensor *x);            /* allocates [count, ndim] int64 */
    /* -- losses: contiguous; classes along dimension 1; reduction 0: none, 1: mean, 2: sum -- */
    bool (*nll_loss)(Tensor *out, Tensor *total_weight, const Tensor *log_p, const Tensor *target,
                     const Tensor *weight, int reduction, int64_t ignore_index);
    bool (*nll_loss_backward)(Tensor *grad_x, const Tensor *grad, const Tensor *target, const Tensor *weight,
                              const Tensor *total_weight, int reduction, int64_t ignore_index);
    /* -- random: PyTorch's numbers, in the order of memory (row-major for contiguous tensors); normal: by
     * sixteens for contiguous tensors, one by one for others -- */
    bool (*uniform)(Tensor *out, double from, double to, Generator *generator);
    bool (*normal)(Tensor *out, double mean, double std, Generator *generator);
    bool (*bernoulli)(Tensor *out, double p, Generator *generator);
    /* any; integers from range[0] to range[1] - 1; range NULL: from 0 to the largest */
    bool (*random)(Tensor *out, const int64_t *range, Generator *generator);
    /* -- optimisers: one pass over all that a step touches; see optim/sgd.c, optim/adam.c -- */
    bool (*sgd_step)(Tensor *param, const Tensor *grad, Tensor *momentum_buffer, bool first, double lr,
                     double momentum, double dampening, double weight_decay, bool nesterov, bool maximize);
    bool (*adam_step)(Tensor *param, const Tensor *grad, Tensor *exp_avg, Tensor *exp_avg_sq,
                      Tensor *max_exp_avg_sq, int64_t step, double lr, double beta1, double beta2, double eps,
                      double weight_decay, bool decoupled, bool maximize);
    /* grad_avg: for the centered form; it and momentum_buffer may be NULL */
    bool (*rmsprop_step)(Tensor *param, const Tensor *grad, Tensor *square_avg, Tensor *grad_avg,
                         Tensor *momentum_buffer, double lr, double alpha, double eps, double weight_decay,
                         double momentum, bool maximize);
    bool (*adagrad_step)(Tensor *param, const Tensor *grad, Tensor *sum, double rate, double eps,
                         double weight_decay, bool maximize);
} Kernels;

typedef struct Backend {
    DeviceType type;
    int (*count)(void);
    void *(*allocate)(int index, size_t bytes); /* from the system, 64-byte aligned; NULL if there is none */
    void (*deallocate)(int index, void *data, size_t bytes);
    bool (*copy_from_host)(int index, void *to, const void *from, size_t bytes);
    bool (*copy_to_host)(int index, void *to, const void *from, size_t bytes);
    bool (*synchronize)(int index);
    Kernels kernels;
} Backend;

extern const Backend cpu_backend; /* core/cpu/backend.c */

#endif
