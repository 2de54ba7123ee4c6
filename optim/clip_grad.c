#include "optim/clip_grad.h"

#include <math.h>

#include "autograd/autograd.h"
#include "autograd/ops/kernel.h"
#include "core/error.h"
#include "core/scope.h"
#include "optim/fields.h"

/* The gradients that are there, in the scope's memory; items is NULL after an error. */
static TensorList gradients(TensorList parameters)
{
    TensorList grads = {NULL, 0};
    if (parameters.items == NULL && error_last() != NULL)
        return grads;
    grads.items = scope_alloc((size_t)(parameters.n + 1) * sizeof(Tensor *));
    for (int64_t i = 0; i < parameters.n && grads.items != NULL; i++) {
        Tensor *grad = tensor_grad(parameters.items[i]);
        if (grad != NULL)
            grads.items[grads.n++] = grad;
    }
    return grads;
}

/* The norm of the gradients' norms. */
static Tensor *total_norm(const Kernels *kernels, TensorList grads, double norm_type)
{
    Tensor *norms = NULL;
    for (int64_t i = 0; i < grads.n; i++) {
        Tensor *norm = kernel_reduce("clip_grad_norm_", REDUCE_NORM, grads.items[i], DIMS(), false,
                                     DTYPE_NONE, norm_type);
        if (norm != NULL && norms == NULL)
            norms = tensor_new(DIMS(grads.n), norm->dtype, norm->storage->device, "clip_grad_norm_");
        Tensor *place =
            norm != NULL && norms != NULL ? tensor_new_view(norms, DIMS(), norms->strides, i) : NULL;
        if (place == NULL || !kernels->copy(place, norm))
            return NULL;
    }
    return kernel_reduce("clip_grad_norm_", REDUCE_NORM, norms, DIMS(), false, DTYPE_NONE, norm_type);
}

/* min(max_norm / (total + 1e-6), 1), without waiting for the device. */
static Tensor *clip_coefficient(Tensor *total, double max_norm)
{
    Tensor *sum =
        kernel_binary("clip_grad_norm_", BINARY_ADD, NULL, total, tensor_number_float(1e-6), false, 1);
    Tensor *inverse = kernel_unary("clip_grad_norm_", UNARY_RECIPROCAL, NULL, sum, false, 0, 0);
    Tensor *coefficient =
        kernel_binary("clip_grad_norm_", BINARY_MUL, NULL, inverse, tensor_number_float(max_norm), false, 1);
    return kernel_unary("clip_grad_norm_", UNARY_CLAMP, NULL, coefficient, false, -INFINITY, 1);
}

static Tensor *clip_norm(TensorList grads, double max_norm, const ClipGradNormArgs *args)
{
    const Kernels *kernels = grads.items != NULL ? kernels_for("clip_grad_norm_", grads) : NULL;
    Tensor *total = kernels != NULL ? total_norm(kernels, grads, args->norm_type) : NULL;
    Tensor *coefficient = total != NULL ? clip_coefficient(total, max_norm) : NULL;
    if (coefficient == NULL)
        return NULL;
    if (args->error_if_nonfinite && !isfinite(tensor_item(total))) {
        char text[40];
        return error_raise(
            ERROR_VALUE, "clip_grad_norm_",
            "The total norm of order %s for gradients from `parameters` is non-finite, so it "
            "cannot be clipped. To disable this error and scale the gradients by the non-finite "
            "norm anyway, set `error_if_nonfinite=False`",
            number_string(args->norm_type, text, sizeof text));
    }
    for (int64_t i = 0; i < grads.n; i++) {
        Tensor *grad = grads.items[i];
        if (kernel_binary("clip_grad_norm_", BINARY_MUL, grad, grad, coefficient, false, 1) == NULL)
            return NULL;
        tensor_bump_version(grad);
    }
    return total;
}

/* The norm of no gradients. */
static Tensor *zero_norm(void)
{
    Tensor *zero = tensor_new(DIMS(), tensor_get_default_dtype(), cpu_device(), "clip_grad_norm_");
    const Kernels *kernels = zero != NULL ? kernels_for("clip_grad_norm_", TENSORS(zero)) : NULL;
    return kernels != NULL && kernels->fill(zero, scalar_float(0)) ? zero : NULL;
}

Tensor *optim_clip_grad_norm(TensorList parameters, double max_norm, const ClipGradNormArgs *args)
{
    Scope scope = scope_open();
    TensorList grads = gradients(parameters);
    Tensor *total = grads.items != NULL && grads.n == 0 ? zero_norm() : clip_norm(grads, max_norm, args);
    return scope_return(scope, total);
}

bool optim_clip_grad_value_(TensorList parameters, double clip_value)
{
    Scope scope = scope_open();
    TensorList grads = gradients(parameters);
    bool done = grads.items != NULL;
    for (int64_t i = 0; i < grads.n && done; i++) {
        Tensor *grad = grads.items[i];
        done =
            kernel_unary("clip_grad_value_", UNARY_CLAMP, grad, grad, false, -clip_value, clip_value) != NULL;
        if (done)
            tensor_bump_version(grad);
    }
    scope_close(scope);
    return done;
}
