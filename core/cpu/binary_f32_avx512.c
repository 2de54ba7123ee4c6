/* binary_f32.h with AVX-512. */
#define TABLE binary_f32_avx512
#include "core/cpu/binary_f32_set.h"
