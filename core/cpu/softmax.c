/* Softmax over one dimension: e^(x - max) / sum, row by row. Rows along the last dimension
 * lie together in memory; those along another one are walked with that dimension's stride. */
#include "core/cpu/kernels.h"
#include "core/cpu/softmax_rows.h"
#include "core/error.h"
#include "core/threads.h"

typedef struct SoftmaxTask {
    bool log;
    const SoftmaxRows *rows;
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

static int64_t stride_of(const Tensor *x, int dim)
{
    return x->ndim > 0 ? x->strides[dim] : 1;
}

static char *row_of(const Tensor *x, int dim, int64_t row)
{
    return (char *)tensor_address(x) + offset_of(x, dim, row) * (int64_t)dtype_size(x->dtype);
}

static void run_rows(void *context, int64_t begin, int64_t end)
{
    const SoftmaxTask *t = context;
    int64_t n = t->out->ndim > 0 ? t->out->shape[t->dim] : 1;
    int64_t so = stride_of(t->out, t->dim), sa = stride_of(t->a, t->dim);
    for (int64_t row = begin; row < end; row++) {
        char *out = row_of(t->out, t->dim, row), *a = row_of(t->a, t->dim, row);
        if (t->b == NULL)
            t->rows->forward(t->log, n, out, so, a, sa);
        else
            t->rows->backward(t->log, n, out, so, a, sa, row_of(t->b, t->dim, row), stride_of(t->b, t->dim));
    }
}

static bool run(SoftmaxTask *task, const char *name)
{
    if (task->rows == NULL)
        return error_raise(ERROR_DTYPE, name, "\"softmax\" not implemented for '%s'",
                           dtype_scalar_name(task->out->dtype)) != NULL;
    if (task->out->numel == 0)
        return true;
    int64_t n = task->out->ndim > 0 ? task->out->shape[task->dim] : 1;
    parallel_for(task->out->numel / n, 4096 / n + 1, run_rows, task);
    return true;
}

bool cpu_softmax(bool log_form, Tensor *out, const Tensor *x, int64_t dim)
{
    SoftmaxTask task = {log_form, softmax_rows(x->dtype), (int)dim, out, x, NULL};
    return run(&task, log_form ? "log_softmax" : "softmax");
}

bool cpu_softmax_backward(bool log_form, Tensor *out, const Tensor *grad, const Tensor *y, int64_t dim)
{
    SoftmaxTask task = {log_form, softmax_rows(y->dtype), (int)dim, out, grad, y};
    return run(&task, log_form ? "log_softmax_backward" : "softmax_backward");
}
