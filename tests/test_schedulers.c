/* Learning rates against PyTorch's: equal to the last bit. The schedulers' errors and lifetimes, and one of
 * one's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "expect.h"

enum { STEPS = 24, NUMBERS = 3 };

typedef struct Case {
    const char *name;
    Optimizer *(*make_optimizer)(TensorList params);
    Scheduler *(*make_scheduler)(Optimizer *optimizer);
    double expected[(STEPS + 1) * NUMBERS];
} Case;

/* The functions that the reference script has under these names. */
static double decay(int64_t epoch, void *user)
{
    (void)user;
    return pow(0.95, (double)epoch);
}

static double zigzag(int64_t epoch, void *user)
{
    (void)user;
    return 1 - (double)(epoch % 3) / 10;
}

static double metric(int t)
{
    int later = 4 + t % 3;
    return 1 / (1 + (t < later ? t : later) / 7.0);
}

#define CASE(name, optimizer_call, scheduler_call, ...)                                                      \
    static Optimizer *optimizer_##name(TensorList params)                                                    \
    {                                                                                                        \
        return optimizer_call;                                                                               \
    }                                                                                                        \
    static Scheduler *scheduler_##name(Optimizer *optimizer)                                                 \
    {                                                                                                        \
        return scheduler_call;                                                                               \
    }
#include "vectors/schedulers.inc"
#undef CASE

static const Case cases[] = {
#define CASE(name, optimizer_call, scheduler_call, ...)                                                      \
    {#name, optimizer_##name, scheduler_##name, {__VA_ARGS__}},
#include "vectors/schedulers.inc"
#undef CASE
};

static Optimizer *with_two_groups(Optimizer *(*make)(TensorList params))
{
    Optimizer *optimizer = make(TENSORS(PARAMETER(0)));
    assert_non_null(optim_add_param_group(optimizer, TENSORS(PARAMETER(0)), {"lr", 0.03}));
    return optimizer;
}

static void check_rates(const Case *c, const Optimizer *optimizer, const Scheduler *scheduler, int t)
{
    const ParamGroup *first = optimizer->groups[0], *second = optimizer->groups[1];
    double found[] = {optim_get_option(first, "lr"), optim_get_option(second, "lr"),
                      optim_get_option(first, optim_has_option(first, "momentum") ? "momentum" : "betas.0")};
    const double *expected = c->expected + (ptrdiff_t)t * NUMBERS;
    for (int i = 0; i < NUMBERS; i++)
        if (found[i] != expected[i])
            fail_msg("%s, step %d, number %d: %.17g instead of %.17g", c->name, t, i, found[i], expected[i]);
    assert_true(optim_get_last_lr(scheduler) == found[0]);
    assert_true(optim_get_last_lr(scheduler, 1) == found[1]);
}

static void test_rates_are_pytorchs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        tensor_scope {
            Optimizer *optimizer = with_two_groups(cases[i].make_optimizer);
            Scheduler *scheduler = cases[i].make_scheduler(optimizer);
            assert_non_null(scheduler);
            check_rates(&cases[i], optimizer, scheduler, 0);
            for (int t = 0; t < STEPS; t++) {
                assert_true(strstr(cases[i].name, "plateau") == cases[i].name
                                ? optim_scheduler_step_metric(scheduler, metric(t))
                                : optim_scheduler_step(scheduler));
                check_rates(&cases[i], optimizer, scheduler, t + 1);
            }
        }
}

/* -- errors -- */

static Optimizer *sgd(double momentum)
{
    return optim_SGD(TENSORS(PARAMETER(0)), .lr = 0.1, .momentum = momentum);
}

static void test_one_cycle_stops(void **state)
{
    (void)state;
    Optimizer *optimizer = sgd(0.9);
    Scheduler *scheduler = optim_OneCycleLR(optimizer, .max_lr = 0.1, .total_steps = 5);
    for (int i = 0; i < 5; i++)
        assert_true(optim_scheduler_step(scheduler));
    double lr = optim_get_lr(optimizer);
    expect_error(optim_scheduler_step(scheduler), ERROR_VALUE,
                 "Tried to step 6 times. The specified number of total steps is 5");
    assert_true(optim_get_lr(optimizer) == lr && optim_get_last_lr(scheduler) == lr);
    assert_int_equal(scheduler->last_epoch, 5);
}

static void test_one_cycle_errors(void **state)
{
    (void)state;
    Optimizer *optimizer = sgd(0.9);
    expect_error(optim_OneCycleLR(optimizer, .max_lr = 0.1), ERROR_VALUE,
                 "You must define either total_steps OR (epochs AND steps_per_epoch)");
    expect_error(optim_OneCycleLR(optimizer, 0.1, .epochs = 3), ERROR_VALUE,
                 "You must define either total_steps OR (epochs AND steps_per_epoch)");
    expect_error(optim_OneCycleLR(optimizer, 0.1, -5), ERROR_VALUE,
                 "Expected positive integer total_steps, but got -5");
    expect_error(optim_OneCycleLR(optimizer, 0.1, .epochs = -2, .steps_per_epoch = 3), ERROR_VALUE,
                 "Expected positive integer epochs, but got -2");
    expect_error(optim_OneCycleLR(optimizer, 0.1, .epochs = 2, .steps_per_epoch = -3), ERROR_VALUE,
                 "Expected positive integer steps_per_epoch, but got -3");
    expect_error(optim_OneCycleLR(optimizer, 0.1, 10, .pct_start = 1.5), ERROR_VALUE,
                 "Expected float between 0 and 1 pct_start, but got 1.5");
    expect_error(optim_OneCycleLR(optimizer, 0.1, 10, .anneal_strategy = "sin"), ERROR_VALUE,
                 "anneal_strategy must be one of 'cos' or 'linear', instead got sin");
    expect_error(optim_OneCycleLR(optimizer, 0.1, 10, .pct_start = 0.1), ERROR_VALUE,
                 "float division by zero");
}

static void test_constructor_errors(void **state)
{
    (void)state;
    Optimizer *optimizer = sgd(0);
    Scheduler *zero = optim_ConstantLR(sgd(0), .factor = 0, .total_iters = 1);
    expect_error(optim_scheduler_step(zero), ERROR_VALUE, "float division by zero: factor is 0");
    assert_true(optim_get_last_lr(zero) == 0 && zero->last_epoch == 0);
    expect_error(optim_ConstantLR(optimizer, .factor = 1.5), ERROR_VALUE,
                 "Constant multiplicative factor expected to be between 0 and 1.");
    expect_error(optim_LinearLR(optimizer, .start_factor = 0), ERROR_VALUE,
                 "Starting multiplicative factor expected to be greater than 0 and less or equal to 1.");
    expect_error(optim_LinearLR(optimizer, .end_factor = -1), ERROR_VALUE,
                 "Ending multiplicative factor expected to be between 0 and 1.");
    expect_error(optim_StepLR(optimizer, 0), ERROR_VALUE, "Expected positive integer step_size, but got 0");
    expect_error(optim_CosineAnnealingLR(optimizer, 0), ERROR_VALUE,
                 "Expected positive integer T_max, but got 0");
    expect_error(optim_CosineAnnealingWarmRestarts(optimizer, 0), ERROR_VALUE,
                 "Expected positive integer T_0, but got 0");
    expect_error(optim_CosineAnnealingWarmRestarts(optimizer, 3, 0), ERROR_VALUE,
                 "Expected integer T_mult >= 1, but got 0");
    expect_error(optim_LambdaLR(optimizer), ERROR_VALUE,
                 "missing 1 required positional argument: 'lr_lambda'");
    expect_error(optim_ReduceLROnPlateau(optimizer, .factor = 1), ERROR_VALUE, "Factor should be < 1.0.");
    expect_error(optim_ReduceLROnPlateau(optimizer, "mid"), ERROR_VALUE, "mode mid is unknown!");
    expect_error(optim_ReduceLROnPlateau(optimizer, .threshold_mode = "far"), ERROR_VALUE,
                 "threshold mode far is unknown!");
    expect_error(optim_StepLR(optimizer, 3, .last_epoch = 4), ERROR_KEY,
                 "param 'initial_lr' is not specified in param_groups[0] when resuming scheduler");
}

static void test_sequential_errors(void **state)
{
    (void)state;
    Optimizer *optimizer = sgd(0), *other = sgd(0);
    Scheduler *step = optim_StepLR(optimizer, 3), *stranger = optim_StepLR(other, 3);
    Scheduler *plateau = optim_ReduceLROnPlateau(optimizer);
    Optimizer *third = sgd(0); /* as PyTorch, where it is a NotImplementedError */
    Scheduler *nested = optim_SequentialLR(
        third,
        SCHEDULERS(
            optim_StepLR(third, 3),
            optim_SequentialLR(third, SCHEDULERS(optim_ConstantLR(third), optim_StepLR(third, 3)), DIMS(2))),
        DIMS(1));
    expect_error(optim_scheduler_step(nested), ERROR_UNSUPPORTED,
                 "it cannot tell the learning rate of an epoch");
    assert_true(nested->last_epoch == 0);
    expect_error(optim_SequentialLR(optimizer), ERROR_VALUE,
                 "SequentialLR expects at least one scheduler, but got no scheduler.");
    expect_error(
        optim_SequentialLR(optimizer, SCHEDULERS(step, stranger), DIMS(3)), ERROR_VALUE,
        "SequentialLR expects all schedulers to belong to the same optimizer, but got scheduler StepLR "
        "at index 1");
    expect_error(optim_SequentialLR(optimizer, SCHEDULERS(step, plateau), DIMS(3)), ERROR_VALUE,
                 "SequentialLR does not support `ReduceLROnPlateau` scheduler");
    expect_error(
        optim_SequentialLR(optimizer, SCHEDULERS(step), DIMS(3)), ERROR_VALUE,
        "Sequential Schedulers expects number of schedulers provided to be one more than the number of "
        "milestone points, but got number of schedulers 1 and the number of milestones to be equal to 1");
}

static void test_step_errors(void **state)
{
    (void)state;
    Optimizer *optimizer = sgd(0);
    Scheduler *plateau = optim_ReduceLROnPlateau(optimizer), *step = optim_StepLR(optimizer, 1);
    expect_error(optim_scheduler_step(plateau), ERROR_VALUE,
                 "ReduceLROnPlateau.step() missing 1 required positional argument: 'metrics'");
    expect_error(optim_scheduler_step_metric(step, 1), ERROR_VALUE, "StepLR.step() takes no metric");
    assert_non_null(optim_add_param_group(optimizer, TENSORS(PARAMETER(0))));
    expect_error(optim_scheduler_step(step), ERROR_VALUE,
                 "the optimizer has 2 parameter groups, but had 1 when the scheduler was made");
    assert_int_equal(step->last_epoch, 0);
    assert_true(optim_get_lr(optimizer) == 0.1);
}

/* -- lifetimes, NULL, and one of one's own -- */

/* One milestone may be a number: the rates are those of a list of one. */
static void test_a_number_as_milestones(void **state)
{
    (void)state;
    Tensor *w = tensor_ones(DIMS(1), .requires_grad = true);
    Optimizer *optimizer = optim_SGD(TENSORS(w), .lr = 1);
    Scheduler *steps = optim_MultiStepLR(optimizer, 2);
    optim_scheduler_step(steps);
    assert_true(optim_get_last_lr(steps) == 1);
    optim_scheduler_step(steps);
    assert_true(optim_get_last_lr(steps) == 0.1);
    Optimizer *other = optim_SGD(TENSORS(w), .lr = 1);
    Scheduler *both = optim_SequentialLR(
        other, SCHEDULERS(optim_ConstantLR(other, 0.5), optim_ExponentialLR(other, 0.5)), 1);
    assert_true(optim_get_last_lr(both) == 0.5);
    optim_scheduler_step(both);
    assert_true(optim_get_last_lr(both) == 1);
}

static void test_scheduler_outlives_its_scope(void **state)
{
    (void)state;
    Scheduler *kept = NULL;
    tensor_scope
        kept = optim_scheduler_keep(optim_ExponentialLR(sgd(0), 0.5));
    assert_true(optim_scheduler_step(kept));
    assert_true(optim_get_lr(kept->optimizer) == 0.05);
    optim_scheduler_release(kept);
}

static void test_null_passes_through(void **state)
{
    (void)state;
    Scheduler *none = optim_StepLR(NULL, 3);
    assert_null(none);
    assert_null(optim_SequentialLR(NULL, SCHEDULERS(none), DIMS()));
    assert_false(optim_scheduler_step(none));
    assert_false(optim_scheduler_step_metric(none, 1));
    assert_true(isnan(optim_get_last_lr(none)));
    assert_true(isnan(optim_get_last_lr(optim_StepLR(sgd(0), 3), 1)));
}

typedef struct HalvingLR {
    Scheduler base;
    int64_t period;
} HalvingLR;

static bool halving_lr(Scheduler *self, int64_t group, double *lr)
{
    int64_t halvings = self->last_epoch / ((HalvingLR *)self)->period;
    *lr = self->base_lrs[group] * pow(0.5, (double)halvings);
    return true;
}

static void test_scheduler_of_ones_own(void **state)
{
    static const SchedulerType type = {
        .name = "HalvingLR",
        .size = sizeof(HalvingLR),
        .lr = halving_lr,
        .fields = {OPTIM_INTEGER(HalvingLR, period)},
    };
    (void)state;
    Optimizer *optimizer = sgd(0);
    HalvingLR *halving = (HalvingLR *)optim_scheduler_alloc(&type, optimizer);
    assert_non_null(halving);
    halving->period = 2;
    Scheduler *scheduler = optim_scheduler_start(&halving->base, -1);
    for (int i = 0; i < 5; i++)
        assert_true(optim_scheduler_step(scheduler));
    assert_true(optim_get_lr(optimizer) == 0.1 / 4);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin_test, end_test)
    const struct CMUnitTest tests[] = {
        TEST(test_rates_are_pytorchs),     TEST(test_one_cycle_stops),
        TEST(test_one_cycle_errors),       TEST(test_constructor_errors),
        TEST(test_sequential_errors),      TEST(test_step_errors),
        TEST(test_a_number_as_milestones), TEST(test_scheduler_outlives_its_scope),
        TEST(test_null_passes_through),    TEST(test_scheduler_of_ones_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
