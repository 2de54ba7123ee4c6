/* Elements in other places, copied: triangles, flips, rolls, padding, shuffled pixels. Errors are
 * ERROR_SHAPE, ERROR_VALUE, and ERROR_INDEX for dimensions, in PyTorch's words. */
#ifndef TAPER_AUTOGRAD_OPS_REARRANGE_H
#define TAPER_AUTOGRAD_OPS_REARRANGE_H

#include "autograd/ops/number.h"
#include "core/keywords.h"

TAPER_BEGIN_DECLS

/* torch.tril, torch.triu: the matrices in the last two dimensions with zeros above, or below, a diagonal; 0
 * is the main one, larger is higher. tensor_tril(x), tensor_triu(x, 1). */
TAPER_API Tensor *tensor_tril(Tensor *self, int64_t diagonal);
TAPER_API Tensor *tensor_triu(Tensor *self, int64_t diagonal);

/* torch.flip: the dimensions `dims` backwards; none given: a copy. tensor_flip(x, 0, 1). */
TAPER_API Tensor *tensor_flip(Tensor *self, Dims dims);

/* torch.roll: every element shifts[i] places further along dims[i], from the end on from the start again; no
 * dims: along the flat tensor. tensor_roll(x, 1), tensor_roll(x, -1, 0); with lists
 * (tensor_roll)(x, DIMS(1, 2), DIMS(0, 1)). */
TAPER_API Tensor *tensor_roll(Tensor *self, Dims shifts, Dims dims);

/* torch.constant_pad_nd: pad holds two numbers for each dimension from the last one on, how many places of
 * `value` (NULL: 0) to add before and after; negative ones cut off. */
TAPER_API Tensor *tensor_constant_pad_nd(Tensor *self, Dims pad, Tensor *value);

/* torch.nn.functional.pad: the same with mode "constant"; "reflect" mirrors what is inside without the edge,
 * "replicate" repeats the edge, "circular" goes on at the other end: for the last dimension of a 2-d or 3-d
 * tensor, the last two of a 3-d or 4-d one, the last three of a 4-d or 5-d one, and without a value.
 * tensor_pad(x, DIMS(1, 1), .mode = "reflect"), tensor_pad(x, DIMS(1, 1, 2, 2), .value = 5). */
TAPER_API Tensor *tensor_pad(Tensor *self, Dims pad, const char *mode, Tensor *value);

/* torch.pixel_shuffle: [..., C r r, H, W] to [..., C, H r, W r]; torch.pixel_unshuffle: back. */
TAPER_API Tensor *tensor_pixel_shuffle(Tensor *self, int64_t upscale_factor);
TAPER_API Tensor *tensor_pixel_unshuffle(Tensor *self, int64_t downscale_factor);

#ifndef __cplusplus
typedef struct TensorTriangleArgs {
    char _;
    int64_t diagonal;
} TensorTriangleArgs;
#define TRIANGLE_DIAGONAL_(...)        ((&(const TensorTriangleArgs){._ = 0, __VA_ARGS__})->diagonal)
#define tensor_tril(self, ...)         KEYWORDS((tensor_tril)((self), TRIANGLE_DIAGONAL_(__VA_ARGS__)))
#define tensor_triu(self, ...)         KEYWORDS((tensor_triu)((self), TRIANGLE_DIAGONAL_(__VA_ARGS__)))

#define tensor_flip(self, ...)         (tensor_flip)((self), DIMS(__VA_ARGS__))
#define tensor_roll(self, shifts, ...) (tensor_roll)((self), DIMS(shifts), DIMS(__VA_ARGS__))

#define tensor_constant_pad_nd(self, pad, value)                                                             \
    (tensor_constant_pad_nd)((self), (pad), TENSOR_OR_NUMBER(value))

typedef struct TensorPadArgs {
    char _;
    const char *mode;
    double value;
} TensorPadArgs;
static inline Tensor *tensor_pad_args(Tensor *self, Dims pad, const TensorPadArgs *args)
{
    return (tensor_pad)(self, pad, args->mode, tensor_number_float(args->value));
}
#define tensor_pad(self, pad, ...)                                                                           \
    KEYWORDS(tensor_pad_args((self), (pad), &(const TensorPadArgs){.mode = "constant", ._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
