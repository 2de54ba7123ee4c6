#include "autograd/ops/divide.h"

#include <string.h>

#include "autograd/ops/copy.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/math.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/unary.h"

typedef enum Rounding { ROUNDING_NONE, ROUNDING_TRUNC, ROUNDING_FLOOR, ROUNDING_UNKNOWN } Rounding;

static Rounding parse_rounding(const char *operation, const char *mode)
{
    if (mode == NULL)
        return ROUNDING_NONE;
    if (strcmp(mode, "trunc") == 0)
        return ROUNDING_TRUNC;
    if (strcmp(mode, "floor") == 0)
        return ROUNDING_FLOOR;
    error_raise(ERROR_VALUE, operation,
                "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '%s'", mode);
    return ROUNDING_UNKNOWN;
}

/* -- div: d(self / other) = d self / other - self / other^2 d other -- */

void div_backward(TapeNode *node, Tensor *grad)
{
    if (*(const Rounding *)tape_args(node) != ROUNDING_NONE) {
        Tensor *zeros = unary_zeros(grad);
        tape_give(node, 0, zeros);
        tape_give(node, 1, zeros);
        return;
    }
    Tensor *other = tape_saved(node, 1);
    if (tape_needs(node, 0))
        tape_give(node, 0, tensor_div(grad, other));
    if (tape_needs(node, 1))
        tape_give(node, 1,
                  tensor_neg(tensor_mul(grad, tensor_div(tensor_div(tape_saved(node, 0), other), other))));
}

/* The quotient of integers is already whole. */
static Tensor *divide(const char *operation, Tensor *out, Tensor *self, Tensor *other, Rounding rounding)
{
    if (rounding == ROUNDING_FLOOR)
        return kernel_binary(operation, BINARY_FLOOR_DIVIDE, out, self, other, false, 1);
    Tensor *y = kernel_binary(operation, BINARY_DIV, out, self, other, rounding == ROUNDING_NONE, 1);
    return rounding == ROUNDING_NONE || y == NULL || !dtype_is_floating_point(y->dtype)
               ? y
               : kernel_unary(operation, UNARY_TRUNC, y, y, false, 0, 0);
}

Tensor *(tensor_div)(Tensor *self, Tensor *other, const char *rounding_mode)
{
    Rounding rounding = parse_rounding("div", rounding_mode);
    if (rounding == ROUNDING_UNKNOWN)
        return NULL;
    Tensor *y = divide("div", NULL, self, other, rounding);
    return tape_record_args(OP_DIV, y, INPUTS(self, other), SAVES(tape_saved_for(self, other), other),
                            &rounding, sizeof rounding);
}

Tensor *(tensor_div_)(Tensor *self, Tensor *other, const char *rounding_mode)
{
    Rounding rounding = parse_rounding("div_", rounding_mode);
    Tensor *old;
    if (rounding == ROUNDING_UNKNOWN || other == NULL || !tape_check_inplace(self, "div_") ||
        !tape_old_value(self, INPUTS(other), &old))
        return NULL;
    Tensor *y = divide("div_", self, self, other, rounding);
    return tape_record_args(OP_DIV_, y, INPUTS(self, other), SAVES(old, other), &rounding, sizeof rounding);
}

/* -- floor_divide -- */

Tensor *(tensor_floor_divide)(Tensor *self, Tensor *other)
{
    Tensor *y = divide("floor_divide", NULL, self, other, ROUNDING_FLOOR);
    return tape_record(OP_FLOOR_DIVIDE, y, INPUTS(self, other), NO_SAVES);
}

Tensor *(tensor_floor_divide_)(Tensor *self, Tensor *other)
{
    if (other == NULL || !tape_check_inplace(self, "floor_divide_"))
        return NULL;
    Tensor *y = divide("floor_divide_", self, self, other, ROUNDING_FLOOR);
    return tape_record(OP_FLOOR_DIVIDE_, y, INPUTS(self, other), NO_SAVES);
}

/* -- remainder and fmod: self - n other with a whole n that does not change nearby -- */

static void give_remainder(TapeNode *node, Tensor *grad, const char *rounding)
{
    tape_give(node, 0, grad);
    if (tape_needs(node, 1)) {
        Tensor *whole = (tensor_div)(tape_saved(node, 0), tape_saved(node, 1), rounding);
        tape_give(node, 1, tensor_neg(tensor_mul(grad, whole)));
    }
}

void remainder_backward(TapeNode *node, Tensor *grad)
{
    give_remainder(node, grad, "floor");
}

void fmod_backward(TapeNode *node, Tensor *grad)
{
    give_remainder(node, grad, "trunc");
}

Tensor *(tensor_remainder)(Tensor *self, Tensor *other)
{
    Tensor *y = kernel_binary("remainder", BINARY_REMAINDER, NULL, self, other, false, 1);
    return tape_record(OP_REMAINDER, y, INPUTS(self, other),
                       SAVES(tape_saved_for(self, other), tape_saved_for(other, other)));
}

Tensor *(tensor_remainder_)(Tensor *self, Tensor *other)
{
    Tensor *old;
    if (other == NULL || !tape_check_inplace(self, "remainder_") ||
        !tape_old_value(self, INPUTS(other), &old))
        return NULL;
    Tensor *y = kernel_binary("remainder_", BINARY_REMAINDER, self, self, other, false, 1);
    return tape_record(OP_REMAINDER_, y, INPUTS(self, other), SAVES(old, other));
}

Tensor *(tensor_fmod)(Tensor *self, Tensor *other)
{
    Tensor *y = kernel_binary("fmod", BINARY_FMOD, NULL, self, other, false, 1);
    return tape_record(OP_FMOD, y, INPUTS(self, other),
                       SAVES(tape_saved_for(self, other), tape_saved_for(other, other)));
}

Tensor *(tensor_fmod_)(Tensor *self, Tensor *other)
{
    Tensor *old;
    if (other == NULL || !tape_check_inplace(self, "fmod_") || !tape_old_value(self, INPUTS(other), &old))
        return NULL;
    Tensor *y = kernel_binary("fmod_", BINARY_FMOD, self, self, other, false, 1);
    return tape_record(OP_FMOD_, y, INPUTS(self, other), SAVES(old, other));
}
