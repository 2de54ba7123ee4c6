/* Pooling over the last two dimensions of images [N, C, H, W] or [C, H, W]: the maximum or the mean of each
 * window.
 *
 *     tensor_max_pool2d(x, 3, .stride = 2, .padding = 1)
 *     tensor_avg_pool2d(x, .kernel_size_hw = {3, 5})
 *     tensor_adaptive_avg_pool2d(x, 1)
 *
 * Sizes may be one number for height and width, or a pair in the field that ends in _hw. Inputs are float
 * tensors; the memory format (channels_last) of x is kept. Errors are ERROR_SHAPE or ERROR_VALUE in PyTorch's
 * words, ERROR_DTYPE for integers.
 *
 * In the flat functions a list holds one number or two; an empty stride means the kernel's size. */
#ifndef TAPER_AUTOGRAD_OPS_POOL_H
#define TAPER_AUTOGRAD_OPS_POOL_H

#include "core/keywords.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* A maximum and where it was: h * W + w within its image and channel, int64. */
typedef struct TensorMaxPool2d {
    Tensor *output, *indices;
} TensorMaxPool2d;

/* torch.nn.functional.max_pool2d. A NaN is larger than any number; padding smaller than any. With ceil_mode a
 * last window that starts inside of x or its left padding may stick out. */
TAPER_API Tensor *tensor_max_pool2d(Tensor *x, Dims kernel_size, Dims stride, Dims padding, Dims dilation,
                                    bool ceil_mode);
/* The same with return_indices=True. Both members are NULL after an error. */
TAPER_API TensorMaxPool2d tensor_max_pool2d_with_indices(Tensor *x, Dims kernel_size, Dims stride,
                                                         Dims padding, Dims dilation, bool ceil_mode);

/* torch.nn.functional.avg_pool2d. Zeros of the padding count as elements if count_include_pad.
 * divisor_override replaces the number of elements; TENSOR_NONE: none. */
TAPER_API Tensor *tensor_avg_pool2d(Tensor *x, Dims kernel_size, Dims stride, Dims padding, bool ceil_mode,
                                    bool count_include_pad, int64_t divisor_override);

/* torch.nn.functional.adaptive_avg_pool2d and adaptive_max_pool2d: the result has the given height and width,
 * its windows share x out evenly. TENSOR_NONE in output_size keeps x's size. A number and a pair at once, as
 * tensor_adaptive_avg_pool2d(x, 1, 1) would be, are ERROR_VALUE. */
TAPER_API Tensor *tensor_adaptive_avg_pool2d(Tensor *x, Dims output_size);
TAPER_API Tensor *tensor_adaptive_max_pool2d(Tensor *x, Dims output_size);
TAPER_API TensorMaxPool2d tensor_adaptive_max_pool2d_with_indices(Tensor *x, Dims output_size);

/* The arguments of the pools by name. A pair (_hw) that is not zero goes before the single number. */
typedef struct TensorMaxPool2dArgs {
    char _;
    int64_t kernel_size;
    int64_t stride; /* TENSOR_NONE: kernel_size */
    int64_t padding;
    int64_t dilation;
    bool ceil_mode;
    int64_t kernel_size_hw[2], stride_hw[2], padding_hw[2], dilation_hw[2];
} TensorMaxPool2dArgs;

typedef struct TensorAvgPool2dArgs {
    char _;
    int64_t kernel_size;
    int64_t stride; /* TENSOR_NONE: kernel_size */
    int64_t padding;
    bool ceil_mode;
    bool count_include_pad;
    int64_t divisor_override; /* TENSOR_NONE: none */
    int64_t kernel_size_hw[2], stride_hw[2], padding_hw[2];
} TensorAvgPool2dArgs;

typedef struct TensorAdaptivePool2dArgs {
    char _;
    int64_t output_size;
    int64_t output_size_hw[2];
} TensorAdaptivePool2dArgs;

/* What the macros below call: the same functions with keyword arguments. */
TAPER_API Tensor *tensor_max_pool2d_args(Tensor *x, const TensorMaxPool2dArgs *args);
TAPER_API TensorMaxPool2d tensor_max_pool2d_with_indices_args(Tensor *x, const TensorMaxPool2dArgs *args);
TAPER_API Tensor *tensor_avg_pool2d_args(Tensor *x, const TensorAvgPool2dArgs *args);
TAPER_API Tensor *tensor_adaptive_avg_pool2d_args(Tensor *x, const TensorAdaptivePool2dArgs *args);
TAPER_API Tensor *tensor_adaptive_max_pool2d_args(Tensor *x, const TensorAdaptivePool2dArgs *args);

#ifndef __cplusplus
#define TENSOR_MAX_POOL2D_ARGS_(...)                                                                         \
    (&(TensorMaxPool2dArgs){.stride = TENSOR_NONE, .dilation = 1, ._ = 0, __VA_ARGS__})
#define tensor_max_pool2d(x, ...) KEYWORDS(tensor_max_pool2d_args((x), TENSOR_MAX_POOL2D_ARGS_(__VA_ARGS__)))
#define tensor_max_pool2d_with_indices(x, ...)                                                               \
    KEYWORDS(tensor_max_pool2d_with_indices_args((x), TENSOR_MAX_POOL2D_ARGS_(__VA_ARGS__)))
#define tensor_avg_pool2d(x, ...)                                                                            \
    KEYWORDS(tensor_avg_pool2d_args((x), &(TensorAvgPool2dArgs){.stride = TENSOR_NONE,                       \
                                                                .count_include_pad = true,                   \
                                                                .divisor_override = TENSOR_NONE,             \
                                                                ._ = 0,                                      \
                                                                __VA_ARGS__}))
#define tensor_adaptive_avg_pool2d(x, ...)                                                                   \
    KEYWORDS(tensor_adaptive_avg_pool2d_args((x), &(TensorAdaptivePool2dArgs){._ = 0, __VA_ARGS__}))
#define tensor_adaptive_max_pool2d(x, ...)                                                                   \
    KEYWORDS(tensor_adaptive_max_pool2d_args((x), &(TensorAdaptivePool2dArgs){._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
