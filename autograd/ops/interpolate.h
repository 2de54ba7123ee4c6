/* Images in other sizes. */
#ifndef TAPER_AUTOGRAD_OPS_INTERPOLATE_H
#define TAPER_AUTOGRAD_OPS_INTERPOLATE_H

#include "core/keywords.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* torch.nn.functional.interpolate: [N, C, ...] with one to three dimensions of space resized to `size` (one
 * number for all, or one each), or multiplied by scale_factor (NaN: not given). Of the modes "nearest", the
 * default, is there: each element is that of input at floor(place * input size / output size).
 * tensor_interpolate(x, 7), tensor_interpolate(x, DIMS(7, 9)), tensor_interpolate(x, .scale_factor = 2).
 * ERROR_SHAPE for sizes that do not fit, ERROR_VALUE for none of the two or both; ERROR_UNSUPPORTED for other
 * modes, and for dtypes other than floats and uint8. */
TAPER_API Tensor *tensor_interpolate(Tensor *input, Dims size, double scale_factor, const char *mode);

#ifndef __cplusplus
typedef struct TensorInterpolateArgs {
    char _;
    Dims size;
    double scale_factor;
    const char *mode;
} TensorInterpolateArgs;
static inline Tensor *tensor_interpolate_args(Tensor *input, const TensorInterpolateArgs *args)
{
    int64_t number;
    return (tensor_interpolate)(input, dims_or_number(args->size, &number), args->scale_factor, args->mode);
}
#define tensor_interpolate(input, ...)                                                                       \
    KEYWORDS(                                                                                                \
        tensor_interpolate_args((input), &(const TensorInterpolateArgs){.size = DIMS_NOT_GIVEN,              \
                                                                        .scale_factor = __builtin_nan(""),   \
                                                                        .mode = "nearest",                   \
                                                                        ._ = 0,                              \
                                                                        __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
