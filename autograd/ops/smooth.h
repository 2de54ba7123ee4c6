/* Activation functions that bend smoothly (torch.nn.functional), element by element. Floating point only:
 * ERROR_UNSUPPORTED otherwise, in PyTorch's words. The in-place forms return their argument. */
#ifndef TAPER_AUTOGRAD_OPS_SMOOTH_H
#define TAPER_AUTOGRAD_OPS_SMOOTH_H

#include "core/keywords.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* F.elu: x where x > 0, alpha (e^x - 1) elsewhere. Default alpha 1. */
TAPER_API Tensor *tensor_elu(Tensor *self, double alpha);
TAPER_API Tensor *tensor_elu_(Tensor *self, double alpha);
/* F.selu: elu with PyTorch's alpha, times PyTorch's scale. */
TAPER_API Tensor *tensor_selu(Tensor *self);
TAPER_API Tensor *tensor_selu_(Tensor *self);
/* F.celu: x where x > 0, alpha (e^(x / alpha) - 1) elsewhere; ERROR_VALUE for an alpha of 0.
 * Default 1. */
TAPER_API Tensor *tensor_celu(Tensor *self, double alpha);
TAPER_API Tensor *tensor_celu_(Tensor *self, double alpha);
/* F.gelu: x times the normal distribution's cumulative function of x; approximate "none", the default: with
 * erf, "tanh": by tanh. ERROR_VALUE for another word. */
TAPER_API Tensor *tensor_gelu(Tensor *self, const char *approximate);
/* F.silu: x sigmoid(x). */
TAPER_API Tensor *tensor_silu(Tensor *self);
TAPER_API Tensor *tensor_silu_(Tensor *self);
/* F.mish: x tanh(softplus(x)). */
TAPER_API Tensor *tensor_mish(Tensor *self);
TAPER_API Tensor *tensor_mish_(Tensor *self);
/* F.softplus: log(1 + e^(beta x)) / beta, and x where beta x > threshold. Defaults: beta 1, threshold 20. */
TAPER_API Tensor *tensor_softplus(Tensor *self, double beta, double threshold);
/* F.logsigmoid: log(sigmoid(x)). */
TAPER_API Tensor *tensor_logsigmoid(Tensor *self);
/* F.softsign: x / (1 + |x|), and F.tanhshrink: x - tanh(x); integers become floats. */
TAPER_API Tensor *tensor_softsign(Tensor *self);
TAPER_API Tensor *tensor_tanhshrink(Tensor *self);

#ifndef __cplusplus
typedef struct TensorSmoothArgs {
    char _;
    double alpha;
} TensorSmoothArgs;
typedef struct TensorSoftplusArgs {
    char _;
    double beta, threshold;
} TensorSoftplusArgs;
typedef struct TensorGeluArgs {
    char _;
    const char *approximate;
} TensorGeluArgs;
static inline Tensor *tensor_smooth_args(Tensor *(*f)(Tensor *, double), Tensor *self,
                                         const TensorSmoothArgs *args)
{
    return f(self, args->alpha);
}
static inline Tensor *tensor_softplus_args(Tensor *self, const TensorSoftplusArgs *args)
{
    return (tensor_softplus)(self, args->beta, args->threshold);
}
static inline Tensor *tensor_gelu_args(Tensor *self, const TensorGeluArgs *args)
{
    return (tensor_gelu)(self, args->approximate);
}
#define OF_ALPHA_(f, self, ...)                                                                              \
    KEYWORDS(tensor_smooth_args((f), (self), &(TensorSmoothArgs){.alpha = 1, ._ = 0, __VA_ARGS__}))
/* tensor_elu(x), tensor_elu(x, 0.5), tensor_elu(x, .alpha = 0.5) */
#define tensor_elu(self, ...)   OF_ALPHA_(tensor_elu, self, __VA_ARGS__)
#define tensor_elu_(self, ...)  OF_ALPHA_(tensor_elu_, self, __VA_ARGS__)
#define tensor_celu(self, ...)  OF_ALPHA_(tensor_celu, self, __VA_ARGS__)
#define tensor_celu_(self, ...) OF_ALPHA_(tensor_celu_, self, __VA_ARGS__)
/* tensor_softplus(x), tensor_softplus(x, .beta = 2) */
#define tensor_softplus(self, ...)                                                                           \
    KEYWORDS(tensor_softplus_args((self),                                                                    \
                                  &(TensorSoftplusArgs){.beta = 1, .threshold = 20, ._ = 0, __VA_ARGS__}))
/* tensor_gelu(x), tensor_gelu(x, .approximate = "tanh") */
#define tensor_gelu(self, ...)                                                                               \
    KEYWORDS(tensor_gelu_args((self), &(TensorGeluArgs){.approximate = "none", ._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
