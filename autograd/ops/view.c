#include "autograd/ops/view.h"

#include <string.h>

#include "autograd/creation.h"
#include "autograd/ops/choose.h"
#include "autograd/ops/copy.h"
#include "autograd/ops/divide.h"
#include "autograd/ops/index.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/reshape.h"
#include "autograd/tape.h"

/* -- expand: what was repeated is summed (by tape_give) -- */

void expand_backward(TapeNode *node, Tensor *grad)
{
    tape_give(node, 0, grad);
}

static bool expanded_shape(const Tensor *x, Dims size, int64_t *shape)
{
    int64_t added = size.n - x->ndim;
    char a[160], b[160];
    if (added < 0 || size.n > TENSOR_MAX_DIMS)
        return error_raise(ERROR_SHAPE, "expand",
                           "expand(torch.%sTensor{%s}, size=%s): the number of sizes provided (%lld) must be "
                           "greater or "
                           "equal to the number of dimensions in the tensor (%d)",
                           dtype_scalar_name(x->dtype), tensor_shape_string(x, a, sizeof a),
                           dims_string(size, b, sizeof b), (long long)size.n, x->ndim) != NULL;
    for (int64_t d = 0; d < size.n; d++) {
        bool old = d >= added;
        shape[d] = size.data[d] == -1 && old ? x->shape[d - added] : size.data[d];
        if (shape[d] < 0)
            return error_raise(
                       ERROR_SHAPE, "expand",
                       "The expanded size of the tensor (%lld) isn't allowed in a leading, non-existing "
                       "dimension %lld",
                       (long long)shape[d], (long long)d) != NULL;
        if (old && x->shape[d - added] != shape[d] && x->shape[d - added] != 1)
            return error_raise(
                       ERROR_SHAPE, "expand",
                       "The expanded size of the tensor (%lld) must match the existing size (%lld) at "
                       "non-singleton dimension %lld.  Target sizes: %s.  Tensor sizes: %s",
                       (long long)shape[d], (long long)x->shape[d - added], (long long)d,
                       dims_string(size, a, sizeof a), tensor_shape_string(x, b, sizeof b)) != NULL;
    }
    return true;
}

Tensor *(tensor_expand)(Tensor *self, Dims size)
{
    int64_t shape[TENSOR_MAX_DIMS], strides[TENSOR_MAX_DIMS];
    if (self == NULL || !expanded_shape(self, size, shape))
        return NULL;
    for (int64_t d = 0; d < size.n; d++) {
        int64_t from = d - (size.n - self->ndim);
        strides[d] = from >= 0 && self->shape[from] == shape[d] ? self->strides[from] : 0;
    }
    Tensor *y = tensor_new_view(self, (Dims){size.n, shape}, strides, self->offset);
    return tape_record_view(OP_EXPAND, y, self, NULL, 0);
}

/* -- as_strided -- */

typedef struct StridedArgs {
    int32_t ndim, in_ndim;
    int64_t shape[TENSOR_MAX_DIMS], strides[TENSOR_MAX_DIMS], offset;
    int64_t in_shape[TENSOR_MAX_DIMS], in_strides[TENSOR_MAX_DIMS], in_offset;
} StridedArgs;

/* The smallest and the largest place of a view in its storage. */
static void extent(Dims shape, const int64_t *strides, int64_t offset, int64_t *low, int64_t *high)
{
    *low = *high = offset;
    for (int64_t d = 0; d < shape.n; d++) {
        if (strides[d] > 0)
            *high += (shape.data[d] - 1) * strides[d];
        else
            *low += (shape.data[d] - 1) * strides[d];
    }
}

/* Sums over what stride 0 repeats, so that every place is there once. */
static Tensor *without_repetition(Tensor *grad, const StridedArgs *a, int64_t *shape)
{
    for (int d = 0; d < a->ndim; d++)
        shape[d] = a->strides[d] == 0 ? 1 : a->shape[d];
    return tensor_sum_to_size(grad, (Dims){a->ndim, shape});
}

/* Do several elements share a place? As in PyTorch, what only might counts too. */
static bool may_overlap(Dims shape, const int64_t *strides)
{
    int64_t covered = 0, last = -1; /* places that the smaller strides reach */
    for (int64_t i = 0; i < shape.n; i++) {
        int64_t next = -1;
        for (int64_t d = 0; d < shape.n; d++)
            if (shape.data[d] > 1 && strides[d] > last && (next < 0 || strides[d] < strides[next]))
                next = d;
        if (next < 0)
            break;
        for (int64_t d = 0; d < shape.n; d++)
            if (d != next && shape.data[d] > 1 && strides[d] == strides[next])
                return true;
        if (strides[next] <= covered)
            return true;
        covered += (shape.data[next] - 1) * strides[next];
        last = strides[next];
    }
    return false;
}

/* The places of a view in `memory`, one after the other. */
static Tensor *places_of(const Tensor *memory, Dims shape, Dims strides, int64_t offset)
{
    const TensorOptions options = {.device = tensor_device(memory)};
    Tensor *all = tensor_arange_args(scalar_int(0), scalar_int(memory->numel), scalar_int(1), &options);
    return tensor_reshape((tensor_as_strided)(all, shape, strides, offset), -1);
}

/* `memory`, zeros, with values added to the places of a view. */
static Tensor *added(Tensor *memory, Dims strides, int64_t offset, Tensor *values)
{
    if (memory == NULL || values == NULL || values->numel == 0)
        return values != NULL ? memory : NULL;
    Dims shape = tensor_dims(values);
    if (may_overlap(shape, strides.data))
        return tensor_index_add(memory, 0, places_of(memory, shape, strides, offset),
                                tensor_reshape(values, -1));
    return tensor_copy_((tensor_as_strided)(memory, shape, strides, offset), values) != NULL ? memory : NULL;
}

/* `memory` divided by how many elements of a view share each place. */
static Tensor *shared(Tensor *memory, Dims shape, Dims strides, int64_t offset)
{
    if (memory == NULL || !may_overlap(shape, strides.data))
        return memory;
    Tensor *places = places_of(memory, shape, strides, offset);
    Tensor *one = tensor_fill_(tensor_new(DIMS(), memory->dtype, tensor_device(memory), "as_strided"), 1);
    Tensor *counts = places != NULL ? tensor_index_add(tensor_zeros_like(memory), 0, places,
                                                       (tensor_expand)(one, tensor_dims(places)))
                                    : NULL;
    return tensor_div(memory, tensor_clamp_min(counts, 1));
}

/* The gradient is laid out in memory as the view was, with zeros around it, and read as the input was.
 * Elements of the input that share a place get equal parts of its gradient, as in PyTorch. */
void as_strided_backward(TapeNode *node, Tensor *grad)
{
    const StridedArgs *a = tape_args(node);
    Dims shape = {a->ndim, a->shape}, in = {a->in_ndim, a->in_shape};
    Dims strides = {a->ndim, a->strides}, in_strides = {a->in_ndim, a->in_strides};
    int64_t low, high, in_low, in_high, once[TENSOR_MAX_DIMS];
    extent(shape, a->strides, a->offset, &low, &high);
    extent(in, a->in_strides, a->in_offset, &in_low, &in_high);
    low = in_low < low ? in_low : low;
    high = in_high > high ? in_high : high;
    int64_t numel = 1;
    for (int64_t d = 0; d < in.n; d++)
        numel *= in.data[d];
    if (numel == 0) {
        tape_give(node, 0, tensor_zero_(tensor_new(in, grad->dtype, tensor_device(grad), "as_strided")));
        return;
    }
    Tensor *memory =
        tensor_zero_(tensor_new(DIMS(high - low + 1), grad->dtype, tensor_device(grad), "as_strided"));
    memory = added(memory, strides, a->offset - low, without_repetition(grad, a, once));
    memory = shared(memory, in, in_strides, a->in_offset - low);
    tape_give(node, 0, (tensor_as_strided)(memory, in, in_strides, a->in_offset - low));
}

static bool inside_storage(const Tensor *x, Dims size, Dims stride, int64_t offset)
{
    int64_t needed, items = (int64_t)(x->storage->bytes / dtype_size(x->dtype));
    char a[160], b[160];
    if (size.n != stride.n)
        return error_raise(ERROR_SHAPE, "as_strided", "mismatch in length of strides and shape") != NULL;
    for (int64_t d = 0; d < size.n; d++) {
        if (size.data[d] == 0)
            return true;
        if (stride.data[d] < 0)
            return error_raise(
                       ERROR_VALUE, "as_strided",
                       "as_strided: Negative strides are not supported at the moment, got strides: %s",
                       dims_string(stride, a, sizeof a)) != NULL;
    }
    if (offset < 0)
        return error_raise(ERROR_VALUE, "as_strided", "Tensor: invalid storage offset %lld",
                           (long long)offset) != NULL;
    if ((needed = storage_extent(size, stride.data, offset, dtype_size(x->dtype), "as_strided")) < 0)
        return false;
    return needed <= items ||
           error_raise(ERROR_VALUE, "as_strided",
                       "setStorage: sizes %s, strides %s, storage offset %lld, and itemsize %zu requiring a "
                       "storage size "
                       "of %lld are out of bounds for storage of size %zu",
                       dims_string(size, a, sizeof a), dims_string(stride, b, sizeof b), (long long)offset,
                       dtype_size(x->dtype), (long long)needed * (long long)dtype_size(x->dtype),
                       x->storage->bytes) != NULL;
}

Tensor *tensor_as_strided(Tensor *self, Dims size, Dims stride, int64_t storage_offset)
{
    if (self == NULL)
        return NULL;
    int64_t offset = storage_offset == TENSOR_NONE ? self->offset : storage_offset;
    if (size.n > TENSOR_MAX_DIMS || !inside_storage(self, size, stride, offset))
        return NULL;
    StridedArgs a = {
        .ndim = (int32_t)size.n, .in_ndim = self->ndim, .offset = offset, .in_offset = self->offset};
    memcpy(a.shape, size.data, (size_t)size.n * sizeof(int64_t));
    memcpy(a.strides, stride.data, (size_t)size.n * sizeof(int64_t));
    memcpy(a.in_shape, self->shape, (size_t)self->ndim * sizeof(int64_t));
    memcpy(a.in_strides, self->strides, (size_t)self->ndim * sizeof(int64_t));
    Tensor *y = tensor_new_view(self, size, stride.data, offset);
    return tape_record_view(OP_AS_STRIDED, y, self, &a, sizeof a);
}
