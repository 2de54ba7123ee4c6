/* Pointwise operations on two tensors, comparisons, and choices. */
#include "core/cpu/binary_f32.h"
#include "core/cpu/binary_rows.h"
#include "core/cpu/elements.h"
#include "core/cpu/kernels.h"
#include "core/error.h"

/* -- integers and bools -- */

/* Division by zero was ruled out; by -1 it would trap for the smallest number. */
#define INTEGER_FUNCTIONS(T)                                                                                 \
    static inline T div_##T(T x, T y)                                                                        \
    {                                                                                                        \
        return y == (T)-1 && negative(y) ? (T)(0 - (uint64_t)x) : (T)(x / y);                                \
    }                                                                                                        \
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

#define INTEGER_BINARIES(X, T)                                                                               \
    X(BINARY_ADD, add, T, (T)((uint64_t)x + (uint64_t)a * (uint64_t)y))                                      \
    X(BINARY_SUB, sub, T, (T)((uint64_t)x - (uint64_t)a * (uint64_t)y))                                      \
    X(BINARY_MUL, mul, T, (T)((uint64_t)x * (uint64_t)y))                                                    \
    X(BINARY_DIV, div, T, div_##T(x, y))                                                                     \
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

FLOAT_FUNCTIONS(f64, F64)
FLOAT_BINARIES(SAME_ROW2, f64, F64)
DIVISIONS(SAME_ROW2, f64, F64)
INTEGER_BINARIES(SAME_ROW2, i64)
INTEGER_BINARIES(SAME_ROW2, i32)
INTEGER_BINARIES(SAME_ROW2, u8)
BOOL_BINARIES(SAME_ROW2, b8)
COMPARISONS(TEST_ROW2, f64)
COMPARISONS(TEST_ROW2, i64)
COMPARISONS(TEST_ROW2, i32)
COMPARISONS(TEST_ROW2, u8)
COMPARISONS(TEST_ROW2, b8)

static const WalkRow binary_rows[DTYPE_COUNT][BINARY_COUNT] = {
    [DTYPE_FLOAT64] = {FLOAT_BINARIES(ENTRY, f64, F64) DIVISIONS(ENTRY, f64, F64)},
    [DTYPE_INT64] = {INTEGER_BINARIES(ENTRY, i64)},
    [DTYPE_INT32] = {INTEGER_BINARIES(ENTRY, i32)},
    [DTYPE_UINT8] = {INTEGER_BINARIES(ENTRY, u8)},
    [DTYPE_BOOL] = {BOOL_BINARIES(ENTRY, b8)},
};

static const WalkRow compare_rows[DTYPE_COUNT][COMPARE_COUNT] = {
    [DTYPE_FLOAT64] = {COMPARISONS(ENTRY, f64)}, [DTYPE_INT64] = {COMPARISONS(ENTRY, i64)},
    [DTYPE_INT32] = {COMPARISONS(ENTRY, i32)},   [DTYPE_UINT8] = {COMPARISONS(ENTRY, u8)},
    [DTYPE_BOOL] = {COMPARISONS(ENTRY, b8)},
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

/* PyTorch's names of its kernels, which its messages use. */
typedef struct KernelName {
    const char *operation, *kernel;
} KernelName;

static const KernelName kernel_names[BINARY_COUNT] = {
    [BINARY_DIV] = {"div", "div_trunc_cpu"},
    [BINARY_FLOOR_DIVIDE] = {"floor_divide", "div_floor_cpu"},
    [BINARY_REMAINDER] = {"remainder", "remainder_cpu"},
    [BINARY_FMOD] = {"fmod", "fmod_cpu"},
    [BINARY_POW] = {"pow", "pow"},
    [BINARY_BITWISE_AND] = {"bitwise_and", "bitwise_and_cpu"},
    [BINARY_BITWISE_OR] = {"bitwise_or", "bitwise_or_cpu"},
    [BINARY_BITWISE_XOR] = {"bitwise_xor", "bitwise_xor_cpu"},
};

static bool not_implemented(KernelName name, DType dtype)
{
    return error_raise(ERROR_UNSUPPORTED, name.operation != NULL ? name.operation : "binary",
                       "\"%s\" not implemented for '%s'", name.kernel != NULL ? name.kernel : "binary_cpu",
                       dtype_scalar_name(dtype)) != NULL;
}

static bool divides_by_zero(BinaryOp op, const Tensor *b)
{
    bool found = false;
    const void *context[] = {b, &found};
    bool divides =
        op == BINARY_DIV || op == BINARY_FLOOR_DIVIDE || op == BINARY_REMAINDER || op == BINARY_FMOD;
    if (divides && !dtype_is_floating_point(b->dtype))
        walk_rows((const Tensor *const[]){b}, 1, look_for_zero, context);
    return found;
}

bool cpu_binary(BinaryOp op, Tensor *out, const Tensor *a, const Tensor *b, double alpha)
{
    WalkRow row = a->dtype == DTYPE_FLOAT32 ? binary_f32()->rows[op] : binary_rows[a->dtype][op];
    if (row == NULL)
        return not_implemented(kernel_names[op], a->dtype);
    if (divides_by_zero(op, b))
        return error_raise(ERROR_VALUE, "div", "ZeroDivisionError") != NULL;
    walk_rows((const Tensor *const[]){out, a, b}, 3, row, &(Parameters){alpha, 0});
    return true;
}

bool cpu_compare(CompareOp op, Tensor *out, const Tensor *a, const Tensor *b)
{
    WalkRow row = a->dtype == DTYPE_FLOAT32 ? binary_f32()->comparisons[op] : compare_rows[a->dtype][op];
    if (row == NULL)
        return not_implemented((KernelName){"compare", "compare_cpu"}, a->dtype);
    walk_rows((const Tensor *const[]){out, a, b}, 3, row, &(Parameters){0, 0});
    return true;
}

/* -- where -- */

/* By masks, and bools read as bytes: of choices and bools the compiler makes no vectors. */
#define WHERE(bits)                                                                                          \
    static inline raw##bits pick_##bits(u8 condition, raw##bits x, raw##bits y)                              \
    {                                                                                                        \
        raw##bits mask = (raw##bits)(0 - (raw##bits)condition);                                              \
        return (raw##bits)((x & mask) | (y & ~mask));                                                        \
    }                                                                                                        \
    static void where_##bits(char *const *data, const int64_t *s, int64_t n, const void *context)            \
    {                                                                                                        \
        raw##bits *out = (raw##bits *)data[0];                                                               \
        const raw##bits *x = (const raw##bits *)data[2], *y = (const raw##bits *)data[3];                    \
        const u8 *condition = (const u8 *)data[1];                                                           \
        (void)context;                                                                                       \
        if (s[0] == 1 && s[1] == 1 && s[2] == 1 && s[3] == 0) {                                              \
            raw##bits same = y[0];                                                                           \
            for (int64_t i = 0; i < n; i++)                                                                  \
                out[i] = pick_##bits(condition[i], x[i], same);                                              \
            return;                                                                                          \
        }                                                                                                    \
        EACH(n, s[0] == 1 && s[1] == 1 && s[2] == 1 && s[3] == 1,                                            \
             out[i] = pick_##bits(condition[i], x[i], y[i]),                                                 \
             out[i * s[0]] = pick_##bits(condition[i * s[1]], x[i * s[2]], y[i * s[3]]));                    \
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
