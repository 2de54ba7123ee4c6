/* The largest and the smallest elements, and where they are. NaN is beyond every number; among equals the
 * first counts. ERROR_INDEX for a dimension out of range or without elements, ERROR_VALUE for a tensor
 * without any.
 *
 *     Tensor *all = tensor_max(x);
 *     Tensor *predicted = tensor_max(outputs, 1).indices;
 *     TensorValuesIndices rows = tensor_min(x, -1, .keepdim = true);
 *     Tensor *classes = tensor_argmax(outputs, 1), *highest = tensor_amax(outputs, DIMS(0, 1)); */
#ifndef TAPER_AUTOGRAD_OPS_EXTREME_H
#define TAPER_AUTOGRAD_OPS_EXTREME_H

#include "core/keywords.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* Elements chosen along a dimension, and their places along it, int64. Both are NULL after an error. */
typedef struct TensorValuesIndices {
    Tensor *values, *indices;
} TensorValuesIndices;

/* torch.max(x) and torch.min(x): of all elements, 0-d. Equal ones share the gradient. Of two tensors:
 * tensor_maximum, tensor_minimum (pointwise.h). */
TAPER_API Tensor *tensor_max(Tensor *self);
TAPER_API Tensor *tensor_min(Tensor *self);

/* torch.max(x, dim, keepdim) and torch.min(x, dim, keepdim), which in C are tensor_max and tensor_min with
 * more than one argument. The gradient goes to the elements at the indices. */
TAPER_API TensorValuesIndices tensor_max_dim(Tensor *self, int64_t dim, bool keepdim);
TAPER_API TensorValuesIndices tensor_min_dim(Tensor *self, int64_t dim, bool keepdim);

/* torch.amax and torch.amin: over several dimensions (none given: all). Equal elements share the gradient. */
TAPER_API Tensor *tensor_amax(Tensor *self, Dims dim, bool keepdim);
TAPER_API Tensor *tensor_amin(Tensor *self, Dims dim, bool keepdim);

/* torch.argmax and torch.argmin, int64; dim TENSOR_NONE: the place in row-major order among all elements. Not
 * of bools (ERROR_DTYPE). */
TAPER_API Tensor *tensor_argmax(Tensor *self, int64_t dim, bool keepdim);
TAPER_API Tensor *tensor_argmin(Tensor *self, int64_t dim, bool keepdim);

#ifndef __cplusplus
typedef struct TensorKeepdimArgs {
    char _;
    bool keepdim;
} TensorKeepdimArgs;
static inline TensorValuesIndices tensor_max_dim_args(Tensor *self, int64_t dim,
                                                      const TensorKeepdimArgs *args)
{
    return (tensor_max_dim)(self, dim, args->keepdim);
}
static inline TensorValuesIndices tensor_min_dim_args(Tensor *self, int64_t dim,
                                                      const TensorKeepdimArgs *args)
{
    return (tensor_min_dim)(self, dim, args->keepdim);
}
#define tensor_max_dim(self, dim, ...)                                                                       \
    KEYWORDS(tensor_max_dim_args((self), (dim), &(const TensorKeepdimArgs){._ = 0, __VA_ARGS__}))
#define tensor_min_dim(self, dim, ...)                                                                       \
    KEYWORDS(tensor_min_dim_args((self), (dim), &(const TensorKeepdimArgs){._ = 0, __VA_ARGS__}))
/* PyTorch's overloads: with one argument or with more. */
#define TENSOR_MAX_ALL_(self)                   (tensor_max)(self)
#define TENSOR_MIN_ALL_(self)                   (tensor_min)(self)
#define TENSOR_OVERLOAD_(_1, _2, _3, name, ...) name
#define tensor_max(...)                                                                                      \
    TENSOR_OVERLOAD_(__VA_ARGS__, tensor_max_dim, tensor_max_dim, TENSOR_MAX_ALL_, 0)(__VA_ARGS__)
#define tensor_min(...)                                                                                      \
    TENSOR_OVERLOAD_(__VA_ARGS__, tensor_min_dim, tensor_min_dim, TENSOR_MIN_ALL_, 0)(__VA_ARGS__)

typedef struct TensorAmaxArgs {
    char _;
    Dims dim;
    bool keepdim;
} TensorAmaxArgs;
static inline Tensor *tensor_amax_args(Tensor *self, const TensorAmaxArgs *args)
{
    int64_t number;
    return (tensor_amax)(self, dims_or_number(args->dim, &number), args->keepdim);
}
static inline Tensor *tensor_amin_args(Tensor *self, const TensorAmaxArgs *args)
{
    int64_t number;
    return (tensor_amin)(self, dims_or_number(args->dim, &number), args->keepdim);
}
#define tensor_amax(self, ...)                                                                               \
    KEYWORDS(tensor_amax_args((self), &(TensorAmaxArgs){.dim = DIMS_NOT_GIVEN, ._ = 0, __VA_ARGS__}))
#define tensor_amin(self, ...)                                                                               \
    KEYWORDS(tensor_amin_args((self), &(TensorAmaxArgs){.dim = DIMS_NOT_GIVEN, ._ = 0, __VA_ARGS__}))

typedef struct TensorArgmaxArgs {
    char _;
    int64_t dim;
    bool keepdim;
} TensorArgmaxArgs;
static inline Tensor *tensor_argmax_args(Tensor *self, const TensorArgmaxArgs *args)
{
    return (tensor_argmax)(self, args->dim, args->keepdim);
}
static inline Tensor *tensor_argmin_args(Tensor *self, const TensorArgmaxArgs *args)
{
    return (tensor_argmin)(self, args->dim, args->keepdim);
}
#define ARGMAX_ARGS_(...)        (&(const TensorArgmaxArgs){.dim = TENSOR_NONE, ._ = 0, __VA_ARGS__})
#define tensor_argmax(self, ...) KEYWORDS(tensor_argmax_args((self), ARGMAX_ARGS_(__VA_ARGS__)))
#define tensor_argmin(self, ...) KEYWORDS(tensor_argmin_args((self), ARGMAX_ARGS_(__VA_ARGS__)))
#endif

TAPER_END_DECLS

#endif
