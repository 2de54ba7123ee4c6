/* Layers that multiply by a matrix, and those that pass on what they get (torch.nn.Linear, Identity,
 * Flatten).
 *
 *     nn_Linear(512, 10, .bias = false)
 *
 * As all layers: the keyword macro has PyTorch's order, names and defaults and calls the function below it;
 * NULL after an error, as ERROR_VALUE where an argument without a default is missing ("missing 1 required
 * positional argument: 'out_features'"); `device` and `dtype` say where and as what the parameters are made
 * (the CPU, the default dtype). */
#ifndef TAPER_NN_LINEAR_H
#define TAPER_NN_LINEAR_H

#include "core/keywords.h"
#include "nn/module.h"

TAPER_BEGIN_DECLS

typedef struct LinearArgs {
    char _;
    int64_t in_features, out_features;
    bool bias;
    Device device;
    DType dtype;
} LinearArgs;

/* nn.Linear(in_features, out_features, bias=True): x [..., in] -> [..., out]. Parameters: weight [out, in]
 * and bias [out], uniform within 1 / sqrt(in). */
TAPER_API Module *nn_linear(const LinearArgs *args);

/* nn.Identity(): its input. */
TAPER_API Module *nn_identity(void);

typedef struct FlattenArgs {
    char _;
    int64_t start_dim, end_dim;
} FlattenArgs;

/* nn.Flatten(start_dim=1, end_dim=-1): tensor_flatten. */
TAPER_API Module *nn_flatten(const FlattenArgs *args);

/* nn.Unflatten(dim, unflattened_size): tensor_unflatten, dimension dim becomes several, one of which may be
 * -1. nn_Unflatten(1, DIMS(2, -1)). */
TAPER_API Module *nn_unflatten(int64_t dim, Dims unflattened_size);

#ifndef __cplusplus
#define nn_Unflatten(dim, unflattened_size) nn_unflatten((dim), (unflattened_size))
#define nn_Linear(...)                                                                                       \
    KEYWORDS(nn_linear(&(LinearArgs){                                                                        \
        .in_features = TENSOR_NONE, .out_features = TENSOR_NONE, .bias = true, ._ = 0, __VA_ARGS__}))
#define nn_Identity() nn_identity()
#define nn_Flatten(...)                                                                                      \
    KEYWORDS(nn_flatten(&(FlattenArgs){.start_dim = 1, .end_dim = -1, ._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
