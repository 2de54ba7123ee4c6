/* The derivatives here are those of y, the result, by y itself: saving the result is enough, and it is what
 * the next layer keeps anyway. Each is one pass of a kernel; when the gradient must itself be differentiable
 * (create_graph), it is computed by recorded operations instead. */
#include "autograd/ops/activation.h"

#include "autograd/autograd.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/pointwise.h"
#include "autograd/tape.h"

static Tensor *in_place(const char *operation, OpId op, UnaryOp kernel, Tensor *x)
{
    if (!tape_check_inplace(x, operation))
        return NULL;
    Tensor *y = kernel_unary(operation, kernel, x, x, false, 0, 0);
    return tape_record(op, y, INPUTS(x), SAVES(y));
}

/* -- sigmoid: with y = 1 / (1 + e^-x), dy/dx = y (1 - y) -- */

void sigmoid_backward(TapeNode *node, Tensor *grad)
{
    Tensor *y = tape_saved(node, 0);
    if (!autograd_is_grad_enabled())
        tape_give(node, 0,
                  kernel_binary("sigmoid_backward", BINARY_SIGMOID_BACKWARD, NULL, grad, y, false, 0));
    else
        tape_give(node, 0, tensor_mul(grad, tensor_add(y, tensor_mul(tensor_mul(y, y), -1))));
}

Tensor *tensor_sigmoid(Tensor *self)
{
    Tensor *y = kernel_unary("sigmoid", UNARY_SIGMOID, NULL, self, true, 0, 0);
    return tape_record(OP_SIGMOID, y, INPUTS(self), SAVES(y));
}

Tensor *tensor_sigmoid_(Tensor *self)
{
    return in_place("sigmoid_", OP_SIGMOID_, UNARY_SIGMOID, self);
}

/* -- tanh: dy/dx = 1 - y^2 -- */

void tanh_backward(TapeNode *node, Tensor *grad)
{
    Tensor *y = tape_saved(node, 0);
    if (!autograd_is_grad_enabled())
        tape_give(node, 0, kernel_binary("tanh_backward", BINARY_TANH_BACKWARD, NULL, grad, y, false, 0));
    else
        tape_give(node, 0, tensor_mul(grad, tensor_add(tensor_mul(tensor_mul(y, y), -1), 1)));
}

Tensor *tensor_tanh(Tensor *self)
{
    Tensor *y = kernel_unary("tanh", UNARY_TANH, NULL, self, true, 0, 0);
    return tape_record(OP_TANH, y, INPUTS(self), SAVES(y));
}

Tensor *tensor_tanh_(Tensor *self)
{
    return in_place("tanh_", OP_TANH_, UNARY_TANH, self);
}

/* -- relu: dy/dx = 1 where y > 0, else 0 -- */

void relu_backward(TapeNode *node, Tensor *grad)
{
    Tensor *y = tape_saved(node, 0);
    if (!autograd_is_grad_enabled()) {
        tape_give(node, 0, kernel_binary("relu_backward", BINARY_RELU_BACKWARD, NULL, grad, y, false, 0));
        return;
    }
    Tensor *positive = kernel_compare("relu_backward", COMPARE_GT, y, tensor_number_int(0));
    tape_give(node, 0, tensor_mul(grad, positive));
}

Tensor *tensor_relu(Tensor *self)
{
    Tensor *y = kernel_unary("relu", UNARY_RELU, NULL, self, false, 0, 0);
    return tape_record(OP_RELU, y, INPUTS(self), SAVES(y));
}

Tensor *tensor_relu_(Tensor *self)
{
    return in_place("relu_", OP_RELU_, UNARY_RELU, self);
}
