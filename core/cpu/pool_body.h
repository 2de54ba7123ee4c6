/* The loops of pool.c for elements of type T; NAME makes the names. Included once per dtype.
 *
 * Each handles one image and `b` channels that are neighbours in memory (b is 1 where they are not), so that
 * the innermost loop runs over channels in channels_last and vanishes elsewhere. */

static inline __attribute__((always_inline)) void NAME(max_block)(const Pool *p, int64_t n, int64_t c,
                                                                  const int64_t b)
{
    const T *x = (const T *)p->x.data + n * p->x.sn + c * p->x.sc;
    T *out = (T *)p->out.data + n * p->out.sn + c * p->out.sc;
    int64_t *indices = (int64_t *)p->indices.data + n * p->indices.sn + c * p->indices.sc;
    for (int64_t i = 0; i < p->out.h * p->out.w; i++) {
        const int64_t oh = i / p->out.w, ow = i % p->out.w;
        const Window rows = p->rows[oh], columns = p->columns[ow];
        T *to = out + oh * p->out.sh + ow * p->out.sw, best = -(T)INFINITY;
        int64_t *places = indices + oh * p->indices.sh + ow * p->indices.sw;
        if (b > 1) {
            const NormWindow window = window_of(p, rows, columns);
            p->loops->window_max(x, &window, b, to, places);
            continue;
        }
        int64_t at = rows.begin * p->x.w + columns.begin;
        for (int64_t h = rows.begin; h < rows.end; h += p->step[0])
            for (int64_t w = columns.begin; w < columns.end; w += p->step[1]) {
                const T value = x[h * p->x.sh + w * p->x.sw];
                if (value > best || value != value) {
                    best = value;
                    at = h * p->x.w + w;
                }
            }
        *to = best;
        *places = at;
    }
}

static inline __attribute__((always_inline)) void NAME(clear_block)(const Images *x, int64_t n, int64_t c,
                                                                    const int64_t b)
{
    T *data = (T *)x->data + n * x->sn + c * x->sc;
    for (int64_t h = 0; h < x->h; h++)
        for (int64_t w = 0; w < x->w; w++)
            for (int64_t k = 0; k < b; k++)
                data[h * x->sh + w * x->sw + k] = 0;
}

/* Where the maximum with this index lies in p->x; -1 if it lies nowhere: a window with dilation can step over
 * all of a small image, and has an index outside of it, as in PyTorch. */
static inline int64_t NAME(place)(const Pool *p, int64_t at)
{
    const bool gapless = p->x.sh == p->x.w * p->x.sw;
    if ((uint64_t)at >= (uint64_t)(p->x.h * p->x.w))
        return -1;
    return gapless ? at * p->x.sw : at / p->x.w * p->x.sh + at % p->x.w * p->x.sw;
}

/* p->x is the gradient to be computed, p->out the one that came. */
static inline __attribute__((always_inline)) void NAME(max_backward_block)(const Pool *p, int64_t n,
                                                                           int64_t c, const int64_t b)
{
    T *x = (T *)p->x.data + n * p->x.sn + c * p->x.sc;
    const T *grad = (const T *)p->out.data + n * p->out.sn + c * p->out.sc;
    const int64_t *indices = (const int64_t *)p->indices.data + n * p->indices.sn + c * p->indices.sc;
    NAME(clear_block)(&p->x, n, c, b);
    for (int64_t oh = 0; oh < p->out.h; oh++)
        for (int64_t ow = 0; ow < p->out.w; ow++)
            for (int64_t k = 0; k < b; k++) {
                const int64_t place = NAME(place)(p, indices[oh * p->indices.sh + ow * p->indices.sw + k]);
                if (place >= 0)
                    x[place + k] += grad[oh * p->out.sh + ow * p->out.sw + k];
            }
}

static inline __attribute__((always_inline)) void NAME(gather_block)(const Pool *p, int64_t n, int64_t c,
                                                                     const int64_t b)
{
    const T *x = (const T *)p->x.data + n * p->x.sn + c * p->x.sc;
    T *out = (T *)p->out.data + n * p->out.sn + c * p->out.sc;
    const int64_t *indices = (const int64_t *)p->indices.data + n * p->indices.sn + c * p->indices.sc;
    for (int64_t oh = 0; oh < p->out.h; oh++)
        for (int64_t ow = 0; ow < p->out.w; ow++)
            for (int64_t k = 0; k < b; k++) {
                const int64_t place = NAME(place)(p, indices[oh * p->indices.sh + ow * p->indices.sw + k]);
                out[oh * p->out.sh + ow * p->out.sw + k] = place >= 0 ? x[place + k] : 0;
            }
}

static inline __attribute__((always_inline)) void NAME(avg_block)(const Pool *p, int64_t n, int64_t c,
                                                                  const int64_t b)
{
    const T *x = (const T *)p->x.data + n * p->x.sn + c * p->x.sc;
    T *out = (T *)p->out.data + n * p->out.sn + c * p->out.sc;
    for (int64_t i = 0; i < p->out.h * p->out.w; i++) {
        const int64_t oh = i / p->out.w, ow = i % p->out.w;
        const Window rows = p->rows[oh], columns = p->columns[ow];
        const double divisor = divisor_of(p, rows, columns);
        T *to = out + oh * p->out.sh + ow * p->out.sw;
        if (b > 1) {
            const NormWindow window = window_of(p, rows, columns);
            p->loops->window_mean(x, &window, b, divisor, to);
            continue;
        }
        double sum = 0;
        for (int64_t h = rows.begin; h < rows.end; h++)
            for (int64_t w = columns.begin; w < columns.end; w++)
                sum += (double)x[h * p->x.sh + w * p->x.sw];
        *to = (T)(sum / divisor);
    }
}

static inline __attribute__((always_inline)) void NAME(avg_backward_block)(const Pool *p, int64_t n,
                                                                           int64_t c, const int64_t b)
{
    T *x = (T *)p->x.data + n * p->x.sn + c * p->x.sc;
    const T *grad = (const T *)p->out.data + n * p->out.sn + c * p->out.sc;
    T share[BLOCK];
    NAME(clear_block)(&p->x, n, c, b);
    for (int64_t oh = 0; oh < p->out.h; oh++)
        for (int64_t ow = 0; ow < p->out.w; ow++) {
            const Window rows = p->rows[oh], columns = p->columns[ow];
            const T divisor = (T)divisor_of(p, rows, columns);
            for (int64_t k = 0; k < b; k++)
                share[k] = grad[oh * p->out.sh + ow * p->out.sw + k] / divisor;
            for (int64_t h = rows.begin; h < rows.end; h++)
                for (int64_t w = columns.begin; w < columns.end; w++) {
                    T *to = x + h * p->x.sh + w * p->x.sw;
                    for (int64_t k = 0; k < b; k++)
                        to[k] += share[k];
                }
        }
}

/* The mean of whole planes. */
static void NAME(mean_block)(const Pool *p, int64_t n, int64_t c, const int64_t b)
{
    const T *x = (const T *)p->x.data + n * p->x.sn + c * p->x.sc;
    T *out = (T *)p->out.data + n * p->out.sn + c * p->out.sc;
    const bool gapless = p->x.sh == p->x.w * p->x.sw;
    const int64_t runs = gapless ? 1 : p->x.h, length = gapless ? p->x.h * p->x.w : p->x.w;
    const double count = (double)(p->x.h * p->x.w);
    if (b == 1) {
        double sum = 0;
        for (int64_t h = 0; h < runs; h++)
            sum += p->loops->row_sum(x + h * p->x.sh, p->x.sw, length);
        *out = (T)(sum / count);
        return;
    }
    double sum[BLOCK] = {0};
    for (int64_t h = 0; h < runs; h++)
        p->loops->column_sum(x + h * p->x.sh, p->x.sw, length, b, sum);
    for (int64_t k = 0; k < b; k++)
        out[k] = (T)(sum[k] / count);
}

static void NAME(mean_backward_block)(const Pool *p, int64_t n, int64_t c, const int64_t b)
{
    const T *grad = (const T *)p->out.data + n * p->out.sn + c * p->out.sc;
    T *x = (T *)p->x.data + n * p->x.sn + c * p->x.sc;
    const T count = (T)(p->x.h * p->x.w);
    T share[BLOCK];
    for (int64_t k = 0; k < b; k++)
        share[k] = grad[k] / count;
    for (int64_t h = 0; h < p->x.h; h++)
        for (int64_t w = 0; w < p->x.w; w++)
            for (int64_t k = 0; k < b; k++)
                x[h * p->x.sh + w * p->x.sw + k] = share[k];
}

#define BLOCKS(loop)                                                                                         \
    static void NAME(loop)(const Pool *p, int64_t n, int64_t c, int64_t b)                                   \
    {                                                                                                        \
        if (b == 1)                                                                                          \
            NAME(loop##_block)(p, n, c, 1);                                                                  \
        else                                                                                                 \
            NAME(loop##_block)(p, n, c, b);                                                                  \
    }
BLOCKS(max)
BLOCKS(max_backward)
BLOCKS(gather)
BLOCKS(avg)
BLOCKS(avg_backward)
BLOCKS(mean)
BLOCKS(mean_backward)
#undef BLOCKS
