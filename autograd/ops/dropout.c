/* y = mask x with a random mask of zeros and 1 / (1 - p): mul and its derivative do the rest. */
#include "autograd/ops/dropout.h"

#include "autograd/ops/kernel.h"
#include "autograd/ops/pointwise.h"
#include "autograd/tape.h"

/* The mask has x's shape, or one element for each channel. */
static Tensor *random_mask(const char *operation, Tensor *x, bool channels, double p)
{
    int64_t shape[TENSOR_MAX_DIMS];
    for (int d = 0; d < x->ndim; d++)
        shape[d] = d < 2 ? x->shape[d] : 1;
    if (channels && x->ndim < 2)
        return error_raise(ERROR_SHAPE, operation,
                           "Feature dropout requires at least 2 dimensions in the input");
    const Kernels *kernels = kernels_for(operation, TENSORS(x));
    if (kernels == NULL)
        return NULL;
    Tensor *mask = channels ? tensor_new((Dims){x->ndim, shape}, x->dtype, tensor_device(x), operation)
                            : tensor_new_like(x, x->dtype, operation);
    if (mask == NULL || !kernels->bernoulli(mask, 1 - p, NULL))
        return NULL;
    return kernel_binary(operation, BINARY_DIV, mask, mask, tensor_number_float(1 - p), true, 1);
}

static Tensor *dropout(const char *operation, Tensor *x, double p, bool training, bool channels,
                       bool in_place)
{
    if (!(p >= 0 && p <= 1))
        return error_raise(ERROR_VALUE, operation,
                           "dropout probability has to be between 0 and 1, but got %g", p);
    if (x == NULL || p == 0 || !training || x->numel == 0)
        return x;
    Tensor *mask = p == 1 ? tensor_number_bool(false) : random_mask(operation, x, channels, p);
    return in_place ? tensor_mul_(x, mask) : tensor_mul(x, mask);
}

Tensor *(tensor_dropout)(Tensor *input, double p, bool training)
{
    ERROR_OPERATION("dropout");
    return dropout("dropout", input, p, training, false, false);
}

Tensor *(tensor_dropout_)(Tensor *input, double p, bool training)
{
    ERROR_OPERATION("dropout_");
    return dropout("dropout_", input, p, training, false, true);
}

Tensor *(tensor_dropout2d)(Tensor *input, double p, bool training)
{
    ERROR_OPERATION("dropout2d");
    return dropout("dropout2d", input, p, training, true, false);
}

Tensor *(tensor_dropout2d_)(Tensor *input, double p, bool training)
{
    ERROR_OPERATION("dropout2d_");
    return dropout("dropout2d_", input, p, training, true, true);
}
