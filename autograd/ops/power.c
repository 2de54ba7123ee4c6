/* d(x^e) = e x^(e - 1) dx + x^e log x de, and 0 where that would be 0 times something infinite. */
#include "autograd/ops/power.h"

#include <math.h>

#include "autograd/ops/choose.h"
#include "autograd/ops/compare.h"
#include "autograd/ops/copy.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/logic.h"
#include "autograd/ops/math.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/unary.h"

/* Numbers as exponents are calculated with as numbers, so that they keep their precision. */
static Tensor *base_gradient(Tensor *grad, Tensor *self, Tensor *exponent)
{
    if (exponent->is_number) {
        double e = tensor_item(exponent);
        return e == 0 ? unary_zeros(grad) : tensor_mul(grad, tensor_mul(tensor_pow(self, e - 1), e));
    }
    Tensor *slope = tensor_mul(tensor_pow(self, tensor_sub(exponent, 1)), exponent);
    return tensor_where(tensor_eq(exponent, 0), 0, tensor_mul(grad, slope));
}

static Tensor *exponent_gradient(Tensor *grad, Tensor *self, Tensor *exponent, Tensor *y)
{
    if (self->is_number && tensor_item(self) == 0)
        return tensor_mul(grad, tensor_where(tensor_ge(exponent, 0), 0, -HUGE_VAL));
    if (self->is_number)
        return tensor_mul(grad, tensor_mul(y, log(tensor_item(self))));
    Tensor *zero = tensor_logical_and(tensor_eq(self, 0), tensor_ge(exponent, 0));
    return tensor_mul(grad, tensor_mul(y, tensor_log(tensor_masked_fill(self, zero, 1)))); /* log 1 = 0 */
}

void pow_backward(TapeNode *node, Tensor *grad)
{
    Tensor *self = tape_saved(node, 0), *exponent = tape_saved(node, 1);
    if (exponent == NULL || (self == NULL && tape_needs(node, 0)))
        return;
    if (tape_needs(node, 0))
        tape_give(node, 0, base_gradient(grad, self, exponent));
    if (tape_needs(node, 1) && self != NULL)
        tape_give(node, 1, exponent_gradient(grad, self, exponent, tape_saved(node, 2)));
}

/* The common powers of floats have kernels of their own. */
static Tensor *power(const char *operation, Tensor *out, Tensor *self, Tensor *exponent)
{
    static const struct {
        double exponent;
        UnaryOp kernel;
    } common[] = {{2, UNARY_SQUARE}, {0.5, UNARY_SQRT}, {-0.5, UNARY_RSQRT}, {-1, UNARY_RECIPROCAL}};
    bool of_number = exponent->is_number && !self->is_number && dtype_is_floating_point(self->dtype);
    double e = of_number ? tensor_item(exponent) : 0;
    for (size_t i = 0; i < sizeof common / sizeof common[0] && of_number; i++)
        if (e == common[i].exponent)
            return kernel_unary(operation, common[i].kernel, out, self, true, 0, 0);
    if (of_number && e == 3) {
        Tensor *square = kernel_unary(operation, UNARY_SQUARE, NULL, self, false, 0, 0);
        return kernel_binary(operation, BINARY_MUL, out, square, self, false, 1);
    }
    return kernel_binary(operation, BINARY_POW, out, self, exponent, false, 1);
}

static bool check_power(const char *operation, Tensor *self, Tensor *exponent)
{
    if (self == NULL || exponent == NULL)
        return false;
    bool integers = !dtype_is_floating_point(self->dtype) && !dtype_is_floating_point(exponent->dtype);
    if (!integers || !exponent->is_number)
        return true;
    if (tensor_item(exponent) < 0)
        return error_raise(ERROR_VALUE, operation, "Integers to negative integer powers are not allowed.") !=
               NULL;
    return scalar_check(kernel_result_type(TENSORS(self, exponent)), kernel_scalar(exponent), operation);
}

Tensor *(tensor_pow)(Tensor *self, Tensor *exponent)
{
    if (!check_power("pow", self, exponent))
        return NULL;
    Tensor *y = power("pow", NULL, self, exponent);
    bool result = tape_wants(INPUTS(exponent));
    return tape_record(OP_POW, y, INPUTS(self, exponent), SAVES(self, exponent, result ? y : NULL));
}

Tensor *(tensor_pow_)(Tensor *self, Tensor *exponent)
{
    Tensor *old;
    if (!check_power("pow_", self, exponent) || !tape_check_inplace(self, "pow_") ||
        !tape_old_value(self, INPUTS(self, exponent), &old))
        return NULL;
    Tensor *y = power("pow_", self, self, exponent);
    bool result = tape_wants(INPUTS(exponent));
    return tape_record(OP_POW_, y, INPUTS(self, exponent), SAVES(old, exponent, result ? y : NULL));
}
