/* A tensor cut into a list of views along one dimension, the first if none is given. The list's array belongs
 * to the scope; after an error its items are NULL.
 *
 *     TensorList halves = tensor_chunk(x, 2, .dim = 1);
 *     Tensor *a = halves.items[0], *b = halves.items[1];
 *
 * Unlike in PyTorch the views may be changed in place. ERROR_SHAPE for a 0-d tensor, ERROR_INDEX for a
 * dimension out of range, ERROR_VALUE for impossible sizes, in PyTorch's words. */
#ifndef TAPER_AUTOGRAD_OPS_SPLIT_H
#define TAPER_AUTOGRAD_OPS_SPLIT_H

#include "core/keywords.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* torch.split: pieces of split_size; the last may be smaller. tensor_split(x, 2, .dim = 1). */
TAPER_API TensorList tensor_split(Tensor *self, int64_t split_size, int64_t dim);
/* torch.split with a list of sizes, which must add up: tensor_split(x, DIMS(2, 3)). */
TAPER_API TensorList tensor_split_with_sizes(Tensor *self, Dims split_sizes, int64_t dim);

/* torch.chunk: at most `chunks` pieces of one size, the last may be smaller. */
TAPER_API TensorList tensor_chunk(Tensor *self, int64_t chunks, int64_t dim);

/* torch.tensor_split: exactly `sections` pieces, the first ones larger by one where it does not divide. */
TAPER_API TensorList tensor_tensor_split(Tensor *self, int64_t sections, int64_t dim);

/* torch.unbind: each place of the dimension as a tensor without it. */
TAPER_API TensorList tensor_unbind(Tensor *self, int64_t dim);

#ifndef __cplusplus
typedef struct TensorSplitArgs {
    char _;
    int64_t dim;
} TensorSplitArgs;
#define SPLIT_DIM_(...) ((&(const TensorSplitArgs){._ = 0, __VA_ARGS__})->dim)
#define tensor_split(self, sizes, ...)                                                                       \
    KEYWORDS(_Generic((sizes), Dims                                                                          \
                      : tensor_split_with_sizes, default                                                     \
                      : (tensor_split))((self), (sizes), SPLIT_DIM_(__VA_ARGS__)))
#define tensor_split_with_sizes(self, sizes, ...)                                                            \
    KEYWORDS((tensor_split_with_sizes)((self), (sizes), SPLIT_DIM_(__VA_ARGS__)))
#define tensor_chunk(self, chunks, ...) KEYWORDS((tensor_chunk)((self), (chunks), SPLIT_DIM_(__VA_ARGS__)))
#define tensor_tensor_split(self, sections, ...)                                                             \
    KEYWORDS((tensor_tensor_split)((self), (sections), SPLIT_DIM_(__VA_ARGS__)))
#define tensor_unbind(self, ...) KEYWORDS((tensor_unbind)((self), SPLIT_DIM_(__VA_ARGS__)))
#endif

TAPER_END_DECLS

#endif
