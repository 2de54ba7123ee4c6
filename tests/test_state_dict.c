/* State dicts: the map itself, what modules give and take, and PyTorch's words for what does not fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <taper.h>

#include "expect.h"
#include "examples/training/model.h"
#include "vectors/modules.inc"

/* -- the map -- */

static void test_names_keep_their_order(void **state)
{
    (void)state;
    StateDict *dict = state_dict_new();
    assert_true(state_dict_set(dict, "b", VECTOR(1)));
    assert_true(state_dict_set(dict, "a", VECTOR(2)));
    assert_true(state_dict_set(dict, "", VECTOR(3)));
    assert_true(state_dict_set(dict, "b", VECTOR(4)));
    assert_int_equal(state_dict_length(dict), 3);
    assert_string_equal(state_dict_name(dict, 0), "b");
    assert_string_equal(state_dict_name(dict, 1), "a");
    expect_values(state_dict_tensor(dict, 0), 4);
    expect_values(state_dict_get(dict, ""), 3);
    assert_null(state_dict_get(dict, "c"));
    assert_null(state_dict_name(dict, 3));
    assert_null(state_dict_tensor(dict, -1));
    assert_true(state_dict_remove(dict, "b"));
    assert_string_equal(state_dict_name(dict, 0), "a");
    expect_values(state_dict_get(dict, "a"), 2);
    expect_error(state_dict_remove(dict, "b"), ERROR_KEY, "'b'");
    assert_false(state_dict_set(dict, "n", NULL));
    assert_int_equal(state_dict_length(NULL), 0);
    assert_null(state_dict_get(NULL, "a"));
}

static void test_ten_thousand_names(void **state)
{
    (void)state;
    enum { N = 10000 };
    char name[32];
    StateDict *dict = state_dict_new();
    Tensor *x = VECTOR(1), *y = VECTOR(2);
    for (int i = 0; i < N; i++) {
        snprintf(name, sizeof name, "layers.%d.weight", i);
        assert_true(state_dict_set(dict, name, i % 2 ? x : y));
    }
    for (int i = 0; i < N; i += 4) {
        snprintf(name, sizeof name, "layers.%d.weight", i);
        assert_true(state_dict_remove(dict, name));
    }
    assert_int_equal(state_dict_length(dict), N - N / 4);
    for (int i = 0; i < N; i++) {
        snprintf(name, sizeof name, "layers.%d.weight", i);
        assert_ptr_equal(state_dict_get(dict, name), i % 4 == 0 ? NULL : i % 2 ? x : y);
    }
}

static void test_metadata_is_a_map_of_texts(void **state)
{
    (void)state;
    StateDict *dict = state_dict_new();
    assert_true(state_dict_set_metadata(dict, "format", "pt"));
    assert_true(state_dict_set_metadata(dict, "epoch", "3"));
    assert_true(state_dict_set_metadata(dict, "format", "taper"));
    assert_int_equal(state_dict_metadata_length(dict), 2);
    assert_string_equal(state_dict_metadata_key(dict, 1), "epoch");
    assert_null(state_dict_metadata_key(dict, 2));
    assert_string_equal(state_dict_metadata(dict, "format"), "taper");
    assert_null(state_dict_metadata(dict, "nothing"));
}

/* -- from modules -- */

static void test_keys_are_pytorchs(void **state)
{
    (void)state;
    StateDict *dict = nn_state_dict(se_resnet_new(10));
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    for (int64_t i = 0; i < state_dict_length(dict); i++) {
        char shape[160];
        const Tensor *x = state_dict_tensor(dict, i);
        fprintf(out, "%s%s %s %s", i > 0 ? "\n" : "", state_dict_name(dict, i),
                tensor_shape_string(x, shape, sizeof shape), dtype_name(tensor_dtype(x)));
    }
    fclose(out);
    expect_lines(text, custom_cnn_keys);
    free(text);
}

static void test_tensors_share_memory_without_history(void **state)
{
    (void)state;
    Module *module = nn_Linear(2, 3);
    Tensor *weight = nn_get_parameter(module, "weight"),
           *saved = state_dict_get(nn_state_dict(module), "weight");
    assert_ptr_not_equal(saved, weight);
    assert_true(tensor_shares_storage(saved, weight));
    assert_false(tensor_requires_grad(saved));
    tensor_fill_(saved, 7);
    autograd_no_grad expect_values(weight, 7, 7, 7, 7, 7, 7);
}

static void test_buffers_that_are_not_saved(void **state)
{
    (void)state;
    Module *module = nn_Sequential();
    nn_register_buffer(module, "kept", VECTOR(1), true);
    nn_register_buffer(module, "passing", VECTOR(2), false);
    StateDict *dict = nn_state_dict(module);
    assert_int_equal(state_dict_length(dict), 1);
    state_dict_set(dict, "passing", VECTOR(3));
    IncompatibleKeys keys = nn_load_state_dict(module, dict, .strict = false);
    assert_true(keys.loaded);
    assert_int_equal(keys.n_unexpected, 1);
    assert_string_equal(keys.unexpected_keys[0], "passing");
    expect_values(nn_get_buffer(module, "passing"), 2);
}

/* -- into modules -- */

static void test_values_are_copied_and_converted(void **state)
{
    (void)state;
    Module *module = nn_Linear(2, 1);
    Tensor *weight = nn_get_parameter(module, "weight");
    const void *data = tensor_data_ptr(weight);
    int64_t version = tensor_version(weight);
    StateDict *dict = state_dict_new();
    state_dict_set(dict, "bias", INTEGERS(DIMS(1), 5));
    state_dict_set(dict, "weight", MATRIX(DIMS(1, 2), 0.5, 0.25));
    IncompatibleKeys keys = nn_load_state_dict(module, dict);
    assert_true(keys.loaded);
    assert_int_equal(keys.n_missing + keys.n_unexpected, 0);
    expect_values(weight, 0.5, 0.25);
    expect_values(nn_get_parameter(module, "bias"), 5);
    assert_int_equal(tensor_dtype(weight), DTYPE_FLOAT32);
    assert_true(tensor_requires_grad(weight) && tensor_is_leaf(weight));
    assert_true(tensor_version(weight) > version);
    assert_ptr_equal(tensor_data_ptr(weight), data);
    assert_false(tensor_shares_storage(weight, state_dict_get(dict, "weight")));
}

static void test_a_model_loads_what_another_one_saved(void **state)
{
    (void)state;
    tensor_manual_seed(1);
    Module *a = se_resnet_new(10), *b = se_resnet_new(10);
    Tensor *x = tensor_randn(DIMS(2, 3, 8, 8));
    nn_forward(a, x); /* moves the running statistics */
    assert_true(nn_load_state_dict(b, nn_state_dict(a)).loaded);
    assert_true(nn_load_state_dict(a, nn_state_dict(a)).loaded); /* onto itself */
    autograd_no_grad
    {
        Tensor *ya = nn_forward(nn_eval(a), x), *yb = nn_forward(nn_eval(b), x);
        assert_memory_equal(tensor_data_ptr(ya), tensor_data_ptr(yb), (size_t)tensor_numel(ya) * 4);
    }
    expect_values(nn_get_buffer(b, "bn1.num_batches_tracked"), 1);
}

static Module *small_new(void)
{
    return nn_Sequential(nn_Linear(2, 3), nn_BatchNorm1d(3), nn_Sequential(nn_Linear(3, 1)));
}

/* What tests/reference/modules.py gives to PyTorch's load_state_dict. */
static StateDict *wrong_dict(Module *small)
{
    StateDict *dict = nn_state_dict(small);
    state_dict_remove(dict, "0.bias");
    state_dict_remove(dict, "2.0.weight");
    const char *more[] = {"2.0.weight.more", "2.1.bias", "3", "1"};
    for (int i = 0; i < 4; i++)
        state_dict_set(dict, more[i], VECTOR(0));
    state_dict_set(dict, "0.weight", ONES(4, 2));
    state_dict_set(dict, "2.0.bias", ONES());
    state_dict_set(dict, "1.bias", VECTOR(1, 2, 3));
    return dict;
}

static void expect_load_error(IncompatibleKeys keys, const char *const *lines)
{
    assert_false(keys.loaded);
    assert_non_null(error_last());
    assert_int_equal(error_last()->code, ERROR_KEY);
    expect_lines(error_last()->message, lines);
    error_clear();
}

static void test_errors_are_pytorchs(void **state)
{
    (void)state;
    Module *small = small_new();
    StateDict *wrong = wrong_dict(small);
    IncompatibleKeys keys = nn_load_state_dict(small, wrong);
    expect_load_error(keys, error_of_all);
    assert_int_equal(keys.n_missing, 2);
    assert_string_equal(keys.missing_keys[1], "2.0.weight");
    assert_int_equal(keys.n_unexpected, 4);
    expect_load_error(nn_load_state_dict(small, wrong, .strict = false), error_of_sizes);
    expect_load_error(nn_load_state_dict(small, state_dict_new()), error_of_empty);
    expect_load_error(nn_load_state_dict(se_resnet_new(100), nn_state_dict(se_resnet_new(10))), error_of_fc);
    expect_values(nn_get_parameter(small, "1.bias"), 0, 0, 0); /* nothing was copied */
}

static void test_not_strict_takes_what_fits(void **state)
{
    (void)state;
    Module *small = small_new();
    StateDict *dict = wrong_dict(small);
    state_dict_remove(dict, "0.weight");
    state_dict_remove(dict, "2.0.bias");
    IncompatibleKeys keys = nn_load_state_dict(small, dict, .strict = false);
    assert_true(keys.loaded);
    assert_int_equal(keys.n_missing, 4);
    assert_string_equal(keys.missing_keys[0], "0.weight");
    assert_int_equal(keys.n_unexpected, 4);
    assert_string_equal(keys.unexpected_keys[3], "2.0.weight.more");
    expect_values(nn_get_parameter(small, "1.bias"), 1, 2, 3);
}

static void test_batches_tracked_may_be_missing(void **state)
{
    (void)state;
    Module *norm = nn_BatchNorm1d(3);
    nn_forward(norm, tensor_randn(DIMS(4, 3)));
    StateDict *dict = nn_state_dict(norm);
    state_dict_remove(dict, "num_batches_tracked");
    assert_true(nn_load_state_dict(norm, dict).loaded);
    expect_values(nn_get_buffer(norm, "num_batches_tracked"), 1);
}

static void test_one_element_becomes_a_0d_tensor(void **state)
{
    (void)state;
    Module *norm = nn_BatchNorm1d(3);
    StateDict *dict = nn_state_dict(norm);
    state_dict_set(dict, "num_batches_tracked", INTEGERS(DIMS(1), 9));
    assert_true(nn_load_state_dict(norm, dict).loaded);
    expect_values(nn_get_buffer(norm, "num_batches_tracked"), 9);
}

static void test_long_errors_say_how_much_more_there_is(void **state)
{
    (void)state;
    Module *module = se_resnet_new(10);
    StateDict *dict = state_dict_new();
    char name[64];
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof name, "module.layer1.%d.weight", i);
        state_dict_set(dict, name, VECTOR(1));
    }
    assert_false(nn_load_state_dict(module, dict).loaded);
    const char *message = error_last()->message;
    assert_true(strlen(message) < 3500);
    assert_non_null(strstr(message, "\", and "));
    assert_non_null(
        strstr(message, " more. \n\tUnexpected key(s) in state_dict: \"module.layer1.0.weight\", "));
    assert_string_equal(message + strlen(message) - strlen(" more. "), " more. ");
    error_clear();
    dict = nn_state_dict(module);
    for (int64_t i = 0; i < state_dict_length(dict); i++)
        state_dict_set(dict, state_dict_name(dict, i), ONES(7, 7, 7));
    assert_false(nn_load_state_dict(module, dict).loaded);
    message = error_last()->message;
    assert_non_null(strstr(message, "\n\tand "));
    assert_string_equal(message + strlen(message) - strlen(" more"), " more");
    error_clear();
}

static void test_null_loads_nothing(void **state)
{
    (void)state;
    assert_false(nn_load_state_dict(NULL, state_dict_new()).loaded);
    assert_false(nn_load_state_dict(nn_Linear(1, 1), NULL).loaded);
    assert_null(error_last());
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin_test, end_test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_names_keep_their_order),
        TEST(test_ten_thousand_names),
        TEST(test_metadata_is_a_map_of_texts),
        TEST(test_keys_are_pytorchs),
        TEST(test_tensors_share_memory_without_history),
        TEST(test_buffers_that_are_not_saved),
        TEST(test_values_are_copied_and_converted),
        TEST(test_a_model_loads_what_another_one_saved),
        TEST(test_errors_are_pytorchs),
        TEST(test_not_strict_takes_what_fits),
        TEST(test_batches_tracked_may_be_missing),
        TEST(test_one_element_becomes_a_0d_tensor),
        TEST(test_long_errors_say_how_much_more_there_is),
        TEST(test_null_loads_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
