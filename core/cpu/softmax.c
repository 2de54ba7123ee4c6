/* Softmax over one dimension: e^(x - max) / sum, computed row by row in double. Rows along the last dimension
 * lie together in memory; those along another one are walked with that dimension's stride. */
#include <math.h>

#include "core/cpu/kernels.h"
#include "core/error.h"
#include "core/threads.h"

typedef struct SoftmaxTask {
    bool log;
    DType dtype;
    int dim;
    const Tensor *out, *a, *b; /* backward: a is the gradient, b the result of the forward */
} SoftmaxTask;

static int64_t offset_of(const Tensor *x, int dim, int64_t row)
{
    int64_t offset = 0;
    for (int d = x->ndim - 1; d >= 0; d--) {
        if (d == dim)
            continue;
        offset += row % x->shape[d] * x->strides[d];
        row /= x->shape[d];
    }
    return offset;
}

#define SOFTMAX_ROWS(T)                                                                                      \
    static void forward_row_##T(bool log_form, int64_t n, T *out, int64_t so, const T *x, int64_t sx)        \
    {                                                                                                        \
        double max = -INFINITY, sum = 0;                                                                     \
        for (int64_t i = 0; i < n; i++)                                                                      \
            max = x[i * sx] > max || x[i * sx] != x[i * sx] ? (double)x[i * sx] : max;                       \
        for (int64_t i = 0; i < n; i++)                                                                      \
            sum += exp((double)x[i * sx] - max);                                                             \
        double log_sum = log(sum);                                                                           \
        for (int64_t i = 0; i < n; i++) {                                                                    \
            double shifted = (double)x[i * sx] - max;                                                        \
            out[i * so] = (T)(log_form ? shifted - log_sum : exp(shifted) / sum);                            \
        }                                                                                                    \
    }                                                                                                        \
                                                                                                             \
    /* softmax: y (g - sum g y); log_softmax: g - e^y sum g */                                               \
    static void backward_row_##T(bool log_form, int64_t n, T *out, int64_t so, const T *g, int64_t sg,       \
                                 const T *y, int64_t sy)                                                     \
    {                                                                                                        \
        double sum = 0;                                                                                      \
        for (int64_t i = 0; i < n; i++)                                                                      \
            sum += log_form ? (double)g[i * sg] : (double)g[i * sg] * (double)y[i * sy];                     \
        for (int64_t i = 0; i < n; i++) {                                                                    \
            double gi = (double)g[i * sg], yi = (double)y[i * sy];                                           \
            out[i * so] = (T)(log_form ? gi - exp(yi) * sum : yi * (gi - sum));                              \
        }                                                                                                    \
    }                                                                                                        \
                                                                                                             \
    static void rows_##T(const SoftmaxTask *t, int64_t begin, int64_t end)                                   \
    {                                                                                                        \
        int64_t n = t->out->ndim > 0 ? t->out->shape[t->dim] : 1;                                            \
        int64_t so = t->out->ndim > 0 ? t->out->strides[t->dim] : 1,                                         \
                sa = t->a->ndim > 0 ? t->a->strides[t->dim] : 1;                                             \
        for (int64_t row = begin; row < end; row++) {                                                        \
            T *out = (T *)tensor_address(t->out) + offset_of(t->out, t->dim, row);                           \
            const T *a = (const T *)tensor_address(t->a) + offset_of(t->a, t->dim, row);                     \
            if (t->b == NULL) {                                                                              \
                forward_row_##T(t->log, n, out, so, a, sa);                                                  \
                continue;                                                                                    \
            }                                                                                                \
            const T *b = (const T *)tensor_address(t->b) + offset_of(t->b, t->dim, row);                     \
            backward_row_##T(t->log, n, out, so, a, sa, b, t->b->ndim > 0 ? t->b->strides[t->dim] : 1);      \
        }                                                                                                    \
    }

SOFTMAX_ROWS(float)
SOFTMAX_ROWS(double)

static void run_rows(void *context, int64_t begin, int64_t end)
{
    const SoftmaxTask *task = context;
    if (task->dtype == DTYPE_FLOAT32)
        rows_float(task, begin, end);
    else
        rows_double(task, begin, end);
}

static bool run(SoftmaxTask *task, const char *name)
{
    if (task->dtype != DTYPE_FLOAT32 && task->dtype != DTYPE_FLOAT64)
        return error_raise(ERROR_DTYPE, name, "\"softmax\" not implemented for '%s'",
                           dtype_scalar_name(task->dtype)) != NULL;
    if (task->out->numel == 0)
        return true;
    int64_t n = task->out->ndim > 0 ? task->out->shape[task->dim] : 1;
    parallel_for(task->out->numel / n, 4096 / n + 1, run_rows, task);
    return true;
}

bool cpu_softmax(bool log_form, Tensor *out, const Tensor *x, int64_t dim)
{
    SoftmaxTask task = {log_form, x->dtype, (int)dim, out, x, NULL};
    return run(&task, log_form ? "log_softmax" : "softmax");
}

bool cpu_softmax_backward(bool log_form, Tensor *out, const Tensor *grad, const Tensor *y, int64_t dim)
{
    SoftmaxTask task = {log_form, y->dtype, (int)dim, out, grad, y};
    return run(&task, log_form ? "log_softmax_backward" : "softmax_backward");
}
