/* One instruction set's table of binary_f32.h: defines TABLE, which the including file names. */
#include <float.h>

#include "core/cpu/binary_f32.h"
#include "core/cpu/binary_rows.h"

/* x - q y with the whole part q of x / y: exact in double while q is short, and then vectors do it. The
 * rounded quotient can be a whole number that the true one misses, which the sign of the rest tells. */
static inline f32 fmod_f32(f32 x, f32 y)
{
    f64 q = trunc((f64)x / (f64)y), rest = fabs((f64)x) - fabs(q * (f64)y);
    return (f32)copysign(rest < 0 ? rest + fabs((f64)y) : rest, (f64)x);
}

/* Are all quotients of a row below 2^28, and all divisors finite? */
static bool short_quotients(char *const *data, const int64_t *s, int64_t n)
{
    const f32 *x = (const f32 *)data[1], *y = (const f32 *)data[2];
    int others = 0;
    EACH(n, s[1] == 1 && s[2] == 1,
         others |= !((fabsf(x[i]) < fabsf(y[i]) * 0x1p28f) & (fabsf(y[i]) <= FLT_MAX)),
         others |= !((fabsf(x[i * s[1]]) < fabsf(y[i * s[2]]) * 0x1p28f) & (fabsf(y[i * s[2]]) <= FLT_MAX)));
    return others == 0;
}

#define PLAIN(name)                                                                                          \
    static inline f32 name##_f32(f32 x, f32 y)                                                               \
    {                                                                                                        \
        return name##f(x, y);                                                                                \
    }
PLAIN(pow)
PLAIN(atan2)

#define FAST(name) name##_f32
FLOAT_FUNCTIONS(f32, FAST)
FLOAT_BINARIES(SAME_ROW2, f32, FAST)
DIVISIONS(SAME_ROW2, f32, FAST)
COMPARISONS(TEST_ROW2, f32)

/* The divisions of any numbers, with the C library's fmod. */
typedef f32 any;
#define PARAMETER_any(a) PARAMETER_f32(a)
FLOAT_FUNCTIONS(any, F32)
DIVISIONS(SAME_ROW2, any, F32)

#define EITHER_ROW(op, name, T, expression)                                                                  \
    static void name##_row(char *const *data, const int64_t *s, int64_t n, const void *context)              \
    {                                                                                                        \
        (short_quotients(data, s, n) ? name##_f32_row : name##_any_row)(data, s, n, context);                \
    }
#define EITHER_ENTRY(op, name, T, expression) [op] = name##_row,
DIVISIONS(EITHER_ROW, f32, FAST)

const BinaryRows TABLE = {.rows = {FLOAT_BINARIES(ENTRY, f32, FAST) DIVISIONS(EITHER_ENTRY, f32, FAST)},
                          .comparisons = {COMPARISONS(ENTRY, f32)}};
