#include "autograd/ops/pointwise.h"

#include <math.h>

#include "autograd/ops/choose.h"
#include "autograd/ops/compare.h"
#include "autograd/ops/copy.h"
#include "autograd/ops/divide.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/math.h"
#include "autograd/tape.h"

/* The factor of the second operand, 1 if it was not given. */
static bool read_alpha(const char *operation, Tensor *self, Tensor **other, Tensor *alpha, double *factor)
{
    *factor = 1;
    if (alpha == NULL || self == NULL || *other == NULL)
        return true;
    DType dtype = kernel_result_type(TENSORS(self, *other));
    if (alpha->dtype == DTYPE_BOOL && dtype != DTYPE_BOOL)
        return error_raise(ERROR_DTYPE, operation, "Boolean alpha only supported for Boolean results.") !=
               NULL;
    if (dtype_is_floating_point(alpha->dtype) && !dtype_is_floating_point(dtype))
        return error_raise(ERROR_DTYPE, operation,
                           "For integral input tensors, argument alpha must not be a floating point "
                           "number.") != NULL;
    return kernel_factor(operation, alpha, dtype, other, factor);
}

Tensor *tensor_pointwise_alpha(long double alpha)
{
    return alpha != 1 ? tensor_number_keyword(alpha) : NULL;
}

/* -- add: d(self + alpha other) = d self + alpha d other -- */

void add_backward(TapeNode *node, Tensor *grad)
{
    double alpha = *(const double *)tape_args(node);
    tape_give(node, 0, grad);
    if (tape_needs(node, 1))
        tape_give(node, 1, alpha == 1 ? grad : tensor_mul(grad, alpha));
}

Tensor *(tensor_add)(Tensor *self, Tensor *other, Tensor *alpha)
{
    double factor;
    if (!read_alpha("add", self, &other, alpha, &factor))
        return NULL;
    Tensor *y = kernel_binary("add", BINARY_ADD, NULL, self, other, false, factor);
    return tape_record_args(OP_ADD, y, INPUTS(self, other), NO_SAVES, &factor, sizeof factor);
}

Tensor *(tensor_add_)(Tensor *self, Tensor *other, Tensor *alpha)
{
    double factor;
    if (other == NULL || !tape_check_inplace(self, "add_") ||
        !read_alpha("add_", self, &other, alpha, &factor))
        return NULL;
    Tensor *y = kernel_binary("add_", BINARY_ADD, self, self, other, false, factor);
    return tape_record_args(OP_ADD_, y, INPUTS(self, other), NO_SAVES, &factor, sizeof factor);
}

/* -- sub: d(self - alpha other) = d self - alpha d other -- */

void sub_backward(TapeNode *node, Tensor *grad)
{
    double alpha = *(const double *)tape_args(node);
    tape_give(node, 0, grad);
    if (tape_needs(node, 1))
        tape_give(node, 1, tensor_mul(grad, -alpha));
}

static bool can_subtract(const char *operation, const Tensor *self, const Tensor *other)
{
    bool a = self != NULL && self->dtype == DTYPE_BOOL, b = other != NULL && other->dtype == DTYPE_BOOL;
    if (a && b)
        return error_raise(ERROR_DTYPE, operation,
                           "Subtraction, the `-` operator, with two bool tensors is not supported. Use the "
                           "`^` or `logical_xor()` operator instead.") != NULL;
    return (!a && !b) ||
           error_raise(ERROR_DTYPE, operation,
                       "Subtraction, the `-` operator, with a bool tensor is not supported. If you are "
                       "trying to invert a mask, use the `~` or `logical_not()` operator instead.") != NULL;
}

Tensor *(tensor_sub)(Tensor *self, Tensor *other, Tensor *alpha)
{
    double factor;
    if (self == NULL || other == NULL || !can_subtract("sub", self, other) ||
        !read_alpha("sub", self, &other, alpha, &factor))
        return NULL;
    Tensor *y = kernel_binary("sub", BINARY_SUB, NULL, self, other, false, factor);
    return tape_record_args(OP_SUB, y, INPUTS(self, other), NO_SAVES, &factor, sizeof factor);
}

Tensor *(tensor_sub_)(Tensor *self, Tensor *other, Tensor *alpha)
{
    double factor;
    if (other == NULL || !tape_check_inplace(self, "sub_") || !can_subtract("sub_", self, other) ||
        !read_alpha("sub_", self, &other, alpha, &factor))
        return NULL;
    Tensor *y = kernel_binary("sub_", BINARY_SUB, self, self, other, false, factor);
    return tape_record_args(OP_SUB_, y, INPUTS(self, other), NO_SAVES, &factor, sizeof factor);
}

Tensor *(tensor_rsub)(Tensor *self, Tensor *other, Tensor *alpha)
{
    ERROR_OPERATION("rsub");
    return (tensor_sub)(other, self, alpha);
}

/* -- mul: d(self other) = other d self + self d other -- */

void mul_backward(TapeNode *node, Tensor *grad)
{
    if (tape_needs(node, 0))
        tape_give(node, 0, tensor_mul(grad, tape_saved(node, 1)));
    if (tape_needs(node, 1))
        tape_give(node, 1, tensor_mul(grad, tape_saved(node, 0)));
}

Tensor *(tensor_mul)(Tensor *self, Tensor *other)
{
    Tensor *y = kernel_binary("mul", BINARY_MUL, NULL, self, other, false, 1);
    return tape_record(OP_MUL, y, INPUTS(self, other),
                       SAVES(tape_saved_for(self, other), tape_saved_for(other, self)));
}

Tensor *(tensor_mul_)(Tensor *self, Tensor *other)
{
    Tensor *old;
    if (other == NULL || !tape_check_inplace(self, "mul_") || !tape_old_value(self, INPUTS(other), &old))
        return NULL;
    Tensor *y = kernel_binary("mul_", BINARY_MUL, self, self, other, false, 1);
    return tape_record(OP_MUL_, y, INPUTS(self, other), SAVES(old, tape_saved_for(other, self)));
}

/* -- maximum, minimum: the gradient goes to the one that was taken, and half to each of equals -- */

static void give_to_taken(TapeNode *node, Tensor *grad, Tensor *first_taken, Tensor *second_taken)
{
    Tensor *equal = tensor_eq(tape_saved(node, 0), tape_saved(node, 1));
    Tensor *shared = tensor_where(equal, tensor_mul(grad, 0.5), grad);
    if (tape_needs(node, 0))
        tape_give(node, 0, tensor_masked_fill(shared, second_taken, 0));
    if (tape_needs(node, 1))
        tape_give(node, 1, tensor_masked_fill(shared, first_taken, 0));
}

void maximum_backward(TapeNode *node, Tensor *grad)
{
    Tensor *self = tape_saved(node, 0), *other = tape_saved(node, 1);
    give_to_taken(node, grad, tensor_gt(self, other), tensor_lt(self, other));
}

Tensor *(tensor_maximum)(Tensor *self, Tensor *other)
{
    Tensor *y = kernel_binary("maximum", BINARY_MAXIMUM, NULL, self, other, false, 1);
    return tape_record(OP_MAXIMUM, y, INPUTS(self, other), SAVES(self, other));
}

void minimum_backward(TapeNode *node, Tensor *grad)
{
    Tensor *self = tape_saved(node, 0), *other = tape_saved(node, 1);
    give_to_taken(node, grad, tensor_lt(self, other), tensor_gt(self, other));
}

Tensor *(tensor_minimum)(Tensor *self, Tensor *other)
{
    Tensor *y = kernel_binary("minimum", BINARY_MINIMUM, NULL, self, other, false, 1);
    return tape_record(OP_MINIMUM, y, INPUTS(self, other), SAVES(self, other));
}

/* -- atan2: the angle of the point (other, self); d = (other d self - self d other) / (self^2 + other^2) --
 */

void atan2_backward(TapeNode *node, Tensor *grad)
{
    Tensor *self = tape_saved(node, 0), *other = tape_saved(node, 1);
    Tensor *scaled = tensor_div(grad, tensor_add(tensor_mul(self, self), tensor_mul(other, other)));
    if (tape_needs(node, 0))
        tape_give(node, 0, tensor_mul(scaled, other));
    if (tape_needs(node, 1))
        tape_give(node, 1, tensor_neg(tensor_mul(scaled, self)));
}

Tensor *(tensor_atan2)(Tensor *self, Tensor *other)
{
    Tensor *y = kernel_binary("atan2", BINARY_ATAN2, NULL, self, other, true, 1);
    return tape_record(OP_ATAN2, y, INPUTS(self, other), SAVES(self, other));
}

/* -- made of those -- */

/* x as the result of all three has it: the product of small integers must not wrap around on its way to a
 * float. */
static Tensor *as_result(Tensor *x, Tensor *self, Tensor *tensor1, Tensor *tensor2)
{
    if (self == NULL || tensor1 == NULL || tensor2 == NULL)
        return NULL;
    return tensor_to_dtype(x, kernel_result_type(TENSORS(self, tensor1, tensor2)));
}

static Tensor *product(const char *operation, Tensor *self, Tensor *tensor1, Tensor *tensor2)
{
    if (self == NULL || tensor1 == NULL || tensor2 == NULL)
        return NULL;
    if (kernel_result_type(TENSORS(self, tensor1, tensor2)) == DTYPE_BOOL)
        return error_raise(ERROR_UNSUPPORTED, operation, "\"addcmul_cpu_out\" not implemented for 'Bool'");
    return tensor_mul(as_result(tensor1, self, tensor1, tensor2), as_result(tensor2, self, tensor1, tensor2));
}

Tensor *(tensor_addcmul)(Tensor *self, Tensor *tensor1, Tensor *tensor2, Tensor *value)
{
    ERROR_OPERATION("addcmul");
    return (tensor_add)(self, product("addcmul", self, tensor1, tensor2), value);
}

Tensor *(tensor_addcmul_)(Tensor *self, Tensor *tensor1, Tensor *tensor2, Tensor *value)
{
    ERROR_OPERATION("addcmul_");
    return (tensor_add_)(self, product("addcmul_", self, tensor1, tensor2), value);
}

static Tensor *quotient(const char *operation, Tensor *self, Tensor *tensor1, Tensor *tensor2)
{
    if (self == NULL || tensor1 == NULL || tensor2 == NULL)
        return NULL;
    if (!dtype_is_floating_point(tensor1->dtype) && !dtype_is_floating_point(tensor2->dtype))
        return error_raise(ERROR_DTYPE, operation,
                           "Integer division with addcdiv is no longer supported, and in a future  release "
                           "addcdiv will perform a true division of tensor1 and tensor2.");
    return tensor_div(as_result(tensor1, self, tensor1, tensor2), as_result(tensor2, self, tensor1, tensor2));
}

Tensor *(tensor_addcdiv)(Tensor *self, Tensor *tensor1, Tensor *tensor2, Tensor *value)
{
    ERROR_OPERATION("addcdiv");
    return (tensor_add)(self, quotient("addcdiv", self, tensor1, tensor2), value);
}

Tensor *(tensor_addcdiv_)(Tensor *self, Tensor *tensor1, Tensor *tensor2, Tensor *value)
{
    ERROR_OPERATION("addcdiv_");
    return (tensor_add_)(self, quotient("addcdiv_", self, tensor1, tensor2), value);
}

static bool check_lerp(const char *operation, const Tensor *self, const Tensor *end, const Tensor *weight)
{
    if (self == NULL || end == NULL || weight == NULL)
        return false;
    bool wrong_end = end->dtype != self->dtype;
    if (wrong_end || (weight->ndim > 0 && weight->dtype != self->dtype))
        return error_raise(ERROR_DTYPE, operation, "expected dtype %s for `%s` but got dtype %s",
                           dtype_c_name(self->dtype), wrong_end ? "end" : "weight",
                           dtype_c_name(wrong_end ? end->dtype : weight->dtype)) != NULL;
    return dtype_is_floating_point(self->dtype) ||
           error_raise(ERROR_UNSUPPORTED, operation, "\"lerp_kernel_scalar\" not implemented for '%s'",
                       dtype_scalar_name(self->dtype)) != NULL;
}

/* self + (end - self) weight, or counted from the other end, so that a weight of 1 gives end itself. */
static Tensor *between(Tensor *self, Tensor *end, Tensor *weight)
{
    Tensor *distance = tensor_sub(end, self);
    if (weight->is_number && fabs(tensor_item(weight)) < 0.5)
        return tensor_add(self, tensor_mul(distance, weight));
    Tensor *from_end = tensor_sub(end, tensor_mul(distance, tensor_rsub(weight, 1)));
    if (weight->is_number)
        return from_end;
    return tensor_where(tensor_lt(tensor_abs(weight), 0.5), tensor_add(self, tensor_mul(distance, weight)),
                        from_end);
}

Tensor *(tensor_lerp)(Tensor *self, Tensor *end, Tensor *weight)
{
    ERROR_OPERATION("lerp");
    return check_lerp("lerp", self, end, weight) ? between(self, end, weight) : NULL;
}

Tensor *(tensor_lerp_)(Tensor *self, Tensor *end, Tensor *weight)
{
    ERROR_OPERATION("lerp_");
    if (!check_lerp("lerp_", self, end, weight) || !tape_check_inplace(self, "lerp_"))
        return NULL;
    return tensor_copy_(self, between(self, end, weight));
}
