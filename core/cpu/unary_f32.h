/* Rows of functions of one float32, once for each set of instructions. */
#ifndef TAPER_CORE_CPU_UNARY_F32_H
#define TAPER_CORE_CPU_UNARY_F32_H

#include "core/backend.h"
#include "core/cpu/walk.h"

typedef struct UnaryRows {
    WalkRow rows[UNARY_COUNT], slopes[UNARY_COUNT];
} UnaryRows;

extern const UnaryRows unary_f32_portable;
#if defined(__x86_64__)
extern const UnaryRows unary_f32_avx2, unary_f32_avx512;
#endif

/* The table for this processor. */
const UnaryRows *unary_f32(void);

#endif
