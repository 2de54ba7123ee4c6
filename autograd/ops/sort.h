/* Sorting along a dimension. NaN is the largest of all; equal elements keep their order, with `stable` and
 * without. ERROR_INDEX for a dimension out of range.
 *
 *     TensorValuesIndices sorted = tensor_sort(x, .descending = true);
 *     Tensor *best = tensor_topk(outputs, 5).indices; */
#ifndef TAPER_AUTOGRAD_OPS_SORT_H
#define TAPER_AUTOGRAD_OPS_SORT_H

#include "core/keywords.h"
#include "core/tensor.h"

#include "autograd/ops/extreme.h"

TAPER_BEGIN_DECLS

/* torch.sort(x, dim=-1, descending=False, stable=False): x in order, and where each element was. */
TAPER_API TensorValuesIndices tensor_sort(Tensor *self, int64_t dim, bool descending, bool stable);
/* torch.argsort: the indices alone. */
TAPER_API Tensor *tensor_argsort(Tensor *self, int64_t dim, bool descending, bool stable);
/* torch.topk(x, k, dim=-1, largest=True, sorted=True): the k largest (or smallest) elements, in order whether
 * `sorted` or not. ERROR_VALUE for a k out of range; not of bools (ERROR_DTYPE). */
TAPER_API TensorValuesIndices tensor_topk(Tensor *self, int64_t k, int64_t dim, bool largest, bool sorted);
/* torch.kthvalue(x, k, dim=-1): the k-th smallest element, k from 1 on. */
TAPER_API TensorValuesIndices tensor_kthvalue(Tensor *self, int64_t k, int64_t dim, bool keepdim);

#ifndef __cplusplus
typedef struct TensorSortArgs {
    char _;
    int64_t dim;
    bool descending, stable;
} TensorSortArgs;
static inline TensorValuesIndices tensor_sort_args(Tensor *self, const TensorSortArgs *args)
{
    return (tensor_sort)(self, args->dim, args->descending, args->stable);
}
static inline Tensor *tensor_argsort_args(Tensor *self, const TensorSortArgs *args)
{
    return (tensor_argsort)(self, args->dim, args->descending, args->stable);
}
#define SORT_ARGS_(...)           (&(const TensorSortArgs){.dim = -1, ._ = 0, __VA_ARGS__})
#define tensor_sort(self, ...)    KEYWORDS(tensor_sort_args((self), SORT_ARGS_(__VA_ARGS__)))
#define tensor_argsort(self, ...) KEYWORDS(tensor_argsort_args((self), SORT_ARGS_(__VA_ARGS__)))

typedef struct TensorTopkArgs {
    char _;
    int64_t dim;
    bool largest, sorted;
} TensorTopkArgs;
static inline TensorValuesIndices tensor_topk_args(Tensor *self, int64_t k, const TensorTopkArgs *args)
{
    return (tensor_topk)(self, k, args->dim, args->largest, args->sorted);
}
#define tensor_topk(self, k, ...)                                                                            \
    KEYWORDS(tensor_topk_args(                                                                               \
        (self), (k),                                                                                         \
        &(const TensorTopkArgs){.dim = -1, .largest = true, .sorted = true, ._ = 0, __VA_ARGS__}))

typedef struct TensorKthvalueArgs {
    char _;
    int64_t dim;
    bool keepdim;
} TensorKthvalueArgs;
static inline TensorValuesIndices tensor_kthvalue_args(Tensor *self, int64_t k,
                                                       const TensorKthvalueArgs *args)
{
    return (tensor_kthvalue)(self, k, args->dim, args->keepdim);
}
#define tensor_kthvalue(self, k, ...)                                                                        \
    KEYWORDS(tensor_kthvalue_args((self), (k), &(const TensorKthvalueArgs){.dim = -1, ._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
