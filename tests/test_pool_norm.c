/* The pooling and normalisation kernels against plain loops, over shapes, stride orders and both dtypes.
 * Tolerance: 1e-12 in float64; 2e-6 in float32, relative to the size of what is added up. The plain loops run
 * in double on the values as stored. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/cpu/kernels.h"
#include "core/scope.h"
#include "core/threads.h"

enum { LAYOUTS = 4 };

/* A tensor of any dtype laid out as: 0 row-major, 1 channels_last, 2 width first, 3 row-major with gaps. */
static Tensor *empty(const int64_t *shape, int ndim, DType dtype, int layout)
{
    static const int orders[LAYOUTS][4] = {{0, 1, 2, 3}, {0, 2, 3, 1}, {3, 1, 0, 2}, {0, 1, 2, 3}};
    int64_t strides[4], step = layout == 3 ? 2 : 1, room[4];
    for (int i = ndim - 1; i >= 0; i--) {
        int d = ndim == 4 ? orders[layout][i] : i;
        strides[d] = step;
        step *= shape[d] + (layout == 3);
    }
    for (int i = 0; i < ndim; i++)
        room[i] = shape[i] + (layout == 3);
    room[ndim - 1] = ndim > 0 && layout == 3 ? 2 * room[ndim - 1] : room[ndim - 1];
    Tensor *base = tensor_new((Dims){ndim, room}, dtype, cpu_device(), "test");
    memset(tensor_data_ptr(base), 0x7f, (size_t)base->numel * dtype_size(dtype));
    return tensor_new_view(base, (Dims){ndim, shape}, strides, 0);
}

static void *place(const Tensor *x, int64_t i)
{
    int64_t offset = x->offset;
    for (int d = x->ndim - 1; d >= 0; d--) {
        offset += i % x->shape[d] * x->strides[d];
        i /= x->shape[d];
    }
    return (char *)x->storage->data + (size_t)offset * dtype_size(x->dtype);
}

/* Element i in row-major order. */
static double at(const Tensor *x, int64_t i)
{
    return scalar_to_double(scalar_read(x->dtype, place(x, i)));
}

/* Values around `center`, different enough for every seed, with a few equal neighbours. */
static Tensor *sample(const int64_t *shape, int ndim, DType dtype, int layout, int seed, double center)
{
    Tensor *x = empty(shape, ndim, dtype, layout);
    for (int64_t i = 0; i < x->numel; i++)
        scalar_write(dtype, place(x, i),
                     scalar_float(center + (double)((i * 7919 + seed * 31) % 103 - 51) / 32));
    return x;
}

static void near(const char *what, const Tensor *x, int64_t i, double expected, double scale)
{
    double got = at(x, i), tolerance = x->dtype == DTYPE_FLOAT32 ? 2e-6 : 1e-12;
    if (!(fabs(got - expected) <= tolerance * (fabs(expected) + scale)) && got != expected &&
        !(isnan(got) && isnan(expected)))
        fail_msg("%s of %s: element %lld is %.17g instead of %.17g", what, dtype_name(x->dtype), (long long)i,
                 got, expected);
}

/* -- pooling -- */

typedef struct Case {
    int64_t shape[4];
    PoolParams p;
    bool ceil_mode;
} Case;

static const Case cases[] = {
    {{2, 3, 6, 7}, {{2, 2}, {2, 2}, {0, 0}, {1, 1}, true, 0}, false},
    {{2, 3, 6, 7}, {{3, 2}, {2, 1}, {1, 1}, {1, 1}, true, 0}, false},
    {{1, 70, 5, 5}, {{3, 3}, {2, 2}, {1, 1}, {1, 1}, false, 0}, true},
    {{2, 5, 9, 8}, {{3, 3}, {1, 2}, {1, 0}, {2, 3}, true, 0}, false},
    {{2, 4, 7, 5}, {{3, 3}, {2, 2}, {0, 1}, {1, 1}, true, 7}, true},
    {{3, 130, 8, 8}, {{8, 8}, {8, 8}, {0, 0}, {1, 1}, true, 0}, false},
    {{1, 1, 1, 1}, {{1, 1}, {1, 1}, {0, 0}, {1, 1}, false, 0}, false},
    {{0, 3, 6, 7}, {{2, 2}, {2, 2}, {0, 0}, {1, 1}, true, 0}, false},
};

static int64_t out_size(const Case *t, int d, bool max)
{
    const PoolParams *p = &t->p;
    int64_t size = t->shape[2 + d], span = (max ? p->dilation[d] : 1) * (p->kernel[d] - 1) + 1;
    int64_t room = size + 2 * p->padding[d] - span + (t->ceil_mode ? p->stride[d] - 1 : 0);
    int64_t n = room / p->stride[d] + 1;
    return t->ceil_mode && (n - 1) * p->stride[d] >= size + p->padding[d] ? n - 1 : n;
}

static void check_max(const Case *t, DType dtype, int layout, int other)
{
    const PoolParams *p = &t->p;
    int64_t shape[4] = {t->shape[0], t->shape[1], out_size(t, 0, true), out_size(t, 1, true)};
    Tensor *x = sample(t->shape, 4, dtype, layout, 1, 0), *out = empty(shape, 4, dtype, other);
    Tensor *indices = empty(shape, 4, DTYPE_INT64, other), *grad = sample(shape, 4, dtype, other, 2, 0);
    Tensor *grad_x = empty(t->shape, 4, dtype, layout);
    assert_true(cpu_max_pool2d(out, indices, x, p));
    assert_true(cpu_max_pool2d_backward(grad_x, grad, indices));
    Tensor *read = empty(shape, 4, dtype, layout);
    assert_true(cpu_max_pool2d_gather(read, x, indices));
    double *expected = calloc((size_t)x->numel + 1, sizeof *expected);
    for (int64_t i = 0; i < out->numel; i++) {
        int64_t ow = i % shape[3], oh = i / shape[3] % shape[2], plane = i / shape[3] / shape[2], best = -1;
        for (int64_t r = 0; r < p->kernel[0]; r++)
            for (int64_t s = 0; s < p->kernel[1]; s++) {
                int64_t h = oh * p->stride[0] - p->padding[0] + r * p->dilation[0];
                int64_t w = ow * p->stride[1] - p->padding[1] + s * p->dilation[1];
                if (h < 0 || w < 0 || h >= t->shape[2] || w >= t->shape[3])
                    continue;
                int64_t here = (plane * t->shape[2] + h) * t->shape[3] + w;
                if (best < 0 || at(x, here) > at(x, best))
                    best = here;
            }
        assert_true(best >= 0);
        assert_true(at(out, i) == at(x, best) && at(read, i) == at(x, best));
        assert_int_equal((int64_t)at(indices, i), best % (t->shape[2] * t->shape[3]));
        expected[best] += at(grad, i);
    }
    for (int64_t i = 0; i < x->numel; i++)
        near("gradient of a maximum", grad_x, i, expected[i], 1);
    free(expected);
}

/* The window of one row or column of a mean, and what it counts for. */
static void window(const Case *t, bool adaptive, int64_t n, int d, int64_t i, int64_t *begin, int64_t *end,
                   int64_t *counted)
{
    int64_t size = t->shape[2 + d];
    if (adaptive) {
        *begin = (int64_t)floor((double)(i * size) / (double)n);
        *end = (int64_t)ceil((double)((i + 1) * size) / (double)n);
        *counted = *end - *begin;
        return;
    }
    *begin = i * t->p.stride[d] - t->p.padding[d];
    *end = *begin + t->p.kernel[d];
    if (*end > size + t->p.padding[d])
        *end = size + t->p.padding[d];
    *counted = *end - *begin;
    *begin = *begin < 0 ? 0 : *begin;
    *end = *end > size ? size : *end;
    if (!t->p.count_include_pad)
        *counted = *end - *begin;
}

static void check_avg(const Case *t, DType dtype, int layout, int other, int64_t adaptive)
{
    int64_t shape[4] = {t->shape[0], t->shape[1], adaptive ? adaptive : out_size(t, 0, false),
                        adaptive ? adaptive : out_size(t, 1, false)};
    Tensor *x = sample(t->shape, 4, dtype, layout, 1, 0), *out = empty(shape, 4, dtype, other);
    Tensor *grad = sample(shape, 4, dtype, other, 2, 0), *grad_x = empty(t->shape, 4, dtype, layout);
    assert_true(adaptive ? cpu_adaptive_pool2d(POOL_AVG, out, NULL, x) : cpu_avg_pool2d(out, x, &t->p));
    assert_true(adaptive ? cpu_adaptive_avg_pool2d_backward(grad_x, grad)
                         : cpu_avg_pool2d_backward(grad_x, grad, &t->p));
    double *expected = calloc((size_t)x->numel + 1, sizeof *expected);
    for (int64_t i = 0; i < out->numel; i++) {
        int64_t ow = i % shape[3], oh = i / shape[3] % shape[2], plane = i / shape[3] / shape[2];
        int64_t h0, h1, w0, w1, ch, cw;
        window(t, adaptive, shape[2], 0, oh, &h0, &h1, &ch);
        window(t, adaptive, shape[3], 1, ow, &w0, &w1, &cw);
        double sum = 0, divisor = t->p.divisor_override && !adaptive ? (double)t->p.divisor_override
                                                                     : (double)(ch * cw);
        for (int64_t h = h0; h < h1; h++)
            for (int64_t w = w0; w < w1; w++) {
                int64_t here = (plane * t->shape[2] + h) * t->shape[3] + w;
                sum += at(x, here);
                expected[here] += at(grad, i) / divisor;
            }
        near("mean", out, i, sum / divisor, 1);
    }
    for (int64_t i = 0; i < x->numel; i++)
        near("gradient of a mean", grad_x, i, expected[i], 1);
    free(expected);
}

static void check_adaptive_max(const Case *t, DType dtype, int layout, int64_t n)
{
    int64_t shape[4] = {t->shape[0], t->shape[1], n, n};
    Tensor *x = sample(t->shape, 4, dtype, layout, 3, 0), *out = empty(shape, 4, dtype, layout);
    Tensor *indices = empty(shape, 4, DTYPE_INT64, layout);
    assert_true(cpu_adaptive_pool2d(POOL_MAX, out, indices, x));
    for (int64_t i = 0; i < out->numel; i++) {
        int64_t ow = i % n, oh = i / n % n, plane = i / n / n, h0, h1, w0, w1, c, best = -1;
        window(t, true, n, 0, oh, &h0, &h1, &c);
        window(t, true, n, 1, ow, &w0, &w1, &c);
        for (int64_t h = h0; h < h1; h++)
            for (int64_t w = w0; w < w1; w++) {
                int64_t here = (plane * t->shape[2] + h) * t->shape[3] + w;
                if (best < 0 || at(x, here) > at(x, best))
                    best = here;
            }
        assert_true(at(out, i) == at(x, best));
        assert_int_equal((int64_t)at(indices, i), best % (t->shape[2] * t->shape[3]));
    }
}

static void pooling(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int layout = 0; layout < LAYOUTS; layout++)
            for (int d = 0; d < 2; d++) {
                Scope scope = scope_open();
                DType dtype = d ? DTYPE_FLOAT32 : DTYPE_FLOAT64;
                for (int mixed = 0; mixed < 2; mixed++) {
                    int other = (layout + mixed) % LAYOUTS;
                    check_max(&cases[i], dtype, layout, other);
                    for (int64_t adaptive = 0; adaptive < 4; adaptive++)
                        check_avg(&cases[i], dtype, layout, other, adaptive);
                }
                check_adaptive_max(&cases[i], dtype, layout, 1);
                check_adaptive_max(&cases[i], dtype, layout, 3);
                scope_close(scope);
            }
}

static void nan_is_the_maximum(void **state)
{
    (void)state;
    Scope scope = scope_open();
    int64_t shape[] = {1, 1, 2, 2}, one[] = {1, 1, 1, 1};
    Tensor *x = sample(shape, 4, DTYPE_FLOAT32, 0, 0, 0);
    ((float *)tensor_data_ptr(x))[1] = NAN;
    Tensor *out = empty(one, 4, DTYPE_FLOAT32, 0), *indices = empty(one, 4, DTYPE_INT64, 0);
    PoolParams p = {.kernel = {2, 2}, .stride = {2, 2}, .dilation = {1, 1}};
    assert_true(cpu_max_pool2d(out, indices, x, &p));
    assert_true(isnan(at(out, 0)));
    assert_int_equal((int64_t)at(indices, 0), 1);
    scope_close(scope);
}

/* -- batch_norm -- */

typedef struct Batch {
    Tensor *x, *grad, *weight, *bias, *mean, *rstd, *running_mean, *running_var, *out, *grad_x, *grad_weight,
        *grad_bias;
    int64_t inner, n; /* elements of a channel of one image, and of all */
} Batch;

static Batch batch_new(const int64_t *shape, int ndim, DType dtype, int layout, int other, bool affine)
{
    const int64_t *c = shape + 1;
    Batch b = {.x = sample(shape, ndim, dtype, layout, 1, 3),
               .grad = sample(shape, ndim, dtype, other, 2, 0),
               .weight = affine ? sample(c, 1, dtype, 0, 3, 0) : NULL,
               .bias = affine ? sample(c, 1, dtype, 3, 4, 0) : NULL,
               .mean = sample(c, 1, dtype, 3, 5, 0),
               .rstd = sample(c, 1, dtype, 0, 6, 2),
               .running_mean = sample(c, 1, dtype, 0, 7, 0),
               .running_var = sample(c, 1, dtype, 0, 8, 2),
               .out = empty(shape, ndim, dtype, other),
               .grad_x = empty(shape, ndim, dtype, layout),
               .grad_weight = affine ? empty(c, 1, dtype, 0) : NULL,
               .grad_bias = affine ? empty(c, 1, dtype, 3) : NULL,
               .inner = 1};
    for (int d = 2; d < ndim; d++)
        b.inner *= shape[d];
    b.n = b.inner * shape[0];
    return b;
}

/* Row-major position of the j-th element of channel c. */
static int64_t position(const Batch *b, int64_t c, int64_t j)
{
    return (j / b->inner * b->x->shape[1] + c) * b->inner + j % b->inner;
}

static void check_batch_channel(const Batch *b, int64_t c, bool training, double old_mean, double old_var)
{
    double mean = 0, var = 0, n = (double)b->n, sum = 0, product = 0, size = 0;
    for (int64_t j = 0; j < b->n; j++)
        mean += at(b->x, position(b, c, j)) / n;
    for (int64_t j = 0; j < b->n; j++)
        var += pow(at(b->x, position(b, c, j)) - mean, 2) / n;
    double rstd = 1 / sqrt(var + 1e-5);
    if (training) {
        near("mean", b->mean, c, mean, 1);
        near("rstd", b->rstd, c, rstd, 1);
        near("running_mean", b->running_mean, c, 0.9 * old_mean + 0.1 * mean, 1);
        near("running_var", b->running_var, c, 0.9 * old_var + 0.1 * var * n / (n - 1), 1);
    }
    mean = at(b->mean, c);
    rstd = at(b->rstd, c);
    double weight = b->weight ? at(b->weight, c) : 1, bias = b->bias ? at(b->bias, c) : 0;
    for (int64_t j = 0; j < b->n; j++) {
        int64_t i = position(b, c, j);
        near("batch_norm", b->out, i, (at(b->x, i) - mean) * rstd * weight + bias, 8 * fabs(rstd * weight));
        sum += at(b->grad, i);
        product += at(b->grad, i) * (at(b->x, i) - mean) * rstd;
        size += fabs(at(b->grad, i));
    }
    if (b->grad_weight) {
        near("gradient of weight", b->grad_weight, c, product, 2 * size);
        near("gradient of bias", b->grad_bias, c, sum, size);
    }
    for (int64_t j = 0; j < b->n; j++) {
        int64_t i = position(b, c, j);
        double xhat = (at(b->x, i) - mean) * rstd, g = at(b->grad, i);
        double expected = weight * rstd * (training ? g - sum / n - xhat * product / n : g);
        near("gradient of batch_norm", b->grad_x, i, expected, 4 * fabs(rstd * weight));
    }
}

static void check_batch_norm(const int64_t *shape, int ndim, DType dtype, int layout, int other,
                             bool training, bool affine)
{
    Scope scope = scope_open();
    Batch b = batch_new(shape, ndim, dtype, layout, other, affine);
    Tensor *old_mean = sample(shape + 1, 1, dtype, 0, 7, 0), *old_var = sample(shape + 1, 1, dtype, 0, 8, 2);
    assert_true(cpu_batch_norm(b.out, b.mean, b.rstd, b.x, b.weight, b.bias, b.running_mean, b.running_var,
                               training, 0.1, 1e-5));
    assert_true(cpu_batch_norm_backward(b.grad_x, b.grad_weight, b.grad_bias, b.grad, b.x, b.weight, b.mean,
                                        b.rstd, training));
    for (int64_t c = 0; c < shape[1]; c++)
        check_batch_channel(&b, c, training, at(old_mean, c), at(old_var, c));
    if (!training)
        for (int64_t c = 0; c < shape[1]; c++)
            assert_true(at(b.running_mean, c) == at(old_mean, c));
    scope_close(scope);
}

static void batch_norm(void **state)
{
    (void)state;
    static const int64_t shapes[][4] = {
        {4, 3, 5, 7}, {2, 66, 9, 8}, {3, 40, 1, 1}, {5, 1, 4, 4}, {8, 16, 32, 33}};
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (int i = 0; i < LAYOUTS * 16; i++) {
            int layout = i / 16;
            check_batch_norm(shapes[s], 4, i & 1 ? DTYPE_FLOAT32 : DTYPE_FLOAT64, layout,
                             (layout + (i >> 3 & 1)) % LAYOUTS, i & 2, i & 4);
        }
    for (int i = 0; i < 8; i++) {
        check_batch_norm((int64_t[]){6, 5}, 2, i & 1 ? DTYPE_FLOAT32 : DTYPE_FLOAT64, 0, 3, i & 2, i & 4);
        check_batch_norm((int64_t[]){3, 5, 11}, 3, i & 1 ? DTYPE_FLOAT32 : DTYPE_FLOAT64, 3, 0, i & 2, i & 4);
    }
}

/* Nothing is lost where the mean is large beside the deviation, whatever the first element is. */
static void batch_norm_large_mean(void **state)
{
    (void)state;
    for (int layout = 0; layout < 2; layout++) {
        Scope scope = scope_open();
        int64_t shape[] = {4, 2, 16, 16};
        Batch b = batch_new(shape, 4, DTYPE_FLOAT64, layout, layout, false);
        b.x = sample(shape, 4, DTYPE_FLOAT64, layout, 1, 1e6);
        assert_true(cpu_batch_norm(b.out, b.mean, b.rstd, b.x, NULL, NULL, NULL, NULL, true, 0.1, 1e-5));
        for (int64_t c = 0; c < 2; c++) {
            double mean = 0, var = 0;
            for (int64_t j = 0; j < b.n; j++)
                mean += (at(b.x, position(&b, c, j)) - 1e6) / (double)b.n;
            for (int64_t j = 0; j < b.n; j++)
                var += pow(at(b.x, position(&b, c, j)) - 1e6 - mean, 2) / (double)b.n;
            near("mean", b.mean, c, 1e6 + mean, 0);
            near("rstd", b.rstd, c, 1 / sqrt(var + 1e-5), 0);
        }
        scope_close(scope);
    }
}

static void batch_norm_same_for_any_threads(void **state)
{
    (void)state;
    int threads = tensor_get_num_threads();
    for (int layout = 0; layout < 2; layout++) {
        Scope scope = scope_open();
        int64_t shape[] = {8, 40, 24, 24};
        Batch a = batch_new(shape, 4, DTYPE_FLOAT32, layout, layout, true), b = a;
        b.mean = empty(shape + 1, 1, DTYPE_FLOAT32, 0);
        b.grad_weight = empty(shape + 1, 1, DTYPE_FLOAT32, 0);
        for (int i = 0; i < 2; i++) {
            const Batch *t = i ? &b : &a;
            tensor_set_num_threads(i ? 3 : 1);
            assert_true(cpu_batch_norm(t->out, t->mean, t->rstd, t->x, t->weight, t->bias, NULL, NULL, true,
                                       0.1, 1e-5));
            assert_true(cpu_batch_norm_backward(t->grad_x, t->grad_weight, t->grad_bias, t->grad, t->x,
                                                t->weight, a.mean, a.rstd, true));
        }
        for (int64_t c = 0; c < 40; c++)
            assert_true(at(a.mean, c) == at(b.mean, c) && at(a.grad_weight, c) == at(b.grad_weight, c));
        scope_close(scope);
    }
    tensor_set_num_threads(threads);
}

/* -- layer_norm -- */

static void check_layer_row(const Tensor *x, const Tensor *grad, const Tensor *weight, const Tensor *bias,
                            const Tensor *out, const Tensor *grad_x, int64_t row, int64_t n, double *sums)
{
    double mean = 0, var = 0, sum = 0, product = 0;
    for (int64_t i = row * n; i < (row + 1) * n; i++)
        mean += at(x, i) / (double)n;
    for (int64_t i = row * n; i < (row + 1) * n; i++)
        var += pow(at(x, i) - mean, 2) / (double)n;
    double rstd = 1 / sqrt(var + 1e-5);
    for (int64_t i = row * n, j = 0; j < n; i++, j++) {
        double w = weight ? at(weight, j) : 1, xhat = (at(x, i) - mean) * rstd, g = at(grad, i);
        near("layer_norm", out, i, xhat * w + (bias ? at(bias, j) : 0), 8 * fabs(rstd * w));
        sum += g * w;
        product += g * w * xhat;
        sums[j] += g;
        sums[n + j] += g * xhat;
    }
    for (int64_t i = row * n, j = 0; j < n; i++, j++) {
        double w = weight ? at(weight, j) : 1, xhat = (at(x, i) - mean) * rstd;
        near("gradient of layer_norm", grad_x, i,
             rstd * (at(grad, i) * w - sum / (double)n - xhat * product / (double)n), 4 * rstd);
    }
}

static void check_layer_norm(int64_t rows, int64_t n, DType dtype, int layout, bool affine)
{
    Scope scope = scope_open();
    int64_t shape[] = {rows, n};
    Tensor *x = sample(shape, 2, dtype, layout, 1, 3), *grad = sample(shape, 2, dtype, layout, 2, 0);
    Tensor *weight = affine ? sample(shape + 1, 1, dtype, layout, 3, 0) : NULL;
    Tensor *bias = affine ? sample(shape + 1, 1, dtype, 0, 4, 0) : NULL;
    Tensor *out = empty(shape, 2, dtype, layout), *grad_x = empty(shape, 2, dtype, layout);
    Tensor *mean = empty(shape, 1, dtype, 0), *rstd = empty(shape, 1, dtype, 0);
    Tensor *grad_weight = affine ? empty(shape + 1, 1, dtype, layout) : NULL;
    Tensor *grad_bias = affine ? empty(shape + 1, 1, dtype, 0) : NULL;
    assert_true(cpu_layer_norm(out, mean, rstd, x, weight, bias, n, 1e-5));
    assert_true(cpu_layer_norm_backward(grad_x, grad_weight, grad_bias, grad, x, weight, mean, rstd, n));
    double *sums = calloc(2 * (size_t)n + 1, sizeof *sums);
    for (int64_t row = 0; row < rows; row++)
        check_layer_row(x, grad, weight, bias, out, grad_x, row, n, sums);
    for (int64_t j = 0; affine && j < n; j++) {
        near("gradient of bias", grad_bias, j, sums[j], (double)rows);
        near("gradient of weight", grad_weight, j, sums[n + j], 2 * (double)rows);
    }
    free(sums);
    scope_close(scope);
}

static void layer_norm(void **state)
{
    (void)state;
    static const int64_t shapes[][2] = {{1, 1}, {5, 7}, {3, 64}, {300, 100}, {0, 4}, {2, 4097}};
    int layouts = cpu_backend.kernels.copy ? LAYOUTS : 1;
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (int i = 0; i < 4; i++)
            for (int layout = 0; layout < layouts; layout += 3)
                check_layer_norm(shapes[s][0], shapes[s][1], i & 1 ? DTYPE_FLOAT32 : DTYPE_FLOAT64, layout,
                                 i & 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pooling),
        cmocka_unit_test(nan_is_the_maximum),
        cmocka_unit_test(batch_norm),
        cmocka_unit_test(batch_norm_large_mean),
        cmocka_unit_test(batch_norm_same_for_any_threads),
        cmocka_unit_test(layer_norm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
