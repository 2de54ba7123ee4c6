/* Comparisons, element by element and of whole tensors. Operands are broadcast and promoted to a common
 * dtype; the second may be a number: tensor_gt(x, 0). The results are bool tensors, without a derivative. */
#ifndef TAPER_AUTOGRAD_OPS_COMPARE_H
#define TAPER_AUTOGRAD_OPS_COMPARE_H

#include "autograd/ops/number.h"
#include "core/keywords.h"

TAPER_BEGIN_DECLS

/* torch.eq, ne, lt, le, gt, ge: == != < <= > >=. */
TAPER_API Tensor *tensor_eq(Tensor *self, Tensor *other);
TAPER_API Tensor *tensor_ne(Tensor *self, Tensor *other);
TAPER_API Tensor *tensor_lt(Tensor *self, Tensor *other);
TAPER_API Tensor *tensor_le(Tensor *self, Tensor *other);
TAPER_API Tensor *tensor_gt(Tensor *self, Tensor *other);
TAPER_API Tensor *tensor_ge(Tensor *self, Tensor *other);

/* torch.equal: have both the same shape and the same elements? */
TAPER_API bool tensor_equal(Tensor *self, Tensor *other);
/* torch.isclose: |self - other| <= atol + rtol |other|, or both the same infinity, or with equal_nan both
 * NaN. torch.allclose: all of them. Both must have the same dtype (ERROR_DTYPE); false also after an error.
 * Defaults: rtol 1e-5, atol 1e-8. */
TAPER_API Tensor *tensor_isclose(Tensor *self, Tensor *other, double rtol, double atol, bool equal_nan);
TAPER_API bool tensor_allclose(Tensor *self, Tensor *other, double rtol, double atol, bool equal_nan);

#ifndef __cplusplus
#define tensor_eq(self, other) (tensor_eq)((self), TENSOR_OR_NUMBER(other))
#define tensor_ne(self, other) (tensor_ne)((self), TENSOR_OR_NUMBER(other))
#define tensor_lt(self, other) (tensor_lt)((self), TENSOR_OR_NUMBER(other))
#define tensor_le(self, other) (tensor_le)((self), TENSOR_OR_NUMBER(other))
#define tensor_gt(self, other) (tensor_gt)((self), TENSOR_OR_NUMBER(other))
#define tensor_ge(self, other) (tensor_ge)((self), TENSOR_OR_NUMBER(other))

typedef struct TensorCloseArgs {
    char _;
    double rtol, atol;
    bool equal_nan;
} TensorCloseArgs;
static inline Tensor *tensor_isclose_args(Tensor *self, Tensor *other, const TensorCloseArgs *args)
{
    return (tensor_isclose)(self, other, args->rtol, args->atol, args->equal_nan);
}
static inline bool tensor_allclose_args(Tensor *self, Tensor *other, const TensorCloseArgs *args)
{
    return (tensor_allclose)(self, other, args->rtol, args->atol, args->equal_nan);
}
/* tensor_allclose(x, y), tensor_allclose(x, y, .rtol = 1e-3) */
#define CLOSE_ARGS_(...) (&(const TensorCloseArgs){.rtol = 1e-5, .atol = 1e-8, ._ = 0, __VA_ARGS__})
#define tensor_isclose(self, other, ...)                                                                     \
    KEYWORDS(tensor_isclose_args((self), (other), CLOSE_ARGS_(__VA_ARGS__)))
#define tensor_allclose(self, other, ...)                                                                    \
    KEYWORDS(tensor_allclose_args((self), (other), CLOSE_ARGS_(__VA_ARGS__)))
#endif

TAPER_END_DECLS

#endif
