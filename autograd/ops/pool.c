/* Pooling. The derivative of a pool is linear in the gradient that comes in, and the derivative of that is a
 * pool again: of a mean over windows, the mean over the same windows; of a maximum, reading the places where
 * the maxima were. So each backward is an operation of its own with a backward of its own, and gradients of
 * any order come from the same two kernels. */
#include "autograd/ops/pool.h"

#include "autograd/autograd.h"
#include "autograd/ops/kernel.h"

/* -- shapes -- */

/* Images as four dimensions: three are those of one image. */
static const Tensor *as_images(const Tensor *x)
{
    if (x == NULL || x->ndim == 4)
        return x;
    int64_t shape[] = {1, x->shape[0], x->shape[1], x->shape[2]};
    int64_t strides[] = {x->numel, x->strides[0], x->strides[1], x->strides[2]};
    return tensor_new_view(x, (Dims){4, shape}, strides, x->offset);
}

/* Whether what belongs to x should lie in channels_last, too. Sizes of 1 leave that open; then it is not. */
static bool wants_channels_last(const Tensor *x)
{
    return tensor_is_channels_last(x) && !tensor_is_contiguous(x);
}

/* A new tensor of images, in all but height and width like `like`. */
static Tensor *images_new(const Tensor *like, const int64_t *size, bool channels_last, DType dtype,
                          const char *operation)
{
    int64_t shape[4], strides[4];
    for (int d = 0; d < like->ndim; d++)
        shape[d] = like->shape[d];
    shape[like->ndim - 2] = size[0];
    shape[like->ndim - 1] = size[1];
    Dims dims = {like->ndim, shape};
    if (!channels_last)
        return tensor_new(dims, dtype, like->storage->device, operation);
    channels_last_strides(shape, strides);
    return tensor_new_strided(dims, strides, dtype, like->storage->device, operation);
}

static bool is_pair(Dims dims)
{
    return dims.n == 1 || dims.n == 2;
}

static void read_pair(Dims dims, int64_t *pair)
{
    pair[0] = dims.data[0];
    pair[1] = dims.data[dims.n - 1];
}

static bool fail(const char *operation, const char *message)
{
    return error_raise(ERROR_VALUE, operation, "%s: %s", operation, message) != NULL;
}

static bool read_params(const char *operation, Dims kernel_size, Dims stride, Dims padding, Dims dilation,
                        PoolParams *p)
{
    if (!is_pair(kernel_size))
        return fail(operation, "kernel_size must either be a single int, or a tuple of two ints");
    if (stride.n != 0 && !is_pair(stride))
        return fail(operation, "stride must either be omitted, a single int, or a tuple of two ints");
    if (!is_pair(padding))
        return fail(operation, "padding must either be a single int, or a tuple of two ints");
    if (!is_pair(dilation))
        return fail(operation, "dilation must be either a single int, or a tuple of two ints");
    *p = (PoolParams){.count_include_pad = true};
    read_pair(kernel_size, p->kernel);
    read_pair(stride.n == 0 ? kernel_size : stride, p->stride);
    read_pair(padding, p->padding);
    read_pair(dilation, p->dilation);
    return true;
}

/* The part of the checks that concerns height (d = 0) or width (d = 1) alone. */
static bool check_window(const char *operation, const PoolParams *p, int d)
{
    if (p->stride[d] == 0)
        return error_raise(ERROR_VALUE, operation, "stride should not be zero") != NULL;
    if (p->padding[d] < 0)
        return error_raise(ERROR_VALUE, operation, "pad must be non-negative, but got pad: %lld",
                           (long long)p->padding[d]) != NULL;
    if (p->padding[d] > ((p->kernel[d] - 1) * p->dilation[d] + 1) / 2)
        return error_raise(
                   ERROR_VALUE, operation,
                   "pad should be at most half of effective kernel size, but got pad=%lld, kernel_size=%lld "
                   "and dilation=%lld",
                   (long long)p->padding[d], (long long)p->kernel[d], (long long)p->dilation[d]) != NULL;
    return true;
}

static bool check_positive(const char *operation, const char *what, const char *letter, const int64_t *pair)
{
    return (pair[0] > 0 && pair[1] > 0) ||
           error_raise(ERROR_VALUE, operation, "%s should be greater than zero, but got %sH: %lld %sW: %lld",
                       what, letter, (long long)pair[0], letter, (long long)pair[1]) != NULL;
}

static bool check_images(const char *operation, const Tensor *x)
{
    bool right = x->ndim == 3 || x->ndim == 4;
    for (int d = x->ndim == 4; d < x->ndim; d++)
        right = right && x->shape[d] > 0;
    if (right)
        return true;
    char shape[160];
    return error_raise(
               ERROR_SHAPE, operation,
               "Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got:%s",
               tensor_shape_string(x, shape, sizeof shape)) != NULL;
}

/* torch's pooling_output_shape: with ceil_mode a window may stick out, but must not start beyond x and its
 * padding. */
static int64_t output_size(int64_t size, const PoolParams *p, int d, bool ceil_mode)
{
    int64_t room = size + 2 * p->padding[d] - p->dilation[d] * (p->kernel[d] - 1) - 1;
    if (ceil_mode)
        room += p->stride[d] - 1;
    int64_t n = room >= 0 ? room / p->stride[d] + 1 : (room + 1) / p->stride[d];
    return ceil_mode && (n - 1) * p->stride[d] >= size + p->padding[d] ? n - 1 : n;
}

/* The sizes of the result of an ordinary pool; false after an error. */
static bool output_shape(const char *operation, const Tensor *x, const PoolParams *p, bool ceil_mode,
                         int64_t *out)
{
    if (!check_window(operation, p, 0) || !check_window(operation, p, 1) ||
        !check_positive(operation, "kernel size", "k", p->kernel) ||
        !check_positive(operation, "stride", "d", p->stride) ||
        !check_positive(operation, "dilation", "dilation", p->dilation) || !check_images(operation, x))
        return false;
    if (p->padding[0] > p->kernel[0] / 2 || p->padding[1] > p->kernel[1] / 2)
        return error_raise(ERROR_VALUE, operation,
                           "pad should be smaller than or equal to half of kernel size, but got padW = %lld, "
                           "padH = %lld, kW = %lld, kH = %lld",
                           (long long)p->padding[1], (long long)p->padding[0], (long long)p->kernel[1],
                           (long long)p->kernel[0]) != NULL;
    for (int d = 0; d < 2; d++)
        out[d] = output_size(x->shape[x->ndim - 2 + d], p, d, ceil_mode);
    if (out[0] >= 1 && out[1] >= 1)
        return true;
    const int64_t *in = x->shape + x->ndim - 3;
    return error_raise(
               ERROR_SHAPE, operation,
               "Given input size: (%lldx%lldx%lld). Calculated output size: (%lldx%lldx%lld). Output size is "
               "too small",
               (long long)in[0], (long long)in[1], (long long)in[2], (long long)in[0], (long long)out[0],
               (long long)out[1]) != NULL;
}

/* -- the derivative of a maximum, and its derivative -- */

/* What both keep: the images that were pooled. */
typedef struct Pooled {
    int64_t size[2];
    bool channels_last;
} Pooled;

static Pooled pooled(const Tensor *x)
{
    return (Pooled){{x->shape[x->ndim - 2], x->shape[x->ndim - 1]}, wants_channels_last(x)};
}

/* Zeros in the shape of the images, with grad added at the places of the maxima. */
static Tensor *scatter_maxima(Tensor *grad, Tensor *indices, const Pooled *images);
/* The elements of x, shaped as the images, at the places of the maxima. */
static Tensor *gather_maxima(Tensor *x, Tensor *indices, const Pooled *images);

static void scatter_maxima_backward(TapeNode *node, Tensor *grad)
{
    tape_give(node, 0, gather_maxima(grad, tape_saved(node, 0), tape_args(node)));
}

static void gather_maxima_backward(TapeNode *node, Tensor *grad)
{
    tape_give(node, 0, scatter_maxima(grad, tape_saved(node, 0), tape_args(node)));
}

typedef bool MaximaKernel(Tensor *to, const Tensor *from, const Tensor *indices);

/* y, which `kernel` makes of x, recorded. */
static Tensor *through_maxima(const AutogradFunction *function, MaximaKernel *kernel, Tensor *y, Tensor *x,
                              Tensor *indices, const Pooled *images)
{
    Tensor *to = (Tensor *)as_images(y);
    const Tensor *from = as_images(x), *places = as_images(indices);
    if (!to || !from || !places || !kernel(to, from, places))
        return NULL;
    return autograd_record(function, y, INPUTS(x), SAVES(indices), images, sizeof *images);
}

static Tensor *scatter_maxima(Tensor *grad, Tensor *indices, const Pooled *images)
{
    static const AutogradFunction function = {"MaxPool2DWithIndicesBackward", scatter_maxima_backward};
    static const char operation[] = "max_pool2d_backward";
    const Kernels *kernels = grad && indices ? kernels_for(operation, TENSORS(grad, indices)) : NULL;
    if (kernels == NULL)
        return NULL;
    Tensor *y = images_new(indices, images->size, images->channels_last, grad->dtype, operation);
    return through_maxima(&function, kernels->max_pool2d_backward, y, grad, indices, images);
}

static Tensor *gather_maxima(Tensor *x, Tensor *indices, const Pooled *images)
{
    static const AutogradFunction function = {"MaxPool2DWithIndicesBackwardBackward", gather_maxima_backward};
    static const char operation[] = "max_pool2d_double_backward";
    const Kernels *kernels = x && indices ? kernels_for(operation, TENSORS(x, indices)) : NULL;
    if (kernels == NULL)
        return NULL;
    Tensor *y = tensor_new_like(indices, x->dtype, operation);
    return through_maxima(&function, kernels->max_pool2d_gather, y, x, indices, images);
}

/* The result of a pool of maxima, recorded. */
static TensorMaxPool2d record_maxima(OpId op, Tensor *x, Tensor *y, Tensor *indices)
{
    Pooled images = pooled(x);
    y = tape_record_args(op, y, INPUTS(x), SAVES(indices), &images, sizeof images);
    return y != NULL ? (TensorMaxPool2d){y, indices} : (TensorMaxPool2d){NULL, NULL};
}

/* -- max_pool2d -- */

void max_pool2d_with_indices_backward(TapeNode *node, Tensor *grad)
{
    tape_give(node, 0, scatter_maxima(grad, tape_saved(node, 0), tape_args(node)));
}

TensorMaxPool2d(tensor_max_pool2d_with_indices)(Tensor *x, Dims kernel_size, Dims stride, Dims padding,
                                                Dims dilation, bool ceil_mode)
{
    static const char operation[] = "max_pool2d";
    TensorMaxPool2d result = {NULL, NULL};
    PoolParams p;
    int64_t size[2] = {0};
    if (x == NULL || !read_params(operation, kernel_size, stride, padding, dilation, &p) ||
        !output_shape(operation, x, &p, ceil_mode, size))
        return result;
    const Kernels *kernels = kernels_for(operation, TENSORS(x));
    if (kernels == NULL)
        return result;
    Tensor *y = images_new(x, size, wants_channels_last(x), x->dtype, operation);
    Tensor *indices = images_new(x, size, wants_channels_last(x), DTYPE_INT64, operation);
    Tensor *y4 = (Tensor *)as_images(y), *indices4 = (Tensor *)as_images(indices);
    const Tensor *x4 = as_images(x);
    if (!y4 || !indices4 || !x4 || !kernels->max_pool2d(y4, indices4, x4, &p))
        return result;
    return record_maxima(OP_MAX_POOL2D_WITH_INDICES, x, y, indices);
}

Tensor *(tensor_max_pool2d)(Tensor *x, Dims kernel_size, Dims stride, Dims padding, Dims dilation,
                            bool ceil_mode)
{
    return (tensor_max_pool2d_with_indices)(x, kernel_size, stride, padding, dilation, ceil_mode).output;
}

/* -- avg_pool2d -- */

typedef struct AvgPool {
    PoolParams p;
    int64_t size[2]; /* of the result */
    Pooled images;
} AvgPool;

static Tensor *average(Tensor *x, const AvgPool *pool);

static void avg_pool2d_double_backward(TapeNode *node, Tensor *grad)
{
    tape_give(node, 0, average(grad, tape_args(node)));
}

void avg_pool2d_backward(TapeNode *node, Tensor *grad)
{
    static const AutogradFunction function = {"AvgPool2DBackward", avg_pool2d_double_backward};
    static const char operation[] = "avg_pool2d_backward";
    const AvgPool *pool = tape_args(node);
    const Kernels *kernels = kernels_for(operation, TENSORS(grad));
    if (kernels == NULL)
        return;
    Tensor *y = images_new(grad, pool->images.size, pool->images.channels_last, grad->dtype, operation);
    Tensor *to = (Tensor *)as_images(y);
    const Tensor *from = as_images(grad);
    if (to && from && kernels->avg_pool2d_backward(to, from, &pool->p))
        tape_give(node, 0, autograd_record(&function, y, INPUTS(grad), NO_SAVES, pool, sizeof *pool));
}

static Tensor *average(Tensor *x, const AvgPool *pool)
{
    static const char operation[] = "avg_pool2d";
    const Kernels *kernels = kernels_for(operation, TENSORS(x));
    if (kernels == NULL)
        return NULL;
    Tensor *y = images_new(x, pool->size, pool->images.channels_last, x->dtype, operation);
    Tensor *to = (Tensor *)as_images(y);
    const Tensor *from = as_images(x);
    if (!to || !from || !kernels->avg_pool2d(to, from, &pool->p))
        return NULL;
    return tape_record_args(OP_AVG_POOL2D, y, INPUTS(x), NO_SAVES, pool, sizeof *pool);
}

Tensor *(tensor_avg_pool2d)(Tensor *x, Dims kernel_size, Dims stride, Dims padding, bool ceil_mode,
                            bool count_include_pad, int64_t divisor_override)
{
    static const char operation[] = "avg_pool2d";
    AvgPool pool = {0};
    if (x == NULL || !read_params(operation, kernel_size, stride, padding, DIMS(1), &pool.p))
        return NULL;
    if (divisor_override == 0)
        return error_raise(ERROR_VALUE, operation, "divisor must be not zero");
    pool.p.count_include_pad = count_include_pad;
    pool.p.divisor_override = divisor_override == TENSOR_NONE ? 0 : divisor_override;
    if (!output_shape(operation, x, &pool.p, ceil_mode, pool.size))
        return NULL;
    pool.images = pooled(x);
    return average(x, &pool);
}

/* -- adaptive pools -- */

static bool adaptive_shape(const char *operation, const Tensor *x, Dims size, int64_t *out)
{
    char shape[160];
    if (size.n != 2 && size.n != 1)
        return error_raise(ERROR_SHAPE, operation, "%s: output_size must be 2", operation) != NULL;
    if (x->ndim != 3 && x->ndim != 4)
        return error_raise(ERROR_SHAPE, operation, "%s(): Expected 3D or 4D tensor, but got %s", operation,
                           tensor_shape_string(x, shape, sizeof shape)) != NULL;
    for (int d = x->ndim - 2; d < x->ndim; d++)
        if (x->shape[d] == 0)
            return error_raise(
                       ERROR_SHAPE, operation,
                       "%s(): Expected input to have non-zero size for non-batch dimensions, but input has "
                       "sizes %s with dimension %d being empty",
                       operation, tensor_shape_string(x, shape, sizeof shape), d) != NULL;
    read_pair(size, out);
    for (int d = 0; d < 2; d++)
        if (out[d] == TENSOR_NONE)
            out[d] = x->shape[x->ndim - 2 + d];
    if (out[0] < 0 || out[1] < 0)
        return error_raise(
                   ERROR_VALUE, operation,
                   "%s: elements of output_size must be greater than or equal to 0 but received {%lld, %lld}",
                   operation, (long long)out[0], (long long)out[1]) != NULL;
    return true;
}

static void adaptive_avg_pool2d_double_backward(TapeNode *node, Tensor *grad)
{
    const int64_t *size = tape_args(node);
    tape_give(node, 0, (tensor_adaptive_avg_pool2d)(grad, (Dims){2, size}));
}

void adaptive_avg_pool2d_backward(TapeNode *node, Tensor *grad)
{
    static const AutogradFunction function = {"AdaptiveAvgPool2DBackward",
                                              adaptive_avg_pool2d_double_backward};
    static const char operation[] = "adaptive_avg_pool2d_backward";
    const Pooled *images = tape_args(node);
    const Kernels *kernels = kernels_for(operation, TENSORS(grad));
    if (kernels == NULL)
        return;
    Tensor *y = images_new(grad, images->size, images->channels_last, grad->dtype, operation);
    Tensor *to = (Tensor *)as_images(y);
    const Tensor *from = as_images(grad);
    if (to && from && kernels->adaptive_avg_pool2d_backward(to, from))
        tape_give(node, 0,
                  autograd_record(&function, y, INPUTS(grad), NO_SAVES, grad->shape + grad->ndim - 2,
                                  2 * sizeof(int64_t)));
}

Tensor *(tensor_adaptive_avg_pool2d)(Tensor *x, Dims output_size)
{
    static const char operation[] = "adaptive_avg_pool2d";
    int64_t size[2] = {0};
    if (x == NULL || !adaptive_shape(operation, x, output_size, size))
        return NULL;
    const Kernels *kernels = kernels_for(operation, TENSORS(x));
    Tensor *y = kernels ? images_new(x, size, wants_channels_last(x), x->dtype, operation) : NULL;
    Tensor *to = (Tensor *)as_images(y);
    const Tensor *from = as_images(x);
    if (!to || !from || !kernels->adaptive_pool2d(POOL_AVG, to, NULL, from))
        return NULL;
    Pooled images = pooled(x);
    return tape_record_args(OP_ADAPTIVE_AVG_POOL2D, y, INPUTS(x), NO_SAVES, &images, sizeof images);
}

void adaptive_max_pool2d_with_indices_backward(TapeNode *node, Tensor *grad)
{
    tape_give(node, 0, scatter_maxima(grad, tape_saved(node, 0), tape_args(node)));
}

TensorMaxPool2d tensor_adaptive_max_pool2d_with_indices(Tensor *x, Dims output_size)
{
    static const char operation[] = "adaptive_max_pool2d";
    TensorMaxPool2d result = {NULL, NULL};
    int64_t size[2] = {0};
    if (x == NULL || !adaptive_shape(operation, x, output_size, size))
        return result;
    const Kernels *kernels = kernels_for(operation, TENSORS(x));
    if (kernels == NULL)
        return result;
    Tensor *y = images_new(x, size, wants_channels_last(x), x->dtype, operation);
    Tensor *indices = images_new(x, size, wants_channels_last(x), DTYPE_INT64, operation);
    Tensor *y4 = (Tensor *)as_images(y), *indices4 = (Tensor *)as_images(indices);
    const Tensor *x4 = as_images(x);
    if (!y4 || !indices4 || !x4 || !kernels->adaptive_pool2d(POOL_MAX, y4, indices4, x4))
        return result;
    return record_maxima(OP_ADAPTIVE_MAX_POOL2D_WITH_INDICES, x, y, indices);
}

Tensor *(tensor_adaptive_max_pool2d)(Tensor *x, Dims output_size)
{
    return tensor_adaptive_max_pool2d_with_indices(x, output_size).output;
}

/* -- keywords -- */

/* A pair that was given, or one number for both, as a list. */
static Dims list_of(const int64_t *pair, const int64_t *number)
{
    if (pair[0] != 0 || pair[1] != 0)
        return (Dims){2, pair};
    return (Dims){*number == TENSOR_NONE ? 0 : 1, number};
}

TensorMaxPool2d tensor_max_pool2d_with_indices_args(Tensor *x, const TensorMaxPool2dArgs *args)
{
    return (tensor_max_pool2d_with_indices)(x, list_of(args->kernel_size_hw, &args->kernel_size),
                                            list_of(args->stride_hw, &args->stride),
                                            list_of(args->padding_hw, &args->padding),
                                            list_of(args->dilation_hw, &args->dilation), args->ceil_mode);
}

Tensor *tensor_max_pool2d_args(Tensor *x, const TensorMaxPool2dArgs *args)
{
    return tensor_max_pool2d_with_indices_args(x, args).output;
}

Tensor *tensor_avg_pool2d_args(Tensor *x, const TensorAvgPool2dArgs *args)
{
    return (tensor_avg_pool2d)(x, list_of(args->kernel_size_hw, &args->kernel_size),
                               list_of(args->stride_hw, &args->stride),
                               list_of(args->padding_hw, &args->padding), args->ceil_mode,
                               args->count_include_pad, args->divisor_override);
}

/* Two numbers without a name would be output_size and half a pair: an error, rather than a width of 0. */
static bool size_of(const char *operation, const TensorAdaptivePool2dArgs *args, Dims *size)
{
    const int64_t *pair = args->output_size_hw;
    bool both = pair[0] != 0 || pair[1] != 0;
    if (both && args->output_size != 0)
        return error_raise(
                   ERROR_VALUE, operation,
                   "output_size is one number, %lld, or a pair, .output_size_hw = {height, width}, not both",
                   (long long)args->output_size) != NULL;
    *size = both ? (Dims){2, pair} : (Dims){1, &args->output_size};
    return true;
}

Tensor *tensor_adaptive_avg_pool2d_args(Tensor *x, const TensorAdaptivePool2dArgs *args)
{
    Dims size;
    return x != NULL && size_of("adaptive_avg_pool2d", args, &size) ? (tensor_adaptive_avg_pool2d)(x, size)
                                                                    : NULL;
}

Tensor *tensor_adaptive_max_pool2d_args(Tensor *x, const TensorAdaptivePool2dArgs *args)
{
    Dims size;
    return x != NULL && size_of("adaptive_max_pool2d", args, &size) ? (tensor_adaptive_max_pool2d)(x, size)
                                                                    : NULL;
}
