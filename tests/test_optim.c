/* Optimizers against PyTorch's parameters after some steps: the same bits after every step where the
 * processor has fused multiply-adds, as PyTorch's has; elsewhere to 1e-14 (float64) and 1e-5 (float32).
 * Options, groups, errors, lifetimes, and an optimizer of one's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "core/tensor_struct.h"
#include "expect.h"
#include "fnv1a.h"

enum { STEPS = 6, W_SIZE = 24, B_SIZE = 5, SIZE = W_SIZE + B_SIZE };

typedef enum Layout { CONTIGUOUS, CHANNELS_LAST, STRIDED } Layout;

typedef struct Result {
    uint64_t hash;
    double values[SIZE];
} Result;

typedef struct Late {
    int step;
    const char *option;
    double value;
} Late;

typedef struct Case {
    const char *name;
    Layout layout;
    Optimizer *(*make)(TensorList params);
    OptionValue group[4];
    Late late;
    Result float32, float64;
} Case;

#define GROUP(...)                                                                                           \
    {                                                                                                        \
        __VA_ARGS__                                                                                          \
    }
#define RESULT(hash, ...)                                                                                    \
    {                                                                                                        \
        (hash),                                                                                              \
        {                                                                                                    \
            __VA_ARGS__                                                                                      \
        }                                                                                                    \
    }

#define CASE(name, layout, constructor, ...)                                                                 \
    static Optimizer *make_##name(TensorList params)                                                         \
    {                                                                                                        \
        return constructor;                                                                                  \
    }
#include "vectors/optim.inc"
#undef CASE

static const Case cases[] = {
#define CASE(name, layout, constructor, ...) {#name, layout, make_##name, __VA_ARGS__},
#include "vectors/optim.inc"
#undef CASE
};

/* -- what the reference script does -- */

/* The address of element i, counted in row-major order. */
static void *element(const Tensor *x, int64_t i)
{
    int64_t offset = x->offset;
    for (int d = x->ndim - 1; d >= 0; d--) {
        offset += i % x->shape[d] * x->strides[d];
        i /= x->shape[d];
    }
    return (char *)x->storage->data + (size_t)offset * dtype_size(x->dtype);
}

static double value_at(const Tensor *x, int64_t i)
{
    return scalar_to_double(scalar_read(x->dtype, element(x, i)));
}

static void set_value(Tensor *x, int64_t i, double value)
{
    scalar_write(x->dtype, element(x, i), scalar_float(value));
}

static Tensor *leaf(Dims shape, DType dtype, Layout layout)
{
    int64_t strides[TENSOR_MAX_DIMS];
    contiguous_strides(shape.data, (int)shape.n, strides);
    if (layout == CHANNELS_LAST)
        channels_last_strides(shape.data, strides);
    for (int64_t d = 0; d < shape.n && layout == STRIDED; d++)
        strides[d] *= 2;
    Tensor *x = tensor_new_strided(shape, strides, dtype, cpu_device(), "test");
    assert_non_null(x);
    for (int64_t i = 0; i < tensor_numel(x); i++)
        set_value(x, i, (double)(i * 5 % 13 - 6) / 4);
    return tensor_requires_grad_(x, true);
}

static void give_gradient(Tensor *param, int t)
{
    Tensor *grad = tensor_new(tensor_dims(param), tensor_dtype(param), cpu_device(), "test");
    assert_non_null(grad);
    for (int64_t i = 0; i < tensor_numel(param); i++) {
        double base = (double)((i * 7 + t * 5) % 11 - 5) / 8;
        set_value(grad, i, base + value_at(param, i) / 4);
    }
    assert_true(tensor_set_grad(param, grad));
}

static uint64_t hash_values(const Tensor *x, uint64_t hash)
{
    for (int64_t i = 0; i < tensor_numel(x); i++)
        hash = fnv1a(hash, element(x, i), dtype_size(tensor_dtype(x)));
    return hash;
}

static bool fuses(void)
{
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
    return false;
#endif
}

/* -- trajectories -- */

static Optimizer *make(const Case *c, Tensor *w, Tensor *b)
{
    Optimizer *optimizer = c->make(c->group[0].name != NULL ? TENSORS(w) : TENSORS(w, b));
    int64_t n = 0;
    while (n < 4 && c->group[n].name != NULL)
        n++;
    if (n > 0)
        assert_non_null((optim_add_param_group)(optimizer, TENSORS(b), c->group, n));
    return optimizer;
}

static uint64_t run_step(const Case *c, Optimizer *optimizer, Tensor *w, Tensor *b, int t, uint64_t hash)
{
    for (int64_t g = 0; g < optimizer->n_groups && t == c->late.step; g++)
        assert_true(optim_set_option(optimizer->groups[g], c->late.option, c->late.value));
    assert_true(optim_zero_grad(optimizer));
    give_gradient(w, t);
    if (t % 3 != 0)
        give_gradient(b, t);
    assert_true(optim_step(optimizer));
    return hash_values(b, hash_values(w, hash));
}

static void check_result(const Case *c, const Result *expected, uint64_t hash, const Tensor *w,
                         const Tensor *b)
{
    double tolerance = tensor_dtype(w) == DTYPE_FLOAT64 ? 1e-14 : 1e-5;
    for (int64_t i = 0; i < SIZE; i++) {
        double found = i < W_SIZE ? value_at(w, i) : value_at(b, i - W_SIZE);
        if (!(fabs(found - expected->values[i]) <= tolerance * fmax(1, fabs(found))))
            fail_msg("%s: element %d is %.17g instead of %.17g", c->name, (int)i, found, expected->values[i]);
    }
    if (fuses() && hash != expected->hash)
        fail_msg("%s (%s): not the same bits", c->name, dtype_name(tensor_dtype(w)));
}

static void test_trajectories_are_pytorchs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int k = 0; k < 2; k++)
            tensor_scope {
                DType dtype = k == 0 ? DTYPE_FLOAT32 : DTYPE_FLOAT64;
                Tensor *w = leaf(DIMS(2, 3, 2, 2), dtype, cases[i].layout);
                Tensor *b = leaf(DIMS(B_SIZE), dtype, CONTIGUOUS);
                Optimizer *optimizer = make(&cases[i], w, b);
                assert_non_null(optimizer);
                uint64_t hash = FNV1A_START;
                for (int t = 0; t < STEPS; t++)
                    hash = run_step(&cases[i], optimizer, w, b, t, hash);
                check_result(&cases[i], k == 0 ? &cases[i].float32 : &cases[i].float64, hash, w, b);
            }
}

/* -- gradients, versions, groups and options -- */

static Tensor *with_grad(double value, double grad)
{
    Tensor *param = PARAMETER(value);
    assert_true(tensor_set_grad(param, VECTOR(grad)));
    return param;
}

static void test_step_leaves_gradients_and_advances_versions(void **state)
{
    (void)state;
    Tensor *moved = with_grad(1, 2), *still = PARAMETER(3);
    Optimizer *optimizer = optim_SGD(TENSORS(moved, still), 0.5);
    int64_t version = tensor_version(moved), still_version = tensor_version(still);
    assert_true(optim_step(optimizer));
    expect_values(moved, 0);
    expect_values(still, 3);
    expect_values(tensor_grad(moved), 2);
    assert_int_equal(tensor_version(moved), version + 1);
    assert_int_equal(tensor_version(still), still_version);
    assert_true(tensor_requires_grad(moved) && tensor_is_leaf(moved));
    assert_true(autograd_is_grad_enabled());
}

static void test_backward_after_step_sees_the_change(void **state)
{
    (void)state;
    Tensor *w = PARAMETER(2);
    Optimizer *optimizer = optim_SGD(TENSORS(w), 0.1);
    Tensor *loss = tensor_sum(tensor_mul(w, w));
    assert_true(tensor_backward(loss, .retain_graph = true));
    assert_true(optim_step(optimizer));
    expect_error(
        tensor_backward(loss), ERROR_AUTOGRAD,
        "one of the variables needed for gradient computation has been modified by an inplace operation");
}

static void test_zero_grad(void **state)
{
    (void)state;
    Tensor *a = with_grad(1, 2), *b = PARAMETER(3);
    Optimizer *optimizer = optim_SGD(TENSORS(a, b));
    Tensor *grad = tensor_grad(a);
    assert_true(optim_zero_grad(optimizer, .set_to_none = false));
    assert_ptr_equal(tensor_grad(a), grad);
    expect_values(grad, 0);
    assert_null(tensor_grad(b));
    assert_true(optim_zero_grad(optimizer));
    assert_null(tensor_grad(a));
}

static void test_groups_have_their_own_options(void **state)
{
    (void)state;
    Tensor *a = with_grad(1, 1), *b = with_grad(1, 1);
    Optimizer *optimizer = optim_SGD(TENSORS(a), .lr = 0.5, .weight_decay = 1);
    ParamGroup *group = optim_add_param_group(optimizer, TENSORS(b), {"lr", 0.25}, {"weight_decay", 0});
    assert_non_null(group);
    assert_int_equal(optimizer->n_groups, 2);
    assert_true(optim_step(optimizer));
    expect_values(a, 0);
    expect_values(b, 0.75);
    assert_true(optim_get_option(group, "lr") == 0.25 && optim_get_lr(optimizer) == 0.5);
    assert_true(optim_set_option(group, "nesterov", 1) && ((const SGDArgs *)group->options)->nesterov);
    assert_true(optim_set_lr(optimizer, 2) && optim_get_option(group, "lr") == 2);
    assert_false(optim_has_option(group, "betas.0"));
    expect_error(optim_set_option(group, "beta", 1), ERROR_KEY, "there is no option 'beta'");
    assert_true(isnan(optim_get_option(group, "beta")));
    error_clear();
}

static void test_positional_arguments(void **state)
{
    (void)state;
    Optimizer *sgd = optim_SGD(TENSORS(PARAMETER(1)), 0.1, 0.9, 0, 0.01, true);
    const SGDArgs *args = sgd->groups[0]->options;
    assert_true(args->lr == 0.1 && args->momentum == 0.9 && args->weight_decay == 0.01 && args->nesterov);
    Optimizer *adam = optim_Adam(TENSORS(PARAMETER(1)), 0.1, {0.8, 0.9}, 1e-3);
    const ParamGroup *group = adam->groups[0];
    assert_true(optim_get_option(group, "betas.0") == 0.8 && optim_get_option(group, "betas.1") == 0.9);
    assert_true(optim_get_option(group, "eps") == 1e-3 && optim_get_option(group, "weight_decay") == 0);
}

/* -- errors -- */

static void test_option_errors(void **state)
{
    (void)state;
    TensorList w = TENSORS(PARAMETER(1));
    expect_error(optim_SGD(w, -1), ERROR_VALUE, "Invalid learning rate: -1.0");
    expect_error(optim_SGD(w, .momentum = -1e-5), ERROR_VALUE, "Invalid momentum value: -1e-05");
    expect_error(optim_SGD(w, .weight_decay = -0.1), ERROR_VALUE, "Invalid weight_decay value: -0.1");
    expect_error(optim_SGD(w, .nesterov = true), ERROR_VALUE,
                 "Nesterov momentum requires a momentum and zero dampening");
    expect_error(optim_SGD(w, .momentum = 0.9, .dampening = 0.1, .nesterov = true), ERROR_VALUE,
                 "Nesterov momentum requires a momentum and zero dampening");
    expect_error(optim_Adam(w, NAN), ERROR_VALUE, "Invalid learning rate: nan");
    expect_error(optim_Adam(w, .eps = -1e16), ERROR_VALUE, "Invalid epsilon value: -1e+16");
    expect_error(optim_Adam(w, .betas = {1, 0.9}), ERROR_VALUE, "Invalid beta parameter at index 0: 1.0");
    expect_error(optim_AdamW(w, .betas = {0.9, -0.5}), ERROR_VALUE,
                 "Invalid beta parameter at index 1: -0.5");
    expect_error(optim_AdamW(w, .weight_decay = -INFINITY), ERROR_VALUE, "Invalid weight_decay value: -inf");
    expect_error(optim_RMSprop(w, .alpha = -1), ERROR_VALUE, "Invalid alpha value: -1.0");
    expect_error(optim_RMSprop(w, .momentum = -1), ERROR_VALUE, "Invalid momentum value: -1.0");
    expect_error(optim_Adagrad(w, .lr_decay = -1), ERROR_VALUE, "Invalid lr_decay value: -1.0");
    expect_error(optim_Adagrad(w, .initial_accumulator_value = -1), ERROR_VALUE,
                 "Invalid initial_accumulator_value value: -1.0");
}

static void test_parameter_errors(void **state)
{
    TensorList none = {NULL, 0};
    (void)state;
    Tensor *w = PARAMETER(1), *other = PARAMETER(2);
    expect_error(optim_SGD(none), ERROR_VALUE, "optimizer got an empty parameter list");
    expect_error(optim_SGD(TENSORS(tensor_mul(w, 2))), ERROR_VALUE, "can't optimize a non-leaf Tensor");
    expect_error(optim_SGD(TENSORS(w, w)), ERROR_VALUE,
                 "optimizer contains a parameter group with duplicate parameters");
    expect_error(optim_SGD(TENSORS(NULL)), ERROR_VALUE,
                 "optimizer can only optimize Tensors, but one of the params is NULL");
    Optimizer *optimizer = optim_SGD(TENSORS(w));
    expect_error(optim_add_param_group(optimizer, TENSORS(other, w)), ERROR_VALUE,
                 "some parameters appear in more than one parameter group");
    expect_error(optim_add_param_group(optimizer, TENSORS(other), {"beta", 1}), ERROR_KEY,
                 "there is no option 'beta'");
    assert_int_equal(optimizer->n_groups, 1);
    assert_non_null(optim_add_param_group(optimizer, TENSORS(other)));
}

static void test_null_passes_through(void **state)
{
    TensorList none = {NULL, 0};
    (void)state;
    assert_false(optim_step(NULL));
    assert_false(optim_zero_grad(NULL));
    assert_false(optim_set_lr(NULL, 1));
    assert_true(isnan(optim_get_lr(NULL)));
    assert_null(optim_add_param_group(NULL, TENSORS(PARAMETER(1))));
    error_raise(ERROR_VALUE, "test", "the list could not be made");
    uint64_t errors = error_count();
    assert_null(optim_SGD(none));
    assert_int_equal(error_count(), errors);
    error_clear();
}

/* -- lifetimes -- */

static void test_optimizer_keeps_its_parameters(void **state)
{
    (void)state;
    Optimizer *optimizer = NULL;
    tensor_scope
        optimizer = optim_keep(optim_Adam(TENSORS(with_grad(1, 1)), .amsgrad = true));
    assert_true(optim_step(optimizer));
    assert_true(tensor_item(optimizer->groups[0]->params[0]) < 1);
    optim_release(optimizer);
}

static void test_steps_leave_nothing_in_the_scope(void **state)
{
    (void)state;
    Optimizer *optimizer = optim_Adam(TENSORS(with_grad(1, 1)), .amsgrad = true);
    size_t before = scope_size();
    for (int i = 0; i < 3; i++)
        assert_true(optim_step(optimizer));
    assert_int_equal(scope_size(), before);
}

/* -- an optimizer of one's own: a heavy ball -- */

typedef struct BallArgs {
    char _;
    double lr, momentum;
} BallArgs;

static bool ball_prepare(const ParamGroup *group, Tensor *param, ParamState *state)
{
    (void)group;
    return optim_state_zeros(state, 0, param) != NULL;
}

static bool ball_step(const ParamGroup *group, Tensor *param, Tensor *grad, ParamState *state)
{
    const BallArgs *options = group->options;
    Tensor *speed = tensor_add_(tensor_mul_(state->tensors[0], options->momentum), grad);
    return tensor_add_(param, tensor_mul(speed, -options->lr)) != NULL;
}

static const OptimizerType ball_type = {
    .name = "Ball",
    .options = {OPTIM_NUMBER(BallArgs, lr), OPTIM_NUMBER(BallArgs, momentum)},
    .options_size = sizeof(BallArgs),
    .states = {"speed"},
    .prepare = ball_prepare,
    .step = ball_step,
};

static void test_optimizer_of_ones_own(void **state)
{
    (void)state;
    Tensor *param = with_grad(1, 1);
    Optimizer *optimizer = optim_new(&ball_type, TENSORS(param), &(BallArgs){.lr = 0.1, .momentum = 0.5});
    assert_true(optim_step(optimizer));
    assert_true(optim_step(optimizer));
    expect_values(param, 1 - 0.1 - 0.15);
    assert_true(tensor_is_leaf(param));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin_test, end_test)
    const struct CMUnitTest tests[] = {
        TEST(test_trajectories_are_pytorchs),
        TEST(test_step_leaves_gradients_and_advances_versions),
        TEST(test_backward_after_step_sees_the_change),
        TEST(test_zero_grad),
        TEST(test_groups_have_their_own_options),
        TEST(test_positional_arguments),
        TEST(test_option_errors),
        TEST(test_parameter_errors),
        TEST(test_null_passes_through),
        TEST(test_optimizer_keeps_its_parameters),
        TEST(test_steps_leave_nothing_in_the_scope),
        TEST(test_optimizer_of_ones_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
