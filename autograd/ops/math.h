/* Functions of one number, element by element (torch.exp, torch.sqrt, ...), and in place.
 *
 * Integers and bools become floats of the default dtype, except where it says otherwise; in place that is
 * ERROR_DTYPE, "result type Float can't be cast to the desired output type Long". */
#ifndef TAPER_AUTOGRAD_OPS_MATH_H
#define TAPER_AUTOGRAD_OPS_MATH_H

#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* -x, |x|, and -1, 0 or 1; of integers too. Of a bool tensor neg is ERROR_DTYPE, abs ERROR_UNSUPPORTED. */
TAPER_API Tensor *tensor_neg(Tensor *self);
TAPER_API Tensor *tensor_neg_(Tensor *self);
TAPER_API Tensor *tensor_abs(Tensor *self);
TAPER_API Tensor *tensor_abs_(Tensor *self);
TAPER_API Tensor *tensor_sign(Tensor *self);
TAPER_API Tensor *tensor_sign_(Tensor *self);
/* x * x, of integers too; bools become int64. */
TAPER_API Tensor *tensor_square(Tensor *self);
TAPER_API Tensor *tensor_square_(Tensor *self);

/* e^x and e^x - 1. */
TAPER_API Tensor *tensor_exp(Tensor *self);
TAPER_API Tensor *tensor_exp_(Tensor *self);
TAPER_API Tensor *tensor_expm1(Tensor *self);
TAPER_API Tensor *tensor_expm1_(Tensor *self);
/* Logarithms: natural, of 1 + x, and to the bases 2 and 10. */
TAPER_API Tensor *tensor_log(Tensor *self);
TAPER_API Tensor *tensor_log_(Tensor *self);
TAPER_API Tensor *tensor_log1p(Tensor *self);
TAPER_API Tensor *tensor_log1p_(Tensor *self);
TAPER_API Tensor *tensor_log2(Tensor *self);
TAPER_API Tensor *tensor_log2_(Tensor *self);
TAPER_API Tensor *tensor_log10(Tensor *self);
TAPER_API Tensor *tensor_log10_(Tensor *self);

/* The square root, 1 over it, and 1 / x. */
TAPER_API Tensor *tensor_sqrt(Tensor *self);
TAPER_API Tensor *tensor_sqrt_(Tensor *self);
TAPER_API Tensor *tensor_rsqrt(Tensor *self);
TAPER_API Tensor *tensor_rsqrt_(Tensor *self);
TAPER_API Tensor *tensor_reciprocal(Tensor *self);
TAPER_API Tensor *tensor_reciprocal_(Tensor *self);

/* Of angles in radians. tanh is in activation.h, atan2 in pointwise.h. */
TAPER_API Tensor *tensor_sin(Tensor *self);
TAPER_API Tensor *tensor_sin_(Tensor *self);
TAPER_API Tensor *tensor_cos(Tensor *self);
TAPER_API Tensor *tensor_cos_(Tensor *self);
TAPER_API Tensor *tensor_tan(Tensor *self);
TAPER_API Tensor *tensor_tan_(Tensor *self);
TAPER_API Tensor *tensor_asin(Tensor *self);
TAPER_API Tensor *tensor_asin_(Tensor *self);
TAPER_API Tensor *tensor_acos(Tensor *self);
TAPER_API Tensor *tensor_acos_(Tensor *self);
TAPER_API Tensor *tensor_atan(Tensor *self);
TAPER_API Tensor *tensor_atan_(Tensor *self);
TAPER_API Tensor *tensor_sinh(Tensor *self);
TAPER_API Tensor *tensor_sinh_(Tensor *self);
TAPER_API Tensor *tensor_cosh(Tensor *self);
TAPER_API Tensor *tensor_cosh_(Tensor *self);

/* torch.erf: the error function. */
TAPER_API Tensor *tensor_erf(Tensor *self);
TAPER_API Tensor *tensor_erf_(Tensor *self);

/* Rounding down, up, to the nearest (halves to even) and towards zero; integers stay as they are, bools are
 * ERROR_UNSUPPORTED. The gradient is 0. */
TAPER_API Tensor *tensor_floor(Tensor *self);
TAPER_API Tensor *tensor_floor_(Tensor *self);
TAPER_API Tensor *tensor_ceil(Tensor *self);
TAPER_API Tensor *tensor_ceil_(Tensor *self);
TAPER_API Tensor *tensor_round(Tensor *self);
TAPER_API Tensor *tensor_round_(Tensor *self);
TAPER_API Tensor *tensor_trunc(Tensor *self);
TAPER_API Tensor *tensor_trunc_(Tensor *self);

/* Questions about each element, of any dtype; the result is a bool tensor. */
TAPER_API Tensor *tensor_isnan(Tensor *self);
TAPER_API Tensor *tensor_isinf(Tensor *self);
TAPER_API Tensor *tensor_isfinite(Tensor *self);

TAPER_END_DECLS

#endif
