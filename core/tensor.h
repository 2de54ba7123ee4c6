/* Tensor: an n-dimensional strided array with a dtype and a device.
 *
 * A tensor is a view of a storage: offset, shape and strides, all counted in elements, as in PyTorch. Views
 * share the storage and its version counter, which every in-place operation advances.
 *
 * Lifetime. Every function that returns a `Tensor *` gives it to the innermost open scope of the calling
 * thread (core/scope.h): it needs no release, and it is gone when that scope closes. tensor_keep() makes it
 * yours until tensor_release(). Errors return NULL (core/error.h); NULL inputs give NULL. */
#ifndef TAPER_CORE_TENSOR_H
#define TAPER_CORE_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/device.h"
#include "core/dtype.h"
#include "core/export.h"

TAPER_BEGIN_DECLS

typedef struct Tensor Tensor;

/* The most dimensions a tensor can have. */
enum { TENSOR_MAX_DIMS = 16 };

/* A list of sizes or dimensions passed by value: what PyTorch's signatures call int[]. The numbers are
 * borrowed for the length of the call. DIMS(2, 3) writes one; DIMS() is the empty one (the shape of a 0-d
 * tensor). */
typedef struct Dims {
    int64_t n;
    const int64_t *data;
} Dims;

/* Among keyword arguments a number may stand in the place of a list, as in PyTorch: tensor_sum(x, 1) for
 * tensor_sum(x, DIMS(1)). It fills n and leaves data NULL; dims_or_number gives the list that was meant, with
 * `number` as its room. A default of DIMS_NOT_GIVEN becomes the empty list. After a number the other
 * arguments are given by name. */
#define DIMS_NOT_GIVEN                                                                                       \
    {                                                                                                        \
        .n = INT64_MIN, .data = NULL                                                                         \
    }
static inline Dims dims_or_number(Dims dims, int64_t *number)
{
    Dims list = {dims.n != INT64_MIN, number};
    *number = dims.n;
    return dims.data != NULL ? dims : list;
}
/* The same for lists that are empty where they are not given, so that a 0 is none of their numbers. */
static inline Dims dims_or_nonzero(Dims dims, int64_t *number)
{
    return dims.n != 0 ? dims_or_number(dims, number) : dims;
}

/* A list of tensors: what PyTorch's signatures call Tensor[]. As a result, the array belongs to the scope. */
typedef struct TensorList {
    Tensor **items;
    int64_t n;
} TensorList;

#ifndef __cplusplus
#define DIMS(...)                                                                                            \
    ((Dims){sizeof((const int64_t[]){0, __VA_ARGS__}) / 8 - 1, (const int64_t[]){0, __VA_ARGS__} + 1})
#define TENSORS(...)                                                                                         \
    ((TensorList){(Tensor *[]){__VA_ARGS__}, sizeof((Tensor *[]){__VA_ARGS__}) / sizeof(Tensor *)})
#endif

/* An integer argument that was not given. */
#define TENSOR_NONE INT64_MIN

/* -- what a tensor is: of NULL numbers are -1, pointers NULL, answers false -- */

TAPER_API int64_t tensor_dim(const Tensor *x); /* x.dim(): the number of dimensions */
/* x.size(dim) and x.stride(dim), in elements; negative dims count from the end. -1 after ERROR_INDEX. */
TAPER_API int64_t tensor_size(const Tensor *x, int64_t dim);
TAPER_API int64_t tensor_stride(const Tensor *x, int64_t dim);
TAPER_API const int64_t *tensor_shape(const Tensor *x);   /* x.shape: tensor_dim(x) numbers */
TAPER_API Dims tensor_dims(const Tensor *x);              /* x.shape as a Dims, valid while x lives */
TAPER_API const int64_t *tensor_strides(const Tensor *x); /* x.stride() */
TAPER_API int64_t tensor_storage_offset(const Tensor *x); /* x.storage_offset(), in elements */
TAPER_API int64_t tensor_numel(const Tensor *x);          /* x.numel(); 1 for a 0-d tensor */
TAPER_API DType tensor_dtype(const Tensor *x);            /* x.dtype; DTYPE_NONE for NULL */
TAPER_API Device tensor_device(const Tensor *x);          /* x.device; the CPU for NULL */
TAPER_API int64_t tensor_version(const Tensor *x);        /* x._version, shared by all views */
TAPER_API bool tensor_is_floating_point(const Tensor *x); /* x.is_floating_point() */
TAPER_API bool tensor_same_shape(const Tensor *a, const Tensor *b);     /* a.shape == b.shape */
TAPER_API bool tensor_shares_storage(const Tensor *a, const Tensor *b); /* views of the same memory? */

/* x.is_contiguous(): row-major without gaps. */
TAPER_API bool tensor_is_contiguous(const Tensor *x);
/* x.is_contiguous(memory_format=torch.channels_last): 4-d, with the order N, H, W, C in memory. */
TAPER_API bool tensor_is_channels_last(const Tensor *x);
/* Every element lies at one place of a gapless block, in whatever order of dimensions. */
TAPER_API bool tensor_is_dense(const Tensor *x);

/* The address of the first element, for reading and for writing. On a CUDA tensor it is a device address.
 * This is the one way to the data: what was postponed is computed before it returns. Writing through it does
 * not advance the version; tensor_bump_version() says that you did. */
TAPER_API void *tensor_data_ptr(Tensor *x);
TAPER_API void tensor_bump_version(Tensor *x);

/* x.item(): the only element as a double or integer. ERROR_VALUE if there are more or none; after an error
 * and for NULL the result is NaN or 0. For integers above 2^53 use tensor_item_int, which cuts off fractions.
 * Waits for the device. */
TAPER_API double tensor_item(const Tensor *x);
TAPER_API int64_t tensor_item_int(const Tensor *x);

/* Copies all elements, in row-major order, into host memory of tensor_numel(x) elements of `dtype`,
 * converting. False after an error: ERROR_VALUE for NULL, unless there are no elements. */
TAPER_API bool tensor_copy_to_host(const Tensor *x, DType dtype, void *data);

/* -- lifetime -- */

TAPER_API Tensor *tensor_keep(Tensor *x); /* takes a reference of your own; returns x */
TAPER_API void tensor_release(Tensor *x); /* gives it back */

/* -- text (tensor_print is in autograd/print.h) -- */

/* "[2, 3]" into `text`, for messages, cut to `size`; returns it. */
TAPER_API const char *tensor_shape_string(const Tensor *x, char *text, size_t size);
TAPER_API const char *dims_string(Dims dims, char *text, size_t size);

TAPER_END_DECLS

#endif
