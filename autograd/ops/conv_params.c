#include "autograd/ops/conv_params.h"

bool conv_pair(const char *operation, const char *name, Dims given, int64_t pair[2])
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

bool conv_params(const char *operation, Dims stride, Dims padding, Dims dilation, int64_t groups,
                 ConvParams *p)
{
    char text[128];
    p->groups = groups;
    if (!conv_pair(operation, "stride", stride, p->stride) ||
        !conv_pair(operation, "padding", padding, p->padding) ||
        !conv_pair(operation, "dilation", dilation, p->dilation))
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

bool conv_check_weight(const char *operation, Dims weight, int64_t groups)
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

bool conv_out_sizes(const char *operation, Dims input, Dims weight, const ConvParams *p, int64_t out[4])
{
    char text[256], other[256];
    if (!conv_check_weight(operation, weight, p->groups))
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

bool conv_check_bias(const char *operation, const char *given, const Tensor *weight, int64_t channels,
                     const Tensor *bias)
{
    char text[256], other[256];
    if (bias == NULL || (bias->ndim == 1 && bias->shape[0] == channels))
        return true;
    return error_raise(ERROR_SHAPE, operation,
                       "Given %sweight of size %s, expected bias to be 1-dimensional with %lld elements, but "
                       "got bias of size %s instead",
                       given, tensor_shape_string(weight, text, sizeof text), (long long)channels,
                       tensor_shape_string(bias, other, sizeof other)) != NULL;
}

bool conv_check_dtypes(const char *operation, const Tensor *x, const Tensor *weight, const Tensor *bias)
{
    if (bias != NULL && bias->dtype != x->dtype)
        return error_raise(ERROR_DTYPE, operation, "Input type (%s) and bias type (%s) should be the same",
                           dtype_c_name(x->dtype), dtype_c_name(bias->dtype)) != NULL;
    if (x->dtype != weight->dtype)
        return error_raise(ERROR_DTYPE, operation, "expected scalar type %s but found %s",
                           dtype_scalar_name(x->dtype), dtype_scalar_name(weight->dtype)) != NULL;
    return true;
}
