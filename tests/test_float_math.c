/* The float32 functions of core/cpu/float_math.h, through the operations that use them, against the C library
 * in float64: at most 1 unit in the last place (of the nearest float32) over the whole range of exponents,
 * and exact at 0, infinity and NaN. Activations: 2.5 units, none of which
 * is smaller than `unit`: below, PyTorch's results are 0 or cancelled, too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <taper.h>

#include "expect.h"

enum { COUNT = 1 << 17 };

typedef struct Function {
    const char *name;
    Tensor *(*ours)(Tensor *);
    double (*exact)(double);
    double ulps, unit; /* no unit is smaller */
} Function;

static double exact_sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static double exact_silu(double x)
{
    return x / (1 + exp(-x));
}

static double exact_gelu(double x)
{
    return x * 0.5 * erfc(-x * M_SQRT1_2);
}

static Tensor *gelu(Tensor *x)
{
    return tensor_gelu(x);
}

static const Function functions[] = {
    {"exp", tensor_exp, exp, 0.51, 0},        {"expm1", tensor_expm1, expm1, 0.51, 0},
    {"log", tensor_log, log, 0.51, 0},        {"log1p", tensor_log1p, log1p, 0.51, 0},
    {"log2", tensor_log2, log2, 0.51, 0},     {"log10", tensor_log10, log10, 0.51, 0},
    {"tanh", tensor_tanh, tanh, 0.51, 0},     {"sigmoid", tensor_sigmoid, exact_sigmoid, 2.5, 0x1p-126},
    {"erf", tensor_erf, erf, 0.51, 0},        {"sinh", tensor_sinh, sinh, 0.51, 0},
    {"cosh", tensor_cosh, cosh, 0.51, 0},     {"silu", tensor_silu, exact_silu, 2.5, 0x1p-118},
    {"gelu", gelu, exact_gelu, 2.5, 0x1p-21},
};

/* Floats of all exponents and both signs, and those at the ends. */
static void fill(float *x)
{
    static const float special[] = {0.0f,        -0.0f,     1.0f,       -1.0f,           HUGE_VALF,
                                    -HUGE_VALF,  0x1p-149f, -0x1p-149f, 0x1.fffffep127f, 88.72284f,
                                    -103.97208f, 0.5f};
    for (int i = 0; i < COUNT; i++) {
        uint32_t bits = (uint32_t)i * 32749u + (uint32_t)i / 7u; /* 2^32 / COUNT, and odd */
        memcpy(&x[i], &bits, sizeof bits);
        if (i % 2 == 0)
            x[i] = (float)(i - COUNT / 2) * (200.0f / COUNT) + (float)(i % 97) * 1e-5f;
    }
    memcpy(x, special, sizeof special);
    x[sizeof special / sizeof special[0]] = NAN;
}

/* Half of the distance between the floats around y is the least that rounding can do. */
static double ulps_between(float ours, double exact, double unit)
{
    float nearest = (float)exact;
    if (isnan(exact) || isinf(nearest) || exact == 0)
        return (isnan(exact) && isnan(ours)) || ours == nearest ? 0 : HUGE_VAL;
    double ulp = (double)nextafterf(fabsf(nearest), HUGE_VALF) - (double)fabsf(nearest);
    if (isinf(ulp))
        ulp = 0x1p104;
    if (ulp < unit)
        ulp = unit;
    return fabs((double)ours - exact) / ulp;
}

static void test_accuracy(void **state)
{
    const Function *f = *state;
    static float x[COUNT], y[COUNT];
    Tensor *input = ones_of(DIMS(COUNT), DTYPE_FLOAT32);
    fill(x);
    memcpy(tensor_data_ptr(input), x, sizeof x);
    assert_true(tensor_copy_to_host(f->ours(input), DTYPE_FLOAT32, y));
    for (int i = 0; i < COUNT; i++) {
        double exact = f->exact((double)x[i]), error = ulps_between(y[i], exact, f->unit);
        if (!(error <= f->ulps))
            fail_msg("%s(%.9g) is %.9g, off from %.17g by %g units in the last place", f->name, (double)x[i],
                     (double)y[i], exact, error);
        if (exact == 0 && signbit(exact) != signbit((double)y[i]))
            fail_msg("%s(%.9g) has the wrong sign of zero", f->name, (double)x[i]);
    }
}

int main(void)
{
    enum { FUNCTIONS = sizeof functions / sizeof functions[0] };
    struct CMUnitTest tests[FUNCTIONS];
    for (size_t i = 0; i < FUNCTIONS; i++)
        tests[i] = (struct CMUnitTest){functions[i].name, test_accuracy, begin_test, end_test,
                                       (void *)(uintptr_t)&functions[i]};
    return _cmocka_run_group_tests("float_math", tests, FUNCTIONS, NULL, NULL);
}
