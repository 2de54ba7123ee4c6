/* Pooling over height and width (torch.nn.MaxPool2d, AvgPool2d, AdaptiveAvgPool2d, AdaptiveMaxPool2d); see
 * autograd/ops/pool.h.
 *
 *     nn_MaxPool2d(3, .stride = 2, .padding = 1)
 *     nn_AdaptiveAvgPool2d(1)
 *
 * Sizes are one number for both directions, or a pair in the field that ends in _hw. */
#ifndef TAPER_NN_POOLING_H
#define TAPER_NN_POOLING_H

#include "autograd/ops/pool.h"
#include "core/keywords.h"
#include "nn/module.h"

TAPER_BEGIN_DECLS

typedef struct MaxPool2dArgs {
    char _;
    int64_t kernel_size;
    int64_t stride; /* TENSOR_NONE: kernel_size */
    int64_t padding, dilation;
    bool return_indices;
    bool ceil_mode;
    int64_t kernel_size_hw[2], stride_hw[2], padding_hw[2], dilation_hw[2];
} MaxPool2dArgs;

/* nn.MaxPool2d(kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False). A
 * module has one result, so return_indices is ERROR_UNSUPPORTED (tensor_max_pool2d_with_indices gives them).
 */
TAPER_API Module *nn_max_pool2d(const MaxPool2dArgs *args);

/* nn.AvgPool2d(kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True,
 * divisor_override=None). */
TAPER_API Module *nn_avg_pool2d(const TensorAvgPool2dArgs *args);

/* nn.AdaptiveAvgPool2d(output_size), nn.AdaptiveMaxPool2d(output_size); TENSOR_NONE keeps the input's size.
 * (1, 1) is 1, or .output_size_hw = {1, 1}. */
TAPER_API Module *nn_adaptive_avg_pool2d(const TensorAdaptivePool2dArgs *args);
TAPER_API Module *nn_adaptive_max_pool2d(const TensorAdaptivePool2dArgs *args);

#ifndef __cplusplus
#define nn_MaxPool2d(...)                                                                                    \
    KEYWORDS(nn_max_pool2d(&(MaxPool2dArgs){                                                                 \
        .kernel_size = TENSOR_NONE, .stride = TENSOR_NONE, .dilation = 1, ._ = 0, __VA_ARGS__}))
#define nn_AvgPool2d(...)                                                                                    \
    KEYWORDS(nn_avg_pool2d(&(TensorAvgPool2dArgs){.kernel_size = TENSOR_NONE,                                \
                                                  .stride = TENSOR_NONE,                                     \
                                                  .count_include_pad = true,                                 \
                                                  .divisor_override = TENSOR_NONE,                           \
                                                  ._ = 0,                                                    \
                                                  __VA_ARGS__}))
#define nn_AdaptiveAvgPool2d(...)                                                                            \
    KEYWORDS(nn_adaptive_avg_pool2d(&(TensorAdaptivePool2dArgs){._ = 0, __VA_ARGS__}))
#define nn_AdaptiveMaxPool2d(...)                                                                            \
    KEYWORDS(nn_adaptive_max_pool2d(&(TensorAdaptivePool2dArgs){._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
