/* In-place operations, views and the tape: what is allowed gives PyTorch's gradients, what is not PyTorch's
 * errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <taper.h>

#include "expect.h"

/* x[start:start + n] of a vector at the start of its storage */
static Tensor *slice(Tensor *x, int64_t start, int64_t n)
{
    return tensor_as_strided(x, DIMS(n), DIMS(1), start);
}

static Tensor *square(Tensor *x)
{
    return tensor_mul(x, x);
}

static void test_in_place_on_a_result(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2), *y = tensor_add(x, 1);
    int64_t version = tensor_version(y);
    assert_ptr_equal(tensor_mul_(y, x), y);
    assert_int_equal(tensor_version(y), version + 1);
    assert_ptr_equal(tensor_add_(y, 10), y);
    expect_values(y, 12, 16);
    assert_true(tensor_backward(tensor_sum(square(y)))); /* d (x^2 + x + 10)^2 */
    expect_values(tensor_grad(x), 2 * 12 * 3, 2 * 16 * 5);
}

static void test_in_place_makes_a_tensor_require_grad(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2), *y = VECTOR(3, 4);
    assert_ptr_equal(tensor_mul_(y, x), y);
    assert_true(tensor_requires_grad(y));
    assert_true(tensor_backward(tensor_sum(y)));
    expect_values(tensor_grad(x), 3, 4);
}

static void test_leaves(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2);
    expect_error(tensor_add_(x, 1), ERROR_AUTOGRAD,
                 "a leaf Variable that requires grad is being used in an in-place operation.");
    expect_error(tensor_add_(slice(x, 0, 1), 1), ERROR_AUTOGRAD,
                 "a view of a leaf Variable that requires grad is being used in an in-place operation.");
    expect_values(x, 1, 2);
    assert_int_equal(tensor_version(x), 0);
    autograd_no_grad
    {
        assert_ptr_equal(tensor_add_(x, 1), x);
        assert_non_null(tensor_add_(slice(x, 0, 1), 1));
    }
    expect_values(x, 3, 3);
    assert_true(tensor_is_leaf(x));
    assert_true(tensor_version(x) >= 2);
}

static void test_saved_tensors(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2), *z = tensor_mul(x, 1), *y = square(z);
    tensor_add_(z, 1);
    expect_error(
        tensor_backward(tensor_sum(y)), ERROR_AUTOGRAD,
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        "[torch.DoubleTensor [2]], which is output 0 of ");
    assert_null(tensor_grad(x));
    /* through another view of the same memory, and through a detached tensor */
    z = tensor_mul(x, 1);
    y = square(z);
    tensor_add_(slice(z, 0, 1), 1);
    expect_error(
        tensor_backward(tensor_sum(y)), ERROR_AUTOGRAD,
        "one of the variables needed for gradient computation has been modified by an inplace operation: ");
    z = tensor_mul(x, 1);
    y = square(z);
    tensor_fill_(tensor_detach(z), 0);
    expect_error(
        tensor_backward(tensor_sum(y)), ERROR_AUTOGRAD,
        "one of the variables needed for gradient computation has been modified by an inplace operation: ");
}

/* The old value of the second operand is gone. */
static void test_in_place_with_itself(void **state)
{
    (void)state;
    static const char text[] =
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        "[torch.DoubleTensor [2]], which is output 0 of ";
    Tensor *x = PARAMETER(1, 2), *y = tensor_mul(x, 1);
    expect_error(tensor_backward(tensor_sum(tensor_mul_(y, y))), ERROR_AUTOGRAD, text);
    y = tensor_mul(x, 1);
    expect_error(tensor_backward(tensor_sum(tensor_mul_(y, slice(y, 0, 2)))), ERROR_AUTOGRAD, text);
    y = tensor_mul(x, 1);
    expect_error(tensor_backward(tensor_sum(tensor_div_(slice(y, 0, 2), y))), ERROR_AUTOGRAD, text);
    y = tensor_mul(x, 1);
    assert_true(tensor_backward(tensor_sum(tensor_add_(y, y))));
    expect_values(tensor_grad(x), 2, 2);
}

static void test_a_tensor_that_is_not_needed_may_change(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2), *z = tensor_mul(x, 3), *y = tensor_add(z, z);
    tensor_fill_(z, 0); /* addition needs no value */
    assert_true(tensor_backward(tensor_sum(y)));
    expect_values(tensor_grad(x), 6, 6);
}

/* -- views -- */

static void test_view_changed_reaches_its_base(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2, 3, 4), *b = tensor_mul(x, 2), *v = slice(b, 1, 2);
    tensor_mul_(v, 3);
    tensor_add_(v, slice(x, 0, 2));
    expect_values(b, 2, 13, 20, 8);
    assert_true(tensor_backward(tensor_sum(square(b))));
    expect_values(tensor_grad(x), 34, 196, 240, 32);
}

static void test_view_changed_is_itself_differentiable(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2, 3, 4), *b = tensor_mul(x, 2), *v = slice(b, 1, 2);
    tensor_mul_(v, 3);
    assert_true(tensor_backward(tensor_sum(square(v))));
    expect_values(tensor_grad(x), 0, 144, 216, 0);
}

static void test_base_changed_reaches_its_view(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2, 3, 4), *b = tensor_mul(x, 2), *v = slice(b, 1, 2);
    tensor_mul_(b, x);
    assert_true(tensor_backward(tensor_sum(square(v))));
    expect_values(tensor_grad(x), 0, 128, 432, 0);
}

/* A view's history that is made anew while an operation is recorded is older than the operation all the same,
 * in whatever place the view stands. */
static void test_view_out_of_date_as_second_input(void **state)
{
    (void)state;
    Tensor *a = PARAMETER(3, 4), *x = PARAMETER(1, 2), *b = tensor_mul(x, 1), *v = slice(b, 0, 2);
    tensor_mul_(b, 2);
    assert_true(tensor_backward(tensor_sum(tensor_add(a, v)))); /* add asks for v's history last */
    expect_values(tensor_grad(a), 1, 1);
    expect_values(tensor_grad(x), 2, 2);
}

static void test_view_of_a_base_that_is_detached(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2), *b = tensor_mul(x, 1), *v = slice(b, 0, 2);
    tensor_detach_(b);
    assert_true(tensor_backward(tensor_sum(v))); /* the history that it had is still right */
    expect_values(tensor_grad(x), 1, 1);
    tensor_mul_(b, 2);
    assert_false(tensor_requires_grad(v));
}

static void test_view_of_a_view(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2, 3, 4), *z = VECTOR(0, 0, 0, 0);
    Tensor *v = tensor_as_strided(z, DIMS(2, 2), DIMS(2, 1), 0);
    tensor_copy_(v, tensor_as_strided(square(x), DIMS(2, 2), DIMS(2, 1), 0));
    tensor_mul_(tensor_as_strided(v, DIMS(2), DIMS(1), 0), 2);
    expect_values(z, 2, 8, 9, 16);
    assert_true(tensor_requires_grad(z));
    assert_true(tensor_backward(tensor_sum(square(z))));
    expect_values(tensor_grad(x), 16, 128, 108, 256);
}

static void test_second_derivative_through_a_view(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2, 3), *b = tensor_mul(x, 1);
    tensor_mul_(slice(b, 0, 2), slice(x, 1, 2)); /* x0 x1, x1 x2, x2 */
    Tensor *first = autograd_grad(TENSORS(tensor_sum(square(b))), TENSORS(x), .create_graph = true).items[0];
    expect_values(first, 8, 2 * 2 + 2 * 2 * 9, 2 * 4 * 3 + 6);
    assert_true(tensor_backward(tensor_sum(first)));
    expect_values(tensor_grad(x), 2 * 4 + 4 * 2, 4 * 1 * 2 + 2 + 18 + 4 * 2 * 3, 4 * 2 * 3 + 2 * 4 + 2);
}

static void test_views_made_without_gradients(void **state)
{
    (void)state;
    static const char text[] =
        "A view was created in no_grad mode and is being modified inplace with grad mode enabled.";
    Tensor *x = PARAMETER(1, 2), *b = tensor_mul(x, 1), *of_leaf = NULL, *of_result = NULL;
    autograd_no_grad
    {
        of_leaf = slice(x, 0, 1);
        of_result = slice(b, 0, 1);
        assert_non_null(tensor_mul_(of_result, 2));
    }
    expect_error(tensor_mul_(of_leaf, 2), ERROR_AUTOGRAD, text);
    expect_error(tensor_mul_(of_result, 2), ERROR_AUTOGRAD, text);
    expect_values(b, 2, 2);
    Tensor *of_constant = NULL;
    autograd_no_grad of_constant = slice(VECTOR(1, 2), 0, 2);
    expect_error(tensor_add_(of_constant, x), ERROR_AUTOGRAD, text);
}

/* Their value now depends on x, but they have no history that says so. */
static void test_views_made_without_gradients_of_what_changed(void **state)
{
    (void)state;
    static const char text[] =
        "A view was created in no_grad mode and its base or another view of its base has been modified "
        "inplace with grad mode enabled.";
    Tensor *x = PARAMETER(1, 2), *b = VECTOR(3, 4), *v = NULL;
    autograd_no_grad v = slice(b, 0, 2);
    tensor_mul_(b, x);
    expect_error(tensor_sum(v), ERROR_AUTOGRAD, text);
    expect_error(tensor_mul(x, v), ERROR_AUTOGRAD, text);
    autograd_no_grad expect_values(tensor_mul(v, 2), 6, 16);
}

static void test_memory_that_overlaps(void **state)
{
    (void)state;
    Tensor *x = VECTOR(1, 2);
    expect_error(
        tensor_mul_(tensor_expand(slice(x, 0, 1), 3), 2), ERROR_VALUE,
        "unsupported operation: more than one element of the written-to tensor refers to a single memory "
        "location. Please clone() the tensor before performing the operation.");
    expect_values(x, 1, 2);
}

static void test_detach_of_views(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2), *v = slice(tensor_mul(x, 1), 0, 1);
    expect_error(tensor_detach_(v), ERROR_AUTOGRAD, "Can't detach views in-place. Use detach() instead.");
    assert_true(tensor_requires_grad(v));
}

/* -- what the result must take -- */

static void test_results_that_do_not_fit(void **state)
{
    (void)state;
    Tensor *i = INTEGERS(DIMS(2), 1, 2), *x = VECTOR(1, 2);
    expect_error(tensor_add_(i, 1.5), ERROR_DTYPE,
                 "result type Float can't be cast to the desired output type Long");
    expect_error(tensor_add_(x, ONES(2, 2)), ERROR_SHAPE,
                 "output with shape [2] doesn't match the broadcast shape [2, 2]");
    expect_values(i, 1, 2);
    expect_values(x, 1, 2);
    assert_int_equal(tensor_version(i), 0);
    assert_int_equal(tensor_version(x), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin_test, end_test)

/* What has no derivative may be recorded, but a gradient must not pass it by. */
static void test_operations_without_a_derivative(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(3, 5), *y = tensor_floor_divide_(tensor_mul(x, 1), 2);
    expect_values(y, 1, 2);
    assert_true(tensor_requires_grad(y));
    expect_error(tensor_backward(tensor_sum(y)), ERROR_AUTOGRAD,
                 "derivative for aten::floor_divide_ is not implemented");
    Tensor *z = tensor_add(x, tensor_floor_divide(x, 2));
    expect_error(tensor_backward(tensor_sum(z)), ERROR_AUTOGRAD,
                 "derivative for aten::floor_divide is not implemented");
    assert_false(tensor_requires_grad(tensor_floor_divide(tensor_detach(x), 2)));
    assert_null(tensor_grad(x));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_in_place_on_a_result),
        TEST(test_operations_without_a_derivative),
        TEST(test_in_place_makes_a_tensor_require_grad),
        TEST(test_leaves),
        TEST(test_saved_tensors),
        TEST(test_in_place_with_itself),
        TEST(test_a_tensor_that_is_not_needed_may_change),
        TEST(test_view_changed_reaches_its_base),
        TEST(test_view_changed_is_itself_differentiable),
        TEST(test_base_changed_reaches_its_view),
        TEST(test_view_out_of_date_as_second_input),
        TEST(test_view_of_a_base_that_is_detached),
        TEST(test_view_of_a_view),
        TEST(test_second_derivative_through_a_view),
        TEST(test_views_made_without_gradients),
        TEST(test_views_made_without_gradients_of_what_changed),
        TEST(test_memory_that_overlaps),
        TEST(test_detach_of_views),
        TEST(test_results_that_do_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
