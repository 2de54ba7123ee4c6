/* Dtypes: names, the default, numbers read and written, which numbers fit; single elements read from tensors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <taper.h>

#include "expect.h"

static void names_are_read_back(void **state)
{
    (void)state;
    assert_int_equal(dtype_parse("float32"), DTYPE_FLOAT32);
    assert_int_equal(dtype_parse("torch.float32"), DTYPE_NONE);
    assert_int_equal(dtype_parse(""), DTYPE_NONE);
    assert_string_equal(dtype_scalar_name(DTYPE_UINT8), "Byte");
    assert_true(dtype_is_floating_point(DTYPE_BFLOAT16) && !dtype_is_floating_point(DTYPE_BOOL));
}

static void default_dtype(void **state)
{
    (void)state;
    assert_int_equal(tensor_get_default_dtype(), DTYPE_FLOAT32);
    expect_error(tensor_set_default_dtype(DTYPE_INT64), ERROR_DTYPE,
                 "only floating-point types are supported as the default type, but got int64");
    assert_int_equal(tensor_get_default_dtype(), DTYPE_FLOAT32);
    assert_true(tensor_set_default_dtype(DTYPE_FLOAT64));
    DType made = tensor_dtype(tensor_arange(0, 1, 0.5));
    DType promoted = tensor_dtype(tensor_mul(tensor_arange(3), 0.5));
    DType kept = tensor_dtype(tensor_mul(tensor_ones(DIMS(2), DTYPE_FLOAT32), 0.5));
    char *text = tensor_to_string(tensor_ones(DIMS(2), DTYPE_FLOAT32));
    assert_true(tensor_set_default_dtype(DTYPE_FLOAT32));
    assert_int_equal(made, DTYPE_FLOAT64);
    assert_int_equal(promoted, DTYPE_FLOAT64);
    assert_int_equal(kept, DTYPE_FLOAT32);
    assert_string_equal(text, "tensor([1., 1.], dtype=torch.float32)");
    free(text);
}

static double through(DType dtype, Scalar value)
{
    double element = 0;
    scalar_write(dtype, &element, value);
    return scalar_to_double(scalar_read(dtype, &element));
}

static void numbers_are_written_and_read(void **state)
{
    (void)state;
    for (int dtype = DTYPE_FLOAT32; dtype <= DTYPE_UINT8; dtype++) {
        assert_true(through((DType)dtype, scalar_int(7)) == 7);
        assert_true(through((DType)dtype, scalar_bool(true)) == 1);
    }
    assert_true(through(DTYPE_FLOAT32, scalar_float(0.1)) == (double)0.1f);
    assert_true(through(DTYPE_FLOAT64, scalar_float(0.1)) == 0.1);
    assert_true(through(DTYPE_INT32, scalar_float(-2.9)) == -2);
    assert_true(through(DTYPE_UINT8, scalar_int(-1)) == 255);
    assert_true(through(DTYPE_BOOL, scalar_float(0.5)) == 1);
    assert_true(through(DTYPE_BOOL, scalar_int(0)) == 0);
    int64_t large = INT64_MAX;
    assert_true(scalar_to_int(scalar_read(DTYPE_INT64, &large)) == INT64_MAX);
    assert_int_equal(scalar_read(DTYPE_BOOL, &(bool){true}).kind, SCALAR_BOOL);
    assert_int_equal(SCALAR(3).kind, SCALAR_INT);
    assert_int_equal(SCALAR(3.0f).kind, SCALAR_FLOAT);
    assert_int_equal(SCALAR((bool)true).kind, SCALAR_BOOL);
}

static void numbers_must_fit(void **state)
{
    (void)state;
    assert_true(scalar_check(DTYPE_INT32, scalar_int(INT32_MIN), "test"));
    assert_true(scalar_check(DTYPE_UINT8, scalar_int(-255), "test"));
    assert_true(scalar_check(DTYPE_FLOAT32, scalar_float(INFINITY), "test"));
    assert_true(scalar_check(DTYPE_FLOAT32, scalar_float((double)NAN), "test"));
    assert_true(scalar_check(DTYPE_FLOAT64, scalar_float(1e300), "test"));
    assert_true(scalar_check(DTYPE_BOOL, scalar_float(1e300), "test"));
    assert_true(scalar_check(DTYPE_INT64, scalar_int(INT64_MIN), "test"));
    expect_error(scalar_check(DTYPE_INT32, scalar_int(INT64_C(1) << 31), "test"), ERROR_VALUE,
                 "value cannot be converted to type int without overflow");
    expect_error(scalar_check(DTYPE_UINT8, scalar_int(-256), "test"), ERROR_VALUE,
                 "value cannot be converted to type uint8_t without overflow");
    expect_error(scalar_check(DTYPE_INT64, scalar_float(1e19), "test"), ERROR_VALUE,
                 "value cannot be converted to type int64_t without overflow");
    assert_true(scalar_check(DTYPE_INT64, scalar_float(-0x1p63), "test"));
    expect_error(scalar_check(DTYPE_INT64, scalar_float(0x1p63), "test"), ERROR_VALUE,
                 "value cannot be converted to type int64_t without overflow");
    expect_error(scalar_check(DTYPE_FLOAT32, scalar_float(-1e39), "test"), ERROR_VALUE,
                 "value cannot be converted to type float without overflow");
}

static void single_elements(void **state)
{
    (void)state;
    assert_true(tensor_item(tensor_scalar(2.5)) == 2.5);
    assert_true(tensor_item(tensor_full(DIMS(1, 1), (bool)true)) == 1);
    assert_true(tensor_item_int(tensor_scalar((bool)true)) == 1);
    assert_true(tensor_item_int(tensor_scalar(INT64_MAX)) == INT64_MAX);
    assert_true(tensor_item_int(tensor_scalar(-3.7)) == -3);
    assert_true(tensor_item(tensor_full(DIMS(1), 200, .dtype = DTYPE_UINT8)) == 200);
    assert_true(isnan(tensor_item(NULL)));
    assert_true(tensor_item_int(NULL) == 0);
    expect_error(!isnan(tensor_item(tensor_ones(DIMS(2)))), ERROR_VALUE,
                 "a Tensor with 2 elements cannot be converted to Scalar");
    expect_error(tensor_item_int(tensor_ones(DIMS(0))) != 0, ERROR_VALUE,
                 "a Tensor with 0 elements cannot be converted to Scalar");
    int32_t out[3];
    Tensor *x = tensor_as_strided(tensor_arange(6), DIMS(3), DIMS(2), 1);
    assert_true(tensor_copy_to_host(x, DTYPE_INT32, out));
    assert_true(out[0] == 1 && out[1] == 3 && out[2] == 5);
}

/* What the range of the integers does not hold. */
static void numbers_are_converted(void **state)
{
    (void)state;
    int32_t out[5];
    int64_t wide[5];
    double values[] = {3e9, -3e9, 1e20, (double)NAN, -2147483648.9};
    for (int i = 0; i < 2; i++) {
        Tensor *x = tensor_to(tensor_from_data(values, DIMS(5), DTYPE_FLOAT64),
                              i == 0 ? DTYPE_FLOAT64 : DTYPE_FLOAT32);
        assert_true(tensor_copy_to_host(x, DTYPE_INT32, out));
        assert_true(tensor_copy_to_host(x, DTYPE_INT64, wide));
        for (int k = 0; k < 5; k++)
            assert_int_equal(out[k], INT32_MIN);
        assert_true(wide[0] == 3000000000 && wide[2] == INT64_MIN && wide[3] == INT64_MIN);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_are_read_back, begin_test, end_test),
        cmocka_unit_test_setup_teardown(default_dtype, begin_test, end_test),
        cmocka_unit_test_setup_teardown(numbers_are_written_and_read, begin_test, end_test),
        cmocka_unit_test_setup_teardown(numbers_must_fit, begin_test, end_test),
        cmocka_unit_test_setup_teardown(single_elements, begin_test, end_test),
        cmocka_unit_test_setup_teardown(numbers_are_converted, begin_test, end_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
