/* Modules: registration, names, calls, modes, and how long everything lives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <taper.h>

#include "expect.h"
#include "fake_device.h"
#include "scaled.h"

typedef struct Pair {
    Module base;
} Pair;

NN_FORWARD(Pair, self, a, b)
{
    assert_true(self->base.training);
    return tensor_add(a, tensor_mul(b, -1));
}

static Module *pair_new(void)
{
    return &nn_new(Pair)->base;
}

static void expect_names(const char *const *names, int64_t n, const char *expected)
{
    char joined[512] = "";
    for (int64_t i = 0; i < n; i++) {
        strcat(joined, i > 0 ? " " : "");
        strcat(joined, names[i]);
    }
    assert_string_equal(joined, expected);
}

static void expect_parameters(const Module *module, const char *expected)
{
    NamedTensors named = nn_named_parameters(module);
    expect_names(named.names, named.n, expected);
}

/* -- registration -- */

static void test_parts_are_known_by_their_names(void **state)
{
    (void)state;
    Module *module = nn_Sequential(scaled(2, NULL), scaled(3, scaled(4, NULL)));
    expect_parameters(module, "0.scale 1.scale 1.inner.scale");
    NamedTensors buffers = nn_named_buffers(module);
    expect_names(buffers.names, buffers.n, "0.shift 1.shift 1.inner.shift");
    NamedModules modules = nn_named_modules(module);
    expect_names(modules.names, modules.n, " 0 1 1.inner");
    assert_ptr_equal(modules.modules[0], module);
    NamedModules children = nn_named_children(module);
    expect_names(children.names, children.n, "0 1");
    assert_int_equal(nn_parameters(module).n, 3);
    assert_int_equal(nn_buffers(module).n, 3);
    assert_int_equal(nn_count_parameters(module, false), 6);
    assert_string_equal(nn_type_name(module), "Sequential");
    assert_string_equal(nn_type_name(nn_at(module, -1)), "Scaled");
    assert_int_equal(nn_length(module), 2);
    expect_error(nn_at(module, 2) != NULL, ERROR_INDEX, "index 2 is out of range");
    expect_error(nn_at(module, -3) != NULL, ERROR_INDEX, "index -3 is out of range");
}

static void test_parameters_require_gradients_and_buffers_do_not(void **state)
{
    (void)state;
    Scaled *self = scaled_new(2, NULL);
    assert_true(tensor_requires_grad(self->scale));
    assert_false(tensor_requires_grad(self->shift));
    nn_parameter(self, steps, INTEGERS(DIMS(1), 3));
    assert_false(tensor_requires_grad(self->steps));
    expect_parameters(&self->base, "scale steps");
}

static void test_a_name_given_twice_replaces_in_place(void **state)
{
    (void)state;
    Scaled *self = scaled_new(2, scaled(3, NULL));
    nn_parameter(self, scale, VECTOR(5, 5));
    nn_child(self, inner, scaled(7, NULL));
    expect_parameters(&self->base, "scale inner.scale");
    expect_values(nn_get_parameter(&self->base, "scale"), 5, 5);
    expect_values(nn_get_parameter(&self->base, "inner.scale"), 7, 7);
    expect_values(nn_forward(&self->base, VECTOR(1, 1)), 7 * 6 + 1, 7 * 7 + 2);
}

static void test_none_is_registered_and_left_out(void **state)
{
    (void)state;
    Scaled *self = scaled_new(2, NULL);
    nn_parameter(self, steps, NULL);
    assert_null(self->steps);
    expect_parameters(&self->base, "scale");
    assert_int_equal(state_dict_length(nn_state_dict(&self->base)), 2);
    expect_error(nn_get_parameter(&self->base, "steps") != NULL, ERROR_KEY, "`steps` is not an nn.Parameter");
    nn_parameter(self, steps, VECTOR(1));
    expect_parameters(&self->base, "scale steps");
}

static void test_names_that_cannot_be(void **state)
{
    (void)state;
    Module *module = scaled(2, scaled(3, NULL));
    expect_error(nn_register_buffer(module, "scale", VECTOR(1), true) != NULL, ERROR_KEY,
                 "attribute 'scale' already exists");
    Tensor *refused = VECTOR(1);
    expect_error(nn_register_parameter(module, "inner", refused) != NULL, ERROR_KEY,
                 "attribute 'inner' already exists");
    assert_false(tensor_requires_grad(refused));
    expect_error(nn_register_module(module, "shift", pair_new()) != NULL, ERROR_KEY,
                 "attribute 'shift' already exists");
    expect_error(nn_register_module(module, "a.b", pair_new()) != NULL, ERROR_KEY,
                 "module name can't contain \".\", got: a.b");
    expect_error(nn_register_module(module, "fc[i]", pair_new()) != NULL, ERROR_KEY,
                 "module name must be that of a field, got: fc[i]. Several in a row are an nn_ModuleList");
    expect_error(nn_register_buffer(module, "inner->shift", VECTOR(1), true) != NULL, ERROR_KEY,
                 "buffer name must be that of a field, got: inner->shift.");
    expect_error(nn_register_buffer(module, "a.b", VECTOR(1), true) != NULL, ERROR_KEY,
                 "buffer name can't contain \".\"");
    expect_error(nn_register_parameter(module, "", VECTOR(1)) != NULL, ERROR_KEY,
                 "parameter name can't be empty string \"\"");
    expect_error(nn_register_module(module, "child", NULL) != NULL, ERROR_VALUE,
                 "the child module 'child' is NULL");
}

static void test_parameters_are_leaves(void **state)
{
    (void)state;
    Module *module = scaled(2, NULL);
    expect_error(nn_register_parameter(module, "steps", tensor_mul(PARAMETER(1, 2), 2)) != NULL,
                 ERROR_AUTOGRAD,
                 "Cannot assign non-leaf Tensor to parameter 'steps'. Model parameters must be");
    expect_error(nn_forward(module, VECTOR(1, 1)) != NULL, ERROR_VALUE,
                 "a part of the module could not be made when it was constructed");
    assert_non_null(nn_register_parameter(module, "counts", INTEGERS(DIMS(2), 1, 2)));
    expect_error(nn_requires_grad_(module, true) != NULL, ERROR_AUTOGRAD,
                 "only Tensors of floating point dtype can require gradients");
}

static void test_shared_parts_count_once(void **state)
{
    (void)state;
    Module *shared = scaled(2, NULL);
    Scaled *tied = scaled_new(3, NULL);
    nn_parameter(tied, scale, ((Scaled *)(void *)shared)->scale);
    Module *module = nn_Sequential(shared, shared, &tied->base);
    expect_parameters(module, "0.scale");
    assert_int_equal(nn_named_modules(module).n, 3);
    assert_int_equal(nn_named_children(module).n, 2);
    assert_int_equal(nn_count_parameters(module, false), 2);
    StateDict *dict = nn_state_dict(module);
    assert_int_equal(state_dict_length(dict), 6);
    assert_true(tensor_shares_storage(state_dict_get(dict, "0.scale"), state_dict_get(dict, "2.scale")));
    tensor_backward(tensor_sum(nn_forward(module, VECTOR(1, 1))));
    /* d/ds ((x s + b) s + b) s + c, each twice the same s */
    expect_values(tensor_grad(tied->scale), 3 * 4 + 2 * 2 * 1 + 1, 3 * 4 + 2 * 2 * 2 + 2);
}

/* -- looking up -- */

static void test_parts_by_path(void **state)
{
    (void)state;
    Module *module = nn_Sequential(scaled(2, scaled(3, NULL)));
    assert_ptr_equal(nn_get_submodule(module, ""), module);
    assert_ptr_equal(nn_get_submodule(module, "0.inner"), ((Scaled *)(void *)nn_at(module, 0))->inner);
    expect_values(nn_get_parameter(module, "0.inner.scale"), 3, 3);
    expect_values(nn_get_buffer(module, "0.shift"), 1, 2);
    expect_error(nn_get_submodule(module, "1") != NULL, ERROR_KEY, "Sequential has no attribute `1`");
    expect_error(nn_get_submodule(module, "0.x.y") != NULL, ERROR_KEY, "Scaled has no attribute `x`");
    expect_error(nn_get_submodule(module, "0.") != NULL, ERROR_KEY, "Scaled has no attribute ``");
    expect_error(nn_get_submodule(module, ".0") != NULL, ERROR_KEY, "Sequential has no attribute ``");
    expect_error(nn_get_submodule(module, "0.scale") != NULL, ERROR_KEY, "`scale` is not an nn.Module");
    expect_error(nn_get_parameter(module, "0.y") != NULL, ERROR_KEY, "Scaled has no attribute `y`");
    expect_error(nn_get_parameter(module, "0.inner") != NULL, ERROR_KEY, "`inner` is not an nn.Parameter");
    expect_error(nn_get_buffer(module, "0.scale") != NULL, ERROR_KEY, "`scale` is not a buffer");
    expect_error(nn_get_parameter(module, "0.shift") != NULL, ERROR_KEY, "`shift` is not an nn.Parameter");
}

/* -- calls -- */

static void test_type_weight_and_bias(void **state)
{
    (void)state;
    Module *linear = nn_Linear(3, 2), *conv = nn_Conv2d(1, 2, 3, .bias = false), *relu = nn_ReLU();
    assert_true(nn_isinstance(linear, "Linear"));
    assert_false(nn_isinstance(conv, "Linear"));
    assert_false(nn_isinstance(NULL, "Linear"));
    assert_ptr_equal(nn_weight(linear), nn_get_parameter(linear, "weight"));
    assert_ptr_equal(nn_bias(linear), nn_get_parameter(linear, "bias"));
    assert_ptr_equal(nn_weight(conv), nn_get_parameter(conv, "weight"));
    assert_null(nn_bias(conv));
    assert_null(nn_weight(relu));
    assert_null(nn_weight(NULL));
    assert_null(nn_weight(nn_Sequential(linear)));
    assert_null(error_last());
}

static void test_inputs_are_counted(void **state)
{
    (void)state;
    Tensor *a = VECTOR(5), *b = VECTOR(3);
    Module *two = pair_new(), *one = scaled(1, NULL);
    expect_values(nn_forward(two, a, b), 2);
    expect_error(nn_forward(two, a) != NULL, ERROR_VALUE,
                 "Pair.forward() takes 2 positional arguments but 1 was given");
    expect_error(nn_forward(one, a, b) != NULL, ERROR_VALUE,
                 "Scaled.forward() takes 1 positional argument but 2 were given");
    expect_error(nn_forward(nn_ModuleList(one), a) != NULL, ERROR_UNSUPPORTED,
                 "Module [ModuleList] is missing the required \"forward\" function");
    expect_error(nn_forward((Module *)NULL, a) != NULL, ERROR_VALUE, "the module is NULL");
    assert_null(nn_forward(two, a, NULL)); /* without an error of its own */
    assert_null(error_last());
}

/* Its layers are in a list in a list. */
typedef struct Stages {
    Module base;
    Module *stages;
} Stages;

NN_FORWARD(Stages, self, x)
{
    return nn_forward(nn_at(nn_at(self->stages, 1), 0), x);
}

static void test_lists_are_part_of_the_path(void **state)
{
    (void)state;
    Stages *self = nn_new(Stages);
    Module *layer = scaled(3, NULL);
    nn_child(self, stages, nn_ModuleList(nn_ModuleList(), nn_ModuleList(layer)));
    Module *outer = nn_Sequential();
    nn_register_module(outer, "7", &self->base);
    assert_null(nn_forward(outer, VECTOR(1, 2, 3)));
    assert_string_equal(error_last()->module_path, "7.stages.1.0");
    assert_string_equal(error_last()->module_type, "Scaled");
    error_clear();
    assert_null(tensor_add(VECTOR(1, 2), VECTOR(1, 2, 3)));
    assert_string_equal(error_last()->module_path, "");
    error_clear();
    assert_ptr_equal(layer->list, nn_at(self->stages, 1));
    nn_register_module(nn_at(self->stages, 1), "0", scaled(2, NULL));
    assert_null(layer->list);
    tensor_scope
        nn_ModuleList(layer);
    assert_null(layer->list);
}

static void test_errors_know_where_they_were(void **state)
{
    (void)state;
    Module *module = nn_Sequential(scaled(1, NULL), nn_Sequential(scaled(1, scaled(1, NULL))));
    Module *inner = nn_get_submodule(module, "1.0.inner");
    nn_register_parameter(inner, "scale", NULL);
    ((Scaled *)(void *)inner)->scale = ((Scaled *)(void *)inner)->shift = VECTOR(1, 2, 3);
    assert_null(nn_forward(module, VECTOR(1, 1)));
    assert_string_equal(error_last()->text,
                        "mul: The size of tensor a (2) must match the size of tensor b (3) at non-singleton "
                        "dimension 0 (in 1.0.inner (Scaled))");
    assert_string_equal(error_last()->module_path, "1.0.inner");
    assert_string_equal(error_last()->module_type, "Scaled");
    error_clear();
    assert_null(nn_forward(scaled(1, NULL), VECTOR(1, 2, 3)));
    assert_non_null(strstr(error_last()->text, "(in (Scaled))"));
    error_clear();
    assert_null(tensor_add(VECTOR(1, 2), VECTOR(1, 2, 3))); /* outside of any module again */
    assert_string_equal(error_last()->module_path, "");
    error_clear();
}

static void test_forward_leaves_only_its_result(void **state)
{
    (void)state;
    Module *module = nn_Sequential(scaled(2, scaled(3, NULL)), scaled(4, NULL));
    Tensor *x = VECTOR(1, 1);
    size_t before = scope_size();
    autograd_no_grad expect_values(nn_forward(module, x), 4 * (3 * 3 + 1) + 1, 4 * (3 * 4 + 2) + 2);
    assert_int_equal(scope_size(), before + 1);
    assert_ptr_equal(nn_forward(nn_Sequential(), x), x);
}

static void test_incomplete_modules_refuse_to_run(void **state)
{
    (void)state;
    Module *module = nn_Sequential();
    Scaled *self = scaled_new(2, NULL);
    Tensor *missing = tensor_add(VECTOR(1, 2), VECTOR(1, 2, 3));
    nn_parameter(self, steps, missing);
    assert_true(self->base.incomplete);
    nn_append(module, &self->base);
    assert_true(module->incomplete);
    error_clear();
    expect_error(nn_forward(module, VECTOR(1, 2)) != NULL, ERROR_VALUE,
                 "a part of the module could not be made");
    expect_error(nn_append(pair_new(), module) != NULL, ERROR_VALUE,
                 "'Pair' object has no attribute 'append'");
    assert_null(nn_Sequential(pair_new(), NULL));
    error_clear();
}

/* -- the whole of it -- */

static void test_modes_reach_everything(void **state)
{
    (void)state;
    Module *inner = scaled(3, NULL), *module = nn_Sequential(scaled(2, inner));
    assert_true(nn_is_training(module) && nn_is_training(inner));
    assert_ptr_equal(nn_eval(module), module);
    assert_false(nn_is_training(module) || nn_is_training(inner));
    assert_ptr_equal(nn_train(module), module);
    assert_true(nn_is_training(module) && nn_is_training(inner));
    assert_ptr_equal(nn_requires_grad_(module, false), module);
    assert_int_equal(nn_count_parameters(module, true), 0);
    assert_false(tensor_requires_grad(nn_forward(module, VECTOR(1, 1))));
    nn_requires_grad_(module, true);
    assert_int_equal(nn_count_parameters(module, true), 4);
    tensor_backward(tensor_sum(nn_forward(module, VECTOR(1, 1))));
    assert_non_null(tensor_grad(nn_get_parameter(inner, "scale")));
    nn_zero_grad(module);
    assert_null(tensor_grad(nn_get_parameter(inner, "scale")));
}

static void note_name(Module *module, void *user)
{
    strcat(user, module->name[0] != '\0' ? module->name : "-");
    strcat(user, " ");
}

static void test_apply_goes_from_the_leaves_up(void **state)
{
    (void)state;
    char names[128] = "";
    Module *module = nn_Sequential(scaled(2, scaled(3, NULL)), pair_new());
    assert_ptr_equal(nn_apply(module, note_name, names), module);
    assert_string_equal(names, "inner 0 1 - ");
}

static void test_modules_outlive_scopes_when_kept(void **state)
{
    (void)state;
    int64_t before = object_live_count();
    Module *kept = NULL;
    tensor_scope
        kept = nn_keep(nn_Sequential(scaled(2, scaled(3, NULL))));
    expect_values(nn_get_parameter(kept, "0.inner.scale"), 3, 3);
    nn_release(kept);
    scope_close_all();
    assert_int_equal(object_live_count(), before);
}

static void test_null_passes_through(void **state)
{
    (void)state;
    assert_null(nn_train(NULL));
    assert_null(nn_apply(NULL, note_name, NULL));
    assert_int_equal(nn_parameters(NULL).n, 0);
    assert_int_equal(nn_named_modules(NULL).n, 0);
    assert_null(nn_state_dict(NULL));
    assert_null(nn_to_string(NULL));
    assert_null(nn_double(NULL));
    assert_null(nn_summary(NULL, DIMS(1)));
    assert_null(nn_get_submodule(NULL, "a"));
    nn_zero_grad(NULL);
    assert_null(error_last());
}

/* -- other dtypes -- */

static void test_to_changes_what_is_floating_point(void **state)
{
    (void)state;
    Scaled *self = scaled_new(2, scaled(3, NULL));
    Module *module = &self->base;
    nn_buffer(self, steps, INTEGERS(DIMS(2), 1, 2));
    nn_register_parameter(nn_get_submodule(module, "inner"), "tied", self->scale);
    tensor_backward(tensor_sum(nn_forward(module, VECTOR(1, 1))));
    Tensor *scale = self->scale, *shift = self->shift, *grad = tensor_grad(scale);
    assert_ptr_equal(nn_to(module, DTYPE_FLOAT32), module);
    assert_ptr_equal(nn_get_parameter(module, "scale"), scale);
    assert_ptr_equal(nn_get_buffer(module, "shift"), shift);
    assert_ptr_equal(tensor_grad(scale), grad);
    assert_int_equal(tensor_dtype(scale), DTYPE_FLOAT32);
    assert_int_equal(tensor_dtype(shift), DTYPE_FLOAT32);
    assert_int_equal(tensor_dtype(grad), DTYPE_FLOAT32);
    assert_int_equal(tensor_dtype(self->steps), DTYPE_INT64);
    assert_true(tensor_requires_grad(scale) && tensor_is_leaf(scale));
    expect_values(scale, 2, 2);
    expect_values(grad, 3, 3);
    Tensor *y = nn_forward(module, ones_of(DIMS(2), DTYPE_FLOAT32));
    assert_int_equal(tensor_dtype(y), DTYPE_FLOAT32);
    tensor_backward(tensor_sum(y)); /* adds to the gradient in its new dtype */
    expect_values(grad, 6, 6);
    assert_ptr_equal(nn_double(module), module);
    assert_int_equal(tensor_dtype(scale), DTYPE_FLOAT64);
    assert_ptr_equal(nn_float(module), module);
    assert_ptr_equal(nn_cpu(module), module);
    assert_ptr_equal(nn_to(module, cpu_device()), module);
    assert_int_equal(tensor_dtype(scale), DTYPE_FLOAT32);
    expect_error(nn_to(module, DTYPE_INT64) != NULL, ERROR_DTYPE,
                 "nn.Module.to only accepts floating point or complex dtypes, but got desired "
                 "dtype=torch.int64");
    expect_error(nn_to(module, ((Device){DEVICE_CUDA, 7})) != NULL, ERROR_DEVICE, "");
    assert_int_equal(tensor_device(scale).type, DEVICE_CPU);
}

static void test_to_moves_to_devices(void **state)
{
    (void)state;
    Device device = fake_device(1);
    Scaled *self = scaled_new(2, NULL);
    Module *module = &self->base;
    nn_buffer(self, steps, INTEGERS(DIMS(2), 1, 2));
    tensor_backward(tensor_sum(nn_forward(module, VECTOR(1, 1))));
    assert_ptr_equal(nn_to(module, device), module);
    assert_true(device_equal(tensor_device(self->scale), device));
    assert_true(device_equal(tensor_device(tensor_grad(self->scale)), device));
    assert_true(device_equal(tensor_device(self->shift), device));
    assert_true(device_equal(tensor_device(self->steps), device));
    assert_int_equal(tensor_dtype(self->scale), DTYPE_FLOAT64);
    expect_values(nn_forward(module, tensor_to(VECTOR(1, 1), device)), 3, 4);
    assert_null(nn_forward(module, VECTOR(1, 1)));
    assert_int_equal(error_last()->code, ERROR_DEVICE);
    error_clear();
    char *text = nn_summary(module, DIMS(2));
    assert_non_null(text);
    free(text);
    /* values come from wherever they are */
    StateDict *dict = state_dict_new();
    state_dict_set(dict, "scale", VECTOR(7, 8));
    state_dict_set(dict, "shift", tensor_to(VECTOR(5, 6), fake_device(0)));
    assert_true(nn_load_state_dict(module, dict, .strict = false).loaded);
    assert_true(device_equal(tensor_device(self->scale), device));
    nn_cpu(module);
    expect_values(self->scale, 7, 8);
    expect_values(self->shift, 5, 6);
    assert_int_equal(tensor_device(tensor_grad(self->scale)).type, DEVICE_CPU);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin_test, end_test)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_parts_are_known_by_their_names),
        TEST(test_parameters_require_gradients_and_buffers_do_not),
        TEST(test_a_name_given_twice_replaces_in_place),
        TEST(test_none_is_registered_and_left_out),
        TEST(test_names_that_cannot_be),
        TEST(test_parameters_are_leaves),
        TEST(test_shared_parts_count_once),
        TEST(test_parts_by_path),
        TEST(test_type_weight_and_bias),
        TEST(test_inputs_are_counted),
        TEST(test_errors_know_where_they_were),
        TEST(test_lists_are_part_of_the_path),
        TEST(test_forward_leaves_only_its_result),
        TEST(test_incomplete_modules_refuse_to_run),
        TEST(test_modes_reach_everything),
        TEST(test_apply_goes_from_the_leaves_up),
        TEST(test_modules_outlive_scopes_when_kept),
        TEST(test_null_passes_through),
        TEST(test_to_changes_what_is_floating_point),
        TEST(test_to_moves_to_devices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
