/* Division, element by element, with broadcasting and PyTorch's type promotion; the second operand may be a
 * number, and in div, floor_divide and remainder the first: tensor_div(1, x). Integers divided by 0 in
 * integers are ERROR_VALUE, "ZeroDivisionError". Other errors as in pointwise.h. */
#ifndef TAPER_AUTOGRAD_OPS_DIVIDE_H
#define TAPER_AUTOGRAD_OPS_DIVIDE_H

#include "autograd/ops/number.h"
#include "core/keywords.h"

TAPER_BEGIN_DECLS

/* torch.div: self / other. rounding_mode NULL: floats, of integers too; "floor" and "trunc": rounded down or
 * towards zero, in the operands' dtype, with the gradient 0. ERROR_VALUE for other modes. div_ in place. */
TAPER_API Tensor *tensor_div(Tensor *self, Tensor *other, const char *rounding_mode);
TAPER_API Tensor *tensor_div_(Tensor *self, Tensor *other, const char *rounding_mode);
/* torch.floor_divide: div rounded down. Without a derivative. */
TAPER_API Tensor *tensor_floor_divide(Tensor *self, Tensor *other);
TAPER_API Tensor *tensor_floor_divide_(Tensor *self, Tensor *other);
/* What remains: torch.remainder with the sign of other, torch.fmod with the sign of self. */
TAPER_API Tensor *tensor_remainder(Tensor *self, Tensor *other);
TAPER_API Tensor *tensor_remainder_(Tensor *self, Tensor *other);
TAPER_API Tensor *tensor_fmod(Tensor *self, Tensor *other);
TAPER_API Tensor *tensor_fmod_(Tensor *self, Tensor *other);

#ifndef __cplusplus
typedef struct TensorDivArgs {
    char _;
    const char *rounding_mode;
} TensorDivArgs;
static inline const char *tensor_div_args(const TensorDivArgs *args)
{
    return args->rounding_mode;
}
#define DIV_ROUNDING_(...) KEYWORDS(tensor_div_args(&(TensorDivArgs){._ = 0, __VA_ARGS__}))
/* tensor_div(x, 2), tensor_div(x, y, .rounding_mode = "floor") */
#define tensor_div(self, other, ...)                                                                         \
    (tensor_div)(TENSOR_OR_NUMBER(self), TENSOR_OR_NUMBER(other), DIV_ROUNDING_(__VA_ARGS__))
#define tensor_div_(self, other, ...)                                                                        \
    (tensor_div_)((self), TENSOR_OR_NUMBER(other), DIV_ROUNDING_(__VA_ARGS__))
#define tensor_floor_divide(self, other)                                                                     \
    (tensor_floor_divide)(TENSOR_OR_NUMBER(self), TENSOR_OR_NUMBER(other))
#define tensor_floor_divide_(self, other) (tensor_floor_divide_)((self), TENSOR_OR_NUMBER(other))
#define tensor_remainder(self, other)     (tensor_remainder)(TENSOR_OR_NUMBER(self), TENSOR_OR_NUMBER(other))
#define tensor_remainder_(self, other)    (tensor_remainder_)((self), TENSOR_OR_NUMBER(other))
#define tensor_fmod(self, other)          (tensor_fmod)((self), TENSOR_OR_NUMBER(other))
#define tensor_fmod_(self, other)         (tensor_fmod_)((self), TENSOR_OR_NUMBER(other))
#endif

TAPER_END_DECLS

#endif
