#include "autograd/ops/rearrange.h"

#include <string.h>

#include "autograd/ops/join.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/reshape.h"
#include "autograd/ops/slice.h"
#include "autograd/ops/transpose.h"
#include "autograd/tape.h"

/* -- tril and triu: what is 0 has no gradient -- */

void tril_backward(TapeNode *node, Tensor *grad)
{
    tape_give(node, 0, (tensor_tril)(grad, *(const int64_t *)tape_args(node)));
}

void triu_backward(TapeNode *node, Tensor *grad)
{
    tape_give(node, 0, (tensor_triu)(grad, *(const int64_t *)tape_args(node)));
}

static Tensor *triangle(OpId op, Tensor *x, int64_t diagonal)
{
    bool upper = op == OP_TRIU;
    const char *operation = upper ? "triu" : "tril";
    if (x == NULL)
        return NULL;
    if (x->ndim < 2)
        return error_raise(ERROR_SHAPE, operation, "%s: input tensor must have at least 2 dimensions",
                           operation);
    const Kernels *kernels = kernels_for(operation, TENSORS(x));
    Tensor *y = kernels != NULL ? tensor_new(tensor_dims(x), x->dtype, tensor_device(x), operation) : NULL;
    if (y == NULL || !kernels->triangle(upper, y, x, diagonal))
        return NULL;
    return tape_record_args(op, y, INPUTS(x), NO_SAVES, &diagonal, sizeof diagonal);
}

Tensor *(tensor_tril)(Tensor *self, int64_t diagonal)
{
    return triangle(OP_TRIL, self, diagonal);
}

Tensor *(tensor_triu)(Tensor *self, int64_t diagonal)
{
    return triangle(OP_TRIU, self, diagonal);
}

/* -- flip: its own inverse -- */

static Tensor *flipped(Tensor *x, uint32_t dims)
{
    const Kernels *kernels = x != NULL ? kernels_for("flip", TENSORS(x)) : NULL;
    Tensor *y = kernels != NULL ? tensor_new_like(x, x->dtype, "flip") : NULL;
    if (y == NULL || !kernels->flip(y, x, dims))
        return NULL;
    return tape_record_args(OP_FLIP, y, INPUTS(x), NO_SAVES, &dims, sizeof dims);
}

void flip_backward(TapeNode *node, Tensor *grad)
{
    tape_give(node, 0, flipped(grad, *(const uint32_t *)tape_args(node)));
}

Tensor *(tensor_flip)(Tensor *self, Dims dims)
{
    if (self == NULL)
        return NULL;
    uint32_t mask = dims.n > 0 ? kernel_dim_mask("flip", self, dims) : 0;
    return mask != UINT32_MAX ? flipped(self, mask) : NULL;
}

/* -- roll: the end, then the beginning -- */

static Tensor *rolled(Tensor *x, int64_t shift, int64_t dim)
{
    int64_t size = x->shape[dim], start = size > 0 ? (size - shift % size) % size : 0;
    return tensor_cat(TENSORS(tensor_narrow(x, dim, start, size - start), tensor_narrow(x, dim, 0, start)),
                      dim);
}

Tensor *(tensor_roll)(Tensor *self, Dims shifts, Dims dims)
{
    if (self == NULL)
        return NULL;
    if (shifts.n == 0)
        return error_raise(ERROR_VALUE, "roll", "`shifts` required");
    if (dims.n == 0 && shifts.n == 1) {
        Tensor *flat = tensor_reshape(self, -1);
        return flat != NULL ? (tensor_reshape)(rolled(flat, shifts.data[0], 0), tensor_dims(self)) : NULL;
    }
    if (shifts.n != dims.n)
        return error_raise(ERROR_VALUE, "roll", "shifts and dimensions must align. shifts: %lld, dims:%lld",
                           (long long)shifts.n, (long long)dims.n);
    if (self->ndim == 0)
        return error_raise(ERROR_INDEX, "roll", "Dimension specified as %lld but tensor has no dimensions",
                           (long long)dims.data[0]);
    Tensor *y = self;
    for (int64_t i = 0; i < dims.n && y != NULL; i++) {
        int64_t d = wrap_dim(dims.data[i], y->ndim, "roll");
        y = d >= 0 ? rolled(y, shifts.data[i], d) : NULL;
    }
    return y;
}

/* -- pixel_shuffle: the channels of a pixel become a square of pixels -- */

/* The shape of x's leading dimensions, then `tail`. */
static Dims with_tail(const Tensor *x, Dims tail, int64_t *shape)
{
    int64_t n = x->ndim - 3;
    memcpy(shape, x->shape, (size_t)n * sizeof *shape);
    memcpy(shape + n, tail.data, (size_t)tail.n * sizeof *shape);
    return (Dims){n + tail.n, shape};
}

/* x as `split`, its last five dimensions then in `order`, and as `result`; all behind x's leading ones. */
static Tensor *shuffled(Tensor *x, Dims split, const int64_t *order, Dims result)
{
    int64_t shape[TENSOR_MAX_DIMS + 5], dims[TENSOR_MAX_DIMS + 5], n = x->ndim - 3;
    for (int64_t d = 0; d < n + 5; d++)
        dims[d] = d < n ? d : n + order[d - n];
    Tensor *y = (tensor_reshape)(x, with_tail(x, split, shape));
    return (tensor_reshape)((tensor_permute)(y, (Dims){n + 5, dims}), with_tail(x, result, shape));
}

static bool check_pixels(const Tensor *x, const char *operation, const char *factor_name, int64_t factor)
{
    if (x->ndim < 3)
        return error_raise(
                   ERROR_SHAPE, operation,
                   "%s expects input to have at least 3 dimensions, but got input with %d dimension(s)",
                   operation, x->ndim) != NULL;
    return factor > 0 || error_raise(ERROR_VALUE, operation, "%s expects a positive %s, but got %lld",
                                     operation, factor_name, (long long)factor) != NULL;
}

Tensor *tensor_pixel_shuffle(Tensor *self, int64_t upscale_factor)
{
    int64_t r = upscale_factor;
    if (self == NULL || !check_pixels(self, "pixel_shuffle", "upscale_factor", r))
        return NULL;
    const int64_t *size = self->shape + self->ndim - 3;
    if (size[0] % (r * r) != 0)
        return error_raise(ERROR_SHAPE, "pixel_shuffle",
                           "pixel_shuffle expects its input's 'channel' dimension to be divisible by the "
                           "square of upscale_factor, but input.size(-3)=%lld is not divisible by %lld",
                           (long long)size[0], (long long)(r * r));
    int64_t channels = size[0] / (r * r);
    return shuffled(self, DIMS(channels, r, r, size[1], size[2]), (int64_t[]){0, 3, 1, 4, 2},
                    DIMS(channels, size[1] * r, size[2] * r));
}

Tensor *tensor_pixel_unshuffle(Tensor *self, int64_t downscale_factor)
{
    int64_t r = downscale_factor;
    if (self == NULL || !check_pixels(self, "pixel_unshuffle", "downscale_factor", r))
        return NULL;
    const int64_t *size = self->shape + self->ndim - 3;
    for (int d = 1; d < 3; d++)
        if (size[d] % r != 0)
            return error_raise(ERROR_SHAPE, "pixel_unshuffle",
                               "pixel_unshuffle expects %s to be divisible by downscale_factor, but "
                               "input.size(%d)=%lld is not divisible by %lld",
                               d == 1 ? "height" : "width", d - 3, (long long)size[d], (long long)r);
    return shuffled(self, DIMS(size[0], size[1] / r, r, size[2] / r, r), (int64_t[]){0, 2, 4, 1, 3},
                    DIMS(size[0] * r * r, size[1] / r, size[2] / r));
}
