#include "autograd/ops/interpolate.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "autograd/ops/copy.h"
#include "autograd/ops/index.h"
#include "autograd/ops/kernel.h"

/* Where each element comes from, in float as in PyTorch. */
static Tensor *nearest_places(int64_t in, int64_t out, float scale, Device device)
{
    const Backend *backend = device_backend(device, "interpolate");
    Tensor *index = backend != NULL ? tensor_new(DIMS(out), DTYPE_INT64, device, "interpolate") : NULL;
    size_t bytes = (size_t)out * sizeof(int64_t);
    int64_t *places = index != NULL ? scope_alloc(bytes) : NULL;
    if (places == NULL)
        return NULL;
    for (int64_t i = 0; i < out; i++) {
        int64_t place = (int64_t)floorf((float)i * scale);
        places[i] = place < in - 1 ? place : in - 1;
    }
    return backend->copy_from_host(device.index, tensor_address(index), places, bytes) ? index : NULL;
}

/* "(H: 2, W: 3)" */
static const char *sizes_string(const int64_t *sizes, int n, char *text, size_t size)
{
    static const char names[] = "DHW";
    size_t length = (size_t)snprintf(text, size, "(");
    for (int i = 0; i < n && length < size; i++)
        length += (size_t)snprintf(text + length, size - length, "%s%c: %lld", i > 0 ? ", " : "",
                                   names[3 - n + i], (long long)sizes[i]);
    if (length < size)
        snprintf(text + length, size - length, ")");
    return text;
}

/* The sizes of the result's dimensions of space. */
static bool output_sizes(const Tensor *x, Dims size, double scale_factor, int64_t *out)
{
    int n = x->ndim - 2;
    char a[160], b[160];
    bool positive = true, scaled = !isnan(scale_factor);
    if (size.n == 0 && !scaled)
        return error_raise(ERROR_VALUE, "interpolate", "either size or scale_factor should be defined") !=
               NULL;
    if (size.n > 0 && scaled)
        return error_raise(ERROR_VALUE, "interpolate",
                           "only one of size or scale_factor should be defined") != NULL;
    if (size.n > 1 && size.n != n)
        return error_raise(ERROR_SHAPE, "interpolate",
                           "Input and output must have the same number of spatial dimensions, but got input "
                           "with spatial dimensions of %s and output size of %s. Please provide input tensor "
                           "in (N, C, d1, d2, ...,dK) format and output size in (o1, o2, ...,oK) format.",
                           dims_string((Dims){n, x->shape + 2}, a, sizeof a),
                           dims_string(size, b, sizeof b)) != NULL;
    for (int d = 0; d < n; d++) {
        out[d] =
            scaled ? (int64_t)floor((double)x->shape[2 + d] * scale_factor) : size.data[size.n > 1 ? d : 0];
        positive = positive && out[d] > 0 && x->shape[2 + d] > 0;
    }
    return positive ||
           error_raise(ERROR_SHAPE, "interpolate",
                       "Input and output sizes should be greater than 0, but got input %s output "
                       "%s",
                       sizes_string(x->shape + 2, n, a, sizeof a), sizes_string(out, n, b, sizeof b)) != NULL;
}

Tensor *(tensor_interpolate)(Tensor *input, Dims size, double scale_factor, const char *mode)
{
    int64_t out[TENSOR_MAX_DIMS];
    if (input == NULL)
        return NULL;
    if (mode == NULL || strcmp(mode, "nearest") != 0 || input->ndim < 3 || input->ndim > 5)
        return error_raise(mode != NULL && strcmp(mode, "nearest") == 0 ? ERROR_SHAPE : ERROR_UNSUPPORTED,
                           "interpolate",
                           "Input Error: Only 3D, 4D and 5D input Tensors supported (got %dD) for the modes: "
                           "nearest (got %s)",
                           input->ndim, mode != NULL ? mode : "NULL");
    if (!dtype_is_floating_point(input->dtype) && input->dtype != DTYPE_UINT8)
        return error_raise(ERROR_UNSUPPORTED, "interpolate", "\"%s\" not implemented for '%s'",
                           input->ndim == 4 ? "upsample_nearest2d_channels_last"
                                            : "compute_indices_weights_nearest",
                           dtype_scalar_name(input->dtype));
    if (!output_sizes(input, size, scale_factor, out))
        return NULL;
    Tensor *y = input;
    for (int d = 2; d < input->ndim && y != NULL; d++) {
        int64_t from = input->shape[d], to = out[d - 2];
        float scale = isnan(scale_factor) ? (float)from / (float)to : (float)(1 / scale_factor);
        if (from != to || scale != 1)
            y = tensor_index_select(y, d, nearest_places(from, to, scale, tensor_device(y)));
    }
    return y == input ? tensor_clone(y) : y;
}
