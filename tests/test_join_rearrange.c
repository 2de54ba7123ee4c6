/* Joining and rearranging: spellings, memory formats, gradients of tensors that are there twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <taper.h>

#include "expect.h"

static void test_cat_spellings(void **state)
{
    (void)state;
    Tensor *a = MATRIX(DIMS(1, 2), 1, 2), *b = MATRIX(DIMS(1, 2), 3, 4);
    Tensor *y = tensor_cat(TENSORS(a, b));
    assert_int_equal(tensor_size(y, 0), 2);
    expect_values(y, 1, 2, 3, 4);
    y = tensor_cat(TENSORS(a, b, a), 1);
    assert_int_equal(tensor_size(y, 1), 6);
    y = tensor_cat(TENSORS(a, b), .dim = -1);
    assert_int_equal(tensor_size(y, 1), 4);
    y = tensor_stack(TENSORS(a, b), 1);
    assert_int_equal(tensor_dim(y), 3);
    assert_int_equal(tensor_size(y, 1), 2);
    assert_null(tensor_cat(TENSORS(a, NULL)));
    assert_null(tensor_cat(((TensorList){NULL, 0})));
    assert_null(error_last());
}

static void test_cat_keeps_channels_last(void **state)
{
    (void)state;
    Tensor *plain = ones_of(DIMS(2, 3, 4, 5), DTYPE_FLOAT32),
           *last = tensor_contiguous(plain, TENSOR_CHANNELS_LAST);
    assert_true(tensor_is_channels_last(tensor_cat(TENSORS(last, last), 1)));
    assert_true(tensor_is_contiguous(tensor_cat(TENSORS(last, plain), 1)));
    assert_true(tensor_is_contiguous(tensor_cat(TENSORS(plain, plain), 1)));
    assert_true(tensor_is_channels_last(tensor_pad(last, DIMS(1, 1, 1, 1))));
    Tensor *pixels = ones_of(DIMS(2, 3, 1, 1), DTYPE_FLOAT32); /* both at once */
    assert_true(tensor_is_contiguous(tensor_cat(TENSORS(pixels, pixels), 2)));
}

static void test_the_same_tensor_twice(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2), *y = tensor_cat(TENSORS(x, x, tensor_mul(x, 2)));
    assert_true(tensor_backward(tensor_sum(tensor_mul(y, y))));
    expect_values(tensor_grad(x), 2 + 2 + 8, 4 + 4 + 16);
}

static void test_spellings(void **state)
{
    (void)state;
    Tensor *x = MATRIX(DIMS(2, 3), 1, 2, 3, 4, 5, 6), *v = VECTOR(1, 2, 3);
    expect_values(tensor_tril(x), 1, 0, 0, 4, 5, 0);
    expect_values(tensor_triu(x, 1), 0, 2, 3, 0, 0, 6);
    expect_values(tensor_triu(x, .diagonal = 2), 0, 0, 3, 0, 0, 0);
    expect_values(tensor_flip(x, 1), 3, 2, 1, 6, 5, 4);
    assert_int_equal(tensor_dim(tensor_flatten(tensor_unsqueeze(x, 0), .start_dim = 1)), 2);
    assert_int_equal(tensor_dim(tensor_flatten(tensor_unsqueeze(x, 0), .end_dim = 1)), 2);
    expect_values(tensor_flip(x, 0, 1), 6, 5, 4, 3, 2, 1);
    expect_values(tensor_roll(x, 1), 6, 1, 2, 3, 4, 5);
    expect_values(tensor_roll(x, -1, 1), 2, 3, 1, 5, 6, 4);
    expect_values((tensor_roll)(x, DIMS(1, 1), DIMS(0, 1)), 6, 4, 5, 3, 1, 2);
    expect_values(tensor_pad(v, DIMS(1, 2)), 0, 1, 2, 3, 0, 0);
    expect_values(tensor_pad(v, DIMS(-1, 1), .value = 9), 2, 3, 9);
    expect_values(tensor_pad(x, DIMS(1, 1), .mode = "reflect"), 2, 1, 2, 3, 2, 5, 4, 5, 6, 5);
    expect_values(tensor_pad(x, DIMS(1, 1), "circular"), 3, 1, 2, 3, 1, 6, 4, 5, 6, 4);
    expect_values(tensor_constant_pad_nd(v, DIMS(0, 1), 7), 1, 2, 3, 7);
    Tensor *row = tensor_view(v, 1, 1, 3);
    expect_values(tensor_interpolate(row, .scale_factor = 2), 1, 1, 2, 2, 3, 3);
    expect_values(tensor_interpolate(row, .size = DIMS(2)), 1, 2);
    expect_values(tensor_interpolate(row, 2), 1, 2);
    Tensor *pixels = tensor_view(tensor_roll(x, 0), 1, 6, 1, 1);
    expect_values(tensor_pixel_shuffle(tensor_narrow(pixels, 1, 0, 4), 2), 1, 2, 3, 4);
}

/* Nothing that is returned shares memory with what was given. */
static void test_copies(void **state)
{
    (void)state;
    Tensor *x = MATRIX(DIMS(2, 2), 1, 2, 3, 4);
    Tensor *copies[] = {tensor_tril(x, 9),         tensor_flip(x),
                        tensor_roll(x, 0),         tensor_roll(x, 2, 0),
                        tensor_pad(x, DIMS(0, 0)), tensor_pad(x, DIMS(0, 0), "reflect"),
                        tensor_cat(TENSORS(x)),    tensor_pad(x, DIMS(-1, 0), "replicate")};
    for (size_t i = 0; i < sizeof copies / sizeof copies[0]; i++)
        assert_false(tensor_shares_storage(copies[i], x));
}

static void test_diagonals_far_away(void **state)
{
    (void)state;
    Tensor *x = tensor_ones(DIMS(2, 2));
    expect_values(tensor_triu(x, INT64_MIN + 1), 1, 1, 1, 1);
    expect_values(tensor_triu(x, INT64_MAX), 0, 0, 0, 0);
    expect_values(tensor_tril(x, INT64_MIN + 1), 0, 0, 0, 0);
    expect_values(tensor_tril(x, INT64_MAX), 1, 1, 1, 1);
}

/* Large enough for several threads. */
static void test_large_triangles(void **state)
{
    (void)state;
    Tensor *x = ones_of(DIMS(3, 400, 300), DTYPE_FLOAT32);
    assert_float_equal(tensor_item(tensor_sum(tensor_tril(x))), 3 * (300. * 301 / 2 + 100 * 300), 0);
    assert_float_equal(tensor_item(tensor_sum(tensor_triu(x, 1))), 3 * (299. * 300 / 2), 0);
    assert_float_equal(tensor_item(tensor_sum(tensor_tril(tensor_mT(x)))), 3 * (300. * 301 / 2), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cat_spellings, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_cat_keeps_channels_last, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_the_same_tensor_twice, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_spellings, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_copies, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_diagonals_far_away, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_large_triangles, begin_test, end_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
