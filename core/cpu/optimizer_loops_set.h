/* One instruction set's table of optimizer_loops.h: defines TABLE, which the including file names. */
#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/cpu/instructions.h"
#include "core/cpu/optimizer_loops.h"

#define T             float
#define NAME(loop)    loop##_float
#define MADD(a, b, c) FUSED(__builtin_fmaf, a, b, c)
#define SQRT(x)       sqrtf(x)
#include "core/cpu/optimizer_loops_body.h"
#undef T
#undef NAME
#undef MADD
#undef SQRT

#define T             double
#define NAME(loop)    loop##_double
#define MADD(a, b, c) FUSED(__builtin_fma, a, b, c)
#define SQRT(x)       sqrt(x)
#include "core/cpu/optimizer_loops_body.h"
#undef T
#undef NAME
#undef MADD
#undef SQRT

#define LOOPS(T)                                                                                             \
    {                                                                                                        \
        .sgd_row = sgd_row_##T, .adam_row = adam_row_##T, .rmsprop_row = rmsprop_row_##T,                    \
        .adagrad_row = adagrad_row_##T                                                                       \
    }

const OptimizerLoops TABLE[2] = {LOOPS(float), LOOPS(double)};
