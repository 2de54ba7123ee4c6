#include "core/cpu/channel_pass.h"

#include <string.h>

#include "core/allocator.h"
#include "core/error.h"
#include "core/threads.h"

enum {
    WORK = 16384,    /* elements worth a thread's while */
    TILE = 1024,     /* columns whose sums stay in the first cache */
    UNITS = 32,      /* enough to keep all threads busy */
    SHORT_ROW = 32,  /* planes up to this size become columns, */
    MANY_IMAGES = 4, /* if there are so many */
};

/* A stretch of memory: n elements at the innermost stride, in `rows` rows at the next. */
typedef struct Run {
    int64_t n, rows, offset[PASS_OPERANDS];
} Run;

static void add_dim(ChannelPass *pass, const Tensor *const *operands, int dim)
{
    int at = pass->n++;
    for (; at > 0 && pass->step[0][at - 1] < operands[0]->strides[dim]; at--) {
        pass->size[at] = pass->size[at - 1];
        for (int k = 0; k < pass->operands; k++)
            pass->step[k][at] = pass->step[k][at - 1];
    }
    pass->size[at] = operands[0]->shape[dim];
    for (int k = 0; k < pass->operands; k++)
        pass->step[k][at] = operands[k]->strides[dim];
}

static void merge_dims(ChannelPass *pass)
{
    int n = pass->n > 0;
    for (int d = 1; d < pass->n; d++) {
        bool merge = true;
        for (int k = 0; k < pass->operands; k++)
            merge = merge && pass->step[k][n - 1] == pass->step[k][d] * pass->size[d];
        if (merge)
            pass->size[n - 1] *= pass->size[d];
        else
            pass->size[n++] = pass->size[d];
        for (int k = 0; k < pass->operands; k++)
            pass->step[k][n - 1] = pass->step[k][d];
    }
    pass->n = n;
}

/* Whether planes are better taken as columns; if so the innermost dimension becomes part of the columns. */
static bool spread_planes(ChannelPass *pass)
{
    int inner = pass->n - 1;
    if (inner < 0 || pass->size[inner] > SHORT_ROW || pass->count < MANY_IMAGES * pass->size[inner])
        return false;
    for (int k = 0; k < pass->operands; k++)
        if (pass->step[k][inner] != 1 || pass->channel[k] != pass->size[inner])
            return false;
    pass->spread = pass->size[inner];
    pass->n--;
    return true;
}

static void plan(ChannelPass *pass)
{
    bool together = pass->channels > 1;
    for (int k = 0; k < pass->operands; k++)
        together = together && pass->channel[k] == 1;
    pass->columns = together || spread_planes(pass);
    pass->width = pass->channels * pass->spread;
    pass->tile = pass->width < TILE ? pass->width : TILE;
    pass->steps = pass->count / pass->spread;
    while (pass->n < 2) { /* two dimensions at least, for runs of rows */
        for (int d = pass->n; d > 0; d--) {
            pass->size[d] = pass->size[d - 1];
            for (int k = 0; k < pass->operands; k++)
                pass->step[k][d] = pass->step[k][d - 1];
        }
        pass->size[0] = 1;
        pass->n++;
    }
    if (!pass->columns || pass->count == 0 || pass->channels == 0)
        return;
    pass->tiles = (pass->width + pass->tile - 1) / pass->tile;
    int64_t most = pass->tiles < UNITS / 4 ? UNITS / pass->tiles : 1;
    int64_t least = (WORK + pass->tile - 1) / pass->tile;
    pass->chunk = (pass->steps + most - 1) / most;
    if (pass->chunk < least)
        pass->chunk = least;
    pass->chunks = (pass->steps + pass->chunk - 1) / pass->chunk;
}

bool channel_pass_start(ChannelPass *pass, const char *operation, const Tensor *const *operands, int n)
{
    const Tensor *x = operands[0];
    *pass = (ChannelPass){.loops = norm_loops(x->dtype),
                          .dtype = x->dtype,
                          .element = dtype_size(x->dtype),
                          .channels = x->shape[1],
                          .count = 1,
                          .spread = 1,
                          .operands = n,
                          .device = x->storage->device};
    if (pass->loops == NULL)
        return error_raise(ERROR_DTYPE, operation, "\"%s\" not implemented for '%s'", operation,
                           dtype_scalar_name(x->dtype)) != NULL;
    for (int k = 0; k < n; k++) {
        pass->data[k] = tensor_address(operands[k]);
        pass->channel[k] = operands[k]->strides[1];
    }
    for (int d = 0; d < x->ndim; d++)
        if (d != 1) {
            pass->count *= x->shape[d];
            if (x->shape[d] > 1)
                add_dim(pass, operands, d);
        }
    merge_dims(pass);
    plan(pass);
    size_t c = (size_t)pass->channels, width = (size_t)pass->width;
    size_t partial = 2 * width * (size_t)pass->chunks;
    pass->bytes = ((2 + PASS_COEFFICIENTS) * (c + width) + partial + 1) * sizeof(double);
    pass->sums = allocator_allocate(pass->device, pass->bytes, operation);
    if (pass->sums == NULL)
        return false;
    pass->k = pass->sums + 2 * c;
    pass->partial = pass->k + PASS_COEFFICIENTS * c;
    pass->pivot = pass->partial + partial;
    pass->k_columns = pass->pivot + width;
    memset(pass->sums, 0, 2 * c * sizeof(double));
    return true;
}

void channel_pass_end(ChannelPass *pass)
{
    allocator_release(pass->device, pass->sums, pass->bytes);
}

/* The run that begins at step `at`. Columns are cut at `end`; rows come two dimensions at a time. */
static Run run_at(const ChannelPass *pass, int64_t at, int64_t end)
{
    int inner = pass->n - 1;
    Run run = {.rows = pass->columns ? 1 : pass->size[inner - 1]};
    for (int d = inner; d >= 0; d--) {
        int64_t index = at % pass->size[d];
        at /= pass->size[d];
        if (d == inner)
            run.n = pass->size[d] - index;
        for (int k = 0; k < pass->operands; k++)
            run.offset[k] += index * pass->step[k][d];
    }
    if (run.n > end)
        run.n = end;
    return run;
}

static char *address(const ChannelPass *pass, int k, const Run *run, int64_t channel_offset)
{
    return pass->data[k] + (run->offset[k] + channel_offset) * (int64_t)pass->element;
}

typedef enum PassKind { MOMENTS, PRODUCTS, SCALE, GRADIENT } PassKind;

typedef struct Job {
    const ChannelPass *pass;
    PassKind kind;
} Job;

static void rows_run(const ChannelPass *p, PassKind kind, int64_t c, const Run *run)
{
    const NormLoops *loops = p->loops;
    int inner = p->n - 1;
    const double *k = p->k + c * PASS_COEFFICIENTS;
    double sums[2] = {0};
    char *data[PASS_OPERANDS] = {NULL};
    int64_t step[PASS_OPERANDS] = {0}, next[PASS_OPERANDS] = {0};
    for (int i = 0; i < p->operands; i++) {
        data[i] = address(p, i, run, c * p->channel[i]);
        step[i] = p->step[i][inner];
        next[i] = p->step[i][inner - 1];
    }
    if (kind == MOMENTS)
        loops->row_moments(data[0], step[0], run->n, run->rows, next[0], *k, sums);
    else if (kind == PRODUCTS)
        loops->row_products(data[1], step[1], data[0], step[0], run->n, run->rows, next[1], next[0], *k,
                            sums);
    p->sums[c] += sums[0];
    p->sums[p->channels + c] += sums[1];
    if (kind == MOMENTS || kind == PRODUCTS)
        return;
    for (int64_t row = 0; row < run->rows; row++) {
        if (kind == SCALE)
            loops->row_scale(data[1], step[1], data[0], step[0], run->n, k);
        else
            loops->row_gradient(data[2], step[2], data[1], step[1], data[0], step[0], run->n, k);
        for (int i = 0; i < p->operands; i++)
            data[i] += next[i] * (int64_t)p->element;
    }
}

static void rows(void *context, int64_t begin, int64_t end)
{
    const Job *job = context;
    const ChannelPass *p = job->pass;
    for (int64_t c = begin; c < end; c++)
        for (int64_t at = 0; at < p->steps;) {
            Run run = run_at(p, at, p->steps);
            rows_run(p, job->kind, c, &run);
            at += run.n * run.rows;
        }
}

static void columns_run(const ChannelPass *p, PassKind kind, int64_t first, int64_t tile, const Run *run,
                        double *sums)
{
    const NormLoops *loops = p->loops;
    int inner = p->n - 1;
    const void *k = (const char *)p->k_columns + first * PASS_COEFFICIENTS * (int64_t)p->element;
    char *x = address(p, 0, run, first), *second = p->operands > 1 ? address(p, 1, run, first) : NULL;
    int64_t px = p->step[0][inner], p2 = p->step[1][inner];
    if (kind == MOMENTS)
        loops->column_moments(x, px, run->n, tile, p->pivot + first, sums);
    else if (kind == PRODUCTS)
        loops->column_products(second, p2, x, px, run->n, tile, p->pivot + first, sums);
    else if (kind == SCALE)
        loops->column_scale(second, p2, x, px, run->n, tile, k);
    else
        loops->column_gradient(address(p, 2, run, first), p->step[2][inner], second, p2, x, px, run->n, tile,
                               k);
}

/* A unit is a tile of columns in a chunk of steps. */
static void columns(void *context, int64_t begin, int64_t end)
{
    const Job *job = context;
    const ChannelPass *p = job->pass;
    for (int64_t unit = begin; unit < end; unit++) {
        int64_t chunk = unit / p->tiles, first = unit % p->tiles * p->tile;
        int64_t tile = p->width - first < p->tile ? p->width - first : p->tile;
        int64_t at = chunk * p->chunk, last = at + p->chunk < p->steps ? at + p->chunk : p->steps;
        double *sums = p->partial + 2 * (chunk * p->width + first);
        if (job->kind == MOMENTS || job->kind == PRODUCTS)
            memset(sums, 0, 2 * (size_t)tile * sizeof(double));
        while (at < last) {
            Run run = run_at(p, at, last - at);
            columns_run(p, job->kind, first, tile, &run, sums);
            at += run.n;
        }
    }
}

/* The sums of a channel's columns, in their order. */
static void add_partial(ChannelPass *pass)
{
    for (int64_t chunk = 0; chunk < pass->chunks; chunk++)
        for (int64_t first = 0; first < pass->width; first += pass->tile) {
            int64_t tile = pass->width - first < pass->tile ? pass->width - first : pass->tile;
            const double *s = pass->partial + 2 * (chunk * pass->width + first);
            int64_t c = first / pass->spread, left = pass->spread - first % pass->spread;
            for (int64_t i = 0; i < tile; i++) {
                pass->sums[c] += s[i];
                pass->sums[pass->channels + c] += s[tile + i];
                if (--left == 0) {
                    c++;
                    left = pass->spread;
                }
            }
        }
}

static void run_pass(ChannelPass *pass, PassKind kind)
{
    Job job = {pass, kind};
    if (pass->count == 0)
        return;
    if (pass->columns)
        parallel_for(pass->chunks * pass->tiles, 1, columns, &job);
    else
        parallel_for(pass->channels, (WORK + pass->count - 1) / pass->count, rows, &job);
}

static void sum_pass(ChannelPass *pass, PassKind kind)
{
    memset(pass->sums, 0, 2 * (size_t)pass->channels * sizeof(double));
    for (int64_t i = 0; pass->columns && i < pass->width; i++)
        pass->pivot[i] = pass->k[i / pass->spread * PASS_COEFFICIENTS];
    run_pass(pass, kind);
    if (pass->columns)
        add_partial(pass);
}

void channel_pass_moments(ChannelPass *pass)
{
    sum_pass(pass, MOMENTS);
}

void channel_pass_products(ChannelPass *pass)
{
    sum_pass(pass, PRODUCTS);
}

/* The coefficients as elements, lists of n for every tile. */
static void spread_coefficients(ChannelPass *pass, int n)
{
    for (int64_t first = 0; pass->columns && first < pass->width; first += pass->tile) {
        int64_t tile = pass->width - first < pass->tile ? pass->width - first : pass->tile;
        for (int list = 0; list < n; list++) {
            int64_t to = first * PASS_COEFFICIENTS + list * tile;
            int64_t c = first / pass->spread, left = pass->spread - first % pass->spread;
            for (int64_t i = 0; i < tile; i++) {
                double k = pass->k[c * PASS_COEFFICIENTS + list];
                if (pass->dtype == DTYPE_FLOAT32)
                    ((float *)pass->k_columns)[to + i] = (float)k;
                else
                    ((double *)pass->k_columns)[to + i] = k;
                if (--left == 0) {
                    c++;
                    left = pass->spread;
                }
            }
        }
    }
}

void channel_pass_scale(ChannelPass *pass)
{
    spread_coefficients(pass, 2);
    run_pass(pass, SCALE);
}

void channel_pass_gradient(ChannelPass *pass)
{
    spread_coefficients(pass, 4);
    run_pass(pass, GRADIENT);
}
