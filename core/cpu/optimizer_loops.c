/* optimizer_loops.h for any processor, and the choice of the best there is. */
#define TABLE optimizer_loops_portable
#include "core/cpu/optimizer_loops_set.h"

const OptimizerLoops *optimizer_loops(DType dtype)
{
    if (dtype != DTYPE_FLOAT32 && dtype != DTYPE_FLOAT64)
        return NULL;
    int i = dtype == DTYPE_FLOAT64;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
        return &optimizer_loops_avx512[i];
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return &optimizer_loops_avx2[i];
#endif
    return &optimizer_loops_portable[i];
}
