#include "autograd/ops/reshape.h"

#include <string.h>

#include "autograd/ops/copy.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/view.h"
#include "autograd/tape.h"

/* -- view -- */

/* Fills in the size that is -1 and checks that the number of elements stays. */
static bool infer_size(const Tensor *x, Dims size, const char *operation, int64_t *shape)
{
    int64_t known = 1, inferred = -1;
    char text[160];
    if (size.n > TENSOR_MAX_DIMS)
        return error_raise(ERROR_SHAPE, operation, "a tensor can have at most %d dimensions, but got %lld",
                           TENSOR_MAX_DIMS, (long long)size.n) != NULL;
    for (int64_t d = 0; d < size.n; d++) {
        shape[d] = size.data[d];
        if (shape[d] == -1 && inferred >= 0)
            return error_raise(ERROR_VALUE, operation, "only one dimension can be inferred") != NULL;
        if (shape[d] < -1)
            return error_raise(ERROR_SHAPE, operation,
                               "invalid shape dimension %lld at index %lld of shape %s", (long long)shape[d],
                               (long long)d, dims_string(size, text, sizeof text)) != NULL;
        if (shape[d] == -1)
            inferred = d;
        else
            known *= shape[d];
    }
    if (inferred >= 0 && known == 0)
        return error_raise(
                   ERROR_SHAPE, operation,
                   "cannot reshape tensor of 0 elements into shape %s because the unspecified dimension size "
                   "-1 can be any value and is ambiguous",
                   dims_string(size, text, sizeof text)) != NULL;
    if (inferred >= 0) {
        shape[inferred] = x->numel / known;
        known *= shape[inferred];
    }
    return known == x->numel ||
           error_raise(ERROR_SHAPE, operation, "shape '%s' is invalid for input of size %lld",
                       dims_string(size, text, sizeof text), (long long)x->numel) != NULL;
}

/* The strides that show x's memory in another shape. x's dimensions form groups inside which the elements
 * follow each other evenly; each group must be a product of neighbouring new dimensions. False where there is
 * none. */
static bool view_strides(const Tensor *x, const int64_t *shape, int ndim, int64_t *strides)
{
    if (x->numel == 0 || x->ndim == 0) {
        contiguous_strides(shape, ndim, strides);
        return true;
    }
    int d = ndim - 1;
    int64_t base = x->strides[x->ndim - 1], group = 1, covered = 1;
    for (int dx = x->ndim - 1; dx >= 0; dx--) {
        group *= x->shape[dx];
        bool ends = dx == 0 || (x->shape[dx - 1] != 1 && x->strides[dx - 1] != group * base);
        if (!ends)
            continue;
        while (d >= 0 && (covered < group || shape[d] == 1)) {
            strides[d] = covered * base;
            covered *= shape[d--];
        }
        if (covered != group)
            return false;
        if (dx > 0) {
            base = x->strides[dx - 1];
            group = covered = 1;
        }
    }
    return d == -1;
}

void view_backward(TapeNode *node, Tensor *grad)
{
    tape_give(node, 0, (tensor_reshape)(grad, tape_input_dims(node, 0)));
}

static Tensor *record_view(Tensor *x, const int64_t *shape, int64_t ndim, const int64_t *strides)
{
    Tensor *y = tensor_new_view(x, (Dims){ndim, shape}, strides, x->offset);
    return tape_record_view(OP_VIEW, y, x, NULL, 0);
}

Tensor *(tensor_view)(Tensor *self, Dims size)
{
    int64_t shape[TENSOR_MAX_DIMS], strides[TENSOR_MAX_DIMS];
    if (self == NULL || !infer_size(self, size, "view", shape))
        return NULL;
    if (!view_strides(self, shape, (int)size.n, strides))
        return error_raise(
            ERROR_SHAPE, "view",
            "view size is not compatible with input tensor's size and stride (at least one dimension "
            "spans across two contiguous subspaces). Use .reshape(...) instead.");
    return record_view(self, shape, size.n, strides);
}

Tensor *tensor_view_as(Tensor *self, Tensor *other)
{
    ERROR_OPERATION("view_as");
    return self != NULL && other != NULL ? (tensor_view)(self, tensor_dims(other)) : NULL;
}

Tensor *(tensor_reshape)(Tensor *self, Dims size)
{
    int64_t shape[TENSOR_MAX_DIMS], strides[TENSOR_MAX_DIMS];
    if (self == NULL || !infer_size(self, size, "reshape", shape))
        return NULL;
    if (view_strides(self, shape, (int)size.n, strides))
        return record_view(self, shape, size.n, strides);
    Tensor *copy = tensor_new(tensor_dims(self), self->dtype, tensor_device(self), "reshape");
    copy = tensor_copy_(copy, self);
    return copy != NULL ? (tensor_view)(copy, (Dims){size.n, shape}) : NULL;
}

Tensor *(tensor_flatten)(Tensor *self, int64_t start_dim, int64_t end_dim)
{
    if (self == NULL)
        return NULL;
    int64_t start = wrap_dim(start_dim, self->ndim, "flatten");
    int64_t end = start >= 0 ? wrap_dim(end_dim, self->ndim, "flatten") : -1;
    if (end < 0)
        return NULL;
    if (start > end)
        return error_raise(ERROR_VALUE, "flatten",
                           "flatten() has invalid args: start_dim cannot come after end_dim");
    if (self->ndim == 0)
        return tensor_reshape(self, 1);
    if (start == end)
        return self;
    int64_t shape[TENSOR_MAX_DIMS], n = 0;
    for (int64_t d = 0; d < self->ndim; d++) {
        if (d > start && d <= end)
            shape[n - 1] *= self->shape[d];
        else
            shape[n++] = self->shape[d];
    }
    return (tensor_reshape)(self, (Dims){n, shape});
}

Tensor *(tensor_unflatten)(Tensor *self, int64_t dim, Dims sizes)
{
    int64_t d = self != NULL ? wrap_dim(dim, self->ndim, "unflatten") : -1, shape[TENSOR_MAX_DIMS];
    char text[160];
    if (d < 0)
        return NULL;
    if (sizes.n == 0)
        return error_raise(ERROR_SHAPE, "unflatten", "unflatten: sizes must be non-empty");
    if (sizes.n + self->ndim - 1 > TENSOR_MAX_DIMS)
        return error_raise(ERROR_SHAPE, "unflatten", "a tensor can have at most %d dimensions",
                           TENSOR_MAX_DIMS);
    int64_t known = 1, size = self->ndim > 0 ? self->shape[d] : 1, inferred = -1, n = 0;
    for (int64_t i = 0; i < sizes.n; i++) {
        if (sizes.data[i] == -1 && inferred >= 0)
            return error_raise(ERROR_VALUE, "unflatten", "only one dimension can be inferred");
        if (sizes.data[i] == -1)
            inferred = i;
        else
            known *= sizes.data[i];
    }
    if (inferred >= 0 ? known <= 0 || size % known != 0 : known != size)
        return error_raise(ERROR_SHAPE, "unflatten",
                           "unflatten: Provided sizes %s don't multiply up to the size of dim %lld (%lld) in "
                           "the input tensor",
                           dims_string(sizes, text, sizeof text), (long long)d, (long long)size);
    for (int64_t i = 0; i < d; i++)
        shape[n++] = self->shape[i];
    for (int64_t i = 0; i < sizes.n; i++)
        shape[n++] = i == inferred ? size / known : sizes.data[i];
    for (int64_t i = d + 1; i < self->ndim; i++)
        shape[n++] = self->shape[i];
    return (tensor_view)(self, (Dims){n, shape});
}

/* -- one dimension more, or fewer -- */

Tensor *tensor_unsqueeze(Tensor *self, int64_t dim)
{
    int64_t at = self != NULL ? wrap_dim(dim, self->ndim + 1, "unsqueeze") : -1;
    if (at < 0)
        return NULL;
    if (self->ndim == TENSOR_MAX_DIMS)
        return error_raise(ERROR_SHAPE, "unsqueeze", "a tensor can have at most %d dimensions",
                           TENSOR_MAX_DIMS);
    int64_t shape[TENSOR_MAX_DIMS], strides[TENSOR_MAX_DIMS];
    for (int64_t d = 0, from = 0; d <= self->ndim; d++) {
        bool added = d == at;
        shape[d] = added ? 1 : self->shape[from];
        strides[d] = !added            ? self->strides[from]
                     : at < self->ndim ? self->shape[from] * self->strides[from]
                                       : 1;
        from += !added;
    }
    Tensor *y = tensor_new_view(self, (Dims){self->ndim + 1, shape}, strides, self->offset);
    return tape_record_view(OP_UNSQUEEZE, y, self, NULL, 0);
}

Tensor *tensor_unsqueeze_(Tensor *self, int64_t dim)
{
    ERROR_OPERATION("unsqueeze_");
    return tape_check_inplace_view(self, "unsqueeze_") ? tape_take_view(self, tensor_unsqueeze(self, dim))
                                                       : NULL;
}

Tensor *(tensor_squeeze)(Tensor *self, Dims dim)
{
    int64_t shape[TENSOR_MAX_DIMS], strides[TENSOR_MAX_DIMS], n = 0;
    uint32_t mask = self != NULL ? kernel_dim_mask("squeeze", self, dim) : UINT32_MAX;
    if (mask == UINT32_MAX)
        return NULL;
    for (int64_t d = 0; d < self->ndim; d++) {
        if (self->shape[d] == 1 && mask >> d & 1)
            continue;
        shape[n] = self->shape[d];
        strides[n++] = self->strides[d];
    }
    Tensor *y = tensor_new_view(self, (Dims){n, shape}, strides, self->offset);
    return tape_record_view(OP_SQUEEZE, y, self, NULL, 0);
}

Tensor *(tensor_squeeze_)(Tensor *self, Dims dim)
{
    ERROR_OPERATION("squeeze_");
    return tape_check_inplace_view(self, "squeeze_") ? tape_take_view(self, (tensor_squeeze)(self, dim))
                                                     : NULL;
}

Tensor *tensor_expand_as(Tensor *self, Tensor *other)
{
    ERROR_OPERATION("expand_as");
    return self != NULL && other != NULL ? (tensor_expand)(self, tensor_dims(other)) : NULL;
}
