/* Activation functions, element by element (torch.nn.functional). Floating point only, except relu; the
 * in-place forms return their argument. */
#ifndef TAPER_AUTOGRAD_OPS_ACTIVATION_H
#define TAPER_AUTOGRAD_OPS_ACTIVATION_H

#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* torch.sigmoid: 1 / (1 + e^-x). */
TAPER_API Tensor *tensor_sigmoid(Tensor *self);
TAPER_API Tensor *tensor_sigmoid_(Tensor *self);
/* torch.tanh. */
TAPER_API Tensor *tensor_tanh(Tensor *self);
TAPER_API Tensor *tensor_tanh_(Tensor *self);
/* torch.relu: max(x, 0); NaN stays. relu_ is what nn.ReLU(inplace=True) calls. */
TAPER_API Tensor *tensor_relu(Tensor *self);
TAPER_API Tensor *tensor_relu_(Tensor *self);

TAPER_END_DECLS

#endif
