/* Operations of the user's own (torch.autograd.Function). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <taper.h>

#include "expect.h"

/* y = factor x, whose backward says something else on purpose, to see that it is the one that runs. */
static void scale_backward(TapeNode *node, Tensor *grad)
{
    double factor;
    memcpy(&factor, tape_args(node), sizeof factor);
    assert_true(tape_needs(node, 0));
    assert_false(tape_needs(node, 1));
    assert_int_equal(tape_input_dims(node, 0).data[0], 2);
    assert_int_equal(tape_input_dtype(node, 0), DTYPE_FLOAT64);
    tape_give(node, 0, tensor_add(tensor_mul(grad, factor), tape_saved(node, 0)));
}

static const AutogradFunction scale_function = {"Scale", scale_backward};

static Tensor *scale(Tensor *x, double factor)
{
    Tensor *y = NULL;
    autograd_no_grad
    {
        y = tensor_mul(x, factor);
    }
    return autograd_record(&scale_function, y, TENSORS(x, NULL), TENSORS(x), &factor, sizeof factor);
}

static void tape_mistake(TapeNode *node, Tensor *grad)
{
    switch (*(const int *)tape_args(node)) {
    case 0:
        tape_give(node, 0, tensor_ones(DIMS(7), .dtype = DTYPE_FLOAT64));
        break;
    case 1:
        assert_false(tape_needs(node, 1) || tape_needs(node, -1));
        tape_give(node, 1, grad);
        break;
    case 2:
        tape_give(node, 0, tape_saved(node, 1));
        break;
    case 3:
        assert_null(tape_input_dims(node, 2).data);
        break;
    default:
        assert_int_equal(tape_input_dtype(node, -1), DTYPE_NONE);
    }
}

static void test_user_function_mistakes(void **state)
{
    (void)state;
    static const AutogradFunction function = {"Mistake", tape_mistake};
    static const struct {
        ErrorCode code;
        const char *message;
    } errors[] = {
        {ERROR_SHAPE,
         "Function MistakeBackward returned an invalid gradient at index 0 - got [7] but expected "
         "shape compatible with [2]"},
        {ERROR_INDEX, "there is no input 1, only 1 of them"},
        {ERROR_INDEX, "there is no saved tensor 1, only 1 of them"},
        {ERROR_INDEX, "there is no input 2, only 1 of them"},
        {ERROR_INDEX, "there is no input -1, only 1 of them"},
    };
    for (int i = 0; i < 5; i++) {
        Tensor *x = PARAMETER(1, 2);
        Tensor *y =
            autograd_record(&function, tensor_clone(tensor_detach(x)), TENSORS(x), TENSORS(x), &i, sizeof i);
        expect_error(tensor_backward(tensor_sum(y)), errors[i].code, errors[i].message);
        assert_null(tensor_grad(x));
    }
}

static void test_user_function(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2), *y = scale(x, 5);
    assert_string_equal(tape_node_name(tensor_grad_fn(y)), "ScaleBackward");
    assert_true(tensor_backward(tensor_sum(y)));
    expect_values(tensor_grad(x), 6, 7);
    assert_false(tensor_requires_grad(scale(VECTOR(1, 2), 5)));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin_test, end_test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_user_function),
        TEST(test_user_function_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
