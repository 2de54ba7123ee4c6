#include "core/dtype.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/error.h"

static const struct {
    const char *name, *scalar_name, *c_name;
    size_t size;
} dtypes[DTYPE_COUNT] = {
    [DTYPE_NONE] = {"none", "None", "none", 0},
    [DTYPE_FLOAT32] = {"float32", "Float", "float", 4},
    [DTYPE_FLOAT64] = {"float64", "Double", "double", 8},
    [DTYPE_INT64] = {"int64", "Long", "long int", 8},
    [DTYPE_INT32] = {"int32", "Int", "int", 4},
    [DTYPE_UINT8] = {"uint8", "Byte", "unsigned char", 1},
    [DTYPE_BOOL] = {"bool", "Bool", "bool", 1},
    [DTYPE_FLOAT16] = {"float16", "Half", "c10::Half", 2},
    [DTYPE_BFLOAT16] = {"bfloat16", "BFloat16", "c10::BFloat16", 2},
};

static DType default_dtype = DTYPE_FLOAT32;

size_t dtype_size(DType dtype)
{
    return dtypes[dtype].size;
}

const char *dtype_name(DType dtype)
{
    return dtypes[dtype].name;
}

const char *dtype_scalar_name(DType dtype)
{
    return dtypes[dtype].scalar_name;
}

const char *dtype_c_name(DType dtype)
{
    return dtypes[dtype].c_name;
}

DType dtype_parse(const char *name)
{
    for (int i = 1; i < DTYPE_COUNT && name != NULL; i++)
        if (strcmp(dtypes[i].name, name) == 0)
            return (DType)i;
    return DTYPE_NONE;
}

bool dtype_is_floating_point(DType dtype)
{
    return dtype == DTYPE_FLOAT32 || dtype == DTYPE_FLOAT64 || dtype == DTYPE_FLOAT16 ||
           dtype == DTYPE_BFLOAT16;
}

DType dtype_promote(DType a, DType b)
{
    if (a == b || b == DTYPE_NONE)
        return a;
    if (a == DTYPE_NONE)
        return b;
    bool float_a = dtype_is_floating_point(a), float_b = dtype_is_floating_point(b);
    if (float_a != float_b)
        return float_a ? a : b;
    if (float_a) /* the wider one; the two half formats meet in float32 */
        return dtypes[a].size != dtypes[b].size ? (dtypes[a].size > dtypes[b].size ? a : b) : DTYPE_FLOAT32;
    /* bool < uint8 < int32 < int64 */
    return a < b ? a : b;
}

DType tensor_get_default_dtype(void)
{
    return __atomic_load_n(&default_dtype, __ATOMIC_RELAXED);
}

bool tensor_set_default_dtype(DType dtype)
{
    if (dtype != DTYPE_FLOAT32 && dtype != DTYPE_FLOAT64)
        return error_raise(ERROR_DTYPE, "set_default_dtype",
                           "only floating-point types are supported as the default type, but got %s",
                           dtype_name(dtype)) != NULL;
    __atomic_store_n(&default_dtype, dtype, __ATOMIC_RELAXED);
    return true;
}

Scalar scalar_int(int64_t value)
{
    return (Scalar){.kind = SCALAR_INT, .value.i = value};
}

Scalar scalar_float(double value)
{
    return (Scalar){.kind = SCALAR_FLOAT, .value.f = value};
}

Scalar scalar_bool(bool value)
{
    return (Scalar){.kind = SCALAR_BOOL, .value.i = value};
}

double scalar_to_double(Scalar scalar)
{
    return scalar.kind == SCALAR_FLOAT ? scalar.value.f : (double)scalar.value.i;
}

int64_t scalar_to_int(Scalar scalar)
{
    return scalar.kind == SCALAR_FLOAT ? (int64_t)scalar.value.f : scalar.value.i;
}

bool scalar_check(DType dtype, Scalar value, const char *operation)
{
    static const struct {
        const char *name;
        double low, high;
    } ranges[DTYPE_COUNT] = {
        [DTYPE_FLOAT32] = {"float", -(double)FLT_MAX, (double)FLT_MAX},
        [DTYPE_INT64] = {"int64_t", -0x1p63, 0x1.fffffffffffffp62}, /* the last double below 2^63 */
        [DTYPE_INT32] = {"int", INT32_MIN, INT32_MAX},
        [DTYPE_UINT8] = {"uint8_t", 0, UINT8_MAX},
    };
    if (ranges[dtype].name == NULL || (dtype == DTYPE_INT64 && value.kind != SCALAR_FLOAT))
        return true;
    double number = scalar_to_double(value), low = ranges[dtype].low, high = ranges[dtype].high;
    if (dtype == DTYPE_UINT8 && value.kind != SCALAR_FLOAT)
        low = -high;
    if (number >= low && number <= high)
        return true;
    if (dtype == DTYPE_FLOAT32 && !isfinite(number))
        return true;
    return error_raise(ERROR_VALUE, operation, "value cannot be converted to type %s without overflow",
                       ranges[dtype].name) != NULL;
}

Scalar scalar_read(DType dtype, const void *element)
{
    switch (dtype) {
    case DTYPE_FLOAT32:
        return scalar_float(*(const float *)element);
    case DTYPE_FLOAT64:
        return scalar_float(*(const double *)element);
    case DTYPE_INT64:
        return scalar_int(*(const int64_t *)element);
    case DTYPE_INT32:
        return scalar_int(*(const int32_t *)element);
    case DTYPE_UINT8:
        return scalar_int(*(const uint8_t *)element);
    case DTYPE_BOOL:
        return scalar_bool(*(const uint8_t *)element != 0);
    default:
        return scalar_float(0);
    }
}

void scalar_write(DType dtype, void *element, Scalar value)
{
    switch (dtype) {
    case DTYPE_FLOAT32:
        *(float *)element = (float)scalar_to_double(value);
        break;
    case DTYPE_FLOAT64:
        *(double *)element = scalar_to_double(value);
        break;
    case DTYPE_INT64:
        *(int64_t *)element = scalar_to_int(value);
        break;
    case DTYPE_INT32:
        *(int32_t *)element = (int32_t)scalar_to_int(value);
        break;
    case DTYPE_UINT8:
        *(uint8_t *)element = (uint8_t)scalar_to_int(value);
        break;
    case DTYPE_BOOL:
        *(uint8_t *)element = scalar_to_double(value) != 0;
        break;
    default:
        break;
    }
}
