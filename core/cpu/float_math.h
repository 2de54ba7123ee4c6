/* Functions of float32 that the compiler can vectorise: no branches, no tables, no calls. Most calculate in
 * double, where the exponents of all float32 are ordinary ones and rounding is far below a float's last bit,
 * so that short polynomials give results within one unit in the last place, and the same bits with every
 * instruction set. Named as the C library's, with _f32 behind.
 *
 * Those named _narrow_f32, and sigmoid, calculate in float: twice as fast, within 2.5 units in the last
 * place, as PyTorch's, and with products fused where the processor can. The polynomials are Chebyshev fits.
 */
#ifndef TAPER_CORE_CPU_FLOAT_MATH_H
#define TAPER_CORE_CPU_FLOAT_MATH_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "core/cpu/instructions.h"

#define FUSED_FLOAT(a, b, c) FUSED(__builtin_fmaf, a, b, c)

static inline uint64_t double_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline double bits_double(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline uint32_t float_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float bits_float(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* e^x - 1 = scale (1 + *fraction) - 1, with scale = 2^n and the fraction e^r - 1 of the rest r of x, |r| <=
 * log(2) / 2. Beyond +-200 a float32 is 0 or infinite anyway. */
static inline double exp_parts(double x, double *fraction)
{
    const double magic = 0x1.8p52; /* adding it leaves a whole number in the low bits */
    x = x < -200 ? -200 : x;
    x = x > 200 ? 200 : x;
    double shifted = x * M_LOG2E + magic, r = x - (shifted - magic) * M_LN2;
    double p = 0x1.a1516ff23043bp-13;
    p = p * r + 0x1.6d431c255d2eep-10;
    p = p * r + 0x1.1110c63704c5ap-7;
    p = p * r + 0x1.5554e90b24c64p-5;
    p = p * r + 0x1.5555556751d01p-3;
    p = p * r + 0x1.0000000b90b3bp-1;
    *fraction = r + r * r * p;
    return bits_double((double_bits(shifted) << 52) + 0x3ff0000000000000u);
}

static inline double exp_wide(double x)
{
    double fraction, scale = exp_parts(x, &fraction);
    return scale + scale * fraction;
}

static inline double expm1_wide(double x)
{
    double fraction, scale = exp_parts(x, &fraction), y = scale * fraction + (scale - 1);
    return x == 0 ? x : y; /* keeps -0 */
}

/* For x = 2^n m with m in [sqrt(1/2), sqrt(2)): log(x) = n log(2) + log(m), and log(m) = 2 atanh(s), a series
 * in s = (m - 1) / (m + 1). Gives n and log(m); x is positive and finite. */
static inline double log_parts(double x, double *log_m)
{
    uint64_t bits = double_bits(x), from_root = bits - 0x3fe6a09e00000000u;
    uint64_t biased = (from_root + (UINT64_C(1024) << 52)) >> 52; /* n + 1024, positive */
    double n = bits_double(biased | 0x4330000000000000u) - (0x1p52 + 1024);
    double m = bits_double(bits - (from_root & 0xfff0000000000000u));
    double s = (m - 1) / (m + 1), z = s * s;
    double p = 1.0 / 11;
    p = p * z + 1.0 / 9;
    p = p * z + 1.0 / 7;
    p = p * z + 1.0 / 5;
    p = p * z + 1.0 / 3;
    *log_m = 2 * s + 2 * s * z * p;
    return n;
}

/* y, a logarithm of x, with its values at the ends of the range and beyond. */
static inline double log_ends(double x, double y)
{
    y = x < HUGE_VAL ? y : x;
    y = x > 0 ? y : -HUGE_VAL;
    return x >= 0 ? y : (double)NAN;
}

static inline double log_wide(double x)
{
    double log_m, n = log_parts(x, &log_m);
    return log_ends(x, n * M_LN2 + log_m);
}

/* 1 + x is rounded; what that took away is given back to first order. */
static inline double log1p_wide(double x)
{
    double u = 1 + x, lost = x < 1 && x > -1 ? x - (u - 1) : 0;
    double y = log_wide(u) + lost / (u != 0 ? u : 1);
    return x == 0 ? x : y;
}

/* log(1 + e^x), which is x from where the 1 no longer counts. */
static inline double log1pexp_wide(double x)
{
    double e = exp_wide(x), u = 1 + e, lost = (e - (u - 1)) / u;
    double log_m, n = log_parts(u, &log_m);
    return x > 50 ? x : n * M_LN2 + log_m + lost;
}

static inline double tanh_wide(double x)
{
    double e = expm1_wide(2 * x);
    return e / (e + 2);
}

/* x (1 + P(x^2)) up to 1, and 1 - e^-Q(x) from there on. */
static inline double erf_wide(double x)
{
    double t = fabs(x), s = t * t;
    double p = -0x1.449782932a3e4p-17;
    p = p * s + 0x1.d89ff43516a51p-14;
    p = p * s - 0x1.bcd3a4872d516p-11;
    p = p * s + 0x1.562abda777819p-8;
    p = p * s - 0x1.b829d0bbdbb84p-6;
    p = p * s + 0x1.ce2f0955e81b9p-4;
    p = p * s - 0x1.81274666d37f9p-2;
    p = p * s + 0x1.20dd750405438p+0;
    double c = t > 4 ? 4 : t;
    double q = 0x1.1abb49e8c9388p-24;
    q = q * c - 0x1.9f6e6c1848b1fp-19;
    q = q * c + 0x1.f7e4c1cedf545p-15;
    q = q * c - 0x1.6105d60f3f598p-11;
    q = q * c + 0x1.490f27089641ep-8;
    q = q * c - 0x1.ba5c194858d0ep-6;
    q = q * c + 0x1.c646db10d145ap-4;
    q = q * c + 0x1.431e1481e87e2p-1;
    q = q * c + 0x1.216f4b64cb37cp+0;
    q = q * c - 0x1.a3f4890c00000p-12;
    double tail = 1 - exp_wide(-q);
    return t > 1 ? copysign(tail, x) : x * p;
}

static inline float exp_f32(float x)
{
    return (float)exp_wide((double)x);
}

static inline float expm1_f32(float x)
{
    return (float)expm1_wide((double)x);
}

static inline float log_f32(float x)
{
    return (float)log_wide((double)x);
}

static inline float log1p_f32(float x)
{
    return (float)log1p_wide((double)x);
}

/* n stays as it is: the logarithms of powers of two are exact. */
static inline float log2_f32(float x)
{
    double wide = (double)x, log_m, n = log_parts(wide, &log_m);
    return (float)log_ends(wide, n + log_m * M_LOG2E);
}

static inline float log10_f32(float x)
{
    return (float)(log_wide((double)x) * M_LOG10E);
}

static inline float log1pexp_f32(float x)
{
    return (float)log1pexp_wide((double)x);
}

static inline float tanh_f32(float x)
{
    return (float)tanh_wide((double)x);
}

/* e^x in float, within 1.5 units in the last place. The power of two is multiplied in two halves, so that the
 * result can become infinite or 0. */
static inline float exp_narrow_f32(float x)
{
    const float magic = 0x1.8p23f;
    x = x < -104 ? -104 : x;
    x = x > 104 ? 104 : x;
    float shifted = x * (float)M_LOG2E + magic, n = shifted - magic;
    float r = (x - n * 0x1.62ep-1f) - n * 0x1.0bfbe8p-15f; /* log(2) in two parts, the first times n exact */
    float p = 1.9875691500e-4f;
    p = FUSED_FLOAT(p, r, 1.3981999507e-3f);
    p = FUSED_FLOAT(p, r, 8.3334519073e-3f);
    p = FUSED_FLOAT(p, r, 4.1665795894e-2f);
    p = FUSED_FLOAT(p, r, 1.6666665459e-1f);
    p = FUSED_FLOAT(p, r, 5.0000001201e-1f);
    int32_t whole = (int32_t)(float_bits(shifted) << 9) >> 9, half = whole >> 1;
    float first = bits_float((uint32_t)(half + 127) << 23);
    float second = bits_float((uint32_t)(whole - half + 127) << 23);
    return (1 + (r + r * r * p)) * first * second;
}

/* The error function in float, as erf_wide with shorter polynomials. */
static inline float erf_narrow_f32(float x)
{
    float t = fabsf(x), s = t * t;
    float p = 0x1.4ae4c6p-14f;
    p = FUSED_FLOAT(p, s, -0x1.a485e8p-11f);
    p = FUSED_FLOAT(p, s, 0x1.5419f4p-8f);
    p = FUSED_FLOAT(p, s, -0x1.b7fbb4p-6f);
    p = FUSED_FLOAT(p, s, 0x1.ce2d2p-4f);
    p = FUSED_FLOAT(p, s, -0x1.81273ep-2f);
    p = FUSED_FLOAT(p, s, 0x1.20dd74p+0f);
    float c = t > 4 ? 4 : t;
    float q = 0x1.2d93aap-10f;
    q = FUSED_FLOAT(q, c, -0x1.e43ffep-7f);
    q = FUSED_FLOAT(q, c, 0x1.6b0bb8p-4f);
    q = FUSED_FLOAT(q, c, 0x1.4f192ap-1f);
    q = FUSED_FLOAT(q, c, 0x1.1e1074p+0f);
    q = FUSED_FLOAT(q, c, 0x1.5e2f06p-9f);
    float tail = 1 - exp_narrow_f32(-q);
    return t > 1 ? copysignf(tail, x) : x * p;
}

static inline float sigmoid_f32(float x)
{
    return 1 / (1 + exp_narrow_f32(-x));
}

/* tanh(log(1 + e^x)), what mish multiplies x by. */
static inline float mish_gate_f32(float x)
{
    return (float)tanh_wide(log1pexp_wide((double)x));
}

static inline float erf_f32(float x)
{
    return (float)erf_wide((double)x);
}

static inline float sinh_f32(float x)
{
    double e = expm1_wide(fabs((double)x));
    return (float)copysign(0.5 * (e + e / (e + 1)), (double)x);
}

static inline float cosh_f32(float x)
{
    double e = exp_wide((double)x);
    return (float)(0.5 * (e + 1 / e));
}

#endif
