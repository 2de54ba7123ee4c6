#include "autograd/ops/split.h"

#include "autograd/ops/slice.h"
#include "core/error.h"
#include "core/scope.h"
#include "core/tensor_struct.h"

static const TensorList failed = {NULL, 0};

/* dim, or -1 after an error: a 0-d tensor cannot be cut. */
static int64_t cut_dim(const Tensor *x, int64_t dim, const char *operation, const char *reason)
{
    if (x->ndim > 0)
        return wrap_dim(dim, x->ndim, operation);
    error_raise(ERROR_SHAPE, operation, "%s", reason);
    return -1;
}

/* A list of n tensors to be filled in; not NULL for an empty one. */
static TensorList list_of(int64_t n)
{
    return (TensorList){scope_alloc((size_t)(n + 1) * sizeof(Tensor *)), n};
}

/* n pieces, the first `longer` of which have size + 1 places; the last has what is left. */
static TensorList cut(Tensor *x, int64_t dim, int64_t n, int64_t size, int64_t longer)
{
    TensorList list = list_of(n);
    for (int64_t i = 0, start = 0; i < n && list.items != NULL; i++) {
        int64_t length = size + (i < longer), left = x->shape[dim] - start;
        list.items[i] = tensor_narrow(x, dim, start, length < left ? length : left);
        if (list.items[i] == NULL)
            return failed;
        start += list.items[i]->shape[dim];
    }
    return list.items != NULL ? list : failed;
}

static TensorList refuse(ErrorCode code, const char *operation, const char *format, int64_t value)
{
    error_raise(code, operation, format, (long long)value);
    return failed;
}

TensorList(tensor_split)(Tensor *self, int64_t split_size, int64_t dim)
{
    if (self == NULL)
        return failed;
    int64_t d = cut_dim(self, dim, "split", "split expects at least a 1-dimensional tensor");
    if (d < 0)
        return failed;
    int64_t size = self->shape[d];
    if (split_size < 0)
        return refuse(ERROR_VALUE, "split",
                      "split expects split_size be non-negative, but got split_size=%lld", split_size);
    if (split_size == 0 && size > 0)
        return refuse(ERROR_VALUE, "split",
                      "split_size can only be 0 if dimension size is 0, but got dimension size of %lld",
                      size);
    return cut(self, d, size > 0 ? (size - 1) / split_size + 1 : 1, split_size, 0);
}

TensorList(tensor_split_with_sizes)(Tensor *self, Dims split_sizes, int64_t dim)
{
    if (self == NULL)
        return failed;
    const char *name = "split_with_sizes";
    int64_t d = cut_dim(self, dim, name, "split expects at least a 1-dimensional tensor"), sum = 0;
    char text[160];
    if (d < 0)
        return failed;
    for (int64_t i = 0; i < split_sizes.n; i++) {
        sum += split_sizes.data[i];
        if (split_sizes.data[i] < 0) {
            error_raise(ERROR_VALUE, name,
                        "split_with_sizes expects split_sizes have only non-negative entries, but got "
                        "split_sizes=%s",
                        dims_string(split_sizes, text, sizeof text));
            return failed;
        }
    }
    if (sum != self->shape[d]) {
        error_raise(ERROR_VALUE, name,
                    "split_with_sizes expects split_sizes to sum exactly to %lld (input tensor's size at "
                    "dimension %lld), but got split_sizes=%s",
                    (long long)self->shape[d], (long long)d, dims_string(split_sizes, text, sizeof text));
        return failed;
    }
    TensorList list = list_of(split_sizes.n);
    for (int64_t i = 0, start = 0; i < list.n && list.items != NULL; start += split_sizes.data[i++]) {
        list.items[i] = tensor_narrow(self, d, start, split_sizes.data[i]);
        if (list.items[i] == NULL)
            return failed;
    }
    return list.items != NULL ? list : failed;
}

TensorList(tensor_chunk)(Tensor *self, int64_t chunks, int64_t dim)
{
    if (self == NULL)
        return failed;
    int64_t d = cut_dim(self, dim, "chunk", "chunk expects at least a 1-dimensional tensor");
    if (d < 0)
        return failed;
    if (chunks <= 0)
        return refuse(ERROR_VALUE, "chunk", "chunk expects `chunks` to be greater than 0, got: %lld", chunks);
    int64_t size = self->shape[d], piece = (size + chunks - 1) / chunks;
    return cut(self, d, size > 0 ? (size - 1) / piece + 1 : chunks, piece, 0);
}

TensorList(tensor_tensor_split)(Tensor *self, int64_t sections, int64_t dim)
{
    if (self == NULL)
        return failed;
    int64_t d =
        cut_dim(self, dim, "tensor_split",
                "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims");
    if (d < 0)
        return failed;
    if (sections <= 0)
        return refuse(ERROR_VALUE, "tensor_split", "number of sections must be larger than 0, got %lld",
                      sections);
    return cut(self, d, sections, self->shape[d] / sections, self->shape[d] % sections);
}

TensorList(tensor_unbind)(Tensor *self, int64_t dim)
{
    if (self == NULL)
        return failed;
    if (self->ndim == 0)
        return refuse(ERROR_INDEX, "unbind", "Dimension specified as %lld but tensor has no dimensions", dim);
    int64_t d = wrap_dim(dim, self->ndim, "unbind");
    TensorList list = d >= 0 ? list_of(self->shape[d]) : failed;
    for (int64_t i = 0; i < list.n && list.items != NULL; i++) {
        list.items[i] = tensor_select(self, d, i);
        if (list.items[i] == NULL)
            return failed;
    }
    return list.items != NULL ? list : failed;
}
