/* optimizer_loops.h with AVX2. */
#define TABLE optimizer_loops_avx2
#include "core/cpu/optimizer_loops_set.h"
