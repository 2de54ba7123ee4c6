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

/* A window of pooling: rows and columns begin .. end - 1, every step-th, of an image `width` wide. Each
 * element is one of several neighbouring channels; maxima are placed at row * width + column. */
typedef struct NormWindow {
    int64_t begin[2], end[2], step[2], stride[2], width;
} NormWindow;

enum { WINDOW_COLUMNS = 128 };

typedef struct NormLoops {
    /* Over `rows` rows that are row_x apart: s[0] += sum (x - pivot), s[1] += sum (x - pivot)^2 */
    void (*row_moments)(const void *x, int64_t sx, int64_t n, int64_t rows, int64_t row_x, double pivot,
                        double *s);
    /* out = x k[0] + k[1] */
    void (*row_scale)(void *out, int64_t so, const void *x, int64_t sx, int64_t n, const double *k);
    /* s[0] += sum grad, s[1] += sum grad (x - mean) */
    void (*row_products)(const void *grad, int64_t sg, const void *x, int64_t sx, int64_t n, int64_t rows,
                         int64_t row_grad, int64_t row_x, double mean, double *s);
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
    /* s[0] += sum grad weight, s[1] += sum grad weight (x - mean); weight may be NULL */
    void (*row_weighted_products)(const void *grad, const void *x, const void *weight, int64_t n, double mean,
                                  double *s);
    /* out = grad weight k[0] + (x - k[1]) k[2] + k[3] */
    void (*row_weighted_gradient)(void *out, const void *grad, const void *x, const void *weight, int64_t n,
                                  const double *k);
    /* Over rows with mean k[2 row] and rstd k[2 row + 1]:
     * s[i] += grad[i], s[n + i] += grad[i] (x[i] - mean) rstd */
    void (*row_parameters)(const void *grad, const void *x, int64_t n, int64_t rows, const double *k,
                           double *s);

    /* The sum of x; s[0..c) += the sums of columns. Four elements are added before their sum turns double. */
    double (*row_sum)(const void *x, int64_t sx, int64_t n);
    void (*column_sum)(const void *x, int64_t px, int64_t pixels, int64_t c, double *s);
    /* The maxima, and where they are, or the means of a window over n <= WINDOW_COLUMNS neighbouring columns.
     */
    void (*window_max)(const void *x, const NormWindow *window, int64_t n, void *out, int64_t *indices);
    void (*window_mean)(const void *x, const NormWindow *window, int64_t n, double divisor, void *out);
} NormLoops;

/* The loops of this processor; NULL for a dtype that is not float32 or float64. */
const NormLoops *norm_loops(DType dtype);

/* One table for each instruction set, float32 and float64. */
extern const NormLoops norm_loops_portable[2], norm_loops_avx2[2], norm_loops_avx512[2];

#endif
