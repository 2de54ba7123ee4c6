#include "autograd/ops/reduce.h"

#include "autograd/ops/choose.h"
#include "autograd/ops/divide.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/math.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduced.h"
#include "autograd/ops/view.h"
#include "autograd/tape.h"

/* -- sum: every element has the gradient of its sum -- */

void sum_backward(TapeNode *node, Tensor *grad)
{
    tape_give(node, 0, (tensor_expand)(reduced_restore(node, grad), tape_input_dims(node, 0)));
}

Tensor *(tensor_sum)(Tensor *self, Dims dim, bool keepdim, DType dtype)
{
    if (self == NULL || !reduced_check_dtype("sum", self, dtype))
        return NULL;
    if (dtype == DTYPE_NONE && !dtype_is_floating_point(self->dtype))
        dtype = DTYPE_INT64;
    Tensor *y = kernel_reduce("sum", REDUCE_SUM, self, dim, keepdim, dtype, 0);
    if (y == NULL)
        return NULL;
    Reduced args = reduced_dims(self, dim, keepdim);
    return tape_record_args(OP_SUM, y, INPUTS(self), NO_SAVES, &args, sizeof args);
}

Tensor *(tensor_nansum)(Tensor *self, Dims dim, bool keepdim, DType dtype)
{
    ERROR_OPERATION("nansum");
    if (self == NULL || !dtype_is_floating_point(self->dtype))
        return (tensor_sum)(self, dim, keepdim, dtype);
    if (!reduced_check_dtype("nansum", self, dtype))
        return NULL;
    return (tensor_sum)(tensor_where(tensor_isnan(self), 0, self), dim, keepdim, dtype);
}

/* -- sum_to_size -- */

Tensor *tensor_sum_to_size(Tensor *self, Dims size)
{
    if (self == NULL)
        return NULL;
    int64_t dims[TENSOR_MAX_DIMS], strides[TENSOR_MAX_DIMS], n = 0, added = self->ndim - size.n;
    bool fits = added >= 0;
    for (int64_t d = 0; d < self->ndim && fits; d++) {
        bool repeated = d < added || (size.data[d - added] == 1 && self->shape[d] != 1);
        if (repeated)
            dims[n++] = d;
        fits = repeated || self->shape[d] == size.data[d - added];
    }
    if (!fits) {
        char a[160], b[160];
        return error_raise(ERROR_SHAPE, "sum_to_size", "size {%s} is not expandable to size {%s}.",
                           dims_string(size, a, sizeof a), tensor_shape_string(self, b, sizeof b));
    }
    Tensor *y = n > 0 ? (tensor_sum)(self, (Dims){n, dims}, true, self->dtype) : self;
    if (y == NULL || added == 0)
        return y;
    for (int64_t d = 0; d < size.n; d++)
        strides[d] = y->strides[d + added];
    return (tensor_as_strided)(y, size, (Dims){size.n, strides}, y->offset);
}

/* -- mean: every element has its share of the gradient -- */

void mean_backward(TapeNode *node, Tensor *grad)
{
    const Reduced *args = tape_args(node);
    Dims in = tape_input_dims(node, 0);
    Tensor *share = tensor_div(reduced_restore(node, grad), (double)reduced_count(in, args->dims));
    tape_give(node, 0, (tensor_expand)(share, in));
}

static bool check_mean_dtype(const Tensor *self, DType dtype)
{
    bool given = dtype != DTYPE_NONE;
    DType used = given ? dtype : self->dtype;
    return dtype_is_floating_point(used) ||
           error_raise(ERROR_DTYPE, "mean",
                       "mean(): could not infer output dtype. %s dtype must be either a floating point or "
                       "complex dtype. Got: %s",
                       given ? "Optional" : "Input", dtype_scalar_name(used)) != NULL;
}

Tensor *(tensor_mean)(Tensor *self, Dims dim, bool keepdim, DType dtype)
{
    if (self == NULL || !check_mean_dtype(self, dtype))
        return NULL;
    Tensor *y = kernel_reduce("mean", REDUCE_MEAN, self, dim, keepdim, dtype, 0);
    if (y == NULL)
        return NULL;
    Reduced args = reduced_dims(self, dim, keepdim);
    return tape_record_args(OP_MEAN, y, INPUTS(self), NO_SAVES, &args, sizeof args);
}

/* -- logsumexp: with y = log sum e^x, dy/dx = e^(x - y) -- */

void logsumexp_backward(TapeNode *node, Tensor *grad)
{
    Tensor *x = tape_saved(node, 0), *y = reduced_restore(node, tape_saved(node, 1));
    tape_give(node, 0, tensor_mul(reduced_restore(node, grad), tensor_exp(tensor_sub(x, y))));
}

Tensor *(tensor_logsumexp)(Tensor *self, Dims dim, bool keepdim)
{
    if (self == NULL)
        return NULL;
    DType dtype = dtype_is_floating_point(self->dtype) ? self->dtype : tensor_get_default_dtype();
    Tensor *y = kernel_reduce("logsumexp", REDUCE_LOGSUMEXP, self, dim, keepdim, dtype, 0);
    if (y == NULL)
        return NULL;
    Reduced args = reduced_dims(self, dim, keepdim);
    return tape_record_args(OP_LOGSUMEXP, y, INPUTS(self), SAVES(self, y), &args, sizeof args);
}

/* -- questions, which have no derivative -- */

static DType answer_dtype(const Tensor *self)
{
    return self != NULL && self->dtype == DTYPE_UINT8 ? DTYPE_UINT8 : DTYPE_BOOL;
}

Tensor *(tensor_all)(Tensor *self, Dims dim, bool keepdim)
{
    return kernel_reduce("all", REDUCE_ALL, self, dim, keepdim, answer_dtype(self), 0);
}

Tensor *(tensor_any)(Tensor *self, Dims dim, bool keepdim)
{
    return kernel_reduce("any", REDUCE_ANY, self, dim, keepdim, answer_dtype(self), 0);
}

Tensor *(tensor_count_nonzero)(Tensor *self, Dims dim)
{
    Tensor *nonzero = kernel_compare("count_nonzero", COMPARE_NE, self, tensor_number_int(0));
    return kernel_reduce("count_nonzero", REDUCE_SUM, nonzero, dim, false, DTYPE_INT64, 0);
}
