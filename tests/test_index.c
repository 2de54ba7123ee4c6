/* Indexing where the table's samples do not reach: places named twice, the padding row, in place, many
 * elements and threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <taper.h>

#include "expect.h"

static void test_padding_row(void **state)
{
    (void)state;
    Tensor *weight = tensor_requires_grad_(MATRIX(DIMS(3, 2), 1, 2, 3, 4, 5, 6), true);
    Tensor *index = INTEGERS(DIMS(2, 2), 1, 0, 1, 2);
    Tensor *y = tensor_embedding(index, weight, 1);
    expect_values(y, 3, 4, 1, 2, 3, 4, 5, 6);
    assert_true(tensor_backward(tensor_sum(tensor_mul(y, y))));
    expect_values(tensor_grad(weight), 2, 4, 0, 0, 10, 12);
    tensor_set_grad(weight, NULL);
    assert_true(tensor_backward(tensor_sum(tensor_embedding(index, weight))));
    expect_values(tensor_grad(weight), 1, 1, 2, 2, 1, 1);
}

static void test_places_named_twice(void **state)
{
    (void)state;
    Tensor *x = VECTOR(10, 20, 30), *index = INTEGERS(DIMS(4), 2, 0, 2, 2), *src = VECTOR(1, 2, 3, 4);
    expect_values(tensor_scatter(x, 0, index, src), 2, 20, 4);
    expect_values(tensor_scatter_add(x, 0, index, src), 12, 20, 38);
    expect_values(tensor_index_add(x, 0, index, src), 12, 20, 38);
    expect_values(tensor_index_add(x, 0, index, src, .alpha = 2), 14, 20, 46);
    expect_values(tensor_scatter(x, 0, index, 7), 7, 20, 7);
    expect_values(x, 10, 20, 30);
    expect_values(tensor_index_add_(x, 0, index, src, 10), 30, 20, 110);
}

static void test_integers_wrap(void **state)
{
    (void)state;
    Tensor *x = tensor_full(DIMS(1), INT64_MAX), *one = INTEGERS(DIMS(1), 1), *zero = INTEGERS(DIMS(1), 0);
    assert_true(tensor_item_int(tensor_scatter_add(x, 0, zero, one)) == INT64_MIN);
    Tensor *narrow = tensor_full(DIMS(1), INT32_MAX, .dtype = DTYPE_INT32);
    assert_true(tensor_item_int(tensor_index_add(narrow, 0, zero, tensor_int(one))) == INT32_MIN);
}

/* src is x itself, or more than the index takes. */
static void test_sources(void **state)
{
    (void)state;
    Tensor *x = VECTOR(1, 2, 3);
    expect_values(tensor_scatter_add_(x, 0, INTEGERS(DIMS(3), 1, 1, 1), x), 1, 8, 3);
    expect_values(tensor_index_add_(x, 0, INTEGERS(DIMS(3), 0, 0, 0), x), 13, 8, 3);
    Tensor *src = tensor_requires_grad_(MATRIX(DIMS(2, 2), 1, 2, 3, 4), true);
    Tensor *index = INTEGERS(DIMS(1, 2), 1, 0);
    Tensor *y = tensor_scatter_add(tensor_mul(MATRIX(DIMS(2, 2), 1, 1, 1, 1), 0), 1, index, src);
    expect_values(y, 2, 1, 0, 0);
    assert_true(tensor_backward(tensor_sum(tensor_mul(y, y))));
    expect_values(tensor_grad(src), 2, 4, 0, 0);
}

/* In place on a result and on a view of one: the gradients are those of what was read at last. */
static void test_in_place(void **state)
{
    (void)state;
    Tensor *x = PARAMETER(1, 2, 3), *y = tensor_mul(x, 1), *src = PARAMETER(5, 6);
    assert_ptr_equal(tensor_scatter_(y, 0, INTEGERS(DIMS(1), 0), src), y);
    expect_values(y, 5, 2, 3);
    assert_non_null(
        tensor_index_add_(tensor_as_strided(y, DIMS(2), DIMS(1), 1), 0, INTEGERS(DIMS(2), 1, 1), src));
    expect_values(y, 5, 2, 14);
    assert_true(tensor_backward(tensor_sum(tensor_mul(y, y))));
    expect_values(tensor_grad(x), 0, 4, 28);
    expect_values(tensor_grad(src), 10 + 28, 28);
    expect_error(tensor_scatter_(x, 0, INTEGERS(DIMS(1), 0), 1), ERROR_AUTOGRAD,
                 "a leaf Variable that requires grad is being used in an in-place operation.");
}

static void test_nothing_is_written_after_an_error(void **state)
{
    (void)state;
    Tensor *x = VECTOR(1, 2, 3), *index = INTEGERS(DIMS(2), 0, 5), *src = VECTOR(7, 8);
    expect_error(tensor_scatter_(x, 0, index, src), ERROR_INDEX,
                 "index 5 is out of bounds for dimension 0 with size 3");
    expect_error(tensor_scatter_add_(x, 0, index, src), ERROR_INDEX,
                 "index 5 is out of bounds for dimension 0 with size 3");
    expect_error(tensor_index_add_(x, 0, index, src), ERROR_INDEX, "index out of range in self");
    expect_error(tensor_gather(x, 0, INTEGERS(DIMS(2), -1, 0)), ERROR_INDEX,
                 "index -1 is out of bounds for dimension 0 with size 3");
    expect_values(x, 1, 2, 3);
    assert_int_equal(tensor_version(x), 0);
    expect_error(tensor_index_add_(MATRIX(DIMS(1, 1), 1), 1, index, MATRIX(DIMS(1, 2), 1, 1)), ERROR_INDEX,
                 "index 5 is out of bounds for dimension 1 with size 1");
}

static void test_errors_name_the_operation(void **state)
{
    (void)state;
    Tensor *weight = MATRIX(DIMS(2, 1), 1, 2);
    assert_null(tensor_embedding(INTEGERS(DIMS(2), 0, 2), weight));
    assert_string_equal(error_last()->text, "embedding: index out of range in self");
    error_clear();
    assert_null(tensor_embedding(INTEGERS(DIMS(), -1), weight));
    assert_string_equal(error_last()->text, "embedding: index out of range in self");
    error_clear();
    assert_null(tensor_index_select(weight, 0, INTEGERS(DIMS(1), 2)));
    assert_string_equal(error_last()->text, "index_select: index out of range in self");
    error_clear();
}

/* Many elements for few places, along each dimension: the same bits with one thread and with four, and
 * PyTorch's order, which is that of the elements. */
static void test_threads(void **state)
{
    (void)state;
    enum { N = 300, M = 700 };
    int threads = tensor_get_num_threads();
    Tensor *src = ones_of(DIMS(N, M), DTYPE_FLOAT32), *index = ones_of(DIMS(N, M), DTYPE_INT64);
    float *values = tensor_data_ptr(src);
    int64_t *places = tensor_data_ptr(index);
    for (int i = 0; i < N * M; i++) {
        values[i] = (float)(i % 97) * 0.37f + 1;
        places[i] = i * 31 % 7;
    }
    for (int dim = 0; dim < 2; dim++) {
        Tensor *sums[2];
        Dims shape = dim == 0 ? DIMS(7, M) : DIMS(N, 7);
        for (int i = 0; i < 2; i++) {
            tensor_set_num_threads(i == 0 ? 1 : 4);
            sums[i] = tensor_scatter_add(tensor_mul(ones_of(shape, DTYPE_FLOAT32), 0), dim, index, src);
            assert_non_null(sums[i]);
        }
        const float *got = tensor_data_ptr(sums[0]);
        assert_memory_equal(got, tensor_data_ptr(sums[1]), (size_t)tensor_numel(sums[0]) * sizeof(float));
        for (int64_t place = 0; place < 7; place++) { /* the line at 3 */
            float sum = 0;
            for (int j = 0; j < (dim == 0 ? N : M); j++) {
                int at = dim == 0 ? j * M + 3 : 3 * M + j;
                if (places[at] == place)
                    sum += values[at];
            }
            assert_true(sum == (dim == 0 ? got[place * M + 3] : got[3 * 7 + place]));
        }
    }
    tensor_set_num_threads(threads);
}

static void test_many_places(void **state)
{
    (void)state;
    Tensor *x = ones_of(DIMS(5, 40001), DTYPE_FLOAT32);
    float *values = tensor_data_ptr(x);
    for (int64_t i = 0; i < tensor_numel(x); i++)
        values[i] = i % 3 == 0 ? (float)i + 1 : 0;
    Tensor *places = tensor_nonzero(x);
    assert_int_equal(tensor_size(places, 0), 5 * 40001 / 3 + 1);
    const int64_t *place = tensor_data_ptr(places);
    for (int64_t i = 0; i < tensor_size(places, 0); i++)
        assert_int_equal(place[2 * i] * 40001 + place[2 * i + 1], 3 * i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_padding_row, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_places_named_twice, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_integers_wrap, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_sources, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_in_place, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_errors_name_the_operation, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_nothing_is_written_after_an_error, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_threads, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_many_places, begin_test, end_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
