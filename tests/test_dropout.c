/* Dropout draws PyTorch's random numbers: the expected values are those of torch.nn.functional, after
 * torch.manual_seed(3), one call after the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <taper.h>

#include "core/random.h"
#include "expect.h"

static void test_numbers(void **state)
{
    (void)state;
    tensor_manual_seed(3);
    expect_values(tensor_dropout(ONES(8), 0.2), 1.25, 1.25, 1.25, 1.25, 1.25, 1.25, 1.25, 1.25);
    expect_values(tensor_dropout2d(ONES(2, 3, 1, 2)), 2, 2, 0, 0, 2, 2, 0, 0, 2, 2, 2, 2);
    /* channels_last: in the order of memory */
    Tensor *x = (tensor_as_strided)(ONES(16), DIMS(2, 2, 2, 2), DIMS(8, 1, 4, 2), TENSOR_NONE);
    expect_values(tensor_dropout(x), 0, 2, 0, 0, 2, 0, 2, 0, 2, 2, 2, 0, 2, 2, 0, 0);
    expect_values(tensor_dropout_(ONES(3)), 0, 2, 2);
}

/* The gradient passes where the element did, by the same factor. */
static void test_gradient(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
    Tensor *y = tensor_dropout(x, 0.25);
    assert_true(tensor_backward(tensor_sum(y)));
    assert_true(tensor_equal(tensor_grad(x), y));
}

/* Without training nothing is drawn, and nothing copied. */
static void test_evaluation(void **state)
{
    (void)state;
    Tensor *x = ONES(4);
    tensor_manual_seed(3);
    uint32_t first = generator_random(NULL);
    tensor_manual_seed(3);
    assert_ptr_equal(tensor_dropout(x, .training = false), x);
    assert_ptr_equal(tensor_dropout_(x, .p = 0), x);
    expect_values(tensor_dropout(x, 1), 0, 0, 0, 0);
    assert_int_equal(generator_random(NULL), first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_numbers, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_gradient, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_evaluation, begin_test, end_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
