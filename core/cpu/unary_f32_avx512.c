/* unary_f32.h with AVX-512. */
#define TABLE unary_f32_avx512
#include "core/cpu/unary_f32_set.h"
