/* Softmax and its logarithm over one dimension. */
#ifndef TAPER_AUTOGRAD_OPS_SOFTMAX_H
#define TAPER_AUTOGRAD_OPS_SOFTMAX_H

#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* torch.softmax(x, dim, dtype): e^x / sum of e^x along dim. dtype DTYPE_NONE: x's; else x is converted first.
 * Floating point (ERROR_DTYPE otherwise). tensor_softmax(x, 1). */
TAPER_API Tensor *tensor_softmax(Tensor *self, int64_t dim, DType dtype);
/* torch.log_softmax(x, dim, dtype): its logarithm, computed without the detour. tensor_log_softmax(x, 1). */
TAPER_API Tensor *tensor_log_softmax(Tensor *self, int64_t dim, DType dtype);

#ifndef __cplusplus
#define tensor_softmax(x, dim)     (tensor_softmax)((x), (dim), DTYPE_NONE)
#define tensor_log_softmax(x, dim) (tensor_log_softmax)((x), (dim), DTYPE_NONE)
#endif

TAPER_END_DECLS

#endif
