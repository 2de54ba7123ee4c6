/* Pointwise operations: calls that must fail, in PyTorch's words; numbers and keywords as arguments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <taper.h>

#include "expect.h"

#define BOOLS(...) ones_of(DIMS(__VA_ARGS__), DTYPE_BOOL)
#define LONGS(...) ones_of(DIMS(__VA_ARGS__), DTYPE_INT64)

static void test_arithmetic(void **state)
{
    (void)state;
    expect_error(tensor_add(LONGS(2), LONGS(2), .alpha = 1.5), ERROR_DTYPE,
                 "For integral input tensors, argument alpha must not be a floating point number.");
    expect_error((tensor_add)(ONES(2), ONES(2), tensor_number_bool(true)), ERROR_DTYPE,
                 "Boolean alpha only supported for Boolean results.");
    expect_error(tensor_sub(BOOLS(2), BOOLS(2)), ERROR_DTYPE,
                 "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or "
                 "`logical_xor()` operator instead.");
    expect_error(tensor_rsub(BOOLS(2), 1), ERROR_DTYPE,
                 "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to "
                 "invert a mask, use the `~` or `logical_not()` operator instead.");
    expect_error(tensor_sub_(ONES(2), ONES(2, 2)), ERROR_SHAPE,
                 "output with shape [2] doesn't match the broadcast shape [2, 2]");
    expect_error(tensor_addcdiv(ONES(2), LONGS(2), LONGS(2)), ERROR_DTYPE,
                 "Integer division with addcdiv is no longer supported");
    expect_error(tensor_addcdiv_(ONES(2), LONGS(2), LONGS(2)), ERROR_DTYPE,
                 "Integer division with addcdiv is no longer supported");
    expect_error(tensor_lerp(LONGS(2), LONGS(2), 0.5), ERROR_UNSUPPORTED,
                 "\"lerp_kernel_scalar\" not implemented for 'Long'");
    expect_error(tensor_lerp(ONES(2), VECTOR(1, 2), 0.5), ERROR_DTYPE,
                 "expected dtype float for `end` but got dtype double");
    expect_error(tensor_lerp(ONES(2), ONES(2), VECTOR(1, 2)), ERROR_DTYPE,
                 "expected dtype float for `weight` but got dtype double");
}

static void test_what_does_not_fit(void **state)
{
    (void)state;
    expect_error(tensor_lerp_(ONES(2, 1), ONES(2, 3), 0.7), ERROR_SHAPE,
                 "output with shape [2, 1] doesn't match the broadcast shape [2, 3]");
    expect_error(tensor_copy_(ONES(2, 3), ONES(2, 2, 3)), ERROR_SHAPE,
                 "output with shape [2, 3] doesn't match the broadcast shape [2, 2, 3]");
    expect_error(tensor_copy_(ONES(2, 3), ONES(3, 3)), ERROR_SHAPE,
                 "The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 0");
    expect_error((tensor_clamp_min_)(LONGS(2), VECTOR(0.5, 2)), ERROR_DTYPE,
                 "result type Double can't be cast to the desired output type Long");
    expect_error((tensor_clamp_)(LONGS(2), VECTOR(0.5, 2), VECTOR(1, 3)), ERROR_DTYPE,
                 "result type Double can't be cast to the desired output type Long");
    expect_error(tensor_as_strided(ONES(3), DIMS(2), DIMS(1), -2), ERROR_VALUE,
                 "Tensor: invalid storage offset -2");
}

static void test_division(void **state)
{
    (void)state;
    expect_error(tensor_div(ONES(2), 2, .rounding_mode = "up"), ERROR_VALUE,
                 "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found 'up'");
    expect_error(tensor_div_(LONGS(2), 2), ERROR_DTYPE,
                 "result type Float can't be cast to the desired output type Long");
    expect_error(tensor_div(LONGS(2), 0, .rounding_mode = "trunc"), ERROR_VALUE, "ZeroDivisionError");
    expect_error(tensor_floor_divide(LONGS(2), 0), ERROR_VALUE, "ZeroDivisionError");
    expect_error(tensor_remainder(LONGS(2), 0), ERROR_VALUE, "ZeroDivisionError");
    expect_error(tensor_floor_divide(BOOLS(2), BOOLS(2)), ERROR_UNSUPPORTED,
                 "\"div_floor_cpu\" not implemented for 'Bool'");
    expect_error(tensor_fmod(BOOLS(2), BOOLS(2)), ERROR_UNSUPPORTED,
                 "\"fmod_cpu\" not implemented for 'Bool'");
    expect_error(tensor_pow(LONGS(2), -1), ERROR_VALUE,
                 "Integers to negative integer powers are not allowed.");
    expect_error(tensor_pow(BOOLS(2), BOOLS(2)), ERROR_UNSUPPORTED, "\"pow\" not implemented for 'Bool'");
}

static void test_dtypes(void **state)
{
    (void)state;
    expect_error(tensor_neg(BOOLS(2)), ERROR_DTYPE,
                 "Negation, the `-` operator, on a bool tensor is not supported.");
    expect_error(tensor_abs(BOOLS(2)), ERROR_UNSUPPORTED, "\"abs_cpu\" not implemented for 'Bool'");
    expect_error(tensor_floor(BOOLS(2)), ERROR_UNSUPPORTED, "\"floor_vml_cpu\" not implemented for 'Bool'");
    expect_error(tensor_exp_(LONGS(2)), ERROR_DTYPE,
                 "result type Float can't be cast to the desired output type Long");
    expect_error(tensor_bitwise_and(ONES(2), 1), ERROR_UNSUPPORTED,
                 "\"bitwise_and_cpu\" not implemented for 'Float'");
    expect_error(tensor_bitwise_not(ONES(2)), ERROR_UNSUPPORTED,
                 "\"bitwise_not_cpu\" not implemented for 'Float'");
    expect_error(tensor_relu(BOOLS(2)), ERROR_DTYPE, "Boolean inputs not supported for relu");
    expect_error(tensor_relu6(BOOLS(2)), ERROR_DTYPE, "Bool inputs not supported for hardtanh");
    expect_error(tensor_gelu(LONGS(2)), ERROR_UNSUPPORTED, "\"GeluKernelImpl\" not implemented for 'Long'");
    expect_error(tensor_silu_(LONGS(2)), ERROR_UNSUPPORTED, "\"silu_cpu\" not implemented for 'Long'");
    expect_error(tensor_selu(LONGS(2)), ERROR_UNSUPPORTED, "\"elu_cpu\" not implemented for 'Long'");
    expect_error(tensor_leaky_relu(LONGS(2)), ERROR_UNSUPPORTED,
                 "\"leaky_relu_cpu\" not implemented for 'Long'");
    expect_error(tensor_logsigmoid(LONGS(2)), ERROR_UNSUPPORTED,
                 "\"log_sigmoid_cpu\" not implemented for 'Long'");
}

static void test_activations(void **state)
{
    (void)state;
    expect_error(tensor_gelu(ONES(2), .approximate = "erf"), ERROR_VALUE,
                 "approximate argument must be either none or tanh.");
    expect_error(tensor_hardtanh(ONES(2), 2, 1), ERROR_VALUE, "min_val cannot be greater than max_val");
    expect_error(tensor_celu(ONES(2), 0), ERROR_VALUE, "ZeroDivisionError: alpha cannot be 0 for CELU");
    expect_error(tensor_prelu(ONES(2, 3), ONES(2)), ERROR_SHAPE,
                 "Mismatch of parameter numbers and input channel size. Found parameter numbers = 2 and "
                 "channel size = 3.");
    expect_error(tensor_prelu(ONES(2, 3), ONES(3, 1)), ERROR_SHAPE,
                 "prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = 2");
    expect_error(tensor_prelu(ONES(), ONES(3)), ERROR_SHAPE, "Not allow zero-dim input tensor.");
    expect_error(tensor_prelu(ONES(2), VECTOR(1)), ERROR_DTYPE,
                 "prelu: Type promoting not supported. Got Float and Double");
    Tensor *x = tensor_mul(PARAMETER(1, -1), 1);
    expect_error(tensor_backward(tensor_sum(tensor_leaky_relu_(x, -0.5))), ERROR_AUTOGRAD,
                 "In-place leakyReLu backward calculation is triggered with a negative slope");
}

static void test_choices(void **state)
{
    (void)state;
    expect_error(tensor_where(ONES(2), ONES(2), 0), ERROR_DTYPE,
                 "where expected condition to be a boolean tensor, but got a tensor with dtype Float");
    expect_error(tensor_where(BOOLS(2), ONES(3), 0), ERROR_SHAPE,
                 "The size of tensor a (2) must match the size of tensor b (3)");
    expect_error(tensor_masked_fill(ONES(2), LONGS(2), 0), ERROR_DTYPE,
                 "masked_fill_ only supports boolean masks, but got mask with dtype long int");
    expect_error(tensor_masked_fill(ONES(2), BOOLS(2), ONES(1)), ERROR_SHAPE,
                 "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with 1 "
                 "dimension(s).");
    expect_error(tensor_masked_fill_(ONES(3), BOOLS(2, 3), 0), ERROR_SHAPE,
                 "output with shape [3] doesn't match the broadcast shape [2, 3]");
    expect_error(tensor_clamp(ONES(2)), ERROR_VALUE,
                 "torch.clamp: At least one of 'min' or 'max' must not be None");
    expect_error(tensor_clamp_(LONGS(2), .max = 1.5), ERROR_DTYPE,
                 "result type Float can't be cast to the desired output type Long");
    expect_error(tensor_allclose(ONES(2), VECTOR(1, 1)), ERROR_DTYPE, "Float did not match Double");
    expect_error(tensor_isclose(ONES(2), ONES(2), .rtol = -1), ERROR_VALUE,
                 "rtol must be greater than or equal to zero, but got -1");
    expect_error(tensor_isclose(ONES(2), ONES(2), .atol = -1), ERROR_VALUE,
                 "atol must be greater than or equal to zero, but got -1");
}

static void test_dropout(void **state)
{
    (void)state;
    expect_error(tensor_dropout(ONES(2), 1.5), ERROR_VALUE,
                 "dropout probability has to be between 0 and 1, but got 1.5");
    expect_error(tensor_dropout(ONES(2), (double)NAN), ERROR_VALUE,
                 "dropout probability has to be between 0 and 1, but got nan");
    expect_error(tensor_dropout(LONGS(2)), ERROR_DTYPE,
                 "result type Float can't be cast to the desired output type Long");
    expect_error(tensor_dropout2d(ONES(2)), ERROR_SHAPE,
                 "Feature dropout requires at least 2 dimensions in the input");
}

/* -- how the calls are written in C -- */

static void test_numbers_and_keywords(void **state)
{
    (void)state;
    Tensor *x = VECTOR(-2, 0.5, 3);
    expect_values(tensor_sub(x, 1, .alpha = 2), -4, -1.5, 1);
    expect_values(tensor_rsub(x, 1), 3, 0.5, -2);
    expect_values(tensor_sub(1, x), 3, 0.5, -2);
    expect_values(tensor_add(1, x, .alpha = 2), -3, 2, 7);
    expect_values(tensor_mul(2, x), -4, 1, 6);
    expect_values(tensor_div(6, x), -3, 12, 2);
    expect_values(tensor_floor_divide(5, x), -3, 10, 1);
    assert_int_equal(tensor_dtype(tensor_sub(1.5, ONES(2))), DTYPE_FLOAT32);
    expect_values(tensor_div(x, 2, .rounding_mode = "floor"), -1, 0, 1);
    expect_values(tensor_div(x, 2), -1, 0.25, 1.5);
    expect_values(tensor_pow(2, x), 0.25, M_SQRT2, 8);
    expect_values(tensor_pow(x, 2), 4, 0.25, 9);
    expect_values(tensor_maximum(x, 0), 0, 0.5, 3);
    expect_values(tensor_addcmul(x, x, x, .value = 0.5), 0, 0.625, 7.5);
    expect_values(tensor_clamp(x, 0, 1), 0, 0.5, 1);
    expect_values(tensor_clamp(x, .max = 1), -2, 0.5, 1);
    expect_values(tensor_clamp_min(x, 0), 0, 0.5, 3);
    expect_values(tensor_where(tensor_gt(x, 0), x, 0), 0, 0.5, 3);
    expect_values(tensor_masked_fill(x, tensor_lt(x, 0), 7), 7, 0.5, 3);
    expect_values(tensor_leaky_relu(x), -0.02, 0.5, 3);
    expect_values(tensor_leaky_relu(x, 0.2), -0.4, 0.5, 3);
    expect_values(tensor_hardtanh(x, .max_val = 2), -1, 0.5, 2);
    expect_values(tensor_softplus(VECTOR(0), .beta = 2), M_LN2 / 2);
    expect_values(tensor_elu(VECTOR(1), .alpha = 3), 1);
    expect_values(tensor_nan_to_num(VECTOR((double)NAN, HUGE_VAL, 1), .posinf = 5), 0, 5, 1);
    assert_int_equal(tensor_dtype(tensor_clamp(LONGS(2), 0, 1)), DTYPE_INT64);
    assert_true(tensor_equal(x, tensor_add(x, 0)));
    assert_false(tensor_equal(x, tensor_add(x, 1)));
    assert_true(tensor_allclose(x, tensor_add(x, 1e-9)));
    assert_true(tensor_allclose(x, tensor_add(x, 0.5), .atol = 0.5));
    assert_ptr_equal(tensor_dropout(x, .training = false), x);
    assert_ptr_equal(tensor_dropout(x, 0.0), x);
}

/* PyTorch's gradients where a factor would be infinite, and at ties. */
static void test_gradients_at_edges(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(0, 0, 2), *e = PARAMETER(0, 2, 0);
    assert_true(tensor_backward(tensor_sum(tensor_pow(x, e))));
    expect_values(tensor_grad(x), 0, 0, 0);
    expect_values(tensor_grad(e), 0, 0, M_LN2);
    Tensor *a = PARAMETER(1, 2), *b = PARAMETER(1, 3);
    assert_true(tensor_backward(tensor_sum(tensor_maximum(a, b))));
    expect_values(tensor_grad(a), 0.5, 0);
    expect_values(tensor_grad(b), 0.5, 1);
    Tensor *c = PARAMETER(-1, 0, 0.5, 1);
    assert_true(tensor_backward(tensor_sum(tensor_clamp(c, 0, 1))));
    expect_values(tensor_grad(c), 0, 0, 1, 0);
    Tensor *h = PARAMETER(-3, 3, 0);
    assert_true(tensor_backward(tensor_sum(tensor_hardswish(h))));
    expect_values(tensor_grad(h), 0, 1, 0.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_arithmetic, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_what_does_not_fit, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_division, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_dtypes, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_activations, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_choices, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_dropout, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_numbers_and_keywords, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_gradients_at_edges, begin_test, end_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
