/* What the pointwise kernels share: each operation is one line of a list, from which a loop over a row is
 * made for each type of elements it takes. */
#ifndef TAPER_CORE_CPU_POINTWISE_H
#define TAPER_CORE_CPU_POINTWISE_H

#include <math.h>

#include "core/cpu/walk.h"

typedef float f32;
typedef double f64;
typedef int64_t i64;
typedef int32_t i32;
typedef uint8_t u8;
typedef bool b8;

typedef struct Parameters {
    double a, b;
} Parameters;

/* F32(name) and F64(name): the C library's function of the type. */
#define F32(name) name##f
#define F64(name) name

static inline bool negative(int64_t x)
{
    return x < 0;
}

/* Loops with and without strides; the first is what the compiler vectorises. */
#define EACH(n, dense, body_dense, body_strided)                                                             \
    if (dense)                                                                                               \
        for (int64_t i = 0; i < (n); i++)                                                                    \
            body_dense;                                                                                      \
    else                                                                                                     \
        for (int64_t i = 0; i < (n); i++)                                                                    \
        body_strided

/* A row's entry in a table. */
#define ENTRY(op, name, T, expression) [op] = name##_##T##_row,

#endif
