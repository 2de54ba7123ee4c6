/* Convolutions (torch.nn.Conv2d, Conv1d, ConvTranspose2d).
 *
 *     nn_Conv2d(3, 64, .kernel_size = 3, .stride = 2, .padding = 1, .bias = false)
 *     nn_Conv2d(16, 32, .kernel_size_hw = {3, 5}, .padding = PADDING_SAME)
 *
 * kernel_size, stride, padding and dilation are one number for both directions, or a pair, height first, in
 * the field that ends in _hw. Parameters: weight [out, in / groups, kh, kw] and bias [out], uniform within
 * 1 / sqrt(in / groups * kh * kw). Inputs are [n, in, h, w] or [in, h, w].
 *
 * ERROR_VALUE in PyTorch's words: "in_channels must be divisible by groups", "missing 1 required positional
 * argument: 'kernel_size'", ... */
#ifndef TAPER_NN_CONV_H
#define TAPER_NN_CONV_H

#include "autograd/ops/conv.h"
#include "core/keywords.h"
#include "nn/module.h"

TAPER_BEGIN_DECLS

typedef struct Conv2dArgs {
    char _;
    int64_t in_channels, out_channels, kernel_size, stride, padding, dilation, groups;
    bool bias;
    const char *padding_mode; /* "zeros", "reflect", "replicate" or "circular" */
    Device device;
    DType dtype;
    int64_t kernel_size_hw[2], stride_hw[2], padding_hw[2], dilation_hw[2]; /* instead, where not {0, 0} */
} Conv2dArgs;

typedef struct Conv1dArgs {
    char _;
    int64_t in_channels, out_channels, kernel_size, stride, padding, dilation, groups;
    bool bias;
    const char *padding_mode;
    Device device;
    DType dtype;
} Conv1dArgs;

/* nn.Conv2d(in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True,
 * padding_mode="zeros"). */
TAPER_API Module *nn_conv2d(const Conv2dArgs *args);

/* nn.Conv1d, with the same arguments: weight [out, in / groups, k], inputs [n, in, l] or [in, l]. */
TAPER_API Module *nn_conv1d(const Conv1dArgs *args);

typedef struct ConvTranspose2dArgs {
    char _;
    int64_t in_channels, out_channels, kernel_size, stride, padding, output_padding, groups;
    bool bias;
    int64_t dilation;
    const char *padding_mode; /* "zeros" only */
    Device device;
    DType dtype;
    int64_t kernel_size_hw[2], stride_hw[2], padding_hw[2], output_padding_hw[2], dilation_hw[2];
} ConvTranspose2dArgs;

/* nn.ConvTranspose2d(in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1,
 * bias=True, dilation=1): the gradient of a Conv2d, from [n, in, h, w] or [in, h, w] to [n, out, h', w'] with
 * h' = (h - 1) stride - 2 padding + dilation (kh - 1) + output_padding + 1. weight is [in, out / groups, kh,
 * kw]. A call is ERROR_VALUE for an output_padding as large as stride and dilation. */
TAPER_API Module *nn_conv_transpose2d(const ConvTranspose2dArgs *args);

#ifndef __cplusplus
#define NN_CONV_DEFAULTS_                                                                                    \
    .in_channels = TENSOR_NONE, .out_channels = TENSOR_NONE, .stride = 1, .dilation = 1, .groups = 1,        \
    .bias = true, .padding_mode = "zeros", ._ = 0
#define nn_Conv2d(...) KEYWORDS(nn_conv2d(&(Conv2dArgs){NN_CONV_DEFAULTS_, __VA_ARGS__}))
#define nn_Conv1d(...) KEYWORDS(nn_conv1d(&(Conv1dArgs){NN_CONV_DEFAULTS_, __VA_ARGS__}))
#define nn_ConvTranspose2d(...)                                                                              \
    KEYWORDS(nn_conv_transpose2d(&(ConvTranspose2dArgs){NN_CONV_DEFAULTS_, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
