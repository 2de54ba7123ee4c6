#include "autograd/ops/copy.h"

#include <string.h>

#include "autograd/creation.h"
#include "autograd/ops/kernel.h"
#include "autograd/tape.h"

static Tensor *copied(const char *operation, const Tensor *x, DType dtype)
{
    const Kernels *kernels = x != NULL ? kernels_for(operation, TENSORS((Tensor *)x)) : NULL;
    Tensor *y = kernels != NULL ? tensor_new_like(x, dtype, operation) : NULL;
    return y != NULL && kernels->copy(y, x) ? y : NULL;
}

/* Copying passes the gradient on; tape_give brings it back to the input's dtype and device. */
void clone_backward(TapeNode *node, Tensor *grad)
{
    tape_give(node, 0, grad);
}

Tensor *tensor_clone(Tensor *self)
{
    Tensor *y = self != NULL ? copied("clone", self, self->dtype) : NULL;
    return tape_record(OP_CLONE, y, INPUTS(self), NO_SAVES);
}

/* -- to -- */

/* Converts before the elements travel if that makes them smaller, else afterwards. */
static const Tensor *converted(const Tensor *x, Device device, DType dtype)
{
    if (dtype_size(dtype) < dtype_size(x->dtype))
        x = kernel_cast(x, dtype);
    return kernel_cast(kernel_to_device(x, device, "to"), dtype);
}

Tensor *tensor_to_args(Tensor *self, const TensorToArgs *args)
{
    if (self == NULL)
        return NULL;
    DType dtype = args->dtype != DTYPE_NONE ? args->dtype : self->dtype;
    Device device = args->device.type >= 0 ? args->device : tensor_device(self);
    if (dtype < DTYPE_NONE || dtype >= DTYPE_COUNT)
        return error_raise(ERROR_DTYPE, "to", "unknown dtype %d", (int)dtype);
    const Tensor *y = converted(self, device, dtype);
    if (y == self && !args->copy)
        return self;
    if (y == self)
        y = copied("to", self, dtype);
    return tape_record(OP_TO_DTYPE, (Tensor *)y, INPUTS(self), NO_SAVES);
}

Tensor *tensor_to_dtype(Tensor *self, DType dtype)
{
    return tensor_to_args(self, &(TensorToArgs){.device = {-1, 0}, .dtype = dtype});
}

Tensor *tensor_to_device(Tensor *self, Device device)
{
    return tensor_to_args(self, &(TensorToArgs){.device = device});
}

Tensor *tensor_type_as(Tensor *self, const Tensor *other)
{
    if (other == NULL)
        return NULL;
    return tensor_to_args(self, &(TensorToArgs){.device = tensor_device(other), .dtype = other->dtype});
}

Tensor *tensor_cpu(Tensor *self)
{
    return tensor_to_device(self, cpu_device());
}

Tensor *tensor_float(Tensor *self)
{
    return tensor_to_dtype(self, DTYPE_FLOAT32);
}

Tensor *tensor_double(Tensor *self)
{
    return tensor_to_dtype(self, DTYPE_FLOAT64);
}

Tensor *tensor_long(Tensor *self)
{
    return tensor_to_dtype(self, DTYPE_INT64);
}

Tensor *tensor_int(Tensor *self)
{
    return tensor_to_dtype(self, DTYPE_INT32);
}

Tensor *tensor_bool(Tensor *self)
{
    return tensor_to_dtype(self, DTYPE_BOOL);
}

/* -- memory formats -- */

static Tensor *with_strides(Tensor *x, const int64_t *strides)
{
    const Kernels *kernels = kernels_for("contiguous", TENSORS(x));
    Tensor *y = kernels != NULL
                    ? tensor_new_strided(tensor_dims(x), strides, x->dtype, tensor_device(x), "contiguous")
                    : NULL;
    if (y == NULL || !kernels->copy(y, x))
        return NULL;
    return tape_record(OP_CLONE, y, INPUTS(x), NO_SAVES);
}

static Tensor *in_format(const char *operation, Tensor *x, const char *format)
{
    int64_t strides[TENSOR_MAX_DIMS];
    if (format != NULL && strcmp(format, TENSOR_CONTIGUOUS_FORMAT) == 0) {
        contiguous_strides(x->shape, x->ndim, strides);
        return tensor_is_contiguous(x) ? x : with_strides(x, strides);
    }
    if (format == NULL || strcmp(format, TENSOR_CHANNELS_LAST) != 0)
        return error_raise(ERROR_VALUE, operation, "%s is not a memory format that it takes",
                           format != NULL ? format : "NULL");
    if (x->ndim != 4)
        return error_raise(ERROR_SHAPE, operation, "required rank 4 tensor to use channels_last format");
    channels_last_strides(x->shape, strides);
    return tensor_is_channels_last(x) ? x : with_strides(x, strides);
}

Tensor *(tensor_contiguous)(Tensor *self, const char *memory_format)
{
    if (self != NULL && memory_format != NULL && strcmp(memory_format, TENSOR_PRESERVE_FORMAT) == 0)
        return error_raise(ERROR_VALUE, "contiguous",
                           "preserve memory format is unsupported by the contiguous operator");
    return self != NULL ? in_format("contiguous", self, memory_format) : NULL;
}

Tensor *tensor_to_memory_format(Tensor *self, const char *memory_format)
{
    bool preserve = memory_format != NULL && strcmp(memory_format, TENSOR_PRESERVE_FORMAT) == 0;
    return self == NULL || preserve ? self : in_format("to", self, memory_format);
}

/* -- writing to what is there -- */

/* What self was before is gone: its gradient is zero. */
static void give_zeros(TapeNode *node, Tensor *grad)
{
    if (tape_needs(node, 0))
        tape_give(node, 0, tensor_zeros_like(grad));
}

void copy__backward(TapeNode *node, Tensor *grad)
{
    give_zeros(node, grad);
    tape_give(node, 1, grad);
}

/* src must broadcast to self's shape. */
static bool check_fits(const Tensor *self, const Tensor *src)
{
    int64_t shape[TENSOR_MAX_DIMS];
    int ndim = kernel_broadcast_shape("copy_", self, src, shape);
    char s[160], t[160];
    if (ndim < 0)
        return false;
    if (ndim == self->ndim && memcmp(shape, self->shape, (size_t)ndim * sizeof *shape) == 0)
        return true;
    return error_raise(ERROR_SHAPE, "copy_", "output with shape %s doesn't match the broadcast shape %s",
                       tensor_shape_string(self, s, sizeof s),
                       dims_string((Dims){ndim, shape}, t, sizeof t)) != NULL;
}

Tensor *tensor_copy_(Tensor *self, Tensor *src)
{
    if (src == NULL || !tape_check_inplace(self, "copy_"))
        return NULL;
    int64_t shape[TENSOR_MAX_DIMS];
    int ndim = kernel_broadcast_shape("copy_", self, src, shape);
    if (ndim < 0 || !kernel_check_out_shape("copy_", self, (Dims){ndim, shape}))
        return NULL;
    const Kernels *kernels = kernels_for("copy_", TENSORS(self));
    const Tensor *from = kernels != NULL ? kernel_to_device(src, tensor_device(self), "copy_") : NULL;
    from = from != NULL && check_fits(self, from) ? kernel_expand("copy_", from, tensor_dims(self)) : NULL;
    if (from != NULL && from->storage == self->storage)
        from = copied("copy_", from, from->dtype);
    if (from == NULL || !kernels->copy(self, from))
        return NULL;
    return tape_record(OP_COPY_, self, INPUTS(self, src), NO_SAVES);
}

void fill__backward(TapeNode *node, Tensor *grad)
{
    give_zeros(node, grad);
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
    Scalar scalar = kernel_scalar(value);
    if (kernels == NULL || !scalar_check(self->dtype, scalar, "fill_") || !kernels->fill(self, scalar))
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
    give_zeros(node, grad);
}
