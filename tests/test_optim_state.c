/* State dicts of optimizers and schedulers: PyTorch's names, and steps after loading that are the same bits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "expect.h"

static void give_gradients(Tensor *a, Tensor *b, int t)
{
    assert_true(tensor_set_grad(a, VECTOR(0.3 * t - 1, 0.7 - 0.1 * t, 0.11 * t * t)));
    assert_true(tensor_set_grad(b, t % 2 == 0 ? VECTOR(1.3 - 0.4 * t) : NULL));
}

static void expect_names(const StateDict *dict, size_t n, const char *const *names)
{
    assert_int_equal(state_dict_length(dict), n);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(state_dict_name(dict, (int64_t)i), names[i]);
}
#define EXPECT_NAMES(dict, ...)                                                                              \
    expect_names((dict), sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *),                             \
                 (const char *[]){__VA_ARGS__})

static void test_names_are_pytorchs(void **state)
{
    (void)state;
    Tensor *a = PARAMETER(1, 2, 3), *b = PARAMETER(4);
    Optimizer *optimizer = optim_SGD(TENSORS(a), .lr = 0.1, .momentum = 0.9);
    assert_non_null(optim_add_param_group(optimizer, TENSORS(b), {"lr", 0.2}));
    give_gradients(a, b, 0);
    assert_true(optim_step(optimizer));
    StateDict *dict = optim_state_dict(optimizer);
    EXPECT_NAMES(dict, "state.0.momentum_buffer", "state.1.momentum_buffer", "param_groups.0.lr",
                 "param_groups.0.momentum", "param_groups.0.dampening", "param_groups.0.weight_decay",
                 "param_groups.0.nesterov", "param_groups.0.maximize", "param_groups.0.params",
                 "param_groups.1.lr", "param_groups.1.momentum", "param_groups.1.dampening",
                 "param_groups.1.weight_decay", "param_groups.1.nesterov", "param_groups.1.maximize",
                 "param_groups.1.params");
    expect_values(state_dict_get(dict, "state.0.momentum_buffer"), -1, 0.7, 0);
    expect_values(state_dict_get(dict, "param_groups.1.lr"), 0.2);
    expect_values(state_dict_get(dict, "param_groups.1.params"), 1);
    assert_int_equal(tensor_dtype(state_dict_get(dict, "param_groups.1.params")), DTYPE_INT64);
}

static void test_adams_names_are_pytorchs(void **state)
{
    (void)state;
    Tensor *a = PARAMETER(1, 2, 3), *b = PARAMETER(4);
    Optimizer *optimizer = optim_Adam(TENSORS(a, b), .amsgrad = true);
    give_gradients(a, b, 1);
    assert_true(optim_step(optimizer));
    assert_true(optim_step(optimizer));
    assert_non_null(optim_StepLR(optimizer, 3));
    StateDict *dict = optim_state_dict(optimizer);
    EXPECT_NAMES(dict, "state.0.step", "state.0.exp_avg", "state.0.exp_avg_sq", "state.0.max_exp_avg_sq",
                 "param_groups.0.lr", "param_groups.0.betas.0", "param_groups.0.betas.1",
                 "param_groups.0.eps", "param_groups.0.weight_decay", "param_groups.0.amsgrad",
                 "param_groups.0.maximize", "param_groups.0.decoupled_weight_decay",
                 "param_groups.0.initial_lr", "param_groups.0.params");
    expect_values(state_dict_get(dict, "state.0.step"), 2);
    assert_int_equal(tensor_dtype(state_dict_get(dict, "state.0.step")), DTYPE_FLOAT32);
    expect_values(state_dict_get(dict, "param_groups.0.params"), 0, 1);
}

/* -- going on from a file -- */

typedef Optimizer *(*MakeOptimizer)(TensorList params);

static Optimizer *make_sgd(TensorList params)
{
    return optim_SGD(params, .lr = 0.1, .momentum = 0.9, .dampening = 0.2);
}

static Optimizer *make_adam(TensorList params)
{
    return optim_Adam(params, .lr = 0.1, .amsgrad = true);
}

static Optimizer *make_adamw(TensorList params)
{
    return optim_AdamW(params, .lr = 0.1, .weight_decay = 0.3);
}

static Optimizer *make_rmsprop(TensorList params)
{
    return optim_RMSprop(params, .centered = true, .momentum = 0.5);
}

static Optimizer *make_adagrad(TensorList params)
{
    return optim_Adagrad(params, .lr_decay = 0.3, .initial_accumulator_value = 0.2);
}

/* The dict as it comes back from a file. */
static StateDict *through_file(const StateDict *dict)
{
    char path[] = "/tmp/taper-test-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0 && close(file) == 0);
    assert_true(nn_save_safetensors(dict, path));
    StateDict *loaded = nn_load_safetensors(path);
    assert_int_equal(remove(path), 0);
    assert_non_null(loaded);
    return loaded;
}

static void expect_same_bits(Tensor *x, Tensor *y)
{
    assert_memory_equal(tensor_data_ptr(x), tensor_data_ptr(y), (size_t)tensor_numel(x) * sizeof(double));
}

static void resume(MakeOptimizer make)
{
    Tensor *a = PARAMETER(1, 2, 3), *b = PARAMETER(4), *c = PARAMETER(1, 2, 3), *d = PARAMETER(4);
    Optimizer *optimizer = make(TENSORS(a, b)), *other = make(TENSORS(c, d));
    for (int t = 0; t < 3; t++) {
        give_gradients(a, b, t + 1);
        assert_true(optim_step(optimizer));
    }
    assert_true(optim_set_lr(optimizer, 0.07));
    assert_true(optim_load_state_dict(other, through_file(optim_state_dict(optimizer))));
    assert_true(optim_get_lr(other) == 0.07);
    assert_non_null(tensor_copy_(tensor_detach(c), a));
    assert_non_null(tensor_copy_(tensor_detach(d), b));
    for (int t = 3; t < 7; t++) {
        give_gradients(a, b, t + 1);
        give_gradients(c, d, t + 1);
        assert_true(optim_step(optimizer) && optim_step(other));
        expect_same_bits(a, c);
        expect_same_bits(b, d);
    }
}

static void test_loaded_optimizers_go_on_with_the_same_bits(void **state)
{
    static const MakeOptimizer makes[] = {make_sgd, make_adam, make_adamw, make_rmsprop, make_adagrad};
    (void)state;
    for (size_t i = 0; i < sizeof makes / sizeof makes[0]; i++)
        resume(makes[i]);
}

static void test_loading_copies_and_converts(void **state)
{
    (void)state;
    Tensor *a = PARAMETER(1, 2, 3), *b = PARAMETER(4);
    Optimizer *optimizer = make_sgd(TENSORS(a, b));
    give_gradients(a, b, 2);
    assert_true(optim_step(optimizer));
    StateDict *dict = optim_state_dict(optimizer);
    Tensor *c = tensor_requires_grad_(ones_of(DIMS(3), DTYPE_FLOAT32), true);
    Optimizer *other = make_sgd(TENSORS(c, PARAMETER(1)));
    assert_true(optim_load_state_dict(other, dict));
    Tensor *buffer = other->groups[0]->states[0].tensors[0];
    assert_int_equal(tensor_dtype(buffer), DTYPE_FLOAT32);
    assert_false(tensor_shares_storage(other->groups[0]->states[1].tensors[0],
                                       optimizer->groups[0]->states[1].tensors[0]));
}

static void test_states_that_are_not_there_are_none(void **state)
{
    (void)state;
    Tensor *a = PARAMETER(1, 2, 3), *b = PARAMETER(4);
    Optimizer *optimizer = make_adam(TENSORS(a, b)),
              *fresh = make_adam(TENSORS(PARAMETER(1, 2, 3), PARAMETER(1)));
    give_gradients(a, b, 2);
    assert_true(optim_step(optimizer));
    assert_true(optim_load_state_dict(optimizer, optim_state_dict(fresh)));
    assert_null(optimizer->groups[0]->states[0].tensors[0]);
    assert_int_equal(optimizer->groups[0]->states[0].step, 0);
}

/* -- errors -- */

static void test_loading_errors(void **state)
{
    (void)state;
    Tensor *a = PARAMETER(1, 2, 3), *b = PARAMETER(4);
    Optimizer *optimizer = make_sgd(TENSORS(a, b));
    give_gradients(a, b, 2);
    assert_true(optim_step(optimizer));
    StateDict *dict = optim_state_dict(optimizer);
    Optimizer *smaller = make_sgd(TENSORS(PARAMETER(1, 2, 3)));
    expect_error(
        optim_load_state_dict(smaller, dict), ERROR_VALUE,
        "loaded state dict contains a parameter group that doesn't match the size of optimizer's group");
    assert_non_null(optim_add_param_group(smaller, TENSORS(PARAMETER(1))));
    expect_error(optim_load_state_dict(smaller, dict), ERROR_VALUE,
                 "loaded state dict has a different number of parameter groups");
    Optimizer *reversed = optim_SGD(TENSORS(PARAMETER(1), PARAMETER(1, 2, 3)), .lr = 0.5, .momentum = 0.5);
    expect_error(
        optim_load_state_dict(reversed, dict), ERROR_SHAPE,
        "size mismatch for state.0.momentum_buffer: the state dict has shape [3], the parameter [1]");
    assert_true(optim_get_lr(reversed) == 0.5);
    assert_null(reversed->groups[0]->states[1].tensors[0]);
    expect_error(optim_load_state_dict(optimizer, state_dict_new()), ERROR_VALUE,
                 "loaded state dict has a different number of parameter groups");
    assert_true(state_dict_set(dict, "param_groups.0.lr", VECTOR(1)));
    assert_true(state_dict_set(dict, "param_groups.0.momentum", VECTOR(1, 2)));
    expect_error(optim_load_state_dict(optimizer, dict), ERROR_VALUE,
                 "\"param_groups.0.momentum\" has 2 numbers instead of 1");
    assert_true(optim_get_lr(optimizer) != 1);
    Optimizer *adam = optim_Adam(TENSORS(PARAMETER(1)));
    StateDict *of_adam = optim_state_dict(adam);
    assert_true(state_dict_set(of_adam, "state.0.step", VECTOR(1, 2)));
    expect_error(optim_load_state_dict(adam, of_adam), ERROR_VALUE,
                 "\"state.0.step\" has 2 numbers instead of 1");
    assert_null(optim_state_dict(NULL));
    assert_false(optim_load_state_dict(NULL, dict) || optim_load_state_dict(optimizer, NULL));
}

/* -- schedulers -- */

static Scheduler *make_scheduler(int kind, Optimizer *optimizer)
{
    switch (kind) {
    case 0:
        return optim_StepLR(optimizer, 2, 0.7);
    case 1:
        return optim_MultiStepLR(optimizer, DIMS(3, 6));
    case 2:
        return optim_CosineAnnealingLR(optimizer, 7);
    case 3:
        return optim_CosineAnnealingWarmRestarts(optimizer, 2, 2);
    case 4:
        return optim_OneCycleLR(optimizer, 0.3, 12);
    case 5:
        return optim_SequentialLR(
            optimizer, SCHEDULERS(optim_LinearLR(optimizer), optim_ExponentialLR(optimizer, 0.8)), DIMS(4));
    default:
        return optim_ReduceLROnPlateau(optimizer, .patience = 1, .cooldown = 3); /* saved within it */
    }
}

static bool step_scheduler(int kind, Scheduler *scheduler, int t)
{
    return kind <= 5 ? optim_scheduler_step(scheduler) : optim_scheduler_step_metric(scheduler, t % 3);
}

static void test_loaded_schedulers_go_on(void **state)
{
    (void)state;
    for (int kind = 0; kind <= 6; kind++) {
        Optimizer *optimizer = make_sgd(TENSORS(PARAMETER(1))), *other = make_sgd(TENSORS(PARAMETER(1)));
        Scheduler *scheduler = make_scheduler(kind, optimizer), *loaded = make_scheduler(kind, other);
        for (int t = 0; t < 5; t++)
            assert_true(step_scheduler(kind, scheduler, t));
        assert_true(optim_load_state_dict(other, optim_state_dict(optimizer)));
        assert_true(
            optim_scheduler_load_state_dict(loaded, through_file(optim_scheduler_state_dict(scheduler))));
        assert_true(optim_get_last_lr(loaded) == optim_get_last_lr(scheduler));
        for (int t = 5; t < 11; t++) {
            assert_true(step_scheduler(kind, scheduler, t) && step_scheduler(kind, loaded, t));
            assert_true(optim_get_lr(optimizer) == optim_get_lr(other));
            assert_true(optim_get_option(optimizer->groups[0], "momentum") ==
                        optim_get_option(other->groups[0], "momentum"));
        }
        assert_int_equal(scheduler->last_epoch, loaded->last_epoch);
    }
}

static void test_scheduler_names_and_errors(void **state)
{
    (void)state;
    Optimizer *optimizer = make_sgd(TENSORS(PARAMETER(1)));
    StateDict *dict = optim_scheduler_state_dict(optim_StepLR(optimizer, 3));
    EXPECT_NAMES(dict, "step_size", "gamma", "last_epoch", "_step_count", "base_lrs", "_last_lr");
    Scheduler *cosine = optim_CosineAnnealingLR(optimizer, 7);
    expect_error(optim_scheduler_load_state_dict(cosine, dict), ERROR_KEY,
                 "Missing key in state_dict: \"T_max\"");
    StateDict *of_cosine = optim_scheduler_state_dict(cosine);
    assert_true(state_dict_set(of_cosine, "T_max", VECTOR(0)));
    expect_error(optim_scheduler_load_state_dict(cosine, of_cosine), ERROR_VALUE, "\"T_max\" cannot be 0.0");
    assert_true(state_dict_set(of_cosine, "T_max", VECTOR(NAN)));
    expect_error(optim_scheduler_load_state_dict(cosine, of_cosine), ERROR_VALUE, "\"T_max\" cannot be nan");
    assert_true(optim_scheduler_step(cosine));
    assert_non_null(optim_add_param_group(optimizer, TENSORS(PARAMETER(1))));
    Scheduler *wider = optim_StepLR(optimizer, 5);
    expect_error(optim_scheduler_load_state_dict(wider, dict), ERROR_VALUE,
                 "\"base_lrs\" has 1 numbers instead of 2");
    StateDict *own = optim_scheduler_state_dict(wider);
    expect_values(state_dict_get(own, "step_size"), 5);
    assert_null(optim_scheduler_state_dict(NULL));
    assert_false(optim_scheduler_load_state_dict(NULL, dict));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin_test, end_test)
    const struct CMUnitTest tests[] = {
        TEST(test_names_are_pytorchs),
        TEST(test_adams_names_are_pytorchs),
        TEST(test_loaded_optimizers_go_on_with_the_same_bits),
        TEST(test_loading_copies_and_converts),
        TEST(test_states_that_are_not_there_are_none),
        TEST(test_loading_errors),
        TEST(test_loaded_schedulers_go_on),
        TEST(test_scheduler_names_and_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
