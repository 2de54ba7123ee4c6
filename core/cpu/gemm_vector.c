/* Matrix times vector, where every element of the matrix is read once and the speed is that of memory: inner
 * products of contiguous rows, or contiguous columns added up in blocks that stay in the first-level cache.
 */
#include <string.h>

#include "core/allocator.h"
#include "core/cpu/gemm.h"
#include "core/threads.h"

enum { BLOCK = 256, GRAIN_WORK = 16384 };

/* One product: out[i] = alpha * sum over k of a[i * rs + k * cs] * x[k] + beta * out[i]. */
typedef struct Vector {
    const Product *p;
    char *out;
    const char *a, *x;
    int64_t m, k, rs, cs, out_stride;
} Vector;

#define REAL       float
#define NAME(name) name##_float
#include "core/cpu/gemm_rows.h"
#undef REAL
#undef NAME
#define REAL       double
#define NAME(name) name##_double
#include "core/cpu/gemm_rows.h"
#undef REAL
#undef NAME

/* The other operand must be contiguous as a vector, as it nearly always is. */
bool gemm_is_vector(const Product *p)
{
    bool right = p->out.columns == 1 && (p->b.rs == 1 || p->b.rows == 1);
    bool left = p->out.rows == 1 && (p->a.cs == 1 || p->a.columns == 1);
    return (right || left) && p->a.columns > 0;
}

static void run(void *context, int64_t begin, int64_t end)
{
    const Vector *v = context;
    if (v->p->dtype == DTYPE_FLOAT32)
        rows_float(v, begin, end);
    else
        rows_double(v, begin, end);
}

void gemm_vector(const Product *p, int64_t batch)
{
    int64_t size = (int64_t)p->size;
    for (int64_t n = 0; n < batch; n++) {
        const Matrix *a = &p->a, *x = &p->b, *out = &p->out;
        Vector v = {
            .p = p, .m = out->rows, .k = p->a.columns, .rs = a->rs, .cs = a->cs, .out_stride = out->rs};
        if (out->columns != 1 ||
            (x->rs != 1 && x->rows != 1)) { /* vector times matrix: the same, transposed */
            a = &p->b;
            x = &p->a;
            v.m = out->columns;
            v.rs = a->cs;
            v.cs = a->rs;
            v.out_stride = out->cs;
        }
        v.out = out->data + n * out->batch_stride * size;
        v.a = a->data + n * a->batch_stride * size;
        v.x = x->data + n * x->batch_stride * size;
        parallel_for(v.m, GRAIN_WORK / v.k + 1, run, &v);
    }
}
