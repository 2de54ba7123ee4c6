/* Sums and products of all elements up to each one, and the product of all.
 *
 * `dtype` DTYPE_NONE: x's, int64 for integers and bools; else x is converted to it first. ERROR_INDEX for a
 * dimension out of range, ERROR_DTYPE for a dtype that is not floating point where a gradient would be
 * recorded.
 *
 *     tensor_cumsum(x, 0), tensor_cumprod(x, -1, .dtype = DTYPE_FLOAT64), tensor_prod(x), tensor_prod(x, 1)
 */
#ifndef TAPER_AUTOGRAD_OPS_SCAN_H
#define TAPER_AUTOGRAD_OPS_SCAN_H

#include "core/keywords.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* torch.cumsum: out[k] = x[0] + ... + x[k] along dim. */
TAPER_API Tensor *tensor_cumsum(Tensor *self, int64_t dim, DType dtype);
/* torch.cumprod: out[k] = x[0] ... x[k] along dim. */
TAPER_API Tensor *tensor_cumprod(Tensor *self, int64_t dim, DType dtype);
/* torch.prod: the product along dim, or (TENSOR_NONE) of all elements. keepdim keeps size 1. */
TAPER_API Tensor *tensor_prod(Tensor *self, int64_t dim, bool keepdim, DType dtype);

#ifndef __cplusplus
typedef struct TensorScanArgs {
    char _;
    DType dtype;
} TensorScanArgs;
static inline Tensor *tensor_cumsum_args(Tensor *self, int64_t dim, const TensorScanArgs *args)
{
    return (tensor_cumsum)(self, dim, args->dtype);
}
static inline Tensor *tensor_cumprod_args(Tensor *self, int64_t dim, const TensorScanArgs *args)
{
    return (tensor_cumprod)(self, dim, args->dtype);
}
#define tensor_cumsum(self, dim, ...)                                                                        \
    KEYWORDS(tensor_cumsum_args((self), (dim), &(TensorScanArgs){._ = 0, __VA_ARGS__}))
#define tensor_cumprod(self, dim, ...)                                                                       \
    KEYWORDS(tensor_cumprod_args((self), (dim), &(TensorScanArgs){._ = 0, __VA_ARGS__}))

typedef struct TensorProdArgs {
    char _;
    int64_t dim;
    bool keepdim;
    DType dtype;
} TensorProdArgs;
static inline Tensor *tensor_prod_args(Tensor *self, const TensorProdArgs *args)
{
    return (tensor_prod)(self, args->dim, args->keepdim, args->dtype);
}
#define tensor_prod(self, ...)                                                                               \
    KEYWORDS(tensor_prod_args((self), &(TensorProdArgs){.dim = TENSOR_NONE, ._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
