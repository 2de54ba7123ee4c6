/* The inside of Tensor and Storage, for the library's own code and for kernels. Not installed. */
#ifndef TAPER_CORE_TENSOR_STRUCT_H
#define TAPER_CORE_TENSOR_STRUCT_H

#include "core/object.h"
#include "core/tensor.h"

/* A block of device memory, shared by all views of it. */
typedef struct Storage {
    Object base;
    void *data;
    size_t bytes;
    Device device;
    int64_t version; /* atomic; advanced by in-place operations */
    void (*release_data)(void *data,
                         void *user); /* for memory of the user's; NULL: the caching allocator's */
    void *user;
} Storage;

struct Tensor {
    Object base;
    Storage *storage;
    int64_t offset; /* elements */
    int32_t ndim;
    DType dtype;
    bool is_number; /* a Python number in disguise: takes part in type promotion as one (PyTorch: wrapped
                       number) */
    int64_t numel;
    int64_t shape[TENSOR_MAX_DIMS];
    int64_t strides[TENSOR_MAX_DIMS]; /* elements */
    Object *autograd; /* the tape's slot (autograd/node.h); NULL for a tensor it does not know */
};

/* New memory from the device's caching allocator, uninitialised, with one reference; NULL after ERROR_MEMORY.
 */
Storage *storage_new(size_t bytes, Device device, const char *operation);
/* Wraps memory of the caller's; `release_data` (may be NULL) is called when the last view is gone. */
Storage *storage_from_data(void *data, size_t bytes, Device device, void (*release_data)(void *, void *),
                           void *user);

/* The five ways tensors come to be. Each result belongs to the innermost scope; NULL after an error. */
Tensor *tensor_new(Dims shape, DType dtype, Device device,
                   const char *operation); /* contiguous, uninitialised */
Tensor *tensor_new_strided(Dims shape, const int64_t *strides, DType dtype, Device device,
                           const char *operation);
Tensor *tensor_new_like(const Tensor *x, DType dtype, const char *operation); /* keeps x's order of strides */
Tensor *tensor_new_view(const Tensor *x, Dims shape, const int64_t *strides,
                        int64_t offset); /* shares the storage */

/* In memory of the caller's (storage_from_data); no strides: row-major. */
Tensor *tensor_new_from_blob(void *data, Dims shape, Dims strides, DType dtype, Device device,
                             void (*release_data)(void *, void *), void *user);

/* The strides that x's elements would have without gaps, in the order that they have in memory now: what
 * torch.preserve_format means. */
void dense_strides(const Tensor *x, int64_t *strides);
/* Row-major strides of a shape. */
void contiguous_strides(const int64_t *shape, int ndim, int64_t *strides);
/* N, H, W, C strides of a 4-d shape. */
void channels_last_strides(const int64_t *shape, int64_t *strides);

/* How many elements of a storage a tensor of this offset needs: up to its last, counted from the storage's
 * first. Strides are not negative. Raises ERROR_SHAPE and returns -1 where the bytes would overflow. */
int64_t storage_extent(Dims shape, const int64_t *strides, int64_t offset, size_t element,
                       const char *operation);

/* Turns -ndim..ndim-1 into 0..ndim-1 (a 0-d tensor counts as 1-d); raises ERROR_INDEX and returns -1
 * otherwise. */
int64_t wrap_dim(int64_t dim, int64_t ndim, const char *operation);

static inline void *tensor_address(const Tensor *x)
{
    return (char *)x->storage->data + (size_t)x->offset * dtype_size(x->dtype);
}

#endif
