/* Logic on truth values and on bits, element by element, with broadcasting; numbers may be operands. */
#ifndef TAPER_AUTOGRAD_OPS_LOGIC_H
#define TAPER_AUTOGRAD_OPS_LOGIC_H

#include "autograd/ops/number.h"

TAPER_BEGIN_DECLS

/* torch.logical_and, or, xor, not: whatever is not 0 is true; the result is a bool tensor. */
TAPER_API Tensor *tensor_logical_and(Tensor *self, Tensor *other);
TAPER_API Tensor *tensor_logical_or(Tensor *self, Tensor *other);
TAPER_API Tensor *tensor_logical_xor(Tensor *self, Tensor *other);
TAPER_API Tensor *tensor_logical_not(Tensor *self);

/* torch.bitwise_and, or, xor, not (Python's & | ^ ~): of integers and bools; floats are ERROR_UNSUPPORTED. */
TAPER_API Tensor *tensor_bitwise_and(Tensor *self, Tensor *other);
TAPER_API Tensor *tensor_bitwise_and_(Tensor *self, Tensor *other);
TAPER_API Tensor *tensor_bitwise_or(Tensor *self, Tensor *other);
TAPER_API Tensor *tensor_bitwise_or_(Tensor *self, Tensor *other);
TAPER_API Tensor *tensor_bitwise_xor(Tensor *self, Tensor *other);
TAPER_API Tensor *tensor_bitwise_xor_(Tensor *self, Tensor *other);
TAPER_API Tensor *tensor_bitwise_not(Tensor *self);

#ifndef __cplusplus
#define tensor_logical_and(self, other)  (tensor_logical_and)((self), TENSOR_OR_NUMBER(other))
#define tensor_logical_or(self, other)   (tensor_logical_or)((self), TENSOR_OR_NUMBER(other))
#define tensor_logical_xor(self, other)  (tensor_logical_xor)((self), TENSOR_OR_NUMBER(other))
#define tensor_bitwise_and(self, other)  (tensor_bitwise_and)((self), TENSOR_OR_NUMBER(other))
#define tensor_bitwise_and_(self, other) (tensor_bitwise_and_)((self), TENSOR_OR_NUMBER(other))
#define tensor_bitwise_or(self, other)   (tensor_bitwise_or)((self), TENSOR_OR_NUMBER(other))
#define tensor_bitwise_or_(self, other)  (tensor_bitwise_or_)((self), TENSOR_OR_NUMBER(other))
#define tensor_bitwise_xor(self, other)  (tensor_bitwise_xor)((self), TENSOR_OR_NUMBER(other))
#define tensor_bitwise_xor_(self, other) (tensor_bitwise_xor_)((self), TENSOR_OR_NUMBER(other))
#endif

TAPER_END_DECLS

#endif
