/* The functions of two floats, the comparisons, and the loops over rows of them, written for any type T;
 * f(name) is the C library's function of the type. Used by binary.c, and by binary_f32_set.h. */
#ifndef TAPER_CORE_CPU_BINARY_ROWS_H
#define TAPER_CORE_CPU_BINARY_ROWS_H

#include "core/backend.h"
#include "core/cpu/pointwise.h"

#define FLOAT_FUNCTIONS(T, f)                                                                                \
    static inline T maximum_##T(T x, T y)                                                                    \
    {                                                                                                        \
        return ((x != x) | (x > y)) ? x : y;                                                                 \
    }                                                                                                        \
    static inline T minimum_##T(T x, T y)                                                                    \
    {                                                                                                        \
        return ((x != x) | (x < y)) ? x : y;                                                                 \
    }                                                                                                        \
    /* the result has the divisor's sign, as in Python */                                                    \
    static inline T remainder_##T(T x, T y)                                                                  \
    {                                                                                                        \
        T r = f(fmod)(x, y), moved = r + y;                                                                  \
        return ((r != 0) & ((r < 0) != (y < 0))) ? moved : r;                                                \
    }                                                                                                        \
    static inline T floor_divide_##T(T x, T y)                                                               \
    {                                                                                                        \
        T r = f(fmod)(x, y), exact = x / y, quotient = (x - r) / y;                                          \
        quotient -= (T)((r != 0) & ((r < 0) != (y < 0)));                                                    \
        T whole = (T)floor((f64)quotient);                                                                   \
        whole += (T)(quotient - whole > (T)0.5);                                                             \
        whole = quotient == 0 ? (T)copysign(0, (f64)exact) : whole;                                          \
        return y == 0 ? exact : whole;                                                                       \
    }

#define BINARY_ROW(name, OUT, T, expression)                                                                 \
    static inline OUT name##_of_##T(T x, T y, T a)                                                           \
    {                                                                                                        \
        (void)a;                                                                                             \
        return expression;                                                                                   \
    }                                                                                                        \
    static void name##_##T##_row(char *const *data, const int64_t *s, int64_t n, const void *context)        \
    {                                                                                                        \
        OUT *out = (OUT *)data[0];                                                                           \
        const T *x = (const T *)data[1], *y = (const T *)data[2];                                            \
        T a = PARAMETER_##T(((const Parameters *)context)->a);                                               \
        if (s[0] == 1 && s[1] == 1 && s[2] == 0) {                                                           \
            T same = y[0];                                                                                   \
            for (int64_t i = 0; i < n; i++)                                                                  \
                out[i] = name##_of_##T(x[i], same, a);                                                       \
            return;                                                                                          \
        }                                                                                                    \
        EACH(n, s[0] == 1 && s[1] == 1 && s[2] == 1, out[i] = name##_of_##T(x[i], y[i], a),                  \
             out[i * s[0]] = name##_of_##T(x[i * s[1]], y[i * s[2]], a));                                    \
    }

#define FLOAT_BINARIES(X, T, F)                                                                              \
    X(BINARY_ADD, add, T, x + a * y)                                                                         \
    X(BINARY_SUB, sub, T, x - a * y)                                                                         \
    X(BINARY_MUL, mul, T, x *y)                                                                              \
    X(BINARY_DIV, div, T, x / y)                                                                             \
    X(BINARY_POW, pow, T, F(pow)(x, y))                                                                      \
    X(BINARY_MAXIMUM, maximum, T, maximum_##T(x, y))                                                         \
    X(BINARY_MINIMUM, minimum, T, minimum_##T(x, y))                                                         \
    X(BINARY_ATAN2, atan2, T, F(atan2)(x, y))                                                                \
    X(BINARY_RELU_BACKWARD, relu_backward, T, y <= 0 ? 0 : x)                                                \
    X(BINARY_SIGMOID_BACKWARD, sigmoid_backward, T, x *(1 - y) * y)                                          \
    X(BINARY_TANH_BACKWARD, tanh_backward, T, x *(1 - y * y))

/* Divisions with a rest. */
#define DIVISIONS(X, T, F)                                                                                   \
    X(BINARY_FLOOR_DIVIDE, floor_divide, T, floor_divide_##T(x, y))                                          \
    X(BINARY_REMAINDER, remainder, T, remainder_##T(x, y))                                                   \
    X(BINARY_FMOD, fmod, T, F(fmod)(x, y))

#define COMPARISONS(X, T)                                                                                    \
    X(COMPARE_EQ, eq, T, x == y)                                                                             \
    X(COMPARE_NE, ne, T, x != y)                                                                             \
    X(COMPARE_LT, lt, T, x < y)                                                                              \
    X(COMPARE_LE, le, T, x <= y)                                                                             \
    X(COMPARE_GT, gt, T, x > y)                                                                              \
    X(COMPARE_GE, ge, T, x >= y)                                                                             \
    X(COMPARE_LOGICAL_AND, logical_and, T, x != 0 && y != 0)                                                 \
    X(COMPARE_LOGICAL_OR, logical_or, T, x != 0 || y != 0)                                                   \
    X(COMPARE_LOGICAL_XOR, logical_xor, T, (x != 0) != (y != 0))

#define SAME_ROW2(op, name, T, expression) BINARY_ROW(name, T, T, expression)
#define TEST_ROW2(op, name, T, expression) BINARY_ROW(name, b8, T, expression)

#endif
