#include "autograd/ops/reduced.h"

#include "autograd/ops/compare.h"
#include "autograd/ops/copy.h"
#include "autograd/ops/divide.h"
#include "autograd/ops/index.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/logic.h"
#include "autograd/ops/math.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reshape.h"

Reduced reduced_dims(const Tensor *x, Dims dim, bool keepdim)
{
    return (Reduced){kernel_dim_mask("", x, dim), keepdim};
}

bool reduced_check_dtype(const char *operation, Tensor *x, DType dtype)
{
    return dtype == DTYPE_NONE || dtype_is_floating_point(dtype) || !tape_wants(INPUTS(x)) ||
           error_raise(ERROR_DTYPE, operation, "Autograd not support dtype: %s", dtype_scalar_name(dtype)) !=
               NULL;
}

Tensor *reduced_restore(const TapeNode *node, Tensor *y)
{
    const Reduced *args = tape_args(node);
    Dims in = tape_input_dims(node, 0);
    int64_t shape[TENSOR_MAX_DIMS];
    if (y == NULL || args->keepdim || args->dims == 0)
        return y;
    for (int64_t d = 0, from = 0; d < in.n; d++)
        shape[d] = args->dims >> d & 1 ? 1 : y->shape[from++];
    return (tensor_reshape)(y, (Dims){in.n, shape});
}

int64_t reduced_count(Dims input, uint32_t dims)
{
    int64_t count = 1;
    for (int64_t d = 0; d < input.n; d++)
        count *= dims >> d & 1 ? input.data[d] : 1;
    return count;
}

Dims reduced_list(const TapeNode *node, int64_t *dims)
{
    const Reduced *args = tape_args(node);
    int64_t n = 0;
    for (int64_t d = 0; d < TENSOR_MAX_DIMS; d++)
        if (args->dims >> d & 1)
            dims[n++] = d;
    return (Dims){n, dims};
}

Tensor *reduced_share(const TapeNode *node, Tensor *grad, Tensor *x, Tensor *y, bool nans)
{
    int64_t dims[TENSOR_MAX_DIMS];
    Tensor *equal = tensor_eq(x, reduced_restore(node, y));
    if (nans)
        equal = tensor_logical_or(equal, tensor_isnan(x));
    Tensor *count = kernel_reduce("share", REDUCE_SUM, equal, reduced_list(node, dims), true, DTYPE_INT64, 0);
    return tensor_mul(tensor_div(reduced_restore(node, grad), count), equal);
}

Tensor *reduced_scatter(const TapeNode *node, Tensor *grad, int64_t dim, Tensor *indices)
{
    if (grad == NULL || indices == NULL)
        return NULL;
    Tensor *zeros = tensor_new(tape_input_dims(node, 0), grad->dtype, tensor_device(grad), "scatter");
    return tensor_scatter(tensor_zero_(zeros), dim, reduced_restore(node, indices),
                          reduced_restore(node, grad));
}
