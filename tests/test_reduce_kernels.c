/* The reduction kernels against plain loops: every set of dimensions of a 4-d shape, in three stride orders,
 * for every kind and dtype. Tolerance: 1e-6 relative for float32 (accumulated in double, rounded once), 1e-12
 * for float64; integers exactly. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/cpu/kernels.h"
#include "core/scope.h"
#include "core/threads.h"

static double value(int64_t i, DType dtype)
{
    double v = (double)((i * 7919 + 13) % 101 - 50);
    if (dtype == DTYPE_BOOL)
        return fmod(v, 3) != 0;
    if (dtype == DTYPE_UINT8)
        return v + 50;
    return dtype_is_floating_point(dtype) ? v / 16 + 0.01 : v;
}

/* x of the shape, with the dimensions in memory in the order given. */
static Tensor *sample(const int64_t *shape, const int *order, int ndim, DType dtype)
{
    int64_t strides[TENSOR_MAX_DIMS], step = 1;
    for (int i = ndim - 1; i >= 0; i--) {
        strides[order[i]] = step;
        step *= shape[order[i]];
    }
    Tensor *x = tensor_new_strided((Dims){ndim, shape}, strides, dtype, cpu_device(), "test");
    for (int64_t i = 0; i < tensor_numel(x); i++)
        scalar_write(dtype, (char *)tensor_data_ptr(x) + (size_t)i * dtype_size(dtype),
                     scalar_float(value(i, dtype)));
    return x;
}

typedef struct Plain {
    int64_t n, nonzero;
    double sum, prod, max, min, squares, abs, exp;
} Plain;

static double plain_result(ReduceOp op, const Plain *p, double a)
{
    double mean = p->sum / (double)p->n;
    switch (op) {
    case REDUCE_SUM:
        return p->sum;
    case REDUCE_MEAN:
        return mean;
    case REDUCE_PROD:
        return p->prod;
    case REDUCE_AMAX:
        return p->max;
    case REDUCE_AMIN:
        return p->min;
    case REDUCE_VAR:
        return (p->squares - mean * p->sum) / ((double)p->n - a);
    case REDUCE_NORM:
        return a == 1 ? p->abs : sqrt(p->squares);
    case REDUCE_LOGSUMEXP:
        return log(p->exp);
    case REDUCE_ALL:
        return p->nonzero == p->n;
    default:
        return p->nonzero > 0;
    }
}

static double element(const Tensor *x, const int64_t *index)
{
    int64_t offset = x->offset;
    for (int d = 0; d < x->ndim; d++)
        offset += index[d] * x->strides[d];
    return scalar_to_double(
        scalar_read(x->dtype, (char *)x->storage->data + (size_t)offset * dtype_size(x->dtype)));
}

static Plain plain_reduce(const Tensor *x, const int64_t *at, uint32_t mask)
{
    Plain p = {.prod = 1, .max = -INFINITY, .min = INFINITY};
    int64_t index[4] = {0};
    for (int64_t i = 0; i < x->numel; i++) {
        int64_t rest = i;
        bool mine = true;
        for (int d = x->ndim - 1; d >= 0; d--) {
            index[d] = rest % x->shape[d];
            rest /= x->shape[d];
            mine = mine && ((mask >> d & 1) || index[d] == at[d]);
        }
        if (!mine)
            continue;
        double v = element(x, index);
        p.n++;
        p.nonzero += v != 0;
        p.sum += v;
        p.prod *= v;
        p.max = fmax(p.max, v);
        p.min = fmin(p.min, v);
        p.squares += v * v;
        p.abs += fabs(v);
        p.exp += exp(v);
    }
    return p;
}

static void check(ReduceOp op, const Tensor *x, uint32_t mask, DType dtype, double a)
{
    int64_t shape[4];
    for (int d = 0; d < x->ndim; d++)
        shape[d] = (mask >> d & 1) ? 1 : x->shape[d];
    Tensor *out = tensor_new((Dims){x->ndim, shape}, dtype, cpu_device(), "test");
    assert_true(cpu_reduce(op, out, x, a));
    double tolerance = dtype == DTYPE_FLOAT32 ? 1e-6 : 1e-12;
    for (int64_t i = 0; i < out->numel; i++) {
        int64_t at[4], rest = i;
        for (int d = x->ndim - 1; d >= 0; d--) {
            at[d] = rest % shape[d];
            rest /= shape[d];
        }
        Plain p = plain_reduce(x, at, mask);
        double expected = plain_result(op, &p, a), got = element(out, at);
        /* A sum's error is relative to what was added up; a variance as plain loops have it, to the squares.
         */
        double scale = fabs(expected) + (op == REDUCE_PROD || op >= REDUCE_LOGSUMEXP ? 0 : 1e-3 * p.squares);
        if (!(fabs(got - expected) <= tolerance * scale + 1e-30) && !(isnan(got) && isnan(expected)) &&
            got != expected)
            fail_msg("op %d mask %x dtype %s: %.17g instead of %.17g", op, mask, dtype_name(dtype), got,
                     expected);
    }
}

static void every_dim_and_order(void **state)
{
    (void)state;
    static const int orders[][4] = {{0, 1, 2, 3}, {0, 2, 3, 1}, {3, 1, 0, 2}};
    static const int64_t shape[] = {3, 5, 4, 9};
    static const DType dtypes[] = {DTYPE_FLOAT32, DTYPE_FLOAT64, DTYPE_INT64,
                                   DTYPE_INT32,   DTYPE_UINT8,   DTYPE_BOOL};
    for (int o = 0; o < 3; o++)
        for (int t = 0; t < 6; t++) {
            Scope scope = scope_open();
            Tensor *x = sample(shape, orders[o], 4, dtypes[t]);
            bool is_float = dtype_is_floating_point(dtypes[t]);
            for (uint32_t mask = 1; mask < 16; mask++) {
                check(REDUCE_SUM, x, mask, is_float ? dtypes[t] : DTYPE_INT64, 0);
                check(REDUCE_AMAX, x, mask, dtypes[t], 0);
                check(REDUCE_AMIN, x, mask, dtypes[t], 0);
                check(REDUCE_ALL, x, mask, DTYPE_BOOL, 0);
                check(REDUCE_ANY, x, mask, DTYPE_BOOL, 0);
                if (!is_float)
                    continue;
                check(REDUCE_PROD, x, mask, dtypes[t], 0);
                check(REDUCE_MEAN, x, mask, dtypes[t], 0);
                check(REDUCE_VAR, x, mask, dtypes[t], 1);
                check(REDUCE_NORM, x, mask, dtypes[t], 1);
                check(REDUCE_NORM, x, mask, dtypes[t], 2);
                check(REDUCE_LOGSUMEXP, x, mask, dtypes[t], 0);
            }
            scope_close(scope);
        }
}

/* Long reductions are cut into chunks; the number of threads must not show in the bits. */
static void large_and_deterministic(void **state)
{
    (void)state;
    static const int rows[] = {0, 1}, columns[] = {1, 0};
    static const int64_t shape[] = {3, 100003};
    Scope scope = scope_open();
    for (int o = 0; o < 2; o++) {
        Tensor *x = sample(shape, o ? columns : rows, 2, DTYPE_FLOAT32);
        Tensor *one = tensor_new(DIMS(3, 1), DTYPE_FLOAT32, cpu_device(), "test");
        Tensor *two = tensor_new(DIMS(3, 1), DTYPE_FLOAT32, cpu_device(), "test");
        int threads = tensor_get_num_threads();
        tensor_set_num_threads(1);
        assert_true(cpu_reduce(REDUCE_VAR, one, x, 1));
        tensor_set_num_threads(3);
        assert_true(cpu_reduce(REDUCE_VAR, two, x, 1));
        tensor_set_num_threads(threads);
        assert_memory_equal(tensor_data_ptr(one), tensor_data_ptr(two), 12);
        check(REDUCE_SUM, x, 2, DTYPE_FLOAT32, 0);
        check(REDUCE_SUM, x, 3, DTYPE_FLOAT32, 0);
        check(REDUCE_AMAX, x, 1 << 1, DTYPE_FLOAT32, 0);
    }
    scope_close(scope);
}

static void empty_and_nan(void **state)
{
    (void)state;
    Scope scope = scope_open();
    Tensor *x = tensor_new(DIMS(2, 0), DTYPE_FLOAT32, cpu_device(), "test");
    Tensor *out = tensor_new(DIMS(2, 1), DTYPE_FLOAT32, cpu_device(), "test");
    float *y = tensor_data_ptr(out);
    assert_true(cpu_reduce(REDUCE_SUM, out, x, 0));
    assert_true(y[0] == 0 && y[1] == 0);
    assert_true(cpu_reduce(REDUCE_MEAN, out, x, 0));
    assert_true(isnan(y[0]) && isnan(y[1]));
    assert_true(cpu_reduce(REDUCE_LOGSUMEXP, out, x, 0));
    assert_true(y[0] == -INFINITY);
    Tensor *none = tensor_new(DIMS(1, 0), DTYPE_FLOAT32, cpu_device(), "test");
    assert_true(cpu_reduce(REDUCE_AMAX, none, x, 0));

    Tensor *z = tensor_new(DIMS(2, 20), DTYPE_FLOAT32, cpu_device(), "test");
    float *v = tensor_data_ptr(z);
    for (int i = 0; i < 40; i++)
        v[i] = (float)i;
    v[3] = NAN;
    for (int op = REDUCE_SUM; op <= REDUCE_LOGSUMEXP; op++) {
        assert_true(cpu_reduce((ReduceOp)op, out, z, 2));
        assert_true(isnan(y[0]) && !isnan(y[1]));
    }
    scope_close(scope);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_dim_and_order),
        cmocka_unit_test(large_and_deterministic),
        cmocka_unit_test(empty_and_nan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
