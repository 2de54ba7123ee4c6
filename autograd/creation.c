/* Making tensors: see autograd/creation.h. */
#include "autograd/creation.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "autograd/node.h"
#include "autograd/ops/kernel.h"

/* -- what all of them share -- */

static DType dtype_of(const TensorOptions *options, DType otherwise)
{
    return options != NULL && options->dtype != DTYPE_NONE ? options->dtype : otherwise;
}

static Device device_of(const TensorOptions *options, Device otherwise)
{
    return options != NULL && options->device.type >= 0 ? options->device : otherwise;
}

static Generator *generator_of(const TensorOptions *options)
{
    return options != NULL ? options->generator : NULL;
}

/* Is `dtype` one that exists, and floating point if a gradient is wanted? */
static bool check_dtype(DType dtype, const TensorOptions *options, const char *operation)
{
    if (dtype <= DTYPE_NONE || dtype >= DTYPE_COUNT)
        return error_raise(ERROR_DTYPE, operation, "unknown dtype %d", (int)dtype) != NULL;
    if (options == NULL || !options->requires_grad || dtype_is_floating_point(dtype))
        return true;
    return error_raise(ERROR_AUTOGRAD, operation,
                       "Only Tensors of floating point and complex dtype can require gradients") != NULL;
}

static Tensor *new_tensor(Dims size, DType otherwise, const TensorOptions *options, const char *operation)
{
    DType dtype = dtype_of(options, otherwise);
    if (!check_dtype(dtype, options, operation))
        return NULL;
    return tensor_new(size, dtype, device_of(options, cpu_device()), operation);
}

static Tensor *new_like(const Tensor *x, const TensorOptions *options, const char *operation)
{
    int64_t strides[TENSOR_MAX_DIMS];
    if (x == NULL)
        return NULL;
    DType dtype = dtype_of(options, x->dtype);
    if (!check_dtype(dtype, options, operation))
        return NULL;
    dense_strides(x, strides);
    return tensor_new_strided(tensor_dims(x), strides, dtype, device_of(options, tensor_device(x)),
                              operation);
}

/* Every function ends here: what the tape is to know of x. */
static Tensor *finished(Tensor *x, const TensorOptions *options)
{
    if (x != NULL && autograd_is_inference_mode()) {
        if (meta_make(x) == NULL)
            return NULL;
        meta_of(x)->inference = true;
    }
    return options != NULL && options->requires_grad ? tensor_requires_grad_(x, true) : x;
}

static const Kernels *kernels_of(const Tensor *x, const char *operation)
{
    const Backend *backend = x != NULL ? device_backend(tensor_device(x), operation) : NULL;
    return backend != NULL ? &backend->kernels : NULL;
}

static Tensor *filled(Tensor *x, Scalar value, const TensorOptions *options, const char *operation)
{
    ERROR_OPERATION(operation);
    const Kernels *kernels = kernels_of(x, operation);
    if (kernels == NULL || !scalar_check(x->dtype, value, operation) || !kernels->fill(x, value))
        return NULL;
    return finished(x, options);
}

/* Values that were computed on the host, as `dtype` and on the device that the options name. */
static Tensor *delivered(const Tensor *x, DType dtype, const TensorOptions *options, const char *operation)
{
    x = kernel_to_device(kernel_cast(x, dtype), device_of(options, cpu_device()), operation);
    return finished((Tensor *)x, options);
}

/* -- of one value -- */

Tensor *tensor_empty_args(Dims size, const TensorOptions *options)
{
    return finished(new_tensor(size, tensor_get_default_dtype(), options, "empty"), options);
}

Tensor *tensor_full_args(Dims size, Scalar value, const TensorOptions *options)
{
    DType dtype = value.kind == SCALAR_FLOAT  ? tensor_get_default_dtype()
                  : value.kind == SCALAR_BOOL ? DTYPE_BOOL
                                              : DTYPE_INT64;
    return filled(new_tensor(size, dtype, options, "full"), value, options, "full");
}

Tensor *tensor_zeros_args(Dims size, const TensorOptions *options)
{
    for (int64_t d = 0; d < size.n; d++)
        if (size.data[d] < 0)
            return error_raise(ERROR_SHAPE, "zeros", "zeros: Dimension size must be non-negative.");
    return filled(new_tensor(size, tensor_get_default_dtype(), options, "zeros"), scalar_int(0), options,
                  "zeros");
}

Tensor *tensor_ones_args(Dims size, const TensorOptions *options)
{
    return filled(new_tensor(size, tensor_get_default_dtype(), options, "ones"), scalar_int(1), options,
                  "ones");
}

Tensor *tensor_scalar_args(Scalar value, const TensorOptions *options)
{
    return tensor_full_args(DIMS(), value, options);
}

Tensor *tensor_empty_like_args(const Tensor *x, const TensorOptions *options)
{
    return finished(new_like(x, options, "empty_like"), options);
}

Tensor *tensor_full_like_args(const Tensor *x, Scalar value, const TensorOptions *options)
{
    return filled(new_like(x, options, "full_like"), value, options, "full_like");
}

Tensor *tensor_zeros_like_args(const Tensor *x, const TensorOptions *options)
{
    return filled(new_like(x, options, "zeros_like"), scalar_int(0), options, "zeros_like");
}

Tensor *tensor_ones_like_args(const Tensor *x, const TensorOptions *options)
{
    return filled(new_like(x, options, "ones_like"), scalar_int(1), options, "ones_like");
}

/* -- of numbers in a row -- */

/* How many numbers there are from start on before end, or -1 after an error. Integers are counted as such,
 * for doubles cannot tell the largest apart. */
static int64_t arange_length(Scalar start, Scalar end, Scalar step)
{
    double first = scalar_to_double(start), last = scalar_to_double(end), by = scalar_to_double(step);
    bool whole = start.kind != SCALAR_FLOAT && end.kind != SCALAR_FLOAT && step.kind != SCALAR_FLOAT;
    const char *wrong = NULL;
    char range[80];
    double length = ceil((last - first) / by);
    if (by == 0 || isnan(by))
        wrong = "step must be nonzero";
    else if (!isfinite(first) || !isfinite(last)) {
        snprintf(range, sizeof range, "unsupported range: %g -> %g", first, last);
        wrong = range;
    } else if (by > 0 ? last < first : last > first)
        wrong = "upper bound and lower bound inconsistent with step sign";
    else if (!(length >= 0 && length < 0x1p63))
        wrong = "invalid size, possible overflow?";
    if (wrong != NULL) {
        error_raise(ERROR_VALUE, "arange", "%s", wrong);
        return -1;
    }
    if (!whole)
        return (int64_t)length;
    int64_t a = start.value.i, b = end.value.i, s = step.value.i;
    uint64_t distance = s > 0 ? (uint64_t)b - (uint64_t)a : (uint64_t)a - (uint64_t)b;
    uint64_t stride = s > 0 ? (uint64_t)s : -(uint64_t)s;
    return (int64_t)(distance / stride + (distance % stride != 0));
}

/* start + i step, computed as PyTorch does: in int64 for integers, in double for floats. */
static Tensor *ramp(Scalar start, Scalar step, int64_t n, DType dtype)
{
    bool floats = dtype_is_floating_point(dtype);
    Tensor *x = tensor_new(DIMS(n), floats ? DTYPE_FLOAT64 : DTYPE_INT64, cpu_device(), "arange");
    if (x == NULL)
        return NULL;
    if (floats) {
        double *values = tensor_address(x), first = scalar_to_double(start), by = scalar_to_double(step);
        for (int64_t i = 0; i < n; i++)
            values[i] = first + by * (double)i;
    } else {
        int64_t *values = tensor_address(x), first = scalar_to_int(start), by = scalar_to_int(step);
        for (int64_t i = 0; i < n; i++)
            values[i] = first + by * i;
    }
    return x;
}

Tensor *tensor_arange_args(Scalar start, Scalar end, Scalar step, const TensorOptions *options)
{
    bool floats = start.kind == SCALAR_FLOAT || end.kind == SCALAR_FLOAT || step.kind == SCALAR_FLOAT;
    DType dtype = dtype_of(options, floats ? tensor_get_default_dtype() : DTYPE_INT64);
    if (!check_dtype(dtype, options, "arange"))
        return NULL;
    int64_t n = arange_length(start, end, step);
    if (n < 0)
        return NULL;
    if (dtype == DTYPE_BOOL)
        return error_raise(ERROR_DTYPE, "arange", "\"arange_cpu\" not implemented for '%s'",
                           dtype_scalar_name(dtype));
    return delivered(ramp(start, step, n, dtype), dtype, options, "arange");
}

/* Both halves count from their own end, so that both ends come out exactly. */
#define LINSPACE(name, T)                                                                                    \
    static void name(T *out, T start, T end, int64_t steps)                                                  \
    {                                                                                                        \
        T step = steps > 1 ? (end - start) / (T)(steps - 1) : 0;                                             \
        for (int64_t i = 0; i < steps / 2; i++)                                                              \
            out[i] = start + step * (T)i;                                                                    \
        for (int64_t i = steps / 2; i < steps; i++)                                                          \
            out[i] = end - step * (T)(steps - i - 1);                                                        \
    }
LINSPACE(linspace_float, float)
LINSPACE(linspace_double, double)

Tensor *tensor_linspace_args(double start, double end, int64_t steps, const TensorOptions *options)
{
    DType dtype = dtype_of(options, tensor_get_default_dtype());
    if (!check_dtype(dtype, options, "linspace"))
        return NULL;
    if (steps < 0)
        return error_raise(ERROR_VALUE, "linspace", "number of steps must be non-negative");
    if (dtype == DTYPE_BOOL)
        return error_raise(ERROR_DTYPE, "linspace", "\"linspace_cpu\" not implemented for '%s'",
                           dtype_scalar_name(dtype));
    if (!scalar_check(dtype, scalar_float(start), "linspace") ||
        !scalar_check(dtype, scalar_float(end), "linspace"))
        return NULL;
    if (!dtype_is_floating_point(dtype)) {
        start = trunc(start);
        end = trunc(end);
    }
    if (steps == 1)
        end = start;
    DType computed = dtype == DTYPE_FLOAT32 ? DTYPE_FLOAT32 : DTYPE_FLOAT64;
    Tensor *x = tensor_new(DIMS(steps), computed, cpu_device(), "linspace");
    if (x != NULL && computed == DTYPE_FLOAT32)
        linspace_float(tensor_address(x), (float)start, (float)end, steps);
    else if (x != NULL)
        linspace_double(tensor_address(x), start, end, steps);
    return delivered(x, dtype, options, "linspace");
}

Tensor *tensor_eye_args(int64_t n, int64_t m, const TensorOptions *options)
{
    m = m == TENSOR_NONE ? n : m;
    if (n < 0 || m < 0)
        return error_raise(ERROR_SHAPE, "eye", "%s must be greater or equal to 0, got %lld",
                           n < 0 ? "n" : "m", (long long)(n < 0 ? n : m));
    Tensor *x = new_tensor(DIMS(n, m), tensor_get_default_dtype(), options, "eye");
    const Kernels *kernels = kernels_of(x, "eye");
    if (kernels == NULL || !kernels->fill(x, scalar_int(0)))
        return NULL;
    int64_t stride = m + 1;
    Tensor *diagonal = tensor_new_view(x, DIMS(n < m ? n : m), &stride, 0);
    return diagonal != NULL && kernels->fill(diagonal, scalar_int(1)) ? finished(x, options) : NULL;
}

/* -- of given memory -- */

Tensor *tensor_from_data(const void *data, Dims size, DType dtype)
{
    if (!check_dtype(dtype, NULL, "tensor"))
        return NULL;
    Tensor *x = tensor_new(size, dtype, cpu_device(), "tensor");
    if (x != NULL && data == NULL && x->numel > 0)
        return error_raise(ERROR_VALUE, "tensor", "the data of %lld elements is NULL", (long long)x->numel);
    if (x != NULL && x->numel > 0)
        memcpy(tensor_address(x), data, (size_t)x->numel * dtype_size(dtype));
    return finished(x, NULL);
}

Tensor *tensor_from_blob_args(void *data, Dims size, DType dtype, const FromBlobArgs *args)
{
    if (!check_dtype(dtype, NULL, "from_blob"))
        return NULL;
    int64_t one;
    Dims strides = dims_or_nonzero(args->strides, &one);
    return finished(tensor_new_from_blob(data, size, strides, dtype, args->device, args->deleter, args->user),
                    NULL);
}

/* -- of random numbers -- */

static Tensor *uniform(Tensor *x, const TensorOptions *options, const char *operation)
{
    ERROR_OPERATION(operation);
    const Kernels *kernels = kernels_of(x, operation);
    return kernels != NULL && kernels->uniform(x, 0, 1, generator_of(options)) ? finished(x, options) : NULL;
}

static Tensor *normal(Tensor *x, double mean, double std, const TensorOptions *options, const char *operation)
{
    ERROR_OPERATION(operation);
    const Kernels *kernels = kernels_of(x, operation);
    return kernels != NULL && kernels->normal(x, mean, std, generator_of(options)) ? finished(x, options)
                                                                                   : NULL;
}

static Tensor *integers(Tensor *x, int64_t low, int64_t high, const TensorOptions *options,
                        const char *operation)
{
    ERROR_OPERATION(operation);
    const Kernels *kernels = kernels_of(x, operation);
    const int64_t range[2] = {low, high};
    return kernels != NULL && kernels->random(x, range, generator_of(options)) ? finished(x, options) : NULL;
}

Tensor *tensor_rand_args(Dims size, const TensorOptions *options)
{
    return uniform(new_tensor(size, tensor_get_default_dtype(), options, "rand"), options, "rand");
}

Tensor *tensor_rand_like_args(const Tensor *x, const TensorOptions *options)
{
    return uniform(new_like(x, options, "rand_like"), options, "rand_like");
}

Tensor *tensor_randn_args(Dims size, const TensorOptions *options)
{
    return normal(new_tensor(size, tensor_get_default_dtype(), options, "randn"), 0, 1, options, "randn");
}

Tensor *tensor_randn_like_args(const Tensor *x, const TensorOptions *options)
{
    return normal(new_like(x, options, "randn_like"), 0, 1, options, "randn_like");
}

Tensor *tensor_normal_args(double mean, double std, Dims size, const TensorOptions *options)
{
    return normal(new_tensor(size, tensor_get_default_dtype(), options, "normal"), mean, std, options,
                  "normal");
}

Tensor *tensor_randint_args(int64_t low, int64_t high, Dims size, const TensorOptions *options)
{
    return integers(new_tensor(size, DTYPE_INT64, options, "randint"), low, high, options, "randint");
}

Tensor *tensor_randint_like_args(const Tensor *x, int64_t low, int64_t high, const TensorOptions *options)
{
    return integers(new_like(x, options, "randint_like"), low, high, options, "randint_like");
}

Tensor *tensor_randperm_args(int64_t n, const TensorOptions *options)
{
    DType dtype = dtype_of(options, DTYPE_INT64);
    if (!check_dtype(dtype, options, "randperm"))
        return NULL;
    Tensor *x = tensor_new(DIMS(n), dtype, cpu_device(), "randperm");
    if (x == NULL || !random_permutation(generator_of(options), dtype, tensor_address(x), n))
        return NULL;
    return delivered(x, dtype, options, "randperm");
}
