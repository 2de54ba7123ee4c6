/* Batch normalisation: y = (x - mean_c) rstd_c weight_c + bias_c for each channel c of x [N, C, ...].
 *
 * Everything is one of two loops over memory: sums per channel, and out = a_c x + b_c. Where the channels are
 * neighbours in memory (channels_last, or [N, C]) a loop takes columns, one sum per channel side by side;
 * elsewhere it takes one channel after the other as rows. Training reads x twice forward, and backward x and
 * the gradient twice each.
 *
 * The variance is taken in one pass around a pivot, an element of the channel: the sum of (x - pivot)^2 in
 * double loses nothing unless the pivot is millions of deviations away from the mean.
 *
 * Backward, with xhat = (x - mean) rstd and sums over the n elements of a channel:
 *   grad_bias = sum g,   grad_weight = sum g xhat,
 *   grad_x = weight rstd (g - sum g / n - xhat sum (g xhat) / n).
 * Reference: Ioffe, Szegedy, "Batch Normalization", 2015. */
#include <math.h>
#include <string.h>

#include "core/allocator.h"
#include "core/cpu/kernels.h"
#include "core/cpu/norm_loops.h"
#include "core/error.h"
#include "core/threads.h"

enum {
    WORK = 16384,    /* elements worth a thread's while */
    MAX_CHUNKS = 64, /* of pixels, where columns are summed by several threads */
    OPERANDS = 3,
};

/* The elements of a channel, in the memory order of the first operand, neighbouring dimensions merged. */
typedef struct Walk {
    const NormLoops *loops;
    bool columns;
    int operands, n;
    size_t element;
    int64_t channels, count; /* of channels; of elements of each */
    int64_t size[TENSOR_MAX_DIMS], step[OPERANDS][TENSOR_MAX_DIMS];
    char *data[OPERANDS];
    int64_t channel[OPERANDS]; /* the stride from channel to channel */
} Walk;

/* A stretch of elements at one stride, the walk's innermost. */
typedef struct Run {
    int64_t n, offset[OPERANDS];
} Run;

static void walk_add(Walk *walk, const Tensor *const *operands, int dim)
{
    int at = walk->n++;
    for (; at > 0 && walk->step[0][at - 1] < operands[0]->strides[dim]; at--) {
        walk->size[at] = walk->size[at - 1];
        for (int k = 0; k < walk->operands; k++)
            walk->step[k][at] = walk->step[k][at - 1];
    }
    walk->size[at] = operands[0]->shape[dim];
    for (int k = 0; k < walk->operands; k++)
        walk->step[k][at] = operands[k]->strides[dim];
}

static void walk_merge(Walk *walk)
{
    int n = 1;
    for (int d = 1; d < walk->n; d++) {
        bool merge = true;
        for (int k = 0; k < walk->operands; k++)
            merge = merge && walk->step[k][n - 1] == walk->step[k][d] * walk->size[d];
        if (merge)
            walk->size[n - 1] *= walk->size[d];
        else
            walk->size[n++] = walk->size[d];
        for (int k = 0; k < walk->operands; k++)
            walk->step[k][n - 1] = walk->step[k][d];
    }
    walk->n = n;
}

static bool walk_start(Walk *walk, const char *operation, const Tensor *const *operands, int n)
{
    const Tensor *x = operands[0];
    *walk = (Walk){.loops = norm_loops(x->dtype),
                   .columns = x->shape[1] > 1,
                   .operands = n,
                   .element = dtype_size(x->dtype),
                   .channels = x->shape[1],
                   .count = 1};
    if (walk->loops == NULL)
        return error_raise(ERROR_DTYPE, operation, "\"%s\" not implemented for '%s'", operation,
                           dtype_scalar_name(x->dtype)) != NULL;
    for (int k = 0; k < n; k++) {
        walk->data[k] = tensor_address(operands[k]);
        walk->channel[k] = operands[k]->strides[1];
        walk->columns = walk->columns && walk->channel[k] == 1;
    }
    for (int d = 0; d < x->ndim; d++)
        if (d != 1) {
            walk->count *= x->shape[d];
            if (x->shape[d] > 1)
                walk_add(walk, operands, d);
        }
    if (walk->n == 0)
        walk->size[walk->n++] = 1;
    walk_merge(walk);
    return true;
}

/* The run that begins at element `at`, cut at `end`. */
static Run walk_run(const Walk *walk, int64_t at, int64_t end)
{
    int inner = walk->n - 1;
    Run run = {.offset = {0}};
    int64_t rest = at;
    for (int d = inner; d >= 0; d--) {
        int64_t index = d > 0 ? rest % walk->size[d] : rest;
        rest = d > 0 ? rest / walk->size[d] : 0;
        if (d == inner)
            run.n = walk->size[d] - index;
        for (int k = 0; k < walk->operands; k++)
            run.offset[k] += index * walk->step[k][d];
    }
    if (run.n > end - at)
        run.n = end - at;
    return run;
}

static char *walk_at(const Walk *walk, int k, const Run *run, int64_t channel)
{
    return walk->data[k] + (run->offset[k] + channel * walk->channel[k]) * (int64_t)walk->element;
}

/* One pass: rows are split by channels, columns by pixels. */
typedef struct Pass {
    Walk walk;
    void (*run)(const struct Pass *pass, const Run *run, int64_t channel, double *sums);
    int64_t chunk; /* pixels whose sums are taken together; columns only */
    double *sums;  /* [chunks][2][channels]; NULL: the pass takes none */
    const double *pivot;
    const double *k; /* rows: [channels][4] */
    const void *columns_k;
} Pass;

static void pass_rows(void *context, int64_t begin, int64_t end)
{
    const Pass *pass = context;
    for (int64_t c = begin; c < end; c++) {
        Lanes lanes = {{0}};
        for (int64_t at = 0; at < pass->walk.count;) {
            Run run = walk_run(&pass->walk, at, pass->walk.count);
            pass->run(pass, &run, c, lanes.s);
            at += run.n;
        }
        for (int set = 0; pass->sums && set < 2; set++)
            pass->sums[set * pass->walk.channels + c] = lanes_total(&lanes, set);
    }
}

static void pass_columns(void *context, int64_t begin, int64_t end)
{
    const Pass *pass = context;
    for (int64_t chunk = begin; chunk < end; chunk++) {
        int64_t first = chunk * pass->chunk, last = first + pass->chunk;
        if (last > pass->walk.count)
            last = pass->walk.count;
        double *sums = pass->sums ? pass->sums + chunk * 2 * pass->walk.channels : NULL;
        while (first < last) {
            Run run = walk_run(&pass->walk, first, last);
            pass->run(pass, &run, 0, sums);
            first += run.n;
        }
    }
}

/* How many pixels the chunks of a columns pass have; one that takes no sums may as well use the same. */
static int64_t chunk_of(const Walk *walk)
{
    int64_t least = (WORK + walk->channels - 1) / walk->channels;
    int64_t chunk = (walk->count + MAX_CHUNKS - 1) / MAX_CHUNKS;
    return chunk > least ? chunk : least;
}

static int64_t chunks_of(const Walk *walk)
{
    return walk->columns && walk->count > 0 ? (walk->count + chunk_of(walk) - 1) / chunk_of(walk) : 1;
}

static void pass_over(Pass *pass)
{
    const Walk *walk = &pass->walk;
    int64_t chunks = chunks_of(walk), length = 2 * walk->channels;
    if (pass->sums)
        memset(pass->sums, 0, (size_t)(chunks * length) * sizeof(double));
    if (!walk->columns) {
        parallel_for(walk->channels, walk->count > 0 ? (WORK + walk->count - 1) / walk->count : WORK,
                     pass_rows, pass);
        return;
    }
    pass->chunk = chunk_of(walk);
    parallel_for(chunks, 1, pass_columns, pass);
    for (int64_t chunk = 1; pass->sums && chunk < chunks; chunk++)
        for (int64_t i = 0; i < length; i++)
            pass->sums[i] += pass->sums[chunk * length + i];
}

static void run_moments(const Pass *pass, const Run *run, int64_t c, double *sums)
{
    const Walk *walk = &pass->walk;
    const char *x = walk_at(walk, 0, run, c);
    int64_t step = walk->step[0][walk->n - 1];
    if (walk->columns)
        walk->loops->column_moments(x, step, run->n, walk->channels, pass->pivot, sums);
    else
        walk->loops->row_moments(x, step, run->n, pass->pivot[c], sums);
}

static void run_scale(const Pass *pass, const Run *run, int64_t c, double *sums)
{
    (void)sums;
    const Walk *walk = &pass->walk;
    char *x = walk_at(walk, 0, run, c), *out = walk_at(walk, 1, run, c);
    int64_t sx = walk->step[0][walk->n - 1], so = walk->step[1][walk->n - 1];
    if (walk->columns)
        walk->loops->column_scale(out, so, x, sx, run->n, walk->channels, pass->columns_k);
    else
        walk->loops->row_scale(out, so, x, sx, run->n, pass->k + 4 * c);
}

static void run_products(const Pass *pass, const Run *run, int64_t c, double *sums)
{
    const Walk *walk = &pass->walk;
    const char *x = walk_at(walk, 0, run, c), *grad = walk_at(walk, 1, run, c);
    int64_t sx = walk->step[0][walk->n - 1], sg = walk->step[1][walk->n - 1];
    if (walk->columns)
        walk->loops->column_products(grad, sg, x, sx, run->n, walk->channels, pass->pivot, sums);
    else
        walk->loops->row_products(grad, sg, x, sx, run->n, pass->pivot[c], sums);
}

static void run_gradient(const Pass *pass, const Run *run, int64_t c, double *sums)
{
    (void)sums;
    const Walk *walk = &pass->walk;
    char *x = walk_at(walk, 0, run, c), *grad = walk_at(walk, 1, run, c), *out = walk_at(walk, 2, run, c);
    int inner = walk->n - 1;
    int64_t sx = walk->step[0][inner], sg = walk->step[1][inner], so = walk->step[2][inner];
    if (walk->columns)
        walk->loops->column_gradient(out, so, grad, sg, x, sx, run->n, walk->channels, pass->columns_k);
    else
        walk->loops->row_gradient(out, so, grad, sg, x, sx, run->n, pass->k + 4 * c);
}

static double get(const Tensor *x, int64_t i)
{
    const void *data = tensor_address(x);
    return x->dtype == DTYPE_FLOAT32 ? (double)((const float *)data)[i * x->strides[0]]
                                     : ((const double *)data)[i * x->strides[0]];
}

static void put(Tensor *x, int64_t i, double value)
{
    void *data = tensor_address(x);
    if (x->dtype == DTYPE_FLOAT32)
        ((float *)data)[i * x->strides[0]] = (float)value;
    else
        ((double *)data)[i * x->strides[0]] = value;
}

/* What the passes need for each channel, in one block: [2][channels] sums for every chunk, then a pivot and
 * four coefficients a channel, then the coefficients as elements. */
typedef struct Scratch {
    size_t bytes;
    double *sums, *pivot, *k;
    void *columns_k;
    Device device;
} Scratch;

static bool scratch_take(Scratch *scratch, const Walk *walk, Device device, const char *operation)
{
    size_t c = (size_t)walk->channels, sums = 2 * c * (size_t)chunks_of(walk);
    scratch->device = device;
    scratch->bytes = (sums + 9 * c + 1) * sizeof(double);
    scratch->sums = allocator_allocate(device, scratch->bytes, operation);
    if (scratch->sums == NULL)
        return false;
    scratch->pivot = scratch->sums + sums;
    scratch->k = scratch->pivot + c;
    scratch->columns_k = scratch->k + 4 * c;
    return true;
}

/* The coefficients of a columns pass: those of the rows, n of them, as elements, one list for each. */
static void scratch_columns(Scratch *scratch, const Walk *walk, int n, DType dtype)
{
    for (int64_t c = 0; walk->columns && c < walk->channels; c++)
        for (int i = 0; i < n; i++) {
            double k = scratch->k[4 * c + i];
            if (dtype == DTYPE_FLOAT32)
                ((float *)scratch->columns_k)[i * walk->channels + c] = (float)k;
            else
                ((double *)scratch->columns_k)[i * walk->channels + c] = k;
        }
}

/* mean and rstd of x, and the running estimates moved towards them. */
static void statistics(Pass *pass, Scratch *scratch, const Tensor *x, Tensor *mean, Tensor *rstd,
                       Tensor *running_mean, Tensor *running_var, double momentum, double eps)
{
    const Walk *walk = &pass->walk;
    for (int64_t c = 0; c < walk->channels; c++) {
        const char *first = walk->data[0] + c * walk->channel[0] * (int64_t)walk->element;
        double pivot = x->dtype == DTYPE_FLOAT32 ? (double)*(const float *)(const void *)first
                                                 : *(const double *)(const void *)first;
        scratch->pivot[c] = isfinite(pivot) ? pivot : 0;
    }
    pass->run = run_moments;
    pass->sums = scratch->sums;
    pass->pivot = scratch->pivot;
    pass_over(pass);
    double n = (double)walk->count;
    for (int64_t c = 0; c < walk->channels; c++) {
        double s = scratch->sums[c], squares = scratch->sums[walk->channels + c];
        double center = scratch->pivot[c] + s / n, sum = squares - s * s / n;
        if (sum < 0)
            sum = 0;
        put(mean, c, center);
        put(rstd, c, 1 / sqrt(sum / n + eps));
        if (running_mean)
            put(running_mean, c, momentum * center + (1 - momentum) * get(running_mean, c));
        if (running_var)
            put(running_var, c, momentum * (sum / (n - 1)) + (1 - momentum) * get(running_var, c));
        scratch->pivot[c] = center;
        scratch->k[4 * c] = 1 / sqrt(sum / n + eps);
    }
    pass->sums = NULL;
}

bool cpu_batch_norm(Tensor *out, Tensor *mean, Tensor *rstd, const Tensor *x, const Tensor *weight,
                    const Tensor *bias, Tensor *running_mean, Tensor *running_var, bool training,
                    double momentum, double eps)
{
    Pass pass = {.run = NULL};
    Scratch scratch;
    const Tensor *operands[] = {x, out};
    if (!walk_start(&pass.walk, "batch_norm", operands, 2))
        return false;
    const Walk *walk = &pass.walk;
    if (walk->channels == 0 || walk->count == 0)
        return true;
    if (!scratch_take(&scratch, walk, x->storage->device, "batch_norm"))
        return false;
    if (training)
        statistics(&pass, &scratch, x, mean, rstd, running_mean, running_var, momentum, eps);
    for (int64_t c = 0; c < walk->channels; c++) {
        double center = training ? scratch.pivot[c] : get(mean, c);
        double scale = training ? scratch.k[4 * c] : get(rstd, c);
        scale *= weight ? get(weight, c) : 1;
        scratch.k[4 * c] = scale;
        scratch.k[4 * c + 1] = (bias ? get(bias, c) : 0) - center * scale;
    }
    scratch_columns(&scratch, walk, 2, x->dtype);
    pass.run = run_scale;
    pass.k = scratch.k;
    pass.columns_k = scratch.columns_k;
    pass_over(&pass);
    allocator_release(scratch.device, scratch.sums, scratch.bytes);
    return true;
}

/* In training: grad weight rstd, less what reaches the channel's mean and variance. */
static void input_gradient(Pass *pass, Scratch *scratch, const Tensor *weight, const Tensor *rstd,
                           DType dtype)
{
    const Walk *walk = &pass->walk;
    double n = (double)walk->count;
    for (int64_t c = 0; c < walk->channels; c++) {
        double r = get(rstd, c), scale = r * (weight ? get(weight, c) : 1);
        double *k = scratch->k + 4 * c;
        k[0] = scale;
        k[1] = scratch->pivot[c];
        k[2] = -scale * r * r * scratch->sums[walk->channels + c] / n;
        k[3] = -scale * scratch->sums[c] / n;
    }
    scratch_columns(scratch, walk, 4, dtype);
    pass->run = run_gradient;
    pass->sums = NULL;
    pass->k = scratch->k;
    pass->columns_k = scratch->columns_k;
    pass_over(pass);
}

/* With given statistics the layer is linear, and its gradient reads grad alone. */
static bool input_gradient_linear(Tensor *grad_x, const Tensor *grad, const Tensor *weight,
                                  const Tensor *rstd)
{
    Pass pass = {.run = run_scale};
    Scratch scratch;
    const Tensor *operands[] = {grad, grad_x};
    if (!walk_start(&pass.walk, "batch_norm_backward", operands, 2) ||
        !scratch_take(&scratch, &pass.walk, grad->storage->device, "batch_norm_backward"))
        return false;
    for (int64_t c = 0; c < pass.walk.channels; c++) {
        scratch.k[4 * c] = get(rstd, c) * (weight ? get(weight, c) : 1);
        scratch.k[4 * c + 1] = 0;
    }
    scratch_columns(&scratch, &pass.walk, 2, grad->dtype);
    pass.k = scratch.k;
    pass.columns_k = scratch.columns_k;
    pass_over(&pass);
    allocator_release(scratch.device, scratch.sums, scratch.bytes);
    return true;
}

bool cpu_batch_norm_backward(Tensor *grad_x, Tensor *grad_weight, Tensor *grad_bias, const Tensor *grad,
                             const Tensor *x, const Tensor *weight, const Tensor *mean, const Tensor *rstd,
                             bool training)
{
    if (grad_x && !training) {
        if (!input_gradient_linear(grad_x, grad, weight, rstd))
            return false;
        grad_x = NULL;
    }
    if (!training && grad_weight == NULL && grad_bias == NULL)
        return true;
    Pass pass = {.run = run_products};
    Scratch scratch;
    const Tensor *operands[] = {x, grad, grad_x};
    if (!walk_start(&pass.walk, "batch_norm_backward", operands, grad_x ? 3 : 2) ||
        !scratch_take(&scratch, &pass.walk, x->storage->device, "batch_norm_backward"))
        return false;
    const Walk *walk = &pass.walk;
    for (int64_t c = 0; c < walk->channels; c++)
        scratch.pivot[c] = get(mean, c);
    pass.sums = scratch.sums;
    pass.pivot = scratch.pivot;
    pass_over(&pass);
    for (int64_t c = 0; c < walk->channels; c++) {
        if (grad_bias)
            put(grad_bias, c, scratch.sums[c]);
        if (grad_weight)
            put(grad_weight, c, scratch.sums[walk->channels + c] * get(rstd, c));
    }
    if (grad_x && walk->count > 0)
        input_gradient(&pass, &scratch, weight, rstd, x->dtype);
    allocator_release(scratch.device, scratch.sums, scratch.bytes);
    return true;
}
