/* Repetitions of a tensor, copied. tensor_expand (view.h) repeats without a copy. */
#ifndef TAPER_AUTOGRAD_OPS_REPEAT_H
#define TAPER_AUTOGRAD_OPS_REPEAT_H

#include "core/keywords.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* x.repeat(repeats): x laid side by side repeats[d] times along each dimension; more repeats than dimensions
 * add dimensions in front. ERROR_SHAPE for fewer, or for negative ones. tensor_repeat(x, 2, 3). */
TAPER_API Tensor *tensor_repeat(Tensor *self, Dims repeats);

/* torch.repeat_interleave: each place of dim `repeats` times in a row; dim TENSOR_NONE: of the flat tensor.
 * ERROR_VALUE for negative repeats. tensor_repeat_interleave(x, 2, .dim = 1). */
TAPER_API Tensor *tensor_repeat_interleave(Tensor *self, int64_t repeats, int64_t dim);

#ifndef __cplusplus
#define tensor_repeat(x, ...) (tensor_repeat)((x), DIMS(__VA_ARGS__))

typedef struct TensorRepeatInterleaveArgs {
    char _;
    int64_t dim;
} TensorRepeatInterleaveArgs;
#define tensor_repeat_interleave(self, repeats, ...)                                                         \
    KEYWORDS((tensor_repeat_interleave)((self), (repeats),                                                   \
                                        (&(const TensorRepeatInterleaveArgs){                                \
                                             .dim = TENSOR_NONE, ._ = 0, __VA_ARGS__})                       \
                                            ->dim))
#endif

TAPER_END_DECLS

#endif
