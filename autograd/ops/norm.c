/* Normalisation: y = (x - mean) rstd weight + bias, with mean and rstd = 1 / sqrt(var + eps) over some of the
 * dimensions of x.
 *
 * Their backward is one fused kernel each; where a gradient of the gradient is wanted it is written out in
 * differentiable operations instead (statistics_backward), as functions of x. */
#include "autograd/ops/norm.h"

#include <string.h>

#include "autograd/autograd.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/operations.h"
#include "autograd/ops/reshape.h"

/* -- backward in differentiable operations -- */

static Tensor *sum_over(Tensor *x, Dims dims)
{
    return dims.n == 0 ? x : (tensor_sum)(x, dims, false, DTYPE_NONE);
}

static Tensor *mean_over(Tensor *x, Dims dims)
{
    int64_t n = 1;
    for (int64_t i = 0; i < dims.n; i++)
        n *= tensor_size(x, dims.data[i]);
    return tensor_mul((tensor_sum)(x, dims, true, DTYPE_NONE), 1.0 / (double)n);
}

static Tensor *minus(Tensor *a, Tensor *b)
{
    return (tensor_add)(a, b, tensor_number_int(-1));
}

/* 1 / sqrt(var + eps) = r; dr / dvar = -r^3 / 2. */
static void rstd_backward(TapeNode *node, Tensor *grad)
{
    Tensor *r = tape_saved(node, 0);
    tape_give(node, 0, tensor_mul(tensor_mul(grad, -0.5), tensor_mul(r, tensor_mul(r, r))));
}

static Tensor *rstd_of(Tensor *var, double eps)
{
    static const AutogradFunction function = {"Rstd", rstd_backward};
    Tensor *shifted = kernel_binary("rstd", BINARY_ADD, NULL, var, tensor_number_float(eps), false, 1);
    Tensor *r = kernel_unary("rstd", UNARY_RSQRT, NULL, shifted, false, 0, 0);
    return autograd_record(&function, r, INPUTS(var), SAVES(r), NULL, 0);
}

/* Gradients of weight (input 1) and bias (input 2), which are the same all over `shared`. */
static void give_parameters(TapeNode *node, Tensor *grad, Tensor *xhat, Dims shared)
{
    if (tape_needs(node, 1))
        tape_give(node, 1, sum_over(tensor_mul(grad, xhat), shared));
    if (tape_needs(node, 2))
        tape_give(node, 2, sum_over(grad, shared));
}

/* With xhat = (x - mean) rstd and h = grad weight: grad_x = rstd (h - mean(h) - xhat mean(h xhat)), the means
 * taken over the dimensions that were normalised. weight (or NULL) is shaped to be broadcast to x. */
static void statistics_backward(TapeNode *node, Tensor *grad, Tensor *x, Tensor *weight, Dims over,
                                Dims shared, double eps)
{
    Tensor *centered = minus(x, mean_over(x, over));
    Tensor *rstd = rstd_of(mean_over(tensor_mul(centered, centered), over), eps);
    Tensor *xhat = tensor_mul(centered, rstd), *h = weight ? tensor_mul(grad, weight) : grad;
    Tensor *along = tensor_mul(xhat, mean_over(tensor_mul(h, xhat), over));
    tape_give(node, 0, tensor_mul(minus(minus(h, mean_over(h, over)), along), rstd));
    give_parameters(node, grad, xhat, shared);
}

/* -- what both check -- */

static bool check_float(const char *operation, const char *name, const Tensor *x)
{
    return dtype_is_floating_point(x->dtype) ||
           error_raise(ERROR_DTYPE, operation, "\"%s\" not implemented for '%s'", name,
                       dtype_scalar_name(x->dtype)) != NULL;
}

static bool check_dtype(const char *operation, const Tensor *x, const Tensor *parameter)
{
    return parameter == NULL || parameter->dtype == x->dtype ||
           error_raise(ERROR_DTYPE, operation,
                       "mixed dtype (CPU): expect parameter to have scalar type of %s",
                       dtype_scalar_name(x->dtype)) != NULL;
}

/* grad in the order of strides that x has, which the kernels take best. */
static const Tensor *laid_out_as(const Tensor *grad, const Tensor *x)
{
    if (grad == NULL || memcmp(grad->strides, x->strides, (size_t)x->ndim * sizeof x->strides[0]) == 0)
        return grad;
    const Kernels *kernels = kernels_for("contiguous", TENSORS((Tensor *)x));
    Tensor *y = kernels != NULL ? tensor_new_like(x, grad->dtype, "contiguous") : NULL;
    return y != NULL && kernels->copy(y, grad) ? y : NULL;
}

static Tensor *vector(int64_t n, const Tensor *x, const char *operation)
{
    return tensor_new(DIMS(n), x->dtype, x->storage->device, operation);
}

/* -- batch_norm -- */

typedef struct BatchNorm {
    bool training;
    double eps;
} BatchNorm;

/* A list of C numbers shaped to be broadcast to x [N, C, ...]. */
static Tensor *along_channels(Tensor *list, const Tensor *x)
{
    int64_t shape[TENSOR_MAX_DIMS];
    for (int d = 0; d < x->ndim; d++)
        shape[d] = d == 1 ? x->shape[1] : 1;
    return (tensor_reshape)(list, (Dims){x->ndim, shape});
}

static void batch_norm_differentiable(TapeNode *node, Tensor *grad, Tensor *x, Tensor *weight, Tensor *mean,
                                      Tensor *rstd)
{
    const BatchNorm *args = tape_args(node);
    int64_t others[TENSOR_MAX_DIMS], n = 0;
    for (int d = 0; d < x->ndim; d++)
        if (d != 1)
            others[n++] = d;
    Dims over = {n, others};
    Tensor *scale = along_channels(weight, x);
    if (args->training) {
        statistics_backward(node, grad, x, scale, over, over, args->eps);
        return;
    }
    Tensor *r = along_channels(rstd, x), *h = scale ? tensor_mul(grad, scale) : grad;
    tape_give(node, 0, tensor_mul(h, r));
    give_parameters(node, grad, tensor_mul(minus(x, along_channels(mean, x)), r), over);
}

void batch_norm_backward(TapeNode *node, Tensor *grad)
{
    static const char operation[] = "batch_norm_backward";
    const BatchNorm *args = tape_args(node);
    Tensor *x = tape_saved(node, 0), *mean = tape_saved(node, 2), *rstd = tape_saved(node, 3);
    if (!x || !mean || !rstd)
        return;
    Tensor *weight = tape_saved(node, 1);
    if (autograd_is_grad_enabled()) {
        batch_norm_differentiable(node, grad, x, weight, mean, rstd);
        return;
    }
    const Kernels *kernels = kernels_for(operation, TENSORS(grad, x));
    Tensor *grad_x = tape_needs(node, 0) ? tensor_new_like(x, x->dtype, operation) : NULL;
    Tensor *grad_weight = tape_needs(node, 1) ? vector(x->shape[1], x, operation) : NULL;
    Tensor *grad_bias = tape_needs(node, 2) ? vector(x->shape[1], x, operation) : NULL;
    const Tensor *from = laid_out_as(grad, x);
    if (!kernels || !from || (tape_needs(node, 0) && !grad_x) || (tape_needs(node, 1) && !grad_weight) ||
        (tape_needs(node, 2) && !grad_bias) ||
        !kernels->batch_norm_backward(grad_x, grad_weight, grad_bias, from, x, weight, mean, rstd,
                                      args->training))
        return;
    tape_give(node, 0, grad_x);
    tape_give(node, 1, grad_weight);
    tape_give(node, 2, grad_bias);
}

static bool check_channels(const Tensor *x, const char *name, const Tensor *list)
{
    if (list == NULL)
        return true;
    if (list->numel != x->shape[1] || list->ndim != 1)
        return error_raise(ERROR_SHAPE, "batch_norm", "%s should contain %lld elements not %lld", name,
                           (long long)x->shape[1], (long long)list->numel) != NULL;
    return check_dtype("batch_norm", x, list);
}

static bool check_running(const Tensor *x, const char *name, const Tensor *list, bool training)
{
    if (list == NULL && !training)
        return error_raise(ERROR_VALUE, "batch_norm", "%s must be defined in evaluation mode", name) != NULL;
    if (list != NULL && tensor_requires_grad(list))
        return error_raise(
                   ERROR_AUTOGRAD, "batch_norm",
                   "The function 'native_batch_norm' is not differentiable with respect to argument '%s'. "
                   "This input cannot have requires_grad True.",
                   name) != NULL;
    return check_channels(x, name, list);
}

static bool check_batch_norm(const Tensor *x, const Tensor *running_mean, const Tensor *running_var,
                             const Tensor *weight, const Tensor *bias, bool training, double eps)
{
    static const char operation[] = "batch_norm";
    char shape[160];
    if (eps < 0)
        return error_raise(ERROR_VALUE, operation, "batch_norm eps must be non-negative, but got %.1f",
                           eps) != NULL;
    if (training && eps == 0)
        return error_raise(ERROR_VALUE, operation,
                           "batch_norm eps must be positive during training, but got 0.0") != NULL;
    if (!check_float(operation, operation, x))
        return false;
    if (x->ndim < 2)
        return error_raise(ERROR_SHAPE, operation, "expected at least 2D input (got %dD input)", x->ndim) !=
               NULL;
    if (training && x->shape[1] > 0 && x->numel == x->shape[1])
        return error_raise(
                   ERROR_VALUE, operation,
                   "Expected more than 1 value per channel when training, got input size torch.Size(%s)",
                   tensor_shape_string(x, shape, sizeof shape)) != NULL;
    return check_running(x, "running_mean", running_mean, training) &&
           check_running(x, "running_var", running_var, training) && check_channels(x, "weight", weight) &&
           check_channels(x, "bias", bias);
}

Tensor *(tensor_batch_norm)(Tensor *x, Tensor *running_mean, Tensor *running_var, Tensor *weight,
                            Tensor *bias, bool training, double momentum, double eps)
{
    static const char operation[] = "batch_norm";
    if (x == NULL || !check_batch_norm(x, running_mean, running_var, weight, bias, training, eps))
        return NULL;
    const Kernels *kernels = kernels_for(operation, TENSORS(x, running_mean, running_var, weight, bias));
    if (kernels == NULL)
        return NULL;
    Tensor *y = tensor_new_like(x, x->dtype, operation);
    Tensor *mean = vector(x->shape[1], x, operation), *rstd = vector(x->shape[1], x, operation);
    if (!y || !mean || !rstd)
        return NULL;
    if (!training) { /* copies, which later changes of running_* leave alone */
        rstd = rstd_of(running_var, eps);
        if (rstd == NULL || !kernels->copy(mean, running_mean))
            return NULL;
    }
    if (!kernels->batch_norm(y, mean, rstd, x, weight, bias, training ? running_mean : NULL,
                             training ? running_var : NULL, training, momentum, eps))
        return NULL;
    if (training && running_mean)
        tensor_bump_version(running_mean);
    if (training && running_var)
        tensor_bump_version(running_var);
    BatchNorm args = {training, eps};
    return tape_record_args(OP_BATCH_NORM, y, INPUTS(x, weight, bias), SAVES(x, weight, mean, rstd), &args,
                            sizeof args);
}

/* -- layer_norm -- */

typedef struct LayerNorm {
    int dims; /* how many of the last are normalised */
    double eps;
} LayerNorm;

static void layer_norm_differentiable(TapeNode *node, Tensor *grad, Tensor *x, Tensor *weight)
{
    const LayerNorm *args = tape_args(node);
    int64_t all[TENSOR_MAX_DIMS];
    for (int d = 0; d < x->ndim; d++)
        all[d] = d;
    int rows = x->ndim - args->dims;
    statistics_backward(node, grad, x, weight, (Dims){args->dims, all + rows}, (Dims){rows, all}, args->eps);
}

/* The number of elements in the last dimensions. */
static int64_t last_numel(const Tensor *x, int64_t dims)
{
    int64_t n = 1;
    for (int64_t d = x->ndim - dims; d < x->ndim; d++)
        n *= x->shape[d];
    return n;
}

void layer_norm_backward(TapeNode *node, Tensor *grad)
{
    static const char operation[] = "layer_norm_backward";
    const LayerNorm *args = tape_args(node);
    Tensor *x = tape_saved(node, 0), *mean = tape_saved(node, 2), *rstd = tape_saved(node, 3);
    if (!x || !mean || !rstd)
        return;
    Tensor *weight = tape_saved(node, 1);
    if (autograd_is_grad_enabled()) {
        layer_norm_differentiable(node, grad, x, weight);
        return;
    }
    const Kernels *kernels = kernels_for(operation, TENSORS(grad, x));
    Dims shape = {args->dims, x->shape + x->ndim - args->dims};
    Tensor *grad_x = tape_needs(node, 0) ? tensor_new_like(x, x->dtype, operation) : NULL, *grads[3] = {NULL};
    for (int i = 1; i < 3; i++)
        if (tape_needs(node, i)) {
            grads[i] = tensor_new(shape, x->dtype, x->storage->device, operation);
            if (grads[i] == NULL)
                return;
        }
    if (!kernels || (tape_needs(node, 0) && !grad_x) ||
        !kernels->layer_norm_backward(grad_x, grads[1], grads[2], grad, x, weight, mean, rstd,
                                      last_numel(x, args->dims)))
        return;
    tape_give(node, 0, grad_x);
    tape_give(node, 1, grads[1]);
    tape_give(node, 2, grads[2]);
}

static bool same_dims(const Tensor *x, Dims dims)
{
    return x->ndim == dims.n && memcmp(x->shape, dims.data, (size_t)dims.n * sizeof(int64_t)) == 0;
}

static bool check_affine(const Tensor *x, const char *name, const Tensor *list, Dims shape)
{
    char a[160], b[160];
    if (list == NULL)
        return true;
    if (!same_dims(list, shape))
        return error_raise(ERROR_SHAPE, "layer_norm",
                           "Expected %s to be of same shape as normalized_shape, but got %s of shape %s and "
                           "normalized_shape = %s",
                           name, name, tensor_shape_string(list, a, sizeof a),
                           dims_string(shape, b, sizeof b)) != NULL;
    return check_dtype("layer_norm", x, list);
}

static bool check_layer_norm(const Tensor *x, Dims shape, const Tensor *weight, const Tensor *bias)
{
    static const char operation[] = "layer_norm";
    char a[160], b[160], *inside = a + 1;
    dims_string(shape, a, sizeof a);
    if (shape.n < 1)
        return error_raise(
                   ERROR_SHAPE, operation,
                   "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one "
                   "element, but got normalized_shape = []") != NULL;
    if (!check_affine(x, "weight", weight, shape) || !check_affine(x, "bias", bias, shape))
        return false;
    if (x->ndim < shape.n ||
        memcmp(x->shape + x->ndim - shape.n, shape.data, (size_t)shape.n * sizeof(int64_t)) != 0)
        return error_raise(
                   ERROR_SHAPE, operation,
                   "Given normalized_shape=%s, expected input with shape [*, %s, but got input of size%s", a,
                   inside, tensor_shape_string(x, b, sizeof b)) != NULL;
    return check_float(operation, "LayerNormKernelImpl", x);
}

Tensor *(tensor_layer_norm)(Tensor *x, Dims normalized_shape, Tensor *weight, Tensor *bias, double eps)
{
    static const char operation[] = "layer_norm";
    if (x == NULL || !check_layer_norm(x, normalized_shape, weight, bias))
        return NULL;
    const Kernels *kernels = kernels_for(operation, TENSORS(x, weight, bias));
    if (kernels == NULL)
        return NULL;
    int64_t n = last_numel(x, normalized_shape.n), rows = n > 0 ? x->numel / n : 0;
    Tensor *y = tensor_new_like(x, x->dtype, operation);
    Tensor *mean = vector(rows, x, operation), *rstd = vector(rows, x, operation);
    if (!y || !mean || !rstd || !kernels->layer_norm(y, mean, rstd, x, weight, bias, n, eps))
        return NULL;
    LayerNorm args = {(int)normalized_shape.n, eps};
    return tape_record_args(OP_LAYER_NORM, y, INPUTS(x, weight, bias), SAVES(x, weight, mean, rstd), &args,
                            sizeof args);
}

/* -- group_norm and instance_norm: made of the others -- */

static Tensor *scale_and_shift(Tensor *x, Tensor *weight, Tensor *bias)
{
    if (x != NULL && weight != NULL)
        x = tensor_mul(x, along_channels(weight, x));
    if (x != NULL && bias != NULL)
        x = tensor_add(x, along_channels(bias, x));
    return x;
}

static bool check_group_parameter(const Tensor *x, const char *name, const Tensor *list)
{
    char a[160], b[160];
    return list == NULL || (list->ndim == 1 && list->numel == x->shape[1]) ||
           error_raise(
               ERROR_SHAPE, "group_norm",
               "Expected %s to be a vector of size equal to the number of channels in input, but got %s of "
               "shape %s and input of shape %s",
               name, name, tensor_shape_string(list, a, sizeof a),
               tensor_shape_string(x, b, sizeof b)) != NULL;
}

static bool check_group_norm(const Tensor *x, int64_t groups, const Tensor *weight, const Tensor *bias)
{
    static const char operation[] = "group_norm";
    char shape[160];
    if (x->ndim < 2)
        return error_raise(ERROR_SHAPE, operation,
                           "Expected at least 2 dimensions for input tensor but received %d",
                           x->ndim) != NULL;
    if (groups <= 0)
        return error_raise(ERROR_VALUE, operation, "Expected num groups to be greater than 0, got %lld",
                           (long long)groups) != NULL;
    if (x->shape[1] % groups != 0)
        return error_raise(ERROR_SHAPE, operation,
                           "Expected number of channels in input to be divisible by num_groups, but got "
                           "input of shape "
                           "%s and num_groups=%lld",
                           tensor_shape_string(x, shape, sizeof shape), (long long)groups) != NULL;
    return check_group_parameter(x, "weight", weight) && check_group_parameter(x, "bias", bias);
}

Tensor *(tensor_group_norm)(Tensor *x, int64_t num_groups, Tensor *weight, Tensor *bias, double eps)
{
    if (x == NULL || !check_group_norm(x, num_groups, weight, bias))
        return NULL;
    int64_t n = last_numel(x, x->ndim - 1) / num_groups;
    Tensor *grouped = tensor_reshape(x, x->shape[0], num_groups, n);
    Tensor *y = (tensor_layer_norm)(grouped, DIMS(n), NULL, NULL, eps);
    return scale_and_shift((tensor_reshape)(y, tensor_dims(x)), weight, bias);
}

/* A list of C numbers for every image. */
static Tensor *for_each_image(Tensor *list, int64_t images)
{
    if (list == NULL)
        return NULL;
    Tensor *repeated = (tensor_expand)(list, DIMS(images, list->shape[0]));
    return (tensor_clone)(tensor_reshape(repeated, images * list->shape[0]));
}

/* list = mean over the images. */
static bool collect_images(Tensor *list, Tensor *repeated, int64_t images)
{
    if (list == NULL)
        return true;
    Tensor *rows = repeated ? tensor_reshape(repeated, images, list->shape[0]) : NULL;
    Tensor *mean = kernel_reduce("instance_norm", REDUCE_MEAN, rows, DIMS(0), false, DTYPE_NONE, 0);
    const Kernels *kernels = kernels_for("instance_norm", TENSORS(list));
    if (mean == NULL || kernels == NULL || !kernels->copy(list, mean))
        return false;
    tensor_bump_version(list);
    return true;
}

Tensor *(tensor_instance_norm)(Tensor *x, Tensor *running_mean, Tensor *running_var, Tensor *weight,
                               Tensor *bias, bool use_input_stats, double momentum, double eps)
{
    static const char operation[] = "instance_norm";
    char shape[160];
    if (x == NULL)
        return NULL;
    if (!use_input_stats && (running_mean == NULL || running_var == NULL))
        return error_raise(
            ERROR_VALUE, operation,
            "Expected running_mean and running_var to be defined when use_input_stats is false");
    if (use_input_stats && (x->ndim < 3 || last_numel(x, x->ndim - 2) == 1))
        return error_raise(
            ERROR_VALUE, operation,
            "Expected more than 1 spatial element when training, got input size torch.Size(%s)",
            tensor_shape_string(x, shape, sizeof shape));
    if (!use_input_stats)
        return (tensor_batch_norm)(x, running_mean, running_var, weight, bias, false, momentum, eps);
    int64_t images = x->shape[0], one[TENSOR_MAX_DIMS] = {1, images * x->shape[1]};
    if (!check_channels(x, "running_mean", running_mean) || !check_channels(x, "running_var", running_var))
        return NULL;
    memcpy(one + 2, x->shape + 2, (size_t)(x->ndim - 2) * sizeof one[0]);
    Tensor *mean = for_each_image(running_mean, images), *var = for_each_image(running_var, images);
    Tensor *y = (tensor_batch_norm)((tensor_reshape)(x, (Dims){x->ndim, one}), mean, var, NULL, NULL, true,
                                    momentum, eps);
    if (y == NULL || !collect_images(running_mean, mean, images) || !collect_images(running_var, var, images))
        return NULL;
    return scale_and_shift((tensor_reshape)(y, tensor_dims(x)), weight, bias);
}

/* -- keywords -- */

Tensor *tensor_batch_norm_args(Tensor *x, const TensorBatchNormArgs *a)
{
    return (tensor_batch_norm)(x, a->running_mean, a->running_var, a->weight, a->bias, a->training,
                               a->momentum, a->eps);
}

Tensor *tensor_layer_norm_args(Tensor *x, const TensorLayerNormArgs *a)
{
    int64_t last;
    return (tensor_layer_norm)(x, dims_or_number(a->normalized_shape, &last), a->weight, a->bias, a->eps);
}

Tensor *tensor_group_norm_args(Tensor *x, const TensorGroupNormArgs *a)
{
    return (tensor_group_norm)(x, a->num_groups, a->weight, a->bias, a->eps);
}

Tensor *tensor_instance_norm_args(Tensor *x, const TensorInstanceNormArgs *a)
{
    return (tensor_instance_norm)(x, a->running_mean, a->running_var, a->weight, a->bias, a->use_input_stats,
                                  a->momentum, a->eps);
}
