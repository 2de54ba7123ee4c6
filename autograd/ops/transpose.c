#include "autograd/ops/transpose.h"

#include "autograd/tape.h"
#include "core/error.h"
#include "core/tensor_struct.h"

/* x with dimension order[i] in place i. */
static Tensor *reordered(const Tensor *x, const int64_t *order)
{
    int64_t shape[TENSOR_MAX_DIMS], strides[TENSOR_MAX_DIMS];
    for (int d = 0; d < x->ndim; d++) {
        shape[d] = x->shape[order[d]];
        strides[d] = x->strides[order[d]];
    }
    return tensor_new_view(x, (Dims){x->ndim, shape}, strides, x->offset);
}

/* -- transpose: its own inverse -- */

typedef struct TransposeArgs {
    int64_t dim0, dim1;
} TransposeArgs;

void transpose_backward(TapeNode *node, Tensor *grad)
{
    const TransposeArgs *args = tape_args(node);
    tape_give(node, 0, tensor_transpose(grad, args->dim0, args->dim1));
}

Tensor *tensor_transpose(Tensor *self, int64_t dim0, int64_t dim1)
{
    if (self == NULL)
        return NULL;
    TransposeArgs args = {.dim0 = wrap_dim(dim0, self->ndim, "transpose")};
    args.dim1 = args.dim0 >= 0 ? wrap_dim(dim1, self->ndim, "transpose") : -1;
    if (args.dim1 < 0)
        return NULL;
    int64_t order[TENSOR_MAX_DIMS];
    for (int d = 0; d < self->ndim; d++)
        order[d] = d == args.dim0 ? args.dim1 : d == args.dim1 ? args.dim0 : d;
    return tape_record_view(OP_TRANSPOSE, reordered(self, order), self, &args, sizeof args);
}

Tensor *tensor_transpose_(Tensor *self, int64_t dim0, int64_t dim1)
{
    ERROR_OPERATION("transpose_");
    if (!tape_check_inplace_view(self, "transpose_"))
        return NULL;
    return tape_take_view(self, tensor_transpose(self, dim0, dim1));
}

Tensor *tensor_swapaxes(Tensor *self, int64_t axis0, int64_t axis1)
{
    ERROR_OPERATION("swapaxes");
    return tensor_transpose(self, axis0, axis1);
}

Tensor *tensor_t(Tensor *self)
{
    if (self == NULL)
        return NULL;
    if (self->ndim > 2)
        return error_raise(ERROR_SHAPE, "t", "t() expects a tensor with <= 2 dimensions, but self is %dD",
                           self->ndim);
    return tensor_transpose(self, 0, self->ndim - 1);
}

Tensor *tensor_t_(Tensor *self)
{
    ERROR_OPERATION("t_");
    return tape_check_inplace_view(self, "t_") ? tape_take_view(self, tensor_t(self)) : NULL;
}

Tensor *tensor_mT(Tensor *self)
{
    if (self == NULL || self->ndim == 0)
        return self;
    if (self->ndim == 1)
        return error_raise(ERROR_SHAPE, "mT",
                           "tensor.mT is only supported on matrices or batches of matrices. Got 1-D tensor.");
    return tensor_transpose(self, -2, -1);
}

/* -- permute: its derivative is the inverse permutation -- */

typedef struct PermuteArgs {
    int64_t order[TENSOR_MAX_DIMS];
} PermuteArgs;

void permute_backward(TapeNode *node, Tensor *grad)
{
    const PermuteArgs *args = tape_args(node);
    int64_t inverse[TENSOR_MAX_DIMS], n = tape_input_dims(node, 0).n;
    for (int64_t d = 0; d < n; d++)
        inverse[args->order[d]] = d;
    tape_give(node, 0, (tensor_permute)(grad, (Dims){n, inverse}));
}

Tensor *(tensor_permute)(Tensor *self, Dims dims)
{
    PermuteArgs args;
    uint32_t seen = 0;
    if (self == NULL)
        return NULL;
    if (dims.n != self->ndim)
        return error_raise(ERROR_SHAPE, "permute",
                           "permute(sparse_coo): number of dimensions in the tensor input does not match the "
                           "length of the desired ordering of dimensions i.e. input.dim() = %d is not equal "
                           "to len(dims) = %lld",
                           self->ndim, (long long)dims.n);
    for (int64_t i = 0; i < dims.n; i++) {
        args.order[i] = wrap_dim(dims.data[i], self->ndim, "permute");
        if (args.order[i] < 0)
            return NULL;
        if (seen >> args.order[i] & 1)
            return error_raise(ERROR_INDEX, "permute", "permute(): duplicate dims are not allowed.");
        seen |= UINT32_C(1) << args.order[i];
    }
    return tape_record_view(OP_PERMUTE, reordered(self, args.order), self, &args, sizeof args);
}

/* -- movedim -- */

/* The dimensions wrapped, and which they are as bits. */
static bool wrap_list(const Tensor *x, Dims dims, const char *which, int64_t *wrapped, uint32_t *seen)
{
    char text[160];
    *seen = 0;
    for (int64_t i = 0; i < dims.n; i++) {
        wrapped[i] = wrap_dim(dims.data[i], x->ndim, "movedim");
        if (wrapped[i] < 0)
            return false;
        if (*seen >> wrapped[i] & 1)
            return error_raise(ERROR_INDEX, "movedim", "movedim: repeated dim in `%s` (%s)", which,
                               dims_string(dims, text, sizeof text)) != NULL;
        *seen |= UINT32_C(1) << wrapped[i];
    }
    return true;
}

Tensor *(tensor_movedim)(Tensor *self, Dims source, Dims destination)
{
    int64_t from[TENSOR_MAX_DIMS], to[TENSOR_MAX_DIMS], order[TENSOR_MAX_DIMS];
    uint32_t moved, taken;
    char a[160], b[160];
    if (self == NULL)
        return NULL;
    if (source.n != destination.n)
        return error_raise(ERROR_SHAPE, "movedim",
                           "movedim: Invalid source or destination dims: source (%s dims) should contain the "
                           "same number of dims as destination (%s dims)",
                           dims_string(source, a, sizeof a), dims_string(destination, b, sizeof b));
    if (!wrap_list(self, source, "source", from, &moved) ||
        !wrap_list(self, destination, "destination", to, &taken))
        return NULL;
    for (int64_t i = 0; i < source.n; i++)
        order[to[i]] = from[i];
    for (int64_t d = 0, rest = 0; d < self->ndim; d++) {
        if (taken >> d & 1)
            continue;
        while (moved >> rest & 1)
            rest++;
        order[d] = rest++;
    }
    return (tensor_permute)(self, (Dims){self->ndim, order});
}
