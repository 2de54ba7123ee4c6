#include "operations/values.h"

#include <stdlib.h>
#include <string.h>

#include "core/tensor_struct.h"

/* The gradients given to outputs count on from here. */
enum { FIRST_GRADIENT = 1000 };

/* The finaliser of splitmix64. */
static uint64_t hash(int number, int64_t index)
{
    uint64_t h = (uint64_t)(number + 1) * UINT64_C(0x9E3779B97F4A7C15) +
                 (uint64_t)index * UINT64_C(0xBF58476D1CE4E5B9);
    h = (h ^ h >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    h = (h ^ h >> 27) * UINT64_C(0x94D049BB133111EB);
    return h ^ h >> 31;
}

/* Four 16-bit numbers add up to something like a normal distribution, here with variance 1.02. */
static double normal(uint64_t h)
{
    int64_t sum = (int64_t)((h & 0xFFFF) + (h >> 16 & 0xFFFF) + (h >> 32 & 0xFFFF) + (h >> 48)) - 2 * 65535;
    return (double)sum / 65536 * 1.75;
}

static double value_of(const SampleTensor *description, uint64_t h)
{
    switch (description->kind) {
    case 'p':
        return 0.5 + (double)(h & 0xFFFF) / 65536 * 1.5;
    case 'q':
        return 0.1 + (double)(h & 0xFFFF) / 65536 * 0.8;
    case 'u':
        return ((double)(h & 0xFFFF) - 32768) / 32768 * 0.875;
    case 'i':
    case 'n':
    case 'y':
        return (double)((h >> 8) % (uint64_t)description->high);
    case 'b':
        return (double)(h >> 20 & 1);
    default:
        return normal(h);
    }
}

/* Multiples of 1/16 without 0 in the middle, shuffled. */
static void fill_different(double *values, int64_t n, int number)
{
    for (int64_t i = 0; i < n; i++)
        values[i] = ((double)i - (double)(n / 2) + 0.5) * 0.0625;
    for (int64_t i = n - 1; i > 0; i--) {
        int64_t j = (int64_t)(hash(number, i) % (uint64_t)(i + 1));
        double value = values[i];
        values[i] = values[j];
        values[j] = value;
    }
}

/* -- layouts -- */

Tensor *tensor_in_layout(Dims shape, DType dtype, Layout layout)
{
    if (layout == LAYOUT_CONTIGUOUS)
        return tensor_new(shape, dtype, cpu_device(), "sample");
    int64_t strides[TENSOR_MAX_DIMS], block = 2, offset = 1;
    for (int64_t d = 0; d < shape.n; d++) {
        strides[d] = 2 * block;
        offset += block;
        block *= 2 * shape.data[d] + 2;
    }
    Tensor *base = tensor_new(DIMS(block), dtype, cpu_device(), "sample");
    if (base == NULL)
        return NULL;
    /* NaNs; true; numbers far outside of any range */
    memset(tensor_data_ptr(base), dtype == DTYPE_BOOL ? 1 : 0xFF, (size_t)block * dtype_size(dtype));
    return tensor_new_view(base, shape, strides, offset);
}

/* Writes `values`, in row-major order, to x. */
static void write_values(Tensor *x, const double *values)
{
    char *data = tensor_data_ptr(x);
    DType dtype = tensor_dtype(x);
    for (int64_t i = 0; i < tensor_numel(x); i++) {
        int64_t rest = i, offset = 0;
        for (int64_t d = tensor_dim(x) - 1; d >= 0; d--) {
            offset += rest % tensor_size(x, d) * tensor_stride(x, d);
            rest /= tensor_size(x, d);
        }
        Scalar value =
            dtype_is_floating_point(dtype) ? scalar_float(values[i]) : scalar_int((int64_t)values[i]);
        scalar_write(dtype, data + (size_t)offset * dtype_size(dtype), value);
    }
}

static Tensor *filled_tensor(const SampleTensor *description, Dims shape, int number, DType dtype,
                             Layout layout)
{
    Tensor *x = tensor_in_layout(shape, dtype, layout);
    double *values = x != NULL ? malloc(((size_t)tensor_numel(x) + 1) * sizeof *values) : NULL;
    if (values == NULL)
        return NULL;
    if (description->kind == 'd')
        fill_different(values, tensor_numel(x), number);
    else
        for (int64_t i = 0; i < tensor_numel(x); i++)
            values[i] = value_of(description, hash(number, i));
    write_values(x, values);
    free(values);
    return x;
}

static DType dtype_of_kind(char kind, DType floats)
{
    switch (kind) {
    case 'i':
        return DTYPE_INT64;
    case 'n':
        return DTYPE_INT32;
    case 'y':
        return DTYPE_UINT8;
    case 'b':
        return DTYPE_BOOL;
    default:
        return floats;
    }
}

Tensor *sample_tensor(const SampleTensor *description, int number, DType floats, Layout layout)
{
    return filled_tensor(description, (Dims){description->ndim, description->shape}, number,
                         dtype_of_kind(description->kind, floats), layout);
}

Tensor *sample_gradient(const Tensor *y, int number)
{
    return filled_tensor(&(SampleTensor){.kind = 'f'}, tensor_dims(y), FIRST_GRADIENT + number,
                         tensor_dtype(y), LAYOUT_CONTIGUOUS);
}
