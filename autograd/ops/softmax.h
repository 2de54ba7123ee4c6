/* Softmax and its logarithm over one dimension. */
#ifndef TAPER_AUTOGRAD_OPS_SOFTMAX_H
#define TAPER_AUTOGRAD_OPS_SOFTMAX_H

#include "core/keywords.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* torch.softmax(x, dim, dtype): e^x / sum of e^x along dim. dtype DTYPE_NONE: x's; else x is converted first.
 * Floating point (ERROR_DTYPE otherwise); ERROR_INDEX for a dimension out of range. tensor_softmax(x, 1),
 * tensor_softmax(x, 1, .dtype = DTYPE_FLOAT64). */
TAPER_API Tensor *tensor_softmax(Tensor *self, int64_t dim, DType dtype);
/* torch.log_softmax(x, dim, dtype): its logarithm, computed without the detour. tensor_log_softmax(x, 1). */
TAPER_API Tensor *tensor_log_softmax(Tensor *self, int64_t dim, DType dtype);

#ifndef __cplusplus
typedef struct TensorSoftmaxArgs {
    char _;
    DType dtype;
} TensorSoftmaxArgs;
#define SOFTMAX_DTYPE_(...)            ((&(const TensorSoftmaxArgs){._ = 0, __VA_ARGS__})->dtype)
#define tensor_softmax(self, dim, ...) KEYWORDS((tensor_softmax)((self), (dim), SOFTMAX_DTYPE_(__VA_ARGS__)))
#define tensor_log_softmax(self, dim, ...)                                                                   \
    KEYWORDS((tensor_log_softmax)((self), (dim), SOFTMAX_DTYPE_(__VA_ARGS__)))
#endif

TAPER_END_DECLS

#endif
