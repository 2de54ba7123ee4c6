/* Filling and copying, with conversion between dtypes. */
#include <math.h>
#include <string.h>

#include "core/cpu/elements.h"
#include "core/cpu/kernels.h"
#include "core/cpu/walk.h"
#include "core/error.h"

/* The dtypes that have elements on the CPU: X(dtype, its name here, index). */
#define EACH_DTYPE(X)                                                                                        \
    X(DTYPE_FLOAT32, f32, 0)                                                                                 \
    X(DTYPE_FLOAT64, f64, 1)                                                                                 \
    X(DTYPE_INT64, i64, 2)                                                                                   \
    X(DTYPE_INT32, i32, 3)                                                                                   \
    X(DTYPE_UINT8, u8, 4)                                                                                    \
    X(DTYPE_BOOL, b8, 5)

enum { N_DTYPES = 6 };

static int dtype_index(DType dtype)
{
    switch (dtype) {
#define X(name, T, index)                                                                                    \
    case name:                                                                                               \
        return index;
        EACH_DTYPE(X)
#undef X
    default:
        return -1;
    }
}

/* -- fill -- */

typedef struct Element {
    char bytes[8];
    size_t size;
} Element;

#define FILL(bits)                                                                                           \
    static void fill_##bits(char *const *data, const int64_t *strides, int64_t n, const void *context)       \
    {                                                                                                        \
        raw##bits value, *out = (raw##bits *)data[0];                                                        \
        memcpy(&value, ((const Element *)context)->bytes, sizeof value);                                     \
        for (int64_t i = 0; i < n; i++)                                                                      \
            out[i * strides[0]] = value;                                                                     \
    }
FILL(8)
FILL(32)
FILL(64)

bool cpu_fill(Tensor *out, Scalar value)
{
    Element element = {.size = dtype_size(out->dtype)};
    if (dtype_index(out->dtype) < 0)
        return error_raise(ERROR_UNSUPPORTED, "fill_", "\"fill_cpu\" not implemented for '%s'",
                           dtype_scalar_name(out->dtype)) != NULL;
    scalar_write(out->dtype, element.bytes, value);
    WalkRow row = element.size == 8 ? fill_64 : element.size == 4 ? fill_32 : fill_8;
    walk_rows((const Tensor *const[]){out}, 1, row, &element);
    return true;
}

/* -- copy -- */

/* Real numbers become whole ones towards zero; those beyond the range of int64 or int32 become its smallest
 * number, as the processor converts them in PyTorch. Bytes are the lowest of the int64. */
static int64_t whole(double value)
{
    return value >= -0x1p63 && value < 0x1p63 ? (int64_t)value : INT64_MIN;
}

static int32_t whole_32(double value)
{
    return value > -0x1p31 - 1 && value < 0x1p31 ? (int32_t)value : INT32_MIN;
}

static int64_t keep(int64_t value)
{
    return value;
}

#define CONVERT_f32(value) ((f32)(value))
#define CONVERT_f64(value) ((f64)(value))
#define CONVERT_i64(value) WHOLE(value)
#define CONVERT_i32(value) ((i32) _Generic((value), f32 : whole_32, f64 : whole_32, default : keep)(value))
#define CONVERT_u8(value)  ((u8)WHOLE(value))
#define CONVERT_b8(value)  ((value) != 0)
#define WHOLE(value)       _Generic((value), f32 : whole, f64 : whole, default : keep)(value)

#define COPY(from, to)                                                                                       \
    static void copy_##from##_##to(char *const *data, const int64_t *strides, int64_t n,                     \
                                   const void *context)                                                      \
    {                                                                                                        \
        to *out = (to *)data[0];                                                                             \
        const from *x = (const from *)data[1];                                                               \
        (void)context;                                                                                       \
        if (strides[0] == 1 && strides[1] == 1)                                                              \
            for (int64_t i = 0; i < n; i++)                                                                  \
                out[i] = CONVERT_##to(x[i]);                                                                 \
        else                                                                                                 \
            for (int64_t i = 0; i < n; i++)                                                                  \
                out[i * strides[0]] = CONVERT_##to(x[i * strides[1]]);                                       \
    }
#define COPIES_FROM(name, from, index)                                                                       \
    COPY(from, f32) COPY(from, f64) COPY(from, i64) COPY(from, i32) COPY(from, u8) COPY(from, b8)
EACH_DTYPE(COPIES_FROM)

#define ROWS_FROM(name, from, index)                                                                         \
    [index] = {copy_##from##_f32, copy_##from##_f64, copy_##from##_i64,                                      \
               copy_##from##_i32, copy_##from##_u8,  copy_##from##_b8},
static const WalkRow copy_rows[N_DTYPES][N_DTYPES] = {EACH_DTYPE(ROWS_FROM)};

bool cpu_copy_tensor(Tensor *out, const Tensor *x)
{
    int from = dtype_index(x->dtype), to = dtype_index(out->dtype);
    if (from < 0 || to < 0)
        return error_raise(ERROR_UNSUPPORTED, "copy_", "\"copy_\" not implemented for '%s'",
                           dtype_scalar_name(from < 0 ? x->dtype : out->dtype)) != NULL;
    walk_rows((const Tensor *const[]){out, x}, 2, copy_rows[from][to], NULL);
    return true;
}
