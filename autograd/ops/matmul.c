#include "autograd/ops/matmul.h"

#include <string.h>

#include "autograd/autograd.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/operation.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reshape.h"
#include "autograd/ops/transpose.h"
#include "autograd/ops/view.h"

/* -- towards the kernel, which multiplies batches of matrices -- */

/* x as a batch of one matrix of the given strides. */
static Tensor *as_batch(const Tensor *x, int64_t rows, int64_t columns, int64_t row_stride,
                        int64_t column_stride)
{
    int64_t strides[] = {0, row_stride, column_stride};
    return tensor_new_view(x, DIMS(1, rows, columns), strides, x->offset);
}

/* y = alpha * a b + beta * y, for y newly made and contiguous; y, or NULL after an error. */
static Tensor *multiply(const char *operation, Tensor *y, const Tensor *a, const Tensor *b, double alpha,
                        double beta)
{
    ERROR_OPERATION(operation);
    if (y == NULL || a == NULL || b == NULL)
        return NULL;
    const Kernels *kernels = kernels_for(operation, TENSORS((Tensor *)a, (Tensor *)b));
    Tensor *out = y->ndim == 3 ? y : as_batch(y, a->shape[1], b->shape[2], b->shape[2], 1);
    if (kernels == NULL || out == NULL || !kernels->gemm(out, a, b, alpha, beta))
        return NULL;
    return y;
}

static Tensor *matrix(const Tensor *x)
{
    return as_batch(x, x->shape[0], x->shape[1], x->strides[0], x->strides[1]);
}

static Tensor *result(const char *operation, Dims shape, const Tensor *like)
{
    return tensor_new(shape, like->dtype, like->storage->device, operation);
}

/* beta * self, broadcast, in new memory of the product's shape. */
static Tensor *start_with(const char *operation, const Tensor *self, Dims shape, const Tensor *like,
                          double beta)
{
    Tensor *y = result(operation, shape, like);
    const Tensor *from = kernel_expand(operation, self, shape);
    const Kernels *kernels = kernels_for(operation, TENSORS((Tensor *)self, (Tensor *)like));
    if (y == NULL || from == NULL || kernels == NULL || (beta != 0 && !kernels->copy(y, from)))
        return NULL;
    return y;
}

/* -- what PyTorch says of wrong operands -- */

static bool check_matrices(const char *operation, const Tensor *a, const Tensor *b, const char *name)
{
    if (a->ndim != 2)
        return error_raise(ERROR_SHAPE, operation, "%s must be a matrix, got %d-D tensor", name,
                           (int)a->ndim) != NULL;
    if (b->ndim != 2)
        return error_raise(ERROR_SHAPE, operation, "mat2 must be a matrix, got %d-D tensor", (int)b->ndim) !=
               NULL;
    if (a->shape[1] != b->shape[0])
        return error_raise(ERROR_SHAPE, operation,
                           "mat1 and mat2 shapes cannot be multiplied (%lldx%lld and %lldx%lld)",
                           (long long)a->shape[0], (long long)a->shape[1], (long long)b->shape[0],
                           (long long)b->shape[1]) != NULL;
    if (a->dtype != b->dtype)
        return error_raise(ERROR_DTYPE, operation,
                           "expected m1 and m2 to have the same dtype, but got: %s != %s",
                           dtype_c_name(a->dtype), dtype_c_name(b->dtype)) != NULL;
    return true;
}

static bool check_batches(const char *operation, const Tensor *a, const Tensor *b)
{
    if (a->ndim != 3)
        return error_raise(ERROR_SHAPE, operation, "batch1 must be a 3D tensor") != NULL;
    if (b->ndim != 3)
        return error_raise(ERROR_SHAPE, operation, "batch2 must be a 3D tensor") != NULL;
    if (a->shape[0] != b->shape[0] || a->shape[2] != b->shape[1])
        return error_raise(ERROR_SHAPE, operation,
                           "Expected size for first two dimensions of batch2 tensor to be: [%lld, %lld] but "
                           "got: [%lld, %lld].",
                           (long long)a->shape[0], (long long)a->shape[2], (long long)b->shape[0],
                           (long long)b->shape[1]) != NULL;
    if (a->dtype != b->dtype)
        return error_raise(ERROR_DTYPE, operation, "expected scalar type %s but found %s",
                           dtype_scalar_name(a->dtype), dtype_scalar_name(b->dtype)) != NULL;
    return true;
}

static Tensor *scaled(Tensor *x, double factor)
{
    return factor == 1 ? x : tensor_mul(x, factor);
}

/* -- mm, bmm: y = a b. dL/da = grad b^T, dL/db = a^T grad -- */

void mm_backward(TapeNode *node, Tensor *grad)
{
    if (tape_needs(node, 0))
        tape_give(node, 0, tensor_mm(grad, tensor_mT(tape_saved(node, 1))));
    if (tape_needs(node, 1))
        tape_give(node, 1, tensor_mm(tensor_mT(tape_saved(node, 0)), grad));
}

/* mm on behalf of `operation`, which errors name. */
static Tensor *mm_for(const char *operation, Tensor *self, Tensor *mat2)
{
    if (self == NULL || mat2 == NULL || !check_matrices(operation, self, mat2, "self"))
        return NULL;
    Tensor *y = result(operation, DIMS(self->shape[0], mat2->shape[1]), self);
    y = multiply(operation, y, matrix(self), matrix(mat2), 1, 0);
    return tape_record(OP_MM, y, INPUTS(self, mat2),
                       SAVES(tape_saved_for(self, mat2), tape_saved_for(mat2, self)));
}

Tensor *tensor_mm(Tensor *self, Tensor *mat2)
{
    return mm_for("mm", self, mat2);
}

void bmm_backward(TapeNode *node, Tensor *grad)
{
    if (tape_needs(node, 0))
        tape_give(node, 0, tensor_bmm(grad, tensor_mT(tape_saved(node, 1))));
    if (tape_needs(node, 1))
        tape_give(node, 1, tensor_bmm(tensor_mT(tape_saved(node, 0)), grad));
}

static Tensor *bmm_for(const char *operation, Tensor *self, Tensor *mat2)
{
    if (self == NULL || mat2 == NULL || !check_batches(operation, self, mat2))
        return NULL;
    Tensor *y = result(operation, DIMS(self->shape[0], self->shape[1], mat2->shape[2]), self);
    y = multiply(operation, y, self, mat2, 1, 0);
    return tape_record(OP_BMM, y, INPUTS(self, mat2),
                       SAVES(tape_saved_for(self, mat2), tape_saved_for(mat2, self)));
}

Tensor *tensor_bmm(Tensor *self, Tensor *mat2)
{
    return bmm_for("bmm", self, mat2);
}

/* -- mv: y_i = sum_j a_ij v_j. dL/da = grad v^T, dL/dv = a^T grad -- */

void mv_backward(TapeNode *node, Tensor *grad)
{
    if (tape_needs(node, 0))
        tape_give(node, 0, tensor_outer(grad, tape_saved(node, 1)));
    if (tape_needs(node, 1))
        tape_give(node, 1, tensor_mv(tensor_mT(tape_saved(node, 0)), grad));
}

static Tensor *mv_for(const char *operation, Tensor *self, Tensor *vec)
{
    if (self == NULL || vec == NULL)
        return NULL;
    if (self->ndim != 2 || vec->ndim != 1)
        return error_raise(ERROR_SHAPE, operation, "vector + matrix @ vector expected, got 1, %d, %d",
                           (int)self->ndim, (int)vec->ndim);
    if (self->shape[1] != vec->shape[0])
        return error_raise(ERROR_SHAPE, operation,
                           "size mismatch, got input (%lld), mat (%lldx%lld), vec (%lld)",
                           (long long)self->shape[0], (long long)self->shape[0], (long long)self->shape[1],
                           (long long)vec->shape[0]);
    if (self->dtype != vec->dtype)
        return error_raise(
            ERROR_DTYPE, operation, "addmv input tensors must have the same dtype, but got %s, %s, and %s",
            dtype_scalar_name(vec->dtype), dtype_scalar_name(self->dtype), dtype_scalar_name(vec->dtype));
    Tensor *y = result(operation, DIMS(self->shape[0]), self);
    y = multiply(operation, y, matrix(self), as_batch(vec, vec->shape[0], 1, vec->strides[0], 1), 1, 0);
    return tape_record(OP_MV, y, INPUTS(self, vec),
                       SAVES(tape_saved_for(self, vec), tape_saved_for(vec, self)));
}

Tensor *tensor_mv(Tensor *self, Tensor *vec)
{
    return mv_for("mv", self, vec);
}

/* -- dot: y = sum_i a_i b_i. dL/da = grad b, dL/db = grad a -- */

void dot_backward(TapeNode *node, Tensor *grad)
{
    if (tape_needs(node, 0))
        tape_give(node, 0, tensor_mul(grad, tape_saved(node, 1)));
    if (tape_needs(node, 1))
        tape_give(node, 1, tensor_mul(grad, tape_saved(node, 0)));
}

Tensor *tensor_dot(Tensor *self, Tensor *tensor)
{
    if (self == NULL || tensor == NULL)
        return NULL;
    if (self->ndim != 1 || tensor->ndim != 1)
        return error_raise(ERROR_SHAPE, "dot", "1D tensors expected, but got %dD and %dD tensors",
                           (int)self->ndim, (int)tensor->ndim);
    long long n = self->shape[0], m = tensor->shape[0];
    if (self->dtype != tensor->dtype)
        return error_raise(ERROR_DTYPE, "dot",
                           "dot : expected both vectors to have same dtype, but found %s and %s",
                           dtype_scalar_name(self->dtype), dtype_scalar_name(tensor->dtype));
    if (n != m)
        return error_raise(
            ERROR_SHAPE, "dot",
            "inconsistent tensor size, expected tensor [%lld] and src [%lld] to have the same number of "
            "elements, but got %lld and %lld elements respectively",
            n, m, n, m);
    Tensor *y = result("dot", DIMS(), self);
    y = multiply("dot", y, as_batch(self, 1, n, 1, self->strides[0]),
                 as_batch(tensor, n, 1, tensor->strides[0], 1), 1, 0);
    return tape_record(OP_DOT, y, INPUTS(self, tensor),
                       SAVES(tape_saved_for(self, tensor), tape_saved_for(tensor, self)));
}

/* -- outer: y_ij = a_i b_j -- */

Tensor *tensor_outer(Tensor *self, Tensor *vec2)
{
    ERROR_OPERATION("outer");
    if (self == NULL || vec2 == NULL)
        return NULL;
    if (self->ndim != 1 || vec2->ndim != 1)
        return error_raise(ERROR_SHAPE, "outer", "Expected 1-D argument %s, but got %d-D",
                           self->ndim != 1 ? "self" : "vec2", (int)(self->ndim != 1 ? self : vec2)->ndim);
    return tensor_mul(tensor_reshape(self, self->shape[0], 1), vec2);
}

/* -- addmm, baddbmm: y = beta s + alpha a b -- */

typedef struct Factors {
    double beta, alpha;
} Factors;

void addmm_backward(TapeNode *node, Tensor *grad)
{
    const Factors *f = tape_args(node);
    if (tape_needs(node, 0))
        tape_give(node, 0, scaled(grad, f->beta));
    if (tape_needs(node, 1))
        tape_give(node, 1, scaled(tensor_mm(grad, tensor_mT(tape_saved(node, 1))), f->alpha));
    if (tape_needs(node, 2))
        tape_give(node, 2, scaled(tensor_mm(tensor_mT(tape_saved(node, 0)), grad), f->alpha));
}

static Tensor *addmm_for(const char *operation, Tensor *self, Tensor *mat1, Tensor *mat2, double beta,
                         double alpha)
{
    if (self == NULL || mat1 == NULL || mat2 == NULL)
        return NULL;
    bool fit = mat1->ndim == 2 && mat2->ndim == 2 && mat1->shape[1] == mat2->shape[0];
    if (!fit && !check_matrices(operation, mat1, mat2, "self"))
        return NULL;
    if (self->dtype != mat2->dtype || mat1->dtype != mat2->dtype)
        return error_raise(ERROR_DTYPE, operation, "%s and mat2 must have the same dtype, but got %s and %s",
                           self->dtype != mat2->dtype ? "self" : "mat1",
                           dtype_scalar_name((self->dtype != mat2->dtype ? self : mat1)->dtype),
                           dtype_scalar_name(mat2->dtype));
    Tensor *y = start_with(operation, self, DIMS(mat1->shape[0], mat2->shape[1]), mat1, beta);
    if (y != NULL)
        y = multiply(operation, y, matrix(mat1), matrix(mat2), alpha, beta);
    return tape_record_args(OP_ADDMM, y, INPUTS(self, mat1, mat2),
                            SAVES(tape_saved_for(mat1, mat2), tape_saved_for(mat2, mat1)),
                            &(Factors){beta, alpha}, sizeof(Factors));
}

/* beta and alpha, numbers given as tensors; of a product of integers one factor is multiplied at once if a
 * double would round alpha. */
static bool read_factors(const char *operation, Tensor **self, Tensor **a, Tensor *beta, Tensor *alpha,
                         Factors *f)
{
    return *self != NULL && *a != NULL && kernel_factor(operation, beta, (*self)->dtype, self, &f->beta) &&
           kernel_factor(operation, alpha, (*a)->dtype, a, &f->alpha);
}

Tensor *(tensor_addmm)(Tensor *self, Tensor *mat1, Tensor *mat2, Tensor *beta, Tensor *alpha)
{
    Factors f;
    return read_factors("addmm", &self, &mat1, beta, alpha, &f)
               ? addmm_for("addmm", self, mat1, mat2, f.beta, f.alpha)
               : NULL;
}

void baddbmm_backward(TapeNode *node, Tensor *grad)
{
    const Factors *f = tape_args(node);
    if (tape_needs(node, 0))
        tape_give(node, 0, scaled(grad, f->beta));
    if (tape_needs(node, 1))
        tape_give(node, 1, scaled(tensor_bmm(grad, tensor_mT(tape_saved(node, 1))), f->alpha));
    if (tape_needs(node, 2))
        tape_give(node, 2, scaled(tensor_bmm(tensor_mT(tape_saved(node, 0)), grad), f->alpha));
}

Tensor *(tensor_baddbmm)(Tensor *self, Tensor *batch1, Tensor *batch2, Tensor *beta, Tensor *alpha)
{
    if (self == NULL || batch1 == NULL || batch2 == NULL)
        return NULL;
    if (self->dtype != batch1->dtype || self->dtype != batch2->dtype)
        return error_raise(
            ERROR_DTYPE, "baddbmm", "Input dtypes must be the same, got: input %s, batch1: %s, batch2: %s",
            dtype_c_name(self->dtype), dtype_c_name(batch1->dtype), dtype_c_name(batch2->dtype));
    if (!check_batches("baddbmm", batch1, batch2))
        return NULL;
    Dims shape = DIMS(batch1->shape[0], batch1->shape[1], batch2->shape[2]);
    Factors f;
    if (!read_factors("baddbmm", &self, &batch1, beta, alpha, &f))
        return NULL;
    Tensor *y = start_with("baddbmm", self, shape, batch1, f.beta);
    y = multiply("baddbmm", y, batch1, batch2, f.alpha, f.beta);
    return tape_record_args(OP_BADDBMM, y, INPUTS(self, batch1, batch2),
                            SAVES(tape_saved_for(batch1, batch2), tape_saved_for(batch2, batch1)), &f,
                            sizeof f);
}

/* -- linear and matmul: made of the above -- */

/* x as a matrix whose rows are its last dimension. */
static Tensor *rows_of(Tensor *x)
{
    if (x->ndim == 2)
        return x;
    int64_t rows = 1, columns = x->shape[x->ndim - 1];
    for (int d = 0; d + 1 < x->ndim; d++)
        rows *= x->shape[d];
    return tensor_reshape(x, rows, columns);
}

/* y, computed from rows_of(x), with x's leading dimensions again; `last` is -1 if the last dimension is gone.
 */
static Tensor *with_leading_dims(Tensor *y, const Tensor *x, int64_t last)
{
    if (y == NULL || (x->ndim == 2 && last >= 0))
        return y;
    int64_t shape[TENSOR_MAX_DIMS];
    memcpy(shape, x->shape, sizeof shape);
    if (last >= 0)
        shape[x->ndim - 1] = last;
    return (tensor_reshape)(y, (Dims){last >= 0 ? x->ndim : x->ndim - 1, shape});
}

Tensor *(tensor_linear)(Tensor *input, Tensor *weight, Tensor *bias)
{
    ERROR_OPERATION("linear");
    if (input == NULL || weight == NULL)
        return NULL;
    if (input->ndim == 0 || weight->ndim == 0)
        return error_raise(ERROR_SHAPE, "linear",
                           "both arguments to linear need to be at least 1D, but they are %dD and %dD",
                           (int)input->ndim, (int)weight->ndim);
    if (weight->ndim == 1 && bias == NULL)
        return tensor_matmul(input, weight);
    if (weight->ndim != 2)
        return error_raise(ERROR_SHAPE, "linear", "mat2 must be a matrix, got %d-D tensor",
                           (int)weight->ndim);
    Tensor *rows = rows_of(input), *matrix_t = tensor_mT(weight);
    Tensor *y =
        bias == NULL ? mm_for("linear", rows, matrix_t) : addmm_for("linear", bias, rows, matrix_t, 1, 1);
    return with_leading_dims(y, input, weight->shape[0]);
}

/* Both as batches of matrices of the broadcast leading dimensions, flattened to one. */
static Tensor *matmul_batched(Tensor *a, Tensor *b)
{
    int64_t shape[TENSOR_MAX_DIMS], batch = 1;
    if (b->ndim == 1)
        b = tensor_reshape(b, b->shape[0], 1);
    if (a->ndim == 1)
        a = tensor_reshape(a, 1, a->shape[0]);
    if (a == NULL || b == NULL)
        return NULL;
    int64_t m = a->shape[a->ndim - 2], k = a->shape[a->ndim - 1];
    int64_t l = b->shape[b->ndim - 2], n = b->shape[b->ndim - 1];
    int ndim = (a->ndim > b->ndim ? a->ndim : b->ndim) - 2;
    for (int d = 0; d < ndim; d++) {
        int da = d + a->ndim - 2 - ndim, db = d + b->ndim - 2 - ndim;
        int64_t sa = da < 0 ? 1 : a->shape[da], sb = db < 0 ? 1 : b->shape[db];
        if (sa != sb && sa != 1 && sb != 1)
            return error_raise(
                ERROR_SHAPE, "matmul",
                "The size of tensor a (%lld) must match the size of tensor b (%lld) at non-singleton "
                "dimension %d",
                (long long)sa, (long long)sb, d);
        shape[d] = sa == 1 ? sb : sa;
        batch *= shape[d];
    }
    shape[ndim] = m;
    shape[ndim + 1] = k;
    a = tensor_reshape((tensor_expand)(a, (Dims){ndim + 2, shape}), batch, m, k);
    shape[ndim] = l;
    shape[ndim + 1] = n;
    b = tensor_reshape((tensor_expand)(b, (Dims){ndim + 2, shape}), batch, l, n);
    shape[ndim] = m;
    Tensor *y = bmm_for("matmul", a, b);
    return y == NULL ? NULL : (tensor_reshape)(y, (Dims){ndim + 2, shape});
}

/* Removes dimension `dim`, which has one element. */
static Tensor *without_dim(Tensor *y, int dim)
{
    if (y == NULL)
        return NULL;
    int64_t shape[TENSOR_MAX_DIMS];
    for (int d = 0, at = 0; d < y->ndim; d++)
        if (d != dim)
            shape[at++] = y->shape[d];
    return (tensor_reshape)(y, (Dims){y->ndim - 1, shape});
}

Tensor *tensor_matmul(Tensor *self, Tensor *other)
{
    ERROR_OPERATION("matmul");
    if (self == NULL || other == NULL)
        return NULL;
    int a = self->ndim, b = other->ndim;
    if (a == 0 || b == 0)
        return error_raise(ERROR_SHAPE, "matmul",
                           "both arguments to matmul need to be at least 1D, but they are %dD and %dD", a, b);
    if (a == 1 && b == 1)
        return tensor_dot(self, other);
    if (a == 2 && b == 1)
        return mv_for("matmul", self, other);
    if (a == 1 && b == 2)
        return without_dim(mm_for("matmul", tensor_reshape(self, 1, self->shape[0]), other), 0);
    if (a == 2 && b == 2)
        return mm_for("matmul", self, other);
    if (a >= 3 && b == 1)
        return with_leading_dims(mv_for("matmul", rows_of(self), other), self, -1);
    if (a >= 3 && b == 2) /* one matrix for all: the leading dimensions are more rows */
        return with_leading_dims(mm_for("matmul", rows_of(self), other), self, other->shape[1]);
    Tensor *y = matmul_batched(self, other);
    return a == 1 && y != NULL ? without_dim(y, y->ndim - 2) : y;
}
