#include "autograd/ops/softmax.h"

#include "autograd/autograd.h"
#include "autograd/ops/copy.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "autograd/tape.h"

static Tensor *forward(OpId op, const char *name, bool log_form, Tensor *x, int64_t dim, DType dtype)
{
    if (dtype != DTYPE_NONE)
        x = tensor_to_dtype(x, dtype);
    int64_t at = x != NULL ? wrap_dim(dim, x->ndim, name) : -1;
    const Kernels *kernels = at >= 0 ? kernels_for(name, TENSORS(x)) : NULL;
    Tensor *y = kernels != NULL ? tensor_new_like(x, x->dtype, name) : NULL;
    if (y == NULL || !kernels->softmax(log_form, y, x, at))
        return NULL;
    return tape_record_args(op, y, INPUTS(x), SAVES(y), &at, sizeof at);
}

static Tensor *fused_backward(bool log_form, Tensor *grad, Tensor *y, int64_t dim)
{
    const Kernels *kernels = y != NULL ? kernels_for("softmax_backward", TENSORS(grad, y)) : NULL;
    Tensor *grad_x = kernels != NULL ? tensor_new_like(y, y->dtype, "softmax_backward") : NULL;
    return grad_x != NULL && kernels->softmax_backward(log_form, grad_x, grad, y, dim) ? grad_x : NULL;
}

static Tensor *sum_along(Tensor *x, int64_t dim)
{
    return (tensor_sum)(x, DIMS(dim), true, DTYPE_NONE);
}

/* With y = softmax(x): dx = y (g - sum g y). */
void softmax_backward(TapeNode *node, Tensor *grad)
{
    int64_t dim = *(const int64_t *)tape_args(node);
    Tensor *y = tape_saved(node, 0);
    if (!autograd_is_grad_enabled())
        tape_give(node, 0, fused_backward(false, grad, y, dim));
    else {
        Tensor *sum = sum_along(tensor_mul(grad, y), dim);
        tape_give(node, 0, tensor_mul(y, tensor_add(grad, tensor_mul(sum, -1))));
    }
}

/* With y = log_softmax(x): dx = g - e^y sum g, and e^y = softmax(y). */
void log_softmax_backward(TapeNode *node, Tensor *grad)
{
    int64_t dim = *(const int64_t *)tape_args(node);
    Tensor *y = tape_saved(node, 0);
    if (!autograd_is_grad_enabled())
        tape_give(node, 0, fused_backward(true, grad, y, dim));
    else {
        Tensor *part = tensor_mul(tensor_softmax(y, dim), sum_along(grad, dim));
        tape_give(node, 0, tensor_add(grad, tensor_mul(part, -1)));
    }
}

Tensor *(tensor_softmax)(Tensor *self, int64_t dim, DType dtype)
{
    return forward(OP_SOFTMAX, "softmax", false, self, dim, dtype);
}

Tensor *(tensor_log_softmax)(Tensor *self, int64_t dim, DType dtype)
{
    return forward(OP_LOG_SOFTMAX, "log_softmax", true, self, dim, dtype);
}
