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
    for (int64_t i = 0; i < tensor_numel(x); i++) {
        const unsigned char *bytes = element(x, i);
        for (size_t k = 0; k < dtype_size(tensor_dtype(x)); k++)
            hash = (hash ^ bytes[k]) * UINT64_C(0x100000001B3);
    }
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
                uint64_t hash = UINT64_C(0xCBF29CE484222325);
                for (int t = 0; t < STEPS; t++)
                    hash = run_step(&cases[i], optimizer, w, b, t, hash);
                check_result(&cases[i], k == 0 ? &cases[i].float32 : &cases[i].float64, hash, w, b);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_trajectories_are_pytorchs, begin_test, end_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
