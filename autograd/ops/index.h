/* Reading and writing at places that an index tensor names.
 *
 * Indices are int64 or int32 tensors and never negative. Errors: ERROR_INDEX for an index or dimension out of
 * bounds, ERROR_SHAPE, ERROR_DTYPE; in place also ERROR_AUTOGRAD as in tape_check_inplace. Nothing is written
 * if any index is out of bounds. Where several elements go to one place, scatter_add and index_add add them
 * in order along `dim`, and scatter keeps the last, whatever the number of threads. */
#ifndef TAPER_AUTOGRAD_OPS_INDEX_H
#define TAPER_AUTOGRAD_OPS_INDEX_H

#include "autograd/ops/pointwise.h"
#include "core/keywords.h"

TAPER_BEGIN_DECLS

/* torch.gather: with dim 0, out[i][j] = self[index[i][j]][j]. index has self's number of dimensions, is no
 * larger than self in all but `dim`, and gives the result its shape. */
TAPER_API Tensor *tensor_gather(Tensor *self, int64_t dim, Tensor *index);

/* torch.take_along_dim: gather with self and indices (int64) broadcast in all but `dim`; dim TENSOR_NONE:
 * both flat (int32 too). */
TAPER_API Tensor *tensor_take_along_dim(Tensor *self, Tensor *indices, int64_t dim);

/* torch.scatter_add: a copy of self with, for dim 0, out[index[i][j]][j] += src[i][j]; index is no larger
 * than src, nor than self in all but `dim`; src has self's dtype. scatter_add_ in place. */
TAPER_API Tensor *tensor_scatter_add(Tensor *self, int64_t dim, Tensor *index, Tensor *src);
TAPER_API Tensor *tensor_scatter_add_(Tensor *self, int64_t dim, Tensor *index, Tensor *src);

/* torch.scatter: out[index[i][j]][j] = src[i][j]; src a tensor as above or a number. scatter_ in place. The
 * gradient of src is right where no place is named twice, as in PyTorch. */
TAPER_API Tensor *tensor_scatter(Tensor *self, int64_t dim, Tensor *index, Tensor *src);
TAPER_API Tensor *tensor_scatter_(Tensor *self, int64_t dim, Tensor *index, Tensor *src);

/* torch.index_select: the slices of self along `dim` that the 1-d (or 0-d) index names, in its order. */
TAPER_API Tensor *tensor_index_select(Tensor *self, int64_t dim, Tensor *index);

/* torch.index_add: a copy of self whose slice index[i] along `dim` has alpha * (slice i of source) added;
 * alpha NULL: 1. source has self's dtype and, but for `dim`, its shape. index_add_ in place.
 * tensor_index_add(x, 0, index, source, .alpha = 0.5). */
TAPER_API Tensor *tensor_index_add(Tensor *self, int64_t dim, Tensor *index, Tensor *source, Tensor *alpha);
TAPER_API Tensor *tensor_index_add_(Tensor *self, int64_t dim, Tensor *index, Tensor *source, Tensor *alpha);

/* torch.masked_select: the elements of self where mask (bool) is true, 1-d; both are broadcast. */
TAPER_API Tensor *tensor_masked_select(Tensor *self, Tensor *mask);

/* torch.nonzero: the places of all elements that are not zero, int64 [count, self.dim()], in row-major
 * order. */
TAPER_API Tensor *tensor_nonzero(Tensor *self);

/* torch.nn.functional.embedding: the rows of weight [V, D] that input names, [..., D]. Row padding_idx
 * (negative: from the end; TENSOR_NONE: no row) gets no gradient. tensor_embedding(input, weight, 0). */
TAPER_API Tensor *tensor_embedding(Tensor *input, Tensor *weight, int64_t padding_idx);

/* torch.nn.functional.one_hot: int64 [..., num_classes], 1 at the place that self (int64) names, 0 elsewhere.
 * num_classes -1, or not given: the largest of self and one. */
TAPER_API Tensor *tensor_one_hot(Tensor *self, int64_t num_classes);

#ifndef __cplusplus
#define tensor_scatter(self, dim, index, src) (tensor_scatter)((self), (dim), (index), TENSOR_OR_NUMBER(src))
#define tensor_scatter_(self, dim, index, src)                                                               \
    (tensor_scatter_)((self), (dim), (index), TENSOR_OR_NUMBER(src))

typedef struct TensorIndexAddArgs {
    char _;
    long double alpha;
} TensorIndexAddArgs;
static inline Tensor *tensor_index_add_args(Tensor *self, int64_t dim, Tensor *index, Tensor *source,
                                            const TensorIndexAddArgs *args)
{
    return (tensor_index_add)(self, dim, index, source, tensor_pointwise_alpha(args->alpha));
}
static inline Tensor *tensor_index_add_inplace_args(Tensor *self, int64_t dim, Tensor *index, Tensor *source,
                                                    const TensorIndexAddArgs *args)
{
    return (tensor_index_add_)(self, dim, index, source, tensor_pointwise_alpha(args->alpha));
}
#define tensor_index_add(self, dim, index, source, ...)                                                      \
    KEYWORDS(tensor_index_add_args((self), (dim), (index), (source),                                         \
                                   &(const TensorIndexAddArgs){.alpha = 1, ._ = 0, __VA_ARGS__}))
#define tensor_index_add_(self, dim, index, source, ...)                                                     \
    KEYWORDS(tensor_index_add_inplace_args((self), (dim), (index), (source),                                 \
                                           &(const TensorIndexAddArgs){.alpha = 1, ._ = 0, __VA_ARGS__}))

typedef struct TensorTakeAlongDimArgs {
    char _;
    int64_t dim;
} TensorTakeAlongDimArgs;
#define tensor_take_along_dim(self, indices, ...)                                                            \
    KEYWORDS(                                                                                                \
        (tensor_take_along_dim)((self), (indices),                                                           \
                                (&(const TensorTakeAlongDimArgs){.dim = TENSOR_NONE, ._ = 0, __VA_ARGS__})   \
                                    ->dim))

typedef struct TensorEmbeddingArgs {
    char _;
    int64_t padding_idx;
} TensorEmbeddingArgs;
#define tensor_embedding(input, weight, ...)                                                                 \
    KEYWORDS(                                                                                                \
        (tensor_embedding)((input), (weight),                                                                \
                           (&(const TensorEmbeddingArgs){.padding_idx = TENSOR_NONE, ._ = 0, __VA_ARGS__})   \
                               ->padding_idx))

typedef struct TensorOneHotArgs {
    char _;
    int64_t num_classes;
} TensorOneHotArgs;
#define tensor_one_hot(self, ...)                                                                            \
    KEYWORDS(                                                                                                \
        (tensor_one_hot)((self),                                                                             \
                         (&(const TensorOneHotArgs){.num_classes = -1, ._ = 0, __VA_ARGS__})->num_classes))
#endif

TAPER_END_DECLS

#endif
