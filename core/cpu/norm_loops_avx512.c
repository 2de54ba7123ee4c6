/* norm_loops.h with AVX-512. */
#define TABLE norm_loops_avx512
#include "core/cpu/norm_loops_set.h"
