/* Convolution and its two gradients. Each is linear in both of its operands, and the derivative of any of the
 * three is made of the other two, so gradients of gradients need nothing more:
 *
 *     y  = conv(x, w)            dL/dx = input(w, gy)    dL/dw = weight(x, gy)
 *     gx = input(w, gy)          dL/dw = weight(ggx, gy) dL/dgy = conv(ggx, w)
 *     gw = weight(x, gy)         dL/dx = input(ggw, gy)  dL/dgy = conv(x, ggw)
 *
 * A transposed convolution is the second of them. */
#include "autograd/ops/conv.h"

#include "autograd/autograd.h"
#include "autograd/ops/conv_params.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/operation.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/rearrange.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/reshape.h"
#include "autograd/ops/slice.h"

/* -- results -- */

/* A new tensor of four dimensions, laid out as `like` is. */
static Tensor *result(const char *operation, Dims shape, const Tensor *like)
{
    int64_t strides[4];
    if (!tensor_is_channels_last(like) || tensor_is_contiguous(like))
        return tensor_new(shape, like->dtype, like->storage->device, operation);
    channels_last_strides(shape.data, strides);
    return tensor_new_strided(shape, strides, like->dtype, like->storage->device, operation);
}

/* y = conv(x, w) with parameters that have been checked; the three call each other from their backwards. */
static Tensor *conv(Tensor *x, Tensor *weight, Tensor *bias, const ConvParams *p);
static Tensor *input(Dims input_size, Tensor *weight, Tensor *grad, const ConvParams *p);
static Tensor *weights(Tensor *x, Dims weight_size, Tensor *grad, const ConvParams *p);

/* -- conv2d -- */

void conv2d_backward(TapeNode *node, Tensor *grad)
{
    const ConvParams *p = tape_args(node);
    if (tape_needs(node, 0))
        tape_give(node, 0, input(tape_input_dims(node, 0), tape_saved(node, 1), grad, p));
    if (tape_needs(node, 1))
        tape_give(node, 1, weights(tape_saved(node, 0), tape_input_dims(node, 1), grad, p));
    if (tape_needs(node, 2))
        tape_give(node, 2, (tensor_sum)(grad, DIMS(0, 2, 3), false, DTYPE_NONE));
}

static Tensor *conv(Tensor *x, Tensor *weight, Tensor *bias, const ConvParams *p)
{
    int64_t shape[4];
    if (x == NULL || weight == NULL)
        return NULL;
    const Kernels *kernels = kernels_for("conv2d", TENSORS(x, weight, bias));
    if (kernels == NULL || !conv_out_sizes("conv2d", tensor_dims(x), tensor_dims(weight), p, shape) ||
        !conv_check_bias("conv2d", "", weight, weight->shape[0], bias) ||
        !conv_check_dtypes("conv2d", x, weight, bias))
        return NULL;
    Tensor *y = result("conv2d", (Dims){4, shape}, x);
    if (y == NULL || !kernels->conv2d(y, x, weight, bias, p))
        return NULL;
    return tape_record_args(OP_CONV2D, y, INPUTS(x, weight, bias),
                            SAVES(tape_saved_for(x, weight), tape_saved_for(weight, x)), p, sizeof *p);
}

/* -- conv2d_input -- */

void conv2d_input_backward(TapeNode *node, Tensor *grad)
{
    const ConvParams *p = tape_args(node);
    if (tape_needs(node, 0))
        tape_give(node, 0, weights(grad, tape_input_dims(node, 0), tape_saved(node, 1), p));
    if (tape_needs(node, 1))
        tape_give(node, 1, conv(grad, tape_saved(node, 0), NULL, p));
}

/* Whether grad has the shape of a convolution's result. */
static bool check_grad(const char *operation, Dims input_size, Dims weight_size, const Tensor *grad,
                       const ConvParams *p)
{
    int64_t shape[4];
    char text[256], other[256];
    if (input_size.n != 4)
        return error_raise(ERROR_SHAPE, operation, "expected an input size of 4 dimensions, but got %s",
                           dims_string(input_size, text, sizeof text)) != NULL;
    if (!conv_out_sizes(operation, input_size, weight_size, p, shape))
        return false;
    for (int d = 0; d < 4; d++)
        if (grad->ndim != 4 || grad->shape[d] != shape[d])
            return error_raise(ERROR_SHAPE, operation, "expected grad_output of shape %s, but got %s",
                               dims_string((Dims){4, shape}, text, sizeof text),
                               tensor_shape_string(grad, other, sizeof other)) != NULL;
    return true;
}

static Tensor *input(Dims input_size, Tensor *weight, Tensor *grad, const ConvParams *p)
{
    if (weight == NULL || grad == NULL)
        return NULL;
    const Kernels *kernels = kernels_for("conv2d_input", TENSORS(weight, grad));
    if (kernels == NULL || !check_grad("conv2d_input", input_size, tensor_dims(weight), grad, p) ||
        !conv_check_dtypes("conv2d_input", grad, weight, NULL))
        return NULL;
    Tensor *y = result("conv2d_input", input_size, grad);
    if (y == NULL || !kernels->conv2d_backward_input(y, grad, weight, p))
        return NULL;
    return tape_record_args(OP_CONV2D_INPUT, y, INPUTS(weight, grad),
                            SAVES(tape_saved_for(weight, grad), tape_saved_for(grad, weight)), p, sizeof *p);
}

/* -- conv2d_weight -- */

void conv2d_weight_backward(TapeNode *node, Tensor *grad)
{
    const ConvParams *p = tape_args(node);
    if (tape_needs(node, 0))
        tape_give(node, 0, input(tape_input_dims(node, 0), grad, tape_saved(node, 1), p));
    if (tape_needs(node, 1))
        tape_give(node, 1, conv(tape_saved(node, 0), grad, NULL, p));
}

static Tensor *weights(Tensor *x, Dims weight_size, Tensor *grad, const ConvParams *p)
{
    if (x == NULL || grad == NULL)
        return NULL;
    const Kernels *kernels = kernels_for("conv2d_weight", TENSORS(x, grad));
    if (kernels == NULL || !check_grad("conv2d_weight", tensor_dims(x), weight_size, grad, p) ||
        !conv_check_dtypes("conv2d_weight", x, grad, NULL))
        return NULL;
    Tensor *y = tensor_new(weight_size, x->dtype, x->storage->device, "conv2d_weight");
    if (y == NULL || !kernels->conv2d_backward_weight(y, grad, x, p))
        return NULL;
    return tape_record_args(OP_CONV2D_WEIGHT, y, INPUTS(x, grad),
                            SAVES(tape_saved_for(x, grad), tape_saved_for(grad, x)), p, sizeof *p);
}

/* -- the exported functions -- */

Tensor *(tensor_conv2d_input)(Dims input_size, Tensor *weight, Tensor *grad_output, Dims stride, Dims padding,
                              Dims dilation, int64_t groups)
{
    ConvParams p;
    if (weight == NULL || grad_output == NULL ||
        !conv_params("conv2d_input", stride, padding, dilation, groups, &p))
        return NULL;
    return input(input_size, weight, grad_output, &p);
}

Tensor *(tensor_conv2d_weight)(Tensor *x, Dims weight_size, Tensor *grad_output, Dims stride, Dims padding,
                               Dims dilation, int64_t groups)
{
    ConvParams p;
    if (x == NULL || grad_output == NULL ||
        !conv_params("conv2d_weight", stride, padding, dilation, groups, &p))
        return NULL;
    return weights(x, weight_size, grad_output, &p);
}

/* padding='same': half of what the window adds, rounded up, on both sides. Where that is one too many the
 * result is one row or column longer than the input, the first, which is then cut off. */
static bool resolve_same(Dims padding, const Tensor *weight, const ConvParams *p, int64_t out[2])
{
    for (int d = 0; d < 2; d++) {
        out[d] = padding.n > 0 ? padding.data[padding.n > 1 ? d : 0] : 0;
        if (out[d] != PADDING_SAME)
            continue;
        if (p->stride[0] != 1 || p->stride[1] != 1)
            return error_raise(ERROR_VALUE, "conv2d",
                               "padding='same' is not supported for strided convolutions") != NULL;
        out[d] = (p->dilation[d] * (weight->shape[2 + d] - 1) + 1) / 2;
    }
    return true;
}

static Tensor *cut_same(Tensor *y, Dims padding, const Tensor *x)
{
    for (int d = 0; d < 2 && y != NULL; d++)
        if (padding.data[padding.n > 1 ? d : 0] == PADDING_SAME && y->shape[2 + d] > x->shape[2 + d])
            y = tensor_narrow(y, 2 + d, 1, x->shape[2 + d]);
    return y;
}

Tensor *(tensor_conv2d)(Tensor *x, Tensor *weight, Tensor *bias, Dims stride, Dims padding, Dims dilation,
                        int64_t groups)
{
    char text[256];
    ConvParams p;
    int64_t sides[2];
    if (x == NULL || weight == NULL)
        return NULL;
    if (x->ndim != 3 && x->ndim != 4)
        return error_raise(
            ERROR_SHAPE, "conv2d",
            "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: %s",
            tensor_shape_string(x, text, sizeof text));
    if (!conv_pair("conv2d", "stride", stride, p.stride) || !conv_pair("conv2d", "padding", padding, sides) ||
        !conv_pair("conv2d", "dilation", dilation, p.dilation) ||
        !conv_check_weight("conv2d", tensor_dims(weight), groups > 0 ? groups : 1) ||
        !resolve_same(padding, weight, &p, sides) ||
        !conv_params("conv2d", stride, (Dims){2, sides}, dilation, groups, &p))
        return NULL;
    Tensor *batched = x->ndim == 4 ? x : tensor_reshape(x, 1, x->shape[0], x->shape[1], x->shape[2]);
    Tensor *y = conv(batched, weight, bias, &p);
    if (y != NULL)
        y = cut_same(y, padding, batched);
    return y == NULL || x->ndim == 4 ? y : tensor_reshape(y, y->shape[1], y->shape[2], y->shape[3]);
}

/* A row of pixels is an image of height 1. */
Tensor *(tensor_conv1d)(Tensor *x, Tensor *weight, Tensor *bias, Dims stride, Dims padding, Dims dilation,
                        int64_t groups)
{
    char text[256];
    if (x == NULL || weight == NULL)
        return NULL;
    if (x->ndim != 2 && x->ndim != 3)
        return error_raise(
            ERROR_SHAPE, "conv1d",
            "Expected 2D (unbatched) or 3D (batched) input to conv1d, but got input of size: %s",
            tensor_shape_string(x, text, sizeof text));
    if (weight->ndim != 3 || stride.n != 1 || padding.n != 1 || dilation.n != 1)
        return error_raise(
            ERROR_SHAPE, "conv1d",
            "expected weight of 3 dimensions and one number for stride, padding and dilation, but got weight "
            "of size %s",
            tensor_shape_string(weight, text, sizeof text));
    int64_t none = padding.data[0] == PADDING_SAME ? PADDING_SAME : 0;
    bool batched = x->ndim == 3;
    int64_t n = batched ? x->shape[0] : 1, channels = x->shape[x->ndim - 2], length = x->shape[x->ndim - 1];
    Tensor *y =
        (tensor_conv2d)(tensor_reshape(x, n, channels, 1, length),
                        tensor_reshape(weight, weight->shape[0], weight->shape[1], 1, weight->shape[2]), bias,
                        DIMS(1, stride.data[0]), DIMS(none, padding.data[0]), DIMS(1, dilation.data[0]),
                        groups);
    if (y == NULL)
        return NULL;
    return (tensor_reshape)(y,
                            (Dims){2 + batched, (const int64_t[]){n, y->shape[1], y->shape[3]} + !batched});
}

/* -- conv_transpose2d -- */

static bool check_output_padding(const int64_t output[2], const ConvParams *p)
{
    for (int d = 0; d < 2; d++) {
        if (output[d] < 0)
            return error_raise(ERROR_VALUE, "conv_transpose2d", "negative output_padding is not supported") !=
                   NULL;
        if (output[d] >= p->stride[d] && output[d] >= p->dilation[d])
            return error_raise(ERROR_VALUE, "conv_transpose2d",
                               "output padding must be smaller than either stride or dilation, but got "
                               "output_padding_height: %lld output_padding_width: %lld stride_height: %lld "
                               "stride_width: %lld dilation_height: %lld dilation_width: %lld",
                               (long long)output[0], (long long)output[1], (long long)p->stride[0],
                               (long long)p->stride[1], (long long)p->dilation[0],
                               (long long)p->dilation[1]) != NULL;
    }
    return true;
}

/* The size of what a convolution with this weight would have made x of. */
static bool transposed_size(const Tensor *x, const Tensor *weight, const int64_t output_padding[2],
                            const ConvParams *p, int64_t size[4])
{
    char text[128], other[128];
    if (x->shape[1] != weight->shape[0])
        return error_raise(
                   ERROR_SHAPE, "conv_transpose2d",
                   "Given transposed=1, weight of size %s, expected input%s to have %lld channels, but got "
                   "%lld channels instead",
                   tensor_shape_string(weight, text, sizeof text),
                   tensor_shape_string(x, other, sizeof other), (long long)weight->shape[0],
                   (long long)x->shape[1]) != NULL;
    if (x->shape[2] == 0 || x->shape[3] == 0)
        return error_raise(ERROR_SHAPE, "conv_transpose2d",
                           "Only zero batch or zero channel inputs are supported, but got input shape: %s",
                           tensor_shape_string(x, text, sizeof text)) != NULL;
    size[0] = x->shape[0];
    size[1] = weight->shape[1] * p->groups;
    for (int d = 0; d < 2; d++)
        size[2 + d] = (x->shape[2 + d] - 1) * p->stride[d] - 2 * p->padding[d] +
                      p->dilation[d] * (weight->shape[2 + d] - 1) + output_padding[d] + 1;
    if (size[2] <= 0 || size[3] <= 0)
        return error_raise(
                   ERROR_SHAPE, "conv_transpose2d",
                   "Given input size per channel: (%lld x %lld). Calculated output size per channel: (%lld x "
                   "%lld). Output size is too small",
                   (long long)x->shape[2], (long long)x->shape[3], (long long)size[2],
                   (long long)size[3]) != NULL;
    return true;
}

/* The gradient of a convolution with regard to its input. Output padding of a whole stride (dilation allows
 * that) is what one more row or column of zeros in x stands for. */
static Tensor *transposed(Tensor *x, Tensor *weight, Tensor *bias, const int64_t output_padding[2],
                          const ConvParams *p)
{
    int64_t size[4], more[] = {0, output_padding[1] / p->stride[1], 0, output_padding[0] / p->stride[0]};
    if (x == NULL || kernels_for("conv_transpose2d", TENSORS(x, weight, bias)) == NULL ||
        !transposed_size(x, weight, output_padding, p, size) ||
        !conv_check_bias("conv_transpose2d", "transposed=1, ", weight, size[1], bias) ||
        !conv_check_dtypes("conv_transpose2d", x, weight, bias))
        return NULL;
    if (more[1] > 0 || more[3] > 0)
        x = tensor_constant_pad_nd(x, ((Dims){4, more}), 0);
    Tensor *y = input((Dims){4, size}, weight, x, p);
    return bias != NULL ? tensor_add(y, tensor_reshape(bias, -1, 1, 1)) : y;
}

Tensor *(tensor_conv_transpose2d)(Tensor *x, Tensor *weight, Tensor *bias, Dims stride, Dims padding,
                                  Dims output_padding, int64_t groups, Dims dilation)
{
    static const char operation[] = "conv_transpose2d";
    char text[256];
    ConvParams p;
    int64_t more[2];
    if (x == NULL || weight == NULL)
        return NULL;
    if (x->ndim != 3 && x->ndim != 4)
        return error_raise(
            ERROR_SHAPE, operation,
            "Expected 3D (unbatched) or 4D (batched) input to conv_transpose2d, but got input of size: %s",
            tensor_shape_string(x, text, sizeof text));
    if (!conv_pair(operation, "dilation", dilation, p.dilation))
        return NULL;
    if (p.dilation[0] <= 0 || p.dilation[1] <= 0) /* other words than conv2d's */
        return error_raise(
            ERROR_VALUE, operation,
            "dilation should be greater than zero, but got dilation_height: %lld, dilation_width: %lld",
            (long long)p.dilation[0], (long long)p.dilation[1]);
    if (!conv_params(operation, stride, padding, dilation, groups, &p) ||
        !conv_pair(operation, "output_padding", output_padding, more) || !check_output_padding(more, &p) ||
        !conv_check_weight(operation, tensor_dims(weight), groups))
        return NULL;
    if (x->ndim == 4)
        return transposed(x, weight, bias, more, &p);
    Tensor *y = transposed(tensor_unsqueeze(x, 0), weight, bias, more, &p);
    return y != NULL ? tensor_reshape(y, y->shape[1], y->shape[2], y->shape[3]) : NULL;
}

/* -- keyword arguments -- */

static Dims given(const int64_t *one, const int64_t pair[2])
{
    return pair[0] != 0 || pair[1] != 0 ? (Dims){2, pair} : (Dims){1, one};
}

Tensor *tensor_conv2d_args(const TensorConvArgs *a)
{
    return (tensor_conv2d)(a->input, a->weight, a->bias, given(&a->stride, a->stride_hw),
                           given(&a->padding, a->padding_hw), given(&a->dilation, a->dilation_hw), a->groups);
}

Tensor *tensor_conv1d_args(const TensorConvArgs *a)
{
    return (tensor_conv1d)(a->input, a->weight, a->bias, (Dims){1, &a->stride}, (Dims){1, &a->padding},
                           (Dims){1, &a->dilation}, a->groups);
}

Tensor *tensor_conv_transpose2d_args(const TensorConvTransposeArgs *a)
{
    return (tensor_conv_transpose2d)(a->input, a->weight, a->bias, given(&a->stride, a->stride_hw),
                                     given(&a->padding, a->padding_hw),
                                     given(&a->output_padding, a->output_padding_hw), a->groups,
                                     given(&a->dilation, a->dilation_hw));
}
