#include "autograd/ops/unary.h"

#include "autograd/autograd.h"
#include "autograd/ops/copy.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/operation.h"

static Tensor *record(const Unary *f, Tensor *y, Tensor *self, Tensor *before)
{
    Tensor *saved = f->saves == UNARY_SAVES_INPUT ? before : f->saves == UNARY_SAVES_RESULT ? y : NULL;
    UnaryArgs args = {f->a, f->b};
    return tape_record_args(f->op, y, INPUTS(self), SAVES(saved), &args, sizeof args);
}

Tensor *unary_new(Tensor *self, const Unary *f)
{
    Tensor *y = kernel_unary(operation(f->op)->name, f->kernel, NULL, self, f->float_result, f->a, f->b);
    return record(f, y, self, self);
}

Tensor *unary_in_place(Tensor *self, const Unary *f)
{
    const char *name = operation(f->op)->name;
    Tensor *before = NULL;
    if (!tape_check_inplace(self, name) ||
        (f->saves == UNARY_SAVES_INPUT && !tape_old_value(self, INPUTS(self), &before)))
        return NULL;
    Tensor *y = kernel_unary(name, f->kernel, self, self, f->float_result, f->a, f->b);
    return record(f, y, self, before);
}

UnaryArgs unary_args(const TapeNode *node)
{
    return *(const UnaryArgs *)tape_args(node);
}

bool unary_give(TapeNode *node, Tensor *grad, UnaryOp kernel)
{
    if (autograd_is_grad_enabled())
        return false;
    UnaryArgs args = unary_args(node);
    tape_give(node, 0,
              kernel_unary_backward(tape_node_name(node), kernel, grad, tape_saved(node, 0), args.a, args.b));
    return true;
}

Tensor *unary_zeros(Tensor *grad)
{
    Tensor *zeros = grad != NULL ? tensor_new_like(grad, grad->dtype, "zeros_like") : NULL;
    return zeros != NULL ? tensor_zero_(zeros) : NULL;
}

void steps_backward(TapeNode *node, Tensor *grad)
{
    tape_give(node, 0, unary_zeros(grad));
}

bool unary_integer_bounds(const char *operation, DType dtype, double *low, double *high)
{
    double least = dtype == DTYPE_UINT8 ? 0 : dtype == DTYPE_INT32 ? INT32_MIN : -0x1p63;
    double most = dtype == DTYPE_UINT8 ? UINT8_MAX : dtype == DTYPE_INT32 ? INT32_MAX : 0x1p63;
    if (*low > most || *high < least)
        return error_raise(
                   ERROR_VALUE, operation, "Clamp %s value %g is outside the representable range of %s",
                   *low > most ? "min" : "max", *low > most ? *low : *high, dtype_scalar_name(dtype)) != NULL;
    *low = *low < least ? least : *low;
    *high = *high > most ? most : *high;
    return true;
}
