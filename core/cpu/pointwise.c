/* Pointwise operations: unary, binary, comparisons, where. Each is one line here, from which a loop over a
 * row is made for each type of elements it takes. */
#include <math.h>

#include "core/cpu/kernels.h"
#include "core/cpu/walk.h"
#include "core/error.h"

typedef float f32;
typedef double f64;
typedef int64_t i64;
typedef int32_t i32;
typedef uint8_t u8;
typedef bool b8;

typedef struct Parameters {
    double a, b;
} Parameters;

static bool not_implemented(const char *kernel, DType dtype)
{
    return error_raise(ERROR_UNSUPPORTED, kernel, "\"%s_cpu\" not implemented for '%s'", kernel,
                       dtype_scalar_name(dtype)) != NULL;
}

/* -- functions that the C library has not -- */

#define FLOAT_FUNCTIONS(T, f)                                                                                \
    static inline T sigmoid_##T(T x)                                                                         \
    {                                                                                                        \
        return 1 / (1 + f(exp)(-x));                                                                         \
    }                                                                                                        \
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
        return x * (T)0.5 * (1 + f(erf)(x * (T)M_SQRT1_2));                                                  \
    }                                                                                                        \
    static inline T gelu_tanh_##T(T x)                                                                       \
    {                                                                                                        \
        T inner = (T)(M_2_SQRTPI * M_SQRT1_2) * (x + (T)0.044715 * x * x * x);                               \
        return (T)0.5 * x * (1 + f(tanh)(inner));                                                            \
    }                                                                                                        \
    static inline T clamp_##T(T x, T low, T high)                                                            \
    {                                                                                                        \
        x = x < low ? low : x;                                                                               \
        return x > high ? high : x;                                                                          \
    }                                                                                                        \
    static inline T maximum_##T(T x, T y)                                                                    \
    {                                                                                                        \
        return x != x || x > y ? x : y;                                                                      \
    }                                                                                                        \
    static inline T minimum_##T(T x, T y)                                                                    \
    {                                                                                                        \
        return x != x || x < y ? x : y;                                                                      \
    }                                                                                                        \
    /* the result has the divisor's sign, as in Python */                                                    \
    static inline T remainder_##T(T x, T y)                                                                  \
    {                                                                                                        \
        T r = f(fmod)(x, y);                                                                                 \
        return r != 0 && (r < 0) != (y < 0) ? r + y : r;                                                     \
    }                                                                                                        \
    static inline T floor_divide_##T(T x, T y)                                                               \
    {                                                                                                        \
        if (y == 0)                                                                                          \
            return x / y;                                                                                    \
        T r = f(fmod)(x, y), quotient = (x - r) / y;                                                         \
        if (r != 0 && (r < 0) != (y < 0))                                                                    \
            quotient -= 1;                                                                                   \
        if (quotient == 0)                                                                                   \
            return f(copysign)(0, x / y);                                                                    \
        T whole = f(floor)(quotient);                                                                        \
        return quotient - whole > (T)0.5 ? whole + 1 : whole;                                                \
    }                                                                                                        \
    /* the derivatives of functions with parameters, times the incoming gradient g */                        \
    static inline T gelu_slope_##T(T x)                                                                      \
    {                                                                                                        \
        T density = f(exp)(x * x * (T)-0.5) * (T)(M_2_SQRTPI * M_SQRT1_2 * 0.5);                             \
        return (T)0.5 * (1 + f(erf)(x * (T)M_SQRT1_2)) + x * density;                                        \
    }                                                                                                        \
    static inline T gelu_tanh_slope_##T(T x)                                                                 \
    {                                                                                                        \
        T beta = (T)(M_2_SQRTPI * M_SQRT1_2), t = f(tanh)(beta * (x + (T)0.044715 * x * x * x));             \
        return (T)0.5 * (1 + t) + (T)0.5 * x * (1 - t * t) * beta * (1 + 3 * (T)0.044715 * x * x);           \
    }                                                                                                        \
    static inline T silu_slope_##T(T x)                                                                      \
    {                                                                                                        \
        T s = sigmoid_##T(x);                                                                                \
        return s * (1 + x * (1 - s));                                                                        \
    }
#define F32(name) name##f
#define F64(name) name
FLOAT_FUNCTIONS(f32, F32)
FLOAT_FUNCTIONS(f64, F64)

static inline bool negative(int64_t x)
{
    return x < 0;
}

/* Division by zero was ruled out; by -1 it would trap for the smallest number. */
#define INTEGER_FUNCTIONS(T)                                                                                 \
    static inline T fmod_##T(T x, T y)                                                                       \
    {                                                                                                        \
        return y == (T)-1 && negative(y) ? 0 : (T)(x % y);                                                   \
    }                                                                                                        \
    static inline T floor_divide_##T(T x, T y)                                                               \
    {                                                                                                        \
        if (y == (T)-1 && negative(y))                                                                       \
            return (T)(0 - (uint64_t)x);                                                                     \
        T q = (T)(x / y), r = (T)(x % y);                                                                    \
        return r != 0 && negative(r) != negative(y) ? (T)(q - 1) : q;                                        \
    }                                                                                                        \
    static inline T remainder_##T(T x, T y)                                                                  \
    {                                                                                                        \
        T r = fmod_##T(x, y);                                                                                \
        return r != 0 && negative(r) != negative(y) ? (T)(r + y) : r;                                        \
    }                                                                                                        \
    /* by squaring; negative exponents leave only 1 and -1 anything but 0 */                                 \
    static inline T pow_##T(T base, T exponent)                                                              \
    {                                                                                                        \
        if (negative(exponent))                                                                              \
            return base == 1 ? 1 : base == (T)-1 ? (exponent % 2 ? (T)-1 : 1) : 0;                           \
        uint64_t result = 1, square = (uint64_t)base;                                                        \
        for (T rest = exponent; rest > 0; rest = (T)(rest / 2), square *= square)                            \
            if (rest % 2)                                                                                    \
                result *= square;                                                                            \
        return (T)result;                                                                                    \
    }
INTEGER_FUNCTIONS(i64)
INTEGER_FUNCTIONS(i32)
INTEGER_FUNCTIONS(u8)

/* -- rows -- */

/* Loops with and without strides; the first is what the compiler vectorises. */
#define EACH(n, dense, body_dense, body_strided)                                                             \
    if (dense)                                                                                               \
        for (int64_t i = 0; i < (n); i++)                                                                    \
            body_dense;                                                                                      \
    else                                                                                                     \
        for (int64_t i = 0; i < (n); i++)                                                                    \
        body_strided

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
        T a = (T)((const Parameters *)context)->a;                                                           \
        if (s[0] == 1 && s[1] == 1 && s[2] == 0) {                                                           \
            T same = y[0];                                                                                   \
            for (int64_t i = 0; i < n; i++)                                                                  \
                out[i] = name##_of_##T(x[i], same, a);                                                       \
            return;                                                                                          \
        }                                                                                                    \
        EACH(n, s[0] == 1 && s[1] == 1 && s[2] == 1, out[i] = name##_of_##T(x[i], y[i], a),                  \
             out[i * s[0]] = name##_of_##T(x[i * s[1]], y[i * s[2]], a));                                    \
    }

/* -- unary -- */

/* X(op, name, result of the element x with the parameters a and b); F(name) is the C library's function of
 * the type */
#define FLOAT_UNARIES(X, T, F)                                                                               \
    X(UNARY_EXP, exp, T, F(exp)(x))                                                                          \
    X(UNARY_EXPM1, expm1, T, F(expm1)(x))                                                                    \
    X(UNARY_LOG, log, T, F(log)(x))                                                                          \
    X(UNARY_LOG1P, log1p, T, F(log1p)(x))                                                                    \
    X(UNARY_LOG2, log2, T, F(log2)(x))                                                                       \
    X(UNARY_SQRT, sqrt, T, F(sqrt)(x))                                                                       \
    X(UNARY_RSQRT, rsqrt, T, 1 / F(sqrt)(x))                                                                 \
    X(UNARY_RECIPROCAL, reciprocal, T, 1 / x)                                                                \
    X(UNARY_SIN, sin, T, F(sin)(x))                                                                          \
    X(UNARY_COS, cos, T, F(cos)(x))                                                                          \
    X(UNARY_TAN, tan, T, F(tan)(x))                                                                          \
    X(UNARY_TANH, tanh, T, F(tanh)(x))                                                                       \
    X(UNARY_SIGMOID, sigmoid, T, sigmoid_##T(x))                                                             \
    X(UNARY_ERF, erf, T, F(erf)(x))                                                                          \
    X(UNARY_FLOOR, floor, T, F(floor)(x))                                                                    \
    X(UNARY_CEIL, ceil, T, F(ceil)(x))                                                                       \
    X(UNARY_ROUND, round, T, F(nearbyint)(x))                                                                \
    X(UNARY_TRUNC, trunc, T, F(trunc)(x))                                                                    \
    X(UNARY_LEAKY_RELU, leaky_relu, T, x > 0 ? x : x * a)                                                    \
    X(UNARY_ELU, elu, T, x > 0 ? x : a * F(expm1)(x))                                                        \
    X(UNARY_GELU, gelu, T, gelu_##T(x))                                                                      \
    X(UNARY_GELU_TANH, gelu_tanh, T, gelu_tanh_##T(x))                                                       \
    X(UNARY_SILU, silu, T, x *sigmoid_##T(x))                                                                \
    X(UNARY_SOFTPLUS, softplus, T, x *a > b ? x : F(log1p)(F(exp)(x * a)) / a)                               \
    X(UNARY_SIGN, sign, T, sign_##T(x))                                                                      \
    X(UNARY_ABS, abs, T, F(fabs)(x))                                                                         \
    X(UNARY_NEG, neg, T, -x)                                                                                 \
    X(UNARY_SQUARE, square, T, x *x)                                                                         \
    X(UNARY_RELU, relu, T, relu_##T(x))                                                                      \
    X(UNARY_CLAMP, clamp, T, clamp_##T(x, a, b))

/* What integers have of them. */
#define INTEGER_UNARIES(X, T)                                                                                \
    X(UNARY_SIGN, sign, T, (T)(negative(x) ? -1 : x != 0))                                                   \
    X(UNARY_ABS, abs, T, negative(x) ? (T)(0 - (uint64_t)x) : x)                                             \
    X(UNARY_NEG, neg, T, (T)(0 - (uint64_t)x))                                                               \
    X(UNARY_SQUARE, square, T, (T)((uint64_t)x * (uint64_t)x))                                               \
    X(UNARY_RELU, relu, T, negative(x) ? 0 : x)                                                              \
    X(UNARY_CLAMP, clamp, T, x<a ? a : x> b ? b : x)                                                         \
    X(UNARY_FLOOR, floor, T, x)                                                                              \
    X(UNARY_CEIL, ceil, T, x)                                                                                \
    X(UNARY_ROUND, round, T, x)                                                                              \
    X(UNARY_TRUNC, trunc, T, x)

/* From any dtype to bool. */
#define TESTS(X, T)                                                                                          \
    X(UNARY_LOGICAL_NOT, logical_not, T, x == 0)                                                             \
    X(UNARY_ISNAN, isnan, T, isnan((double)x))                                                               \
    X(UNARY_ISINF, isinf, T, isinf((double)x))                                                               \
    X(UNARY_ISFINITE, isfinite, T, isfinite((double)x))

#define SAME_ROW(op, name, T, expression) UNARY_ROW(name, T, T, expression)
#define TEST_ROW(op, name, T, expression) UNARY_ROW(name, b8, T, expression)
#define ENTRY(op, name, T, expression)    [op] = name##_##T##_row,

FLOAT_UNARIES(SAME_ROW, f32, F32)
FLOAT_UNARIES(SAME_ROW, f64, F64)
INTEGER_UNARIES(SAME_ROW, i64)
INTEGER_UNARIES(SAME_ROW, i32)
INTEGER_UNARIES(SAME_ROW, u8)
TESTS(TEST_ROW, f32)
TESTS(TEST_ROW, f64)
TESTS(TEST_ROW, i64)
TESTS(TEST_ROW, i32)
TESTS(TEST_ROW, u8)
TESTS(TEST_ROW, b8)

static const WalkRow unary_rows[DTYPE_COUNT][UNARY_COUNT] = {
    [DTYPE_FLOAT32] = {FLOAT_UNARIES(ENTRY, f32, F32) TESTS(ENTRY, f32)},
    [DTYPE_FLOAT64] = {FLOAT_UNARIES(ENTRY, f64, F64) TESTS(ENTRY, f64)},
    [DTYPE_INT64] = {INTEGER_UNARIES(ENTRY, i64) TESTS(ENTRY, i64)},
    [DTYPE_INT32] = {INTEGER_UNARIES(ENTRY, i32) TESTS(ENTRY, i32)},
    [DTYPE_UINT8] = {INTEGER_UNARIES(ENTRY, u8) TESTS(ENTRY, u8)},
    [DTYPE_BOOL] = {TESTS(ENTRY, b8)},
};

bool cpu_unary(UnaryOp op, Tensor *out, const Tensor *x, double a, double b)
{
    WalkRow row = unary_rows[x->dtype][op];
    if (row == NULL)
        return not_implemented("unary", x->dtype);
    walk_rows((const Tensor *const[]){out, x}, 2, row, &(Parameters){a, b});
    return true;
}

/* -- binary -- */

#define FLOAT_BINARIES(X, T, F)                                                                              \
    X(BINARY_ADD, add, T, x + a * y)                                                                         \
    X(BINARY_SUB, sub, T, x - a * y)                                                                         \
    X(BINARY_MUL, mul, T, x *y)                                                                              \
    X(BINARY_DIV, div, T, x / y)                                                                             \
    X(BINARY_FLOOR_DIVIDE, floor_divide, T, floor_divide_##T(x, y))                                          \
    X(BINARY_REMAINDER, remainder, T, remainder_##T(x, y))                                                   \
    X(BINARY_FMOD, fmod, T, F(fmod)(x, y))                                                                   \
    X(BINARY_POW, pow, T, F(pow)(x, y))                                                                      \
    X(BINARY_MAXIMUM, maximum, T, maximum_##T(x, y))                                                         \
    X(BINARY_MINIMUM, minimum, T, minimum_##T(x, y))                                                         \
    X(BINARY_ATAN2, atan2, T, F(atan2)(x, y))                                                                \
    X(BINARY_RELU_BACKWARD, relu_backward, T, y > 0 ? x : 0)                                                 \
    X(BINARY_SIGMOID_BACKWARD, sigmoid_backward, T, x *(1 - y) * y)                                          \
    X(BINARY_TANH_BACKWARD, tanh_backward, T, x *(1 - y * y))

#define INTEGER_BINARIES(X, T)                                                                               \
    X(BINARY_ADD, add, T, (T)((uint64_t)x + (uint64_t)a * (uint64_t)y))                                      \
    X(BINARY_SUB, sub, T, (T)((uint64_t)x - (uint64_t)a * (uint64_t)y))                                      \
    X(BINARY_MUL, mul, T, (T)((uint64_t)x * (uint64_t)y))                                                    \
    X(BINARY_FLOOR_DIVIDE, floor_divide, T, floor_divide_##T(x, y))                                          \
    X(BINARY_REMAINDER, remainder, T, remainder_##T(x, y))                                                   \
    X(BINARY_FMOD, fmod, T, fmod_##T(x, y))                                                                  \
    X(BINARY_POW, pow, T, pow_##T(x, y))                                                                     \
    X(BINARY_MAXIMUM, maximum, T, x > y ? x : y)                                                             \
    X(BINARY_MINIMUM, minimum, T, x < y ? x : y)                                                             \
    X(BINARY_BITWISE_AND, bitwise_and, T, (T)(x & y))                                                        \
    X(BINARY_BITWISE_OR, bitwise_or, T, (T)(x | y))                                                          \
    X(BINARY_BITWISE_XOR, bitwise_xor, T, (T)(x ^ y))

#define BOOL_BINARIES(X, T)                                                                                  \
    X(BINARY_ADD, add, T, x || (a && y))                                                                     \
    X(BINARY_MUL, mul, T, x &&y)                                                                             \
    X(BINARY_MAXIMUM, maximum, T, x || y)                                                                    \
    X(BINARY_MINIMUM, minimum, T, x &&y)                                                                     \
    X(BINARY_BITWISE_AND, bitwise_and, T, x &&y)                                                             \
    X(BINARY_BITWISE_OR, bitwise_or, T, x || y)                                                              \
    X(BINARY_BITWISE_XOR, bitwise_xor, T, x != y)

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

FLOAT_BINARIES(SAME_ROW2, f32, F32)
FLOAT_BINARIES(SAME_ROW2, f64, F64)
INTEGER_BINARIES(SAME_ROW2, i64)
INTEGER_BINARIES(SAME_ROW2, i32)
INTEGER_BINARIES(SAME_ROW2, u8)
BOOL_BINARIES(SAME_ROW2, b8)
COMPARISONS(TEST_ROW2, f32)
COMPARISONS(TEST_ROW2, f64)
COMPARISONS(TEST_ROW2, i64)
COMPARISONS(TEST_ROW2, i32)
COMPARISONS(TEST_ROW2, u8)
COMPARISONS(TEST_ROW2, b8)

static const WalkRow binary_rows[DTYPE_COUNT][BINARY_COUNT] = {
    [DTYPE_FLOAT32] = {FLOAT_BINARIES(ENTRY, f32, F32)}, [DTYPE_FLOAT64] = {FLOAT_BINARIES(ENTRY, f64, F64)},
    [DTYPE_INT64] = {INTEGER_BINARIES(ENTRY, i64)},      [DTYPE_INT32] = {INTEGER_BINARIES(ENTRY, i32)},
    [DTYPE_UINT8] = {INTEGER_BINARIES(ENTRY, u8)},       [DTYPE_BOOL] = {BOOL_BINARIES(ENTRY, b8)},
};

static const WalkRow compare_rows[DTYPE_COUNT][COMPARE_COUNT] = {
    [DTYPE_FLOAT32] = {COMPARISONS(ENTRY, f32)}, [DTYPE_FLOAT64] = {COMPARISONS(ENTRY, f64)},
    [DTYPE_INT64] = {COMPARISONS(ENTRY, i64)},   [DTYPE_INT32] = {COMPARISONS(ENTRY, i32)},
    [DTYPE_UINT8] = {COMPARISONS(ENTRY, u8)},    [DTYPE_BOOL] = {COMPARISONS(ENTRY, b8)},
};

/* Does an integer tensor hold a zero? */
static void look_for_zero(char *const *data, const int64_t *s, int64_t n, const void *context)
{
    const Tensor *x = *(const Tensor *const *)context;
    bool *found = *((bool *const *)context + 1);
    for (int64_t i = 0; i < n; i++)
        if (scalar_to_int(scalar_read(x->dtype, data[0] + i * s[0] * (int64_t)dtype_size(x->dtype))) == 0)
            __atomic_store_n(found, true, __ATOMIC_RELAXED);
}

static bool divides_by_zero(BinaryOp op, const Tensor *b)
{
    bool found = false;
    const void *context[] = {b, &found};
    bool divides = op == BINARY_FLOOR_DIVIDE || op == BINARY_REMAINDER || op == BINARY_FMOD;
    if (divides && !dtype_is_floating_point(b->dtype))
        walk_rows((const Tensor *const[]){b}, 1, look_for_zero, context);
    return found;
}

bool cpu_binary(BinaryOp op, Tensor *out, const Tensor *a, const Tensor *b, double alpha)
{
    WalkRow row = binary_rows[a->dtype][op];
    if (row == NULL)
        return not_implemented("binary", a->dtype);
    if (divides_by_zero(op, b))
        return error_raise(ERROR_VALUE, "div", "ZeroDivisionError") != NULL;
    walk_rows((const Tensor *const[]){out, a, b}, 3, row, &(Parameters){alpha, 0});
    return true;
}

bool cpu_compare(CompareOp op, Tensor *out, const Tensor *a, const Tensor *b)
{
    WalkRow row = compare_rows[a->dtype][op];
    if (row == NULL)
        return not_implemented("compare", a->dtype);
    walk_rows((const Tensor *const[]){out, a, b}, 3, row, &(Parameters){0, 0});
    return true;
}

/* -- where, and derivatives of functions with parameters -- */

#define WHERE(bits)                                                                                          \
    static void where_##bits(char *const *data, const int64_t *s, int64_t n, const void *context)            \
    {                                                                                                        \
        uint##bits##_t *out = (uint##bits##_t *)data[0];                                                     \
        const uint##bits##_t *x = (const uint##bits##_t *)data[2], *y = (const uint##bits##_t *)data[3];     \
        const b8 *condition = (const b8 *)data[1];                                                           \
        (void)context;                                                                                       \
        for (int64_t i = 0; i < n; i++)                                                                      \
            out[i * s[0]] = condition[i * s[1]] ? x[i * s[2]] : y[i * s[3]];                                 \
    }
WHERE(8)
WHERE(32)
WHERE(64)

bool cpu_where(Tensor *out, const Tensor *condition, const Tensor *a, const Tensor *b)
{
    size_t size = dtype_size(out->dtype);
    walk_rows((const Tensor *const[]){out, condition, a, b}, 4,
              size == 8   ? where_64
              : size == 4 ? where_32
                          : where_8,
              NULL);
    return true;
}

#define SLOPES(X, T, F)                                                                                      \
    X(UNARY_LEAKY_RELU, leaky_relu_slope, T, x > 0 ? g : g * a)                                              \
    X(UNARY_ELU, elu_slope, T, x > 0 ? g : g * a * F(exp)(x))                                                \
    X(UNARY_GELU, gelu_slope, T, g *gelu_slope_##T(x))                                                       \
    X(UNARY_GELU_TANH, gelu_tanh_slope, T, g *gelu_tanh_slope_##T(x))                                        \
    X(UNARY_SILU, silu_slope, T, g *silu_slope_##T(x))                                                       \
    X(UNARY_SOFTPLUS, softplus_slope, T, x *a > b ? g : g * sigmoid_##T(x * a))                              \
    X(UNARY_CLAMP, clamp_slope, T, x >= a && x <= b ? g : 0)

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
SLOPES(SLOPE_ROW, f32, F32)
SLOPES(SLOPE_ROW, f64, F64)

static const WalkRow slope_rows[2][UNARY_COUNT] = {{SLOPES(ENTRY, f32, F32)}, {SLOPES(ENTRY, f64, F64)}};

bool cpu_unary_backward(UnaryOp op, Tensor *out, const Tensor *grad, const Tensor *x, double a, double b)
{
    bool is_float = x->dtype == DTYPE_FLOAT32 || x->dtype == DTYPE_FLOAT64;
    WalkRow row = is_float ? slope_rows[x->dtype == DTYPE_FLOAT64][op] : NULL;
    if (row == NULL)
        return not_implemented("unary_backward", x->dtype);
    walk_rows((const Tensor *const[]){out, grad, x}, 3, row, &(Parameters){a, b});
    return true;
}
