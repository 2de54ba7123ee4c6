/* Copies: of values, into other dtypes, into existing tensors. */
#ifndef TAPER_AUTOGRAD_OPS_COPY_H
#define TAPER_AUTOGRAD_OPS_COPY_H

#include "autograd/ops/number.h"

TAPER_BEGIN_DECLS

/* x.clone(): the same values in memory of their own, in x's order of strides if x is dense. */
TAPER_API Tensor *tensor_clone(Tensor *self);
/* x.to(dtype): x itself if it has that dtype. */
TAPER_API Tensor *tensor_to_dtype(Tensor *self, DType dtype);
/* self.copy_(src): writes src, broadcast and converted, to self. ERROR_SHAPE if it does not fit. */
TAPER_API Tensor *tensor_copy_(Tensor *self, Tensor *src);
/* self.fill_(value), value a number or a 0-d tensor; self.zero_(). */
TAPER_API Tensor *tensor_fill_(Tensor *self, Tensor *value);
TAPER_API Tensor *tensor_zero_(Tensor *self);

#ifndef __cplusplus
#define tensor_fill_(self, value) (tensor_fill_)((self), TENSOR_OR_NUMBER(value))
#endif

TAPER_END_DECLS

#endif
