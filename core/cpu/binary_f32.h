/* Rows of functions of two float32, once for each set of instructions. */
#ifndef TAPER_CORE_CPU_BINARY_F32_H
#define TAPER_CORE_CPU_BINARY_F32_H

#include "core/backend.h"
#include "core/cpu/walk.h"

typedef struct BinaryRows {
    WalkRow rows[BINARY_COUNT], comparisons[COMPARE_COUNT];
} BinaryRows;

extern const BinaryRows binary_f32_portable;
#if defined(__x86_64__)
extern const BinaryRows binary_f32_avx2, binary_f32_avx512;
#endif

/* The table for this processor. */
const BinaryRows *binary_f32(void);

#endif
