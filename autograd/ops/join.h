/* Tensors joined into one, which is a copy.
 *
 *     tensor_cat(TENSORS(a, b), 1)
 *     tensor_stack(TENSORS(a, b, c))
 *
 * The result has the dtype that all promote to. A NULL in a list makes the result NULL. Errors are
 * ERROR_SHAPE, ERROR_INDEX for the dimension, and ERROR_VALUE for an empty list, in PyTorch's words. */
#ifndef TAPER_AUTOGRAD_OPS_JOIN_H
#define TAPER_AUTOGRAD_OPS_JOIN_H

#include "core/keywords.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* torch.cat: one after the other along dimension dim (0 if not given); their other sizes are equal. Tensors
 * of shape [0] fit everywhere. The result is in channels_last if all tensors are. */
TAPER_API Tensor *tensor_cat(TensorList tensors, int64_t dim);

/* torch.stack: tensors of one shape along a new dimension, which becomes dimension dim (0 if not given). */
TAPER_API Tensor *tensor_stack(TensorList tensors, int64_t dim);

/* torch.hstack, torch.vstack: along the second and the first dimension. A vector is a row for vstack; hstack
 * joins vectors along their only dimension. */
TAPER_API Tensor *tensor_hstack(TensorList tensors);
TAPER_API Tensor *tensor_vstack(TensorList tensors);

#ifndef __cplusplus
typedef struct TensorJoinArgs {
    char _;
    int64_t dim;
} TensorJoinArgs;
#define JOIN_DIM_(...)             ((&(const TensorJoinArgs){._ = 0, __VA_ARGS__})->dim)
#define tensor_cat(tensors, ...)   KEYWORDS((tensor_cat)((tensors), JOIN_DIM_(__VA_ARGS__)))
#define tensor_stack(tensors, ...) KEYWORDS((tensor_stack)((tensors), JOIN_DIM_(__VA_ARGS__)))
#endif

TAPER_END_DECLS

#endif
