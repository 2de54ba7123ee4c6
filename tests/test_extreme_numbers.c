/* Numbers at which shortcuts show: infinities and NaN, small integers that overflow, empty indices. PyTorch's
 * values, to 1e-12. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <taper.h>

#include "expect.h"

static Tensor *gradient(Tensor *y, Tensor *x)
{
    TensorList grads = autograd_grad(TENSORS(tensor_sum(y)), TENSORS(x));
    assert_non_null(grads.items);
    return grads.items[0];
}

static Tensor *bytes(double a, double b)
{
    return tensor_of(DIMS(2), DTYPE_UINT8, (double[]){a, b});
}

/* The product of bytes is that of floats where the sum is one; among bytes it wraps around. */
static void test_products_of_bytes(void **state)
{
    (void)state;
    expect_values(tensor_addcmul(VECTOR(1, 2), bytes(200, 3), bytes(200, 5)), 40001, 17);
    expect_values(tensor_addcmul_(VECTOR(1, 2), bytes(200, 3), bytes(200, 5), .value = 2), 80001, 32);
    expect_values(tensor_addcmul(bytes(1, 2), bytes(16, 3), bytes(16, 5)), 1, 17);
    Tensor *thirds = tensor_addcdiv(VECTOR(0, 0), tensor_float(VECTOR(1, 2)), bytes(3, 3));
    expect_values(thirds, 1.0 / 3, 2.0 / 3);
    expect_values(tensor_add(bytes(5, 1), bytes(2, 2), .alpha = -1), 3, 255);
}

/* Counted from the nearer end: a weight of 1 gives the end itself. */
static void test_lerp_reaches_its_end(void **state)
{
    (void)state;
    Tensor *far = VECTOR(1e30, 1e30), *end = VECTOR(1, 0.1);
    expect_values(tensor_lerp(far, end, 1), 1, 0.1);
    expect_values(tensor_lerp_(tensor_clone(far), end, 1), 1, 0.1);
    expect_values(tensor_lerp(end, far, 0), 1, 0.1);
    Tensor *weight = PARAMETER(1, 0), *y = tensor_lerp(VECTOR(3, 7), VECTOR(5, -1), weight);
    expect_values(y, 5, 7);
    expect_values(gradient(y, weight), 2, -8);
    Tensor *x = PARAMETER(3, 7);
    expect_values(gradient(tensor_lerp_(tensor_mul(x, 1), VECTOR(5, -1), 0.75), x), 0.25, 0.25);
}

static void test_bounds_that_are_not_numbers(void **state)
{
    (void)state;
    Tensor *x = VECTOR(-1, 2), *nan = tensor_number_float(NAN);
    expect_values((tensor_clamp)(x, nan, NULL), NAN, NAN);
    expect_values((tensor_clamp)(x, NULL, nan), NAN, NAN);
    expect_values((tensor_clamp_)(tensor_clone(x), tensor_number_int(0), nan), NAN, NAN);
    expect_values(tensor_clamp(VECTOR(NAN, 5), .min = 0, .max = 1), NAN, 1);
}

/* A NaN is not beyond the bounds, so its gradient passes. */
static void test_gradients_of_what_is_no_number(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(NAN, 7, 3);
    expect_values(gradient(tensor_relu6(x), x), 1, 0, 1);
    TensorList recorded =
        autograd_grad(TENSORS(tensor_sum(tensor_relu6(x))), TENSORS(x), .create_graph = true);
    expect_values(recorded.items[0], 1, 0, 1);
    Tensor *slope = PARAMETER(0.5), *infinite = VECTOR(INFINITY, -2);
    expect_values(gradient(tensor_prelu(infinite, slope), slope), -2);
}

/* The gradient of x, by the kernel and by recorded operations. */
#define expect_gradient(y, x, ...)                                                                           \
    do {                                                                                                     \
        expect_values(gradient((y), (x)), __VA_ARGS__);                                                      \
        TensorList recorded = autograd_grad(TENSORS(tensor_sum((y))), TENSORS((x)), .create_graph = true);   \
        expect_values(recorded.items[0], __VA_ARGS__);                                                       \
    } while (0)

static void test_gradients_on_the_bounds(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(NAN, 1, -1, 0.5, -INFINITY);
    expect_gradient(tensor_relu(x), x, 1, 1, 0, 1, 0);
    expect_gradient(tensor_clamp(x, -1, 1), x, 0, 0, 0, 1, 0);
    expect_gradient(tensor_clamp_min(x, -1), x, 0, 1, 0, 1, 0);
    expect_gradient(tensor_clamp_max(x, 1), x, 0, 0, 1, 1, 1);
    Tensor *z = PARAMETER(0, 1, 2, 3, 1), *low = PARAMETER(1, 1, 1, 4, NAN), *high = PARAMETER(2, 2, 2, 3, 2);
    expect_values((tensor_clamp)(z, low, high), 1, 1, 2, 3, NAN);
    expect_gradient((tensor_clamp)(z, low, high), z, 0, 0.5, 0.5, 0, 1);
    expect_gradient((tensor_clamp)(z, low, high), low, 1, 0.5, 0, 0, 1);
    expect_gradient((tensor_clamp_max)(z, high), high, 0, 0, 0.5, 0.5, 0);
    Tensor *zero = PARAMETER(0, -0.0, 1);
    TensorList slope =
        autograd_grad(TENSORS(tensor_sum(tensor_elu(zero))), TENSORS(zero), .create_graph = true);
    expect_values(slope.items[0], 1, 1, 1);
    expect_values(gradient(slope.items[0], zero), 0, 0, 0);
}

/* Nothing goes anywhere, and all of src has a gradient of 0. */
static void test_scattering_nothing(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2), *src = PARAMETER(3, 4, 5), *nowhere = ones_of(DIMS(0), DTYPE_INT64);
    expect_values(gradient(tensor_scatter_add(x, 0, nowhere, src), src), 0, 0, 0);
    expect_values(gradient(tensor_scatter(x, 0, nowhere, src), src), 0, 0, 0);
    expect_values(gradient(tensor_scatter(x, 0, nowhere, src), x), 1, 1);
}

/* 2^53 + 1 is the first integer that a double does not hold. */
#define LARGE (INT64_C(9007199254740992) + 1)

static int64_t whole(Tensor *x)
{
    assert_int_equal(tensor_dtype(x), DTYPE_INT64);
    return tensor_item_int(x);
}

static void test_large_integers_as_factors(void **state)
{
    (void)state;
    Tensor *one = ones_of(DIMS(1, 1), DTYPE_INT64), *byte = bytes(1, 1), *batch = tensor_unsqueeze(one, 0);
    assert_int_equal(whole(tensor_add(1, 1, .alpha = LARGE)), LARGE + 1);
    assert_int_equal(whole(tensor_add(one, one, .alpha = INT64_MAX)), INT64_MIN);
    assert_int_equal(whole(tensor_max(tensor_add(one, byte, .alpha = -LARGE))), 1 - LARGE);
    assert_int_equal(whole(tensor_sub(one, one, .alpha = LARGE)), 1 - LARGE);
    assert_int_equal(whole(tensor_rsub(one, one, .alpha = LARGE)), 1 - LARGE);
    assert_int_equal(whole(tensor_add_(tensor_clone(one), one, .alpha = LARGE)), LARGE + 1);
    assert_int_equal(whole(tensor_sub_(tensor_clone(one), one, .alpha = LARGE)), 1 - LARGE);
    assert_int_equal(whole(tensor_addcmul(one, one, one, .value = LARGE)), LARGE + 1);
    assert_int_equal(whole(tensor_addmm(one, one, one, .alpha = LARGE)), LARGE + 1);
    assert_int_equal(whole(tensor_addmm(one, one, one, .beta = LARGE, .alpha = -LARGE)), 0);
    assert_int_equal(whole(tensor_baddbmm(batch, batch, batch, .beta = LARGE)), LARGE + 1);
    Tensor *first = tensor_zeros(DIMS(1), .dtype = DTYPE_INT64);
    assert_int_equal(whole(tensor_index_add(one, 0, first, one, .alpha = LARGE)), LARGE + 1);
    expect_values(tensor_add(VECTOR(0), 1, .alpha = LARGE), 0x1p53);
}

static void test_large_integers_as_bounds(void **state)
{
    (void)state;
    Tensor *one = ones_of(DIMS(1), DTYPE_INT64);
    assert_int_equal(whole(tensor_clamp(one, .min = LARGE)), LARGE);
    assert_int_equal(whole(tensor_clamp_(tensor_clone(one), .max = INT64_MIN + 1)), INT64_MIN + 1);
    assert_int_equal(tensor_dtype(tensor_clamp(one, .max = 1e30)), DTYPE_FLOAT32);
    assert_int_equal(tensor_dtype(tensor_clamp(one, .min = 0.5)), DTYPE_FLOAT32);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_test, end_test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_products_of_bytes),           TEST(test_lerp_reaches_its_end),
        TEST(test_bounds_that_are_not_numbers), TEST(test_gradients_of_what_is_no_number),
        TEST(test_gradients_on_the_bounds),     TEST(test_scattering_nothing),
        TEST(test_large_integers_as_factors),   TEST(test_large_integers_as_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
