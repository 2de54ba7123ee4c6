/* A part of a tensor has its gradient in the same part of a tensor of zeros: each backward takes that part
 * and writes to it. */
#include "autograd/ops/slice.h"

#include <string.h>

#include "autograd/ops/copy.h"
#include "autograd/ops/pointwise.h"
#include "autograd/tape.h"
#include "core/error.h"
#include "core/tensor_struct.h"

static Tensor *zeros_like_input(TapeNode *node, const Tensor *grad)
{
    return tensor_zero_(tensor_new(tape_input_dims(node, 0), grad->dtype, tensor_device(grad), "slice"));
}

/* Gives `x`, zeros, once the gradient is written to `part` of it. */
static void give_with_part(TapeNode *node, Tensor *x, Tensor *part, Tensor *grad)
{
    if (tensor_copy_(part, grad) != NULL)
        tape_give(node, 0, x);
}

/* The sizes and strides of the dimensions that are neither dim1 nor dim2, and how many these are. */
static int64_t other_dims(const Tensor *x, int64_t dim1, int64_t dim2, int64_t *shape, int64_t *strides)
{
    int64_t n = 0;
    for (int d = 0; d < x->ndim; d++)
        if (d != dim1 && d != dim2) {
            shape[n] = x->shape[d];
            strides[n++] = x->strides[d];
        }
    return n;
}

/* -- slice and narrow -- */

typedef struct Slice {
    int64_t dim, start, length, step;
} Slice;

/* x from `start` on along dim, `length` places that are `step` apart. */
static Tensor *slice_view(Tensor *x, const Slice *slice)
{
    int64_t shape[TENSOR_MAX_DIMS], strides[TENSOR_MAX_DIMS];
    memcpy(shape, x->shape, sizeof shape);
    memcpy(strides, x->strides, sizeof strides);
    shape[slice->dim] = slice->length;
    strides[slice->dim] *= slice->step;
    int64_t offset = x->offset + slice->start * x->strides[slice->dim];
    Tensor *y = tensor_new_view(x, (Dims){x->ndim, shape}, strides, offset);
    return tape_record_view(OP_SLICE, y, x, slice, sizeof *slice);
}

void slice_backward(TapeNode *node, Tensor *grad)
{
    Tensor *x = zeros_like_input(node, grad);
    if (x != NULL)
        give_with_part(node, x, slice_view(x, tape_args(node)), grad);
}

/* Python's: from the end if negative, cut to 0 .. size. */
static int64_t clamp_place(int64_t place, int64_t size)
{
    place += place < 0 ? size : 0;
    return place < 0 ? 0 : place > size ? size : place;
}

/* dim, or -1 after an error: a 0-d tensor has no parts. */
static int64_t sliced_dim(const Tensor *x, int64_t dim, const char *operation)
{
    if (x->ndim > 0)
        return wrap_dim(dim, x->ndim, operation);
    error_raise(ERROR_INDEX, operation, "%s() cannot be applied to a 0-dim tensor.", operation);
    return -1;
}

Tensor *(tensor_slice)(Tensor *self, int64_t dim, int64_t start, int64_t end, int64_t step)
{
    Slice slice = {.dim = self != NULL ? sliced_dim(self, dim, "slice") : -1, .step = step};
    if (slice.dim < 0)
        return NULL;
    if (step <= 0)
        return error_raise(ERROR_VALUE, "slice", "slice step must be positive");
    int64_t size = self->shape[slice.dim];
    slice.start = start == TENSOR_NONE ? 0 : clamp_place(start, size);
    int64_t last = end == TENSOR_NONE ? size : clamp_place(end, size);
    slice.length = last > slice.start ? (last - slice.start - 1) / step + 1 : 0;
    return slice_view(self, &slice);
}

Tensor *tensor_narrow(Tensor *self, int64_t dim, int64_t start, int64_t length)
{
    Slice slice = {.dim = self != NULL ? sliced_dim(self, dim, "narrow") : -1, .length = length, .step = 1};
    if (slice.dim < 0)
        return NULL;
    int64_t size = self->shape[slice.dim];
    if (length < 0)
        return error_raise(ERROR_VALUE, "narrow", "narrow(): length must be non-negative.");
    if (start < -size || start > size)
        return error_raise(ERROR_INDEX, "narrow",
                           "start out of range (expected to be in range of [%lld, %lld], but got %lld)",
                           (long long)-size, (long long)size, (long long)start);
    slice.start = start < 0 ? start + size : start;
    if (length > size - slice.start)
        return error_raise(ERROR_INDEX, "narrow",
                           "start (%lld) + length (%lld) exceeds dimension size (%lld).",
                           (long long)slice.start, (long long)length, (long long)size);
    return slice_view(self, &slice);
}

/* -- select -- */

typedef struct Selected {
    int64_t dim, index;
} Selected;

void select_backward(TapeNode *node, Tensor *grad)
{
    const Selected *args = tape_args(node);
    Tensor *x = zeros_like_input(node, grad);
    give_with_part(node, x, tensor_select(x, args->dim, args->index), grad);
}

Tensor *tensor_select(Tensor *self, int64_t dim, int64_t index)
{
    Selected args = {.dim = self != NULL ? sliced_dim(self, dim, "select") : -1};
    int64_t shape[TENSOR_MAX_DIMS], strides[TENSOR_MAX_DIMS];
    char text[160];
    if (args.dim < 0)
        return NULL;
    int64_t size = self->shape[args.dim];
    if (index < -size || index >= size)
        return error_raise(ERROR_INDEX, "select",
                           "select(): index %lld out of range for tensor of size %s at dimension %lld",
                           (long long)index, tensor_shape_string(self, text, sizeof text),
                           (long long)args.dim);
    args.index = index < 0 ? index + size : index;
    int64_t n = other_dims(self, args.dim, args.dim, shape, strides);
    int64_t offset = self->offset + args.index * self->strides[args.dim];
    Tensor *y = tensor_new_view(self, (Dims){n, shape}, strides, offset);
    return tape_record_view(OP_SELECT, y, self, &args, sizeof args);
}

/* -- unfold: windows may overlap, so their gradients are added, one place of all windows at a time -- */

typedef struct Windows {
    int64_t dim, size, step;
} Windows;

void unfold_backward(TapeNode *node, Tensor *grad)
{
    const Windows *args = tape_args(node);
    Tensor *x = zeros_like_input(node, grad);
    if (x != NULL && x->ndim == 0)
        x = args->size == 1 ? tensor_select(grad, 0, 0) : x;
    else if (x != NULL) {
        int64_t windows = grad->shape[args->dim];
        for (int64_t i = 0; i < args->size; i++) {
            Slice slice = {args->dim, i, windows, args->step};
            if (tensor_add_(slice_view(x, &slice), tensor_select(grad, -1, i)) == NULL)
                return;
        }
    }
    tape_give(node, 0, x);
}

Tensor *tensor_unfold(Tensor *self, int64_t dimension, int64_t size, int64_t step)
{
    Windows args = {self != NULL ? wrap_dim(dimension, self->ndim, "unfold") : -1, size, step};
    int64_t shape[TENSOR_MAX_DIMS], strides[TENSOR_MAX_DIMS], n;
    if (args.dim < 0)
        return NULL;
    int64_t length = self->ndim > 0 ? self->shape[args.dim] : 1;
    if (size < 0)
        return error_raise(ERROR_VALUE, "unfold", "size is %lld but must be >= 0", (long long)size);
    if (size > length)
        return error_raise(ERROR_SHAPE, "unfold",
                           "maximum size for tensor at dimension %lld is %lld but size is %lld",
                           (long long)args.dim, (long long)length, (long long)size);
    if (step <= 0)
        return error_raise(ERROR_VALUE, "unfold", "step is %lld but must be > 0", (long long)step);
    if (self->ndim == TENSOR_MAX_DIMS)
        return error_raise(ERROR_SHAPE, "unfold", "a tensor can have at most %d dimensions", TENSOR_MAX_DIMS);
    n = self->ndim;
    memcpy(shape, self->shape, sizeof shape);
    memcpy(strides, self->strides, sizeof strides);
    shape[n] = size;
    strides[n] = n > 0 ? self->strides[args.dim] : 1;
    if (n > 0) {
        shape[args.dim] = (length - size) / step + 1;
        strides[args.dim] *= step;
    }
    Tensor *y = tensor_new_view(self, (Dims){n + 1, shape}, strides, self->offset);
    return tape_record_view(OP_UNFOLD, y, self, &args, sizeof args);
}

/* -- diagonal -- */

typedef struct Diagonal {
    int64_t offset, dim1, dim2;
} Diagonal;

void diagonal_backward(TapeNode *node, Tensor *grad)
{
    const Diagonal *args = tape_args(node);
    Tensor *x = zeros_like_input(node, grad);
    give_with_part(node, x, (tensor_diagonal)(x, args->offset, args->dim1, args->dim2), grad);
}

Tensor *(tensor_diagonal)(Tensor *self, int64_t offset, int64_t dim1, int64_t dim2)
{
    Diagonal args = {.offset = offset};
    int64_t shape[TENSOR_MAX_DIMS], strides[TENSOR_MAX_DIMS];
    args.dim1 = self != NULL ? wrap_dim(dim1, self->ndim, "diagonal") : -1;
    args.dim2 = args.dim1 >= 0 ? wrap_dim(dim2, self->ndim, "diagonal") : -1;
    if (args.dim2 < 0)
        return NULL;
    if (args.dim1 == args.dim2)
        return error_raise(ERROR_INDEX, "diagonal", "diagonal dimensions cannot be identical %lld, %lld",
                           (long long)dim1, (long long)dim2);
    int64_t rows = self->shape[args.dim1] + (offset < 0 ? offset : 0);
    int64_t columns = self->shape[args.dim2] - (offset > 0 ? offset : 0);
    int64_t length = rows < columns ? rows : columns, start = self->offset;
    if (length > 0)
        start += offset < 0 ? -offset * self->strides[args.dim1] : offset * self->strides[args.dim2];
    int64_t n = other_dims(self, args.dim1, args.dim2, shape, strides);
    shape[n] = length > 0 ? length : 0;
    strides[n++] = self->strides[args.dim1] + self->strides[args.dim2];
    Tensor *y = tensor_new_view(self, (Dims){n, shape}, strides, start);
    return tape_record_view(OP_DIAGONAL, y, self, &args, sizeof args);
}
