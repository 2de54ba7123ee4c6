/* Clipping of gradients: numbers of PyTorch's, written out, to 1e-12. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "expect.h"

/* Three parameters, the gradients (3, -4), (12) and none. */
static TensorList parameters(Tensor *params[3])
{
    params[0] = PARAMETER(1, 1);
    params[1] = PARAMETER(1);
    params[2] = PARAMETER(1);
    assert_true(tensor_set_grad(params[0], VECTOR(3, -4)));
    assert_true(tensor_set_grad(params[1], VECTOR(12)));
    return (TensorList){params, 3};
}

static void test_large_norms_are_clipped(void **state)
{
    (void)state;
    Tensor *params[3];
    TensorList list = parameters(params);
    Tensor *total = optim_clip_grad_norm_(list, 1.3);
    expect_values(total, 13);
    assert_int_equal(tensor_dim(total), 0);
    double factor = 1.3 / (13 + 1e-6);
    expect_values(tensor_grad(params[0]), 3 * factor, -4 * factor);
    expect_values(tensor_grad(params[1]), 12 * factor);
    assert_null(tensor_grad(params[2]));
}

static void test_small_norms_stay(void **state)
{
    (void)state;
    Tensor *params[3];
    expect_values(optim_clip_grad_norm_(parameters(params), 20), 13);
    expect_values(tensor_grad(params[0]), 3, -4);
    expect_values(tensor_grad(params[1]), 12);
}

static void test_other_norms(void **state)
{
    (void)state;
    Tensor *params[3];
    expect_values(optim_clip_grad_norm_(parameters(params), 1, INFINITY), 12);
    expect_values(tensor_grad(params[0]), 3 / (12 + 1e-6), -4 / (12 + 1e-6));
    expect_values(optim_clip_grad_norm_(parameters(params), 1, .norm_type = 1), 19);
    expect_values(tensor_grad(params[1]), 12 / (19 + 1e-6));
    expect_values(optim_clip_grad_norm_(parameters(params), 1, -INFINITY), 3);
    expect_values(optim_clip_grad_norm_(parameters(params), 1, 3), cbrt(27 + 64 + 1728));
}

static void test_nothing_to_clip(void **state)
{
    (void)state;
    expect_values(optim_clip_grad_norm_(TENSORS(PARAMETER(1)), 1), 0);
    assert_true(optim_clip_grad_value_(TENSORS(PARAMETER(1)), 1));
}

static void test_infinite_norms(void **state)
{
    (void)state;
    Tensor *w = PARAMETER(1, 1);
    assert_true(tensor_set_grad(w, VECTOR(1, INFINITY)));
    expect_error(optim_clip_grad_norm_(TENSORS(w), 1, .error_if_nonfinite = true), ERROR_VALUE,
                 "The total norm of order 2.0 for gradients from `parameters` is non-finite, so it cannot be "
                 "clipped. To disable this error and scale the gradients by the non-finite norm anyway, set "
                 "`error_if_nonfinite=False`");
    double grad[2];
    assert_true(tensor_copy_to_host(tensor_grad(w), DTYPE_FLOAT64, grad));
    assert_true(grad[0] == 1 && isinf(grad[1]));
    Tensor *total = optim_clip_grad_norm_(TENSORS(w), 1);
    assert_true(isinf(tensor_item(total)));
    assert_true(tensor_copy_to_host(tensor_grad(w), DTYPE_FLOAT64, grad));
    assert_true(grad[0] == 0 && isnan(grad[1]));
}

static void test_values_are_clipped(void **state)
{
    (void)state;
    Tensor *params[3];
    TensorList list = parameters(params);
    int64_t version = tensor_version(tensor_grad(params[0]));
    assert_true(optim_clip_grad_value_(list, 3.5));
    expect_values(tensor_grad(params[0]), 3, -3.5);
    expect_values(tensor_grad(params[1]), 3.5);
    assert_int_equal(tensor_version(tensor_grad(params[0])), version + 1);
}

static void test_null_passes_through(void **state)
{
    TensorList none = {NULL, 0};
    (void)state;
    error_raise(ERROR_VALUE, "test", "the list could not be made");
    assert_null(optim_clip_grad_norm_(none, 1));
    assert_false(optim_clip_grad_value_(none, 1));
    assert_string_equal(error_last()->message, "the list could not be made");
    error_clear();
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin_test, end_test)
    const struct CMUnitTest tests[] = {
        TEST(test_large_norms_are_clipped), TEST(test_small_norms_stay), TEST(test_other_norms),
        TEST(test_nothing_to_clip),         TEST(test_infinite_norms),   TEST(test_values_are_clipped),
        TEST(test_null_passes_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
