/* Choices between elements. */
#ifndef TAPER_AUTOGRAD_OPS_CHOOSE_H
#define TAPER_AUTOGRAD_OPS_CHOOSE_H

#include <math.h>

#include "autograd/ops/number.h"
#include "core/keywords.h"

TAPER_BEGIN_DECLS

/* torch.where: self where condition (a bool tensor, ERROR_DTYPE otherwise) is true, other elsewhere; all
 * three are broadcast, self and other promoted, and both may be numbers. */
TAPER_API Tensor *tensor_where(Tensor *condition, Tensor *self, Tensor *other);

/* torch.masked_fill: value (a number or a 0-d tensor, ERROR_SHAPE otherwise) where mask (bool, ERROR_DTYPE
 * otherwise) is true, self elsewhere, in self's dtype; ERROR_VALUE if that cannot hold the value. */
TAPER_API Tensor *tensor_masked_fill(Tensor *self, Tensor *mask, Tensor *value);
TAPER_API Tensor *tensor_masked_fill_(Tensor *self, Tensor *mask, Tensor *value);

/* torch.clamp: not less than min and not more than max, numbers or tensors, of which one may be NULL
 * (ERROR_VALUE if both are); max wins where min is larger. NaN stays, and a bound
 * that is NaN wins. ERROR_VALUE for numbers as bounds that leave nothing of an integer dtype. clamp_min and
 * clamp_max have one bound. As in PyTorch 2.15, the gradient is 0 on bounds that are numbers, and shared with
 * those that are tensors. */
TAPER_API Tensor *tensor_clamp(Tensor *self, Tensor *min, Tensor *max);
TAPER_API Tensor *tensor_clamp_(Tensor *self, Tensor *min, Tensor *max);
TAPER_API Tensor *tensor_clamp_min(Tensor *self, Tensor *min);
TAPER_API Tensor *tensor_clamp_min_(Tensor *self, Tensor *min);
TAPER_API Tensor *tensor_clamp_max(Tensor *self, Tensor *max);
TAPER_API Tensor *tensor_clamp_max_(Tensor *self, Tensor *max);

/* torch.nan_to_num: `nan` (default 0) in the place of NaN, posinf and neginf (NaN, the default: the dtype's
 * largest and smallest number) in that of the infinities. */
TAPER_API Tensor *tensor_nan_to_num(Tensor *self, double nan, double posinf, double neginf);

#ifndef __cplusplus
#define tensor_where(condition, self, other)                                                                 \
    (tensor_where)((condition), TENSOR_OR_NUMBER(self), TENSOR_OR_NUMBER(other))
#define tensor_masked_fill(self, mask, value)  (tensor_masked_fill)((self), (mask), TENSOR_OR_NUMBER(value))
#define tensor_masked_fill_(self, mask, value) (tensor_masked_fill_)((self), (mask), TENSOR_OR_NUMBER(value))
#define tensor_clamp_min(self, min)            (tensor_clamp_min)((self), TENSOR_OR_NUMBER(min))
#define tensor_clamp_min_(self, min)           (tensor_clamp_min_)((self), TENSOR_OR_NUMBER(min))
#define tensor_clamp_max(self, max)            (tensor_clamp_max)((self), TENSOR_OR_NUMBER(max))
#define tensor_clamp_max_(self, max)           (tensor_clamp_max_)((self), TENSOR_OR_NUMBER(max))

/* NaN: not given. Whole bounds are integers, so that integer tensors stay integers. */
typedef struct TensorClampArgs {
    char _;
    long double min, max;
} TensorClampArgs;
TAPER_API Tensor *tensor_clamp_args(Tensor *self, const TensorClampArgs *args);
TAPER_API Tensor *tensor_clamp__args(Tensor *self, const TensorClampArgs *args);
/* tensor_clamp(x, 0, 1), tensor_clamp(x, .min = 0); bounds that are tensors: (tensor_clamp)(x, min, max) */
#define CLAMP_ARGS_(...)         (&(TensorClampArgs){.min = (double)NAN, .max = (double)NAN, ._ = 0, __VA_ARGS__})
#define tensor_clamp(self, ...)  KEYWORDS(tensor_clamp_args((self), CLAMP_ARGS_(__VA_ARGS__)))
#define tensor_clamp_(self, ...) KEYWORDS(tensor_clamp__args((self), CLAMP_ARGS_(__VA_ARGS__)))

typedef struct TensorNanToNumArgs {
    char _;
    double nan, posinf, neginf;
} TensorNanToNumArgs;
static inline Tensor *tensor_nan_to_num_args(Tensor *self, const TensorNanToNumArgs *args)
{
    return (tensor_nan_to_num)(self, args->nan, args->posinf, args->neginf);
}
#define tensor_nan_to_num(self, ...)                                                                         \
    KEYWORDS(tensor_nan_to_num_args(                                                                         \
        (self), &(TensorNanToNumArgs){.posinf = (double)NAN, .neginf = (double)NAN, ._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
