#include "nn/layer.h"

#include <math.h>

#include "core/tensor_struct.h"
#include "nn/init.h"

Tensor *layer_tensor(const Module *module, Dims shape, LayerPlace place)
{
    DType dtype = place.dtype != DTYPE_NONE ? place.dtype : tensor_get_default_dtype();
    return tensor_new(shape, dtype, place.device, module->type->name);
}

/* An error of before, which the program has not looked at yet, does not make the module incomplete. */
void layer_no_parameter(Module *module, const char *name)
{
    bool incomplete = module->incomplete;
    nn_register_parameter(module, name, NULL);
    module->incomplete = incomplete;
}

void layer_no_buffer(Module *module, const char *name)
{
    bool incomplete = module->incomplete;
    nn_register_buffer(module, name, NULL, true);
    module->incomplete = incomplete;
}

void layer_linear_parameters(Module *module, Dims weight, bool bias, int64_t n_bias, LayerPlace place)
{
    int64_t fan_in = 1;
    for (int64_t d = 1; d < weight.n; d++)
        fan_in *= weight.data[d];
    double bound = fan_in > 0 ? 1 / sqrt((double)fan_in) : 0;
    Tensor *w = nn_init_kaiming_uniform_(layer_tensor(module, weight, place), .a = sqrt(5));
    nn_register_parameter(module, "weight", w);
    if (bias)
        nn_register_parameter(module, "bias",
                              nn_init_uniform_(layer_tensor(module, DIMS(n_bias), place), -bound, bound));
    else
        layer_no_parameter(module, "bias");
}

void layer_affine_parameters(Module *module, Dims shape, bool weight, bool bias, LayerPlace place)
{
    if (weight)
        nn_register_parameter(module, "weight", nn_init_ones_(layer_tensor(module, shape, place)));
    else
        layer_no_parameter(module, "weight");
    if (weight && bias)
        nn_register_parameter(module, "bias", nn_init_zeros_(layer_tensor(module, shape, place)));
    else
        layer_no_parameter(module, "bias");
}
