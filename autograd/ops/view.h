/* Views: other shapes of the same memory. */
#ifndef TAPER_AUTOGRAD_OPS_VIEW_H
#define TAPER_AUTOGRAD_OPS_VIEW_H

#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* x.expand(size): dimensions of size 1, and new ones in front, repeated with stride 0; -1 keeps a size.
 * ERROR_SHAPE. tensor_expand(x, -1, 4). */
TAPER_API Tensor *tensor_expand(Tensor *self, Dims size);
/* torch.as_strided; storage_offset TENSOR_NONE: x's. ERROR_VALUE where it would leave the storage. */
TAPER_API Tensor *tensor_as_strided(Tensor *self, Dims size, Dims stride, int64_t storage_offset);

#ifndef __cplusplus
#define tensor_expand(x, ...) (tensor_expand)((x), DIMS(__VA_ARGS__))
#endif

TAPER_END_DECLS

#endif
