#include "autograd/ops/join.h"

#include <string.h>

#include "autograd/ops/copy.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/reshape.h"
#include "autograd/ops/slice.h"
#include "autograd/tape.h"

/* False if a tensor is missing, or after an error if there are none. */
static bool all_there(TensorList tensors, const char *operation, const char *empty)
{
    if (tensors.items == NULL)
        return false;
    if (tensors.n == 0)
        return error_raise(ERROR_VALUE, operation, "%s", empty) != NULL;
    for (int64_t i = 0; i < tensors.n; i++)
        if (tensors.items[i] == NULL)
            return false;
    return true;
}

/* -- cat -- */

typedef struct CatArgs {
    int64_t dim, n;
} CatArgs;

/* Tensors of shape [0] once stood for "no tensor", and still fit everywhere. */
static bool is_skipped(Dims shape)
{
    return shape.n == 1 && shape.data[0] == 0;
}

/* Each input gets the piece of the gradient that it is in the result. */
void cat_backward(TapeNode *node, Tensor *grad)
{
    const CatArgs *args = tape_args(node);
    int64_t start = 0;
    for (int64_t i = 0; i < args->n; i++) {
        Dims shape = tape_input_dims(node, (int)i);
        if (is_skipped(shape)) {
            Tensor *none = tensor_new(shape, grad->dtype, tensor_device(grad), "cat");
            tape_give(node, (int)i, none);
            continue;
        }
        if (tape_needs(node, (int)i))
            tape_give(node, (int)i, tensor_narrow(grad, args->dim, start, shape.data[args->dim]));
        start += shape.data[args->dim];
    }
}

/* x fits behind `first`, the first that counts. */
static bool check_piece(const Tensor *first, const Tensor *x, int64_t dim, int64_t number)
{
    if (x->ndim != first->ndim)
        return error_raise(ERROR_SHAPE, "cat", "Tensors must have same number of dimensions: got %d and %d",
                           first->ndim, x->ndim) != NULL;
    for (int64_t d = 0; d < x->ndim; d++)
        if (d != dim && x->shape[d] != first->shape[d])
            return error_raise(ERROR_SHAPE, "cat",
                               "Sizes of tensors must match except in dimension %lld. Expected size %lld but "
                               "got size %lld for tensor number %lld in the list.",
                               (long long)dim, (long long)first->shape[d], (long long)x->shape[d],
                               (long long)number) != NULL;
    return true;
}

/* The shape of the result, and the dimension wrapped; -1 after an error. */
static int cat_shape(TensorList tensors, int64_t *dim, int64_t *shape)
{
    const Tensor *first = NULL;
    for (int64_t i = 0; i < tensors.n; i++)
        if (tensors.items[i]->ndim == 0) {
            error_raise(ERROR_SHAPE, "cat",
                        "zero-dimensional tensor (at position %lld) cannot be concatenated", (long long)i);
            return -1;
        }
    for (int64_t i = 0; i < tensors.n; i++) {
        const Tensor *x = tensors.items[i];
        if (is_skipped(tensor_dims(x)))
            continue;
        if (first == NULL) {
            *dim = wrap_dim(*dim, x->ndim, "cat");
            if (*dim < 0)
                return -1;
            memcpy(shape, x->shape, sizeof x->shape);
            first = x;
        } else if (!check_piece(first, x, *dim, i))
            return -1;
        else
            shape[*dim] += x->shape[*dim];
    }
    if (first != NULL)
        return first->ndim;
    shape[0] = *dim = 0;
    return 1;
}

static bool all_channels_last(TensorList tensors)
{
    bool last = true, contiguous = true;
    for (int64_t i = 0; i < tensors.n && last; i++) {
        const Tensor *x = tensors.items[i];
        last = is_skipped(tensor_dims(x)) || tensor_is_channels_last(x);
        contiguous = contiguous && tensor_is_contiguous(x);
    }
    return last && !contiguous;
}

Tensor *(tensor_cat)(TensorList tensors, int64_t dim)
{
    int64_t shape[TENSOR_MAX_DIMS], strides[TENSOR_MAX_DIMS];
    if (!all_there(tensors, "cat", "torch.cat(): expected a non-empty list of Tensors"))
        return NULL;
    const Kernels *kernels = kernels_for("cat", tensors);
    int ndim = kernels != NULL ? cat_shape(tensors, &dim, shape) : -1;
    if (ndim < 0)
        return NULL;
    if (all_channels_last(tensors))
        channels_last_strides(shape, strides);
    else
        contiguous_strides(shape, ndim, strides);
    Tensor *y = tensor_new_strided((Dims){ndim, shape}, strides, kernel_result_type(tensors),
                                   tensor_device(tensors.items[0]), "cat");
    if (y == NULL)
        return NULL;
    Scope scope = scope_open();
    int64_t offset = y->offset;
    for (int64_t i = 0; i < tensors.n; i++) {
        const Tensor *x = tensors.items[i];
        if (is_skipped(tensor_dims(x)))
            continue;
        Tensor *piece = tensor_new_view(y, tensor_dims(x), strides, offset);
        if (piece == NULL || !kernels->copy(piece, x)) {
            scope_close(scope);
            return NULL;
        }
        offset += x->shape[dim] * strides[dim];
    }
    scope_close(scope);
    CatArgs args = {dim, tensors.n};
    return tape_record_args(OP_CAT, y, tensors, NO_SAVES, &args, sizeof args);
}

/* -- stack and its relatives: cat of tensors with a dimension more -- */

Tensor *(tensor_stack)(TensorList tensors, int64_t dim)
{
    ERROR_OPERATION("stack");
    char a[160], b[160];
    if (!all_there(tensors, "stack", "stack expects a non-empty TensorList"))
        return NULL;
    const Tensor *first = tensors.items[0];
    int64_t d = wrap_dim(dim, first->ndim + 1, "stack");
    TensorList list = {d >= 0 ? scope_alloc((size_t)tensors.n * sizeof(Tensor *)) : NULL, tensors.n};
    if (list.items == NULL)
        return NULL;
    for (int64_t i = 0; i < tensors.n; i++) {
        if (!tensor_same_shape(tensors.items[i], first))
            return error_raise(ERROR_SHAPE, "stack",
                               "stack expects each tensor to be equal size, but got %s at entry 0 and %s at "
                               "entry %lld",
                               tensor_shape_string(first, a, sizeof a),
                               tensor_shape_string(tensors.items[i], b, sizeof b), (long long)i);
        list.items[i] = tensor_unsqueeze(tensors.items[i], d);
    }
    return (tensor_cat)(list, d);
}

/* Dimensions of size 1 in front of those that have fewer than n. */
static TensorList with_dims_in_front(TensorList tensors, int n)
{
    TensorList list = {scope_alloc((size_t)tensors.n * sizeof(Tensor *)), tensors.n};
    for (int64_t i = 0; i < list.n && list.items != NULL; i++) {
        Tensor *x = tensors.items[i];
        while (x != NULL && x->ndim < n)
            x = tensor_unsqueeze(x, 0);
        list.items[i] = x;
    }
    return list;
}

Tensor *tensor_hstack(TensorList tensors)
{
    ERROR_OPERATION("hstack");
    if (!all_there(tensors, "hstack", "hstack expects a non-empty TensorList"))
        return NULL;
    return (tensor_cat)(with_dims_in_front(tensors, 1), tensors.items[0]->ndim > 1);
}

Tensor *tensor_vstack(TensorList tensors)
{
    ERROR_OPERATION("vstack");
    if (!all_there(tensors, "vstack", "vstack expects a non-empty TensorList"))
        return NULL;
    return (tensor_cat)(with_dims_in_front(tensors, 2), 0);
}
