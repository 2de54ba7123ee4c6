/* The kernels of matrix products and convolutions against plain loops in double precision. Tolerance: 1e-12
 * for float64 and 2e-5 for float32, relative to the largest sum of absolute values that the shapes give;
 * integers exactly. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/cpu/kernels.h"
#include "core/error.h"
#include "core/scope.h"
#include "core/threads.h"

static uint32_t seed;

static double draw(DType dtype)
{
    seed = seed * 1664525u + 1013904223u;
    double v = (double)(int)((seed >> 8) % 2001) / 1000 - 1;
    return dtype_is_floating_point(dtype) ? v : round(v * 9 + 9);
}

/* x of the shape with the dimensions in memory in the order given, gap elements apart, filled with numbers.
 */
static Tensor *sample(Dims shape, const int *order, int64_t gap, DType dtype)
{
    int64_t strides[TENSOR_MAX_DIMS], step = gap;
    for (int64_t i = shape.n - 1; i >= 0; i--) {
        strides[order[i]] = step;
        step *= shape.data[order[i]];
    }
    Tensor *x = tensor_new_strided(shape, strides, dtype, cpu_device(), "test");
    assert_non_null(x);
    for (size_t i = 0; i < x->storage->bytes / dtype_size(dtype); i++)
        scalar_write(dtype, (char *)x->storage->data + i * dtype_size(dtype), scalar_float(draw(dtype)));
    return x;
}

static double at(const Tensor *x, int64_t i, int64_t j, int64_t k, int64_t l)
{
    int64_t index[] = {i, j, k, l}, offset = 0;
    for (int d = 0; d < x->ndim; d++)
        offset += index[d] * x->strides[d];
    return scalar_to_double(
        scalar_read(x->dtype, (char *)tensor_address(x) + offset * (int64_t)dtype_size(x->dtype)));
}

static void check(const Tensor *x, int64_t i, int64_t j, int64_t k, int64_t l, double expected, double terms)
{
    double got = at(x, i, j, k, l);
    double tolerance = x->dtype == DTYPE_FLOAT64 ? 1e-12 : x->dtype == DTYPE_FLOAT32 ? 2e-5 : 0;
    if (!(fabs(got - expected) <= tolerance * (1 + sqrt(terms))))
        fail_msg("at [%d, %d, %d, %d]: %.17g, expected %.17g", (int)i, (int)j, (int)k, (int)l, got, expected);
}

/* -- matrix products -- */

static const int rows3[] = {0, 1, 2}, columns3[] = {0, 2, 1}, batch_last[] = {1, 2, 0};

static void check_gemm(DType dtype, int64_t batch, int64_t m, int64_t n, int64_t k, const int *order_a,
                       const int *order_b, const int *order_out, int64_t gap, double alpha, double beta)
{
    Scope scope = scope_open();
    Tensor *a = sample(DIMS(batch, m, k), order_a, gap, dtype),
           *b = sample(DIMS(batch, k, n), order_b, 1, dtype);
    Tensor *out = sample(DIMS(batch, m, n), order_out, gap, dtype);
    if (batch == 3)
        b->strides[0] = 0;
    double *before = calloc((size_t)(batch * m * n) + 1, sizeof *before);
    for (int64_t z = 0, e = 0; z < batch; z++)
        for (int64_t i = 0; i < m; i++)
            for (int64_t j = 0; j < n; j++)
                before[e++] = at(out, z, i, j, 0);
    assert_true(cpu_gemm(out, a, b, alpha, beta));
    for (int64_t z = 0, e = 0; z < batch; z++)
        for (int64_t i = 0; i < m; i++)
            for (int64_t j = 0; j < n; j++, e++) {
                double sum = 0;
                for (int64_t l = 0; l < k; l++)
                    sum += at(a, z, i, l, 0) * at(b, z, l, j, 0);
                check(out, z, i, j, 0, alpha * sum + beta * before[e], (double)k);
            }
    free(before);
    scope_close(scope);
}

static void gemm(void **state)
{
    (void)state;
    static const int64_t sizes[][4] = {{1, 1, 1, 1},     {1, 5, 7, 3},     {2, 33, 17, 9},    {3, 6, 16, 64},
                                       {1, 200, 3, 150}, {1, 3, 200, 150}, {4, 64, 1, 64},    {5, 1, 20, 30},
                                       {2, 4, 5, 0},     {0, 2, 3, 4},     {1, 150, 140, 130}};
    static const DType dtypes[] = {DTYPE_FLOAT32, DTYPE_FLOAT64, DTYPE_INT64, DTYPE_INT32};
    const int *orders[] = {rows3, columns3, batch_last};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (size_t d = 0; d < 4; d++)
            for (int o = 0; o < 6; o++)
                check_gemm(dtypes[d], sizes[s][0], sizes[s][1], sizes[s][2], sizes[s][3], orders[o % 3],
                           orders[o / 2], orders[(o + o / 3) % 3], 1 + o / 3, o % 2 ? 2 : 1, o % 2 ? 3 : 0);
}

static void gemm_many_small(void **state)
{
    (void)state;
    check_gemm(DTYPE_FLOAT32, 300, 8, 9, 10, rows3, columns3, rows3, 1, 1, 0);
}

/* Matrices that BLIS refuses: rows expanded by a zero stride; NaN in a result that is overwritten. */
static void gemm_expanded(void **state)
{
    (void)state;
    Scope scope = scope_open();
    Tensor *a = sample(DIMS(2, 4, 5), rows3, 1, DTYPE_FLOAT64),
           *b = sample(DIMS(2, 5, 6), rows3, 1, DTYPE_FLOAT64);
    Tensor *out = sample(DIMS(2, 4, 6), rows3, 1, DTYPE_FLOAT64);
    a->strides[1] = 0;
    b->strides[2] = 0;
    ((double *)tensor_address(out))[3] = NAN;
    assert_true(cpu_gemm(out, a, b, 1, 0));
    for (int64_t z = 0; z < 2; z++)
        for (int64_t i = 0; i < 4; i++)
            for (int64_t j = 0; j < 6; j++) {
                double sum = 0;
                for (int64_t l = 0; l < 5; l++)
                    sum += at(a, z, i, l, 0) * at(b, z, l, j, 0);
                check(out, z, i, j, 0, sum, 5);
            }
    scope_close(scope);
}

/* -- convolutions -- */

typedef struct Case {
    int64_t n, c, h, w, m, r, s; /* images, channels, size, output channels, kernel */
    ConvParams p;
} Case;

static int64_t out_size(const Case *k, int d)
{
    int64_t in = d ? k->w : k->h, kernel = d ? k->s : k->r;
    return (in + 2 * k->p.padding[d] - k->p.dilation[d] * (kernel - 1) - 1) / k->p.stride[d] + 1;
}

/* The term list of a convolution, once for all three directions: calls visit for every product x * weight ->
 * out. */
typedef struct Sums {
    const Case *k;
    const Tensor *x, *weight, *grad;
    double *out, *grad_x, *grad_weight;
} Sums;

static void add_terms(Sums *t, int64_t n, int64_t m, int64_t j, int64_t i)
{
    const Case *k = t->k;
    int64_t channels = k->c / k->p.groups, first = m / (k->m / k->p.groups) * channels;
    int64_t ho = out_size(k, 0), wo = out_size(k, 1);
    for (int64_t c = 0; c < channels; c++)
        for (int64_t r = 0; r < k->r; r++)
            for (int64_t s = 0; s < k->s; s++) {
                int64_t y = j * k->p.stride[0] + r * k->p.dilation[0] - k->p.padding[0];
                int64_t x = i * k->p.stride[1] + s * k->p.dilation[1] - k->p.padding[1];
                if (y < 0 || y >= k->h || x < 0 || x >= k->w)
                    continue;
                double v = at(t->x, n, first + c, y, x), w = at(t->weight, m, c, r, s),
                       g = at(t->grad, n, m, j, i);
                t->out[((n * k->m + m) * ho + j) * wo + i] += v * w;
                t->grad_x[((n * k->c + first + c) * k->h + y) * k->w + x] += g * w;
                t->grad_weight[((m * channels + c) * k->r + r) * k->s + s] += g * v;
            }
}

static void compare(const Tensor *x, const double *expected, double terms)
{
    for (int64_t a = 0, e = 0; a < x->shape[0]; a++)
        for (int64_t b = 0; b < x->shape[1]; b++)
            for (int64_t c = 0; c < x->shape[2]; c++)
                for (int64_t d = 0; d < x->shape[3]; d++)
                    check(x, a, b, c, d, expected[e++], terms);
}

static double *zeros(const Tensor *x)
{
    double *data = calloc((size_t)x->numel + 1, sizeof *data);
    assert_non_null(data);
    return data;
}

static const int nchw[] = {0, 1, 2, 3}, nhwc[] = {0, 2, 3, 1}, odd[] = {1, 3, 0, 2};

static void check_conv(const Case *k, const int *order, int64_t gap, DType dtype)
{
    Scope scope = scope_open();
    int64_t ho = out_size(k, 0), wo = out_size(k, 1), channels = k->c / k->p.groups;
    Tensor *x = sample(DIMS(k->n, k->c, k->h, k->w), order, gap, dtype);
    Tensor *weight = sample(DIMS(k->m, channels, k->r, k->s), order, gap, dtype);
    Tensor *bias = sample(DIMS(k->m), (const int[]){0}, gap, dtype);
    Tensor *grad = sample(DIMS(k->n, k->m, ho, wo), order, gap, dtype);
    Tensor *out = sample(DIMS(k->n, k->m, ho, wo), order, gap, dtype);
    Tensor *grad_x = sample(DIMS(k->n, k->c, k->h, k->w), order, gap, dtype);
    Tensor *grad_weight = sample(DIMS(k->m, channels, k->r, k->s), order, gap, dtype);
    Sums t = {k, x, weight, grad, zeros(out), zeros(grad_x), zeros(grad_weight)};
    for (int64_t n = 0; n < k->n; n++)
        for (int64_t m = 0; m < k->m; m++)
            for (int64_t j = 0; j < ho; j++)
                for (int64_t i = 0; i < wo; i++)
                    add_terms(&t, n, m, j, i);
    double terms = (double)(channels * k->r * k->s);
    assert_true(cpu_conv2d(out, x, weight, NULL, &k->p));
    compare(out, t.out, terms);
    assert_true(cpu_conv2d(out, x, weight, bias, &k->p));
    for (int64_t e = 0; e < out->numel; e++)
        t.out[e] += at(bias, e / (ho * wo) % k->m, 0, 0, 0);
    compare(out, t.out, terms);
    assert_true(cpu_conv2d_backward_input(grad_x, grad, weight, &k->p));
    compare(grad_x, t.grad_x, (double)(k->m / k->p.groups * k->r * k->s));
    assert_true(cpu_conv2d_backward_weight(grad_weight, grad, x, &k->p));
    compare(grad_weight, t.grad_weight, (double)(k->n * ho * wo));
    free(t.out);
    free(t.grad_x);
    free(t.grad_weight);
    scope_close(scope);
}

static const Case cases[] = {
    {2, 3, 8, 8, 4, 3, 3, {{1, 1}, {1, 1}, {1, 1}, 1}},
    {2, 8, 9, 7, 6, 3, 3, {{2, 2}, {1, 1}, {1, 1}, 1}},
    {1, 4, 12, 10, 5, 3, 2, {{1, 2}, {2, 1}, {2, 3}, 1}},
    {3, 6, 6, 6, 8, 1, 1, {{1, 1}, {0, 0}, {1, 1}, 1}},
    {3, 20, 7, 7, 17, 1, 1, {{2, 2}, {0, 0}, {1, 1}, 1}},
    {2, 6, 8, 8, 9, 3, 3, {{1, 1}, {1, 1}, {1, 1}, 3}},
    {2, 8, 9, 9, 8, 3, 3, {{1, 1}, {1, 1}, {1, 1}, 8}},
    {2, 8, 9, 10, 8, 5, 3, {{2, 1}, {2, 1}, {1, 1}, 8}},
    {2, 4, 9, 9, 12, 3, 3, {{1, 1}, {2, 2}, {2, 2}, 4}},
    {1, 3, 20, 21, 5, 7, 7, {{2, 2}, {3, 3}, {1, 1}, 1}},
    {1, 2, 5, 5, 3, 5, 5, {{1, 1}, {0, 0}, {1, 1}, 1}},
    {5, 32, 4, 4, 40, 3, 3, {{1, 1}, {1, 1}, {1, 1}, 1}},
    {20, 33, 4, 4, 19, 3, 3, {{1, 1}, {1, 1}, {1, 1}, 1}},
    {2, 64, 16, 16, 24, 3, 3, {{1, 1}, {1, 1}, {1, 1}, 1}},
    {1, 2, 3, 300, 2, 3, 3, {{1, 1}, {1, 1}, {1, 1}, 1}},
    {2, 3, 4, 4, 5, 3, 3, {{3, 3}, {4, 4}, {1, 1}, 1}},
    {1, 2, 40, 40, 3, 3, 3, {{1, 1}, {1, 1}, {1, 1}, 1}},
    {2, 40, 8, 8, 3, 3, 3, {{4, 4}, {0, 0}, {1, 1}, 1}},
    {3, 16, 5, 6, 16, 3, 3, {{1, 1}, {1, 1}, {1, 1}, 16}},
    {2, 5, 6, 7, 5, 3, 3, {{2, 2}, {1, 1}, {2, 2}, 5}},
    {1, 2, 1, 9, 3, 1, 3, {{1, 1}, {0, 1}, {1, 1}, 1}},
    {0, 3, 8, 8, 4, 3, 3, {{1, 1}, {1, 1}, {1, 1}, 1}},
    {2, 32, 8, 8, 32, 3, 3, {{1, 1}, {1, 1}, {1, 1}, 32}},
    {1, 17, 6, 6, 17, 1, 1, {{1, 1}, {0, 0}, {1, 1}, 17}},
};

static void conv_nchw(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int d = 0; d < 2; d++)
            check_conv(&cases[i], nchw, 1, d ? DTYPE_FLOAT64 : DTYPE_FLOAT32);
}

static void conv_channels_last(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int d = 0; d < 2; d++)
            check_conv(&cases[i], nhwc, 1, d ? DTYPE_FLOAT64 : DTYPE_FLOAT32);
}

static void conv_odd_strides(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int64_t gap = 1; gap <= 2; gap++)
            check_conv(&cases[i], gap == 1 ? odd : nchw, gap, DTYPE_FLOAT64);
}

/* The number of threads changes how the work is shared, not what comes out. */
static void conv_any_threads(void **state)
{
    (void)state;
    int threads = tensor_get_num_threads();
    for (int t = 1; t <= 5; t += 2) {
        assert_true(tensor_set_num_threads(t));
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i += 2)
            check_conv(&cases[i], i % 4 ? nchw : nhwc, 1, DTYPE_FLOAT32);
    }
    assert_true(tensor_set_num_threads(threads));
}

static void wrong_dtypes(void **state)
{
    (void)state;
    Scope scope = scope_open();
    error_set_handler(error_ignore, NULL);
    Tensor *x = sample(DIMS(1, 2, 4, 4), nchw, 1, DTYPE_INT64),
           *weight = sample(DIMS(2, 2, 1, 1), nchw, 1, DTYPE_INT64);
    ConvParams p = {{1, 1}, {0, 0}, {1, 1}, 1};
    assert_false(cpu_conv2d(x, x, weight, NULL, &p));
    assert_string_equal(error_last()->message, "\"slow_conv2d_cpu\" not implemented for 'Long'");
    error_clear();
    Tensor *b = sample(DIMS(1, 2, 2), rows3, 1, DTYPE_BOOL);
    assert_false(cpu_gemm(b, b, b, 1, 0));
    assert_string_equal(error_last()->message, "\"addmm_impl_cpu_\" not implemented for 'Bool'");
    error_clear();
    error_set_handler(NULL, NULL);
    scope_close(scope);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gemm),
        cmocka_unit_test(gemm_many_small),
        cmocka_unit_test(gemm_expanded),
        cmocka_unit_test(conv_nchw),
        cmocka_unit_test(conv_channels_last),
        cmocka_unit_test(conv_odd_strides),
        cmocka_unit_test(conv_any_threads),
        cmocka_unit_test(wrong_dtypes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
