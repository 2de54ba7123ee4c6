/* From an operation to the backend's kernel: shape rules, broadcasting, type promotion, allocation of
 * results. Written once here, for every device. Each returns a new tensor of the innermost scope, or NULL
 * after raising an error that names `operation` (silently where an input is NULL). Nothing here touches the
 * tape. Not installed. */
#ifndef TAPER_AUTOGRAD_OPS_KERNEL_H
#define TAPER_AUTOGRAD_OPS_KERNEL_H

#include "autograd/ops/number.h"
#include "core/backend.h"
#include "core/error.h"
#include "core/scope.h"

/* The kernels of the device that all the (non-NULL) tensors are on, or NULL after ERROR_DEVICE in PyTorch's
 * words
 * ("Expected all tensors to be on the same device, ..."). Python numbers are at home everywhere. */
const Kernels *kernels_for(const char *operation, TensorList tensors);

/* torch.result_type of several tensors: dimensioned tensors before 0-d ones before Python numbers. */
DType kernel_result_type(TensorList tensors);

/* The number in a tensor of one element. */
Scalar kernel_scalar(const Tensor *value);

/* A factor of *x as kernels take it, a double; NULL is 1. An integer that a double would round is multiplied
 * into *x at once, if the result is of that dtype, int64, and 1 is left. False after an error. */
bool kernel_factor(const char *operation, Tensor *factor, DType dtype, Tensor **x, double *value);

/* torch.broadcast_shapes of two tensors into shape[TENSOR_MAX_DIMS]; returns the number of dimensions, or -1
 * after "The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 0". */
int kernel_broadcast_shape(const char *operation, const Tensor *a, const Tensor *b, int64_t *shape);

/* Has `out` (NULL: yes) the shape of what goes into it? Else "output with shape [2] doesn't match the
 * broadcast shape [3, 2]". */
bool kernel_check_out_shape(const char *operation, const Tensor *out, Dims shape);

/* x seen in a larger shape with zero strides (x itself if it has it already). Not recorded. */
const Tensor *kernel_expand(const char *operation, const Tensor *x, Dims shape);

/* x converted to dtype (x itself if it has it); and x laid out contiguously (x itself if it is). Not
 * recorded. */
const Tensor *kernel_cast(const Tensor *x, DType dtype);
const Tensor *kernel_contiguous(const Tensor *x);

/* x on another device, in the same order of strides (x itself if it is there). Not recorded. The one place
 * that deals with two devices: what is between them is the host's memory. */
const Tensor *kernel_to_device(const Tensor *x, Device device, const char *operation);

/* May a result of one dtype be written into a tensor of another? Floats not into integers, and nothing but
 * bools into bools: "result type Float can't be cast to the desired output type Long". */
bool kernel_check_cast(const char *operation, DType from, DType to);

/* Pointwise operations. float_result: integers become the default float dtype, as sqrt and div do. `out`
 * NULL: allocated; else (in place) its dtype and shape must take the result, with PyTorch's errors if not
 * ("result type Float can't be cast to the desired output type Long"). */
Tensor *kernel_unary(const char *operation, UnaryOp op, Tensor *out, Tensor *x, bool float_result, double a,
                     double b);
Tensor *kernel_binary(const char *operation, BinaryOp op, Tensor *out, Tensor *a, Tensor *b,
                      bool float_result, double alpha);
/* grad * f'(x), for the functions that the backend has it of; x has grad's shape and dtype. */
Tensor *kernel_unary_backward(const char *operation, UnaryOp op, Tensor *grad, Tensor *x, double a, double b);
Tensor *kernel_compare(const char *operation, CompareOp op, Tensor *a, Tensor *b);

/* condition ? a : b, all three broadcast; condition is a bool tensor. `dtype` is the result's; DTYPE_NONE:
 * that of a and b together. `out` as above. */
Tensor *kernel_where(const char *operation, Tensor *out, Tensor *condition, Tensor *a, Tensor *b,
                     DType dtype);

/* Reduction over dims (none given: all). `dtype` is the result's; DTYPE_NONE: x's. */
Tensor *kernel_reduce(const char *operation, ReduceOp op, Tensor *x, Dims dims, bool keepdim, DType dtype,
                      double a);

/* Which dimensions `dims` names, as bits; UINT32_MAX after ERROR_INDEX (out of range, or twice the same). */
uint32_t kernel_dim_mask(const char *operation, const Tensor *x, Dims dims);

#endif
