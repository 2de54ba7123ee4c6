/* Sums along rows for conv_depthwise.c, which includes this once for each REAL (float, double) with NAME(x)
 * to name what it defines. */

/* sums[i] = start + sum over taps of weights[t] * from[offsets[t] + i] */
static void NAME(filter_row)(REAL *restrict sums, const REAL *restrict from, const REAL *weights,
                             const int64_t *offsets, int64_t taps, int64_t n, REAL start)
{
    for (int64_t i = 0; i < n; i++)
        sums[i] = start;
    for (int64_t t = 0; t < taps; t++) {
        const REAL *restrict source = from + offsets[t];
        REAL weight = weights[t];
        for (int64_t i = 0; i < n; i++)
            sums[i] += weight * source[i];
    }
}

/* sums[t] += sum over i of grad[i] * from[offsets[t] + i], in eight lanes that the compiler keeps in vectors
 */
static void NAME(correlate_row)(double *sums, const REAL *restrict grad, const REAL *restrict from,
                                const int64_t *offsets, int64_t taps, int64_t n)
{
    for (int64_t t = 0; t < taps; t++) {
        const REAL *restrict source = from + offsets[t];
        REAL lanes[8] = {0};
        int64_t i = 0;
        for (; i + 8 <= n; i += 8)
            for (int lane = 0; lane < 8; lane++)
                lanes[lane] += grad[i + lane] * source[i + lane];
        for (; i < n; i++)
            lanes[0] += grad[i] * source[i];
        for (int lane = 0; lane < 8; lane++)
            sums[t] += (double)lanes[lane];
    }
}

/* One plane of the result: channel m of image n from the bordered plane of its channel of the input. */
static void NAME(filter_plane)(const Depthwise *d, const Scratch *s, int64_t n, int64_t m)
{
    const Gather *g = d->plan.g;
    const Images *out = &g->out;
    int64_t per_group = out->c / g->groups;
    const REAL *weight =
        (const REAL *)(const void *)g->weight + m / per_group * g->weight_group + m % per_group * g->weight_m;
    REAL *weights = (REAL *)(void *)s->weights, *row = (REAL *)(void *)s->row, start = 0;
    if (g->bias != NULL)
        start = ((const REAL *)tensor_address(g->bias))[m * g->bias->strides[0]];
    for (int64_t t = 0; t < g->n_taps; t++)
        weights[t] = weight[g->taps[t].weight];
    for (int64_t j = 0; j < out->h; j++) {
        REAL *to = (REAL *)(void *)out->data + n * out->sn + m * out->sc + j * out->sh;
        const REAL *from = (const REAL *)(const void *)s->stage + j * g->step[0] * d->plan.pitch;
        NAME(filter_row)
        (out->sw == 1 ? to : row, from, weights, d->plan.tap_offsets, g->n_taps, out->w, start);
        for (int64_t i = 0; out->sw != 1 && i < out->w; i++)
            to[i * out->sw] = row[i];
    }
}

/* Adds one image's part of the gradient of channel m's weights. */
static void NAME(correlate_plane)(const Depthwise *d, const Scratch *s, double *sums, int64_t n, int64_t m)
{
    const Gather *g = d->plan.g;
    const Images *grad = &g->out;
    REAL *row = (REAL *)(void *)s->row;
    for (int64_t j = 0; j < grad->h; j++) {
        const REAL *of_grad =
            (const REAL *)(const void *)grad->data + n * grad->sn + m * grad->sc + j * grad->sh;
        const REAL *from = (const REAL *)(const void *)s->stage + j * g->step[0] * d->plan.pitch;
        for (int64_t i = 0; grad->sw != 1 && i < grad->w; i++)
            row[i] = of_grad[i * grad->sw];
        NAME(correlate_row)
        (sums, grad->sw == 1 ? of_grad : row, from, d->plan.tap_offsets, g->n_taps, grad->w);
    }
}

static void NAME(write_weights)(const Depthwise *d, const double *sums, int64_t m)
{
    const Gather *g = d->plan.g;
    int64_t per_group = g->out.c / g->groups;
    REAL *weight =
        (REAL *)(void *)d->grad_weight + m / per_group * g->weight_group + m % per_group * g->weight_m;
    for (int64_t t = 0; t < g->n_taps; t++)
        weight[g->taps[t].weight] = (REAL)sums[t];
}
