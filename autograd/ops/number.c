#include "autograd/ops/number.h"

#include "core/tensor_struct.h"

static Tensor *number(DType dtype, Scalar value)
{
    Tensor *x = tensor_new(DIMS(), dtype, cpu_device(), "number");
    if (x == NULL)
        return NULL;
    scalar_write(dtype, tensor_address(x), value);
    x->is_number = true;
    return x;
}

Tensor *tensor_number_int(int64_t value)
{
    return number(DTYPE_INT64, scalar_int(value));
}

Tensor *tensor_number_float(double value)
{
    return number(DTYPE_FLOAT64, scalar_float(value));
}

Tensor *tensor_number_bool(bool value)
{
    return number(DTYPE_BOOL, scalar_bool(value));
}

Tensor *tensor_number_keyword(long double value)
{
    bool whole = value >= -0x1p63L && value < 0x1p63L && value == (long double)(int64_t)value;
    return whole ? tensor_number_int((int64_t)value) : tensor_number_float((double)value);
}
