/* Times the convolutions of the reference model: forward, and the gradients of input and weight.
 *
 *     conv [BATCH [THREADS [NAME]]]
 *
 * prints a line for each shape: name, milliseconds of the three (medians). bench/conv.py sets them against
 * PyTorch's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cpu/kernels.h"
#include "core/scope.h"
#include "core/threads.h"
#include "bench/timing.h"

typedef struct Shape {
    const char *name;
    int64_t in, out, size, kernel, stride, groups;
} Shape;

static const Shape shapes[] = {
    {"stem", 3, 64, 32, 3, 1, 1},
    {"64@32", 64, 64, 32, 3, 1, 1},
    {"64-128/2", 64, 128, 32, 3, 2, 1},
    {"128@16", 128, 128, 16, 3, 1, 1},
    {"128-256/2", 128, 256, 16, 3, 2, 1},
    {"256@8", 256, 256, 8, 3, 1, 1},
    {"256-512/2", 256, 512, 8, 3, 2, 1},
    {"512@4", 512, 512, 4, 3, 1, 1},
    {"1x1 64-128/2", 64, 128, 32, 1, 2, 1},
    {"1x1 128-256/2", 128, 256, 16, 1, 2, 1},
    {"1x1 256-512/2", 256, 512, 8, 1, 2, 1},
    {"1x1 64-256", 64, 256, 32, 1, 1, 1},
    {"depthwise 64@32", 64, 64, 32, 3, 1, 64},
};

enum { ROUNDS = 9 };

static Tensor *sample(int64_t a, int64_t b, int64_t c, int64_t d)
{
    Tensor *x = tensor_new(DIMS(a, b, c, d), DTYPE_FLOAT32, cpu_device(), "bench");
    float *data = tensor_data_ptr(x);
    for (int64_t i = 0; i < tensor_numel(x); i++)
        data[i] = (float)(i * 7919 % 1001) / 500 - 1;
    return x;
}

static void measure(const Shape *s, int64_t batch)
{
    ConvParams p = {{s->stride, s->stride}, {s->kernel / 2, s->kernel / 2}, {1, 1}, s->groups};
    Scope scope = scope_open();
    Tensor *x = sample(batch, s->in, s->size, s->size), *grad_x = sample(batch, s->in, s->size, s->size);
    Tensor *w = sample(s->out, s->in / s->groups, s->kernel, s->kernel);
    Tensor *grad_w = sample(s->out, s->in / s->groups, s->kernel, s->kernel);
    int64_t size = (s->size - 1) / s->stride + 1;
    Tensor *y = sample(batch, s->out, size, size), *grad = sample(batch, s->out, size, size);
    double times[3][ROUNDS];
    for (int round = -2; round < ROUNDS; round++) {
        double t[4] = {timing_now()};
        cpu_conv2d(y, x, w, NULL, &p);
        t[1] = timing_now();
        cpu_conv2d_backward_input(grad_x, grad, w, &p);
        t[2] = timing_now();
        cpu_conv2d_backward_weight(grad_w, grad, x, &p);
        t[3] = timing_now();
        for (int i = 0; i < 3 && round >= 0; i++)
            times[i][round] = t[i + 1] - t[i];
    }
    double median[3];
    for (int i = 0; i < 3; i++)
        median[i] = timing_median(times[i], ROUNDS);
    printf("%s;%.3f;%.3f;%.3f\n", s->name, median[0], median[1], median[2]);
    scope_close(scope);
}

int main(int argc, char **argv)
{
    int64_t batch = argc > 1 ? atoll(argv[1]) : 32;
    if (argc > 2 && !tensor_set_num_threads(atoi(argv[2])))
        return 1;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (argc <= 3 || strcmp(argv[3], shapes[i].name) == 0)
            measure(&shapes[i], batch);
    return 0;
}
