/* Sums for gemm_vector.c, which includes this once for each REAL (float, double) with NAME(x) to name what it
 * defines. */

enum { NAME(LANES) = 64 / sizeof(REAL) };

/* sum over k of a[k * step] * x[k], in lanes that the compiler keeps in vectors */
static REAL NAME(inner)(const REAL *restrict a, int64_t step, const REAL *restrict x, int64_t n)
{
    REAL lanes[NAME(LANES)] = {0}, sum = 0;
    int64_t k = 0;
    if (step == 1)
        for (; k + NAME(LANES) <= n; k += NAME(LANES))
            for (int lane = 0; lane < NAME(LANES); lane++)
                lanes[lane] += a[k + lane] * x[k + lane];
    for (; k < n; k++)
        lanes[k % 4] += a[k * step] * x[k];
    for (int lane = 0; lane < NAME(LANES); lane++)
        sum += lanes[lane];
    return sum;
}

/* sums[i] = sum over k of a[k * step + i] * x[k] */
static void NAME(combine)(REAL *restrict sums, const REAL *restrict a, int64_t step, const REAL *restrict x,
                          int64_t n, int64_t rows)
{
    memset(sums, 0, (size_t)rows * sizeof(REAL));
    for (int64_t k = 0; k < n; k++) {
        const REAL *restrict column = a + k * step;
        REAL factor = x[k];
        for (int64_t i = 0; i < rows; i++)
            sums[i] += factor * column[i];
    }
}

static void NAME(rows)(const Vector *v, int64_t begin, int64_t end)
{
    const REAL *a = (const REAL *)(const void *)v->a, *x = (const REAL *)(const void *)v->x;
    REAL *out = (REAL *)(void *)v->out, sums[BLOCK];
    for (int64_t first = begin; first < end; first += BLOCK) {
        int64_t n = end - first < BLOCK ? end - first : BLOCK;
        if (v->rs == 1 && v->cs != 1)
            NAME(combine)(sums, a + first, v->cs, x, v->k, n);
        else
            for (int64_t i = 0; i < n; i++)
                sums[i] = NAME(inner)(a + (first + i) * v->rs, v->cs, x, v->k);
        for (int64_t i = 0; i < n; i++) {
            REAL *to = out + (first + i) * v->out_stride;
            REAL y = (REAL)v->p->alpha * sums[i];
            *to = v->p->beta == 0 ? y : y + (REAL)v->p->beta * *to;
        }
    }
}
