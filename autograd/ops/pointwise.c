#include "autograd/ops/pointwise.h"

#include "autograd/ops/copy.h"
#include "autograd/ops/kernel.h"
#include "autograd/tape.h"

/* The value of self before an in-place operation, if the gradient of `other` needs it. */
static Tensor *old_value(Tensor *self, Tensor *other)
{
    return tape_wants(INPUTS(other)) ? tensor_clone(self) : NULL;
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
    double factor = alpha != NULL ? tensor_item(alpha) : 1;
    Tensor *y = kernel_binary("add", BINARY_ADD, NULL, self, other, false, factor);
    return tape_record_args(OP_ADD, y, INPUTS(self, other), NO_SAVES, &factor, sizeof factor);
}

Tensor *(tensor_add_)(Tensor *self, Tensor *other, Tensor *alpha)
{
    double factor = alpha != NULL ? tensor_item(alpha) : 1;
    if (other == NULL || !tape_check_inplace(self, "add_"))
        return NULL;
    Tensor *y = kernel_binary("add_", BINARY_ADD, self, self, other, false, factor);
    return tape_record_args(OP_ADD_, y, INPUTS(self, other), NO_SAVES, &factor, sizeof factor);
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
    return tape_record(OP_MUL, y, INPUTS(self, other), SAVES(self, other));
}

Tensor *(tensor_mul_)(Tensor *self, Tensor *other)
{
    if (other == NULL || !tape_check_inplace(self, "mul_"))
        return NULL;
    Tensor *old = old_value(self, other);
    Tensor *y = kernel_binary("mul_", BINARY_MUL, self, self, other, false, 1);
    return tape_record(OP_MUL_, y, INPUTS(self, other), SAVES(old, other));
}
