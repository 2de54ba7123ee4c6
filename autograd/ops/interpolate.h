/* Images in other sizes. */
#ifndef TAPER_AUTOGRAD_OPS_INTERPOLATE_H
#define TAPER_AUTOGRAD_OPS_INTERPOLATE_H

#include "core/keywords.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* torch.nn.functional.interpolate: [N, C, ...] with one to three dimensions of space resized to `size` (one
 * number for all, or one each), or multiplied by scale_factor (NaN: not given). Of the modes "nearest" is
 * there: each element is that of input at floor(place * input size / output size).
 * tensor_interpolate(x, .scale_factor = 2), tensor_interpolate(x, .size = DIMS(7, 9)). ERROR_SHAPE,
 * ERROR_VALUE; ERROR_UNSUPPORTED for other modes, and for dtypes other than floats
 * and uint8. */
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
    return (tensor_interpolate)(input, args->size, args->scale_factor, args->mode);
}
#define tensor_interpolate(input, ...)                                                                       \
    KEYWORDS(tensor_interpolate_args(                                                                        \
        (input), &(const TensorInterpolateArgs){                                                             \
                     .scale_factor = __builtin_nan(""), .mode = "nearest", ._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
