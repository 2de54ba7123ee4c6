/* What the pointwise kernels share: each operation is one line of a list, from which a loop over a row is
 * made for each type of elements it takes. */
#ifndef TAPER_CORE_CPU_POINTWISE_H
#define TAPER_CORE_CPU_POINTWISE_H

#include <math.h>

#include "core/cpu/elements.h"
#include "core/cpu/walk.h"

typedef struct Parameters {
    double a, b;
} Parameters;

/* F32(name) and F64(name): the C library's function of the type. */
#define F32(name) name##f
#define F64(name) name

/* A parameter in the type of the elements; negative numbers wrap around in unsigned ones. */
#define PARAMETER_f32(a) ((f32)(a))
#define PARAMETER_f64(a) (a)
#define PARAMETER_i64(a) ((i64)(a))
#define PARAMETER_i32(a) ((i32)(i64)(a))
#define PARAMETER_u8(a)  ((u8)(i64)(a))
#define PARAMETER_b8(a)  ((a) != 0)

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
