/* Parts of a tensor: views. ERROR_INDEX for a dimension or place out of range, and but for unfold for a 0-d
 * tensor, in PyTorch's words. */
#ifndef TAPER_AUTOGRAD_OPS_SLICE_H
#define TAPER_AUTOGRAD_OPS_SLICE_H

#include "core/keywords.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* torch.narrow: `length` places of dimension dim from `start` on (negative: from the end). */
TAPER_API Tensor *tensor_narrow(Tensor *self, int64_t dim, int64_t start, int64_t length);

/* torch.select: place `index` (negative: from the end) of dimension dim, which goes. x[:, 3] is
 * tensor_select(x, 1, 3). */
TAPER_API Tensor *tensor_select(Tensor *self, int64_t dim, int64_t index);

/* Python's x[start:end:step] along one dimension: negative places count from the end, what is outside is cut
 * off; start and end TENSOR_NONE: from the first, to the last. x[:, 2:] is tensor_slice(x, 1, 2), x[::2] is
 * tensor_slice(x, .step = 2). ERROR_VALUE unless step > 0. */
TAPER_API Tensor *tensor_slice(Tensor *self, int64_t dim, int64_t start, int64_t end, int64_t step);

/* x.unfold(dimension, size, step): all windows of `size` places, `step` apart, along a dimension; what is in
 * a window becomes the last dimension. */
TAPER_API Tensor *tensor_unfold(Tensor *self, int64_t dimension, int64_t size, int64_t step);

/* torch.diagonal: the diagonals of all matrices in dim1 and dim2, which go; the diagonal becomes the last
 * dimension. offset > 0: above the main one. tensor_diagonal(x, .offset = 1); dims are 0 and 1 if not given.
 */
TAPER_API Tensor *tensor_diagonal(Tensor *self, int64_t offset, int64_t dim1, int64_t dim2);

#ifndef __cplusplus
typedef struct TensorSliceArgs {
    char _;
    int64_t dim, start, end, step;
} TensorSliceArgs;
static inline Tensor *tensor_slice_args(Tensor *self, const TensorSliceArgs *args)
{
    return (tensor_slice)(self, args->dim, args->start, args->end, args->step);
}
#define tensor_slice(self, ...)                                                                              \
    KEYWORDS(tensor_slice_args(                                                                              \
        (self),                                                                                              \
        &(const TensorSliceArgs){.start = TENSOR_NONE, .end = TENSOR_NONE, .step = 1, ._ = 0, __VA_ARGS__}))

typedef struct TensorDiagonalArgs {
    char _;
    int64_t offset, dim1, dim2;
} TensorDiagonalArgs;
static inline Tensor *tensor_diagonal_args(Tensor *self, const TensorDiagonalArgs *args)
{
    return (tensor_diagonal)(self, args->offset, args->dim1, args->dim2);
}
#define tensor_diagonal(self, ...)                                                                           \
    KEYWORDS(tensor_diagonal_args((self), &(const TensorDiagonalArgs){.dim2 = 1, ._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
