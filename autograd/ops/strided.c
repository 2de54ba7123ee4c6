#include "autograd/ops/strided.h"

#include <string.h>

#include "autograd/ops/copy.h"
#include "autograd/ops/view.h"
#include "core/tensor_struct.h"

Tensor *strided_transpose(Tensor *x)
{
    int64_t shape[TENSOR_MAX_DIMS], strides[TENSOR_MAX_DIMS];
    if (x == NULL)
        return NULL;
    memcpy(shape, x->shape, sizeof shape);
    memcpy(strides, x->strides, sizeof strides);
    int last = x->ndim - 1;
    shape[last] = x->shape[last - 1];
    shape[last - 1] = x->shape[last];
    strides[last] = x->strides[last - 1];
    strides[last - 1] = x->strides[last];
    return tensor_as_strided(x, (Dims){shape, x->ndim}, (Dims){strides, x->ndim}, TENSOR_NONE);
}

/* The strides with which a view of x has the shape, or false. Dimensions of x that step through memory as one
 * are taken together, from the last to the first, and must be used up by whole dimensions of the shape. */
static bool view_strides(const Tensor *x, Dims shape, int64_t *strides)
{
    int64_t to = shape.n - 1, block = 1, base = x->ndim > 0 ? x->strides[x->ndim - 1] : 1;
    for (int64_t d = x->ndim - 1; d >= 0; d--) {
        block *= x->shape[d];
        if (d > 0 && (x->shape[d - 1] == 1 || x->strides[d - 1] == block * base))
            continue;
        int64_t used = 1;
        for (; to >= 0 && (used < block || shape.data[to] == 1); to--) {
            strides[to] = used * base;
            used *= shape.data[to];
        }
        if (used != block)
            return false;
        block = 1;
        base = d > 0 ? x->strides[d - 1] : 1;
    }
    for (; to >= 0; to--)
        strides[to] = 1;
    return true;
}

Tensor *strided_reshape(Tensor *x, Dims shape)
{
    int64_t strides[TENSOR_MAX_DIMS];
    if (x == NULL)
        return NULL;
    bool same = shape.n == x->ndim;
    for (int64_t d = 0; same && d < shape.n; d++)
        same = shape.data[d] == x->shape[d];
    if (same)
        return x;
    if (x->numel > 0 && !view_strides(x, shape, strides))
        x = tensor_copy_(tensor_new(tensor_dims(x), x->dtype, tensor_device(x), "reshape"), x);
    if (x == NULL)
        return NULL;
    if (x->numel == 0 || tensor_is_contiguous(x))
        contiguous_strides(shape.data, (int)shape.n, strides);
    return tensor_as_strided(x, shape, (Dims){strides, shape.n}, TENSOR_NONE);
}

Tensor *strided_narrow(Tensor *x, int dim, int64_t start, int64_t length)
{
    int64_t shape[TENSOR_MAX_DIMS];
    if (x == NULL)
        return NULL;
    memcpy(shape, x->shape, sizeof shape);
    shape[dim] = length;
    return tensor_as_strided(x, (Dims){shape, x->ndim}, (Dims){x->strides, x->ndim},
                             x->offset + start * x->strides[dim]);
}
