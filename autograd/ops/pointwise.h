/* Arithmetic on tensors, element by element, with broadcasting and PyTorch's type promotion.
 *
 * Operands may be tensors or numbers: tensor_mul(x, 2). Errors: ERROR_SHAPE if the shapes do not broadcast,
 * ERROR_DEVICE for tensors on different devices; in place also ERROR_DTYPE if the result's type cannot be
 * cast to self's, and ERROR_AUTOGRAD as in tape_check_inplace. */
#ifndef TAPER_AUTOGRAD_OPS_POINTWISE_H
#define TAPER_AUTOGRAD_OPS_POINTWISE_H

#include "autograd/ops/number.h"

TAPER_BEGIN_DECLS

/* torch.add: self + alpha * other; alpha NULL: 1. add_ in place. */
TAPER_API Tensor *tensor_add(Tensor *self, Tensor *other, Tensor *alpha);
TAPER_API Tensor *tensor_add_(Tensor *self, Tensor *other, Tensor *alpha);
/* torch.mul: self * other. mul_ in place. */
TAPER_API Tensor *tensor_mul(Tensor *self, Tensor *other);
TAPER_API Tensor *tensor_mul_(Tensor *self, Tensor *other);

#ifndef __cplusplus
#define tensor_add(self, other)  (tensor_add)((self), TENSOR_OR_NUMBER(other), NULL)
#define tensor_add_(self, other) (tensor_add_)((self), TENSOR_OR_NUMBER(other), NULL)
#define tensor_mul(self, other)  (tensor_mul)((self), TENSOR_OR_NUMBER(other))
#define tensor_mul_(self, other) (tensor_mul_)((self), TENSOR_OR_NUMBER(other))
#endif

TAPER_END_DECLS

#endif
