/* Reductions over any dimensions of any strides.
 *
 * The dimensions of x are sorted into those that are kept and those that are reduced, each list from the
 * largest stride to the smallest, and neighbours that step through memory as one are merged. Then memory
 * order decides the loop: if x's fastest dimension is reduced, each output folds rows; if it is kept, a tile
 * of neighbouring outputs folds column after column, so both read memory forwards.
 *
 * Where the outputs alone give too little to share among threads, the reduced elements are cut into chunks
 * whose partial results are joined in order. The cut depends on the shape alone, never on the threads, so
 * the numbers are the same for any number of threads. */
#include "core/cpu/kernels.h"

#include <math.h>
#include <string.h>

#include "core/allocator.h"
#include "core/cpu/reduce_folds.h"
#include "core/error.h"
#include "core/threads.h"

enum {
    WORK = 32768,    /* elements worth a thread's while */
    TILE = 256,      /* outputs folded side by side */
    MANY_TILES = 64, /* from here on the outputs alone keep all threads busy */
};

typedef struct Axes {
    int n;
    int64_t size[TENSOR_MAX_DIMS], x[TENSOR_MAX_DIMS], out[TENSOR_MAX_DIMS];
    int64_t count; /* the product of the sizes */
} Axes;

typedef struct Plan {
    Axes kept, reduced;
    bool columns;
    int64_t tile, tiles_inner, tiles; /* outputs of a tile; tiles in the innermost kept dimension; in all */
    int64_t chunk, chunks;            /* reduced elements of a chunk */
} Plan;

static void axes_add(Axes *axes, int64_t size, int64_t x, int64_t out)
{
    int at = axes->n++;
    for (; at > 0 && axes->x[at - 1] < x; at--) {
        axes->size[at] = axes->size[at - 1];
        axes->x[at] = axes->x[at - 1];
        axes->out[at] = axes->out[at - 1];
    }
    axes->size[at] = size;
    axes->x[at] = x;
    axes->out[at] = out;
}

static void axes_merge(Axes *axes)
{
    int n = 0;
    for (int i = 0; i < axes->n; i++) {
        if (n > 0 && axes->x[n - 1] == axes->x[i] * axes->size[i] &&
            axes->out[n - 1] == axes->out[i] * axes->size[i]) {
            axes->size[n - 1] *= axes->size[i];
        } else {
            axes->size[n] = axes->size[i];
            n++;
        }
        axes->x[n - 1] = axes->x[i];
        axes->out[n - 1] = axes->out[i];
    }
    if (n == 0) {
        axes->size[0] = 1;
        axes->x[0] = axes->out[0] = 1;
        n = 1;
    }
    axes->n = n;
    axes->count = 1;
    for (int i = 0; i < n; i++)
        axes->count *= axes->size[i];
}

static Plan plan_reduction(const Tensor *out, const Tensor *x)
{
    Plan plan = {.tile = 1};
    int64_t fastest = INT64_MAX;
    for (int d = 0; d < x->ndim; d++) {
        if (x->shape[d] == 1)
            continue;
        bool reduced = out->shape[d] == 1;
        axes_add(reduced ? &plan.reduced : &plan.kept, x->shape[d], x->strides[d],
                 reduced ? 0 : out->strides[d]);
        if (x->strides[d] < fastest) {
            fastest = x->strides[d];
            plan.columns = !reduced;
        }
    }
    axes_merge(&plan.kept);
    axes_merge(&plan.reduced);
    int64_t width = plan.kept.size[plan.kept.n - 1];
    if (plan.columns)
        plan.tile = width < TILE ? width : TILE;
    if (plan.kept.count == 0)
        return plan;
    plan.tiles_inner = (width + plan.tile - 1) / plan.tile;
    plan.tiles = plan.kept.count / width * plan.tiles_inner;
    int64_t length = plan.reduced.count > 0 ? plan.reduced.count : 1;
    plan.chunk = plan.tiles >= MANY_TILES ? length : WORK / plan.tile;
    plan.chunks = (length + plan.chunk - 1) / plan.chunk;
    return plan;
}

/* The position of flat index `i` within the axes, and the offset in x that goes with it. */
static int64_t axes_seek(const Axes *axes, int64_t i, int64_t *index)
{
    int64_t offset = 0;
    for (int d = axes->n - 1; d >= 0; d--) {
        index[d] = i % axes->size[d];
        i /= axes->size[d];
        offset += index[d] * axes->x[d];
    }
    return offset;
}

/* Steps dimension `d` and carries; returns the new offset. */
static int64_t axes_step(const Axes *axes, int d, int64_t *index, int64_t offset)
{
    for (; d >= 0; d--) {
        offset += axes->x[d];
        if (++index[d] < axes->size[d])
            break;
        offset -= axes->x[d] * axes->size[d];
        index[d] = 0;
    }
    return offset;
}

typedef struct Job {
    const Plan *plan;
    const Fold *fold;
    const char *x;
    size_t size; /* bytes of an element */
    const double *s;
    Accumulator *out; /* one per chunk and output */
} Job;

static void fold_rows(const Job *job, const char *x, int64_t begin, int64_t end, const double *s,
                      Accumulator *a)
{
    const Axes *axes = &job->plan->reduced;
    int inner = axes->n - 1;
    int64_t index[TENSOR_MAX_DIMS], offset = axes_seek(axes, begin, index);
    while (begin < end) {
        int64_t n = axes->size[inner] - index[inner];
        if (n > end - begin)
            n = end - begin;
        job->fold->row(x + offset * (int64_t)job->size, n, axes->x[inner], s, a);
        begin += n;
        offset -= index[inner] * axes->x[inner];
        index[inner] = 0;
        offset = axes_step(axes, inner - 1, index, offset);
    }
}

static void fold_columns(const Job *job, const char *x, int64_t width, int64_t begin, int64_t end,
                         const double *s, Accumulator *a)
{
    const Axes *axes = &job->plan->reduced;
    int64_t stride = job->plan->kept.x[job->plan->kept.n - 1];
    int64_t index[TENSOR_MAX_DIMS], offset = axes_seek(axes, begin, index);
    for (; begin < end; begin++) {
        job->fold->column(x + offset * (int64_t)job->size, width, stride, s, a);
        offset = axes_step(axes, axes->n - 1, index, offset);
    }
}

/* Units are (chunk, tile) pairs. */
static void fold_units(void *context, int64_t first, int64_t last)
{
    const Job *job = context;
    const Plan *plan = job->plan;
    int64_t width = plan->kept.size[plan->kept.n - 1];
    for (int64_t unit = first; unit < last; unit++) {
        int64_t chunk = unit / plan->tiles, tile = unit % plan->tiles;
        int64_t column = tile % plan->tiles_inner * plan->tile;
        int64_t output = tile / plan->tiles_inner * width + column;
        int64_t n = width - column < plan->tile ? width - column : plan->tile;
        int64_t begin = chunk * plan->chunk;
        int64_t end = begin + plan->chunk < plan->reduced.count ? begin + plan->chunk : plan->reduced.count;
        int64_t index[TENSOR_MAX_DIMS];
        const char *x = job->x + axes_seek(&plan->kept, output, index) * (int64_t)job->size;
        const double *s = job->s ? job->s + output : NULL;
        Accumulator *a = job->out + chunk * plan->kept.count + output;
        for (int64_t i = 0; i < n; i++)
            a[i] = job->fold->start;
        if (begin >= end)
            continue;
        if (plan->columns)
            fold_columns(job, x, n, begin, end, s, a);
        else
            fold_rows(job, x, begin, end, s, a);
    }
}

/* One pass over x: folds into plan->chunks * outputs accumulators, of which the first row is the result. */
static bool fold_all(const Plan *plan, FoldKind kind, const Tensor *x, const double *s, Accumulator *a)
{
    Job job = {plan, reduce_fold(kind, x->dtype), tensor_address(x), dtype_size(x->dtype), s, a};
    if (job.fold == NULL)
        return error_raise(ERROR_DTYPE, "reduce", "not implemented for '%s'", dtype_scalar_name(x->dtype)) !=
               NULL;
    int64_t work = plan->tile * (plan->chunk < plan->reduced.count ? plan->chunk : plan->reduced.count);
    parallel_for(plan->tiles * plan->chunks, work > 0 ? (WORK + work - 1) / work : WORK, fold_units, &job);
    for (int64_t chunk = 1; chunk < plan->chunks; chunk++)
        job.fold->join(a + chunk * plan->kept.count, plan->kept.count, a);
    return true;
}

static void put(Tensor *out, const Axes *kept, const Accumulator *a, bool integer)
{
    Axes axes = *kept;
    memcpy(axes.x, kept->out, sizeof axes.x);
    int64_t index[TENSOR_MAX_DIMS], offset = axes_seek(&axes, 0, index);
    size_t size = dtype_size(out->dtype);
    char *data = tensor_address(out);
    for (int64_t i = 0; i < kept->count; i++) {
        if (out->dtype == DTYPE_FLOAT32)
            ((float *)data)[offset] = integer ? (float)a[i].i : (float)a[i].f;
        else
            scalar_write(out->dtype, data + offset * (int64_t)size,
                         integer ? scalar_int(a[i].i) : scalar_float(a[i].f));
        offset = axes_step(&axes, axes.n - 1, index, offset);
    }
}

/* p-norms: the sum of |v|^p and its p-th root; 0 counts, infinities are the extremes. */
static bool norm(const Plan *plan, const Tensor *x, double p, double *s, Accumulator *a)
{
    FoldKind kind = p == 0           ? FOLD_NONZERO
                    : p == 1         ? FOLD_ABS
                    : p == 2         ? FOLD_SQUARE
                    : p == INFINITY  ? FOLD_ABS_MAX
                    : p == -INFINITY ? FOLD_ABS_MIN
                                     : FOLD_POW;
    for (int64_t i = 0; i < plan->kept.count; i++)
        s[i] = p;
    if (!fold_all(plan, kind, x, kind == FOLD_POW ? s : NULL, a))
        return false;
    for (int64_t i = 0; i < plan->kept.count; i++)
        a[i].f = kind == FOLD_SQUARE ? sqrt(a[i].f) : kind == FOLD_POW ? pow(a[i].f, 1 / p) : a[i].f;
    return true;
}

/* In two passes, so that nothing is lost where the mean is large: first the mean, then the deviations. */
static bool variance(const Plan *plan, const Tensor *x, double correction, double *s, Accumulator *a)
{
    if (!fold_all(plan, FOLD_SUM, x, NULL, a))
        return false;
    double n = (double)plan->reduced.count;
    for (int64_t i = 0; i < plan->kept.count; i++)
        s[i] = a[i].f / n;
    if (!fold_all(plan, FOLD_SQUARE, x, s, a))
        return false;
    for (int64_t i = 0; i < plan->kept.count; i++)
        a[i].f /= fmax(0, n - correction);
    return true;
}

/* log sum e^v = m + log sum e^(v - m): with m the maximum nothing overflows. An infinite one is the result.
 */
static bool logsumexp(const Plan *plan, const Tensor *x, double *s, Accumulator *a)
{
    if (!fold_all(plan, FOLD_MAX, x, NULL, a))
        return false;
    for (int64_t i = 0; i < plan->kept.count; i++)
        s[i] = a[i].f;
    if (!fold_all(plan, FOLD_EXP, x, s, a))
        return false;
    for (int64_t i = 0; i < plan->kept.count; i++)
        a[i].f = isinf(s[i]) ? s[i] : s[i] + log(a[i].f);
    return true;
}

static bool compute(ReduceOp op, const Plan *plan, const Tensor *x, double p, double *s, Accumulator *a)
{
    bool integer = !dtype_is_floating_point(x->dtype);
    bool ok = true;
    switch (op) {
    case REDUCE_SUM:
        return fold_all(plan, FOLD_SUM, x, NULL, a);
    case REDUCE_PROD:
        return fold_all(plan, FOLD_PROD, x, NULL, a);
    case REDUCE_AMAX:
        return fold_all(plan, FOLD_MAX, x, NULL, a);
    case REDUCE_AMIN:
        return fold_all(plan, FOLD_MIN, x, NULL, a);
    case REDUCE_VAR:
        return variance(plan, x, p, s, a);
    case REDUCE_NORM:
        return norm(plan, x, p, s, a);
    case REDUCE_LOGSUMEXP:
        return logsumexp(plan, x, s, a);
    case REDUCE_MEAN:
        ok = fold_all(plan, FOLD_SUM, x, NULL, a);
        for (int64_t i = 0; ok && i < plan->kept.count; i++)
            a[i].f = (integer ? (double)a[i].i : a[i].f) / (double)plan->reduced.count;
        return ok;
    default: /* REDUCE_ALL, REDUCE_ANY */
        ok = fold_all(plan, FOLD_NONZERO, x, NULL, a);
        for (int64_t i = 0; ok && i < plan->kept.count; i++) {
            int64_t nonzero = integer ? a[i].i : (int64_t)a[i].f;
            a[i].i = op == REDUCE_ALL ? nonzero == plan->reduced.count : nonzero > 0;
        }
        return ok;
    }
}

bool cpu_reduce(ReduceOp op, Tensor *out, const Tensor *x, double a)
{
    bool float_only = op == REDUCE_VAR || op == REDUCE_NORM || op == REDUCE_LOGSUMEXP;
    bool integer = !dtype_is_floating_point(x->dtype);
    if (float_only && integer)
        return error_raise(ERROR_DTYPE, "reduce", "not implemented for '%s'", dtype_scalar_name(x->dtype)) !=
               NULL;
    Plan plan = plan_reduction(out, x);
    if (plan.kept.count == 0)
        return true;
    size_t s_bytes = (size_t)plan.kept.count * sizeof(double);
    size_t bytes = s_bytes + (size_t)(plan.kept.count * plan.chunks) * sizeof(Accumulator);
    double *s = allocator_allocate(x->storage->device, bytes, "reduce");
    if (s == NULL)
        return false;
    Accumulator *sums = (Accumulator *)(s + plan.kept.count);
    bool ok = compute(op, &plan, x, a, s, sums);
    if (ok)
        put(out, &plan.kept, sums, op >= REDUCE_ALL || (integer && op != REDUCE_MEAN));
    allocator_release(x->storage->device, s, bytes);
    return ok;
}
