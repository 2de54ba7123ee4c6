/* Convolutions whose groups have one input channel each: no channels to sum over, so no matrix product. Each
 * plane is copied once into a bordered buffer (conv_pack.c: stage); then a row of the result is a weighted
 * sum of contiguous rows, one for each tap, and the gradient of a weight is the inner product of rows. */
#include <omp.h>
#include <string.h>

#include "core/allocator.h"
#include "core/cpu/conv_gather.h"
#include "core/threads.h"

typedef struct Depthwise {
    Plan plan;
    char *grad_weight; /* NULL: forward */
    int64_t sums;      /* of a thread: the weights of a group */
} Depthwise;

/* A thread's memory. */
typedef struct Scratch {
    char *stage, *row, *weights;
    double *sums;
} Scratch;

#define REAL       float
#define NAME(name) name##_float
#include "core/cpu/conv_rows.h"
#undef REAL
#undef NAME
#define REAL       double
#define NAME(name) name##_double
#include "core/cpu/conv_rows.h"
#undef REAL
#undef NAME

static void stage(const Depthwise *d, const Scratch *s, int64_t n, int64_t group)
{
    Block block = {.image = n, .images = 1, .rows = d->plan.rows, .stage = s->stage};
    pack_stage(&d->plan, &block, group, 1);
}

static void filter_group(const Depthwise *d, const Scratch *s, int64_t task)
{
    const Gather *g = d->plan.g;
    int64_t n = task / g->groups, group = task % g->groups, per_group = g->out.c / g->groups;
    stage(d, s, n, group);
    for (int64_t m = group * per_group; m < (group + 1) * per_group; m++)
        if (g->dtype == DTYPE_FLOAT32)
            filter_plane_float(d, s, n, m);
        else
            filter_plane_double(d, s, n, m);
}

static void correlate_group(const Depthwise *d, const Scratch *s, int64_t group)
{
    const Gather *g = d->plan.g;
    int64_t per_group = g->out.c / g->groups, first = group * per_group;
    memset(s->sums, 0, (size_t)d->sums * sizeof(double));
    for (int64_t n = 0; n < g->out.n; n++) {
        stage(d, s, n, group);
        for (int64_t m = 0; m < per_group; m++)
            if (g->dtype == DTYPE_FLOAT32)
                correlate_plane_float(d, s, s->sums + m * g->n_taps, n, first + m);
            else
                correlate_plane_double(d, s, s->sums + m * g->n_taps, n, first + m);
    }
    for (int64_t m = 0; m < per_group; m++)
        if (g->dtype == DTYPE_FLOAT32)
            write_weights_float(d, s->sums + m * g->n_taps, first + m);
        else
            write_weights_double(d, s->sums + m * g->n_taps, first + m);
}

static bool run(const Gather *g, char *grad_weight, const char *operation)
{
    Depthwise d = {.plan = {.g = g, .tile = tile_for(g->dtype), .images = 1, .rows = g->out.h},
                   .grad_weight = grad_weight,
                   .sums = grad_weight == NULL ? 0 : g->out.c / g->groups * g->n_taps};
    plan_window(&d.plan);
    d.plan.unstaged = false;
    int64_t tasks = grad_weight == NULL ? g->out.n * g->groups : g->groups, size = (int64_t)d.plan.tile.size;
    int threads = omp_in_parallel() || tasks == 0 ? 1 : tensor_get_num_threads();
    int64_t taps = g->n_taps * (int64_t)sizeof(int64_t), sums = d.sums * (int64_t)sizeof(double);
    int64_t mine = sums + (d.plan.plane + g->out.w + g->n_taps) * size;
    mine = (mine + 63) / 64 * 64;
    size_t bytes = (size_t)(taps + threads * mine);
    char *scratch = allocator_allocate(cpu_device(), bytes, operation);
    if (scratch == NULL)
        return false;
    d.plan.tap_offsets = (int64_t *)(void *)scratch;
    pack_tap_offsets(&d.plan);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t task = 0; task < tasks; task++) {
        char *at = scratch + taps + omp_get_thread_num() * mine;
        Scratch s = {.sums = (double *)(void *)at, .stage = at + sums};
        s.row = s.stage + d.plan.plane * size;
        s.weights = s.row + g->out.w * size;
        if (grad_weight == NULL)
            filter_group(&d, &s, task);
        else
            correlate_group(&d, &s, task);
    }
    allocator_release(cpu_device(), scratch, bytes);
    return true;
}

bool conv_depthwise(const Gather *g, const char *operation)
{
    return run(g, NULL, operation);
}

bool conv_depthwise_weight(const Gather *g, char *grad_weight, const char *operation)
{
    return run(g, grad_weight, operation);
}
