/* binary_f32.h with AVX2. */
#define TABLE binary_f32_avx2
#include "core/cpu/binary_f32_set.h"
