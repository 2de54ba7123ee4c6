/* Layer normalisation: each row of x [rows, n] is brought to mean 0 and variance 1, then scaled and shifted
 * element by element. Rows are shared among the threads; a row stays in the cache between its two readings.
 *
 * Backward, with h = g weight, xhat = (x - mean) rstd and sums over the row:
 *   grad_x = rstd (h - sum h / n - xhat sum (h xhat) / n);
 * grad_weight = sum g xhat and grad_bias = sum g run over the rows instead. They are summed over chunks of
 * rows that depend on the shape alone, then over the chunks in order, so that the numbers do not depend on
 * the number of threads.
 * Reference: Ba, Kiros, Hinton, "Layer Normalization", 2016. */
#include <math.h>
#include <string.h>

#include "core/allocator.h"
#include "core/cpu/kernels.h"
#include "core/cpu/norm_loops.h"
#include "core/error.h"
#include "core/scope.h"
#include "core/threads.h"

enum { WORK = 16384, MAX_CHUNKS = 32 };

typedef struct Rows {
    const NormLoops *loops;
    DType dtype;
    size_t row; /* bytes */
    int64_t n;
    double eps;
    const char *x, *grad;
    char *out;
    const void *weight, *bias;
    void *mean, *rstd;
    int64_t chunk, rows; /* of the parameters' gradients */
    double *sums;        /* [chunks][2][n] */
} Rows;

static double get(DType dtype, const void *data, int64_t i)
{
    return dtype == DTYPE_FLOAT32 ? (double)((const float *)data)[i] : ((const double *)data)[i];
}

static void put(DType dtype, void *data, int64_t i, double value)
{
    if (dtype == DTYPE_FLOAT32)
        ((float *)data)[i] = (float)value;
    else
        ((double *)data)[i] = value;
}

/* A contiguous tensor with x's values: x itself if it is one. Belongs to the innermost scope. */
static const Tensor *contiguous(const Tensor *x, const char *operation)
{
    if (x == NULL || tensor_is_contiguous(x))
        return x;
    Tensor *y = tensor_new((Dims){x->ndim, x->shape}, x->dtype, x->storage->device, operation);
    return y && cpu_backend.kernels.copy(y, x) ? y : NULL;
}

/* Where a result is computed: `out` itself or, if it is not contiguous, a tensor to be copied into it. */
static Tensor *contiguous_result(Tensor *out, const char *operation)
{
    if (out == NULL || tensor_is_contiguous(out))
        return out;
    return tensor_new((Dims){out->ndim, out->shape}, out->dtype, out->storage->device, operation);
}

static bool deliver(Tensor *out, Tensor *computed)
{
    return out == computed || cpu_backend.kernels.copy(out, computed);
}

static void *address_or_null(const Tensor *x)
{
    return x ? tensor_address(x) : NULL;
}

static bool takes(const Tensor *x, const char *operation)
{
    return norm_loops(x->dtype) ||
           error_raise(ERROR_DTYPE, operation, "\"LayerNormKernelImpl\" not implemented for '%s'",
                       dtype_scalar_name(x->dtype)) != NULL;
}

static void forward_rows(void *context, int64_t begin, int64_t end)
{
    const Rows *r = context;
    for (int64_t i = begin; i < end; i++) {
        const char *x = r->x + (size_t)i * r->row;
        double pivot = get(r->dtype, x, 0);
        if (!isfinite(pivot))
            pivot = 0;
        double s[2] = {0};
        r->loops->row_moments(x, 1, r->n, 1, 0, pivot, s);
        double mean = pivot + s[0] / (double)r->n, sum = s[1] - s[0] * s[0] / (double)r->n;
        double rstd = 1 / sqrt((sum < 0 ? 0 : sum) / (double)r->n + r->eps);
        r->loops->row_affine(r->out + (size_t)i * r->row, x, r->n, (double[]){mean, rstd}, r->weight,
                             r->bias);
        put(r->dtype, r->mean, i, mean);
        put(r->dtype, r->rstd, i, rstd);
    }
}

static bool forward(Tensor *out, Tensor *mean, Tensor *rstd, const Tensor *x, const Tensor *weight,
                    const Tensor *bias, int64_t n, double eps)
{
    static const char operation[] = "layer_norm";
    const Tensor *dense = contiguous(x, operation), *w = contiguous(weight, operation),
                 *b = contiguous(bias, operation);
    Tensor *y = contiguous_result(out, operation), *m = contiguous_result(mean, operation),
           *r = contiguous_result(rstd, operation);
    if (!dense || !y || !m || !r || (weight && !w) || (bias && !b))
        return false;
    Rows rows = {.loops = norm_loops(x->dtype),
                 .dtype = x->dtype,
                 .row = (size_t)n * dtype_size(x->dtype),
                 .n = n,
                 .eps = eps,
                 .x = tensor_address(dense),
                 .out = tensor_address(y),
                 .weight = address_or_null(w),
                 .bias = address_or_null(b),
                 .mean = tensor_address(m),
                 .rstd = tensor_address(r)};
    if (x->numel > 0)
        parallel_for(x->numel / n, (WORK + n - 1) / n, forward_rows, &rows);
    return deliver(out, y) && deliver(mean, m) && deliver(rstd, r);
}

bool cpu_layer_norm(Tensor *out, Tensor *mean, Tensor *rstd, const Tensor *x, const Tensor *weight,
                    const Tensor *bias, int64_t n, double eps)
{
    if (!takes(x, "layer_norm"))
        return false;
    Scope scope = scope_open();
    bool ok = forward(out, mean, rstd, x, weight, bias, n, eps);
    scope_close(scope);
    return ok;
}

enum { GROUP = 4 }; /* rows whose shares of the parameters' gradients are added at once */

static void backward_group(const Rows *r, int64_t first, int64_t rows, double *sums)
{
    double k[2 * GROUP];
    for (int64_t i = 0; i < rows; i++) {
        size_t at = (size_t)(first + i) * r->row;
        double mean = get(r->dtype, r->mean, first + i), rstd = get(r->dtype, r->rstd, first + i), s[2] = {0};
        k[2 * i] = mean;
        k[2 * i + 1] = rstd;
        if (r->out == NULL)
            continue;
        r->loops->row_weighted_products(r->grad + at, r->x + at, r->weight, r->n, mean, s);
        double scale = rstd / (double)r->n;
        r->loops->row_weighted_gradient(r->out + at, r->grad + at, r->x + at, r->weight, r->n,
                                        (double[]){rstd, mean, -scale * rstd * rstd * s[1], -scale * s[0]});
    }
    size_t at = (size_t)first * r->row;
    if (sums)
        r->loops->row_parameters(r->grad + at, r->x + at, r->n, rows, k, sums);
}

/* Chunks of rows: the gradient of each row, and the chunk's share of the parameters' gradients. */
static void backward_chunks(void *context, int64_t begin, int64_t end)
{
    const Rows *r = context;
    for (int64_t chunk = begin; chunk < end; chunk++) {
        int64_t last = (chunk + 1) * r->chunk < r->rows ? (chunk + 1) * r->chunk : r->rows;
        for (int64_t i = chunk * r->chunk; i < last; i += GROUP)
            backward_group(r, i, last - i < GROUP ? last - i : GROUP,
                           r->sums ? r->sums + chunk * 2 * r->n : NULL);
    }
}

static void put_parameter(Tensor *out, const Rows *r, int64_t chunks, int set)
{
    if (out == NULL)
        return;
    for (int64_t i = 0; i < r->n; i++) {
        double sum = 0;
        for (int64_t chunk = 0; chunk < chunks; chunk++)
            sum += r->sums[(chunk * 2 + set) * r->n + i];
        put(r->dtype, tensor_address(out), i, sum);
    }
}

static bool backward(Tensor *grad_x, Tensor *grad_weight, Tensor *grad_bias, const Tensor *grad,
                     const Tensor *x, const Tensor *weight, const Tensor *mean, const Tensor *rstd, int64_t n)
{
    static const char operation[] = "layer_norm_backward";
    Device device = x->storage->device;
    const Tensor *dense = contiguous(x, operation), *g = contiguous(grad, operation),
                 *w = contiguous(weight, operation), *m = contiguous(mean, operation),
                 *r = contiguous(rstd, operation);
    Tensor *y = contiguous_result(grad_x, operation), *gw = contiguous_result(grad_weight, operation),
           *gb = contiguous_result(grad_bias, operation);
    if (!dense || !g || !m || !r || (weight && !w) || (grad_x && !y) || (grad_weight && !gw) ||
        (grad_bias && !gb))
        return false;
    Rows rows = {.loops = norm_loops(x->dtype),
                 .dtype = x->dtype,
                 .row = (size_t)n * dtype_size(x->dtype),
                 .n = n,
                 .x = tensor_address(dense),
                 .grad = tensor_address(g),
                 .out = address_or_null(y),
                 .weight = address_or_null(w),
                 .mean = tensor_address(m),
                 .rstd = tensor_address(r),
                 .rows = n > 0 ? x->numel / n : 0};
    int64_t least = n > 0 ? (WORK + n - 1) / n : 1, even = (rows.rows + MAX_CHUNKS - 1) / MAX_CHUNKS;
    rows.chunk = least > even ? least : even;
    int64_t chunks = (rows.rows + rows.chunk - 1) / rows.chunk;
    size_t bytes = (size_t)(chunks * 2 * n + 1) * sizeof(double);
    if (grad_weight || grad_bias) {
        rows.sums = allocator_allocate(device, bytes, operation);
        if (rows.sums == NULL)
            return false;
        memset(rows.sums, 0, bytes);
    }
    parallel_for(chunks, 1, backward_chunks, &rows);
    put_parameter(gw, &rows, chunks, 1);
    put_parameter(gb, &rows, chunks, 0);
    if (rows.sums)
        allocator_release(device, rows.sums, bytes);
    return (!grad_x || deliver(grad_x, y)) && (!grad_weight || deliver(grad_weight, gw)) &&
           (!grad_bias || deliver(grad_bias, gb));
}

bool cpu_layer_norm_backward(Tensor *grad_x, Tensor *grad_weight, Tensor *grad_bias, const Tensor *grad,
                             const Tensor *x, const Tensor *weight, const Tensor *mean, const Tensor *rstd,
                             int64_t n)
{
    if (!takes(x, "layer_norm_backward"))
        return false;
    Scope scope = scope_open();
    bool ok = backward(grad_x, grad_weight, grad_bias, grad, x, weight, mean, rstd, n);
    scope_close(scope);
    return ok;
}
