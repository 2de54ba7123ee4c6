/* Other orders of the same dimensions: views. ERROR_INDEX for a dimension out of range or given twice. */
#ifndef TAPER_AUTOGRAD_OPS_TRANSPOSE_H
#define TAPER_AUTOGRAD_OPS_TRANSPOSE_H

#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* torch.transpose: dimensions dim0 and dim1 swapped. swapaxes is another name for it. */
TAPER_API Tensor *tensor_transpose(Tensor *self, int64_t dim0, int64_t dim1);
TAPER_API Tensor *tensor_transpose_(Tensor *self, int64_t dim0, int64_t dim1); /* in place: self itself has
                                                                                  the new shape */
TAPER_API Tensor *tensor_swapaxes(Tensor *self, int64_t axis0, int64_t axis1);

/* torch.t: a matrix transposed; a vector or number as it is. ERROR_SHAPE for more dimensions. */
TAPER_API Tensor *tensor_t(Tensor *self);
TAPER_API Tensor *tensor_t_(Tensor *self);

/* x.mT: the last two dimensions swapped. ERROR_SHAPE for a vector. */
TAPER_API Tensor *tensor_mT(Tensor *self);

/* torch.permute: dimension dims[i] of self becomes dimension i. tensor_permute(x, 0, 2, 1). */
TAPER_API Tensor *tensor_permute(Tensor *self, Dims dims);

/* torch.movedim: dimensions source[i] go to destination[i], the others keep their order.
 * tensor_movedim(x, 0, -1); with lists (tensor_movedim)(x, DIMS(0, 1), DIMS(1, 2)). */
TAPER_API Tensor *tensor_movedim(Tensor *self, Dims source, Dims destination);

#ifndef __cplusplus
#define tensor_permute(x, ...)                 (tensor_permute)((x), DIMS(__VA_ARGS__))
#define tensor_movedim(x, source, destination) (tensor_movedim)((x), DIMS(source), DIMS(destination))
#endif

TAPER_END_DECLS

#endif
