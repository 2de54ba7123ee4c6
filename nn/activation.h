/* Activations as modules (torch.nn.ReLU, Sigmoid, ...); the functions are in autograd/ops/activation.h.
 *
 *     nn_ReLU(), nn_ReLU(.inplace = true)
 *
 * inplace changes the module's input and returns it. */
#ifndef TAPER_NN_ACTIVATION_H
#define TAPER_NN_ACTIVATION_H

#include "core/keywords.h"
#include "nn/module.h"

TAPER_BEGIN_DECLS

typedef struct InplaceArgs {
    char _;
    bool inplace;
} InplaceArgs;

/* nn.ReLU(inplace=False). */
TAPER_API Module *nn_relu(const InplaceArgs *args);

/* nn.Sigmoid(), nn.Tanh(). */
TAPER_API Module *nn_sigmoid(void);
TAPER_API Module *nn_tanh(void);

#ifndef __cplusplus
#define nn_ReLU(...) KEYWORDS(nn_relu(&(InplaceArgs){._ = 0, __VA_ARGS__}))
#define nn_Sigmoid() nn_sigmoid()
#define nn_Tanh()    nn_tanh()
#endif

TAPER_END_DECLS

#endif
