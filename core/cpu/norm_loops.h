/* The inner loops of batch_norm, layer_norm and average pooling, for float32 and float64, compiled for
 * several instruction sets from one source (norm_loops_body.h).
 *
 * A row is n elements at one stride that share mean and scale: a channel of an image in NCHW, a row of
 * layer_norm. Columns are `pixels` rows of `c` neighbouring elements, each with a mean and scale of its own:
 * images in channels_last. All sums are taken in double, in the same order for every instruction set and any
 * number of threads. */
#ifndef TAPER_CORE_CPU_NORM_LOOPS_H
#define TAPER_CORE_CPU_NORM_LOOPS_H

#include "core/dtype.h"

/* Sums over rows are LANES sums of every LANES-th element, so that they fit vector registers; row sums write
 * to two sets of them, which lanes_total adds up when all rows have been seen. */
enum { LANES = 32 };
typedef struct Lanes {
    double s[2 * LANES];
} Lanes;

static inline double lanes_total(const Lanes *lanes, int set)
{
    double s[LANES];
    for (int k = 0; k < LANES; k++)
        s[k] = lanes->s[set * LANES + k];
    for (int half = LANES / 2; half > 0; half /= 2)
        for (int k = 0; k < half; k++)
            s[k] += s[k + half];
    return s[0];
}

typedef struct NormLoops {
    /* first set of lanes += sum (x - pivot), second += sum (x - pivot)^2 */
    void (*row_moments)(const void *x, int64_t sx, int64_t n, double pivot, double *lanes);
    /* out = x k[0] + k[1] */
    void (*row_scale)(void *out, int64_t so, const void *x, int64_t sx, int64_t n, const double *k);
    /* first += sum grad, second += sum grad (x - mean) */
    void (*row_products)(const void *grad, int64_t sg, const void *x, int64_t sx, int64_t n, double mean,
                         double *lanes);
    /* out = grad k[0] + (x - k[1]) k[2] + k[3] */
    void (*row_gradient)(void *out, int64_t so, const void *grad, int64_t sg, const void *x, int64_t sx,
                         int64_t n, const double *k);

    /* The same for columns; s and k hold c values where rows have one: s[0..c), s[c..2c), and so on. `pitch`
     * is the step from one row of columns to the next. */
    void (*column_moments)(const void *x, int64_t px, int64_t pixels, int64_t c, const double *pivot,
                           double *s);
    void (*column_scale)(void *out, int64_t po, const void *x, int64_t px, int64_t pixels, int64_t c,
                         const void *k);
    void (*column_products)(const void *grad, int64_t pg, const void *x, int64_t px, int64_t pixels,
                            int64_t c, const double *mean, double *s);
    void (*column_gradient)(void *out, int64_t po, const void *grad, int64_t pg, const void *x, int64_t px,
                            int64_t pixels, int64_t c, const void *k);

    /* layer_norm's rows, where each element has a weight and bias of its own (either may be NULL):
     * out = (x - k[0]) k[1] weight + bias */
    void (*row_affine)(void *out, const void *x, int64_t n, const double *k, const void *weight,
                       const void *bias);
    /* first += sum grad weight, second += sum grad weight (x - mean) */
    void (*row_weighted_products)(const void *grad, const void *x, const void *weight, int64_t n, double mean,
                                  double *lanes);
    /* out = grad weight k[0] + (x - k[1]) k[2] + k[3] */
    void (*row_weighted_gradient)(void *out, const void *grad, const void *x, const void *weight, int64_t n,
                                  const double *k);
    /* s[i] += grad[i], s[n + i] += grad[i] (x[i] - k[0]) k[1] */
    void (*row_parameters)(const void *grad, const void *x, int64_t n, const double *k, double *s);

    /* first += sum x; s[0..c) += sum over the rows of columns */
    void (*row_sum)(const void *x, int64_t sx, int64_t n, double *lanes);
    void (*column_sum)(const void *x, int64_t px, int64_t pixels, int64_t c, double *s);
} NormLoops;

/* The loops of this processor; NULL for a dtype that is not float32 or float64. */
const NormLoops *norm_loops(DType dtype);

/* One table for each instruction set, float32 and float64. */
extern const NormLoops norm_loops_portable[2], norm_loops_avx2[2], norm_loops_avx512[2];

#endif
