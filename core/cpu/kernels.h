/* The CPU's kernels, by family; their contracts are in core/backend.h. */
#ifndef TAPER_CORE_CPU_KERNELS_H
#define TAPER_CORE_CPU_KERNELS_H

#include "core/backend.h"

/* -- reduce.c -- */
bool cpu_reduce(ReduceOp op, Tensor *out, const Tensor *x, double a);

/* -- gemm.c -- */
bool cpu_gemm(Tensor *out, const Tensor *a, const Tensor *b, double alpha, double beta);

/* -- conv.c -- */
bool cpu_conv2d(Tensor *out, const Tensor *x, const Tensor *weight, const Tensor *bias, const ConvParams *p);
bool cpu_conv2d_backward_input(Tensor *grad_x, const Tensor *grad, const Tensor *weight, const ConvParams *p);
bool cpu_conv2d_backward_weight(Tensor *grad_weight, const Tensor *grad, const Tensor *x, const ConvParams *p);

#endif
