#include "autograd/ops/copy.h"

#include "autograd/ops/kernel.h"
#include "autograd/tape.h"

static Tensor *copied(const char *operation, Tensor *x, DType dtype)
{
    const Kernels *kernels = x != NULL ? kernels_for(operation, TENSORS(x)) : NULL;
    Tensor *y = kernels != NULL ? tensor_new_like(x, dtype, operation) : NULL;
    return y != NULL && kernels->copy(y, x) ? y : NULL;
}

/* Copying passes the gradient on; tape_give converts it back to the input's dtype. */
void clone_backward(TapeNode *node, Tensor *grad)
{
    tape_give(node, 0, grad);
}

Tensor *tensor_clone(Tensor *self)
{
    Tensor *y = self != NULL ? copied("clone", self, self->dtype) : NULL;
    return tape_record(OP_CLONE, y, INPUTS(self), NO_SAVES);
}

Tensor *tensor_to_dtype(Tensor *self, DType dtype)
{
    if (self == NULL || self->dtype == dtype)
        return self;
    return tape_record(OP_TO_DTYPE, copied("to", self, dtype), INPUTS(self), NO_SAVES);
}

/* What self was before is gone, and so is its gradient. */
void copy__backward(TapeNode *node, Tensor *grad)
{
    tape_give(node, 1, grad);
}

Tensor *tensor_copy_(Tensor *self, Tensor *src)
{
    if (src == NULL || !tape_check_inplace(self, "copy_"))
        return NULL;
    const Kernels *kernels = kernels_for("copy_", TENSORS(self, src));
    const Tensor *from = kernels != NULL ? kernel_expand("copy_", src, tensor_dims(self)) : NULL;
    if (from != NULL && from->storage == self->storage)
        from = copied("copy_", (Tensor *)from, from->dtype);
    if (from == NULL || !kernels->copy(self, from))
        return NULL;
    return tape_record(OP_COPY_, self, INPUTS(self, src), NO_SAVES);
}

void fill__backward(TapeNode *node, Tensor *grad)
{
    tape_give(node, 1, grad);
}

Tensor *(tensor_fill_)(Tensor *self, Tensor *value)
{
    if (value == NULL || !tape_check_inplace(self, "fill_"))
        return NULL;
    const Kernels *kernels = kernels_for("fill_", TENSORS(self));
    if (value->ndim != 0)
        return error_raise(ERROR_SHAPE, "fill_",
                           "fill_ only supports 0-dimension value tensor but got tensor with %d dimensions.",
                           value->ndim);
    Scalar scalar = dtype_is_floating_point(value->dtype) ? scalar_float(tensor_item(value))
                                                          : scalar_int(tensor_item_int(value));
    if (kernels == NULL || !kernels->fill(self, scalar))
        return NULL;
    return tape_record(OP_FILL_, self, INPUTS(self, value), NO_SAVES);
}

Tensor *tensor_zero_(Tensor *self)
{
    if (!tape_check_inplace(self, "zero_"))
        return NULL;
    const Kernels *kernels = kernels_for("zero_", TENSORS(self));
    if (kernels == NULL || !kernels->fill(self, scalar_int(0)))
        return NULL;
    return tape_record(OP_ZERO_, self, INPUTS(self), NO_SAVES);
}

void zero__backward(TapeNode *node, Tensor *grad)
{
    (void)node, (void)grad;
}
