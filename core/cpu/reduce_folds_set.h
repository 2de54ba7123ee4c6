/* One instruction set's table of reduce_folds.h: defines TABLE, which the including file names. The folds are
 * written once as expressions and expanded for every dtype. A row runs in LANES independent
 * accumulators so that the compiler can keep them in vector registers; they are joined at the end. */
#include <math.h>
#include <stddef.h>

#include "core/cpu/float_math.h"
#include "core/cpu/reduce_folds.h"

enum { LANES = 32 }; /* of 16, GCC unrolls the loop over them and makes no vectors */

/* T is the dtype in memory, A that of the accumulator, SIDE its name in the union, L that of the lanes. */
#define DEFINE_ROW(NAME, T, L, A, SIDE, START, EXPRESSION, JOIN)                                             \
    static void row_##NAME(const void *data, int64_t n, int64_t stride, const double *sp, Accumulator *out)  \
    {                                                                                                        \
        const T *x = data;                                                                                   \
        const double s = sp ? *sp : 0;                                                                       \
        (void)s;                                                                                             \
        L lanes[LANES];                                                                                      \
        const int used = n < LANES ? (int)n : LANES;                                                         \
        for (int k = 0; k < LANES; k++)                                                                      \
            lanes[k] = START;                                                                                \
        int64_t i = 0;                                                                                       \
        if (stride == 1)                                                                                     \
            for (; i + LANES <= n; i += LANES)                                                               \
                for (int k = 0; k < LANES; k++) {                                                            \
                    const L a = lanes[k], v = (L)x[i + k];                                                   \
                    lanes[k] = EXPRESSION;                                                                   \
                }                                                                                            \
        for (; i < n; i++) {                                                                                 \
            const L a = lanes[i % LANES], v = (L)x[i * stride];                                              \
            lanes[i % LANES] = EXPRESSION;                                                                   \
        }                                                                                                    \
        A total = out->SIDE;                                                                                 \
        for (int k = 0; k < used; k++) {                                                                     \
            const A a = total, v = (A)lanes[k];                                                              \
            total = JOIN;                                                                                    \
        }                                                                                                    \
        out->SIDE = total;                                                                                   \
    }

/* An Accumulator is seen as its side: of members of unions GCC makes no vectors. */
#define DEFINE_COLUMN(NAME, T, A, EXPRESSION)                                                                \
    static inline void columns_##NAME(const T *restrict x, int64_t n, int64_t stride,                        \
                                      const double *restrict sp, int64_t step, A *restrict out)              \
    {                                                                                                        \
        for (int64_t i = 0; i < n; i++) {                                                                    \
            const double s = sp[i * step];                                                                   \
            (void)s;                                                                                         \
            const A a = out[i], v = (A)x[i * stride];                                                        \
            out[i] = EXPRESSION;                                                                             \
        }                                                                                                    \
    }                                                                                                        \
    static void column_##NAME(const void *x, int64_t n, int64_t stride, const double *sp, Accumulator *out)  \
    {                                                                                                        \
        const double none = 0;                                                                               \
        if (stride == 1 && sp == NULL)                                                                       \
            columns_##NAME(x, n, 1, &none, 0, (A *)out);                                                     \
        else if (stride == 1)                                                                                \
            columns_##NAME(x, n, 1, sp, 1, (A *)out);                                                        \
        else                                                                                                 \
            columns_##NAME(x, n, stride, sp != NULL ? sp : &none, sp != NULL, (A *)out);                     \
    }

#define DEFINE_JOIN(NAME, A, JOIN)                                                                           \
    static void join_##NAME(const Accumulator *from, int64_t n, Accumulator *to)                             \
    {                                                                                                        \
        const A *more = (const A *)from;                                                                     \
        A *out = (A *)to;                                                                                    \
        for (int64_t i = 0; i < n; i++) {                                                                    \
            const A a = out[i], v = more[i];                                                                 \
            out[i] = JOIN;                                                                                   \
        }                                                                                                    \
    }

#define WRAP_ADD(a, v) ((int64_t)((uint64_t)(a) + (uint64_t)(v)))
#define WRAP_MUL(a, v) ((int64_t)((uint64_t)(a) * (uint64_t)(v)))
#define NAN_MAX(a, v)  ((((v) > (a)) | ((v) != (v))) ? (v) : (a)) /* without branches, for vectors */
#define NAN_MIN(a, v)  ((((v) < (a)) | ((v) != (v))) ? (v) : (a))

/* X(name, T, lanes, start, expression, join) for each kind, in FoldKind's order. Extremes need no more digits
 * than the elements have. */
#define FLOAT_FOLDS(X, T, EXP)                                                                               \
    X(sum, T, double, 0, a + v, a + v)                                                                       \
    X(prod, T, double, 1, a *v, a *v)                                                                        \
    X(max, T, T, -INFINITY, NAN_MAX(a, v), NAN_MAX(a, v))                                                    \
    X(min, T, T, INFINITY, NAN_MIN(a, v), NAN_MIN(a, v))                                                     \
    X(nonzero, T, double, 0, a + (v != 0), a + v)                                                            \
    X(square, T, double, 0, a + (v - s) * (v - s), a + v)                                                    \
    X(abs, T, double, 0, a + fabs(v), a + v)                                                                 \
    X(pow, T, double, 0, a + pow(fabs(v), s), a + v)                                                         \
    X(exp, T, double, 0, a + EXP(v - s), a + v)                                                              \
    X(abs_max, T, double, 0, NAN_MAX(a, fabs(v)), NAN_MAX(a, v))                                             \
    X(abs_min, T, double, INFINITY, NAN_MIN(a, fabs(v)), NAN_MIN(a, v))

#define INTEGER_FOLDS(X, T)                                                                                  \
    X(sum, T, int64_t, 0, WRAP_ADD(a, v), WRAP_ADD(a, v))                                                    \
    X(prod, T, int64_t, 1, WRAP_MUL(a, v), WRAP_MUL(a, v))                                                   \
    X(max, T, int64_t, INT64_MIN, (v > a ? v : a), (v > a ? v : a))                                          \
    X(min, T, int64_t, INT64_MAX, (v < a ? v : a), (v < a ? v : a))                                          \
    X(nonzero, T, int64_t, 0, a + (v != 0), a + v)

#define DEFINE_FLOAT(KIND, T, L, START, EXPRESSION, JOIN)                                                    \
    DEFINE_ROW(KIND##_##T, T, L, double, f, START, EXPRESSION, JOIN)                                         \
    DEFINE_COLUMN(KIND##_##T, T, double, EXPRESSION)                                                         \
    DEFINE_JOIN(KIND##_##T, double, JOIN)
#define DEFINE_INTEGER(KIND, T, L, START, EXPRESSION, JOIN)                                                  \
    DEFINE_ROW(KIND##_##T, T, L, int64_t, i, START, EXPRESSION, JOIN)                                        \
    DEFINE_COLUMN(KIND##_##T, T, int64_t, EXPRESSION)                                                        \
    DEFINE_JOIN(KIND##_##T, int64_t, JOIN)

FLOAT_FOLDS(DEFINE_FLOAT, float, exp_wide)
FLOAT_FOLDS(DEFINE_FLOAT, double, exp)
INTEGER_FOLDS(DEFINE_INTEGER, int64_t)
INTEGER_FOLDS(DEFINE_INTEGER, int32_t)
INTEGER_FOLDS(DEFINE_INTEGER, uint8_t)

#define ENTRY_FLOAT(KIND, T, L, START, EXPRESSION, JOIN)                                                     \
    {false, {.f = START}, row_##KIND##_##T, column_##KIND##_##T, join_##KIND##_##T},
#define ENTRY_INTEGER(KIND, T, L, START, EXPRESSION, JOIN)                                                   \
    {true, {.i = START}, row_##KIND##_##T, column_##KIND##_##T, join_##KIND##_##T},

/* By dtype, bools as bytes. */
const FoldTable TABLE = {
    [DTYPE_FLOAT32] = {FLOAT_FOLDS(ENTRY_FLOAT, float, exp_wide)},
    [DTYPE_FLOAT64] = {FLOAT_FOLDS(ENTRY_FLOAT, double, exp)},
    [DTYPE_INT64] = {INTEGER_FOLDS(ENTRY_INTEGER, int64_t)},
    [DTYPE_INT32] = {INTEGER_FOLDS(ENTRY_INTEGER, int32_t)},
    [DTYPE_UINT8] = {INTEGER_FOLDS(ENTRY_INTEGER, uint8_t)},
    [DTYPE_BOOL] = {INTEGER_FOLDS(ENTRY_INTEGER, uint8_t)},
};
