/* An error names the operation that was called, not one that it is made of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <taper.h>

#include "expect.h"

static void expect_operation(const void *result, const char *operation)
{
    assert_null(result);
    assert_non_null(error_last());
    assert_string_equal(error_last()->operation, operation);
    error_clear();
}

static void test_losses(void **state)
{
    (void)state;
    Tensor *x = ONES(2, 3), *y = ONES(4, 5), *classes = tensor_ones(DIMS(4), .dtype = DTYPE_INT64);
    expect_operation(tensor_cross_entropy(x, classes), "cross_entropy");
    expect_operation(tensor_nll_loss(x, classes), "nll_loss");
    expect_operation(tensor_mse_loss(x, y), "mse_loss");
    expect_operation(tensor_l1_loss(x, y), "l1_loss");
    expect_operation(tensor_smooth_l1_loss(x, y), "smooth_l1_loss");
    expect_operation(tensor_smooth_l1_loss(x, y, .beta = 0), "smooth_l1_loss");
    expect_operation(tensor_huber_loss(x, y), "huber_loss");
    expect_operation(tensor_kl_div(x, y), "kl_div");
    expect_operation(tensor_binary_cross_entropy(x, x, .weight = y), "binary_cross_entropy");
    expect_operation(tensor_gaussian_nll_loss(x, y, x), "gaussian_nll_loss");
    expect_operation(tensor_hinge_embedding_loss(x, y), "hinge_embedding_loss");
    expect_operation(tensor_margin_ranking_loss(x, x, y), "margin_ranking_loss");
}

static void test_operations_made_of_others(void **state)
{
    (void)state;
    Tensor *x = ONES(2, 3), *y = ONES(4, 5);
    Tensor *flags = tensor_ones(DIMS(2, 3), .dtype = DTYPE_BOOL);
    expect_operation(tensor_rsub(x, y), "rsub");
    expect_operation(tensor_addcmul(x, y, x), "addcmul");
    expect_operation(tensor_addcdiv_(x, y, x), "addcdiv_");
    expect_operation(tensor_lerp(x, y, 0.5), "lerp");
    expect_operation((tensor_clamp)(x, y, NULL), "clamp");
    expect_operation((tensor_clamp_max_)(x, y), "clamp_max_");
    expect_operation(tensor_isclose(x, y), "isclose");
    expect_operation(tensor_expand_as(x, y), "expand_as");
    expect_operation(tensor_view_as(x, y), "view_as");
    expect_operation(tensor_swapaxes(x, 0, 9), "swapaxes");
    expect_operation(tensor_transpose_(x, 0, 9), "transpose_");
    expect_operation(tensor_unsqueeze_(x, 9), "unsqueeze_");
    expect_operation(tensor_vstack(TENSORS(x, y)), "vstack");
    expect_operation(tensor_nansum(x, DIMS(9)), "nansum");
    expect_operation(tensor_var_mean(x, DIMS(9)).var, "var_mean");
    expect_operation(tensor_tanhshrink(flags), "tanhshrink");
    expect_operation(tensor_relu6(flags), "relu6");
    expect_operation(tensor_pow_(flags, 2), "pow_"); /* the kernel's name is pow */
    expect_operation(tensor_dot(tensor_view(flags, 6), tensor_view(flags, 6)), "dot");
    expect_operation(tensor_matmul(tensor_view(flags, 6), tensor_view(flags, 6)), "matmul");
    expect_operation((tensor_add)(x, x, y), "add"); /* a factor of 20 elements */
    expect_operation(tensor_randint(3, 3, DIMS(2)), "randint");
    expect_operation(tensor_randint_like(x, 3, 3), "randint_like");
}

/* What a handler calls has nothing to do with the operation that failed. */
static void call_another(const Error *error, void *user)
{
    static bool inside;
    if (inside)
        return;
    inside = true;
    assert_string_equal(error->operation, "mse_loss");
    error_clear();
    assert_null(tensor_sub(ONES(2), ONES(3)));
    *(bool *)user = strcmp(error_last()->operation, "sub") == 0;
    inside = false;
}

static void test_a_handler_that_fails_itself(void **state)
{
    (void)state;
    bool named = false;
    error_set_handler(call_another, &named);
    assert_null(tensor_mse_loss(ONES(2), ONES(3)));
    error_set_handler(error_ignore, NULL);
    assert_true(named);
    error_clear();
    expect_operation(tensor_sub(ONES(2), ONES(3)), "sub");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin_test, end_test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_losses),
        TEST(test_operations_made_of_others),
        TEST(test_a_handler_that_fails_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
