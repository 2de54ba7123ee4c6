#include "autograd/ops/index.h"

#include <string.h>

#include "autograd/ops/copy.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reshape.h"
#include "autograd/ops/view.h"
#include "autograd/tape.h"

static Tensor *zeros(Dims shape, DType dtype, Device device, const char *operation)
{
    return tensor_zero_(tensor_new(shape, dtype, device, operation));
}

/* A 0-d tensor as [1], for kernels. */
static Tensor *at_least_1d(Tensor *x)
{
    return x == NULL || x->ndim > 0 ? x : tensor_new_view(x, DIMS(1), (const int64_t[]){1}, x->offset);
}

static int64_t dims_of(const Tensor *x)
{
    return x->ndim > 0 ? x->ndim : 1;
}

static int64_t size_along(const Tensor *x, int64_t dim)
{
    return x->ndim > 0 ? x->shape[dim] : 1;
}

static bool is_index(const Tensor *index)
{
    return index->dtype == DTYPE_INT64 || index->dtype == DTYPE_INT32;
}

static Tensor *as_int64(const Tensor *index)
{
    return (Tensor *)kernel_cast(index, DTYPE_INT64);
}

/* -- gather -- */

void gather_backward(TapeNode *node, Tensor *grad)
{
    int64_t dim = *(const int64_t *)tape_args(node);
    Tensor *x = zeros(tape_input_dims(node, 0), grad->dtype, tensor_device(grad), "gather");
    tape_give(node, 0, tensor_scatter_add(x, dim, tape_saved(node, 0), grad));
}

static bool check_gather(const Tensor *self, int64_t dim, const Tensor *index)
{
    char a[160], b[160];
    if (!is_index(index))
        return error_raise(ERROR_DTYPE, "gather", "gather(): Expected dtype int32/int64 for index") != NULL;
    if (index->numel == 0)
        return true;
    if (dims_of(index) != dims_of(self))
        return error_raise(ERROR_SHAPE, "gather",
                           "Index tensor must have the same number of dimensions as input tensor") != NULL;
    for (int64_t d = 0; d < self->ndim && d < index->ndim; d++)
        if (d != dim && index->shape[d] > self->shape[d])
            return error_raise(ERROR_SHAPE, "gather",
                               "Size does not match at dimension %lld expected index %s to be no larger than "
                               "self %s apart from dimension %lld",
                               (long long)d, tensor_shape_string(index, a, sizeof a),
                               tensor_shape_string(self, b, sizeof b), (long long)dim) != NULL;
    return true;
}

Tensor *tensor_gather(Tensor *self, int64_t dim, Tensor *index)
{
    if (self == NULL || index == NULL)
        return NULL;
    int64_t d = wrap_dim(dim, self->ndim, "gather");
    const Kernels *kernels = d >= 0 ? kernels_for("gather", TENSORS(self, index)) : NULL;
    if (kernels == NULL || !check_gather(self, d, index))
        return NULL;
    Tensor *at = as_int64(index);
    Tensor *y = tensor_new(tensor_dims(index), self->dtype, tensor_device(self), "gather");
    Tensor *out = at_least_1d(y), *x = at_least_1d(self), *flat_at = at_least_1d(at);
    if (out == NULL || x == NULL || flat_at == NULL ||
        (index->numel > 0 && !kernels->gather(out, x, d, flat_at)))
        return NULL;
    return tape_record_args(OP_GATHER, y, INPUTS(self), SAVES(at), &d, sizeof d);
}

/* A copy of shape with one size replaced. */
static Dims with_size(Dims shape, int64_t dim, int64_t size, int64_t *sizes)
{
    memcpy(sizes, shape.data, (size_t)shape.n * sizeof *sizes);
    sizes[dim] = size;
    return (Dims){shape.n, sizes};
}

/* x expanded to the shape that it and `other` broadcast to where their sizes along dim do not count. */
static Tensor *broadcast_but(Tensor *x, const Tensor *other, int64_t dim)
{
    int64_t sizes[TENSOR_MAX_DIMS], strides[TENSOR_MAX_DIMS] = {0}, shape[TENSOR_MAX_DIMS];
    Dims like = with_size(tensor_dims(other), dim, x->shape[dim], sizes);
    const Tensor *seen = tensor_new_view(other, like, strides, other->offset);
    int ndim = seen != NULL ? kernel_broadcast_shape("take_along_dim", x, seen, shape) : -1;
    return ndim >= 0 ? (tensor_expand)(x, (Dims){ndim, shape}) : NULL;
}

Tensor *(tensor_take_along_dim)(Tensor *self, Tensor *indices, int64_t dim)
{
    ERROR_OPERATION("take_along_dim");
    if (self == NULL || indices == NULL)
        return NULL;
    if (indices->dtype != DTYPE_INT64 && dim != TENSOR_NONE)
        return error_raise(ERROR_DTYPE, "take_along_dim",
                           "torch.take_along_dim(): dtype of indices should be Long but got %s",
                           dtype_scalar_name(indices->dtype));
    if (dim == TENSOR_NONE)
        return tensor_gather(tensor_reshape(self, -1), 0, tensor_reshape(indices, -1));
    if (self->ndim != indices->ndim)
        return error_raise(ERROR_SHAPE, "take_along_dim",
                           "torch.take_along_dim(): input and indices should have the same number of "
                           "dimensions, but got %d dimensions for input, and %d dimensions for indices",
                           self->ndim, indices->ndim);
    int64_t d = wrap_dim(dim, self->ndim, "take_along_dim");
    if (d >= 0 && self->ndim == 0)
        return error_raise(ERROR_INDEX, "take_along_dim",
                           "Dimension specified as %lld but tensor has no dimensions", (long long)dim);
    if (d < 0)
        return NULL;
    Tensor *x = broadcast_but(self, indices, d);
    return tensor_gather(x, d, broadcast_but(indices, self, d));
}

/* -- scatter_add and scatter -- */

/* What stands in the gradient where src went: nothing where the index is empty, whatever shape src has. */
static void give_to_src(TapeNode *node, Tensor *grad)
{
    int64_t dim = *(const int64_t *)tape_args(node);
    Tensor *at = tape_saved(node, 0);
    if (at == NULL || !tape_needs(node, 1))
        return;
    tape_give(node, 1,
              at->numel > 0 ? tensor_gather(grad, dim, at)
                            : zeros(tape_input_dims(node, 1), grad->dtype, tensor_device(grad), "scatter"));
}

/* d(self + what was added): self's is the gradient itself, src's what stands where it went. */
void scatter_add_backward(TapeNode *node, Tensor *grad)
{
    tape_give(node, 0, grad);
    give_to_src(node, grad);
}

/* What was written over has no gradient any more. */
void scatter_backward(TapeNode *node, Tensor *grad)
{
    int64_t dim = *(const int64_t *)tape_args(node);
    if (tape_needs(node, 0))
        tape_give(node, 0, tensor_scatter(grad, dim, tape_saved(node, 0), 0));
    give_to_src(node, grad);
}

static bool check_scatter(const char *operation, const Tensor *self, int64_t dim, const Tensor *index,
                          const Tensor *src)
{
    char a[160], b[160], c[160];
    bool number = src->is_number, fits_self = true, fits_src = true;
    if (!is_index(index))
        return error_raise(ERROR_DTYPE, operation, "scatter(): Expected dtype int32/int64 for index") != NULL;
    if (!number && src->dtype != self->dtype)
        return error_raise(ERROR_DTYPE, operation,
                           "scatter(): Expected self.dtype to be equal to src.dtype") != NULL;
    if (index->numel == 0)
        return true;
    if (dims_of(index) != dims_of(self) || (!number && dims_of(index) != dims_of(src)))
        return error_raise(ERROR_SHAPE, operation,
                           "Index tensor must have the same number of dimensions as %s tensor",
                           dims_of(index) != dims_of(self) ? "self" : "src") != NULL;
    for (int64_t d = 0; d < dims_of(index); d++) {
        fits_self = fits_self && (d == dim || size_along(index, d) <= size_along(self, d));
        fits_src = fits_src && (number || size_along(index, d) <= size_along(src, d));
    }
    if (fits_self && fits_src)
        return true;
    tensor_shape_string(index, a, sizeof a);
    tensor_shape_string(self, b, sizeof b);
    if (number)
        return error_raise(ERROR_SHAPE, operation,
                           "Expected index %s to be no larger than self %s apart from dimension %lld", a, b,
                           (long long)dim) != NULL;
    return error_raise(
               ERROR_SHAPE, operation,
               "Expected index %s to be no larger than self %s apart from dimension %lld and to be no "
               "larger size than src %s",
               a, b, (long long)dim, tensor_shape_string(src, c, sizeof c)) != NULL;
}

/* The part of src that the index covers; a number everywhere. */
static Tensor *covered(const char *operation, Tensor *src, const Tensor *index, const Tensor *self)
{
    if (src->is_number)
        return (Tensor *)kernel_expand(operation, kernel_cast(src, self->dtype), tensor_dims(index));
    if (src->ndim == 0 || index->numel == 0 || tensor_same_shape(src, index))
        return src;
    if (index->ndim == 0)
        return tensor_as_strided(src, DIMS(), DIMS(), TENSOR_NONE);
    return tensor_as_strided(src, tensor_dims(index), (Dims){src->ndim, src->strides}, TENSOR_NONE);
}

static Tensor *copy_of(const Kernels *kernels, const Tensor *x, const char *operation)
{
    Tensor *y = tensor_new_like(x, x->dtype, operation);
    return y != NULL && kernels->copy(y, x) ? y : NULL;
}

/* op: OP_SCATTER, OP_SCATTER_ADD, or one of them in place. */
static Tensor *scatter(OpId op, const char *operation, Tensor *self, int64_t dim, Tensor *index, Tensor *src)
{
    bool in_place = op == OP_SCATTER_ || op == OP_SCATTER_ADD_;
    if (self == NULL || index == NULL || src == NULL || (in_place && !tape_check_inplace(self, operation)))
        return NULL;
    int64_t d = wrap_dim(dim, self->ndim, operation);
    const Kernels *kernels = d >= 0 ? kernels_for(operation, TENSORS(self, index, src)) : NULL;
    if (kernels == NULL || !check_scatter(operation, self, d, index, src))
        return NULL;
    Tensor *at = as_int64(index), *y = in_place ? self : copy_of(kernels, self, operation);
    src = covered(operation, src, index, self);
    if (at != NULL && index->numel > 0) {
        if (src != NULL && in_place && src->storage == self->storage)
            src = tensor_clone(src);
        Tensor *out = at_least_1d(y), *from = at_least_1d(src), *where = at_least_1d(at);
        bool adds = op == OP_SCATTER_ADD || op == OP_SCATTER_ADD_;
        if (out == NULL || from == NULL || where == NULL ||
            !(adds ? kernels->scatter_add : kernels->scatter)(out, d, where, from))
            return NULL;
    }
    return at != NULL && src != NULL ? tape_record_args(op, y, INPUTS(self, src), SAVES(at), &d, sizeof d)
                                     : NULL;
}

Tensor *tensor_scatter_add(Tensor *self, int64_t dim, Tensor *index, Tensor *src)
{
    return scatter(OP_SCATTER_ADD, "scatter_add", self, dim, index, src);
}

Tensor *tensor_scatter_add_(Tensor *self, int64_t dim, Tensor *index, Tensor *src)
{
    return scatter(OP_SCATTER_ADD_, "scatter_add_", self, dim, index, src);
}

Tensor *(tensor_scatter)(Tensor *self, int64_t dim, Tensor *index, Tensor *src)
{
    return scatter(OP_SCATTER, "scatter", self, dim, index, src);
}

Tensor *(tensor_scatter_)(Tensor *self, int64_t dim, Tensor *index, Tensor *src)
{
    return scatter(OP_SCATTER_, "scatter_", self, dim, index, src);
}

/* -- index_select -- */

void index_select_backward(TapeNode *node, Tensor *grad)
{
    int64_t dim = *(const int64_t *)tape_args(node);
    Tensor *x = zeros(tape_input_dims(node, 0), grad->dtype, tensor_device(grad), "index_select");
    tape_give(node, 0, tensor_index_add(x, dim, tape_saved(node, 0), grad));
}

static bool check_index_select(const Tensor *self, const Tensor *index)
{
    if (index->ndim > 1)
        return error_raise(ERROR_INDEX, "index_select", "index_select(): Index is supposed to be a vector") !=
               NULL;
    if (self->ndim == 0 && index->numel != 1)
        return error_raise(ERROR_SHAPE, "index_select",
                           "index_select(): Index to scalar can have only 1 value, got %lld value(s)",
                           (long long)index->numel) != NULL;
    return is_index(index) || error_raise(ERROR_DTYPE, "index_select",
                                          "index_select(): Expected dtype int32 or int64 for index") != NULL;
}

Tensor *tensor_index_select(Tensor *self, int64_t dim, Tensor *index)
{
    if (self == NULL || index == NULL)
        return NULL;
    int64_t d = wrap_dim(dim, self->ndim, "index_select"), sizes[TENSOR_MAX_DIMS];
    const Kernels *kernels = d >= 0 ? kernels_for("index_select", TENSORS(self, index)) : NULL;
    if (kernels == NULL || !check_index_select(self, index))
        return NULL;
    Dims shape = self->ndim > 0 ? with_size(tensor_dims(self), d, index->numel, sizes) : DIMS();
    Tensor *at = as_int64(index);
    Tensor *y = tensor_new(shape, self->dtype, tensor_device(self), "index_select");
    Tensor *out = at_least_1d(y), *x = at_least_1d(self), *where = at_least_1d(at);
    if (out == NULL || x == NULL || where == NULL || !kernels->index_select("index_select", out, x, d, where))
        return NULL;
    return tape_record_args(OP_INDEX_SELECT, y, INPUTS(self), SAVES(at), &d, sizeof d);
}

/* -- index_add -- */

void index_add_backward(TapeNode *node, Tensor *grad)
{
    int64_t dim = *(const int64_t *)tape_args(node);
    tape_give(node, 0, grad);
    if (tape_needs(node, 1))
        tape_give(node, 1, tensor_index_select(grad, dim, tape_saved(node, 0)));
}

static bool same_but(const Tensor *a, const Tensor *b, int64_t dim)
{
    bool same = a->ndim == b->ndim;
    for (int64_t d = 0; same && d < a->ndim; d++)
        same = d == dim || a->shape[d] == b->shape[d];
    return same;
}

static bool check_index_add(const Tensor *self, int64_t dim, const Tensor *index, const Tensor *source)
{
    char a[160], b[160];
    const char *name = "index_add";
    if (index->ndim > 1)
        return error_raise(ERROR_INDEX, name,
                           "index_add_(): Index is supposed to be a vector, but got dim: %d with type: %s "
                           "and size: %s",
                           index->ndim, dtype_scalar_name(index->dtype),
                           tensor_shape_string(index, a, sizeof a)) != NULL;
    if (!is_index(index))
        return error_raise(ERROR_DTYPE, name,
                           "index_add_(): Expected dtype int32/int64 for index but got: %s",
                           dtype_scalar_name(index->dtype)) != NULL;
    if (self->dtype != source->dtype)
        return error_raise(ERROR_DTYPE, name,
                           "index_add_(): self (%s) and source (%s) must have the same scalar type",
                           dtype_scalar_name(self->dtype), dtype_scalar_name(source->dtype)) != NULL;
    if (dim > 0 && dim >= source->ndim)
        return error_raise(
                   ERROR_INDEX, name,
                   "index_add_(): Indexing dim %lld is out of bounds of the source tensor with dim %d",
                   (long long)dim, source->ndim) != NULL;
    if (index->numel != size_along(source, dim))
        return error_raise(ERROR_SHAPE, name,
                           "index_add_(): Number of indices (%lld) should be equal to source.size(dim): "
                           "(%lld), for dim: %lld",
                           (long long)index->numel, (long long)size_along(source, dim),
                           (long long)dim) != NULL;
    return same_but(self, source, dim) ||
           error_raise(ERROR_SHAPE, name,
                       "source tensor shape must match self tensor shape, excluding the specified dimension. "
                       "Got self.shape = %s source.shape = %s",
                       tensor_shape_string(self, a, sizeof a),
                       tensor_shape_string(source, b, sizeof b)) != NULL;
}

static Tensor *index_add(OpId op, Tensor *self, int64_t dim, Tensor *index, Tensor *source, Tensor *alpha)
{
    bool in_place = op == OP_INDEX_ADD_;
    if (self == NULL || index == NULL || source == NULL ||
        (in_place && !tape_check_inplace(self, "index_add_")))
        return NULL;
    int64_t d = wrap_dim(dim, self->ndim, "index_add");
    const Kernels *kernels = d >= 0 ? kernels_for("index_add", TENSORS(self, index, source)) : NULL;
    if (kernels == NULL || !check_index_add(self, d, index, source))
        return NULL;
    Tensor *at = as_int64(index), *added = source;
    if (alpha != NULL && tensor_item(alpha) != 1)
        added = tensor_mul(source, tensor_to_dtype(alpha, self->dtype));
    if (added != NULL && in_place && added->storage == self->storage)
        added = tensor_clone(added);
    Tensor *y = in_place ? self : copy_of(kernels, self, "index_add");
    Tensor *out = at_least_1d(y), *from = at_least_1d(added), *where = at_least_1d(at);
    if (out == NULL || from == NULL || where == NULL || !kernels->index_add(out, d, where, from))
        return NULL;
    return tape_record_args(op, y, INPUTS(self, added), SAVES(at), &d, sizeof d);
}

Tensor *(tensor_index_add)(Tensor *self, int64_t dim, Tensor *index, Tensor *source, Tensor *alpha)
{
    return index_add(OP_INDEX_ADD, self, dim, index, source, alpha);
}

Tensor *(tensor_index_add_)(Tensor *self, int64_t dim, Tensor *index, Tensor *source, Tensor *alpha)
{
    ERROR_OPERATION("index_add_");
    return index_add(OP_INDEX_ADD_, self, dim, index, source, alpha);
}
