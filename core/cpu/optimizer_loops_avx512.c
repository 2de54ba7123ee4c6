/* optimizer_loops.h with AVX-512. */
#define TABLE optimizer_loops_avx512
#include "core/cpu/optimizer_loops_set.h"
