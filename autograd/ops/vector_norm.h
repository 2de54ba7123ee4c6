/* The norm of vectors. */
#ifndef TAPER_AUTOGRAD_OPS_VECTOR_NORM_H
#define TAPER_AUTOGRAD_OPS_VECTOR_NORM_H

#include "autograd/ops/number.h"
#include "core/keywords.h"

TAPER_BEGIN_DECLS

/* torch.norm, torch.linalg.vector_norm: (sum |x|^p)^(1/p) over `dim` (none given: all dimensions). p NULL: 2;
 * p = 0 counts the elements that are not zero, INFINITY and -INFINITY give the largest and the smallest
 * magnitude. Floating point; with `dtype` (no narrower one) x is converted first. Where the norm has no
 * derivative, as at 0, the gradient is 0; equal magnitudes share that of an infinite p. ERROR_INDEX,
 * ERROR_DTYPE; ERROR_VALUE for the norm of no elements where it is not 0.
 *
 *     tensor_norm(x), tensor_norm(x, 1, 0, .keepdim = true), tensor_norm(x, 2, DIMS(1, 2)) */
TAPER_API Tensor *tensor_norm(Tensor *self, Tensor *p, Dims dim, bool keepdim, DType dtype);

#ifndef __cplusplus
typedef struct TensorNormArgs {
    char _;
    double p;
    Dims dim;
    bool keepdim;
    DType dtype;
} TensorNormArgs;
static inline Tensor *tensor_norm_args(Tensor *self, const TensorNormArgs *args)
{
    int64_t number;
    return (tensor_norm)(self, tensor_number_float(args->p), dims_or_number(args->dim, &number),
                         args->keepdim, args->dtype);
}
#define tensor_norm(self, ...)                                                                               \
    KEYWORDS(tensor_norm_args((self), &(TensorNormArgs){.p = 2, .dim = DIMS_NOT_GIVEN, ._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
