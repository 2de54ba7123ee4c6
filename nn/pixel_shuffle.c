#include "nn/pixel_shuffle.h"

#include "autograd/ops/rearrange.h"

typedef struct PixelShuffle {
    Module base;
    int64_t factor;
} PixelShuffle;

static Tensor *pixel_shuffle_call(Module *module, TensorList inputs)
{
    return tensor_pixel_shuffle(inputs.items[0], ((const PixelShuffle *)module)->factor);
}

static Tensor *pixel_unshuffle_call(Module *module, TensorList inputs)
{
    return tensor_pixel_unshuffle(inputs.items[0], ((const PixelShuffle *)module)->factor);
}

static void pixel_shuffle_repr(const Module *module, FILE *out)
{
    fprintf(out, "upscale_factor=%lld", (long long)((const PixelShuffle *)module)->factor);
}

static void pixel_unshuffle_repr(const Module *module, FILE *out)
{
    fprintf(out, "downscale_factor=%lld", (long long)((const PixelShuffle *)module)->factor);
}

static const ModuleType PixelShuffle_type = {.name = "PixelShuffle",
                                             .size = sizeof(PixelShuffle),
                                             .n_inputs = 1,
                                             .forward = pixel_shuffle_call,
                                             .extra_repr = pixel_shuffle_repr};

static const ModuleType PixelUnshuffle_type = {.name = "PixelUnshuffle",
                                               .size = sizeof(PixelShuffle),
                                               .n_inputs = 1,
                                               .forward = pixel_unshuffle_call,
                                               .extra_repr = pixel_unshuffle_repr};

static Module *new_shuffle(const ModuleType *type, int64_t factor)
{
    PixelShuffle *self = (PixelShuffle *)(void *)nn_module_alloc(type);
    if (self == NULL)
        return NULL;
    self->factor = factor;
    return &self->base;
}

Module *nn_pixel_shuffle(int64_t upscale_factor)
{
    return new_shuffle(&PixelShuffle_type, upscale_factor);
}

Module *nn_pixel_unshuffle(int64_t downscale_factor)
{
    return new_shuffle(&PixelUnshuffle_type, downscale_factor);
}
