/* The loops of norm_loops.h for elements of type T; NAME makes the names. Included once per dtype by
 * norm_loops_set.h.
 *
 * Rows are summed in LANES independent sums, which the compiler can keep in vector registers without changing
 * the order of additions. Columns take four pixels at a time, so that each sum is loaded and
 * stored once for four additions. */

/* A fold of a row into the LANES sums at `lanes`, s first, then q. ADD is what one element adds. */
#define FOLD_ROW(contiguous, ADD)                                                                            \
    int64_t i = 0;                                                                                           \
    if ((contiguous) && n >= LANES) {                                                                        \
        double s[LANES], q[LANES];                                                                           \
        memcpy(s, lanes, sizeof s);                                                                          \
        memcpy(q, lanes + LANES, sizeof q);                                                                  \
        for (; i + LANES <= n; i += LANES)                                                                   \
            for (int k = 0; k < LANES; k++)                                                                  \
                ADD(s, q, k, (i + k), 1);                                                                    \
        memcpy(lanes, s, sizeof s);                                                                          \
        memcpy(lanes + LANES, q, sizeof q);                                                                  \
    }                                                                                                        \
    double *restrict s = lanes, *restrict q = lanes + LANES;                                                 \
    if (contiguous) {                                                                                        \
        const int64_t rest = n - i;                                                                          \
        for (int64_t k = 0; k < rest; k++)                                                                   \
            ADD(s, q, k, (i + k), 1);                                                                        \
        return;                                                                                              \
    }                                                                                                        \
    for (; i < n; i++)                                                                                       \
        ADD(s, q, (i % LANES), i, 0);

#define AT(x, stride, i, one) ((double)(x)[(one) ? (i) : (i) * (stride)])

static void NAME(row_moments)(const void *data, int64_t sx, int64_t n, double pivot, double *lanes)
{
    const T *restrict x = data;
#define ADD(s, q, k, i, one)                                                                                 \
    do {                                                                                                     \
        double d = AT(x, sx, i, one) - pivot;                                                                \
        s[k] += d;                                                                                           \
        q[k] += d * d;                                                                                       \
    } while (0)
    FOLD_ROW(sx == 1, ADD)
#undef ADD
}

static void NAME(row_sum)(const void *data, int64_t sx, int64_t n, double *lanes)
{
    const T *restrict x = data;
#define ADD(s, q, k, i, one) (void)q, s[k] += AT(x, sx, i, one)
    FOLD_ROW(sx == 1, ADD)
#undef ADD
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
                               double mean, double *lanes)
{
    const T *restrict grad = grad_data, *restrict x = x_data;
#define ADD(s, q, k, i, one)                                                                                 \
    do {                                                                                                     \
        double g = AT(grad, sg, i, one);                                                                     \
        s[k] += g;                                                                                           \
        q[k] += g * (AT(x, sx, i, one) - mean);                                                              \
    } while (0)
    FOLD_ROW(sg == 1 && sx == 1, ADD)
#undef ADD
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
            s[i] += ((double)x0[i] + (double)x1[i]) + ((double)x2[i] + (double)x3[i]);
    }
    for (; p < pixels; p++)
        for (int64_t i = 0; i < c; i++)
            s[i] += (double)x[p * px + i];
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
    for (; p + 2 <= pixels; p += 2) {
        const T *restrict g0 = (const T *)grad_data + p * pg, *restrict g1 = g0 + pg;
        const T *restrict x0 = (const T *)x_data + p * px, *restrict x1 = x0 + px;
        for (int64_t i = 0; i < c; i++) {
            s[i] += (double)g0[i] + (double)g1[i];
            q[i] += (double)g0[i] * ((double)x0[i] - mean[i]) + (double)g1[i] * ((double)x1[i] - mean[i]);
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
                                        int64_t n, double mean, double *lanes)
{
    if (weight_data == NULL) {
        NAME(row_products)(grad_data, 1, x_data, 1, n, mean, lanes);
        return;
    }
    const T *restrict grad = grad_data, *restrict x = x_data, *restrict weight = weight_data;
#define ADD(s, q, k, i, one)                                                                                 \
    do {                                                                                                     \
        double g = (double)grad[i] * (double)weight[i];                                                      \
        s[k] += g;                                                                                           \
        q[k] += g * ((double)x[i] - mean);                                                                   \
    } while (0)
    FOLD_ROW(true, ADD)
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

static void NAME(row_parameters)(const void *grad_data, const void *x_data, int64_t n, const double *k,
                                 double *restrict s)
{
    const T *restrict grad = grad_data, *restrict x = x_data;
    const double mean = k[0], rstd = k[1];
    double *restrict q = s + n;
    for (int64_t i = 0; i < n; i++) {
        s[i] += (double)grad[i];
        q[i] += (double)grad[i] * (((double)x[i] - mean) * rstd);
    }
}

#undef FOLD_ROW
#undef AT
