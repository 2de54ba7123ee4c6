/* Powers, element by element. */
#ifndef TAPER_AUTOGRAD_OPS_POWER_H
#define TAPER_AUTOGRAD_OPS_POWER_H

#include "autograd/ops/number.h"

TAPER_BEGIN_DECLS

/* torch.pow: self^exponent, either of which may be a number: tensor_pow(x, 2), tensor_pow(2, x). Integers to
 * integer powers stay integers; a negative number as their exponent is ERROR_VALUE. pow_ in place. */
TAPER_API Tensor *tensor_pow(Tensor *self, Tensor *exponent);
TAPER_API Tensor *tensor_pow_(Tensor *self, Tensor *exponent);

#ifndef __cplusplus
#define tensor_pow(self, exponent)  (tensor_pow)(TENSOR_OR_NUMBER(self), TENSOR_OR_NUMBER(exponent))
#define tensor_pow_(self, exponent) (tensor_pow_)((self), TENSOR_OR_NUMBER(exponent))
#endif

TAPER_END_DECLS

#endif
