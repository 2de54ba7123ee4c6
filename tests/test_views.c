/* Views: macros and defaults, in-place changes that reach the base's history, memory formats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <taper.h>

#include "expect.h"

static Tensor *two_by_three(void)
{
    return MATRIX(DIMS(2, 3), 1, 2, 3, 4, 5, 6);
}

static void expect_shape(const Tensor *x, Dims shape)
{
    assert_non_null(x);
    assert_int_equal(tensor_dim(x), shape.n);
    for (int64_t d = 0; d < shape.n; d++)
        assert_int_equal(tensor_size(x, d), shape.data[d]);
}

static void test_spellings(void **state)
{
    (void)state;
    Tensor *x = two_by_three();
    expect_values(tensor_permute(x, 1, 0), 1, 4, 2, 5, 3, 6);
    expect_shape(tensor_movedim(tensor_unsqueeze(x, 0), 0, -1), DIMS(2, 3, 1));
    expect_values(tensor_slice(x, 1, 1), 2, 3, 5, 6);
    expect_values(tensor_slice(x, 1, -1), 3, 6);
    expect_values(tensor_slice(x, .dim = 1, .step = 2), 1, 3, 4, 6);
    expect_values(tensor_slice(x, .end = 1), 1, 2, 3);
    expect_values(tensor_diagonal(x), 1, 5);
    expect_values(tensor_diagonal(x, .offset = 1), 2, 6);
    expect_values(tensor_diagonal(x, -1), 4);
    expect_shape(tensor_squeeze(tensor_unflatten(x, 1, 3, 1)), DIMS(2, 3));
    expect_shape(tensor_squeeze(tensor_view(x, 1, 6, 1), 0), DIMS(6, 1));
    expect_shape(tensor_squeeze(tensor_view(x, 1, 6, 1), 0, -1), DIMS(6));
    expect_shape(tensor_expand(tensor_unsqueeze(x, 0), 4, -1, 3), DIMS(4, 2, 3));
    expect_values(tensor_repeat(tensor_select(x, 0, 0), 2), 1, 2, 3, 1, 2, 3);
    expect_values(tensor_repeat_interleave(tensor_select(x, 0, 0), 2), 1, 1, 2, 2, 3, 3);
    expect_shape(tensor_repeat_interleave(x, 2, .dim = 0), DIMS(4, 3));
}

static void test_lists(void **state)
{
    (void)state;
    Tensor *x = two_by_three();
    TensorList list = tensor_split(x, 2, .dim = 1);
    assert_int_equal(list.n, 2);
    expect_values(list.items[0], 1, 2, 4, 5);
    expect_values(list.items[1], 3, 6);
    list = tensor_split(x, DIMS(1, 2), 1);
    expect_values(list.items[0], 1, 4);
    expect_values(list.items[1], 2, 3, 5, 6);
    list = tensor_chunk(x, 2);
    assert_int_equal(list.n, 2);
    expect_values(list.items[1], 4, 5, 6);
    list = tensor_unbind(x, 1);
    assert_int_equal(list.n, 3);
    expect_values(list.items[2], 3, 6);
    assert_true(tensor_shares_storage(list.items[2], x));
    list = tensor_tensor_split(tensor_view(x, 6), 4);
    assert_int_equal(list.n, 4);
    expect_values(list.items[1], 3, 4);
    list = tensor_unbind(tensor_slice(x, 0, 2));
    assert_int_equal(list.n, 0);
    assert_non_null(list.items);
}

/* Views share memory, repetitions do not. */
static void test_memory(void **state)
{
    (void)state;
    Tensor *x = two_by_three();
    Tensor *views[] = {
        tensor_transpose(x, 0, 1), tensor_t(x),        tensor_mT(x),      tensor_slice(x, 1, 1),
        tensor_unfold(x, 1, 2, 1), tensor_diagonal(x), tensor_squeeze(x), tensor_expand(x, 2, 2, 3)};
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++)
        assert_true(tensor_shares_storage(views[i], x));
    assert_false(tensor_shares_storage(tensor_repeat(x, 1, 1), x));
    assert_false(tensor_shares_storage(tensor_repeat_interleave(x, 1, 0), x));
    assert_int_equal(tensor_storage_offset(tensor_select(x, 0, 1)), 3);
    assert_int_equal(tensor_stride(tensor_diagonal(x), 0), 4);
}

/* y = x * 1; view(y) *= 10; the loss is sum(y^2): d x = 2 y, ten times where the view is. */
static void check_in_place(Tensor *(*view)(Tensor *y), const double *scale)
{
    Tensor *x = tensor_requires_grad_(two_by_three(), true);
    Tensor *y = tensor_mul(x, 1), *part = view(y);
    assert_non_null(tensor_mul_(part, 10));
    assert_true(tensor_backward(tensor_sum(tensor_mul(y, y)), .retain_graph = true));
    for (int i = 0; i < 6; i++) {
        double got = tensor_item(tensor_select(tensor_view(tensor_grad(x), 6), 0, i));
        assert_float_equal(got, 2 * (i + 1) * scale[i] * scale[i], 1e-12);
    }
    assert_non_null(part = tensor_mul(part, 1)); /* the view's own history goes through the base now */
    tensor_set_grad(x, NULL);
    assert_true(tensor_backward(tensor_sum(part)));
    for (int i = 0; i < 6; i++) {
        double got = tensor_item(tensor_select(tensor_view(tensor_grad(x), 6), 0, i));
        assert_float_equal(got, scale[i] == 1 ? 0 : scale[i], 1e-12);
    }
}

static Tensor *transposed_part(Tensor *y)
{
    return tensor_slice(tensor_transpose(y, 0, 1), 0, 1);
}

static Tensor *permuted_part(Tensor *y)
{
    return tensor_select(tensor_permute(y, 1, 0), 1, 1);
}

static Tensor *main_diagonal(Tensor *y)
{
    return tensor_diagonal(y);
}

static Tensor *second_chunk(Tensor *y)
{
    return tensor_chunk(y, 2, 1).items[1];
}

static Tensor *last_of_unbound(Tensor *y)
{
    return tensor_squeeze(tensor_unsqueeze(tensor_unbind(y, 1).items[2], 0));
}

static Tensor *separate_windows(Tensor *y)
{
    return tensor_narrow(tensor_unfold(tensor_view(y, 6), 0, 2, 2), 0, 1, 1);
}

static Tensor *unflattened(Tensor *y)
{
    return tensor_select(tensor_unflatten(tensor_view(y, 6), 0, 3, 2), 1, 0);
}

/* Places that would wrap around do not lie inside. */
static void test_views_beyond_the_storage(void **state)
{
    (void)state;
    Tensor *x = VECTOR(1, 2, 3, 4);
    expect_error(
        tensor_as_strided(x, DIMS(3, 2), DIMS(INT64_C(1) << 62, 3), 0), ERROR_SHAPE,
        "Storage size calculation overflowed with sizes=[3, 2] and strides=[4611686018427387904, 3]");
    expect_error(tensor_as_strided(x, DIMS(2, 2), DIMS(1, 1), INT64_MAX), ERROR_SHAPE,
                 "Storage size calculation overflowed with sizes=[2, 2] and strides=[1, 1]");
    expect_error(tensor_as_strided(x, DIMS(2, 2), DIMS(3, 1), 0), ERROR_VALUE,
                 "setStorage: sizes [2, 2], strides [3, 1], storage offset 0, and itemsize 8 requiring a "
                 "storage size of 40 are out of bounds for storage of size 32");
}

static void test_in_place_on_views(void **state)
{
    (void)state;
    check_in_place(transposed_part, (double[]){1, 10, 10, 1, 10, 10});
    check_in_place(permuted_part, (double[]){1, 1, 1, 10, 10, 10});
    check_in_place(main_diagonal, (double[]){10, 1, 1, 1, 10, 1});
    check_in_place(second_chunk, (double[]){1, 1, 10, 1, 1, 10});
    check_in_place(last_of_unbound, (double[]){1, 1, 10, 1, 1, 10});
    check_in_place(separate_windows, (double[]){1, 1, 10, 10, 1, 1});
    check_in_place(unflattened, (double[]){10, 1, 10, 1, 10, 1});
}

static void test_shapes_in_place(void **state)
{
    (void)state;
    Tensor *leaf = tensor_requires_grad_(two_by_three(), true), *x = tensor_mul(leaf, 2);
    Tensor *row = tensor_select(x, 0, 0);
    assert_ptr_equal(tensor_t_(x), x);
    expect_shape(x, DIMS(3, 2));
    expect_values(x, 2, 8, 4, 10, 6, 12);
    assert_int_equal(tensor_version(x), 1);
    assert_string_equal(tape_node_name(tensor_grad_fn(x)), "TransposeBackward0");
    tensor_mul_(tensor_unsqueeze_(row, 0), 3); /* reaches x, which has another shape by now */
    expect_shape(row, DIMS(1, 3));
    expect_values(x, 6, 8, 12, 10, 18, 12);
    tensor_mul_(x, MATRIX(DIMS(3, 2), 1, 2, 3, 4, 5, 6));
    expect_values(row, 6, 36, 90);
    tensor_backward(tensor_add(tensor_sum(x), tensor_sum(row)));
    expect_values(tensor_grad(leaf), 12, 36, 60, 4, 8, 12);
}

static void test_shapes_that_cannot_change_in_place(void **state)
{
    (void)state;
    Tensor *leaf = tensor_requires_grad_(two_by_three(), true), *row = tensor_select(leaf, 0, 0);
    expect_error(tensor_unsqueeze_(leaf, 0), ERROR_AUTOGRAD,
                 "a leaf Variable that requires grad is being used in an in-place operation.");
    expect_error(tensor_squeeze_(row), ERROR_AUTOGRAD,
                 "a view of a leaf Variable that requires grad is being used in an in-place operation.");
    autograd_no_grad expect_shape(tensor_transpose_(leaf, 0, 1), DIMS(3, 2));
    assert_true(tensor_is_leaf(leaf));
    expect_shape(tensor_t_(tensor_expand(VECTOR(1, 2, 3), 4, 3)), DIMS(3, 4)); /* nothing is written */
    Tensor *y = tensor_exp(tensor_mul(leaf, 2));
    Tensor *sum = tensor_sum(y);
    tensor_t_(y);
    expect_error(
        tensor_backward(sum), ERROR_AUTOGRAD,
        "one of the variables needed for gradient computation has been modified by an inplace "
        "operation: [torch.DoubleTensor [3, 2]], which is output 0 of ExpBackward0, is at version 1; "
        "expected version 0 instead.");
}

static void test_memory_formats(void **state)
{
    (void)state;
    Tensor *x = ones_of(DIMS(2, 3, 4, 5), DTYPE_FLOAT32);
    Tensor *y = tensor_contiguous(x, .memory_format = TENSOR_CHANNELS_LAST);
    assert_true(tensor_is_channels_last(y));
    assert_ptr_equal(tensor_contiguous(x), x);
    assert_ptr_equal(tensor_contiguous(y, TENSOR_CHANNELS_LAST), y);
    assert_ptr_equal(tensor_to_memory_format(y, TENSOR_PRESERVE_FORMAT), y);
    assert_ptr_equal(tensor_to_memory_format(y, TENSOR_CHANNELS_LAST), y);
    assert_true(tensor_is_contiguous(tensor_contiguous(y)));
    assert_true(tensor_is_channels_last(tensor_mul(y, 2)));
    assert_null((tensor_contiguous)(NULL, TENSOR_CHANNELS_LAST));
}

/* Elements of a view that lie at one place add their gradients; elements of the input that do share them. */
static void test_gradients_of_windows(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2, 3, 4), *windows = tensor_as_strided(x, DIMS(3, 2), DIMS(1, 1), 0);
    Tensor *loss = tensor_sum(tensor_pow(windows, 3));
    Tensor *first = autograd_grad(TENSORS(loss), TENSORS(x), .create_graph = true).items[0];
    expect_values(first, 3, 24, 54, 48);
    assert_true(tensor_backward(tensor_sum(first)));
    expect_values(tensor_grad(x), 6, 24, 36, 24);
    tensor_set_grad(x, NULL);
    Tensor *corner =
        tensor_as_strided(tensor_as_strided(x, DIMS(3, 2), DIMS(1, 1), 0), DIMS(2, 2), DIMS(1, 1), 0);
    assert_true(tensor_backward(tensor_sum(tensor_square(corner))));
    expect_values(tensor_grad(x), 2, 8, 6, 0);
    tensor_set_grad(x, NULL);
    Tensor *rows = tensor_expand(tensor_view(x, 1, 4), 3, 4);
    assert_true(tensor_backward(tensor_sum(tensor_as_strided(rows, DIMS(2), DIMS(1), 1))));
    expect_values(tensor_grad(x), 0, 1, 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_spellings, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_lists, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_gradients_of_windows, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_memory, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_views_beyond_the_storage, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_in_place_on_views, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_shapes_in_place, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_shapes_that_cannot_change_in_place, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_memory_formats, begin_test, end_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
