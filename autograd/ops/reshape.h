/* Other shapes for the same elements in the same order. Sizes that are in a list already go to the function
 * behind the macro: (tensor_view)(x, tensor_dims(y)). */
#ifndef TAPER_AUTOGRAD_OPS_RESHAPE_H
#define TAPER_AUTOGRAD_OPS_RESHAPE_H

#include "core/keywords.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* x.view(size): the same memory; one size may be -1. ERROR_SHAPE where the sizes do not fit, or the strides
 * allow no view (then tensor_reshape copies). tensor_view(x, b, -1). */
TAPER_API Tensor *tensor_view(Tensor *self, Dims size);
/* x.view_as(other): x.view(other.size()). */
TAPER_API Tensor *tensor_view_as(Tensor *self, Tensor *other);

/* torch.reshape: a view where possible, else a copy. tensor_reshape(x, b, -1). */
TAPER_API Tensor *tensor_reshape(Tensor *self, Dims shape);

/* torch.flatten: dimensions start_dim .. end_dim become one. Defaults 0 and -1: tensor_flatten(x) flattens
 * all, tensor_flatten(x, 1) or tensor_flatten(x, .start_dim = 1) all but the first, tensor_flatten(x, 1, 2)
 * two. */
TAPER_API Tensor *tensor_flatten(Tensor *self, int64_t start_dim, int64_t end_dim);

/* torch.unflatten: dimension dim becomes several, of the given sizes, one of which may be -1.
 * tensor_unflatten(x, 1, 3, -1). */
TAPER_API Tensor *tensor_unflatten(Tensor *self, int64_t dim, Dims sizes);

/* torch.unsqueeze: a dimension of size 1 before `dim`. */
TAPER_API Tensor *tensor_unsqueeze(Tensor *self, int64_t dim);
TAPER_API Tensor *tensor_unsqueeze_(Tensor *self, int64_t dim); /* in place: self itself has the new shape */

/* torch.squeeze: without those of the dimensions `dim` that have size 1; none given: without all such.
 * tensor_squeeze(x), tensor_squeeze(x, 0), tensor_squeeze(x, 0, -1). */
TAPER_API Tensor *tensor_squeeze(Tensor *self, Dims dim);
TAPER_API Tensor *tensor_squeeze_(Tensor *self, Dims dim);

/* x.expand_as(other): x.expand(other.size()). */
TAPER_API Tensor *tensor_expand_as(Tensor *self, Tensor *other);

#ifndef __cplusplus
#define tensor_view(x, ...)           (tensor_view)((x), DIMS(__VA_ARGS__))
#define tensor_reshape(x, ...)        (tensor_reshape)((x), DIMS(__VA_ARGS__))
#define tensor_squeeze(x, ...)        (tensor_squeeze)((x), DIMS(__VA_ARGS__))
#define tensor_squeeze_(x, ...)       (tensor_squeeze_)((x), DIMS(__VA_ARGS__))
#define tensor_unflatten(x, dim, ...) (tensor_unflatten)((x), (dim), DIMS(__VA_ARGS__))

typedef struct TensorFlattenArgs {
    char _;
    int64_t start_dim, end_dim;
} TensorFlattenArgs;
static inline Tensor *tensor_flatten_args(Tensor *self, const TensorFlattenArgs *args)
{
    return (tensor_flatten)(self, args->start_dim, args->end_dim);
}
#define tensor_flatten(self, ...)                                                                            \
    KEYWORDS(tensor_flatten_args((self), &(const TensorFlattenArgs){.end_dim = -1, ._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
