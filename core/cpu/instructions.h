/* Which sets of instructions this processor has. Loops that gain by them stand in a header that is compiled
 * once for each set, into tables NAME_portable, NAME_avx2 and NAME_avx512. */
#ifndef TAPER_CORE_CPU_INSTRUCTIONS_H
#define TAPER_CORE_CPU_INSTRUCTIONS_H

/* a * b + c, rounded once where the instruction set can. */
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
#define FUSED(f, a, b, c) f((a), (b), (c))
#else
#define FUSED(f, a, b, c) ((a) * (b) + (c))
#endif

#if defined(__x86_64__)
#define HAS_AVX2() (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
#define HAS_AVX512()                                                                                         \
    (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&                              \
     __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))

/* The address of the best table for this processor. */
#define BEST_TABLE(name) (HAS_AVX512() ? &name##_avx512 : HAS_AVX2() ? &name##_avx2 : &name##_portable)
#else
#define BEST_TABLE(name) (&name##_portable)
#endif

#endif
