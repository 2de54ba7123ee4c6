/* Hooks of modules: what they see, what they change, and what ends a call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <taper.h>

#include "expect.h"
#include "scaled.h"

typedef struct Trace {
    char text[128];
    int64_t handle;
    Tensor *tensor;
} Trace;

static bool before_first(Module *module, TensorList inputs, void *user)
{
    (void)module, (void)inputs;
    strcat(((Trace *)user)->text, "a");
    return true;
}

static bool before_doubles(Module *module, TensorList inputs, void *user)
{
    (void)module;
    strcat(((Trace *)user)->text, "b");
    inputs.items[0] = tensor_mul(inputs.items[0], 2);
    return true;
}

static bool before_refuses(Module *module, TensorList inputs, void *user)
{
    (void)inputs, (void)user;
    return error_raise(ERROR_VALUE, "hook", "no %s today", nn_type_name(module)) != NULL;
}

static Tensor *after_once(Module *module, TensorList inputs, Tensor *output, void *user)
{
    Trace *trace = user;
    assert_int_equal(inputs.n, 1);
    strcat(trace->text, "c");
    assert_true(nn_remove_hook(module, trace->handle));
    return tensor_add(output, 100);
}

static Tensor *after_looks(Module *module, TensorList inputs, Tensor *output, void *user)
{
    (void)module, (void)inputs, (void)output;
    strcat(((Trace *)user)->text, "d");
    return NULL;
}

static Tensor *after_fails(Module *module, TensorList inputs, Tensor *output, void *user)
{
    (void)module, (void)inputs, (void)user;
    return tensor_add(output, VECTOR(1, 2, 3));
}

static void test_a_hook_that_fails_ends_the_call(void **state)
{
    (void)state;
    Module *module = scaled(1, NULL), *net = nn_Sequential(module);
    int64_t handle = nn_register_forward_hook(module, after_fails, NULL);
    expect_error(nn_forward(net, VECTOR(1, 1)) != NULL, ERROR_SHAPE, "The size of tensor a (2) must match");
    nn_remove_hook(module, handle);
    expect_values(nn_forward(net, VECTOR(1, 1)), 2, 3);
}

static void test_hooks_see_and_change_what_passes(void **state)
{
    (void)state;
    Trace trace = {.text = ""};
    Module *module = scaled(1, NULL);
    Tensor *x = VECTOR(3, 3), *list[] = {x};
    int64_t first = nn_register_forward_pre_hook(module, before_first, &trace);
    nn_register_forward_pre_hook(module, before_doubles, &trace);
    trace.handle = nn_register_forward_hook(module, after_once, &trace);
    nn_register_forward_hook(module, after_looks, &trace);
    expect_values(nn_call(module, (TensorList){list, 1}), 107, 108);
    assert_ptr_equal(list[0], x); /* the caller's list is his */
    assert_string_equal(trace.text, "abcd");
    expect_values(nn_forward(module, x), 7, 8);
    assert_string_equal(trace.text, "abcdabd"); /* c had removed itself */
    assert_true(nn_remove_hook(module, first));
    assert_false(nn_remove_hook(module, first));
    assert_false(nn_remove_hook(module, trace.handle));
    nn_register_forward_pre_hook(module, before_refuses, NULL);
    expect_error(nn_forward(module, x) != NULL, ERROR_VALUE, "no Scaled today");
    assert_string_equal(trace.text, "abcdabdb");
}

static void test_null_has_no_hooks(void **state)
{
    (void)state;
    assert_int_equal(nn_register_forward_hook(NULL, after_looks, NULL), 0);
    assert_null(error_last());
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin_test, end_test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_hooks_see_and_change_what_passes),
        TEST(test_a_hook_that_fails_ends_the_call),
        TEST(test_null_has_no_hooks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
