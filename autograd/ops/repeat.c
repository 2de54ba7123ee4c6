/* A repetition is a dimension more, expanded, and then taken together with the one that it repeats. */
#include "autograd/ops/repeat.h"

#include <string.h>

#include "autograd/ops/copy.h"
#include "autograd/ops/reshape.h"
#include "autograd/ops/view.h"
#include "core/error.h"
#include "core/tensor_struct.h"

/* y, or a copy of it if it shares x's memory. */
static Tensor *apart(Tensor *y, const Tensor *x)
{
    return y != NULL && y->storage == x->storage ? tensor_clone(y) : y;
}

Tensor *(tensor_repeat)(Tensor *self, Dims repeats)
{
    int64_t single[2 * TENSOR_MAX_DIMS], expanded[2 * TENSOR_MAX_DIMS], shape[TENSOR_MAX_DIMS], n = 0;
    char text[160];
    if (self == NULL)
        return NULL;
    if (repeats.n < self->ndim)
        return error_raise(ERROR_SHAPE, "repeat",
                           "Number of dimensions of repeat dims can not be smaller than number of dimensions "
                           "of tensor");
    if (repeats.n > TENSOR_MAX_DIMS)
        return error_raise(ERROR_SHAPE, "repeat", "a tensor can have at most %d dimensions", TENSOR_MAX_DIMS);
    int64_t negative = 0;
    for (int64_t d = 0; d < repeats.n; d++) {
        int64_t from = d - (repeats.n - self->ndim), size = from >= 0 ? self->shape[from] : 1;
        shape[d] = size * repeats.data[d];
        negative = negative == 0 && repeats.data[d] < 0 ? shape[d] : negative;
        if (repeats.data[d] != 1) {
            single[n] = 1;
            expanded[n++] = repeats.data[d];
        }
        single[n] = expanded[n] = size;
        n++;
    }
    Dims result = {repeats.n, shape};
    if (negative < 0)
        return error_raise(ERROR_SHAPE, "repeat", "Trying to create tensor with negative dimension %lld: %s",
                           (long long)negative, dims_string(result, text, sizeof text));
    Tensor *y = (tensor_expand)((tensor_reshape)(self, (Dims){n, single}), (Dims){n, expanded});
    return apart((tensor_reshape)(y, result), self);
}

Tensor *(tensor_repeat_interleave)(Tensor *self, int64_t repeats, int64_t dim)
{
    int64_t shape[TENSOR_MAX_DIMS + 1];
    if (self == NULL)
        return NULL;
    Tensor *x = dim == TENSOR_NONE || self->ndim == 0 ? tensor_reshape(self, -1) : self;
    int64_t d = dim == TENSOR_NONE || x == NULL ? 0 : wrap_dim(dim, x->ndim, "repeat_interleave");
    if (x == NULL || d < 0)
        return NULL;
    if (repeats < 0)
        return error_raise(ERROR_VALUE, "repeat_interleave", "Repeats must be non-negative");
    x = tensor_unsqueeze(x, d + 1);
    if (x == NULL)
        return NULL;
    memcpy(shape, x->shape, (size_t)x->ndim * sizeof *shape);
    shape[d + 1] = repeats;
    x = (tensor_expand)(x, (Dims){x->ndim, shape});
    if (x == NULL)
        return NULL;
    memmove(shape + d + 1, shape + d + 2, (size_t)(x->ndim - d - 2) * sizeof *shape);
    shape[d] *= repeats;
    return apart((tensor_reshape)(x, (Dims){x->ndim - 1, shape}), self);
}
