#include "autograd/ops/sort.h"

#include "autograd/ops/kernel.h"
#include "autograd/ops/reduced.h"
#include "autograd/ops/slice.h"
#include "autograd/tape.h"

typedef struct SortedArgs {
    Reduced reduced; /* nothing is: the gradient has the result's dimensions */
    int64_t dim;
} SortedArgs;

void sort_backward(TapeNode *node, Tensor *grad)
{
    const SortedArgs *args = tape_args(node);
    tape_give(node, 0, reduced_scatter(node, grad, args->dim, tape_saved(node, 0)));
}

static TensorValuesIndices record(OpId op, Tensor *self, TensorValuesIndices result, int64_t dim)
{
    SortedArgs args = {{0, true}, dim};
    result.values =
        tape_record_args(op, result.values, INPUTS(self), SAVES(result.indices), &args, sizeof args);
    return result.values != NULL ? result : (TensorValuesIndices){NULL, NULL};
}

/* -- sort -- */

static TensorValuesIndices sort(const char *operation, Tensor *self, int64_t dim, bool descending)
{
    const TensorValuesIndices failed = {NULL, NULL};
    const Kernels *kernels = kernels_for(operation, TENSORS(self));
    if (kernels == NULL)
        return failed;
    TensorValuesIndices result = {tensor_new_like(self, self->dtype, operation),
                                  tensor_new_like(self, DTYPE_INT64, operation)};
    if (result.values == NULL || result.indices == NULL ||
        !kernels->sort(result.values, result.indices, self, dim, descending))
        return failed;
    return result;
}

TensorValuesIndices(tensor_sort)(Tensor *self, int64_t dim, bool descending, bool stable)
{
    (void)stable;
    int64_t at = self != NULL ? wrap_dim(dim, self->ndim, "sort") : -1;
    if (at < 0)
        return (TensorValuesIndices){NULL, NULL};
    return record(OP_SORT, self, sort("sort", self, at, descending), at);
}

Tensor *(tensor_argsort)(Tensor *self, int64_t dim, bool descending, bool stable)
{
    (void)stable;
    int64_t at = self != NULL ? wrap_dim(dim, self->ndim, "argsort") : -1;
    return at >= 0 ? sort("argsort", self, at, descending).indices : NULL;
}

/* -- topk -- */

static TensorValuesIndices topk(const char *operation, Tensor *self, int64_t k, int64_t dim, bool largest)
{
    const TensorValuesIndices failed = {NULL, NULL};
    const Kernels *kernels = kernels_for(operation, TENSORS(self));
    if (kernels == NULL)
        return failed;
    int64_t shape[TENSOR_MAX_DIMS];
    for (int64_t d = 0; d < self->ndim; d++)
        shape[d] = d == dim ? k : self->shape[d];
    Dims sizes = {self->ndim, shape};
    Device device = tensor_device(self);
    TensorValuesIndices result = {tensor_new(sizes, self->dtype, device, operation),
                                  tensor_new(sizes, DTYPE_INT64, device, operation)};
    if (result.values == NULL || result.indices == NULL ||
        !kernels->topk(result.values, result.indices, self, dim, largest))
        return failed;
    return result;
}

TensorValuesIndices(tensor_topk)(Tensor *self, int64_t k, int64_t dim, bool largest, bool sorted)
{
    (void)sorted;
    const TensorValuesIndices failed = {NULL, NULL};
    int64_t at = self != NULL ? wrap_dim(dim, self->ndim, "topk") : -1;
    if (at < 0)
        return failed;
    if (k < 0 || k > (self->ndim > 0 ? self->shape[at] : 1)) {
        error_raise(ERROR_VALUE, "topk", "selected index k out of range");
        return failed;
    }
    if (self->dtype == DTYPE_BOOL) {
        error_raise(ERROR_DTYPE, "topk", "topk does not support bool dtypes on CPU");
        return failed;
    }
    return record(OP_TOPK, self, topk("topk", self, k, at, largest), at);
}

/* -- kthvalue: the last of the k smallest -- */

static Tensor *last_along(Tensor *x, int64_t dim, bool keepdim)
{
    if (x == NULL || x->ndim == 0)
        return x;
    return keepdim ? tensor_narrow(x, dim, -1, 1) : tensor_select(x, dim, -1);
}

TensorValuesIndices(tensor_kthvalue)(Tensor *self, int64_t k, int64_t dim, bool keepdim)
{
    const TensorValuesIndices failed = {NULL, NULL};
    int64_t at = self != NULL ? wrap_dim(dim, self->ndim, "kthvalue") : -1;
    if (at < 0)
        return failed;
    int64_t size = self->ndim > 0 ? self->shape[at] : 1;
    if (size == 0) {
        error_raise(ERROR_INDEX, "kthvalue", "kthvalue(): Expected reduction dim %lld to have non-zero size.",
                    (long long)at);
        return failed;
    }
    if (k < 1 || k > size) {
        error_raise(ERROR_VALUE, "kthvalue", "kthvalue(): selected number k out of range for dimension %lld",
                    (long long)at);
        return failed;
    }
    if (self->dtype == DTYPE_BOOL) {
        error_raise(ERROR_DTYPE, "kthvalue", "\"kthvalue_cpu\" not implemented for 'Bool'");
        return failed;
    }
    TensorValuesIndices smallest = record(OP_TOPK, self, topk("kthvalue", self, k, at, false), at);
    TensorValuesIndices last = {last_along(smallest.values, at, keepdim),
                                last_along(smallest.indices, at, keepdim)};
    return last.values != NULL && last.indices != NULL ? last : failed;
}
