/* norm_loops.h with AVX2. */
#define TABLE norm_loops_avx2
#include "core/cpu/norm_loops_set.h"
