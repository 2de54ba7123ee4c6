/* One instruction set's table of unary_f32.h: defines TABLE, which the including file names. */
#include "core/cpu/float_math.h"
#include "core/cpu/unary_f32.h"
#include "core/cpu/unary_rows.h"

/* What float_math.h has not is the C library's: the compiler's own instructions, or calls. */
#define PLAIN(name)                                                                                          \
    static inline float name##_f32(float x)                                                                  \
    {                                                                                                        \
        return name##f(x);                                                                                   \
    }
PLAIN(sqrt)
PLAIN(fabs)
PLAIN(floor)
PLAIN(ceil)
PLAIN(nearbyint)
PLAIN(trunc)
PLAIN(sin)
PLAIN(cos)
PLAIN(tan)
PLAIN(asin)
PLAIN(acos)
PLAIN(atan)

#define VECTOR(name) name##_f32
FLOAT_FUNCTIONS(f32, VECTOR)
FLOAT_UNARIES(SAME_ROW, f32, VECTOR)
TESTS(TEST_ROW, f32)
SLOPES(SLOPE_ROW, f32, VECTOR)

const UnaryRows TABLE = {.rows = {FLOAT_UNARIES(ENTRY, f32, VECTOR) TESTS(ENTRY, f32)},
                         .slopes = {SLOPES(ENTRY, f32, VECTOR)}};
