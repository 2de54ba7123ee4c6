/* Normalisations (torch.nn.BatchNorm2d, BatchNorm1d, InstanceNorm2d, InstanceNorm1d, LayerNorm,
 * GroupNorm).
 *
 *     nn_BatchNorm2d(64)
 *     nn_LayerNorm(512), nn_LayerNorm(DIMS(3, 4), .bias = false)
 *
 * Parameters: weight, ones at first, and bias, zeros; both None without affine, bias None without bias. */
#ifndef TAPER_NN_NORMALIZATION_H
#define TAPER_NN_NORMALIZATION_H

#include "core/keywords.h"
#include "nn/module.h"

TAPER_BEGIN_DECLS

/* As a momentum, PyTorch's None: the running statistics are the mean over all batches so far. */
enum { NN_MOMENTUM_NONE = -1 };

typedef struct BatchNormArgs {
    char _;
    int64_t num_features;
    double eps, momentum;
    bool affine, track_running_stats;
    Device device;
    DType dtype;
    bool bias;
} BatchNormArgs;

/* nn.BatchNorm2d(num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, bias=True) for
 * [n, c, h, w], nn.BatchNorm1d for [n, c] and [n, c, l]; see tensor_batch_norm. Buffers, if
 * track_running_stats: running_mean, running_var and num_batches_tracked (int64, 0-d). In evaluation mode the
 * running statistics are used where there are any. ERROR_SHAPE: "expected 4D input (got 3D input)". */
TAPER_API Module *nn_batch_norm2d(const BatchNormArgs *args);
TAPER_API Module *nn_batch_norm1d(const BatchNormArgs *args);

/* nn.InstanceNorm2d(num_features, eps=1e-5, momentum=0.1, affine=False, track_running_stats=False, bias=True)
 * for [n, c, h, w] and [c, h, w], nn.InstanceNorm1d for [n, c, l] and [c, l]; see tensor_instance_norm.
 * Running statistics, if tracked, take the place of the input's own in evaluation mode. ERROR_SHAPE:
 * "expected input's size at dim=1 to match num_features (3), but got: 4." */
TAPER_API Module *nn_instance_norm2d(const BatchNormArgs *args);
TAPER_API Module *nn_instance_norm1d(const BatchNormArgs *args);

typedef struct LayerNormArgs {
    char _;
    Dims normalized_shape; /* a number: the last dimension only */
    double eps;
    bool elementwise_affine, bias;
    Device device;
    DType dtype;
} LayerNormArgs;

/* nn.LayerNorm(normalized_shape, eps=1e-5, elementwise_affine=True, bias=True): over the last dimensions. */
TAPER_API Module *nn_layer_norm(const LayerNormArgs *args);

typedef struct GroupNormArgs {
    char _;
    int64_t num_groups, num_channels;
    double eps;
    bool affine;
    Device device;
    DType dtype;
    bool bias;
} GroupNormArgs;

/* nn.GroupNorm(num_groups, num_channels, eps=1e-5, affine=True, bias=True). ERROR_VALUE: "num_channels (6)
 * must be divisible by num_groups (4)". */
TAPER_API Module *nn_group_norm(const GroupNormArgs *args);

#ifndef __cplusplus
#define NN_BATCH_NORM_ARGS_(...)                                                                             \
    (&(BatchNormArgs){.num_features = TENSOR_NONE,                                                           \
                      .eps = 1e-5,                                                                           \
                      .momentum = 0.1,                                                                       \
                      .affine = true,                                                                        \
                      .track_running_stats = true,                                                           \
                      .bias = true,                                                                          \
                      ._ = 0,                                                                                \
                      __VA_ARGS__})
#define nn_BatchNorm2d(...) KEYWORDS(nn_batch_norm2d(NN_BATCH_NORM_ARGS_(__VA_ARGS__)))
#define nn_BatchNorm1d(...) KEYWORDS(nn_batch_norm1d(NN_BATCH_NORM_ARGS_(__VA_ARGS__)))
#define NN_INSTANCE_NORM_ARGS_(...)                                                                          \
    (&(BatchNormArgs){                                                                                       \
        .num_features = TENSOR_NONE, .eps = 1e-5, .momentum = 0.1, .bias = true, ._ = 0, __VA_ARGS__})
#define nn_InstanceNorm2d(...) KEYWORDS(nn_instance_norm2d(NN_INSTANCE_NORM_ARGS_(__VA_ARGS__)))
#define nn_InstanceNorm1d(...) KEYWORDS(nn_instance_norm1d(NN_INSTANCE_NORM_ARGS_(__VA_ARGS__)))
#define nn_LayerNorm(...)                                                                                    \
    KEYWORDS(nn_layer_norm(&(LayerNormArgs){.normalized_shape = DIMS_NOT_GIVEN,                              \
                                            .eps = 1e-5,                                                     \
                                            .elementwise_affine = true,                                      \
                                            .bias = true,                                                    \
                                            ._ = 0,                                                          \
                                            __VA_ARGS__}))
#define nn_GroupNorm(...)                                                                                    \
    KEYWORDS(nn_group_norm(&(GroupNormArgs){.num_groups = TENSOR_NONE,                                       \
                                            .num_channels = TENSOR_NONE,                                     \
                                            .eps = 1e-5,                                                     \
                                            .affine = true,                                                  \
                                            .bias = true,                                                    \
                                            ._ = 0,                                                          \
                                            __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
