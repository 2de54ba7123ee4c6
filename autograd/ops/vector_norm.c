#include "autograd/ops/vector_norm.h"

#include <math.h>

#include "autograd/ops/choose.h"
#include "autograd/ops/compare.h"
#include "autograd/ops/copy.h"
#include "autograd/ops/divide.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/math.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/power.h"
#include "autograd/ops/reduced.h"
#include "autograd/tape.h"

typedef struct VectorNormArgs {
    Reduced reduced;
    double p;
} VectorNormArgs;

static Tensor *zero_where_zero(Tensor *x, Tensor *y)
{
    return tensor_masked_fill(x, tensor_eq(y, 0), 0);
}

/* sign(x) |x|^(p - 1), in a form whose own derivative is finite where it can be. */
static Tensor *signed_power(Tensor *x, double p)
{
    if (p > 2)
        return tensor_mul(x, tensor_pow(tensor_abs(x), p - 2));
    Tensor *power = tensor_pow(tensor_abs(x), p - 1);
    return tensor_mul(tensor_sign(x), p < 1 ? zero_where_zero(power, x) : power);
}

/* With y = norm(x): dy/dx = sign(x) |x|^(p - 1) / y^(p - 1). */
void norm_backward(TapeNode *node, Tensor *grad)
{
    const VectorNormArgs *args = tape_args(node);
    double p = args->p;
    Tensor *x = tape_saved(node, 0), *y = reduced_restore(node, tape_saved(node, 1));
    Tensor *given = reduced_restore(node, grad);
    if (p == 0)
        return;
    if (p == 1)
        tape_give(node, 0, tensor_mul(tensor_sign(x), given));
    else if (p == 2)
        tape_give(node, 0, tensor_mul(given, zero_where_zero(tensor_div(x, y), y)));
    else if (isinf(p))
        tape_give(
            node, 0,
            tensor_mul(tensor_sign(x), reduced_share(node, grad, tensor_abs(x), tape_saved(node, 1), true)));
    else {
        Tensor *scale = zero_where_zero(tensor_div(given, tensor_pow(y, p - 1)), y);
        tape_give(node, 0, tensor_mul(signed_power(x, p), scale));
    }
}

/* Below 0 and at infinity there is no norm of nothing. */
static bool check_empty(const Tensor *x, double p, Dims dim)
{
    if (x->numel > 0 || (p >= 0 && p != INFINITY))
        return true;
    if (dim.n == 0)
        return error_raise(ERROR_VALUE, "norm",
                           "linalg.vector_norm cannot compute the %g norm on an empty tensor because the "
                           "operation does not have an identity",
                           p) != NULL;
    for (int64_t i = 0; i < dim.n; i++) {
        int64_t d = wrap_dim(dim.data[i], x->ndim, "norm");
        if (d < 0)
            return false;
        if (x->shape[d] == 0)
            return error_raise(ERROR_VALUE, "norm",
                               "linalg.vector_norm cannot compute the %g norm on the dimension %lld because "
                               "this dimension is empty and the operation does not have an identity",
                               p, (long long)d) != NULL;
    }
    return true;
}

static bool check_dtype(const Tensor *x, DType dtype)
{
    if (!dtype_is_floating_point(x->dtype))
        return error_raise(ERROR_DTYPE, "norm",
                           "linalg.vector_norm: Expected a floating point or complex tensor as input. Got %s",
                           dtype_scalar_name(x->dtype)) != NULL;
    if (dtype != DTYPE_NONE && !dtype_is_floating_point(dtype))
        return error_raise(ERROR_DTYPE, "norm",
                           "linalg.vector_norm: dtype should be floating point or complex, but got %s",
                           dtype_scalar_name(dtype)) != NULL;
    return dtype == DTYPE_NONE || dtype_promote(x->dtype, dtype) == dtype ||
           error_raise(ERROR_DTYPE, "norm",
                       "linalg.vector_norm: the dtype of the input (%s) should be convertible without "
                       "narrowing to the specified dtype (%s)",
                       dtype_scalar_name(x->dtype), dtype_scalar_name(dtype)) != NULL;
}

Tensor *(tensor_norm)(Tensor *self, Tensor *p, Dims dim, bool keepdim, DType dtype)
{
    double power = p != NULL ? tensor_item(p) : 2;
    if (self == NULL || !check_dtype(self, dtype) || !check_empty(self, power, dim))
        return NULL;
    Tensor *x = dtype != DTYPE_NONE ? tensor_to_dtype(self, dtype) : self;
    Tensor *y = kernel_reduce("norm", REDUCE_NORM, x, dim, keepdim, DTYPE_NONE, power);
    if (y == NULL)
        return NULL;
    VectorNormArgs args = {reduced_dims(x, dim, keepdim), power};
    return tape_record_args(OP_NORM, y, INPUTS(x), SAVES(x, y), &args, sizeof args);
}
