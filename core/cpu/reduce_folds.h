/* Folds: the inner loops of reductions. A fold takes elements into an accumulator, one function per kind and
 * dtype; core/cpu/reduce.c decides which elements go into which accumulator. */
#ifndef TAPER_CORE_CPU_REDUCE_FOLDS_H
#define TAPER_CORE_CPU_REDUCE_FOLDS_H

#include "core/dtype.h"

/* What is done to an accumulator a with an element v; s is a number of the output's own, given by the caller.
 * The kinds from FOLD_SQUARE on exist for floating point only. */
typedef enum FoldKind {
    FOLD_SUM,     /* a + v */
    FOLD_PROD,    /* a v */
    FOLD_MAX,     /* max(a, v), NaN if there is one */
    FOLD_MIN,     /* likewise */
    FOLD_NONZERO, /* a + (v != 0) */
    FOLD_SQUARE,  /* a + (v - s)^2 */
    FOLD_ABS,     /* a + |v| */
    FOLD_POW,     /* a + |v|^s */
    FOLD_EXP,     /* a + e^(v - s), of float32 at least e^-200 */
    FOLD_ABS_MAX, /* max(a, |v|) */
    FOLD_ABS_MIN, /* min(a, |v|) */
    FOLD_KINDS
} FoldKind;

/* Floating point accumulates in double: float32 sums are then exact to their last bit in practice, whatever
 * their length and order. Integers (and all counts of integers) accumulate in int64, wrapping. */
typedef union Accumulator {
    double f;
    int64_t i;
} Accumulator;

typedef struct Fold {
    bool integer; /* which side of the Accumulator is used */
    Accumulator start;
    /* n elements, `stride` apart, into one accumulator; s may be NULL if the kind has none */
    void (*row)(const void *x, int64_t n, int64_t stride, const double *s, Accumulator *a);
    /* n elements, each into its own accumulator */
    void (*column)(const void *x, int64_t n, int64_t stride, const double *s, Accumulator *a);
    /* n accumulators into n others */
    void (*join)(const Accumulator *from, int64_t n, Accumulator *a);
} Fold;

/* One table for each set of instructions. */
typedef Fold FoldTable[DTYPE_COUNT][FOLD_KINDS];
extern const FoldTable reduce_folds_portable, reduce_folds_avx2, reduce_folds_avx512;

/* NULL for a dtype that has no such fold. */
const Fold *reduce_fold(FoldKind kind, DType dtype);

#endif
