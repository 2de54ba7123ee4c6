#include "core/tensor.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/allocator.h"
#include "core/backend.h"
#include "core/error.h"
#include "core/scope.h"
#include "core/tensor_struct.h"

/* -- storage -- */

static void storage_destroy(Object *object)
{
    Storage *storage = (Storage *)object;
    if (storage->release_data != NULL)
        storage->release_data(storage->data, storage->user);
    else if (storage->user != storage) /* not borrowed */
        allocator_release(storage->device, storage->data, storage->bytes);
    free(storage);
}

Storage *storage_new(size_t bytes, Device device, const char *operation)
{
    Storage *storage = calloc(1, sizeof *storage);
    if (storage == NULL)
        return error_raise(ERROR_MEMORY, operation, "out of memory for a storage");
    storage->data = allocator_allocate(device, bytes, operation);
    if (storage->data == NULL) {
        free(storage);
        return NULL;
    }
    storage->bytes = bytes;
    storage->device = device;
    object_init(&storage->base, storage_destroy);
    return storage;
}

Storage *storage_from_data(void *data, size_t bytes, Device device, void (*release_data)(void *, void *),
                           void *user)
{
    Storage *storage = calloc(1, sizeof *storage);
    if (storage == NULL)
        return error_raise(ERROR_MEMORY, "from_blob", "out of memory for a storage");
    storage->data = data;
    storage->bytes = bytes;
    storage->device = device;
    storage->release_data = release_data;
    storage->user = release_data != NULL ? user : storage; /* itself: the memory is borrowed */
    object_init(&storage->base, storage_destroy);
    return storage;
}

/* -- making tensors -- */

static void tensor_destroy(Object *object)
{
    Tensor *x = (Tensor *)object;
    object_release(x->autograd);
    object_release(x->storage);
    free(x);
}

/* The number of elements, or -1 after an error. */
static int64_t checked_numel(Dims shape, size_t element, const char *operation)
{
    char text[160];
    if (shape.n > TENSOR_MAX_DIMS) {
        error_raise(ERROR_SHAPE, operation, "a tensor can have at most %d dimensions, but got %lld",
                    TENSOR_MAX_DIMS, (long long)shape.n);
        return -1;
    }
    int64_t numel = 1, bytes = 0, stride = 1;
    bool overflow = false, strides_overflow = false;
    for (int64_t d = 0; d < shape.n; d++) {
        if (shape.data[d] < 0) {
            error_raise(ERROR_SHAPE, operation, "Trying to create tensor with negative dimension %lld: %s",
                        (long long)shape.data[d], dims_string(shape, text, sizeof text));
            return -1;
        }
        overflow |= __builtin_mul_overflow(numel, shape.data[d], &numel);
    }
    for (int64_t d = shape.n - 1; d > 0; d--)
        strides_overflow |= __builtin_mul_overflow(stride, shape.data[d] > 1 ? shape.data[d] : 1, &stride);
    overflow |= __builtin_mul_overflow(numel, (int64_t)element, &bytes);
    if (overflow) {
        error_raise(ERROR_SHAPE, operation, "Storage size calculation overflowed with sizes=%s",
                    dims_string(shape, text, sizeof text));
        return -1;
    }
    if (strides_overflow) { /* where another size is 0 */
        error_raise(ERROR_SHAPE, operation, "Stride calculation overflowed");
        return -1;
    }
    return numel;
}

/* Takes over the reference to `storage`. */
static Tensor *wrap(Storage *storage, Dims shape, const int64_t *strides, int64_t offset, DType dtype,
                    int64_t numel, const char *operation)
{
    Tensor *x = storage != NULL ? calloc(1, sizeof *x) : NULL;
    if (x == NULL) {
        if (storage != NULL)
            error_raise(ERROR_MEMORY, operation, "out of memory for a tensor");
        object_release(storage);
        return NULL;
    }
    x->storage = storage;
    x->offset = offset;
    x->ndim = (int32_t)shape.n;
    x->dtype = dtype;
    x->numel = numel;
    for (int64_t d = 0; d < shape.n; d++) {
        x->shape[d] = shape.data[d];
        x->strides[d] = strides[d];
    }
    object_init(&x->base, tensor_destroy);
    return scope_own(x);
}

int64_t storage_extent(Dims shape, const int64_t *strides, int64_t offset, size_t element,
                       const char *operation)
{
    int64_t end = 0, step, bytes;
    bool overflow = __builtin_add_overflow(offset, 1, &end);
    for (int64_t d = 0; d < shape.n; d++) {
        if (shape.data[d] == 0)
            return 0;
        overflow |= __builtin_mul_overflow(shape.data[d] - 1, strides[d], &step);
        overflow |= __builtin_add_overflow(end, step, &end);
    }
    if (!overflow && !__builtin_mul_overflow(end, (int64_t)element, &bytes))
        return end;
    char a[160], b[160];
    error_raise(ERROR_SHAPE, operation, "Storage size calculation overflowed with sizes=%s and strides=%s",
                dims_string(shape, a, sizeof a), dims_string((Dims){shape.n, strides}, b, sizeof b));
    return -1;
}

Tensor *tensor_new_strided(Dims shape, const int64_t *strides, DType dtype, Device device,
                           const char *operation)
{
    int64_t numel = checked_numel(shape, dtype_size(dtype), operation);
    if (numel < 0)
        return NULL;
    int64_t items = storage_extent(shape, strides, 0, dtype_size(dtype), operation);
    if (items < 0)
        return NULL;
    Storage *storage = storage_new((size_t)items * dtype_size(dtype), device, operation);
    return wrap(storage, shape, strides, 0, dtype, numel, operation);
}

Tensor *tensor_new(Dims shape, DType dtype, Device device, const char *operation)
{
    int64_t strides[TENSOR_MAX_DIMS];
    if (checked_numel(shape, dtype_size(dtype), operation) < 0)
        return NULL;
    contiguous_strides(shape.data, (int)shape.n, strides);
    return tensor_new_strided(shape, strides, dtype, device, operation);
}

Tensor *tensor_new_from_blob(void *data, Dims shape, Dims strides, DType dtype, Device device,
                             void (*release_data)(void *, void *), void *user)
{
    char a[160], b[160];
    int64_t rows[TENSOR_MAX_DIMS], numel = checked_numel(shape, dtype_size(dtype), "from_blob");
    if (numel < 0 || device_backend(device, "from_blob") == NULL)
        return NULL;
    if (strides.n != 0 && strides.n != shape.n)
        return error_raise(ERROR_SHAPE, "from_blob",
                           "mismatch in length of strides and shape: strides=%s, shape=%s",
                           dims_string(strides, a, sizeof a), dims_string(shape, b, sizeof b));
    contiguous_strides(shape.data, (int)shape.n, rows);
    for (int64_t d = 0; d < strides.n; d++) {
        if (strides.data[d] < 0)
            return error_raise(
                ERROR_VALUE, "from_blob",
                "as_strided: Negative strides are not supported at the moment, got strides: %s",
                dims_string(strides, a, sizeof a));
        rows[d] = strides.data[d];
    }
    int64_t items = storage_extent(shape, rows, 0, dtype_size(dtype), "from_blob");
    if (items < 0)
        return NULL;
    size_t bytes = (size_t)items * dtype_size(dtype);
    Storage *storage = storage_from_data(data, bytes, device, release_data, user);
    return wrap(storage, shape, rows, 0, dtype, numel, "from_blob");
}

Tensor *tensor_new_like(const Tensor *x, DType dtype, const char *operation)
{
    int64_t strides[TENSOR_MAX_DIMS];
    dense_strides(x, strides);
    return tensor_new_strided(tensor_dims(x), strides, dtype, tensor_device(x), operation);
}

Tensor *tensor_new_view(const Tensor *x, Dims shape, const int64_t *strides, int64_t offset)
{
    int64_t numel = checked_numel(shape, dtype_size(x->dtype), "view");
    return numel < 0 ? NULL
                     : wrap(object_retain(x->storage), shape, strides, offset, x->dtype, numel, "view");
}

/* Does dimension a lie outside of b in memory? 1: yes, -1: no, 0: nothing says so. */
static int compare_strides(const Tensor *x, int a, int b)
{
    if (x->strides[a] == 0 || x->strides[b] == 0)
        return 0;
    if (x->strides[a] != x->strides[b])
        return x->strides[a] > x->strides[b] ? 1 : -1;
    return x->shape[a] > x->shape[b] ? 1 : 0;
}

void dense_strides(const Tensor *x, int64_t *strides)
{
    int order[TENSOR_MAX_DIMS]; /* innermost first */
    if (tensor_is_dense(x)) {
        memcpy(strides, x->strides, (size_t)x->ndim * sizeof *strides);
        return;
    }
    for (int i = 0; i < x->ndim; i++) { /* insertion that passes by what cannot be compared, as PyTorch's */
        order[i] = x->ndim - 1 - i;
        for (int at = i, below = i - 1; below >= 0; below--) {
            int outside = compare_strides(x, order[below], order[at]);
            if (outside < 0)
                break;
            if (outside > 0) {
                int saved = order[below];
                order[below] = order[at];
                order[at] = saved;
                at = below;
            }
        }
    }
    int64_t stride = 1;
    for (int i = 0; i < x->ndim; i++) {
        strides[order[i]] = stride;
        stride *= x->shape[order[i]] > 1 ? x->shape[order[i]] : 1;
    }
}

void contiguous_strides(const int64_t *shape, int ndim, int64_t *strides)
{
    int64_t stride = 1;
    for (int d = ndim - 1; d >= 0; d--) {
        strides[d] = stride;
        if (d > 0) /* the last product may overflow */
            stride *= shape[d] > 1 ? shape[d] : 1;
    }
}

void channels_last_strides(const int64_t *shape, int64_t *strides)
{
    static const int order[] = {1, 3, 2};
    int64_t stride = 1;
    for (int i = 0; i < 3; i++) {
        strides[order[i]] = stride;
        stride *= shape[order[i]] > 1 ? shape[order[i]] : 1;
    }
    strides[0] = stride;
}

int64_t wrap_dim(int64_t dim, int64_t ndim, const char *operation)
{
    int64_t n = ndim > 0 ? ndim : 1;
    if (dim >= -n && dim < n)
        return dim < 0 ? dim + n : dim;
    error_raise(ERROR_INDEX, operation,
                "Dimension out of range (expected to be in range of [%lld, %lld], but got %lld)",
                (long long)-n, (long long)(n - 1), (long long)dim);
    return -1;
}

/* -- what a tensor is -- */

int64_t tensor_dim(const Tensor *x)
{
    return x != NULL ? x->ndim : -1;
}

int64_t tensor_size(const Tensor *x, int64_t dim)
{
    if (x == NULL)
        return -1;
    if (x->ndim == 0) {
        error_raise(ERROR_INDEX, "size", "Dimension specified as %lld but tensor has no dimensions",
                    (long long)dim);
        return -1;
    }
    int64_t d = wrap_dim(dim, x->ndim, "size");
    return d < 0 ? -1 : x->shape[d];
}

int64_t tensor_stride(const Tensor *x, int64_t dim)
{
    if (x == NULL)
        return -1;
    int64_t d = x->ndim > 0 ? wrap_dim(dim, x->ndim, "stride") : -1;
    return d < 0 ? -1 : x->strides[d];
}

const int64_t *tensor_shape(const Tensor *x)
{
    return x != NULL ? x->shape : NULL;
}

Dims tensor_dims(const Tensor *x)
{
    return x != NULL ? (Dims){x->ndim, x->shape} : (Dims){0, NULL};
}

const int64_t *tensor_strides(const Tensor *x)
{
    return x != NULL ? x->strides : NULL;
}

int64_t tensor_storage_offset(const Tensor *x)
{
    return x != NULL ? x->offset : -1;
}

int64_t tensor_numel(const Tensor *x)
{
    return x != NULL ? x->numel : -1;
}

DType tensor_dtype(const Tensor *x)
{
    return x != NULL ? x->dtype : DTYPE_NONE;
}

Device tensor_device(const Tensor *x)
{
    return x != NULL ? x->storage->device : cpu_device();
}

int64_t tensor_version(const Tensor *x)
{
    return x != NULL ? __atomic_load_n(&x->storage->version, __ATOMIC_RELAXED) : -1;
}

void tensor_bump_version(Tensor *x)
{
    if (x != NULL)
        __atomic_add_fetch(&x->storage->version, 1, __ATOMIC_RELAXED);
}

bool tensor_is_floating_point(const Tensor *x)
{
    return x != NULL && dtype_is_floating_point(x->dtype);
}

bool tensor_same_shape(const Tensor *a, const Tensor *b)
{
    return a != NULL && b != NULL && a->ndim == b->ndim &&
           memcmp(a->shape, b->shape, (size_t)a->ndim * sizeof a->shape[0]) == 0;
}

bool tensor_shares_storage(const Tensor *a, const Tensor *b)
{
    return a != NULL && b != NULL && a->storage == b->storage;
}

/* Are x's strides those given, where they matter (dimensions of size 1 have none)? */
static bool has_strides(const Tensor *x, const int64_t *strides)
{
    for (int d = 0; d < x->ndim; d++)
        if (x->shape[d] != 1 && x->strides[d] != strides[d])
            return false;
    return true;
}

bool tensor_is_contiguous(const Tensor *x)
{
    int64_t strides[TENSOR_MAX_DIMS];
    if (x == NULL)
        return false;
    contiguous_strides(x->shape, x->ndim, strides);
    return x->numel == 0 || has_strides(x, strides);
}

bool tensor_is_channels_last(const Tensor *x)
{
    int64_t strides[4];
    if (x == NULL || x->ndim != 4)
        return false;
    channels_last_strides(x->shape, strides);
    return has_strides(x, strides);
}

bool tensor_is_dense(const Tensor *x)
{
    if (x == NULL)
        return false;
    if (x->numel == 0)
        return tensor_is_contiguous(x);
    uint32_t seen = 0;
    int64_t expected = 1;
    for (int round = 0; round < x->ndim; round++) { /* find the dimension that follows in memory */
        int next = -1;
        for (int d = 0; d < x->ndim; d++)
            if (!(seen >> d & 1) && (x->shape[d] == 1 || x->strides[d] == expected)) {
                next = d;
                if (x->shape[d] > 1)
                    break;
            }
        if (next < 0)
            return false;
        seen |= (uint32_t)1 << next;
        expected *= x->shape[next];
    }
    return true;
}

/* -- data -- */

void *tensor_data_ptr(Tensor *x)
{
    return x != NULL ? tensor_address(x) : NULL;
}

bool tensor_copy_to_host(const Tensor *x, DType dtype, void *data)
{
    if (x == NULL)
        return false;
    const Backend *backend = device_backend(tensor_device(x), "copy_to_host");
    if (backend == NULL || x->numel == 0)
        return backend != NULL;
    if (!error_check_given("copy_to_host", "data", data != NULL))
        return false;
    Scope scope = scope_open();
    const Tensor *packed = x; /* contiguous and of the wanted dtype, still on the device */
    if (x->dtype != dtype || !tensor_is_contiguous(x)) {
        Tensor *copy = tensor_new(tensor_dims(x), dtype, tensor_device(x), "copy_to_host");
        packed = copy != NULL && backend->kernels.copy(copy, x) ? copy : NULL;
    }
    bool done = packed != NULL && backend->copy_to_host(tensor_device(x).index, data, tensor_address(packed),
                                                        (size_t)x->numel * dtype_size(dtype));
    scope_close(scope);
    return done;
}

static bool check_single(const Tensor *x)
{
    if (x == NULL)
        return false;
    if (x->numel == 1)
        return true;
    return error_raise(ERROR_VALUE, "item", "a Tensor with %lld elements cannot be converted to Scalar",
                       (long long)x->numel) != NULL;
}

double tensor_item(const Tensor *x)
{
    double value = 0;
    return check_single(x) && tensor_copy_to_host(x, DTYPE_FLOAT64, &value) ? value : (double)NAN;
}

int64_t tensor_item_int(const Tensor *x)
{
    int64_t value = 0;
    return check_single(x) && tensor_copy_to_host(x, DTYPE_INT64, &value) ? value : 0;
}

/* -- text -- */

const char *dims_string(Dims dims, char *text, size_t size)
{
    size_t length = (size_t)snprintf(text, size, "[");
    for (int64_t d = 0; d < dims.n && length < size; d++)
        length +=
            (size_t)snprintf(text + length, size - length, "%s%lld", d ? ", " : "", (long long)dims.data[d]);
    if (length < size)
        snprintf(text + length, size - length, "]");
    return text;
}

const char *tensor_shape_string(const Tensor *x, char *text, size_t size)
{
    return dims_string(tensor_dims(x), text, size);
}
