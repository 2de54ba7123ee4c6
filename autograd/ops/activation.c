/* Where the derivative can be told from y, the result, saving that is enough, and it is what the next layer
 * keeps anyway. Each derivative is one pass of a kernel; when the gradient must itself be differentiable
 * (create_graph), it is computed by recorded operations instead. */
#include "autograd/ops/activation.h"

#include "autograd/autograd.h"
#include "autograd/ops/choose.h"
#include "autograd/ops/compare.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/logic.h"
#include "autograd/ops/math.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reshape.h"
#include "autograd/ops/unary.h"

/* The gradient by a kernel of grad and the result; false where it must be differentiable. */
static bool give_from_result(TapeNode *node, Tensor *grad, BinaryOp kernel)
{
    if (autograd_is_grad_enabled())
        return false;
    tape_give(node, 0,
              kernel_binary(tape_node_name(node), kernel, NULL, grad, tape_saved(node, 0), false, 0));
    return true;
}

/* -- sigmoid: with y = 1 / (1 + e^-x), dy/dx = y (1 - y) -- */

void sigmoid_backward(TapeNode *node, Tensor *grad)
{
    if (give_from_result(node, grad, BINARY_SIGMOID_BACKWARD))
        return;
    Tensor *y = tape_saved(node, 0);
    tape_give(node, 0, tensor_mul(grad, tensor_mul(y, tensor_rsub(y, 1))));
}

Tensor *tensor_sigmoid(Tensor *self)
{
    return unary_new(self, &(Unary){OP_SIGMOID, UNARY_SIGMOID, UNARY_SAVES_RESULT, true, 0, 0});
}

Tensor *tensor_sigmoid_(Tensor *self)
{
    return unary_in_place(self, &(Unary){OP_SIGMOID_, UNARY_SIGMOID, UNARY_SAVES_RESULT, true, 0, 0});
}

/* -- tanh: dy/dx = 1 - y^2 -- */

void tanh_backward(TapeNode *node, Tensor *grad)
{
    if (give_from_result(node, grad, BINARY_TANH_BACKWARD))
        return;
    Tensor *y = tape_saved(node, 0);
    tape_give(node, 0, tensor_mul(grad, tensor_rsub(tensor_mul(y, y), 1)));
}

Tensor *tensor_tanh(Tensor *self)
{
    return unary_new(self, &(Unary){OP_TANH, UNARY_TANH, UNARY_SAVES_RESULT, true, 0, 0});
}

Tensor *tensor_tanh_(Tensor *self)
{
    return unary_in_place(self, &(Unary){OP_TANH_, UNARY_TANH, UNARY_SAVES_RESULT, true, 0, 0});
}

/* -- relu: dy/dx = 0 where y <= 0, else 1: a NaN's gradient passes -- */

void relu_backward(TapeNode *node, Tensor *grad)
{
    if (!give_from_result(node, grad, BINARY_RELU_BACKWARD))
        tape_give(node, 0, tensor_where(tensor_le(tape_saved(node, 0), 0), 0, grad));
}

static bool can_rectify(const char *operation, const Tensor *x)
{
    return x == NULL || x->dtype != DTYPE_BOOL ||
           error_raise(ERROR_DTYPE, operation, "Boolean inputs not supported for relu") != NULL;
}

Tensor *tensor_relu(Tensor *self)
{
    Unary relu = {OP_RELU, UNARY_RELU, UNARY_SAVES_RESULT, false, 0, 0};
    return can_rectify("relu", self) ? unary_new(self, &relu) : NULL;
}

Tensor *tensor_relu_(Tensor *self)
{
    Unary relu = {OP_RELU_, UNARY_RELU, UNARY_SAVES_RESULT, false, 0, 0};
    return can_rectify("relu_", self) ? unary_in_place(self, &relu) : NULL;
}

/* -- leaky_relu: dy/dx = 1 where x > 0, else the slope; a positive slope leaves the sign to y -- */

static void give_leaky(TapeNode *node, Tensor *grad)
{
    if (unary_give(node, grad, UNARY_LEAKY_RELU))
        return;
    Tensor *positive = tensor_gt(tape_saved(node, 0), 0);
    tape_give(node, 0, tensor_where(positive, grad, tensor_mul(grad, unary_args(node).a)));
}

void leaky_relu_backward(TapeNode *node, Tensor *grad)
{
    give_leaky(node, grad);
}

void leaky_relu__backward(TapeNode *node, Tensor *grad)
{
    if (unary_args(node).a < 0)
        error_raise(ERROR_AUTOGRAD, "leaky_relu_",
                    "In-place leakyReLu backward calculation is triggered with a negative slope which is not "
                    "supported. This is caused by calling in-place forward function with a negative slope, "
                    "please call out-of-place version instead.");
    else
        give_leaky(node, grad);
}

Tensor *(tensor_leaky_relu)(Tensor *self, double negative_slope)
{
    return unary_new(self,
                     &(Unary){OP_LEAKY_RELU, UNARY_LEAKY_RELU, UNARY_SAVES_INPUT, false, negative_slope, 0});
}

Tensor *(tensor_leaky_relu_)(Tensor *self, double negative_slope)
{
    return unary_in_place(
        self, &(Unary){OP_LEAKY_RELU_, UNARY_LEAKY_RELU, UNARY_SAVES_RESULT, false, negative_slope, 0});
}

/* -- hardtanh and relu6: dy/dx = 1 strictly between the bounds, which y tells as well as x -- */

void hardtanh_backward(TapeNode *node, Tensor *grad)
{
    if (unary_give(node, grad, UNARY_HARDTANH))
        return;
    UnaryArgs bounds = unary_args(node);
    Tensor *y = tape_saved(node, 0);
    Tensor *outside = tensor_logical_or(tensor_le(y, bounds.a), tensor_ge(y, bounds.b));
    tape_give(node, 0, tensor_masked_fill(grad, outside, 0));
}

static bool check_hardtanh(const char *operation, const Tensor *x, double *low, double *high)
{
    if (x != NULL && x->dtype == DTYPE_BOOL)
        return error_raise(ERROR_DTYPE, operation, "Bool inputs not supported for hardtanh") != NULL;
    if (*low > *high)
        return error_raise(ERROR_VALUE, operation, "min_val cannot be greater than max_val") != NULL;
    if (x == NULL || dtype_is_floating_point(x->dtype))
        return true;
    return scalar_check(DTYPE_INT64, scalar_float(*low), operation) &&
           scalar_check(DTYPE_INT64, scalar_float(*high), operation) &&
           unary_integer_bounds(operation, x->dtype, low, high);
}

static Tensor *hardtanh(Tensor *self, OpId op, double low, double high, bool in_place)
{
    Unary f = {op, UNARY_HARDTANH, UNARY_SAVES_RESULT, false, low, high};
    if (!check_hardtanh("hardtanh", self, &f.a, &f.b))
        return NULL;
    return in_place ? unary_in_place(self, &f) : unary_new(self, &f);
}

Tensor *(tensor_hardtanh)(Tensor *self, double min_val, double max_val)
{
    return hardtanh(self, OP_HARDTANH, min_val, max_val, false);
}

Tensor *(tensor_hardtanh_)(Tensor *self, double min_val, double max_val)
{
    ERROR_OPERATION("hardtanh_");
    return hardtanh(self, OP_HARDTANH_, min_val, max_val, true);
}

Tensor *tensor_relu6(Tensor *self)
{
    ERROR_OPERATION("relu6");
    return hardtanh(self, OP_RELU6, 0, 6, false);
}

Tensor *tensor_relu6_(Tensor *self)
{
    ERROR_OPERATION("relu6_");
    return hardtanh(self, OP_RELU6_, 0, 6, true);
}

/* -- hardsigmoid: dy/dx = 1/6 (as PyTorch has it, a float32's) for -3 < x < 3, else 0 -- */

/* 1 strictly between low and high, else 0. */
static Tensor *between(Tensor *x, double low, double high)
{
    return tensor_logical_and(tensor_gt(x, low), tensor_lt(x, high));
}

void hardsigmoid_backward(TapeNode *node, Tensor *grad)
{
    if (!unary_give(node, grad, UNARY_HARDSIGMOID))
        tape_give(node, 0, tensor_mul(tensor_mul(grad, 1.0f / 6), between(tape_saved(node, 0), -3, 3)));
}

Tensor *tensor_hardsigmoid(Tensor *self)
{
    return unary_new(self, &(Unary){OP_HARDSIGMOID, UNARY_HARDSIGMOID, UNARY_SAVES_INPUT, false, 0, 0});
}

Tensor *tensor_hardsigmoid_(Tensor *self)
{
    return unary_in_place(self, &(Unary){OP_HARDSIGMOID_, UNARY_HARDSIGMOID, UNARY_SAVES_INPUT, false, 0, 0});
}

/* -- hardswish: dy/dx = x / 3 + 1/2 for -3 < x < 3, else 0 on the left and 1 on the right -- */

void hardswish_backward(TapeNode *node, Tensor *grad)
{
    if (unary_give(node, grad, UNARY_HARDSWISH))
        return;
    Tensor *x = tape_saved(node, 0);
    Tensor *middle = tensor_mul(grad, tensor_add(tensor_mul(x, 1.0 / 3), 0.5));
    Tensor *outside = tensor_mul(grad, tensor_ge(x, 3));
    tape_give(node, 0, tensor_where(between(x, -3, 3), middle, outside));
}

Tensor *tensor_hardswish(Tensor *self)
{
    return unary_new(self, &(Unary){OP_HARDSWISH, UNARY_HARDSWISH, UNARY_SAVES_INPUT, false, 0, 0});
}

Tensor *tensor_hardswish_(Tensor *self)
{
    return unary_in_place(self, &(Unary){OP_HARDSWISH_, UNARY_HARDSWISH, UNARY_SAVES_INPUT, false, 0, 0});
}

/* -- prelu: a leaky_relu whose slope is learned, for each channel -- */

static bool check_prelu(const Tensor *x, const Tensor *weight)
{
    int64_t channels = x->ndim > 1 ? x->shape[1] : 1;
    if (x->dtype != weight->dtype)
        return error_raise(ERROR_DTYPE, "prelu", "prelu: Type promoting not supported. Got %s and %s",
                           dtype_scalar_name(x->dtype), dtype_scalar_name(weight->dtype)) != NULL;
    if (weight->ndim > 1)
        return error_raise(ERROR_SHAPE, "prelu",
                           "prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = %d",
                           weight->ndim) != NULL;
    if (weight->numel != 1 && x->ndim == 0)
        return error_raise(ERROR_SHAPE, "prelu", "Not allow zero-dim input tensor.") != NULL;
    if (weight->numel != 1 && weight->numel != channels)
        return error_raise(ERROR_SHAPE, "prelu",
                           "Mismatch of parameter numbers and input channel size. Found parameter numbers = "
                           "%lld and channel size = %lld.",
                           (long long)weight->numel, (long long)channels) != NULL;
    return dtype_is_floating_point(x->dtype) ||
           error_raise(ERROR_UNSUPPORTED, "prelu", "\"prelu_cpu\" not implemented for '%s'",
                       dtype_scalar_name(x->dtype)) != NULL;
}

Tensor *tensor_prelu(Tensor *self, Tensor *weight)
{
    if (self == NULL || weight == NULL || !check_prelu(self, weight))
        return NULL;
    int64_t shape[TENSOR_MAX_DIMS];
    for (int d = 0; d < self->ndim; d++)
        shape[d] = d == 1 || self->ndim == 1 ? weight->numel : 1;
    Tensor *slope = (tensor_reshape)(weight, (Dims){self->ndim, shape});
    Tensor *positive = tensor_gt(self, 0); /* their gradient of the slope is 0, even if they are infinite */
    return tensor_where(positive, self, tensor_mul(tensor_masked_fill(self, positive, 0), slope));
}
