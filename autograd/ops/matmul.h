/* Matrix products. float32, float64 and integers, both operands of the same dtype (ERROR_DTYPE otherwise);
 * sizes that do not fit are ERROR_SHAPE ("mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)"). All are
 * differentiable, any number of times. */
#ifndef TAPER_AUTOGRAD_OPS_MATMUL_H
#define TAPER_AUTOGRAD_OPS_MATMUL_H

#include "autograd/ops/pointwise.h"
#include "core/keywords.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* torch.matmul, the operator @: the inner product of two vectors; matrix times vector or vector times matrix;
 * matrix times matrix; and with more dimensions products of the matrices in the last two, the others
 * broadcast. */
TAPER_API Tensor *tensor_matmul(Tensor *self, Tensor *other);

/* torch.mm: [m, k] x [k, n] -> [m, n]. torch.bmm: [b, m, k] x [b, k, n] -> [b, m, n]; neither broadcasts. */
TAPER_API Tensor *tensor_mm(Tensor *self, Tensor *mat2);
TAPER_API Tensor *tensor_bmm(Tensor *self, Tensor *mat2);

/* torch.mv: [m, k] x [k] -> [m]. torch.dot: [k] x [k] -> []. torch.outer: [m], [n] -> [m, n], promoting
 * dtypes. */
TAPER_API Tensor *tensor_mv(Tensor *self, Tensor *vec);
TAPER_API Tensor *tensor_dot(Tensor *self, Tensor *tensor);
TAPER_API Tensor *tensor_outer(Tensor *self, Tensor *vec2);

/* torch.addmm and torch.baddbmm: beta * self + alpha * (product), where self broadcasts to the product's
 * shape. With beta 0 self is not read, even if it holds NaN. beta and alpha NULL: 1. In C they are numbers:
 * tensor_addmm(self, mat1, mat2, .beta = 1, .alpha = 1). */
TAPER_API Tensor *tensor_addmm(Tensor *self, Tensor *mat1, Tensor *mat2, Tensor *beta, Tensor *alpha);
TAPER_API Tensor *tensor_baddbmm(Tensor *self, Tensor *batch1, Tensor *batch2, Tensor *beta, Tensor *alpha);

/* torch.nn.functional.linear: input [..., in] times weight [out, in] transposed, plus bias [out] (NULL, the
 * default: none) -> [..., out]. */
TAPER_API Tensor *tensor_linear(Tensor *input, Tensor *weight, Tensor *bias);

#ifndef __cplusplus
typedef struct TensorAddmmArgs {
    char _;
    Tensor *self, *mat1, *mat2;
    long double beta, alpha;
} TensorAddmmArgs;
static inline Tensor *tensor_addmm_args_(const TensorAddmmArgs *a)
{
    return tensor_addmm(a->self, a->mat1, a->mat2, tensor_pointwise_alpha(a->beta),
                        tensor_pointwise_alpha(a->alpha));
}
static inline Tensor *tensor_baddbmm_args_(const TensorAddmmArgs *a)
{
    return tensor_baddbmm(a->self, a->mat1, a->mat2, tensor_pointwise_alpha(a->beta),
                          tensor_pointwise_alpha(a->alpha));
}
#define tensor_addmm(...)                                                                                    \
    KEYWORDS(tensor_addmm_args_(&(TensorAddmmArgs){.beta = 1, .alpha = 1, ._ = 0, __VA_ARGS__}))
#define tensor_baddbmm(...)                                                                                  \
    KEYWORDS(tensor_baddbmm_args_(&(TensorAddmmArgs){.beta = 1, .alpha = 1, ._ = 0, __VA_ARGS__}))

typedef struct TensorLinearArgs {
    char _;
    Tensor *input, *weight, *bias;
} TensorLinearArgs;
static inline Tensor *tensor_linear_args_(const TensorLinearArgs *a)
{
    return (tensor_linear)(a->input, a->weight, a->bias);
}
#define tensor_linear(...) KEYWORDS(tensor_linear_args_(&(const TensorLinearArgs){._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
