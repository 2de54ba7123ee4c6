/* What the layers share: making and finding their parameters. Not installed. */
#ifndef TAPER_NN_LAYER_H
#define TAPER_NN_LAYER_H

#include "nn/module_struct.h"

/* The i-th parameter and buffer in the order of registration; NULL where PyTorch has None. Layers find theirs
 * here, not in fields of their own, because nn_register_parameter may put another tensor in their place (tied
 * weights). */
static inline Tensor *layer_parameter(const Module *module, int i)
{
    return i < module->parameters.n ? module->parameters.items[i].item : NULL;
}

static inline Tensor *layer_buffer(const Module *module, int i)
{
    return i < module->buffers.n ? module->buffers.items[i].item : NULL;
}

/* What a constructor returns: the module, or NULL if a part of it could not be made. */
static inline Module *layer_finished(Module *module)
{
    return module != NULL && !module->incomplete ? module : NULL;
}

/* A size for height and width: the pair if it was given (not {0, 0}), else twice the single number. */
static inline void layer_pair(int64_t pair[2], int64_t one, const int64_t given[2])
{
    bool both = given[0] != 0 || given[1] != 0;
    pair[0] = both ? given[0] : one;
    pair[1] = both ? given[1] : one;
}

/* An argument that PyTorch has no default for. */
typedef struct LayerArgument {
    const char *name;
    int64_t value; /* TENSOR_NONE: not given, which is what the macros begin with */
} LayerArgument;

/* Were all given? Else ERROR_VALUE in Python's words, "missing 1 required positional argument: 'groups'". */
bool layer_given_all(const char *type, const LayerArgument *arguments, int n);
#define layer_given(type, ...)                                                                               \
    layer_given_all((type), (const LayerArgument[]){__VA_ARGS__},                                            \
                    sizeof((const LayerArgument[]){__VA_ARGS__}) / sizeof(LayerArgument))

/* Where the parameters of a layer are made, and of what type (DTYPE_NONE: the default). */
typedef struct LayerPlace {
    Device device;
    DType dtype;
} LayerPlace;

/* An uninitialised tensor for a parameter or buffer. */
Tensor *layer_tensor(Dims shape, LayerPlace place);

/* "weight" of that shape and "bias" (None if not wanted) as Linear and the convolutions start with them: both
 * uniform within 1 / sqrt(fan_in). */
void layer_linear_parameters(Module *module, Dims weight, bool bias, int64_t n_bias, LayerPlace place);

/* "weight" of ones and "bias" of zeros, or None, as normalisations start with them. */
void layer_affine_parameters(Module *module, Dims shape, bool weight, bool bias, LayerPlace place);

/* A loss's "mean", "sum" or "none" (or "batchmean", where that is one) as a string that outlives the
 * caller's; NULL after ERROR_VALUE. */
const char *layer_reduction(const char *type, const char *reduction, bool batchmean);

#endif
