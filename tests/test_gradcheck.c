/* gradcheck finds wrong derivatives and passes right ones; gradgradcheck likewise for derivatives of
 * derivatives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <taper.h>

#include "core/tensor_struct.h"
#include "expect.h"

/* a^2 b, whatever their shapes */
static Tensor *right(Tensor **inputs, void *user)
{
    (void)user;
    return tensor_mul(tensor_mul(inputs[0], inputs[0]), inputs[1]);
}

/* x^2 recorded with a derivative of factor x. */
static void wrong_backward(TapeNode *node, Tensor *grad)
{
    double factor;
    memcpy(&factor, tape_args(node), sizeof factor);
    tape_give(node, 0, tensor_mul(grad, tensor_mul(tape_saved(node, 0), factor)));
}

/* The derivative is right, but recorded as if it were constant. */
static void wrong_second_backward(TapeNode *node, Tensor *grad)
{
    tape_give(node, 0, tensor_mul(grad, tensor_mul(tensor_detach(tape_saved(node, 0)), 2)));
}

static Tensor *recorded_square(const AutogradFunction *function, Tensor *x, double factor)
{
    Tensor *y = NULL;
    autograd_no_grad
    {
        y = tensor_mul(x, x);
    }
    return autograd_record(function, y, TENSORS(x), TENSORS(x), &factor, sizeof factor);
}

static Tensor *squared_second_input(Tensor **inputs, void *user)
{
    static const AutogradFunction function = {"Wrong", wrong_backward};
    return tensor_add(inputs[0], recorded_square(&function, inputs[1], *(double *)user));
}

static Tensor *squared_wrong_twice(Tensor **inputs, void *user)
{
    (void)user;
    static const AutogradFunction function = {"WrongTwice", wrong_second_backward};
    return recorded_square(&function, inputs[0], 0);
}

static Tensor *fails(Tensor **inputs, void *user)
{
    (void)inputs, (void)user;
    return error_raise(ERROR_VALUE, "fails", "this function always fails");
}

static Tensor *first_input_only(Tensor **inputs, void *user)
{
    (void)user;
    return tensor_mul(inputs[0], 3);
}

static void test_right_derivatives(void **state)
{
    (void)state;
    Tensor *a = PARAMETER(1, 2, -3), *b = PARAMETER(0.5);
    assert_true(autograd_gradcheck(right, NULL, TENSORS(a, b)));
    assert_true(autograd_gradgradcheck(right, NULL, TENSORS(a, b)));
    expect_values(a, 1, 2, -3);
    expect_values(b, 0.5);
    assert_null(tensor_grad(a));
    /* an input without a gradient */
    assert_true(autograd_gradcheck(right, NULL, TENSORS(a, VECTOR(4))));
    assert_true(autograd_gradgradcheck(right, NULL, TENSORS(VECTOR(4), b)));
    /* an input that the result does not depend on */
    assert_true(autograd_gradcheck(first_input_only, NULL, TENSORS(a, b)));
    assert_true(autograd_gradgradcheck(first_input_only, NULL, TENSORS(a, b)));
}

static void test_strides_and_empty_tensors(void **state)
{
    (void)state;
    Tensor *block = VECTOR(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    Tensor *a = tensor_requires_grad_(tensor_new_view(block, DIMS(2, 3), (int64_t[]){1, 4}, 1), true);
    assert_true(autograd_gradcheck(right, NULL, TENSORS(a, PARAMETER(1, 2, 3))));
    assert_true(autograd_gradgradcheck(right, NULL, TENSORS(a, PARAMETER(1, 2, 3))));
    Tensor *none = tensor_requires_grad_(tensor_of(DIMS(0, 3), DTYPE_FLOAT64, NULL), true);
    assert_true(autograd_gradcheck(right, NULL, TENSORS(none, PARAMETER(1, 2, 3))));
    assert_true(autograd_gradgradcheck(right, NULL, TENSORS(none, PARAMETER(1, 2, 3))));
    Tensor *repeated = tensor_requires_grad_(tensor_new_view(block, DIMS(3), (int64_t[]){0}, 0), true);
    expect_error(autograd_gradcheck(right, NULL, TENSORS(repeated, PARAMETER(1))), ERROR_VALUE,
                 "The 0th input has a dimension with stride 0.");
}

static void test_wrong_derivatives(void **state)
{
    (void)state;
    double factor = 2;
    Tensor *a = PARAMETER(1, 2), *b = PARAMETER(3, -4);
    assert_true(autograd_gradcheck(squared_second_input, &factor, TENSORS(a, b)));
    assert_true(autograd_gradgradcheck(squared_second_input, &factor, TENSORS(a, b)));
    factor = 2.01;
    expect_error(
        autograd_gradcheck(squared_second_input, &factor, TENSORS(a, b)), ERROR_VALUE,
        "Jacobian mismatch for output 0 with respect to input 1, at element 0 of the input and element 0 of "
        "the output,\nnumerical:");
    assert_true(autograd_gradcheck(squared_second_input, &factor, TENSORS(a, b), .rtol = 0.1));
    assert_true(autograd_gradcheck(squared_wrong_twice, NULL, TENSORS(a)));
    expect_error(
        autograd_gradgradcheck(squared_wrong_twice, NULL, TENSORS(a)), ERROR_VALUE,
        "Jacobian mismatch for output 0 with respect to input 0, at element 0 of the input and element 0 of "
        "the output,");
    expect_values(a, 1, 2);
    expect_values(b, 3, -4);
}

static void test_what_cannot_be_checked(void **state)
{
    (void)state;
    expect_error(autograd_gradcheck(right, NULL, TENSORS(VECTOR(1), VECTOR(1))), ERROR_VALUE,
                 "gradcheck expects at least one input tensor to require gradient, but none of the them have "
                 "requires_grad=True.");
    Tensor *single = tensor_ones(DIMS(2), .requires_grad = true);
    expect_error(autograd_gradcheck(right, NULL, TENSORS(PARAMETER(1), single)), ERROR_VALUE,
                 "Input #1 requires gradient and is not a double precision floating point");
    expect_error(autograd_gradcheck(fails, NULL, TENSORS(PARAMETER(1))), ERROR_VALUE,
                 "this function always fails");
    expect_error(autograd_gradgradcheck(fails, NULL, TENSORS(PARAMETER(1))), ERROR_VALUE,
                 "this function always fails");
    assert_false(autograd_gradcheck(right, NULL, TENSORS(NULL, PARAMETER(1))));
    assert_true(autograd_is_grad_enabled());
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin_test, end_test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_right_derivatives),
        TEST(test_strides_and_empty_tensors),
        TEST(test_wrong_derivatives),
        TEST(test_what_cannot_be_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
