/* Times pooling and normalisation at the reference model's shapes, forward and backward.
 *
 *     pool_norm [BATCH [THREADS]]
 *
 * prints a line for each: name, milliseconds forward and backward (medians). bench/pool_norm.py sets them
 * against PyTorch's. */
#include <stdio.h>
#include <stdlib.h>

#include "core/cpu/kernels.h"
#include "core/scope.h"
#include "core/threads.h"
#include "bench/timing.h"

enum { ROUNDS = 15 };

static const int64_t shapes[][2] = {{64, 32}, {128, 16}, {256, 8}, {512, 4}}; /* channels, height and width */

static Tensor *sample(int64_t n, int64_t c, int64_t h, int64_t w, bool channels_last, DType dtype)
{
    int64_t shape[] = {n, c, h, w}, strides[4];
    contiguous_strides(shape, 4, strides);
    if (channels_last)
        channels_last_strides(shape, strides);
    Tensor *x = tensor_new_strided((Dims){4, shape}, strides, dtype, cpu_device(), "bench");
    for (int64_t i = 0; i < tensor_numel(x); i++)
        scalar_write(dtype, (char *)tensor_data_ptr(x) + (size_t)i * dtype_size(dtype),
                     scalar_float((double)(i * 7919 % 1001) / 500 - 1));
    return x;
}

static Tensor *channels(int64_t c, double value)
{
    Tensor *x = tensor_new(DIMS(c), DTYPE_FLOAT32, cpu_device(), "bench");
    for (int64_t i = 0; i < c; i++)
        ((float *)tensor_data_ptr(x))[i] = (float)value;
    return x;
}

typedef enum Kind { BATCH_NORM, BATCH_NORM_EVAL, AVG_1X1, MAX_POOL, AVG_POOL, LAYER_NORM, KINDS } Kind;
static const char *const names[KINDS] = {"batch_norm", "batch_norm eval", "adaptive_avg_pool2d",
                                         "max_pool2d", "avg_pool2d",      "layer_norm"};

typedef struct Data {
    Tensor *x, *y, *grad, *grad_x, *indices, *weight, *bias, *mean, *rstd, *grad_weight, *grad_bias;
    PoolParams p;
} Data;

static void forward(Kind kind, Data *d)
{
    switch (kind) {
    case BATCH_NORM:
    case BATCH_NORM_EVAL:
        cpu_batch_norm(d->y, d->mean, d->rstd, d->x, d->weight, d->bias, NULL, NULL, kind == BATCH_NORM, 0.1,
                       1e-5);
        break;
    case AVG_1X1:
        cpu_adaptive_pool2d(POOL_AVG, d->y, NULL, d->x);
        break;
    case MAX_POOL:
        cpu_max_pool2d(d->y, d->indices, d->x, &d->p);
        break;
    case AVG_POOL:
        cpu_avg_pool2d(d->y, d->x, &d->p);
        break;
    default:
        cpu_layer_norm(d->y, d->mean, d->rstd, d->x, d->weight, d->bias, d->weight->numel, 1e-5);
    }
}

static void backward(Kind kind, Data *d)
{
    switch (kind) {
    case BATCH_NORM:
    case BATCH_NORM_EVAL:
        cpu_batch_norm_backward(d->grad_x, d->grad_weight, d->grad_bias, d->grad, d->x, d->weight, d->mean,
                                d->rstd, kind == BATCH_NORM);
        break;
    case AVG_1X1:
        cpu_adaptive_avg_pool2d_backward(d->grad_x, d->grad);
        break;
    case MAX_POOL:
        cpu_max_pool2d_backward(d->grad_x, d->grad, d->indices);
        break;
    case AVG_POOL:
        cpu_avg_pool2d_backward(d->grad_x, d->grad, &d->p);
        break;
    default:
        cpu_layer_norm_backward(d->grad_x, d->grad_weight, d->grad_bias, d->grad, d->x, d->weight, d->mean,
                                d->rstd, d->weight->numel);
    }
}

/* Images [batch, c, size, size]; layer_norm runs over the channels of [batch, size, size, c]. */
static Data data_new(Kind kind, int64_t batch, int64_t c, int64_t size, bool last)
{
    bool rows = kind == LAYER_NORM;
    int64_t in[] = {rows ? size : c, size, rows ? c : size}, out[] = {in[0], in[1], in[2]};
    int64_t groups = rows ? batch * size * size : c;
    if (kind == AVG_1X1 || kind == MAX_POOL || kind == AVG_POOL)
        out[1] = out[2] = kind == AVG_1X1 ? 1 : (size - 1) / 2 + 1;
    return (Data){.x = sample(batch, in[0], in[1], in[2], last, DTYPE_FLOAT32),
                  .grad_x = sample(batch, in[0], in[1], in[2], last, DTYPE_FLOAT32),
                  .y = sample(batch, out[0], out[1], out[2], last, DTYPE_FLOAT32),
                  .grad = sample(batch, out[0], out[1], out[2], last, DTYPE_FLOAT32),
                  .indices = sample(batch, out[0], out[1], out[2], last, DTYPE_INT64),
                  .weight = channels(c, 1.5),
                  .bias = channels(c, 0.5),
                  .mean = channels(groups, 0.1),
                  .rstd = channels(groups, 1.1),
                  .grad_weight = channels(c, 0),
                  .grad_bias = channels(c, 0),
                  .p = {.kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}, .dilation = {1, 1}, true, 0}};
}

static void measure(Kind kind, int64_t batch, int64_t c, int64_t size, bool channels_last)
{
    Scope scope = scope_open();
    Data d = data_new(kind, batch, c, size, channels_last);
    double times[2][ROUNDS];
    for (int round = -2; round < ROUNDS; round++) {
        double t[3] = {timing_now()};
        forward(kind, &d);
        t[1] = timing_now();
        backward(kind, &d);
        t[2] = timing_now();
        for (int i = 0; i < 2 && round >= 0; i++)
            times[i][round] = t[i + 1] - t[i];
    }
    double forward = timing_median(times[0], ROUNDS), backward = timing_median(times[1], ROUNDS);
    printf("%s %lld@%lld%s;%.3f;%.3f\n", names[kind], (long long)c, (long long)size,
           channels_last ? " channels_last" : "", forward, backward);
    scope_close(scope);
}

int main(int argc, char **argv)
{
    int64_t batch = argc > 1 ? atoll(argv[1]) : 32;
    if (argc > 2 && !tensor_set_num_threads(atoi(argv[2])))
        return 1;
    for (int kind = 0; kind < KINDS; kind++)
        for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
            for (int last = 0; last < (kind == LAYER_NORM ? 1 : 2); last++)
                measure(kind, batch, shapes[i][0], shapes[i][1], last);
    return 0;
}
