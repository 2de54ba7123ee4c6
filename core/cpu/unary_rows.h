/* The functions of one float and the loops over rows of them, written for any type T; f(name) is the C
 * library's function of the type, or its equal. Used by unary.c for float64, and by unary_f32_set.h. */
#ifndef TAPER_CORE_CPU_UNARY_ROWS_H
#define TAPER_CORE_CPU_UNARY_ROWS_H

#include "core/backend.h"
#include "core/cpu/pointwise.h"

#define FLOAT_FUNCTIONS(T, f)                                                                                \
    static inline T sign_##T(T x)                                                                            \
    {                                                                                                        \
        return (T)((x > 0) - (x < 0));                                                                       \
    }                                                                                                        \
    static inline T relu_##T(T x)                                                                            \
    {                                                                                                        \
        return x < 0 ? 0 : x; /* NaN stays NaN */                                                            \
    }                                                                                                        \
    static inline T gelu_##T(T x)                                                                            \
    {                                                                                                        \
        return x * (T)0.5 * (1 + f(erf_narrow)(x * (T)M_SQRT1_2));                                           \
    }                                                                                                        \
    static inline T gelu_tanh_##T(T x)                                                                       \
    {                                                                                                        \
        T inner = (T)(M_2_SQRTPI * M_SQRT1_2) * (x + (T)0.044715 * x * x * x);                               \
        return (T)0.5 * x * (1 + f(tanh)(inner));                                                            \
    }                                                                                                        \
    /* a bound that is NaN makes everything NaN */                                                           \
    static inline T clamp_##T(T x, T low, T high)                                                            \
    {                                                                                                        \
        x = x < low || low != low ? low : x;                                                                 \
        return x > high || high != high ? high : x;                                                          \
    }                                                                                                        \
    /* derivatives */                                                                                        \
    static inline T gelu_slope_##T(T x)                                                                      \
    {                                                                                                        \
        T density = f(exp_narrow)(x * x * (T)-0.5) * (T)(M_2_SQRTPI * M_SQRT1_2 * 0.5);                      \
        return (T)0.5 * (1 + f(erf_narrow)(x * (T)M_SQRT1_2)) + x * density;                                 \
    }                                                                                                        \
    static inline T gelu_tanh_slope_##T(T x)                                                                 \
    {                                                                                                        \
        T beta = (T)(M_2_SQRTPI * M_SQRT1_2), t = f(tanh)(beta * (x + (T)0.044715 * x * x * x));             \
        return (T)0.5 * (1 + t) + (T)0.5 * x * (1 - t * t) * beta * (1 + 3 * (T)0.044715 * x * x);           \
    }                                                                                                        \
    static inline T silu_slope_##T(T x)                                                                      \
    {                                                                                                        \
        T s = f(sigmoid)(x);                                                                                 \
        return s * (1 + x * (1 - s));                                                                        \
    }                                                                                                        \
    static inline T mish_slope_##T(T x)                                                                      \
    {                                                                                                        \
        T t = f(mish_gate)(x);                                                                               \
        return t + x * f(sigmoid)(x) * (1 - t * t);                                                          \
    }

#define UNARY_ROW(name, OUT, T, expression)                                                                  \
    static inline OUT name##_of_##T(T x, T a, T b)                                                           \
    {                                                                                                        \
        (void)a, (void)b;                                                                                    \
        return expression;                                                                                   \
    }                                                                                                        \
    static void name##_##T##_row(char *const *data, const int64_t *s, int64_t n, const void *context)        \
    {                                                                                                        \
        OUT *out = (OUT *)data[0];                                                                           \
        const T *x = (const T *)data[1];                                                                     \
        const Parameters *p = context;                                                                       \
        T a = (T)p->a, b = (T)p->b;                                                                          \
        EACH(n, s[0] == 1 && s[1] == 1, out[i] = name##_of_##T(x[i], a, b),                                  \
             out[i * s[0]] = name##_of_##T(x[i * s[1]], a, b));                                              \
    }

/* X(op, name, result of the element x with the parameters a and b); F(name) is the C library's function of
 * the type */
#define FLOAT_UNARIES(X, T, F)                                                                               \
    X(UNARY_EXP, exp, T, F(exp)(x))                                                                          \
    X(UNARY_EXPM1, expm1, T, F(expm1)(x))                                                                    \
    X(UNARY_LOG, log, T, F(log)(x))                                                                          \
    X(UNARY_LOG1P, log1p, T, F(log1p)(x))                                                                    \
    X(UNARY_LOG2, log2, T, F(log2)(x))                                                                       \
    X(UNARY_LOG10, log10, T, F(log10)(x))                                                                    \
    X(UNARY_SQRT, sqrt, T, F(sqrt)(x))                                                                       \
    X(UNARY_RSQRT, rsqrt, T, 1 / F(sqrt)(x))                                                                 \
    X(UNARY_RECIPROCAL, reciprocal, T, 1 / x)                                                                \
    X(UNARY_SIN, sin, T, F(sin)(x))                                                                          \
    X(UNARY_COS, cos, T, F(cos)(x))                                                                          \
    X(UNARY_TAN, tan, T, F(tan)(x))                                                                          \
    X(UNARY_ASIN, asin, T, F(asin)(x))                                                                       \
    X(UNARY_ACOS, acos, T, F(acos)(x))                                                                       \
    X(UNARY_ATAN, atan, T, F(atan)(x))                                                                       \
    X(UNARY_SINH, sinh, T, F(sinh)(x))                                                                       \
    X(UNARY_COSH, cosh, T, F(cosh)(x))                                                                       \
    X(UNARY_TANH, tanh, T, F(tanh)(x))                                                                       \
    X(UNARY_SIGMOID, sigmoid, T, F(sigmoid)(x))                                                              \
    X(UNARY_ERF, erf, T, F(erf)(x))                                                                          \
    X(UNARY_FLOOR, floor, T, F(floor)(x))                                                                    \
    X(UNARY_CEIL, ceil, T, F(ceil)(x))                                                                       \
    X(UNARY_ROUND, round, T, F(nearbyint)(x))                                                                \
    X(UNARY_TRUNC, trunc, T, F(trunc)(x))                                                                    \
    X(UNARY_LEAKY_RELU, leaky_relu, T, x > 0 ? x : x * a)                                                    \
    X(UNARY_ELU, elu, T, x > 0 ? x : a * F(expm1)(x))                                                        \
    X(UNARY_SELU, selu, T, (T)SELU_SCALE *(x > 0 ? x : (T)SELU_ALPHA * F(expm1)(x)))                         \
    X(UNARY_CELU, celu, T, x > 0 ? x : a * F(expm1)(x / a))                                                  \
    X(UNARY_MISH, mish, T, x *F(mish_gate)(x))                                                               \
    X(UNARY_LOGSIGMOID, logsigmoid, T, -F(log1pexp)(-x))                                                     \
    X(UNARY_HARDTANH, hardtanh, T, clamp_##T(x, a, b))                                                       \
    X(UNARY_HARDSIGMOID, hardsigmoid, T, clamp_##T(x + 3, 0, 6) / 6)                                         \
    X(UNARY_HARDSWISH, hardswish, T, x *clamp_##T(x + 3, 0, 6) / 6)                                          \
    X(UNARY_GELU, gelu, T, gelu_##T(x))                                                                      \
    X(UNARY_GELU_TANH, gelu_tanh, T, gelu_tanh_##T(x))                                                       \
    X(UNARY_SILU, silu, T, x / (1 + F(exp_narrow)(-x)))                                                      \
    X(UNARY_SOFTPLUS, softplus, T, x *a > b ? x : F(log1pexp)(x * a) / a)                                    \
    X(UNARY_SIGN, sign, T, sign_##T(x))                                                                      \
    X(UNARY_ABS, abs, T, F(fabs)(x))                                                                         \
    X(UNARY_NEG, neg, T, -x)                                                                                 \
    X(UNARY_SQUARE, square, T, x *x)                                                                         \
    X(UNARY_RELU, relu, T, relu_##T(x))                                                                      \
    X(UNARY_CLAMP, clamp, T, clamp_##T(x, a, b))

/* From any dtype to bool. */
#define TESTS(X, T)                                                                                          \
    X(UNARY_LOGICAL_NOT, logical_not, T, x == 0)                                                             \
    X(UNARY_ISNAN, isnan, T, isnan((double)x))                                                               \
    X(UNARY_ISINF, isinf, T, isinf((double)x))                                                               \
    X(UNARY_ISFINITE, isfinite, T, isfinite((double)x))

/* The derivatives of some, times the incoming gradient g. */
#define SLOPES(X, T, F)                                                                                      \
    X(UNARY_LEAKY_RELU, leaky_relu_slope, T, x > 0 ? g : g * a)                                              \
    X(UNARY_ELU, elu_slope, T, x > 0 ? g : g * a * F(exp)(x))                                                \
    X(UNARY_SELU, selu_slope, T, g *(T)SELU_SCALE *(x > 0 ? 1 : (T)SELU_ALPHA * F(exp)(x)))                  \
    X(UNARY_CELU, celu_slope, T, x > 0 ? g : g * F(exp)(x / a))                                              \
    X(UNARY_MISH, mish_slope, T, g *mish_slope_##T(x))                                                       \
    X(UNARY_LOGSIGMOID, logsigmoid_slope, T, g *F(sigmoid)(-x))                                              \
    X(UNARY_HARDTANH, hardtanh_slope, T, x <= a || x >= b ? 0 : g)                                           \
    X(UNARY_HARDSIGMOID, hardsigmoid_slope, T, x > -3 && x < 3 ? g * (T)(1.0f / 6) : 0)                      \
    X(UNARY_HARDSWISH, hardswish_slope, T, x <= -3 ? 0 : x < 3 ? g * (x / 3 + (T)0.5) : g)                   \
    X(UNARY_GELU, gelu_slope, T, g *gelu_slope_##T(x))                                                       \
    X(UNARY_GELU_TANH, gelu_tanh_slope, T, g *gelu_tanh_slope_##T(x))                                        \
    X(UNARY_SILU, silu_slope, T, g *silu_slope_##T(x))                                                       \
    X(UNARY_SOFTPLUS, softplus_slope, T, x *a > b ? g : g * F(sigmoid)(x * a))                               \
    X(UNARY_CLAMP, clamp_slope, T, (x > a || a == -INFINITY) && (x < b || b == INFINITY) ? g : 0)

#define SLOPE_ROW(op, name, T, expression)                                                                   \
    static inline T name##_of_##T(T g, T x, T a, T b)                                                        \
    {                                                                                                        \
        (void)a, (void)b;                                                                                    \
        return expression;                                                                                   \
    }                                                                                                        \
    static void name##_##T##_row(char *const *data, const int64_t *s, int64_t n, const void *context)        \
    {                                                                                                        \
        T *out = (T *)data[0];                                                                               \
        const T *g = (const T *)data[1], *x = (const T *)data[2];                                            \
        const Parameters *p = context;                                                                       \
        T a = (T)p->a, b = (T)p->b;                                                                          \
        EACH(n, s[0] == 1 && s[1] == 1 && s[2] == 1, out[i] = name##_of_##T(g[i], x[i], a, b),               \
             out[i * s[0]] = name##_of_##T(g[i * s[1]], x[i * s[2]], a, b));                                 \
    }

#define SAME_ROW(op, name, T, expression) UNARY_ROW(name, T, T, expression)
#define TEST_ROW(op, name, T, expression) UNARY_ROW(name, b8, T, expression)

#endif
