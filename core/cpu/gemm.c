/* Matrix products through BLIS.
 *
 * BLIS takes any strides as long as one dimension steps over the other; what it would refuse (expanded
 * matrices with zero strides, overlapping windows) is copied first. Many small products are shared out one
 * product a thread; few large ones are each computed by all threads. */
#include <blis.h>
#include <string.h>

#include "core/allocator.h"
#include "core/cpu/gemm.h"
#include "core/cpu/kernels.h"
#include "core/error.h"
#include "core/threads.h"

enum { SMALL = 1 << 21 }; /* multiply-adds up to which one thread is enough for one product of a batch */

/* Whether BLIS accepts the strides: positive, and one of them steps over the whole other dimension. */
static bool strides_fit(const Matrix *x)
{
    return (x->cs >= 1 && x->rs >= x->cs * x->columns) || (x->rs >= 1 && x->cs >= x->rs * x->rows);
}

/* The stride of a dimension of one element means nothing: make it one that fits. */
static void free_stride(Matrix *x)
{
    if (x->columns == 1) {
        x->rs = x->rows == 1 ? 1 : x->rs;
        x->cs = x->rs * x->rows;
    } else if (x->rows == 1) {
        x->rs = x->cs * x->columns;
    }
}

static Matrix matrix_of(const Tensor *x)
{
    Matrix m = {.data = tensor_address(x),
                .rows = x->shape[1],
                .columns = x->shape[2],
                .rs = x->strides[1],
                .cs = x->strides[2],
                .batch_stride = x->shape[0] > 1 ? x->strides[0] : 0};
    free_stride(&m);
    return m;
}

static void copy_elements(const Matrix *from, const Matrix *to, int64_t batch, size_t size)
{
    for (int64_t b = 0; b < batch; b++)
        for (int64_t i = 0; i < from->rows; i++)
            for (int64_t j = 0; j < from->columns; j++)
                memcpy(to->data + (b * to->batch_stride + i * to->rs + j * to->cs) * (int64_t)size,
                       from->data + (b * from->batch_stride + i * from->rs + j * from->cs) * (int64_t)size,
                       size);
}

/* A row-major matrix of the same size in memory of its own; its elements are copied if `fill`. */
static bool matrix_copy(Matrix *x, int64_t batch, size_t size, bool fill)
{
    if (x->batch_stride == 0)
        batch = 1;
    Matrix to = *x;
    to.rs = x->columns;
    to.cs = 1;
    to.batch_stride = batch == 1 ? 0 : x->rows * x->columns;
    to.copy_bytes = (size_t)(batch * x->rows * x->columns) * size;
    to.copy = allocator_allocate(cpu_device(), to.copy_bytes, "matmul");
    if (to.copy == NULL)
        return false;
    to.data = to.copy;
    if (fill)
        copy_elements(x, &to, batch, size);
    free_stride(&to);
    *x = to;
    return true;
}

static void matrix_release(Matrix *x)
{
    if (x->copy != NULL)
        allocator_release(cpu_device(), x->copy, x->copy_bytes);
}

static void multiply_one(const Product *p, int64_t batch)
{
    const Matrix *out = &p->out, *a = &p->a, *b = &p->b;
    char *pc = out->data + batch * out->batch_stride * (int64_t)p->size;
    char *pa = a->data + batch * a->batch_stride * (int64_t)p->size;
    char *pb = b->data + batch * b->batch_stride * (int64_t)p->size;
    rntm_t runtime;
    bli_rntm_init_from_global(&runtime);
    bli_rntm_set_num_threads(p->threads, &runtime);
    if (out->rows * out->columns * a->columns > SMALL) /* the path for small ones does not pack */
        bli_rntm_disable_l3_sup(&runtime);
    if (p->dtype == DTYPE_FLOAT32) {
        float alpha = (float)p->alpha, beta = (float)p->beta;
        bli_sgemm_ex(BLIS_NO_TRANSPOSE, BLIS_NO_TRANSPOSE, out->rows, out->columns, a->columns, &alpha,
                     (float *)pa, a->rs, a->cs, (float *)pb, b->rs, b->cs, &beta, (float *)pc, out->rs,
                     out->cs, NULL, &runtime);
    } else {
        double alpha = p->alpha, beta = p->beta;
        bli_dgemm_ex(BLIS_NO_TRANSPOSE, BLIS_NO_TRANSPOSE, out->rows, out->columns, a->columns, &alpha,
                     (double *)pa, a->rs, a->cs, (double *)pb, b->rs, b->cs, &beta, (double *)pc, out->rs,
                     out->cs, NULL, &runtime);
    }
}

static void multiply_part(void *context, int64_t begin, int64_t end)
{
    for (int64_t batch = begin; batch < end; batch++)
        multiply_one(context, batch);
}

static void multiply_batch(Product *p, int64_t batch)
{
    int threads = tensor_get_num_threads();
    int64_t work = p->out.rows * p->out.columns * p->a.columns;
    if (batch >= threads && work <= SMALL) {
        p->threads = 1;
        parallel_for(batch, SMALL / 16 / (work + 1) + 1, multiply_part, p);
    } else {
        p->threads = work > SMALL / 16 ? threads : 1;
        multiply_part(p, 0, batch);
    }
}

static bool gemm_float(Product *p, int64_t batch)
{
    if (gemm_is_vector(p)) {
        gemm_vector(p, batch);
        return true;
    }
    if (gemm_is_small(p))
        return gemm_small(p, batch);
    Matrix result = p->out;
    bool ok = true, indirect = !strides_fit(&p->out);
    if (indirect)
        ok = matrix_copy(&p->out, batch, p->size, p->beta != 0);
    if (ok && p->a.columns > 0 && !strides_fit(&p->a))
        ok = matrix_copy(&p->a, batch, p->size, true);
    if (ok && p->a.columns > 0 && !strides_fit(&p->b))
        ok = matrix_copy(&p->b, batch, p->size, true);
    if (ok) {
        multiply_batch(p, batch);
        if (indirect)
            copy_elements(&p->out, &result, batch, p->size);
    }
    matrix_release(&p->out);
    matrix_release(&p->a);
    matrix_release(&p->b);
    return ok;
}

static uint64_t read_integer(DType dtype, const char *data, int64_t at)
{
    if (dtype == DTYPE_INT64)
        return (uint64_t)((const int64_t *)(const void *)data)[at];
    if (dtype == DTYPE_INT32)
        return (uint64_t)((const int32_t *)(const void *)data)[at];
    return ((const uint8_t *)data)[at];
}

static void write_integer(DType dtype, char *data, int64_t at, uint64_t value)
{
    if (dtype == DTYPE_INT64)
        ((int64_t *)(void *)data)[at] = (int64_t)value;
    else if (dtype == DTYPE_INT32)
        ((int32_t *)(void *)data)[at] = (int32_t)value;
    else
        ((uint8_t *)data)[at] = (uint8_t)value;
}

/* Integers wrap around, as in PyTorch: the sums are taken modulo 2^64. */
static void gemm_integer(const Product *p, int64_t batch)
{
    const Matrix *out = &p->out, *a = &p->a, *b = &p->b;
    uint64_t alpha = (uint64_t)(int64_t)p->alpha, beta = (uint64_t)(int64_t)p->beta;
    for (int64_t n = 0; n < batch; n++)
        for (int64_t i = 0; i < out->rows; i++)
            for (int64_t j = 0; j < out->columns; j++) {
                uint64_t sum = 0;
                int64_t at = n * out->batch_stride + i * out->rs + j * out->cs;
                for (int64_t k = 0; k < a->columns; k++)
                    sum += read_integer(p->dtype, a->data, n * a->batch_stride + i * a->rs + k * a->cs) *
                           read_integer(p->dtype, b->data, n * b->batch_stride + k * b->rs + j * b->cs);
                sum *= alpha;
                if (beta != 0)
                    sum += beta * read_integer(p->dtype, out->data, at);
                write_integer(p->dtype, out->data, at, sum);
            }
}

bool cpu_gemm(Tensor *out, const Tensor *a, const Tensor *b, double alpha, double beta)
{
    Product p = {.out = matrix_of(out),
                 .a = matrix_of(a),
                 .b = matrix_of(b),
                 .dtype = out->dtype,
                 .size = dtype_size(out->dtype),
                 .alpha = alpha,
                 .beta = beta};
    if (out->numel == 0)
        return true;
    if (alpha == 0) /* as in BLAS, the product is not looked at: its NaN do not count */
        p.a.columns = p.b.rows = 0;
    if (dtype_is_floating_point(out->dtype) && out->dtype != DTYPE_FLOAT16 && out->dtype != DTYPE_BFLOAT16)
        return gemm_float(&p, out->shape[0]);
    if (out->dtype != DTYPE_INT64 && out->dtype != DTYPE_INT32 && out->dtype != DTYPE_UINT8)
        return error_raise(ERROR_DTYPE, "matmul", "\"addmm_impl_cpu_\" not implemented for '%s'",
                           dtype_scalar_name(out->dtype)) != NULL;
    gemm_integer(&p, out->shape[0]);
    return true;
}
