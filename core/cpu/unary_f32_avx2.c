/* unary_f32.h with AVX2. */
#define TABLE unary_f32_avx2
#include "core/cpu/unary_f32_set.h"
