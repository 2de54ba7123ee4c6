#include "autograd/ops/scan.h"

#include "autograd/autograd.h"
#include "autograd/ops/copy.h"
#include "autograd/ops/divide.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/reduced.h"
#include "autograd/ops/reshape.h"
#include "autograd/ops/slice.h"
#include "autograd/tape.h"

/* x in the dtype that is summed or multiplied. */
static Tensor *converted(const char *operation, Tensor *x, DType dtype)
{
    if (x == NULL || !reduced_check_dtype(operation, x, dtype))
        return NULL;
    if (dtype == DTYPE_NONE)
        dtype = dtype_is_floating_point(x->dtype) ? x->dtype : DTYPE_INT64;
    return tensor_to_dtype(x, dtype);
}

/* -- cumsum: x[k] is in all sums from the k-th on, so its gradient is a sum from the other end -- */

typedef struct CumsumArgs {
    int64_t dim;
    bool reverse;
} CumsumArgs;

static Tensor *cumsum(Tensor *x, int64_t dim, bool reverse)
{
    CumsumArgs args = {x != NULL ? wrap_dim(dim, x->ndim, "cumsum") : -1, reverse};
    const Kernels *kernels = args.dim >= 0 ? kernels_for("cumsum", TENSORS(x)) : NULL;
    Tensor *y = kernels != NULL ? tensor_new_like(x, x->dtype, "cumsum") : NULL;
    if (y == NULL || !kernels->cumsum(y, x, args.dim, reverse))
        return NULL;
    return tape_record_args(OP_CUMSUM, y, INPUTS(x), NO_SAVES, &args, sizeof args);
}

void cumsum_backward(TapeNode *node, Tensor *grad)
{
    const CumsumArgs *args = tape_args(node);
    tape_give(node, 0, cumsum(grad, args->dim, !args->reverse));
}

Tensor *(tensor_cumsum)(Tensor *self, int64_t dim, DType dtype)
{
    return cumsum(converted("cumsum", self, dtype), dim, false);
}

/* -- cumprod: y[i] without its factor x[k], for all i from k on, times y's gradient -- */

static bool has_zero(Tensor *x)
{
    return tensor_item_int(tensor_all(x)) == 0;
}

/* In one pass of a kernel that makes no difference between zeros and others. */
static Tensor *cumprod_gradient_fused(Tensor *grad, Tensor *x, int64_t dim)
{
    const Kernels *kernels = kernels_for("cumprod_backward", TENSORS(grad, x));
    Tensor *grad_x = kernels != NULL ? tensor_new_like(x, x->dtype, "cumprod_backward") : NULL;
    return grad_x != NULL && kernels->cumprod_backward(grad_x, grad, x, dim) ? grad_x : NULL;
}

/* The products without x[k], for each k: those of all before times those of all behind. */
static Tensor *cumprod_gradient_by_element(Tensor *grad, Tensor *x, Tensor *y, int64_t dim)
{
    int64_t n = x->shape[dim];
    Tensor *grad_x = tensor_zero_(tensor_new_like(x, x->dtype, "cumprod_backward"));
    for (int64_t k = 0; k < n; k++) {
        Tensor *part = tensor_narrow(grad, dim, k, 1);
        if (k + 1 < n) {
            Tensor *behind = tensor_cumprod(tensor_narrow(x, dim, k + 1, n - k - 1), dim);
            behind = tensor_mul(tensor_narrow(grad, dim, k + 1, n - k - 1), behind);
            part = tensor_add(part, tensor_sum(behind, DIMS(dim), .keepdim = true));
        }
        if (k > 0)
            part = tensor_mul(part, tensor_narrow(y, dim, k - 1, 1));
        if (part == NULL || grad_x == NULL || tensor_copy_(tensor_narrow(grad_x, dim, k, 1), part) == NULL)
            return NULL;
    }
    return grad_x;
}

static Tensor *cumprod_gradient(Tensor *grad, Tensor *x, Tensor *y, int64_t dim)
{
    if (grad == NULL || x == NULL || y == NULL || x->ndim == 0)
        return grad;
    if (!autograd_is_grad_enabled())
        return cumprod_gradient_fused(grad, x, dim);
    if (x->numel == 0 || !has_zero(x))
        return tensor_div(cumsum(tensor_mul(grad, y), dim, true), x);
    return cumprod_gradient_by_element(grad, x, y, dim);
}

void cumprod_backward(TapeNode *node, Tensor *grad)
{
    int64_t dim = *(const int64_t *)tape_args(node);
    tape_give(node, 0, cumprod_gradient(grad, tape_saved(node, 0), tape_saved(node, 1), dim));
}

Tensor *(tensor_cumprod)(Tensor *self, int64_t dim, DType dtype)
{
    Tensor *x = converted("cumprod", self, dtype);
    int64_t at = x != NULL ? wrap_dim(dim, x->ndim, "cumprod") : -1;
    const Kernels *kernels = at >= 0 ? kernels_for("cumprod", TENSORS(x)) : NULL;
    Tensor *y = kernels != NULL ? tensor_new_like(x, x->dtype, "cumprod") : NULL;
    if (y == NULL || !kernels->cumprod(y, x, at))
        return NULL;
    return tape_record_args(OP_CUMPROD, y, INPUTS(x), SAVES(x, y), &at, sizeof at);
}

/* -- prod: y / x[k] where there is no zero; else as the last of the products so far -- */

static Tensor *prod_gradient_with_zeros(Tensor *grad, Tensor *x, Dims reduced)
{
    bool all = reduced.n != 1;
    int64_t dim = all ? 0 : reduced.data[0];
    Tensor *line = all ? tensor_reshape(x, -1) : x;
    Tensor *grads = line != NULL ? tensor_zero_(tensor_new_like(line, line->dtype, "prod_backward")) : NULL;
    if (grads == NULL)
        return NULL;
    Tensor *last = tensor_narrow(grads, dim, line->shape[dim] - 1, 1);
    if (tensor_copy_(last, all ? tensor_reshape(grad, 1) : grad) == NULL)
        return NULL;
    return (tensor_reshape)(cumprod_gradient(grads, line, tensor_cumprod(line, dim), dim), tensor_dims(x));
}

void prod_backward(TapeNode *node, Tensor *grad)
{
    int64_t dims[TENSOR_MAX_DIMS];
    Tensor *x = tape_saved(node, 0), *y = tape_saved(node, 1);
    grad = reduced_restore(node, grad);
    if (x == NULL || y == NULL || grad == NULL)
        return;
    if (x->ndim == 0)
        tape_give(node, 0, grad);
    else if (x->numel > 0 && has_zero(x))
        tape_give(node, 0, prod_gradient_with_zeros(grad, x, reduced_list(node, dims)));
    else
        tape_give(node, 0, tensor_div(tensor_mul(grad, reduced_restore(node, y)), x));
}

Tensor *(tensor_prod)(Tensor *self, int64_t dim, bool keepdim, DType dtype)
{
    Tensor *x = converted("prod", self, dtype);
    Dims dims = {dim != TENSOR_NONE, &dim};
    Tensor *y = kernel_reduce("prod", REDUCE_PROD, x, dims, keepdim, DTYPE_NONE, 0);
    if (y == NULL)
        return NULL;
    Reduced args = reduced_dims(x, dims, keepdim);
    return tape_record_args(OP_PROD, y, INPUTS(x), SAVES(x, y), &args, sizeof args);
}
