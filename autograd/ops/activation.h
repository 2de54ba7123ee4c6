/* Activation functions made of straight pieces, and sigmoid and tanh (torch.nn.functional), element by
 * element; those that bend smoothly are in smooth.h. Floating point only, except where it says otherwise
 * (ERROR_UNSUPPORTED, in PyTorch's words). The in-place forms return their argument; where integers would
 * become floats they are ERROR_DTYPE. */
#ifndef TAPER_AUTOGRAD_OPS_ACTIVATION_H
#define TAPER_AUTOGRAD_OPS_ACTIVATION_H

#include "core/keywords.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* torch.sigmoid: 1 / (1 + e^-x). Integers become floats. */
TAPER_API Tensor *tensor_sigmoid(Tensor *self);
TAPER_API Tensor *tensor_sigmoid_(Tensor *self);
/* torch.tanh. Integers become floats. */
TAPER_API Tensor *tensor_tanh(Tensor *self);
TAPER_API Tensor *tensor_tanh_(Tensor *self);
/* torch.relu: max(x, 0), of integers too (of bools ERROR_DTYPE); NaN stays. relu_ is what
 * nn.ReLU(inplace=True) calls. */
TAPER_API Tensor *tensor_relu(Tensor *self);
TAPER_API Tensor *tensor_relu_(Tensor *self);
/* F.leaky_relu: x where x > 0, negative_slope * x elsewhere. Default 0.01. The gradient of leaky_relu_ is
 * taken from the result: a negative slope is ERROR_AUTOGRAD in a backward. */
TAPER_API Tensor *tensor_leaky_relu(Tensor *self, double negative_slope);
TAPER_API Tensor *tensor_leaky_relu_(Tensor *self, double negative_slope);
/* F.hardtanh: x between min_val and max_val, else the nearest of them, of integers too (of bools
 * ERROR_DTYPE); ERROR_VALUE if min_val is larger than max_val. Defaults: -1 and 1. */
TAPER_API Tensor *tensor_hardtanh(Tensor *self, double min_val, double max_val);
TAPER_API Tensor *tensor_hardtanh_(Tensor *self, double min_val, double max_val);
/* F.relu6: hardtanh between 0 and 6. */
TAPER_API Tensor *tensor_relu6(Tensor *self);
TAPER_API Tensor *tensor_relu6_(Tensor *self);
/* F.hardsigmoid: relu6(x + 3) / 6. */
TAPER_API Tensor *tensor_hardsigmoid(Tensor *self);
TAPER_API Tensor *tensor_hardsigmoid_(Tensor *self);
/* F.hardswish: x relu6(x + 3) / 6. */
TAPER_API Tensor *tensor_hardswish(Tensor *self);
TAPER_API Tensor *tensor_hardswish_(Tensor *self);
/* F.prelu: x where x > 0, weight * x elsewhere; weight has one element, or one for each channel (dimension
 * 1). ERROR_SHAPE for other numbers, ERROR_UNSUPPORTED for integers. */
TAPER_API Tensor *tensor_prelu(Tensor *self, Tensor *weight);

#ifndef __cplusplus
typedef struct TensorLeakyReluArgs {
    char _;
    double negative_slope;
} TensorLeakyReluArgs;
typedef struct TensorHardtanhArgs {
    char _;
    double min_val, max_val;
} TensorHardtanhArgs;
static inline Tensor *tensor_leaky_relu_args(Tensor *(*f)(Tensor *, double), Tensor *self,
                                             const TensorLeakyReluArgs *args)
{
    return f(self, args->negative_slope);
}
static inline Tensor *tensor_hardtanh_args(Tensor *(*f)(Tensor *, double, double), Tensor *self,
                                           const TensorHardtanhArgs *args)
{
    return f(self, args->min_val, args->max_val);
}
#define LEAKY_RELU_(f, self, ...)                                                                            \
    KEYWORDS(tensor_leaky_relu_args((f), (self),                                                             \
                                    &(TensorLeakyReluArgs){.negative_slope = 0.01, ._ = 0, __VA_ARGS__}))
#define HARDTANH_(f, self, ...)                                                                              \
    KEYWORDS(tensor_hardtanh_args((f), (self),                                                               \
                                  &(TensorHardtanhArgs){.min_val = -1, .max_val = 1, ._ = 0, __VA_ARGS__}))
/* tensor_leaky_relu(x), tensor_leaky_relu(x, 0.2) */
#define tensor_leaky_relu(self, ...)  LEAKY_RELU_(tensor_leaky_relu, self, __VA_ARGS__)
#define tensor_leaky_relu_(self, ...) LEAKY_RELU_(tensor_leaky_relu_, self, __VA_ARGS__)
/* tensor_hardtanh(x), tensor_hardtanh(x, 0, 6), tensor_hardtanh(x, .max_val = 2) */
#define tensor_hardtanh(self, ...)  HARDTANH_(tensor_hardtanh, self, __VA_ARGS__)
#define tensor_hardtanh_(self, ...) HARDTANH_(tensor_hardtanh_, self, __VA_ARGS__)
#endif

TAPER_END_DECLS

#endif
