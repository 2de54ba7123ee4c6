/* unary_f32.h for any processor, and the choice of the best there is. */
#define TABLE unary_f32_portable
#include "core/cpu/unary_f32_set.h"

const UnaryRows *unary_f32(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
        return &unary_f32_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return &unary_f32_avx2;
#endif
    return &unary_f32_portable;
}
