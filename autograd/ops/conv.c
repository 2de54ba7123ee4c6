/* Convolution and its two gradients. Each is linear in both of its operands, and the derivative of any of the
 * three is made of the other two, so gradients of gradients need nothing more:
 *
 *     y  = conv(x, w)            dL/dx = input(w, gy)    dL/dw = weight(x, gy)
 *     gx = input(w, gy)          dL/dw = weight(ggx, gy) dL/dgy = conv(ggx, w)
 *     gw = weight(x, gy)         dL/dx = input(ggw, gy)  dL/dgy = conv(x, ggw)
 */
#include "autograd/ops/conv.h"

#include "autograd/autograd.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/operation.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/reshape.h"
#include "autograd/ops/slice.h"

/* -- what PyTorch says of wrong operands -- */

/* One number for both directions, or two. */
static bool pair_of(const char *operation, const char *name, Dims given, int64_t pair[2])
{
    char text[128];
    if (given.n != 1 && given.n != 2)
        return error_raise(
                   ERROR_VALUE, operation,
                   "expected %s to be a single integer value or a list of 2 values to match the convolution "
                   "dimensions, but got %s=%s",
                   name, name, dims_string(given, text, sizeof text)) != NULL;
    pair[0] = given.data[0];
    pair[1] = given.data[given.n - 1];
    return true;
}

static bool params_of(const char *operation, Dims stride, Dims padding, Dims dilation, int64_t groups,
                      ConvParams *p)
{
    char text[128];
    p->groups = groups;
    if (!pair_of(operation, "stride", stride, p->stride) ||
        !pair_of(operation, "padding", padding, p->padding) ||
        !pair_of(operation, "dilation", dilation, p->dilation))
        return false;
    if (p->padding[0] < 0 || p->padding[1] < 0)
        return error_raise(ERROR_VALUE, operation, "negative padding is not supported") != NULL;
    if (p->stride[0] <= 0 || p->stride[1] <= 0)
        return error_raise(ERROR_VALUE, operation, "non-positive stride is not supported") != NULL;
    if (p->dilation[0] <= 0 || p->dilation[1] <= 0)
        return error_raise(ERROR_VALUE, operation, "dilation should be greater than zero, but got %s",
                           dims_string(DIMS(p->dilation[0], p->dilation[1]), text, sizeof text)) != NULL;
    if (groups <= 0)
        return error_raise(ERROR_VALUE, operation, "non-positive groups is not supported") != NULL;
    return true;
}

static bool check_weight(const char *operation, Dims weight, int64_t groups)
{
    char text[256];
    if (weight.n != 4)
        return error_raise(ERROR_SHAPE, operation,
                           "expected a 4-dimensional weight, but got weight of size %s",
                           dims_string(weight, text, sizeof text)) != NULL;
    if (weight.data[0] < groups)
        return error_raise(ERROR_SHAPE, operation,
                           "Given groups=%lld, expected weight to be at least %lld at dimension 0, but got "
                           "weight of size "
                           "%s instead",
                           (long long)groups, (long long)groups,
                           dims_string(weight, text, sizeof text)) != NULL;
    if (weight.data[0] % groups != 0)
        return error_raise(ERROR_SHAPE, operation,
                           "Given groups=%lld, expected weight to be divisible by %lld at dimension 0, but "
                           "got weight of "
                           "size [%s] instead",
                           (long long)groups, (long long)groups,
                           dims_string(weight, text, sizeof text)) != NULL;
    if (weight.data[2] == 0 || weight.data[3] == 0)
        return error_raise(ERROR_SHAPE, operation,
                           "kernel size should be greater than zero, but got kernel_height: %lld "
                           "kernel_width: %lld",
                           (long long)weight.data[2], (long long)weight.data[3]) != NULL;
    return true;
}

/* The sizes of the result of a convolution of input with weight into out[4]. */
static bool out_sizes(const char *operation, Dims input, Dims weight, const ConvParams *p, int64_t out[4])
{
    char text[256], other[256];
    if (!check_weight(operation, weight, p->groups))
        return false;
    if (input.data[1] != weight.data[1] * p->groups)
        return error_raise(ERROR_SHAPE, operation,
                           "Given groups=%lld, weight of size %s, expected input%s to have %lld channels, "
                           "but got %lld "
                           "channels instead",
                           (long long)p->groups, dims_string(weight, text, sizeof text),
                           dims_string(input, other, sizeof other), (long long)(weight.data[1] * p->groups),
                           (long long)input.data[1]) != NULL;
    int64_t padded[2], window[2];
    for (int d = 0; d < 2; d++) {
        padded[d] = input.data[2 + d] + 2 * p->padding[d];
        window[d] = p->dilation[d] * (weight.data[2 + d] - 1) + 1;
        out[2 + d] = (padded[d] - window[d]) / p->stride[d] + 1;
    }
    if (padded[0] < window[0] || padded[1] < window[1])
        return error_raise(ERROR_SHAPE, operation,
                           "Calculated padded input size per channel: (%lld x %lld). Kernel size: (%lld x "
                           "%lld). Kernel "
                           "size can't be greater than actual input size",
                           (long long)padded[0], (long long)padded[1], (long long)window[0],
                           (long long)window[1]) != NULL;
    out[0] = input.data[0];
    out[1] = weight.data[0];
    return true;
}

static bool check_bias(const char *operation, const Tensor *weight, const Tensor *bias)
{
    char text[256], other[256];
    if (bias == NULL || (bias->ndim == 1 && bias->shape[0] == weight->shape[0]))
        return true;
    return error_raise(ERROR_SHAPE, operation,
                       "Given weight of size %s, expected bias to be 1-dimensional with %lld elements, but "
                       "got bias of "
                       "size %s instead",
                       tensor_shape_string(weight, text, sizeof text), (long long)weight->shape[0],
                       tensor_shape_string(bias, other, sizeof other)) != NULL;
}

static bool check_dtypes(const char *operation, const Tensor *x, const Tensor *weight, const Tensor *bias)
{
    if (bias != NULL && bias->dtype != x->dtype)
        return error_raise(ERROR_DTYPE, operation, "Input type (%s) and bias type (%s) should be the same",
                           dtype_c_name(x->dtype), dtype_c_name(bias->dtype)) != NULL;
    if (x->dtype != weight->dtype)
        return error_raise(ERROR_DTYPE, operation, "expected scalar type %s but found %s",
                           dtype_scalar_name(x->dtype), dtype_scalar_name(weight->dtype)) != NULL;
    return true;
}

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

static Tensor *saved_for(Tensor *x, Tensor *other)
{
    return tensor_requires_grad(other) ? x : NULL;
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
    if (kernels == NULL || !out_sizes("conv2d", tensor_dims(x), tensor_dims(weight), p, shape) ||
        !check_bias("conv2d", weight, bias) || !check_dtypes("conv2d", x, weight, bias))
        return NULL;
    Tensor *y = result("conv2d", (Dims){4, shape}, x);
    if (y == NULL || !kernels->conv2d(y, x, weight, bias, p))
        return NULL;
    return tape_record_args(OP_CONV2D, y, INPUTS(x, weight, bias),
                            SAVES(saved_for(x, weight), saved_for(weight, x)), p, sizeof *p);
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
    if (!out_sizes(operation, input_size, weight_size, p, shape))
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
        !check_dtypes("conv2d_input", grad, weight, NULL))
        return NULL;
    Tensor *y = result("conv2d_input", input_size, grad);
    if (y == NULL || !kernels->conv2d_backward_input(y, grad, weight, p))
        return NULL;
    return tape_record_args(OP_CONV2D_INPUT, y, INPUTS(weight, grad),
                            SAVES(saved_for(weight, grad), saved_for(grad, weight)), p, sizeof *p);
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
        !check_dtypes("conv2d_weight", x, grad, NULL))
        return NULL;
    Tensor *y = tensor_new(weight_size, x->dtype, x->storage->device, "conv2d_weight");
    if (y == NULL || !kernels->conv2d_backward_weight(y, grad, x, p))
        return NULL;
    return tape_record_args(OP_CONV2D_WEIGHT, y, INPUTS(x, grad),
                            SAVES(saved_for(x, grad), saved_for(grad, x)), p, sizeof *p);
}

/* -- the exported functions -- */

Tensor *(tensor_conv2d_input)(Dims input_size, Tensor *weight, Tensor *grad_output, Dims stride, Dims padding,
                              Dims dilation, int64_t groups)
{
    ConvParams p;
    if (weight == NULL || grad_output == NULL ||
        !params_of("conv2d_input", stride, padding, dilation, groups, &p))
        return NULL;
    return input(input_size, weight, grad_output, &p);
}

Tensor *(tensor_conv2d_weight)(Tensor *x, Dims weight_size, Tensor *grad_output, Dims stride, Dims padding,
                               Dims dilation, int64_t groups)
{
    ConvParams p;
    if (x == NULL || grad_output == NULL ||
        !params_of("conv2d_weight", stride, padding, dilation, groups, &p))
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
    if (!pair_of("conv2d", "stride", stride, p.stride) || !pair_of("conv2d", "padding", padding, sides) ||
        !pair_of("conv2d", "dilation", dilation, p.dilation) ||
        !check_weight("conv2d", tensor_dims(weight), groups > 0 ? groups : 1) ||
        !resolve_same(padding, weight, &p, sides) ||
        !params_of("conv2d", stride, (Dims){2, sides}, dilation, groups, &p))
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
