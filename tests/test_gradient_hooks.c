/* Hooks on tensors, and retain_grad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <taper.h>

#include "expect.h"

static Tensor *square(Tensor *x)
{
    return tensor_mul(x, x);
}

static Tensor *count_and_double(Tensor *grad, void *user)
{
    ++*(int *)user;
    return tensor_mul(grad, 2);
}

static Tensor *only_count(Tensor *grad, void *user)
{
    (void)grad;
    ++*(int *)user;
    return NULL;
}

static Tensor *change_shape(Tensor *grad, void *user)
{
    (void)grad, (void)user;
    return VECTOR(1, 2, 3, 4);
}

static Tensor *change_dtype(Tensor *grad, void *user)
{
    (void)user;
    return tensor_float(grad);
}

static void test_hooks(void **state)
{
    (void)state;
    int on_x = 0, on_y = 0;
    Tensor *x = PARAMETER(1, 2), *y = square(x);
    int64_t handle = tensor_register_hook(x, count_and_double, &on_x);
    assert_int_not_equal(handle, 0);
    assert_int_not_equal(tensor_register_hook(y, count_and_double, &on_y), 0);
    assert_int_not_equal(tensor_register_hook(y, only_count, &on_y), 0);
    assert_true(tensor_backward(tensor_sum(y), .retain_graph = true));
    assert_int_equal(on_x, 1);
    assert_int_equal(on_y, 2);
    expect_values(tensor_grad(x), 8, 16);
    assert_true(tensor_remove_hook(x, handle));
    assert_true(tensor_set_grad(x, NULL));
    assert_true(tensor_backward(tensor_sum(y)));
    assert_int_equal(on_x, 1);
    expect_values(tensor_grad(x), 4, 8);
}

static void test_hooks_that_cannot_be(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2), *y = square(x);
    expect_error(tensor_register_hook(VECTOR(1), only_count, NULL), ERROR_AUTOGRAD,
                 "cannot register a hook on a tensor that doesn't require gradient");
    tensor_register_hook(y, change_shape, NULL);
    expect_error(tensor_backward(tensor_sum(y)), ERROR_SHAPE, "hook");
    assert_null(tensor_grad(x));
    y = square(x);
    tensor_register_hook(y, change_dtype, NULL);
    expect_error(tensor_backward(tensor_sum(y)), ERROR_DTYPE,
                 "hook has changed the type of value (was torch.DoubleTensor got torch.FloatTensor)");
    assert_null(tensor_grad(x));
}

static void test_retain_grad(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2), *y = square(x);
    assert_true(tensor_retain_grad(y));
    assert_true(tensor_retain_grad(x));
    assert_true(tensor_backward(tensor_sum(square(y)), .retain_graph = true));
    expect_values(tensor_grad(y), 2, 8);
    expect_values(tensor_grad(x), 4, 32);
    assert_non_null(autograd_grad(TENSORS(tensor_sum(square(y))), TENSORS(x)).items);
    expect_values(tensor_grad(y), 4, 16); /* autograd_grad adds to it, as in PyTorch */
    expect_values(tensor_grad(x), 4, 32);
    expect_error(tensor_retain_grad(VECTOR(1)), ERROR_AUTOGRAD,
                 "can't retain_grad on Tensor that has requires_grad=False");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin_test, end_test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_hooks),
        TEST(test_hooks_that_cannot_be),
        TEST(test_retain_grad),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
