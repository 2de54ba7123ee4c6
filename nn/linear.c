#include "nn/linear.h"

#include <string.h>

#include "autograd/ops/matmul.h"
#include "autograd/ops/reshape.h"
#include "core/error.h"
#include "nn/layer.h"
#include "nn/repr.h"

/* -- Linear -- */

typedef struct Linear {
    Module base;
    int64_t in_features, out_features;
} Linear;

static Tensor *linear_call(Module *module, TensorList inputs)
{
    return (tensor_linear)(inputs.items[0], layer_parameter(module, 0), layer_parameter(module, 1));
}

static void linear_repr(const Module *module, FILE *out)
{
    const Linear *self = (const Linear *)module;
    fprintf(out, "in_features=%lld, out_features=%lld, bias=%s", (long long)self->in_features,
            (long long)self->out_features, repr_bool(layer_parameter(module, 1) != NULL));
}

static int64_t linear_multiply_adds(const Module *module, TensorList inputs, const Tensor *output)
{
    (void)inputs;
    return tensor_numel(output) * ((const Linear *)module)->in_features;
}

static const ModuleType Linear_type = {.name = "Linear",
                                       .size = sizeof(Linear),
                                       .n_inputs = 1,
                                       .forward = linear_call,
                                       .extra_repr = linear_repr,
                                       .multiply_adds = linear_multiply_adds};

Module *nn_linear(const LinearArgs *args)
{
    if (!layer_given("Linear", {"in_features", args->in_features}, {"out_features", args->out_features}))
        return NULL;
    Linear *self = nn_new(Linear);
    if (self == NULL)
        return NULL;
    self->in_features = args->in_features;
    self->out_features = args->out_features;
    layer_linear_parameters(&self->base, DIMS(args->out_features, args->in_features), args->bias,
                            args->out_features, (LayerPlace){args->device, args->dtype});
    return layer_finished(&self->base);
}

/* -- Identity -- */

static Tensor *identity_call(Module *module, TensorList inputs)
{
    (void)module;
    return inputs.items[0];
}

static const ModuleType Identity_type = {
    .name = "Identity", .size = sizeof(Module), .n_inputs = 1, .forward = identity_call};

Module *nn_identity(void)
{
    return nn_module_alloc(&Identity_type);
}

/* -- Flatten -- */

typedef struct Flatten {
    Module base;
    FlattenArgs args;
} Flatten;

static Tensor *flatten_call(Module *module, TensorList inputs)
{
    const FlattenArgs *args = &((const Flatten *)module)->args;
    return (tensor_flatten)(inputs.items[0], args->start_dim, args->end_dim);
}

static void flatten_repr(const Module *module, FILE *out)
{
    const FlattenArgs *args = &((const Flatten *)module)->args;
    fprintf(out, "start_dim=%lld, end_dim=%lld", (long long)args->start_dim, (long long)args->end_dim);
}

static const ModuleType Flatten_type = {.name = "Flatten",
                                        .size = sizeof(Flatten),
                                        .n_inputs = 1,
                                        .forward = flatten_call,
                                        .extra_repr = flatten_repr};

Module *nn_flatten(const FlattenArgs *args)
{
    Flatten *self = nn_new(Flatten);
    if (self == NULL)
        return NULL;
    self->args = *args;
    return &self->base;
}

/* -- Unflatten -- */

typedef struct Unflatten {
    Module base;
    int64_t dim, sizes[TENSOR_MAX_DIMS], n;
} Unflatten;

static Tensor *unflatten_call(Module *module, TensorList inputs)
{
    const Unflatten *self = (const Unflatten *)module;
    return (tensor_unflatten)(inputs.items[0], self->dim, (Dims){self->n, self->sizes});
}

static void unflatten_repr(const Module *module, FILE *out)
{
    const Unflatten *self = (const Unflatten *)module;
    fprintf(out, "dim=%lld, unflattened_size=", (long long)self->dim);
    repr_tuple(out, self->sizes, self->n);
}

static const ModuleType Unflatten_type = {.name = "Unflatten",
                                          .size = sizeof(Unflatten),
                                          .n_inputs = 1,
                                          .forward = unflatten_call,
                                          .extra_repr = unflatten_repr};

Module *nn_unflatten(int64_t dim, Dims unflattened_size)
{
    if (unflattened_size.n > TENSOR_MAX_DIMS)
        return error_raise(ERROR_VALUE, "Unflatten", "a tensor has at most %d dimensions", TENSOR_MAX_DIMS);
    Unflatten *self = nn_new(Unflatten);
    if (self == NULL)
        return NULL;
    self->dim = dim;
    self->n = unflattened_size.n;
    memcpy(self->sizes, unflattened_size.data, (size_t)self->n * sizeof *self->sizes);
    return &self->base;
}
