/* Reductions. */
#ifndef TAPER_AUTOGRAD_OPS_REDUCE_H
#define TAPER_AUTOGRAD_OPS_REDUCE_H

#include "core/keywords.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* torch.sum over `dim` (none given: all dimensions). Integers and bools add up to int64 unless dtype says
 * otherwise. ERROR_INDEX for a dimension out of range or given twice. */
TAPER_API Tensor *tensor_sum(Tensor *self, Dims dim, bool keepdim, DType dtype);
/* x.sum_to_size(size): sums what broadcasting to x's shape has repeated. ERROR_SHAPE if size does not
 * broadcast to it. */
TAPER_API Tensor *tensor_sum_to_size(Tensor *self, Dims size);

#ifndef __cplusplus
typedef struct SumArgs {
    char _;
    Dims dim;
    bool keepdim;
    DType dtype;
} SumArgs;
static inline Tensor *tensor_sum_args(Tensor *self, const SumArgs *args)
{
    return (tensor_sum)(self, args->dim, args->keepdim, args->dtype);
}
/* tensor_sum(x), tensor_sum(x, DIMS(0, 2), .keepdim = true) */
#define tensor_sum(self, ...) KEYWORDS(tensor_sum_args((self), &(SumArgs){._ = 0, ##__VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
