#include "autograd/ops/extreme.h"

#include "autograd/ops/kernel.h"
#include "autograd/ops/reduced.h"
#include "autograd/ops/reshape.h"
#include "autograd/tape.h"

/* -- over several dimensions -- */

static bool check_not_empty(const char *operation, const Tensor *self, Dims dim)
{
    if (self == NULL || self->numel > 0)
        return self != NULL;
    if (dim.n == 0)
        return error_raise(ERROR_VALUE, operation,
                           "%s(): Expected reduction dim to be specified for input.numel() == 0. Specify the "
                           "reduction dim with the 'dim' argument.",
                           operation) != NULL;
    for (int64_t i = 0; i < dim.n; i++) {
        int64_t d = wrap_dim(dim.data[i], self->ndim, operation);
        if (d < 0)
            return false;
        if (self->shape[d] == 0)
            return error_raise(ERROR_INDEX, operation,
                               "%s(): Expected reduction dim %lld to have non-zero size.", operation,
                               (long long)d) != NULL;
    }
    return true;
}

static Tensor *extreme(const char *operation, OpId op, ReduceOp kernel, Tensor *self, Dims dim, bool keepdim)
{
    if (!check_not_empty(operation, self, dim))
        return NULL;
    Tensor *y = kernel_reduce(operation, kernel, self, dim, keepdim, DTYPE_NONE, 0);
    if (y == NULL)
        return NULL;
    Reduced args = reduced_dims(self, dim, keepdim);
    return tape_record_args(op, y, INPUTS(self), SAVES(self, y), &args, sizeof args);
}

void amax_backward(TapeNode *node, Tensor *grad)
{
    tape_give(node, 0, reduced_share(node, grad, tape_saved(node, 0), tape_saved(node, 1), false));
}

void max_backward(TapeNode *node, Tensor *grad)
{
    tape_give(node, 0, reduced_share(node, grad, tape_saved(node, 0), tape_saved(node, 1), true));
}

Tensor *(tensor_amax)(Tensor *self, Dims dim, bool keepdim)
{
    return extreme("amax", OP_AMAX, REDUCE_AMAX, self, dim, keepdim);
}

Tensor *(tensor_amin)(Tensor *self, Dims dim, bool keepdim)
{
    return extreme("amin", OP_AMIN, REDUCE_AMIN, self, dim, keepdim);
}

Tensor *(tensor_max)(Tensor *self)
{
    return extreme("max", OP_MAX, REDUCE_AMAX, self, DIMS(), false);
}

Tensor *(tensor_min)(Tensor *self)
{
    return extreme("min", OP_MIN, REDUCE_AMIN, self, DIMS(), false);
}

/* -- along one dimension, with places -- */

/* New memory for a result; *kept is it with size 1 in the place of dimension `dim`, for the kernel. */
static Tensor *result_new(const char *operation, const Tensor *x, int64_t dim, bool keepdim, DType dtype,
                          Tensor **kept)
{
    int64_t shape[TENSOR_MAX_DIMS], squeezed[TENSOR_MAX_DIMS], strides[TENSOR_MAX_DIMS], n = 0;
    for (int64_t d = 0; d < x->ndim; d++) {
        shape[d] = d == dim ? 1 : x->shape[d];
        if (d != dim)
            squeezed[n++] = x->shape[d];
    }
    Dims all = {x->ndim, shape};
    Tensor *y = tensor_new(keepdim ? all : (Dims){n, squeezed}, dtype, x->storage->device, operation);
    contiguous_strides(shape, x->ndim, strides);
    *kept = y != NULL ? tensor_new_view(y, all, strides, 0) : NULL;
    return y;
}

/* `x` has an element along `dim`. */
static TensorValuesIndices choose(const char *operation, bool max, const Tensor *x, int64_t dim, bool keepdim,
                                  bool with_values)
{
    const TensorValuesIndices failed = {NULL, NULL};
    const Kernels *kernels = kernels_for(operation, TENSORS((Tensor *)x));
    if (kernels == NULL)
        return failed;
    Tensor *kept_values = NULL, *kept_indices = NULL;
    TensorValuesIndices result = {with_values ? result_new(operation, x, dim, keepdim, x->dtype, &kept_values)
                                              : NULL,
                                  result_new(operation, x, dim, keepdim, DTYPE_INT64, &kept_indices)};
    if (kept_indices == NULL || (with_values && kept_values == NULL) ||
        !kernels->arg_reduce(max, kept_values, kept_indices, x, dim))
        return failed;
    return result;
}

typedef struct ChosenArgs {
    Reduced reduced;
    int64_t dim;
} ChosenArgs;

void max_dim_backward(TapeNode *node, Tensor *grad)
{
    const ChosenArgs *args = tape_args(node);
    tape_give(node, 0, reduced_scatter(node, grad, args->dim, tape_saved(node, 0)));
}

static TensorValuesIndices extreme_dim(const char *operation, OpId op, bool max, Tensor *self, int64_t dim,
                                       bool keepdim)
{
    TensorValuesIndices result = {NULL, NULL};
    int64_t at = self != NULL ? wrap_dim(dim, self->ndim, operation) : -1;
    if (at < 0 || !check_not_empty(operation, self, DIMS(at)))
        return result;
    result = choose(operation, max, self, at, keepdim, true);
    ChosenArgs args = {reduced_dims(self, DIMS(at), keepdim), at};
    result.values =
        tape_record_args(op, result.values, INPUTS(self), SAVES(result.indices), &args, sizeof args);
    return result.values != NULL ? result : (TensorValuesIndices){NULL, NULL};
}

TensorValuesIndices(tensor_max_dim)(Tensor *self, int64_t dim, bool keepdim)
{
    return extreme_dim("max", OP_MAX_DIM, true, self, dim, keepdim);
}

TensorValuesIndices(tensor_min_dim)(Tensor *self, int64_t dim, bool keepdim)
{
    return extreme_dim("min", OP_MIN_DIM, false, self, dim, keepdim);
}

/* -- places alone -- */

/* Of all elements: the place in the flat tensor, in the shape asked for. */
static Tensor *place_of_all(const char *operation, bool max, const Tensor *self, bool keepdim)
{
    int64_t ones[TENSOR_MAX_DIMS], zeros[TENSOR_MAX_DIMS] = {0};
    const Tensor *x = kernel_contiguous(self);
    const Tensor *flat =
        x != NULL ? tensor_new_view(x, DIMS(x->numel), (const int64_t[]){1}, x->offset) : NULL;
    Tensor *place = flat != NULL ? choose(operation, max, flat, 0, false, false).indices : NULL;
    for (int d = 0; d < self->ndim; d++)
        ones[d] = 1;
    return place != NULL && keepdim ? tensor_new_view(place, (Dims){self->ndim, ones}, zeros, 0) : place;
}

static Tensor *place(const char *operation, bool max, Tensor *self, int64_t dim, bool keepdim)
{
    if (self == NULL)
        return NULL;
    if (self->dtype == DTYPE_BOOL)
        return error_raise(ERROR_DTYPE, operation, "%s(): does not support bool input", operation);
    if (dim == TENSOR_NONE) {
        if (self->numel == 0)
            return error_raise(ERROR_INDEX, operation,
                               "%s(): Expected reduction dim to be specified for input.numel() == 0.",
                               operation);
        return place_of_all(operation, max, self, keepdim);
    }
    int64_t at = wrap_dim(dim, self->ndim, operation);
    if (at < 0 || !check_not_empty(operation, self, DIMS(at)))
        return NULL;
    return choose(operation, max, self, at, keepdim, false).indices;
}

Tensor *(tensor_argmax)(Tensor *self, int64_t dim, bool keepdim)
{
    return place("argmax", true, self, dim, keepdim);
}

Tensor *(tensor_argmin)(Tensor *self, int64_t dim, bool keepdim)
{
    return place("argmin", false, self, dim, keepdim);
}
