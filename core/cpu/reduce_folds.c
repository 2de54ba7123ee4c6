/* The folds, written once as expressions and expanded for every dtype. A row runs in LANES independent
 * accumulators so that the compiler can keep them in vector registers; they are joined at the end. */
#include "core/cpu/reduce_folds.h"

#include <math.h>
#include <stddef.h>

enum { LANES = 8 };

/* T is the dtype in memory, A that of the accumulator, SIDE its name in the union, L that of the lanes. */
#define DEFINE_ROW(NAME, T, L, A, SIDE, START, EXPRESSION, JOIN)                                             \
    static void row_##NAME(const void *data, int64_t n, int64_t stride, const double *sp, Accumulator *out)  \
    {                                                                                                        \
        const T *x = data;                                                                                   \
        const double s = sp ? *sp : 0;                                                                       \
        (void)s;                                                                                             \
        L lanes[LANES];                                                                                      \
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
        for (int k = 0; k < LANES; k++) {                                                                    \
            const A a = total, v = (A)lanes[k];                                                              \
            total = JOIN;                                                                                    \
        }                                                                                                    \
        out->SIDE = total;                                                                                   \
    }

#define DEFINE_COLUMN(NAME, T, A, SIDE, EXPRESSION)                                                          \
    static void column_##NAME(const void *data, int64_t n, int64_t stride, const double *sp,                 \
                              Accumulator *restrict out)                                                     \
    {                                                                                                        \
        const T *restrict x = data;                                                                          \
        if (stride == 1 && sp == NULL) {                                                                     \
            const double s = 0;                                                                              \
            (void)s;                                                                                         \
            for (int64_t i = 0; i < n; i++) {                                                                \
                const A a = out[i].SIDE, v = (A)x[i];                                                        \
                out[i].SIDE = EXPRESSION;                                                                    \
            }                                                                                                \
            return;                                                                                          \
        }                                                                                                    \
        for (int64_t i = 0; i < n; i++) {                                                                    \
            const double s = sp ? sp[i] : 0;                                                                 \
            (void)s;                                                                                         \
            const A a = out[i].SIDE, v = (A)x[i * stride];                                                   \
            out[i].SIDE = EXPRESSION;                                                                        \
        }                                                                                                    \
    }

#define DEFINE_JOIN(NAME, A, SIDE, JOIN)                                                                     \
    static void join_##NAME(const Accumulator *from, int64_t n, Accumulator *out)                            \
    {                                                                                                        \
        for (int64_t i = 0; i < n; i++) {                                                                    \
            const A a = out[i].SIDE, v = from[i].SIDE;                                                       \
            out[i].SIDE = JOIN;                                                                              \
        }                                                                                                    \
    }

#define WRAP_ADD(a, v) ((int64_t)((uint64_t)(a) + (uint64_t)(v)))
#define WRAP_MUL(a, v) ((int64_t)((uint64_t)(a) * (uint64_t)(v)))
#define NAN_MAX(a, v)  ((((v) > (a)) | ((v) != (v))) ? (v) : (a)) /* without branches, for vectors */
#define NAN_MIN(a, v)  ((((v) < (a)) | ((v) != (v))) ? (v) : (a))

/* X(name, T, lanes, start, expression, join) for each kind, in FoldKind's order. Extremes need no more digits
 * than the elements have. */
#define FLOAT_FOLDS(X, T)                                                                                    \
    X(sum, T, double, 0, a + v, a + v)                                                                       \
    X(prod, T, double, 1, a *v, a *v)                                                                        \
    X(max, T, T, -INFINITY, NAN_MAX(a, v), NAN_MAX(a, v))                                                    \
    X(min, T, T, INFINITY, NAN_MIN(a, v), NAN_MIN(a, v))                                                     \
    X(nonzero, T, double, 0, a + (v != 0), a + v)                                                            \
    X(square, T, double, 0, a + (v - s) * (v - s), a + v)                                                    \
    X(abs, T, double, 0, a + fabs(v), a + v)                                                                 \
    X(pow, T, double, 0, a + pow(fabs(v), s), a + v)                                                         \
    X(exp, T, double, 0, a + exp(v - s), a + v)                                                              \
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
    DEFINE_COLUMN(KIND##_##T, T, double, f, EXPRESSION)                                                      \
    DEFINE_JOIN(KIND##_##T, double, f, JOIN)
#define DEFINE_INTEGER(KIND, T, L, START, EXPRESSION, JOIN)                                                  \
    DEFINE_ROW(KIND##_##T, T, L, int64_t, i, START, EXPRESSION, JOIN)                                        \
    DEFINE_COLUMN(KIND##_##T, T, int64_t, i, EXPRESSION)                                                     \
    DEFINE_JOIN(KIND##_##T, int64_t, i, JOIN)

FLOAT_FOLDS(DEFINE_FLOAT, float)
FLOAT_FOLDS(DEFINE_FLOAT, double)
INTEGER_FOLDS(DEFINE_INTEGER, int64_t)
INTEGER_FOLDS(DEFINE_INTEGER, int32_t)
INTEGER_FOLDS(DEFINE_INTEGER, uint8_t)

#define ENTRY_FLOAT(KIND, T, L, START, EXPRESSION, JOIN)                                                     \
    {false, {.f = START}, row_##KIND##_##T, column_##KIND##_##T, join_##KIND##_##T},
#define ENTRY_INTEGER(KIND, T, L, START, EXPRESSION, JOIN)                                                   \
    {true, {.i = START}, row_##KIND##_##T, column_##KIND##_##T, join_##KIND##_##T},

static const Fold float32_folds[FOLD_KINDS] = {FLOAT_FOLDS(ENTRY_FLOAT, float)};
static const Fold float64_folds[FOLD_KINDS] = {FLOAT_FOLDS(ENTRY_FLOAT, double)};
static const Fold int64_folds[FOLD_KINDS] = {INTEGER_FOLDS(ENTRY_INTEGER, int64_t)};
static const Fold int32_folds[FOLD_KINDS] = {INTEGER_FOLDS(ENTRY_INTEGER, int32_t)};
static const Fold uint8_folds[FOLD_KINDS] = {INTEGER_FOLDS(ENTRY_INTEGER, uint8_t)};

const Fold *reduce_fold(FoldKind kind, DType dtype)
{
    static const Fold *const folds[DTYPE_COUNT] = {
        [DTYPE_FLOAT32] = float32_folds, [DTYPE_FLOAT64] = float64_folds, [DTYPE_INT64] = int64_folds,
        [DTYPE_INT32] = int32_folds,     [DTYPE_UINT8] = uint8_folds,     [DTYPE_BOOL] = uint8_folds,
    };
    if (folds[dtype] == NULL || folds[dtype][kind].row == NULL)
        return NULL;
    return &folds[dtype][kind];
}
