/* Shape rules, promotion and allocation around the backend's kernels: see autograd/ops/kernel.h. */
#include "autograd/ops/kernel.h"

#include <math.h>
#include <string.h>

#include "autograd/ops/number.h"
#include "core/allocator.h"

/* -- devices -- */

/* Python numbers and 0-d tensors of the CPU go with tensors of any device. */
static bool is_at_home_everywhere(const Tensor *x)
{
    return x->is_number || (x->ndim == 0 && x->storage->device.type == DEVICE_CPU);
}

const Kernels *kernels_for(const char *operation, TensorList tensors)
{
    const Tensor *first = NULL;
    for (int64_t i = 0; i < tensors.n; i++) {
        const Tensor *x = tensors.items[i];
        if (x == NULL || (first != NULL && is_at_home_everywhere(x)))
            continue;
        if (first != NULL && !is_at_home_everywhere(first) &&
            !device_equal(first->storage->device, x->storage->device)) {
            char a[32], b[32];
            return error_raise(
                ERROR_DEVICE, operation,
                "Expected all tensors to be on the same device, but found at least two devices, %s and %s!",
                device_name(first->storage->device, a, sizeof a),
                device_name(x->storage->device, b, sizeof b));
        }
        if (first == NULL || is_at_home_everywhere(first))
            first = x;
    }
    if (first == NULL)
        return NULL;
    const Backend *backend = device_backend(first->storage->device, operation);
    return backend != NULL ? &backend->kernels : NULL;
}

/* A number where the others are. */
static const Tensor *move_number(const Tensor *x, Device device)
{
    if (device_equal(x->storage->device, device))
        return x;
    Tensor *y = tensor_new(DIMS(), x->dtype, device, "to");
    const Backend *backend = y != NULL ? device_backend(device, "to") : NULL;
    return backend != NULL && backend->kernels.fill(y, scalar_read(x->dtype, tensor_address(x))) ? y : NULL;
}

static Device common_device(const Tensor *a, const Tensor *b)
{
    return is_at_home_everywhere(a) ? b->storage->device : a->storage->device;
}

/* -- dtypes -- */

static DType promote_or(DType a, DType b)
{
    return a == DTYPE_NONE ? b : b == DTYPE_NONE ? a : dtype_promote(a, b);
}

/* A weaker kind of operand changes the dtype only if it is of a higher category (bool < integer < float). */
static DType promote_category(DType strong, DType weak)
{
    if (strong == DTYPE_NONE)
        return weak;
    if (weak == DTYPE_NONE || dtype_is_floating_point(strong))
        return strong;
    return strong == DTYPE_BOOL || dtype_is_floating_point(weak) ? promote_or(strong, weak) : strong;
}

DType kernel_result_type(TensorList tensors)
{
    DType dimensioned = DTYPE_NONE, zero_dim = DTYPE_NONE, number = DTYPE_NONE;
    for (int64_t i = 0; i < tensors.n; i++) {
        const Tensor *x = tensors.items[i];
        if (x == NULL)
            continue;
        if (x->is_number)
            number =
                promote_or(number, dtype_is_floating_point(x->dtype) ? tensor_get_default_dtype() : x->dtype);
        else if (x->ndim == 0)
            zero_dim = promote_or(zero_dim, x->dtype);
        else
            dimensioned = promote_or(dimensioned, x->dtype);
    }
    return promote_category(promote_category(dimensioned, zero_dim), number);
}

Scalar kernel_scalar(const Tensor *value)
{
    return dtype_is_floating_point(value->dtype) ? scalar_float(tensor_item(value))
                                                 : scalar_int(tensor_item_int(value));
}

const Tensor *kernel_cast(const Tensor *x, DType dtype)
{
    if (x == NULL || x->dtype == dtype)
        return x;
    const Backend *backend = device_backend(x->storage->device, "to");
    Tensor *y = backend != NULL ? tensor_new_like(x, dtype, "to") : NULL;
    return y != NULL && backend->kernels.copy(y, x) ? y : NULL;
}

const Tensor *kernel_contiguous(const Tensor *x)
{
    if (x == NULL || tensor_is_contiguous(x))
        return x;
    const Backend *backend = device_backend(x->storage->device, "contiguous");
    Tensor *y =
        backend != NULL ? tensor_new(tensor_dims(x), x->dtype, x->storage->device, "contiguous") : NULL;
    return y != NULL && backend->kernels.copy(y, x) ? y : NULL;
}

/* Copies the elements of x to y, of the same strides without gaps on another device. */
static bool transfer(Tensor *y, const Tensor *x, const char *operation)
{
    Device from = x->storage->device, to = y->storage->device, host = cpu_device();
    const Backend *source = device_backend(from, operation), *target = device_backend(to, operation);
    size_t bytes = (size_t)x->numel * dtype_size(x->dtype);
    if (source == NULL || target == NULL || bytes == 0)
        return source != NULL && target != NULL;
    if (device_equal(from, host))
        return target->copy_from_host(to.index, tensor_address(y), tensor_address(x), bytes);
    if (device_equal(to, host))
        return source->copy_to_host(from.index, tensor_address(y), tensor_address(x), bytes);
    void *between = allocator_allocate(host, bytes, operation);
    bool done = between != NULL && source->copy_to_host(from.index, between, tensor_address(x), bytes) &&
                target->copy_from_host(to.index, tensor_address(y), between, bytes);
    allocator_release(host, between, bytes);
    return done;
}

const Tensor *kernel_to_device(const Tensor *x, Device device, const char *operation)
{
    if (x == NULL || device_equal(x->storage->device, device))
        return x;
    const Backend *source = device_backend(x->storage->device, operation);
    const Tensor *packed = x;
    if (source != NULL && !tensor_is_dense(x)) {
        Tensor *copy = tensor_new_like(x, x->dtype, operation);
        packed = copy != NULL && source->kernels.copy(copy, x) ? copy : NULL;
    }
    Tensor *y = source != NULL && packed != NULL
                    ? tensor_new_strided(tensor_dims(packed), packed->strides, x->dtype, device, operation)
                    : NULL;
    return y != NULL && transfer(y, packed, operation) ? y : NULL;
}

static bool can_cast(DType from, DType to)
{
    if (dtype_is_floating_point(from) && !dtype_is_floating_point(to))
        return false;
    return from == DTYPE_BOOL || to != DTYPE_BOOL;
}

bool kernel_check_cast(const char *operation, DType from, DType to)
{
    return can_cast(from, to) ||
           error_raise(ERROR_DTYPE, operation, "result type %s can't be cast to the desired output type %s",
                       dtype_scalar_name(from), dtype_scalar_name(to)) != NULL;
}

/* -- shapes -- */

int kernel_broadcast_shape(const char *operation, const Tensor *a, const Tensor *b, int64_t *shape)
{
    int ndim = a->ndim > b->ndim ? a->ndim : b->ndim;
    for (int d = ndim - 1; d >= 0; d--) {
        int da = d - (ndim - a->ndim), db = d - (ndim - b->ndim);
        int64_t sa = da >= 0 ? a->shape[da] : 1, sb = db >= 0 ? b->shape[db] : 1;
        if (sa != sb && sa != 1 && sb != 1) {
            error_raise(ERROR_SHAPE, operation,
                        "The size of tensor a (%lld) must match the size of tensor b (%lld) at non-singleton "
                        "dimension %d",
                        (long long)sa, (long long)sb, d);
            return -1;
        }
        shape[d] = sa == 1 ? sb : sa;
    }
    return ndim;
}

const Tensor *kernel_expand(const char *operation, const Tensor *x, Dims shape)
{
    if (x == NULL || (x->ndim == shape.n && memcmp(x->shape, shape.data, (size_t)x->ndim * 8) == 0))
        return x;
    int64_t strides[TENSOR_MAX_DIMS];
    bool fits = shape.n >= x->ndim && shape.n <= TENSOR_MAX_DIMS;
    for (int64_t d = 0; d < shape.n && fits; d++) {
        int64_t dx = d - (shape.n - x->ndim);
        bool same = dx >= 0 && x->shape[dx] == shape.data[d];
        strides[d] = same ? x->strides[dx] : 0;
        fits = same || dx < 0 || x->shape[dx] == 1;
    }
    if (!fits) {
        char a[160], b[160];
        return error_raise(ERROR_SHAPE, operation, "a tensor of shape %s cannot be expanded to %s",
                           tensor_shape_string(x, a, sizeof a), dims_string(shape, b, sizeof b));
    }
    return tensor_new_view(x, shape, strides, x->offset);
}

uint32_t kernel_dim_mask(const char *operation, const Tensor *x, Dims dims)
{
    uint32_t mask = 0;
    if (dims.n == 0)
        return (UINT32_C(1) << x->ndim) - 1;
    for (int64_t i = 0; i < dims.n; i++) {
        int64_t d = wrap_dim(dims.data[i], x->ndim, operation);
        if (d < 0)
            return UINT32_MAX;
        if (mask & (UINT32_C(1) << d)) {
            error_raise(ERROR_INDEX, operation, "dim %lld appears multiple times in the list of dims",
                        (long long)d);
            return UINT32_MAX;
        }
        mask |= UINT32_C(1) << d;
    }
    return x->ndim == 0 ? 0 : mask;
}

/* -- pointwise -- */

/* x for a kernel that writes to out: a copy if both share memory and are not the very same elements. */
static const Tensor *without_overlap(const Tensor *x, const Tensor *out)
{
    if (x == NULL || out == NULL || x->storage != out->storage)
        return x;
    bool same = x->offset == out->offset && tensor_same_shape(x, out) &&
                memcmp(x->strides, out->strides, (size_t)x->ndim * sizeof x->strides[0]) == 0;
    if (same)
        return x;
    const Backend *backend = device_backend(x->storage->device, "clone");
    Tensor *y = backend != NULL ? tensor_new_like(x, x->dtype, "clone") : NULL;
    return y != NULL && backend->kernels.copy(y, x) ? y : NULL;
}

static bool makes_bool(UnaryOp op)
{
    return op == UNARY_LOGICAL_NOT || op == UNARY_ISNAN || op == UNARY_ISINF || op == UNARY_ISFINITE;
}

/* Where a result goes: into out if that has its dtype, else into new memory, to be converted afterwards. */
static Tensor *target(Tensor *out, DType dtype, const Tensor *like, Dims shape, Device device,
                      const char *operation)
{
    if (out != NULL && out->dtype == dtype)
        return out;
    bool same_shape = like->ndim == shape.n && memcmp(like->shape, shape.data, (size_t)shape.n * 8) == 0 &&
                      device_equal(like->storage->device, device);
    return same_shape ? tensor_new_like(like, dtype, operation) : tensor_new(shape, dtype, device, operation);
}

static Tensor *deliver(const Kernels *kernels, bool done, Tensor *result, Tensor *out)
{
    if (!done)
        return NULL;
    if (out == NULL || out == result)
        return result;
    return kernels->copy(out, result) ? out : NULL;
}

Tensor *kernel_unary(const char *operation, UnaryOp op, Tensor *out, Tensor *x, bool float_result, double a,
                     double b)
{
    ERROR_OPERATION(operation);
    if (x == NULL)
        return NULL;
    const Kernels *kernels = kernels_for(operation, TENSORS(x));
    if (kernels == NULL)
        return NULL;
    DType dtype = x->dtype;
    if (float_result && !dtype_is_floating_point(dtype))
        dtype = tensor_get_default_dtype();
    DType result_dtype = makes_bool(op) ? DTYPE_BOOL : dtype;
    if (out != NULL && !kernel_check_cast(operation, result_dtype, out->dtype))
        return NULL;
    const Tensor *from = kernel_cast(x, dtype);
    Tensor *y =
        from != NULL ? target(out, result_dtype, x, tensor_dims(x), x->storage->device, operation) : NULL;
    return y != NULL ? deliver(kernels, kernels->unary(op, y, from, a, b), y, out) : NULL;
}

Tensor *kernel_unary_backward(const char *operation, UnaryOp op, Tensor *grad, Tensor *x, double a, double b)
{
    if (grad == NULL || x == NULL)
        return NULL;
    const Kernels *kernels = kernels_for(operation, TENSORS(grad, x));
    Tensor *y = kernels != NULL ? tensor_new_like(x, x->dtype, operation) : NULL;
    return y != NULL && kernels->unary_backward(op, y, grad, x, a, b) ? y : NULL;
}

/* What a pointwise operation on two tensors works with. */
typedef struct Pair {
    const Kernels *kernels;
    DType dtype;
    int64_t shape[TENSOR_MAX_DIMS];
    int ndim;
    Device device;
    const Tensor *a, *b;
} Pair;

bool kernel_check_out_shape(const char *operation, const Tensor *out, Dims shape)
{
    if (out == NULL || (out->ndim == shape.n && memcmp(out->shape, shape.data, (size_t)shape.n * 8) == 0))
        return true;
    char s[160], t[160];
    return error_raise(ERROR_SHAPE, operation, "output with shape %s doesn't match the broadcast shape %s",
                       tensor_shape_string(out, s, sizeof s), dims_string(shape, t, sizeof t)) != NULL;
}

static const Tensor *prepare_operand(const char *operation, const Tensor *x, const Pair *pair,
                                     const Tensor *out)
{
    if (is_at_home_everywhere(x))
        x = move_number(x, pair->device);
    x = kernel_cast(without_overlap(x, out), pair->dtype);
    return kernel_expand(operation, x, (Dims){pair->ndim, pair->shape});
}

static bool prepare(const char *operation, Tensor *a, Tensor *b, bool float_result, const Tensor *out,
                    Pair *pair)
{
    if (a == NULL || b == NULL)
        return false;
    pair->kernels = kernels_for(operation, TENSORS(a, b));
    if (pair->kernels == NULL)
        return false;
    pair->dtype = kernel_result_type(TENSORS(a, b));
    if (float_result && !dtype_is_floating_point(pair->dtype))
        pair->dtype = tensor_get_default_dtype();
    pair->ndim = kernel_broadcast_shape(operation, a, b, pair->shape);
    if (pair->ndim < 0)
        return false;
    if (!kernel_check_out_shape(operation, out, (Dims){pair->ndim, pair->shape}))
        return false;
    pair->device = common_device(a, b);
    pair->a = prepare_operand(operation, a, pair, out);
    pair->b = pair->a != NULL ? prepare_operand(operation, b, pair, out) : NULL;
    return pair->b != NULL;
}

/* The operand whose order of strides the result takes. */
static const Tensor *layout_of(const Pair *pair)
{
    return tensor_is_dense(pair->a) || !tensor_is_dense(pair->b) ? pair->a : pair->b;
}

Tensor *kernel_binary(const char *operation, BinaryOp op, Tensor *out, Tensor *a, Tensor *b,
                      bool float_result, double alpha)
{
    ERROR_OPERATION(operation);
    Pair pair;
    if (!prepare(operation, a, b, float_result, out, &pair) ||
        (out != NULL && !kernel_check_cast(operation, pair.dtype, out->dtype)))
        return NULL;
    Tensor *y =
        target(out, pair.dtype, layout_of(&pair), (Dims){pair.ndim, pair.shape}, pair.device, operation);
    return y != NULL ? deliver(pair.kernels, pair.kernels->binary(op, y, pair.a, pair.b, alpha), y, out)
                     : NULL;
}

bool kernel_factor(const char *operation, Tensor *factor, DType dtype, Tensor **x, double *value)
{
    ERROR_OPERATION(operation);
    *value = factor != NULL ? tensor_item(factor) : 1;
    if (factor == NULL || factor->numel != 1)
        return factor == NULL;
    if (factor->dtype != DTYPE_INT64 || dtype != DTYPE_INT64 || fabs(*value) < 0x1p53)
        return true;
    *value = 1;
    *x = kernel_binary(operation, BINARY_MUL, NULL, (Tensor *)kernel_cast(*x, dtype), factor, false, 1);
    return *x != NULL;
}

Tensor *kernel_compare(const char *operation, CompareOp op, Tensor *a, Tensor *b)
{
    Pair pair;
    if (!prepare(operation, a, b, false, NULL, &pair))
        return NULL;
    Tensor *y =
        target(NULL, DTYPE_BOOL, layout_of(&pair), (Dims){pair.ndim, pair.shape}, pair.device, operation);
    return y != NULL && pair.kernels->compare(op, y, pair.a, pair.b) ? y : NULL;
}

Tensor *kernel_where(const char *operation, Tensor *out, Tensor *condition, Tensor *a, Tensor *b, DType dtype)
{
    if (condition == NULL || a == NULL || b == NULL)
        return NULL;
    Pair pair = {.kernels = kernels_for(operation, TENSORS(condition, a, b))};
    int64_t shape[TENSOR_MAX_DIMS];
    int ndim = pair.kernels != NULL ? kernel_broadcast_shape(operation, condition, a, shape) : -1;
    const Tensor *mask = ndim >= 0 ? kernel_expand(operation, condition, (Dims){ndim, shape}) : NULL;
    pair.ndim = mask != NULL ? kernel_broadcast_shape(operation, mask, b, pair.shape) : -1;
    Dims all = {pair.ndim, pair.shape};
    if (pair.ndim < 0 || !kernel_check_out_shape(operation, out, all))
        return NULL;
    pair.dtype = dtype != DTYPE_NONE ? dtype : kernel_result_type(TENSORS(a, b));
    pair.device = is_at_home_everywhere(condition) ? common_device(a, b) : condition->storage->device;
    pair.a = prepare_operand(operation, a, &pair, out);
    pair.b = pair.a != NULL ? prepare_operand(operation, b, &pair, out) : NULL;
    mask = pair.b != NULL ? kernel_expand(operation, without_overlap(condition, out), all) : NULL;
    Tensor *y = mask != NULL ? target(out, pair.dtype, layout_of(&pair), all, pair.device, operation) : NULL;
    return y != NULL ? deliver(pair.kernels, pair.kernels->where(y, mask, pair.a, pair.b), y, out) : NULL;
}

/* -- reductions -- */

Tensor *kernel_reduce(const char *operation, ReduceOp op, Tensor *x, Dims dims, bool keepdim, DType dtype,
                      double a)
{
    if (x == NULL)
        return NULL;
    const Kernels *kernels = kernels_for(operation, TENSORS(x));
    uint32_t mask = kernels != NULL ? kernel_dim_mask(operation, x, dims) : UINT32_MAX;
    if (kernels == NULL || mask == UINT32_MAX)
        return NULL;
    bool logical = op == REDUCE_ALL || op == REDUCE_ANY;
    if (dtype == DTYPE_NONE)
        dtype = logical ? DTYPE_BOOL : x->dtype;
    /* the kernels add and multiply integers of any dtype as int64 */
    bool as_it_is = logical || (dtype == DTYPE_INT64 && !dtype_is_floating_point(x->dtype));
    const Tensor *from = as_it_is ? x : kernel_cast(x, dtype);
    int64_t kept[TENSOR_MAX_DIMS], squeezed[TENSOR_MAX_DIMS], n = 0;
    for (int d = 0; d < x->ndim; d++) {
        kept[d] = mask >> d & 1 ? 1 : x->shape[d];
        if (!(mask >> d & 1))
            squeezed[n++] = x->shape[d];
    }
    Dims kept_dims = {x->ndim, kept}, shape = keepdim ? kept_dims : (Dims){n, squeezed};
    Tensor *y = from != NULL ? tensor_new(shape, dtype, x->storage->device, operation) : NULL;
    if (y == NULL)
        return NULL;
    int64_t strides[TENSOR_MAX_DIMS];
    contiguous_strides(kept, x->ndim, strides);
    Tensor *all_dims = keepdim ? y : tensor_new_view(y, kept_dims, strides, y->offset);
    return all_dims != NULL && kernels->reduce(op, all_dims, from, a) ? y : NULL;
}
