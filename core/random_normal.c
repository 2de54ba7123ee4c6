/* Sixteen normal numbers at a time, as PyTorch's normal_ makes them from 16 elements on.
 *
 * Box and Muller (1958): from u1 and u2 uniform in (0, 1], sqrt(-2 log u1) cos(2 pi u2) and the same with sin
 * are independent and normal. The first eight of sixteen numbers serve as u1, the last eight as u2.
 *
 * In float32 PyTorch uses its own logarithm, sine and cosine, whose last bits differ from the C library's:
 * those of the Cephes library by Stephen Moshier (logf.c, sinf.c), evaluated on vectors (Julien Pommier's
 * avx_mathfun). To give the same bits, the functions below evaluate the same polynomials in the same order,
 * with fma where PyTorch's builds for x86 contract a product and a sum. */
#include "core/random_engine.h"

#include <math.h>
#include <string.h>

static uint32_t bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static float float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static float horner(float x, const float *coefficients, int n)
{
    float y = coefficients[0];
    for (int i = 1; i < n; i++)
        y = fmaf(y, x, coefficients[i]);
    return y;
}

/* log(x) for normal x > 0. With x = m 2^e and m in [sqrt(1/2), sqrt(2)): log m is a polynomial in m - 1, and
 * e log 2 is added in two parts. */
static float cephes_log(float x)
{
    static const float p[] = {7.0376836292e-2f,  -1.1514610310e-1f, 1.1676998740e-1f,
                              -1.2420140846e-1f, 1.4249322787e-1f,  -1.6668057665e-1f,
                              2.0000714765e-1f,  -2.4999993993e-1f, 3.3333331174e-1f};
    uint32_t bits = bits_of(x);
    float e = (float)((int32_t)(bits >> 23) - 126);
    float m = float_of((bits & 0x807fffffu) | 0x3f000000u); /* in [1/2, 1) */
    if (m < 0.707106781186547524f) {
        e -= 1.0f;
        m = (m - 1.0f) + m;
    } else {
        m -= 1.0f;
    }
    float z = m * m;
    float y = fmaf(horner(m, p, 9) * m, z, e * -2.12194440e-4f);
    y = fmaf(z, -0.5f, y);
    return fmaf(e, 0.693359375f, m + y);
}

/* sin(x) and cos(x) for 0 <= x < 8192. x is brought into [-pi/4, pi/4] by taking away an even number of pi/4,
 * itself split in three so that nothing is lost; the number says which polynomial, and which sign, is whose.
 */
static void cephes_sincos(float x, float *sine, float *cosine)
{
    static const float sin_p[] = {-1.9515295891e-4f, 8.3321608736e-3f, -1.6666654611e-1f};
    static const float cos_p[] = {2.443315711809948e-5f, -1.388731625493765e-3f, 4.166664568298827e-2f};
    uint32_t octant = ((uint32_t)(x * 1.27323954473516f) + 1) & ~1u;
    float y = (float)octant;
    x = fmaf(y, -0.78515625f, x);
    x = fmaf(y, -2.4187564849853515625e-4f, x);
    x = fmaf(y, -3.77489497744594108e-8f, x);
    float z = x * x;
    float c = fmaf(horner(z, cos_p, 3) * z, z, z * -0.5f) + 1.0f;
    float s = fmaf(horner(z, sin_p, 3) * z, x, x);
    bool swap = octant & 2;
    *sine = swap ? c : s;
    *cosine = swap ? s : c;
    if (octant & 4)
        *sine = -*sine;
    if (!((octant - 2) & 4))
        *cosine = -*cosine;
}

void normal_fill_16_float(float *data, float mean, float std)
{
    for (int j = 0; j < 8; j++) {
        float u1 = 1.0f - data[j], u2 = data[j + 8]; /* u1 in (0, 1], for the logarithm */
        float radius = sqrtf(-2.0f * cephes_log(u1));
        float sine, cosine;
        cephes_sincos((float)(2.0 * M_PI) * u2, &sine, &cosine);
        data[j] = fmaf(radius * cosine, std, mean);
        data[j + 8] = fmaf(radius * sine, std, mean);
    }
}

void normal_fill_16_double(double *data, double mean, double std)
{
    for (int j = 0; j < 8; j++) {
        double u1 = 1.0 - data[j], u2 = data[j + 8];
        double radius = sqrt(-2.0 * log(u1));
        double theta = 2.0 * M_PI * u2;
        data[j] = fma(radius * cos(theta), std, mean);
        data[j + 8] = fma(radius * sin(theta), std, mean);
    }
}
