/* Reductions, scans and sorts where samples do not reach: NaN, ties, zeros, places without a derivative, long
 * lines against plain loops, and the ways of calling them. The values are PyTorch's. Float64; values to
 * 1e-12, places exactly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <taper.h>

#include "expect.h"

/* The gradient of x where y is the sum of what the call made of it. */
static Tensor *gradient(Tensor *y, Tensor *x)
{
    Tensor *sum = tensor_sum(y);
    TensorList grads = autograd_grad(TENSORS(sum), TENSORS(x));
    assert_non_null(grads.items);
    return grads.items[0];
}

static void test_nan(void **state)
{
    (void)state;
    Tensor *x = VECTOR(1, NAN, 3, NAN);
    expect_values(tensor_max(x, 0).values, NAN);
    expect_values(tensor_max(x, 0).indices, 1);
    expect_values(tensor_min(x, 0).indices, 1);
    expect_values(tensor_argmin(x), 1);
    expect_values(tensor_amax(x), NAN);
    expect_values(tensor_nansum(x), 4);
    expect_values(tensor_mean(x), NAN);
    expect_values(tensor_any(x), 1);
    expect_values(tensor_norm(x, INFINITY), NAN);
    Tensor *p = PARAMETER(3, NAN, 2);
    expect_values(gradient(tensor_nansum(p), p), 1, 0, 1);
    expect_values(gradient(tensor_max(p), p), 0, 1, 0);
}

static void test_order(void **state)
{
    (void)state;
    Tensor *x = VECTOR(1, NAN, -0.0, 0, INFINITY, -2);
    TensorValuesIndices up = tensor_sort(x), down = tensor_sort(x, .descending = true, .stable = true);
    expect_values(up.values, -2, 0, 0, 1, INFINITY, NAN);
    expect_values(up.indices, 5, 2, 3, 0, 4, 1);
    expect_values(down.values, NAN, INFINITY, 1, 0, 0, -2);
    expect_values(down.indices, 1, 4, 0, 2, 3, 5);
    expect_values(tensor_topk(x, 2).indices, 1, 4);
    expect_values(tensor_topk(x, 3, .largest = false).indices, 5, 2, 3);
    expect_values(tensor_kthvalue(x, 6).indices, 1);
    expect_values(tensor_argsort(INTEGERS(DIMS(4), 2, -1, 7, -1)), 1, 3, 0, 2);
}

/* Equal elements share the gradient of amax, max and infinite norms; max along a dimension gives it to the
 * first. */
static void test_ties(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(3, 1, 3, -3);
    expect_values(gradient(tensor_amax(x), x), 0.5, 0, 0.5, 0);
    expect_values(gradient(tensor_max(x), x), 0.5, 0, 0.5, 0);
    expect_values(gradient(tensor_max(x, 0).values, x), 1, 0, 0, 0);
    expect_values(gradient(tensor_norm(x, INFINITY), x), 1.0 / 3, 0, 1.0 / 3, -1.0 / 3);
    expect_values(tensor_argmax(x), 0);
}

static void test_norms_at_zero(void **state)
{
    (void)state;
    static const double powers[] = {0.5, 1, 1.5, 2, 3, INFINITY, -INFINITY};
    for (size_t i = 0; i < sizeof powers / sizeof powers[0]; i++) {
        Tensor *x = PARAMETER(0, 0);
        expect_values(gradient(tensor_norm(x, powers[i]), x), 0, 0);
    }
    Tensor *half = PARAMETER(0, 2);
    expect_values(gradient(tensor_norm(half, 0.5), half), 0, 1);
    expect_values(gradient(tensor_norm(half, 1.5), half), 0, 1);
    expect_values(tensor_norm(VECTOR(3, 0, -4), 0), 2);
}

static void test_deviation_of_equals(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(3, 3), *one = PARAMETER(3);
    expect_values(gradient(tensor_std(x), x), 0, 0);
    expect_values(tensor_std(one), NAN);
    expect_values(gradient(tensor_var(one), one), NAN);
    TensorVarMean both = tensor_var_mean(VECTOR(1, 2, 6), .correction = 0);
    expect_values(both.var, 14.0 / 3);
    expect_values(both.mean, 3);
    expect_values(tensor_std_mean(VECTOR(1, 3), DIMS(0), .keepdim = true).std, sqrt(2));
}

/* x.sum(0), x.sum(1, True), x.sum((0, 1)): a number is a dimension, 0 too. */
static void test_a_dimension_as_a_number(void **state)
{
    (void)state;
    Tensor *x = MATRIX(DIMS(2, 3), 0, 1, 2, 3, 4, 5);
    int64_t last = tensor_dim(x) - 1;
    expect_values(tensor_sum(x, 0), 3, 5, 7);
    expect_values(tensor_sum(x, last), 3, 12);
    expect_values(tensor_sum(x, -1), 3, 12);
    expect_values(tensor_sum(x, .dim = 0), 3, 5, 7);
    expect_values(tensor_sum(x), 15);
    expect_values(tensor_sum(x, DIMS()), 15);
    expect_values(tensor_sum(x, DIMS(0, 1)), 15);
    expect_values(tensor_sum(tensor_sum(x, 1), 0), 15);
    assert_int_equal(tensor_dim(tensor_sum(x, 1, .keepdim = true)), 2);
    assert_int_equal(tensor_dim(tensor_sum(x, .keepdim = true)), 2);
    Tensor *whole = tensor_zeros(DIMS(2), .dtype = DTYPE_INT64);
    expect_values(tensor_softmax(whole, 0, .dtype = DTYPE_FLOAT64), 0.5, 0.5);
    expect_values(tensor_log_softmax(whole, 0, DTYPE_FLOAT64), -log(2), -log(2));
    expect_values(tensor_nansum(x, 0), 3, 5, 7);
    expect_values(tensor_mean(x, 1), 1, 4);
    expect_values(tensor_logsumexp(tensor_zeros_like(x), 1), log(3), log(3));
    expect_values(tensor_all(x, 1), 0, 1);
    expect_values(tensor_any(x, 0), 1, 1, 1);
    expect_values(tensor_count_nonzero(x, 1), 2, 3);
    expect_values(tensor_amax(x, 0), 3, 4, 5);
    expect_values(tensor_amin(x, 1), 0, 3);
    expect_values(tensor_var(x, 0), 4.5, 4.5, 4.5);
    expect_values(tensor_std(x, 0, .correction = 0), 1.5, 1.5, 1.5);
    expect_values(tensor_var_mean(x, 1).mean, 1, 4);
    expect_values(tensor_std_mean(x, 1).std, 1, 1);
    expect_values(tensor_norm(x, 1, 0), 3, 5, 7);
    expect_error(tensor_sum(x, 2), ERROR_INDEX,
                 "Dimension out of range (expected to be in range of [-2, 1], but got 2)");
}

/* -- products with zeros -- */

static Tensor *prod_of(Tensor **inputs, void *user)
{
    (void)user;
    return tensor_prod(inputs[0]);
}

static Tensor *prod_along(Tensor **inputs, void *user)
{
    (void)user;
    return tensor_prod(inputs[0], 1);
}

static Tensor *cumprod_of(Tensor **inputs, void *user)
{
    return tensor_cumprod(inputs[0], *(int64_t *)user);
}

static void test_products_with_zeros(void **state)
{
    (void)state;
    Tensor *one = PARAMETER(3, 0, 2), *two = PARAMETER(3, 0, 0), *four = PARAMETER(3, 0, 2, 4);
    expect_values(gradient(tensor_prod(one), one), 0, 6, 0);
    expect_values(gradient(tensor_prod(two), two), 0, 0, 0);
    expect_values(gradient(tensor_cumprod(four, 0), four), 1, 33, 0, 0);
    Tensor *x = tensor_requires_grad_(MATRIX(DIMS(3, 3), 1, 0, 2, 0, 3, 0, 4, 5, -1), true);
    int64_t dim = 0, last = -1;
    assert_true(autograd_gradcheck(prod_of, NULL, TENSORS(one)));
    assert_true(autograd_gradgradcheck(prod_of, NULL, TENSORS(one)));
    assert_true(autograd_gradcheck(prod_along, NULL, TENSORS(x)));
    assert_true(autograd_gradgradcheck(prod_along, NULL, TENSORS(x)));
    assert_true(autograd_gradcheck(cumprod_of, &dim, TENSORS(x)));
    assert_true(autograd_gradgradcheck(cumprod_of, &dim, TENSORS(x)));
    assert_true(autograd_gradgradcheck(cumprod_of, &last, TENSORS(x)));
}

/* -- long lines against plain loops, in both orders of memory -- */

enum { ROWS = 37, LENGTH = 3001 };

static double number(int64_t row, int64_t i)
{
    return (double)((row * 7919 + i * 104729) % 1009 - 504) / 8;
}

/* [ROWS, LENGTH], of which the lines lie along memory or across it. */
static Tensor *long_lines(DType dtype, bool across)
{
    Tensor *x = tensor_empty(across ? DIMS(LENGTH, ROWS) : DIMS(ROWS, LENGTH), .dtype = DTYPE_FLOAT64);
    double *data = tensor_data_ptr(x);
    for (int64_t row = 0; row < ROWS; row++)
        for (int64_t i = 0; i < LENGTH; i++)
            data[across ? i * ROWS + row : row * LENGTH + i] = number(row, i);
    x = tensor_to_dtype(x, dtype);
    return across ? tensor_as_strided(x, DIMS(ROWS, LENGTH), DIMS(1, ROWS), 0) : x;
}

static double *on_host(Tensor *x)
{
    double *data = scope_alloc((size_t)tensor_numel(x) * sizeof *data);
    assert_true(tensor_copy_to_host(x, DTYPE_FLOAT64, data));
    return data;
}

static void check_long_lines(DType dtype, bool across)
{
    Tensor *x = long_lines(dtype, across);
    const double *in = on_host(x), *sums = on_host(tensor_cumsum(x, 1));
    const double *max = on_host(tensor_max(x, 1).values), *at = on_host(tensor_max(x, 1).indices);
    const double *min = on_host(tensor_argmin(x, 1));
    TensorValuesIndices up = tensor_sort(x), best = tensor_topk(x, 50), many = tensor_topk(x, 500);
    const double *sorted = on_host(up.values), *places = on_host(up.indices);
    const double *top = on_host(best.values), *top_places = on_host(best.indices);
    const double *more_places = on_host(many.indices);
    Tensor *down = tensor_sort(x, -1, true).indices;
    const double *down_places = on_host(down);
    for (int64_t row = 0; row < ROWS; row++) {
        const double *line = in + row * LENGTH;
        double sum = 0;
        int64_t largest = 0, smallest = 0;
        for (int64_t i = 0; i < LENGTH; i++) {
            sum += line[i];
            assert_true(fabs(sums[row * LENGTH + i] - sum) <= 1e-12 * LENGTH * 64);
            largest = line[i] > line[largest] ? i : largest;
            smallest = line[i] < line[smallest] ? i : smallest;
            int64_t k = row * LENGTH + i, before = i > 0 ? k - 1 : k;
            assert_true(sorted[k] == line[(int64_t)places[k]]);
            assert_true(i == 0 || sorted[before] < sorted[k] ||
                        (sorted[before] == sorted[k] && places[before] < places[k]));
        }
        assert_true(max[row] == line[largest] && at[row] == (double)largest && min[row] == (double)smallest);
        for (int64_t i = 0; i < 50; i++) {
            assert_true(top_places[row * 50 + i] == down_places[row * LENGTH + i]);
            assert_true(top[row * 50 + i] == line[(int64_t)top_places[row * 50 + i]]);
        }
        for (int64_t i = 0; i < 500; i++)
            assert_true(more_places[row * 500 + i] == down_places[row * LENGTH + i]);
    }
}

static void test_long_lines(void **state)
{
    (void)state;
    static const DType dtypes[] = {DTYPE_FLOAT32, DTYPE_FLOAT64, DTYPE_INT64, DTYPE_INT32};
    for (size_t i = 0; i < 4; i++)
        for (int across = 0; across < 2; across++)
            tensor_scope
                check_long_lines(dtypes[i], across != 0);
}

/* A NaN and an extreme far behind, where lines are read in blocks; along memory and across it. */
static void test_far_behind(void **state)
{
    (void)state;
    for (int across = 0; across < 2; across++)
        for (int nan = 0; nan < 2; nan++) {
            Tensor *x = tensor_zeros(across ? DIMS(200, 20) : DIMS(20, 200), .dtype = DTYPE_FLOAT32);
            int64_t dim = across ? 0 : 1;
            tensor_fill_(tensor_narrow(x, dim, 177, 1), nan ? (double)NAN : 5.0);
            tensor_fill_(tensor_narrow(x, dim, 150, 1), 4);
            tensor_fill_(tensor_narrow(x, dim, 133, 1), -4);
            const double *largest = on_host(tensor_argmax(x, dim)),
                         *smallest = on_host(tensor_argmin(x, dim));
            const double *high = on_host(tensor_transpose(tensor_topk(x, 2, dim).indices, dim, 1));
            const double *low = on_host(tensor_topk(x, 1, dim, false).indices);
            for (int64_t i = 0; i < 20; i++) {
                assert_true(largest[i] == 177 && smallest[i] == (nan ? 177 : 133));
                assert_true(high[2 * i] == 177 && high[2 * i + 1] == 150 && low[i] == 133);
            }
        }
}

static void test_calls(void **state)
{
    (void)state;
    Tensor *x = MATRIX(DIMS(2, 3), 1, 5, 3, 4, 2, 6);
    expect_values(tensor_max(x), 6);
    expect_values(tensor_max(x, 1).values, 5, 6);
    expect_values(tensor_max(x, 0, .keepdim = true).values, 4, 5, 6);
    assert_int_equal(tensor_dim(tensor_min(x, 0, true).values), 2);
    expect_values(tensor_argmax(x, 1), 1, 2);
    expect_values(tensor_amin(x, DIMS(0)), 1, 2, 3);
    expect_values(tensor_mean(x, DIMS(-1), .keepdim = true), 3, 4);
    expect_values(tensor_prod(x, 0), 4, 10, 18);
    expect_values(tensor_cumsum(x, 0), 1, 5, 3, 5, 7, 9);
    expect_values(tensor_logsumexp(VECTOR(1000, 1000)), 1000 + log(2));
    expect_values(tensor_count_nonzero(x, DIMS(0)), 2, 2, 2);
    expect_values(tensor_topk(x, 2, .dim = 1).values, 5, 3, 6, 4);
    Tensor *bytes = tensor_of(DIMS(2), DTYPE_UINT8, (double[]){0, 7});
    assert_int_equal(tensor_dtype(tensor_all(bytes)), DTYPE_UINT8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nan, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_order, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_ties, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_norms_at_zero, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_deviation_of_equals, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_a_dimension_as_a_number, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_products_with_zeros, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_long_lines, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_far_behind, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_calls, begin_test, end_test),
    };
    return cmocka_run_group_tests_name("reductions", tests, NULL, NULL);
}
