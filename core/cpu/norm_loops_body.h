/* The loops of norm_loops.h for elements of type T; NAME makes the names. Included once per dtype by
 * norm_loops_set.h.
 *
 * Rows are summed in LANES independent sums, which the compiler can keep in vector registers without changing
 * the order of additions. Columns take four pixels at a time, so that each sum is loaded and stored once for
 * four additions. */

/* Folds `rows` rows of n elements into two sums out[0], out[1]. ADD(s, q, j, i) adds element i of the current
 * row to *s and *q; NEXT moves on to the next row. */
#define FOLD_ROWS(contiguous, ADD, NEXT)                                                                     \
    double s[LANES] = {0}, q[LANES] = {0}, rest_s = 0, rest_q = 0;                                           \
    for (int64_t row = 0; row < rows; row++, NEXT) {                                                         \
        int64_t i = 0;                                                                                       \
        if (contiguous) {                                                                                    \
            for (; i + LANES <= n; i += LANES)                                                               \
                for (int k = 0; k < LANES; k++)                                                              \
                    ADD(s[k], q[k], i + k);                                                                  \
            if (i + LANES / 2 <= n) {                                                                        \
                for (int k = 0; k < LANES / 2; k++)                                                          \
                    ADD(s[k], q[k], i + k);                                                                  \
                i += LANES / 2;                                                                              \
            }                                                                                                \
        }                                                                                                    \
        for (; i < n; i++)                                                                                   \
            ADD(rest_s, rest_q, i);                                                                          \
    }                                                                                                        \
    out[0] += rest_s + NAME(total)(s);                                                                       \
    out[1] += rest_q + NAME(total)(q);

static inline double NAME(total)(double *restrict s)
{
    for (int k = 0; k < LANES / 2; k++)
        s[k] += s[k + LANES / 2];
    for (int k = 0; k < LANES / 4; k++)
        s[k] += s[k + LANES / 4];
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

static void NAME(row_moments)(const void *data, int64_t sx, int64_t n, int64_t rows, int64_t row_x,
                              double pivot, double *out)
{
    const T *x = data;
#define ADD(s, q, i)                                                                                         \
    do {                                                                                                     \
        double d = (double)x[(i)] - pivot;                                                                   \
        s += d;                                                                                              \
        q += d * d;                                                                                          \
    } while (0)
#define ADD_STRIDED(s, q, i) ADD(s, q, (i)*sx)
    if (sx == 1) {
        FOLD_ROWS(true, ADD, x += row_x)
    } else {
        FOLD_ROWS(false, ADD_STRIDED, x += row_x)
    }
#undef ADD
#undef ADD_STRIDED
}

/* Four elements are added before their sum is converted: three roundings in T among n. */
static double NAME(row_sum)(const void *data, int64_t sx, int64_t n)
{
    enum { STEP = 16 };
    const T *restrict x = data;
    double s[STEP] = {0}, rest = 0;
    int64_t i = 0;
    if (sx == 1 && n <= STEP) { /* a row too short to be spread */
        double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        for (; i + 4 <= n; i += 4) {
            s0 += (double)x[i];
            s1 += (double)x[i + 1];
            s2 += (double)x[i + 2];
            s3 += (double)x[i + 3];
        }
        for (; i < n; i++)
            s0 += (double)x[i];
        return (s0 + s1) + (s2 + s3);
    }
    if (sx == 1) {
        for (; i + 4 * STEP <= n; i += 4 * STEP)
            for (int k = 0; k < STEP; k++)
                s[k] += (double)((x[i + k] + x[i + STEP + k]) + (x[i + 2 * STEP + k] + x[i + 3 * STEP + k]));
        for (; i + STEP <= n; i += STEP)
            for (int k = 0; k < STEP; k++)
                s[k] += (double)x[i + k];
    }
    for (; i < n; i++)
        rest += (double)x[i * sx];
    for (int k = 0; k < STEP / 2; k++)
        s[k] += s[k + STEP / 2];
    return rest + (((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7])));
}

static void NAME(row_scale)(void *out_data, int64_t so, const void *x_data, int64_t sx, int64_t n,
                            const double *k)
{
    T *out = out_data;
    const T *x = x_data;
    const T scale = (T)k[0], shift = (T)k[1];
    if (so == 1 && sx == 1) {
        T *restrict to = out;
        const T *restrict from = x;
        for (int64_t i = 0; i < n; i++)
            to[i] = from[i] * scale + shift;
        return;
    }
    for (int64_t i = 0; i < n; i++)
        out[i * so] = x[i * sx] * scale + shift;
}

static void NAME(row_products)(const void *grad_data, int64_t sg, const void *x_data, int64_t sx, int64_t n,
                               int64_t rows, int64_t row_grad, int64_t row_x, double mean, double *out)
{
    const T *grad = grad_data, *x = x_data;
#define ADD(s, q, i)                                                                                         \
    do {                                                                                                     \
        double g = (double)grad[(i)];                                                                        \
        s += g;                                                                                              \
        q += g * ((double)x[(i)] - mean);                                                                    \
    } while (0)
#define ADD_STRIDED(s, q, i)                                                                                 \
    do {                                                                                                     \
        double g = (double)grad[(i)*sg];                                                                     \
        s += g;                                                                                              \
        q += g * ((double)x[(i)*sx] - mean);                                                                 \
    } while (0)
    if (sx == 1 && sg == 1) {
        FOLD_ROWS(true, ADD, (x += row_x, grad += row_grad))
    } else {
        FOLD_ROWS(false, ADD_STRIDED, (x += row_x, grad += row_grad))
    }
#undef ADD
#undef ADD_STRIDED
}

static void NAME(row_gradient)(void *out_data, int64_t so, const void *grad_data, int64_t sg,
                               const void *x_data, int64_t sx, int64_t n, const double *k)
{
    T *restrict out = out_data;
    const T *restrict grad = grad_data, *restrict x = x_data;
    const T a = (T)k[0], mean = (T)k[1], b = (T)k[2], c = (T)k[3];
    if (so == 1 && sg == 1 && sx == 1) {
        for (int64_t i = 0; i < n; i++)
            out[i] = grad[i] * a + ((x[i] - mean) * b + c);
        return;
    }
    for (int64_t i = 0; i < n; i++)
        out[i * so] = grad[i * sg] * a + ((x[i * sx] - mean) * b + c);
}

static void NAME(column_moments)(const void *data, int64_t px, int64_t pixels, int64_t c, const double *pivot,
                                 double *restrict s)
{
    const T *x = data;
    double *restrict q = s + c;
    int64_t p = 0;
    for (; p + 4 <= pixels; p += 4) {
        const T *restrict x0 = x + p * px, *restrict x1 = x0 + px, *restrict x2 = x1 + px,
                          *restrict x3 = x2 + px;
        for (int64_t i = 0; i < c; i++) {
            double d0 = (double)x0[i] - pivot[i], d1 = (double)x1[i] - pivot[i],
                   d2 = (double)x2[i] - pivot[i], d3 = (double)x3[i] - pivot[i];
            s[i] += (d0 + d1) + (d2 + d3);
            q[i] += (d0 * d0 + d1 * d1) + (d2 * d2 + d3 * d3);
        }
    }
    for (; p < pixels; p++)
        for (int64_t i = 0; i < c; i++) {
            double d = (double)x[p * px + i] - pivot[i];
            s[i] += d;
            q[i] += d * d;
        }
}

static void NAME(column_sum)(const void *data, int64_t px, int64_t pixels, int64_t c, double *restrict s)
{
    const T *x = data;
    int64_t p = 0;
    for (; p + 4 <= pixels; p += 4) {
        const T *restrict x0 = x + p * px, *restrict x1 = x0 + px, *restrict x2 = x1 + px,
                          *restrict x3 = x2 + px;
        for (int64_t i = 0; i < c; i++)
            s[i] += (double)((x0[i] + x1[i]) + (x2[i] + x3[i]));
    }
    for (; p < pixels; p++)
        for (int64_t i = 0; i < c; i++)
            s[i] += (double)x[p * px + i];
}

static void NAME(window_max)(const void *data, const NormWindow *w, int64_t n, void *out_data,
                             int64_t *restrict indices)
{
    T *restrict best = out_data;
    PLACE at[WINDOW_COLUMNS];
    const PLACE first = (PLACE)(w->begin[0] * w->width + w->begin[1]);
    for (int64_t i = 0; i < n; i++) {
        best[i] = -(T)INFINITY;
        at[i] = first;
    }
    for (int64_t r = w->begin[0]; r < w->end[0]; r += w->step[0])
        for (int64_t c = w->begin[1]; c < w->end[1]; c += w->step[1]) {
            const T *restrict x = (const T *)data + r * w->stride[0] + c * w->stride[1];
            const PLACE place = (PLACE)(r * w->width + c);
            for (int64_t i = 0; i < n; i++) {
                const bool take = (x[i] > best[i]) | (x[i] != x[i]);
                best[i] = take ? x[i] : best[i];
                at[i] = take ? place : at[i];
            }
        }
    for (int64_t i = 0; i < n; i++)
        indices[i] = at[i];
}

static void NAME(window_mean)(const void *data, const NormWindow *w, int64_t n, double divisor,
                              void *out_data)
{
    T *restrict out = out_data;
    double sum[WINDOW_COLUMNS];
    for (int64_t i = 0; i < n; i++)
        sum[i] = 0;
    for (int64_t r = w->begin[0]; r < w->end[0]; r++) {
        const T *row = (const T *)data + r * w->stride[0];
        int64_t c = w->begin[1];
        for (; c + 3 <= w->end[1]; c += 3) {
            const T *restrict x0 = row + c * w->stride[1], *restrict x1 = x0 + w->stride[1],
                              *restrict x2 = x1 + w->stride[1];
            for (int64_t i = 0; i < n; i++)
                sum[i] += (double)((x0[i] + x1[i]) + x2[i]);
        }
        for (; c < w->end[1]; c++) {
            const T *restrict x = row + c * w->stride[1];
            for (int64_t i = 0; i < n; i++)
                sum[i] += (double)x[i];
        }
    }
    for (int64_t i = 0; i < n; i++)
        out[i] = (T)(sum[i] / divisor);
}

static void NAME(column_scale)(void *out_data, int64_t po, const void *x_data, int64_t px, int64_t pixels,
                               int64_t c, const void *k)
{
    const T *restrict scale = k, *restrict shift = scale + c;
    for (int64_t p = 0; p < pixels; p++) {
        T *restrict out = (T *)out_data + p * po;
        const T *restrict x = (const T *)x_data + p * px;
        for (int64_t i = 0; i < c; i++)
            out[i] = x[i] * scale[i] + shift[i];
    }
}

static void NAME(column_products)(const void *grad_data, int64_t pg, const void *x_data, int64_t px,
                                  int64_t pixels, int64_t c, const double *restrict mean, double *restrict s)
{
    double *restrict q = s + c;
    int64_t p = 0;
    for (; p + 4 <= pixels; p += 4) {
        const T *restrict g0 = (const T *)grad_data + p * pg, *restrict g1 = g0 + pg, *restrict g2 = g1 + pg,
                          *restrict g3 = g2 + pg;
        const T *restrict x0 = (const T *)x_data + p * px, *restrict x1 = x0 + px, *restrict x2 = x1 + px,
                          *restrict x3 = x2 + px;
        for (int64_t i = 0; i < c; i++) {
            s[i] += ((double)g0[i] + (double)g1[i]) + ((double)g2[i] + (double)g3[i]);
            q[i] += ((double)g0[i] * ((double)x0[i] - mean[i]) + (double)g1[i] * ((double)x1[i] - mean[i])) +
                    ((double)g2[i] * ((double)x2[i] - mean[i]) + (double)g3[i] * ((double)x3[i] - mean[i]));
        }
    }
    for (; p < pixels; p++) {
        const T *restrict g0 = (const T *)grad_data + p * pg, *restrict x0 = (const T *)x_data + p * px;
        for (int64_t i = 0; i < c; i++) {
            s[i] += (double)g0[i];
            q[i] += (double)g0[i] * ((double)x0[i] - mean[i]);
        }
    }
}

static void NAME(column_gradient)(void *out_data, int64_t po, const void *grad_data, int64_t pg,
                                  const void *x_data, int64_t px, int64_t pixels, int64_t c, const void *k)
{
    const T *restrict a = k, *restrict mean = a + c, *restrict b = mean + c, *restrict shift = b + c;
    for (int64_t p = 0; p < pixels; p++) {
        T *restrict out = (T *)out_data + p * po;
        const T *restrict grad = (const T *)grad_data + p * pg, *restrict x = (const T *)x_data + p * px;
        for (int64_t i = 0; i < c; i++)
            out[i] = grad[i] * a[i] + ((x[i] - mean[i]) * b[i] + shift[i]);
    }
}

static void NAME(row_affine)(void *out_data, const void *x_data, int64_t n, const double *k,
                             const void *weight_data, const void *bias_data)
{
    T *restrict out = out_data;
    const T *restrict x = x_data, *restrict weight = weight_data, *restrict bias = bias_data;
    const T mean = (T)k[0], rstd = (T)k[1];
    if (weight && bias)
        for (int64_t i = 0; i < n; i++)
            out[i] = (x[i] - mean) * rstd * weight[i] + bias[i];
    else
        for (int64_t i = 0; i < n; i++)
            out[i] = (x[i] - mean) * rstd * (weight ? weight[i] : 1) + (bias ? bias[i] : 0);
}

static void NAME(row_weighted_products)(const void *grad_data, const void *x_data, const void *weight_data,
                                        int64_t n, double mean, double *out)
{
    if (weight_data == NULL) {
        NAME(row_products)(grad_data, 1, x_data, 1, n, 1, 0, 0, mean, out);
        return;
    }
    const T *restrict grad = grad_data, *restrict x = x_data, *restrict weight = weight_data;
    const T center = (T)mean;
    const int64_t rows = 1;
#define ADD(s, q, i)                                                                                         \
    do {                                                                                                     \
        T g = grad[(i)] * weight[(i)];                                                                       \
        s += (double)g;                                                                                      \
        q += (double)(g * (x[(i)] - center));                                                                \
    } while (0)
    FOLD_ROWS(true, ADD, (void)0)
#undef ADD
}

static void NAME(row_weighted_gradient)(void *out_data, const void *grad_data, const void *x_data,
                                        const void *weight_data, int64_t n, const double *k)
{
    T *restrict out = out_data;
    const T *restrict grad = grad_data, *restrict x = x_data, *restrict weight = weight_data;
    const T a = (T)k[0], mean = (T)k[1], b = (T)k[2], c = (T)k[3];
    if (weight)
        for (int64_t i = 0; i < n; i++)
            out[i] = grad[i] * weight[i] * a + ((x[i] - mean) * b + c);
    else
        for (int64_t i = 0; i < n; i++)
            out[i] = grad[i] * a + ((x[i] - mean) * b + c);
}

static void NAME(row_parameters)(const void *grad_data, const void *x_data, int64_t n, int64_t rows,
                                 const double *k, double *restrict s)
{
    const T *restrict grad = grad_data, *restrict x = x_data;
    double *restrict q = s + n;
    int64_t row = 0;
    for (; row + 4 <= rows; row += 4, k += 8) {
        const T *restrict g0 = grad + row * n, *restrict g1 = g0 + n, *restrict g2 = g1 + n,
                          *restrict g3 = g2 + n;
        const T *restrict x0 = x + row * n, *restrict x1 = x0 + n, *restrict x2 = x1 + n,
                          *restrict x3 = x2 + n;
        const double m0 = k[0], r0 = k[1], m1 = k[2], r1 = k[3], m2 = k[4], r2 = k[5], m3 = k[6], r3 = k[7];
        for (int64_t i = 0; i < n; i++) {
            s[i] += ((double)g0[i] + (double)g1[i]) + ((double)g2[i] + (double)g3[i]);
            q[i] +=
                ((double)g0[i] * (((double)x0[i] - m0) * r0) + (double)g1[i] * (((double)x1[i] - m1) * r1)) +
                ((double)g2[i] * (((double)x2[i] - m2) * r2) + (double)g3[i] * (((double)x3[i] - m3) * r3));
        }
    }
    for (; row < rows; row++, k += 2)
        for (int64_t i = 0; i < n; i++) {
            s[i] += (double)grad[row * n + i];
            q[i] += (double)grad[row * n + i] * (((double)x[row * n + i] - k[0]) * k[1]);
        }
}

#undef FOLD_ROWS
