/* Convolutions of images. float32 and float64; NCHW shapes, contiguous or channels_last: the result is laid
 * out as the input is. All are differentiable, any number of times.
 *
 * Numbers of positions, `Dims stride, padding, dilation`: one for both directions or two, height first. */
#ifndef TAPER_AUTOGRAD_OPS_CONV_H
#define TAPER_AUTOGRAD_OPS_CONV_H

#include "core/keywords.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* padding='same' and padding='valid' in PyTorch: the result as large as the input (stride 1 only), or no
 * padding. */
enum { PADDING_VALID = 0, PADDING_SAME = -2147483647 };

/* torch.nn.functional.conv2d: input [n, c, h, w] or [c, h, w], weight [out, c / groups, kh, kw], bias [out]
 * or NULL -> [n, out, h', w'] with h' = (h + 2 padding - dilation (kh - 1) - 1) / stride + 1.
 *
 * In C: tensor_conv2d(x, weight, bias, .stride = 2, .padding = 1), where stride, padding and dilation also
 * come as pairs, .stride_hw = {2, 1}, and padding = PADDING_SAME is padding='same'. Defaults: bias NULL,
 * stride 1, padding 0, dilation 1, groups 1.
 *
 * ERROR_SHAPE where sizes do not fit, ERROR_VALUE for a stride, padding, dilation or groups out of range,
 * ERROR_DTYPE for tensors of different dtypes. */
TAPER_API Tensor *tensor_conv2d(Tensor *input, Tensor *weight, Tensor *bias, Dims stride, Dims padding,
                                Dims dilation, int64_t groups);

/* torch.nn.functional.conv1d: input [n, c, l] or [c, l], weight [out, c / groups, k] -> [n, out, l'].
 * Defaults and errors as of conv2d. In C: tensor_conv1d(x, weight, bias, .stride = 2). */
TAPER_API Tensor *tensor_conv1d(Tensor *input, Tensor *weight, Tensor *bias, Dims stride, Dims padding,
                                Dims dilation, int64_t groups);

/* torch.nn.functional.conv_transpose2d: input [n, c, h, w] or [c, h, w], weight [c, out / groups, kh, kw],
 * bias [out] or NULL -> [n, out, h', w'] with h' = (h - 1) stride - 2 padding + dilation (kh - 1) +
 * output_padding + 1, output_padding being smaller than stride or dilation. Note that groups comes before
 * dilation.
 *
 * In C: tensor_conv_transpose2d(x, weight, bias, .stride = 2, .padding = 1, .output_padding = 1), with pairs
 * and defaults as of conv2d; output_padding is 0. The same errors. */
TAPER_API Tensor *tensor_conv_transpose2d(Tensor *input, Tensor *weight, Tensor *bias, Dims stride,
                                          Dims padding, Dims output_padding, int64_t groups, Dims dilation);

/* torch.nn.grad.conv2d_input and conv2d_weight: the gradients of conv2d, of the given size, from that of its
 * result. The first is a transposed convolution. Without defaults: DIMS(1) for stride and dilation, DIMS(0)
 * for padding. */
TAPER_API Tensor *tensor_conv2d_input(Dims input_size, Tensor *weight, Tensor *grad_output, Dims stride,
                                      Dims padding, Dims dilation, int64_t groups);
TAPER_API Tensor *tensor_conv2d_weight(Tensor *input, Dims weight_size, Tensor *grad_output, Dims stride,
                                       Dims padding, Dims dilation, int64_t groups);

#ifndef __cplusplus
typedef struct TensorConvArgs {
    char _;
    Tensor *input, *weight, *bias;
    int64_t stride, padding, dilation, groups;
    int64_t stride_hw[2], padding_hw[2], dilation_hw[2]; /* used instead where not {0, 0} */
} TensorConvArgs;
typedef struct TensorConvTransposeArgs {
    char _;
    Tensor *input, *weight, *bias;
    int64_t stride, padding, output_padding, groups, dilation;
    int64_t stride_hw[2], padding_hw[2], output_padding_hw[2], dilation_hw[2];
} TensorConvTransposeArgs;
TAPER_API Tensor *tensor_conv2d_args(const TensorConvArgs *args);
TAPER_API Tensor *tensor_conv1d_args(const TensorConvArgs *args);
TAPER_API Tensor *tensor_conv_transpose2d_args(const TensorConvTransposeArgs *args);
#define tensor_conv2d(...)                                                                                   \
    KEYWORDS(                                                                                                \
        tensor_conv2d_args(&(TensorConvArgs){.stride = 1, .dilation = 1, .groups = 1, ._ = 0, __VA_ARGS__}))
#define tensor_conv1d(...)                                                                                   \
    KEYWORDS(                                                                                                \
        tensor_conv1d_args(&(TensorConvArgs){.stride = 1, .dilation = 1, .groups = 1, ._ = 0, __VA_ARGS__}))
#define tensor_conv_transpose2d(...)                                                                         \
    KEYWORDS(tensor_conv_transpose2d_args(                                                                   \
        &(TensorConvTransposeArgs){.stride = 1, .groups = 1, .dilation = 1, ._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
