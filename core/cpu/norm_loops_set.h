/* One instruction set's table of norm_loops.h: defines TABLE, which the including file names. */
#include "core/cpu/norm_loops.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define T          float
#define NAME(loop) loop##_float
#include "core/cpu/norm_loops_body.h"
#undef T
#undef NAME

#define T          double
#define NAME(loop) loop##_double
#include "core/cpu/norm_loops_body.h"
#undef T
#undef NAME

#define LOOPS(T)                                                                                             \
    {                                                                                                        \
        row_moments_##T, row_scale_##T, row_products_##T, row_gradient_##T, column_moments_##T,              \
            column_scale_##T, column_products_##T, column_gradient_##T, row_affine_##T,                      \
            row_weighted_products_##T, row_weighted_gradient_##T, row_parameters_##T, row_sum_##T,           \
            column_sum_##T                                                                                   \
    }

const NormLoops TABLE[2] = {LOOPS(float), LOOPS(double)};
