/* Normalisation: batch_norm, layer_norm, group_norm, instance_norm, as in torch.nn.functional.
 *
 *     tensor_batch_norm(x, running_mean, running_var, weight, bias, .training = true)
 *     tensor_layer_norm(x, DIMS(3, 64), weight, bias), tensor_layer_norm(x, 64)
 *
 * weight and bias may be NULL everywhere, which is the default: 1 and 0. Tensors are float, parameters of x's
 * dtype. Other defaults: training false, use_input_stats true, momentum 0.1, eps 1e-5, no running statistics.
 * Errors are ERROR_SHAPE, ERROR_VALUE or ERROR_DTYPE in PyTorch's words. */
#ifndef TAPER_AUTOGRAD_OPS_NORM_H
#define TAPER_AUTOGRAD_OPS_NORM_H

#include "core/keywords.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* torch.nn.functional.batch_norm: y = (x - mean) / sqrt(var + eps) weight + bias for each channel, dimension
 * 1 of x [N, C, ...]. The other tensors have C elements. In training, mean and (biased) variance are those of
 * the batch, and running_mean and running_var, where given, are changed in place: running = (1 - momentum)
 * running + momentum batch's, with the unbiased variance. Otherwise they are taken for mean and variance, and
 * must be given. Errors: "Expected more than 1 value per channel when training, got input size torch.Size([1,
 * 64, 1, 1])", "running_mean should contain 3 elements not 4", ... */
TAPER_API Tensor *tensor_batch_norm(Tensor *x, Tensor *running_mean, Tensor *running_var, Tensor *weight,
                                    Tensor *bias, bool training, double momentum, double eps);

/* torch.nn.functional.layer_norm: the same over the last dimensions, which are normalized_shape, for each of
 * the others. weight and bias have the shape normalized_shape. */
TAPER_API Tensor *tensor_layer_norm(Tensor *x, Dims normalized_shape, Tensor *weight, Tensor *bias,
                                    double eps);

/* torch.nn.functional.group_norm: over groups of channels of each image; weight and bias have C elements. */
TAPER_API Tensor *tensor_group_norm(Tensor *x, int64_t num_groups, Tensor *weight, Tensor *bias, double eps);

/* torch.nn.functional.instance_norm: over each channel of each image. With use_input_stats running_mean and
 * running_var, where given, are moved by the mean over the images; without it they take the place of the
 * images' own. */
TAPER_API Tensor *tensor_instance_norm(Tensor *x, Tensor *running_mean, Tensor *running_var, Tensor *weight,
                                       Tensor *bias, bool use_input_stats, double momentum, double eps);

typedef struct TensorBatchNormArgs {
    char _;
    Tensor *running_mean, *running_var, *weight, *bias;
    bool training;
    double momentum, eps;
} TensorBatchNormArgs;

typedef struct TensorLayerNormArgs {
    char _;
    Dims normalized_shape; /* a number: the last dimension only */
    Tensor *weight, *bias;
    double eps;
} TensorLayerNormArgs;

typedef struct TensorGroupNormArgs {
    char _;
    int64_t num_groups;
    Tensor *weight, *bias;
    double eps;
} TensorGroupNormArgs;

typedef struct TensorInstanceNormArgs {
    char _;
    Tensor *running_mean, *running_var, *weight, *bias;
    bool use_input_stats;
    double momentum, eps;
} TensorInstanceNormArgs;

/* What the macros below call: the same functions with keyword arguments. */
TAPER_API Tensor *tensor_batch_norm_args(Tensor *x, const TensorBatchNormArgs *args);
TAPER_API Tensor *tensor_layer_norm_args(Tensor *x, const TensorLayerNormArgs *args);
TAPER_API Tensor *tensor_group_norm_args(Tensor *x, const TensorGroupNormArgs *args);
TAPER_API Tensor *tensor_instance_norm_args(Tensor *x, const TensorInstanceNormArgs *args);

#ifndef __cplusplus
#define tensor_batch_norm(x, ...)                                                                            \
    KEYWORDS(tensor_batch_norm_args(                                                                         \
        (x), &(TensorBatchNormArgs){.momentum = 0.1, .eps = 1e-5, ._ = 0, __VA_ARGS__}))
#define tensor_layer_norm(x, ...)                                                                            \
    KEYWORDS(tensor_layer_norm_args((x), &(TensorLayerNormArgs){.eps = 1e-5, ._ = 0, __VA_ARGS__}))
#define tensor_group_norm(x, ...)                                                                            \
    KEYWORDS(tensor_group_norm_args((x), &(TensorGroupNormArgs){.eps = 1e-5, ._ = 0, __VA_ARGS__}))
#define tensor_instance_norm(x, ...)                                                                         \
    KEYWORDS(tensor_instance_norm_args(                                                                      \
        (x), &(TensorInstanceNormArgs){                                                                      \
                 .use_input_stats = true, .momentum = 0.1, .eps = 1e-5, ._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
