#include "autograd/ops/reduce.h"

#include <string.h>

#include "autograd/ops/kernel.h"
#include "autograd/ops/view.h"
#include "autograd/tape.h"

typedef struct ReduceArgs {
    uint32_t reduced; /* bit d: dimension d of the input is gone, or of size 1 */
    bool keepdim;
} ReduceArgs;

/* A gradient of the result seen in the input's number of dimensions. */
static Tensor *with_kept_dims(TapeNode *node, Tensor *grad)
{
    const ReduceArgs *args = tape_args(node);
    Dims in = tape_input_dims(node, 0);
    int64_t shape[TENSOR_MAX_DIMS], strides[TENSOR_MAX_DIMS];
    if (args->keepdim)
        return grad;
    for (int64_t d = 0, from = 0; d < in.n; d++) {
        bool reduced = args->reduced >> d & 1;
        shape[d] = reduced ? 1 : grad->shape[from];
        strides[d] = reduced ? 1 : grad->strides[from];
        from += !reduced;
    }
    return (tensor_as_strided)(grad, (Dims){shape, in.n}, (Dims){strides, in.n}, grad->offset);
}

/* -- sum: every element has the gradient of its sum -- */

void sum_backward(TapeNode *node, Tensor *grad)
{
    tape_give(node, 0, (tensor_expand)(with_kept_dims(node, grad), tape_input_dims(node, 0)));
}

Tensor *(tensor_sum)(Tensor *self, Dims dim, bool keepdim, DType dtype)
{
    if (self == NULL)
        return NULL;
    if (dtype == DTYPE_NONE && !dtype_is_floating_point(self->dtype))
        dtype = DTYPE_INT64;
    Tensor *y = kernel_reduce("sum", REDUCE_SUM, self, dim, keepdim, dtype, 0);
    if (y == NULL)
        return NULL;
    ReduceArgs args = {kernel_dim_mask("sum", self, dim), keepdim};
    return tape_record_args(OP_SUM, y, INPUTS(self), NO_SAVES, &args, sizeof args);
}

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
    Tensor *y = n > 0 ? (tensor_sum)(self, (Dims){dims, n}, true, self->dtype) : self;
    if (y == NULL || added == 0)
        return y;
    for (int64_t d = 0; d < size.n; d++)
        strides[d] = y->strides[d + added];
    return (tensor_as_strided)(y, size, (Dims){strides, size.n}, y->offset);
}
