/* Reductions: one number from all elements, or from those along some dimensions.
 *
 * `dim` names the dimensions that go, none given: all; keepdim keeps them with size 1. `dtype` DTYPE_NONE: as
 * said below; else x is converted to it first. ERROR_INDEX for a dimension out of range or given twice.
 *
 *     tensor_sum(x), tensor_sum(x, 1), tensor_mean(x, DIMS(0, 2), .keepdim = true), tensor_all(x, -1)
 *
 * Variances are in moments.h, extremes in extreme.h, products in scan.h, norms in vector_norm.h. */
#ifndef TAPER_AUTOGRAD_OPS_REDUCE_H
#define TAPER_AUTOGRAD_OPS_REDUCE_H

#include "core/keywords.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* torch.sum. Integers and bools add up to int64. ERROR_DTYPE for a dtype that is not floating point where a
 * gradient would be recorded. */
TAPER_API Tensor *tensor_sum(Tensor *self, Dims dim, bool keepdim, DType dtype);
/* torch.nansum: as sum, but NaN counts as 0. */
TAPER_API Tensor *tensor_nansum(Tensor *self, Dims dim, bool keepdim, DType dtype);
/* torch.mean: floating point (ERROR_DTYPE otherwise); of no elements it is NaN. */
TAPER_API Tensor *tensor_mean(Tensor *self, Dims dim, bool keepdim, DType dtype);
/* torch.logsumexp: log(sum e^x), computed without overflow. Integers give the default float dtype. */
TAPER_API Tensor *tensor_logsumexp(Tensor *self, Dims dim, bool keepdim);

/* torch.all and torch.any: is every, or any, element other than zero, as NaN is? bool; uint8 for uint8. */
TAPER_API Tensor *tensor_all(Tensor *self, Dims dim, bool keepdim);
TAPER_API Tensor *tensor_any(Tensor *self, Dims dim, bool keepdim);
/* torch.count_nonzero: int64. */
TAPER_API Tensor *tensor_count_nonzero(Tensor *self, Dims dim);

/* x.sum_to_size(size): sums what broadcasting to x's shape has repeated. ERROR_SHAPE if size does not
 * broadcast to it. */
TAPER_API Tensor *tensor_sum_to_size(Tensor *self, Dims size);

#ifndef __cplusplus
typedef struct TensorSumArgs {
    char _;
    Dims dim;
    bool keepdim;
    DType dtype;
} TensorSumArgs;
static inline Tensor *tensor_sum_args(Tensor *self, const TensorSumArgs *args)
{
    int64_t number;
    return (tensor_sum)(self, dims_or_number(args->dim, &number), args->keepdim, args->dtype);
}
static inline Tensor *tensor_nansum_args(Tensor *self, const TensorSumArgs *args)
{
    int64_t number;
    return (tensor_nansum)(self, dims_or_number(args->dim, &number), args->keepdim, args->dtype);
}
static inline Tensor *tensor_mean_args(Tensor *self, const TensorSumArgs *args)
{
    int64_t number;
    return (tensor_mean)(self, dims_or_number(args->dim, &number), args->keepdim, args->dtype);
}
#define tensor_sum(self, ...)                                                                                \
    KEYWORDS(tensor_sum_args((self), &(TensorSumArgs){.dim = DIMS_NOT_GIVEN, ._ = 0, __VA_ARGS__}))
#define tensor_nansum(self, ...)                                                                             \
    KEYWORDS(tensor_nansum_args((self), &(TensorSumArgs){.dim = DIMS_NOT_GIVEN, ._ = 0, __VA_ARGS__}))
#define tensor_mean(self, ...)                                                                               \
    KEYWORDS(tensor_mean_args((self), &(TensorSumArgs){.dim = DIMS_NOT_GIVEN, ._ = 0, __VA_ARGS__}))

typedef struct TensorReduceArgs {
    char _;
    Dims dim;
    bool keepdim;
} TensorReduceArgs;
static inline Tensor *tensor_logsumexp_args(Tensor *self, const TensorReduceArgs *args)
{
    int64_t number;
    return (tensor_logsumexp)(self, dims_or_number(args->dim, &number), args->keepdim);
}
static inline Tensor *tensor_all_args(Tensor *self, const TensorReduceArgs *args)
{
    int64_t number;
    return (tensor_all)(self, dims_or_number(args->dim, &number), args->keepdim);
}
static inline Tensor *tensor_any_args(Tensor *self, const TensorReduceArgs *args)
{
    int64_t number;
    return (tensor_any)(self, dims_or_number(args->dim, &number), args->keepdim);
}
static inline Tensor *tensor_count_nonzero_args(Tensor *self, const TensorReduceArgs *args)
{
    int64_t number;
    return (tensor_count_nonzero)(self, dims_or_number(args->dim, &number));
}
#define REDUCE_ARGS_(...)               (&(const TensorReduceArgs){.dim = DIMS_NOT_GIVEN, ._ = 0, __VA_ARGS__})
#define tensor_logsumexp(self, ...)     KEYWORDS(tensor_logsumexp_args((self), REDUCE_ARGS_(__VA_ARGS__)))
#define tensor_all(self, ...)           KEYWORDS(tensor_all_args((self), REDUCE_ARGS_(__VA_ARGS__)))
#define tensor_any(self, ...)           KEYWORDS(tensor_any_args((self), REDUCE_ARGS_(__VA_ARGS__)))
#define tensor_count_nonzero(self, ...) KEYWORDS(tensor_count_nonzero_args((self), REDUCE_ARGS_(__VA_ARGS__)))
#endif

TAPER_END_DECLS

#endif
