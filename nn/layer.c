#include "nn/layer.h"

#include <math.h>
#include <string.h>

#include "autograd/creation.h"
#include "core/error.h"
#include "nn/init.h"

Tensor *layer_tensor(Dims shape, LayerPlace place)
{
    return tensor_empty(shape, .dtype = place.dtype, .device = place.device);
}

void layer_linear_parameters(Module *module, Dims weight, bool bias, int64_t n_bias, LayerPlace place)
{
    int64_t fan_in = 1;
    for (int64_t d = 1; d < weight.n; d++)
        fan_in *= weight.data[d];
    double bound = fan_in > 0 ? 1 / sqrt((double)fan_in) : 0;
    Tensor *w = nn_init_kaiming_uniform_(layer_tensor(weight, place), .a = sqrt(5));
    nn_register_parameter(module, "weight", w);
    if (bias)
        nn_register_parameter(module, "bias",
                              nn_init_uniform_(layer_tensor(DIMS(n_bias), place), -bound, bound));
    else
        module_register_none(module, false, "bias");
}

void layer_affine_parameters(Module *module, Dims shape, bool weight, bool bias, LayerPlace place)
{
    if (weight)
        nn_register_parameter(module, "weight", nn_init_ones_(layer_tensor(shape, place)));
    else
        module_register_none(module, false, "weight");
    if (weight && bias)
        nn_register_parameter(module, "bias", nn_init_zeros_(layer_tensor(shape, place)));
    else
        module_register_none(module, false, "bias");
}

bool layer_given_all(const char *type, const LayerArgument *arguments, int n)
{
    const char *missing[3]; /* no layer has more */
    int count = 0;
    for (int i = 0; i < n; i++)
        if (arguments[i].value == TENSOR_NONE)
            missing[count++] = arguments[i].name;
    return count == 0 || error_raise_missing(type, missing, count) != NULL;
}

const char *layer_reduction(const char *type, const char *reduction, bool batchmean)
{
    static const char *const reductions[] = {"none", "mean", "sum", "batchmean"};
    for (int i = 0; i < 3 + batchmean && reduction != NULL; i++)
        if (strcmp(reduction, reductions[i]) == 0)
            return reductions[i];
    return error_raise(ERROR_VALUE, type, "%s is not a valid value for reduction",
                       reduction != NULL ? reduction : "NULL");
}
