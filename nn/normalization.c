#include "nn/normalization.h"

#include <string.h>

#include "autograd/autograd.h"
#include "autograd/ops/copy.h"
#include "autograd/ops/norm.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reshape.h"
#include "core/error.h"
#include "nn/init.h"
#include "nn/layer.h"
#include "nn/repr.h"

/* -- BatchNorm1d, BatchNorm2d -- */

typedef struct BatchNorm {
    Module base;
    int64_t num_features;
    double eps, momentum;
    bool affine, track_running_stats;
} BatchNorm;

enum { RUNNING_MEAN, RUNNING_VAR, NUM_BATCHES_TRACKED };

/* How much the running statistics move with this batch. */
static double batch_momentum(const BatchNorm *self, const Tensor *batches)
{
    if (self->momentum != NN_MOMENTUM_NONE)
        return self->momentum;
    return self->base.training && batches != NULL ? 1 / (tensor_item(batches) + 1) : 0;
}

static Tensor *batch_norm_call(Module *module, TensorList inputs)
{
    const BatchNorm *self = (const BatchNorm *)module;
    Tensor *batches = layer_buffer(module, NUM_BATCHES_TRACKED);
    Tensor *mean = layer_buffer(module, RUNNING_MEAN), *var = layer_buffer(module, RUNNING_VAR);
    bool tracked = !module->training || self->track_running_stats;
    bool training = module->training || (mean == NULL && var == NULL);
    Tensor *y = (tensor_batch_norm)(inputs.items[0], tracked ? mean : NULL, tracked ? var : NULL,
                                    layer_parameter(module, 0), layer_parameter(module, 1), training,
                                    batch_momentum(self, batches), self->eps);
    if (y != NULL && module->training && self->track_running_stats && batches != NULL &&
        tensor_add_(batches, 1) == NULL)
        return NULL;
    return y;
}

static Tensor *batch_norm2d_call(Module *module, TensorList inputs)
{
    int64_t dim = tensor_dim(inputs.items[0]);
    if (dim != 4)
        return error_raise(ERROR_SHAPE, "batch_norm", "expected 4D input (got %lldD input)", (long long)dim);
    return batch_norm_call(module, inputs);
}

static Tensor *batch_norm1d_call(Module *module, TensorList inputs)
{
    int64_t dim = tensor_dim(inputs.items[0]);
    if (dim != 2 && dim != 3)
        return error_raise(ERROR_SHAPE, "batch_norm", "expected 2D or 3D input (got %lldD input)",
                           (long long)dim);
    return batch_norm_call(module, inputs);
}

static void batch_norm_repr(const Module *module, FILE *out)
{
    const BatchNorm *self = (const BatchNorm *)module;
    fprintf(out, "%lld, eps=", (long long)self->num_features);
    repr_double(out, self->eps);
    fputs(", momentum=", out);
    if (self->momentum == NN_MOMENTUM_NONE)
        fputs("None", out);
    else
        repr_double(out, self->momentum);
    fprintf(out, ", affine=%s, bias=%s, track_running_stats=%s", repr_bool(self->affine),
            repr_bool(layer_parameter(module, 1) != NULL), repr_bool(self->track_running_stats));
}

static const ModuleType BatchNorm1d_type = {.name = "BatchNorm1d",
                                            .size = sizeof(BatchNorm),
                                            .n_inputs = 1,
                                            .forward = batch_norm1d_call,
                                            .extra_repr = batch_norm_repr};

static const ModuleType BatchNorm2d_type = {.name = "BatchNorm2d",
                                            .size = sizeof(BatchNorm),
                                            .n_inputs = 1,
                                            .forward = batch_norm2d_call,
                                            .extra_repr = batch_norm_repr};

static void register_statistics(Module *module, int64_t n, bool tracked, LayerPlace place)
{
    static const char *const names[] = {"running_mean", "running_var", "num_batches_tracked"};
    if (tracked) {
        LayerPlace counted = {place.device, DTYPE_INT64};
        nn_register_buffer(module, names[0], nn_init_zeros_(layer_tensor(DIMS(n), place)), true);
        nn_register_buffer(module, names[1], nn_init_ones_(layer_tensor(DIMS(n), place)), true);
        nn_register_buffer(module, names[2], tensor_zero_(layer_tensor(DIMS(), counted)), true);
        return;
    }
    for (int i = 0; i < 3; i++)
        module_register_none(module, true, names[i]);
}

static Module *new_batch_norm(const ModuleType *type, const BatchNormArgs *args)
{
    LayerPlace place = {args->device, args->dtype};
    if (!layer_given(type->name, {"num_features", args->num_features}))
        return NULL;
    BatchNorm *self = (BatchNorm *)(void *)nn_module_alloc(type);
    if (self == NULL)
        return NULL;
    self->num_features = args->num_features;
    self->eps = args->eps;
    self->momentum = args->momentum;
    self->affine = args->affine;
    self->track_running_stats = args->track_running_stats;
    layer_affine_parameters(&self->base, DIMS(args->num_features), args->affine, args->bias, place);
    register_statistics(&self->base, args->num_features, args->track_running_stats, place);
    return layer_finished(&self->base);
}

Module *nn_batch_norm1d(const BatchNormArgs *args)
{
    return new_batch_norm(&BatchNorm1d_type, args);
}

Module *nn_batch_norm2d(const BatchNormArgs *args)
{
    return new_batch_norm(&BatchNorm2d_type, args);
}

/* -- InstanceNorm1d, InstanceNorm2d: made and printed like BatchNorm -- */

static Tensor *instance_norm_call(Module *module, Tensor *x, int64_t batched)
{
    const BatchNorm *self = (const BatchNorm *)module;
    int64_t dim = tensor_dim(x), channels = dim == batched;
    if (dim != batched && dim != batched - 1)
        return error_raise(ERROR_SHAPE, "instance_norm", "expected %lldD or %lldD input (got %lldD input)",
                           (long long)batched - 1, (long long)batched, (long long)dim);
    if (self->affine && tensor_size(x, channels) != self->num_features)
        return error_raise(ERROR_SHAPE, "instance_norm",
                           "expected input's size at dim=%lld to match num_features (%lld), but got: %lld.",
                           (long long)channels, (long long)self->num_features,
                           (long long)tensor_size(x, channels));
    double momentum = self->momentum == NN_MOMENTUM_NONE ? 0 : self->momentum;
    Tensor *y = (tensor_instance_norm)(dim == batched ? x : tensor_unsqueeze(x, 0),
                                       layer_buffer(module, RUNNING_MEAN), layer_buffer(module, RUNNING_VAR),
                                       layer_parameter(module, 0), layer_parameter(module, 1),
                                       module->training || !self->track_running_stats, momentum, self->eps);
    return dim == batched ? y : tensor_flatten(y, 0, 1);
}

static Tensor *instance_norm1d_call(Module *module, TensorList inputs)
{
    return instance_norm_call(module, inputs.items[0], 3);
}

static Tensor *instance_norm2d_call(Module *module, TensorList inputs)
{
    return instance_norm_call(module, inputs.items[0], 4);
}

static const ModuleType InstanceNorm1d_type = {.name = "InstanceNorm1d",
                                               .size = sizeof(BatchNorm),
                                               .n_inputs = 1,
                                               .forward = instance_norm1d_call,
                                               .extra_repr = batch_norm_repr};

static const ModuleType InstanceNorm2d_type = {.name = "InstanceNorm2d",
                                               .size = sizeof(BatchNorm),
                                               .n_inputs = 1,
                                               .forward = instance_norm2d_call,
                                               .extra_repr = batch_norm_repr};

Module *nn_instance_norm1d(const BatchNormArgs *args)
{
    return new_batch_norm(&InstanceNorm1d_type, args);
}

Module *nn_instance_norm2d(const BatchNormArgs *args)
{
    return new_batch_norm(&InstanceNorm2d_type, args);
}

/* -- LayerNorm -- */

typedef struct LayerNorm {
    Module base;
    int64_t shape[TENSOR_MAX_DIMS], ndim;
    double eps;
    bool affine;
} LayerNorm;

static Tensor *layer_norm_call(Module *module, TensorList inputs)
{
    const LayerNorm *self = (const LayerNorm *)module;
    return (tensor_layer_norm)(inputs.items[0], (Dims){self->ndim, self->shape}, layer_parameter(module, 0),
                               layer_parameter(module, 1), self->eps);
}

static void layer_norm_repr(const Module *module, FILE *out)
{
    const LayerNorm *self = (const LayerNorm *)module;
    repr_tuple(out, self->shape, self->ndim);
    fputs(", eps=", out);
    repr_double(out, self->eps);
    fprintf(out, ", elementwise_affine=%s, bias=%s", repr_bool(self->affine),
            repr_bool(layer_parameter(module, 1) != NULL));
}

static const ModuleType LayerNorm_type = {.name = "LayerNorm",
                                          .size = sizeof(LayerNorm),
                                          .n_inputs = 1,
                                          .forward = layer_norm_call,
                                          .extra_repr = layer_norm_repr};

Module *nn_layer_norm(const LayerNormArgs *args)
{
    int64_t last;
    if (!layer_given("LayerNorm", {"normalized_shape", args->normalized_shape.n}))
        return NULL;
    Dims shape = dims_or_number(args->normalized_shape, &last);
    if (shape.n > TENSOR_MAX_DIMS)
        return error_raise(ERROR_VALUE, "LayerNorm",
                           "normalized_shape has %lld dimensions; a tensor has at most %d",
                           (long long)shape.n, TENSOR_MAX_DIMS);
    LayerNorm *self = nn_new(LayerNorm);
    if (self == NULL)
        return NULL;
    memcpy(self->shape, shape.data, (size_t)shape.n * sizeof *shape.data);
    self->ndim = shape.n;
    self->eps = args->eps;
    self->affine = args->elementwise_affine;
    layer_affine_parameters(&self->base, shape, args->elementwise_affine, args->bias,
                            (LayerPlace){args->device, args->dtype});
    return layer_finished(&self->base);
}

/* -- GroupNorm -- */

typedef struct GroupNorm {
    Module base;
    int64_t num_groups, num_channels;
    double eps;
    bool affine;
} GroupNorm;

static Tensor *group_norm_call(Module *module, TensorList inputs)
{
    const GroupNorm *self = (const GroupNorm *)module;
    return (tensor_group_norm)(inputs.items[0], self->num_groups, layer_parameter(module, 0),
                               layer_parameter(module, 1), self->eps);
}

static void group_norm_repr(const Module *module, FILE *out)
{
    const GroupNorm *self = (const GroupNorm *)module;
    fprintf(out, "%lld, %lld, eps=", (long long)self->num_groups, (long long)self->num_channels);
    repr_double(out, self->eps);
    fprintf(out, ", affine=%s, bias=%s", repr_bool(self->affine),
            repr_bool(layer_parameter(module, 1) != NULL));
}

static const ModuleType GroupNorm_type = {.name = "GroupNorm",
                                          .size = sizeof(GroupNorm),
                                          .n_inputs = 1,
                                          .forward = group_norm_call,
                                          .extra_repr = group_norm_repr};

Module *nn_group_norm(const GroupNormArgs *args)
{
    if (!layer_given("GroupNorm", {"num_groups", args->num_groups}, {"num_channels", args->num_channels}))
        return NULL;
    if (args->num_groups <= 0)
        return error_raise(ERROR_VALUE, "GroupNorm", "num_groups must be positive, but got %lld",
                           (long long)args->num_groups);
    if (args->num_channels % args->num_groups != 0)
        return error_raise(ERROR_VALUE, "GroupNorm",
                           "num_channels (%lld) must be divisible by num_groups (%lld)",
                           (long long)args->num_channels, (long long)args->num_groups);
    GroupNorm *self = nn_new(GroupNorm);
    if (self == NULL)
        return NULL;
    self->num_groups = args->num_groups;
    self->num_channels = args->num_channels;
    self->eps = args->eps;
    self->affine = args->affine;
    layer_affine_parameters(&self->base, DIMS(args->num_channels), args->affine, args->bias,
                            (LayerPlace){args->device, args->dtype});
    return layer_finished(&self->base);
}
