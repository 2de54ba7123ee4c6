/* Arithmetic on tensors, element by element, with broadcasting and PyTorch's type promotion.
 *
 * The second operand may be a number, and in add, sub and mul the first: tensor_mul(x, 2), tensor_sub(1, x),
 * which is tensor_rsub(x, 1). Errors: ERROR_SHAPE if the shapes do not broadcast, ERROR_DEVICE for tensors on
 * different devices; in place also ERROR_DTYPE if the result's type cannot be cast to self's, and
 * ERROR_AUTOGRAD as in tape_check_inplace. Division is in divide.h, powers are in power.h. */
#ifndef TAPER_AUTOGRAD_OPS_POINTWISE_H
#define TAPER_AUTOGRAD_OPS_POINTWISE_H

#include "autograd/ops/number.h"
#include "core/keywords.h"

TAPER_BEGIN_DECLS

/* torch.add, sub: self +- alpha * other; rsub: other - alpha * self. alpha NULL: 1; it must be whole for
 * integers. sub takes no bools (ERROR_DTYPE). add_ and sub_ in place. */
TAPER_API Tensor *tensor_add(Tensor *self, Tensor *other, Tensor *alpha);
TAPER_API Tensor *tensor_add_(Tensor *self, Tensor *other, Tensor *alpha);
TAPER_API Tensor *tensor_sub(Tensor *self, Tensor *other, Tensor *alpha);
TAPER_API Tensor *tensor_sub_(Tensor *self, Tensor *other, Tensor *alpha);
TAPER_API Tensor *tensor_rsub(Tensor *self, Tensor *other, Tensor *alpha);
/* torch.mul: self * other. mul_ in place. */
TAPER_API Tensor *tensor_mul(Tensor *self, Tensor *other);
TAPER_API Tensor *tensor_mul_(Tensor *self, Tensor *other);
/* torch.maximum, minimum: the larger and the smaller one; NaN if either is. */
TAPER_API Tensor *tensor_maximum(Tensor *self, Tensor *other);
TAPER_API Tensor *tensor_minimum(Tensor *self, Tensor *other);
/* torch.atan2: the angle of the point (other, self), in radians; float. */
TAPER_API Tensor *tensor_atan2(Tensor *self, Tensor *other);
/* torch.addcmul, addcdiv: self + value * tensor1 * tensor2, and self + value * tensor1 / tensor2. value NULL:
 * 1. addcmul takes no bools alone (ERROR_UNSUPPORTED). */
TAPER_API Tensor *tensor_addcmul(Tensor *self, Tensor *tensor1, Tensor *tensor2, Tensor *value);
TAPER_API Tensor *tensor_addcmul_(Tensor *self, Tensor *tensor1, Tensor *tensor2, Tensor *value);
TAPER_API Tensor *tensor_addcdiv(Tensor *self, Tensor *tensor1, Tensor *tensor2, Tensor *value);
TAPER_API Tensor *tensor_addcdiv_(Tensor *self, Tensor *tensor1, Tensor *tensor2, Tensor *value);
/* torch.lerp: self + weight * (end - self), of one float dtype (ERROR_DTYPE otherwise); weight may be a
 * number. */
TAPER_API Tensor *tensor_lerp(Tensor *self, Tensor *end, Tensor *weight);
TAPER_API Tensor *tensor_lerp_(Tensor *self, Tensor *end, Tensor *weight);

/* A factor as the functions above take it: NULL for 1, an integer if it is whole. */
TAPER_API Tensor *tensor_pointwise_alpha(long double alpha);

#ifndef __cplusplus
/* The factor of a call: tensor_add(x, y, .alpha = 2), tensor_addcmul(x, y, z, .value = 0.5). */
typedef struct TensorFactorArgs {
    char _;
    union {
        long double alpha, value;
    };
} TensorFactorArgs;
static inline Tensor *tensor_factor_args(const TensorFactorArgs *args)
{
    return tensor_pointwise_alpha(args->alpha);
}
#define FACTOR_(...) KEYWORDS(tensor_factor_args(&(TensorFactorArgs){.alpha = 1, ._ = 0, __VA_ARGS__}))

#define tensor_add(self, other, ...)                                                                         \
    (tensor_add)(TENSOR_OR_NUMBER(self), TENSOR_OR_NUMBER(other), FACTOR_(__VA_ARGS__))
#define tensor_add_(self, other, ...) (tensor_add_)((self), TENSOR_OR_NUMBER(other), FACTOR_(__VA_ARGS__))
#define tensor_sub(self, other, ...)                                                                         \
    (tensor_sub)(TENSOR_OR_NUMBER(self), TENSOR_OR_NUMBER(other), FACTOR_(__VA_ARGS__))
#define tensor_sub_(self, other, ...) (tensor_sub_)((self), TENSOR_OR_NUMBER(other), FACTOR_(__VA_ARGS__))
#define tensor_rsub(self, other, ...) (tensor_rsub)((self), TENSOR_OR_NUMBER(other), FACTOR_(__VA_ARGS__))
#define tensor_mul(self, other)       (tensor_mul)(TENSOR_OR_NUMBER(self), TENSOR_OR_NUMBER(other))
#define tensor_mul_(self, other)      (tensor_mul_)((self), TENSOR_OR_NUMBER(other))
#define tensor_maximum(self, other)   (tensor_maximum)((self), TENSOR_OR_NUMBER(other))
#define tensor_minimum(self, other)   (tensor_minimum)((self), TENSOR_OR_NUMBER(other))
#define tensor_atan2(self, other)     (tensor_atan2)((self), TENSOR_OR_NUMBER(other))
#define tensor_addcmul(self, tensor1, tensor2, ...)                                                          \
    (tensor_addcmul)((self), (tensor1), (tensor2), FACTOR_(__VA_ARGS__))
#define tensor_addcmul_(self, tensor1, tensor2, ...)                                                         \
    (tensor_addcmul_)((self), (tensor1), (tensor2), FACTOR_(__VA_ARGS__))
#define tensor_addcdiv(self, tensor1, tensor2, ...)                                                          \
    (tensor_addcdiv)((self), (tensor1), (tensor2), FACTOR_(__VA_ARGS__))
#define tensor_addcdiv_(self, tensor1, tensor2, ...)                                                         \
    (tensor_addcdiv_)((self), (tensor1), (tensor2), FACTOR_(__VA_ARGS__))
#define tensor_lerp(self, end, weight)  (tensor_lerp)((self), (end), TENSOR_OR_NUMBER(weight))
#define tensor_lerp_(self, end, weight) (tensor_lerp_)((self), (end), TENSOR_OR_NUMBER(weight))
#endif

TAPER_END_DECLS

#endif
