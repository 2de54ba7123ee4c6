/* Pooling: every element of the result is the maximum or the mean of a window of x.
 *
 * Ordinary and adaptive pooling differ only in where the windows lie. So the windows of each row and each
 * column of the result are worked out first, and the loops below are the same for all kinds. Work is shared
 * out by images and channels, which never meet. */
#include <math.h>
#include <stdlib.h>

#include "core/cpu/conv.h"
#include "core/cpu/kernels.h"
#include "core/cpu/norm_loops.h"
#include "core/error.h"
#include "core/threads.h"

enum {
    WORK = 16384,           /* elements worth a thread's while */
    BLOCK = WINDOW_COLUMNS, /* channels taken together where they are neighbours in memory */
};

/* begin .. end - 1 lie inside of x; padded counts what lies in the padding too. */
typedef struct Window {
    int64_t begin, end, padded;
} Window;

typedef struct Pool {
    Images x, out, indices;
    const NormLoops *loops;
    Window *rows, *columns; /* one for each row and column of out */
    int64_t step[2];        /* within a window: the dilation */
    bool count_include_pad;
    int64_t divisor; /* 0: the size of the window */
    int64_t block;   /* channels of a unit of work */
    void (*unit)(const struct Pool *p, int64_t n, int64_t c, int64_t b);
} Pool;

static double divisor_of(const Pool *p, Window rows, Window columns)
{
    if (p->divisor)
        return (double)p->divisor;
    if (p->count_include_pad)
        return (double)(rows.padded * columns.padded);
    return (double)((rows.end - rows.begin) * (columns.end - columns.begin));
}

static NormWindow window_of(const Pool *p, Window rows, Window columns)
{
    return (NormWindow){.begin = {rows.begin, columns.begin},
                        .end = {rows.end, columns.end},
                        .step = {p->step[0], p->step[1]},
                        .stride = {p->x.sh, p->x.sw},
                        .width = p->x.w};
}

#define T          float
#define NAME(loop) loop##_float
#include "core/cpu/pool_body.h"
#undef T
#undef NAME

#define T          double
#define NAME(loop) loop##_double
#include "core/cpu/pool_body.h"
#undef T
#undef NAME

#define LOOP(loop, dtype) ((dtype) == DTYPE_FLOAT32 ? loop##_float : loop##_double)

static Window window_at(int64_t i, int64_t size, const PoolParams *p, int d)
{
    int64_t begin = i * p->stride[d] - p->padding[d], end = begin + (p->kernel[d] - 1) * p->dilation[d] + 1;
    int64_t padded = end < size + p->padding[d] ? end - begin : size + p->padding[d] - begin;
    if (begin < 0)
        begin += (-begin + p->dilation[d] - 1) / p->dilation[d] * p->dilation[d];
    if (end > size)
        end = size;
    return (Window){begin, end, padded};
}

/* The i-th of n parts of `size`, rounded outwards: neighbours overlap where n does not divide size. */
static Window window_adaptive(int64_t i, int64_t n, int64_t size)
{
    int64_t begin = i * size / n, end = ((i + 1) * size + n - 1) / n;
    return (Window){begin, end, end - begin};
}

static bool neighbours(const Images *images)
{
    return images->data == NULL || images->sc == 1;
}

/* Fills in what the loops need; p NULL: adaptive. `indices` may be NULL. */
static bool pool_start(Pool *pool, const char *operation, const Tensor *x, const Tensor *out,
                       const Tensor *indices, const PoolParams *p)
{
    *pool = (Pool){.x = images_of(x), .out = images_of(out), .loops = norm_loops(x->dtype), .step = {1, 1}};
    if (pool->loops == NULL)
        return error_raise(ERROR_DTYPE, operation, "\"%s\" not implemented for '%s'", operation,
                           dtype_scalar_name(x->dtype)) != NULL;
    if (indices && (pool->x.h > INT32_MAX || pool->x.w > INT32_MAX / (pool->x.h + 1)))
        return error_raise(ERROR_UNSUPPORTED, operation, "maxima of images beyond 2^31 elements") != NULL;
    if (indices)
        pool->indices = images_of(indices);
    bool together =
        pool->x.c > 1 && neighbours(&pool->x) && neighbours(&pool->out) && neighbours(&pool->indices);
    pool->block = together ? BLOCK : 1;
    pool->rows = malloc((size_t)(pool->out.h + pool->out.w + 1) * sizeof(Window));
    if (pool->rows == NULL)
        return error_raise(ERROR_MEMORY, operation, "out of memory for the windows") != NULL;
    pool->columns = pool->rows + pool->out.h;
    for (int64_t i = 0; i < pool->out.h; i++)
        pool->rows[i] = p ? window_at(i, pool->x.h, p, 0) : window_adaptive(i, pool->out.h, pool->x.h);
    for (int64_t i = 0; i < pool->out.w; i++)
        pool->columns[i] = p ? window_at(i, pool->x.w, p, 1) : window_adaptive(i, pool->out.w, pool->x.w);
    if (p) {
        pool->step[0] = p->dilation[0];
        pool->step[1] = p->dilation[1];
        pool->count_include_pad = p->count_include_pad;
        pool->divisor = p->divisor_override;
    }
    return true;
}

static void units(void *context, int64_t begin, int64_t end)
{
    const Pool *p = context;
    int64_t blocks = (p->x.c + p->block - 1) / p->block;
    int64_t n = begin / blocks, c = begin % blocks * p->block;
    for (int64_t unit = begin; unit < end; unit++) {
        int64_t rest = p->x.c - c;
        p->unit(p, n, c, rest < p->block ? rest : p->block);
        c += p->block;
        if (c >= p->x.c) {
            c = 0;
            n++;
        }
    }
}

static bool pool_run(Pool *p)
{
    int64_t blocks = (p->x.c + p->block - 1) / p->block;
    int64_t work = p->block * (p->x.h * p->x.w + p->out.h * p->out.w + 1);
    parallel_for(p->x.n * blocks, (WORK + work - 1) / work, units, p);
    free(p->rows);
    return true;
}

/* Whether the only window is all of x. */
static bool is_mean(const Pool *p)
{
    return p->out.h == 1 && p->out.w == 1 && p->divisor == 0 && p->rows[0].begin == 0 &&
           p->rows[0].end == p->x.h && p->columns[0].begin == 0 && p->columns[0].end == p->x.w &&
           (!p->count_include_pad || p->rows[0].padded * p->columns[0].padded == p->x.h * p->x.w);
}

bool cpu_max_pool2d(Tensor *out, Tensor *indices, const Tensor *x, const PoolParams *p)
{
    Pool pool;
    if (!pool_start(&pool, "max_pool2d", x, out, indices, p))
        return false;
    pool.unit = LOOP(max, x->dtype);
    return pool_run(&pool);
}

bool cpu_max_pool2d_backward(Tensor *grad_x, const Tensor *grad, const Tensor *indices)
{
    Pool pool;
    if (!pool_start(&pool, "max_pool2d_backward", grad_x, grad, indices, NULL))
        return false;
    pool.unit = LOOP(max_backward, grad_x->dtype);
    return pool_run(&pool);
}

bool cpu_max_pool2d_gather(Tensor *out, const Tensor *x, const Tensor *indices)
{
    Pool pool;
    if (!pool_start(&pool, "max_pool2d_gather", x, out, indices, NULL))
        return false;
    pool.unit = LOOP(gather, x->dtype);
    return pool_run(&pool);
}

static bool average(Tensor *out, const Tensor *x, const PoolParams *p, const char *operation)
{
    Pool pool;
    if (!pool_start(&pool, operation, x, out, NULL, p))
        return false;
    pool.unit = is_mean(&pool) ? LOOP(mean, x->dtype) : LOOP(avg, x->dtype);
    return pool_run(&pool);
}

static bool average_backward(Tensor *grad_x, const Tensor *grad, const PoolParams *p, const char *operation)
{
    Pool pool;
    if (!pool_start(&pool, operation, grad_x, grad, NULL, p))
        return false;
    pool.unit = is_mean(&pool) ? LOOP(mean_backward, grad_x->dtype) : LOOP(avg_backward, grad_x->dtype);
    return pool_run(&pool);
}

/* Windows of an average have no gaps, whatever `dilation` says. */
static PoolParams without_dilation(const PoolParams *p)
{
    PoolParams dense = *p;
    dense.dilation[0] = dense.dilation[1] = 1;
    return dense;
}

bool cpu_avg_pool2d(Tensor *out, const Tensor *x, const PoolParams *p)
{
    PoolParams dense = without_dilation(p);
    return average(out, x, &dense, "avg_pool2d");
}

bool cpu_avg_pool2d_backward(Tensor *grad_x, const Tensor *grad, const PoolParams *p)
{
    PoolParams dense = without_dilation(p);
    return average_backward(grad_x, grad, &dense, "avg_pool2d_backward");
}

bool cpu_adaptive_pool2d(PoolOp op, Tensor *out, Tensor *indices, const Tensor *x)
{
    if (op == POOL_AVG)
        return average(out, x, NULL, "adaptive_avg_pool2d");
    Pool pool;
    if (!pool_start(&pool, "adaptive_max_pool2d", x, out, indices, NULL))
        return false;
    pool.unit = LOOP(max, x->dtype);
    return pool_run(&pool);
}

bool cpu_adaptive_avg_pool2d_backward(Tensor *grad_x, const Tensor *grad)
{
    return average_backward(grad_x, grad, NULL, "adaptive_avg_pool2d_backward");
}
