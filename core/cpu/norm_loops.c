/* norm_loops.h for any processor, and the choice of the best there is. */
#define TABLE norm_loops_portable
#include "core/cpu/norm_loops_set.h"

const NormLoops *norm_loops(DType dtype)
{
    if (dtype != DTYPE_FLOAT32 && dtype != DTYPE_FLOAT64)
        return NULL;
    int i = dtype == DTYPE_FLOAT64;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
        return &norm_loops_avx512[i];
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return &norm_loops_avx2[i];
#endif
    return &norm_loops_portable[i];
}
