#include "autograd/ops/compare.h"

#include "autograd/autograd.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/logic.h"
#include "autograd/ops/math.h"
#include "autograd/ops/pointwise.h"

#define COMPARISON(ID, name)                                                                                 \
    Tensor *(tensor_##name)(Tensor * self, Tensor * other)                                                   \
    {                                                                                                        \
        return kernel_compare(#name, COMPARE_##ID, self, other);                                             \
    }
COMPARISON(EQ, eq)
COMPARISON(NE, ne)
COMPARISON(LT, lt)
COMPARISON(LE, le)
COMPARISON(GT, gt)
COMPARISON(GE, ge)

/* Are all elements of a bool tensor true? */
static bool all_true(const char *operation, Tensor *x)
{
    Tensor *all = kernel_reduce(operation, REDUCE_ALL, x, DIMS(), false, DTYPE_NONE, 0);
    return all != NULL && tensor_item_int(all) != 0;
}

bool tensor_equal(Tensor *self, Tensor *other)
{
    if (self == NULL || other == NULL || !tensor_same_shape(self, other))
        return false;
    Scope scope = scope_open();
    bool equal = all_true("equal", kernel_compare("equal", COMPARE_EQ, self, other));
    scope_close(scope);
    return equal;
}

static bool check_close(const char *operation, const Tensor *self, const Tensor *other, double rtol,
                        double atol)
{
    if (self == NULL || other == NULL)
        return false;
    if (self->dtype != other->dtype)
        return error_raise(ERROR_DTYPE, operation, "%s did not match %s", dtype_scalar_name(self->dtype),
                           dtype_scalar_name(other->dtype)) != NULL;
    if (!(rtol >= 0) || !(atol >= 0))
        return error_raise(ERROR_VALUE, operation, "%s must be greater than or equal to zero, but got %g",
                           rtol >= 0 ? "atol" : "rtol", rtol >= 0 ? atol : rtol) != NULL;
    return true;
}

static Tensor *close_elements(Tensor *self, Tensor *other, double rtol, double atol, bool equal_nan)
{
    Tensor *close = tensor_eq(self, other);
    bool is_float = dtype_is_floating_point(self->dtype);
    if (is_float && equal_nan)
        close = tensor_logical_or(close, tensor_logical_and(tensor_isnan(self), tensor_isnan(other)));
    if (rtol == 0 && atol == 0)
        return close;
    if (!is_float) { /* the difference of whole numbers, but a tolerance that need not be whole */
        other = (Tensor *)kernel_cast(other, tensor_get_default_dtype());
        self = self->dtype == DTYPE_BOOL ? (Tensor *)kernel_cast(self, tensor_get_default_dtype()) : self;
    }
    Tensor *allowed = tensor_add(tensor_abs(tensor_mul(other, rtol)), atol);
    Tensor *actual = tensor_abs(tensor_sub(self, other));
    return tensor_logical_or(close, tensor_logical_and(tensor_isfinite(actual), tensor_le(actual, allowed)));
}

Tensor *(tensor_isclose)(Tensor *self, Tensor *other, double rtol, double atol, bool equal_nan)
{
    ERROR_OPERATION("isclose");
    if (!check_close("isclose", self, other, rtol, atol))
        return NULL;
    Scope scope = scope_open();
    Tensor *close = NULL;
    autograd_no_grad
    {
        close = close_elements(self, other, rtol, atol, equal_nan);
    }
    return scope_return(scope, close);
}

bool(tensor_allclose)(Tensor *self, Tensor *other, double rtol, double atol, bool equal_nan)
{
    ERROR_OPERATION("allclose");
    if (!check_close("allclose", self, other, rtol, atol))
        return false;
    Scope scope = scope_open();
    bool all = all_true("allclose", (tensor_isclose)(self, other, rtol, atol, equal_nan));
    scope_close(scope);
    return all;
}
