/* One instruction set's table of norm_loops.h: defines TABLE, which the including file names. */
#include "core/cpu/norm_loops.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

enum { LANES = 32 }; /* the sums that a row is spread over */

#define T          float
#define PLACE      int32_t
#define NAME(loop) loop##_float
#include "core/cpu/norm_loops_body.h"
#undef T
#undef PLACE
#undef NAME

#define T          double
#define PLACE      int64_t
#define NAME(loop) loop##_double
#include "core/cpu/norm_loops_body.h"
#undef T
#undef PLACE
#undef NAME

#define LOOPS(T)                                                                                             \
    {                                                                                                        \
        .row_moments = row_moments_##T, .row_scale = row_scale_##T, .row_products = row_products_##T,        \
        .row_gradient = row_gradient_##T, .column_moments = column_moments_##T,                              \
        .column_scale = column_scale_##T, .column_products = column_products_##T,                            \
        .column_gradient = column_gradient_##T, .row_affine = row_affine_##T,                                \
        .row_weighted_products = row_weighted_products_##T,                                                  \
        .row_weighted_gradient = row_weighted_gradient_##T, .row_parameters = row_parameters_##T,            \
        .row_sum = row_sum_##T, .column_sum = column_sum_##T, .window_max = window_max_##T,                  \
        .window_mean = window_mean_##T                                                                       \
    }

const NormLoops TABLE[2] = {LOOPS(float), LOOPS(double)};
