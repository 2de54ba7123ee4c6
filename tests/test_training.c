/* A small SE-ResNet trained from end to end, against PyTorch's numbers (tests/reference/training.py), and for
 * 500 steps without growing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>
#include <taper.h>

#include "expect.h"
#include "fnv1a.h"
#include "pattern.h"

enum { IMAGES = 80, BATCH = 8, STEPS = 20 };

typedef struct Row {
    uint64_t seed, weights, batches;
    double losses[STEPS];
} Row;

static const Row rows[] = {
#include "vectors/training.inc"
};

typedef struct SmallNet {
    Module base;
    Module *conv1, *bn1, *relu, *layer1, *avg_pool, *fc;
} SmallNet;

NN_FORWARD(SmallNet, self, x)
{
    Tensor *out = nn_forward(self->relu, nn_forward(self->bn1, nn_forward(self->conv1, x)));
    out = nn_forward(self->avg_pool, nn_forward(self->layer1, out));
    return nn_forward(self->fc, tensor_flatten(out, 1));
}

static Module *small_net(void)
{
    SmallNet *self = nn_new(SmallNet);
    nn_child(self, conv1, nn_Conv2d(3, 16, .kernel_size = 3, .padding = 1, .bias = false));
    nn_child(self, bn1, nn_BatchNorm2d(16));
    nn_child(self, relu, nn_ReLU(.inplace = true));
    nn_child(self, layer1, nn_Sequential(nn_ResidualBlock(16, 16), nn_ResidualBlock(16, 32, .stride = 2)));
    nn_child(self, avg_pool, nn_AdaptiveAvgPool2d(1));
    nn_child(self, fc, nn_Linear(32, 10));
    return &self->base;
}

/* One step; the loss, as a number. */
static double step(Module *model, Optimizer *optimizer, Tensor *inputs, Tensor *labels)
{
    optim_zero_grad(optimizer);
    Tensor *loss = tensor_cross_entropy(nn_forward(model, inputs), labels);
    tensor_backward(loss);
    optim_step(optimizer);
    return tensor_item(loss);
}

static Optimizer *sgd(Module *model)
{
    return optim_SGD(nn_parameters(model), .lr = 0.05, .momentum = 0.9, .weight_decay = 5e-4);
}

static uint64_t hash_tensor(uint64_t hash, Tensor *x)
{
    return fnv1a(hash, tensor_data_ptr(x), (size_t)tensor_numel(x) * dtype_size(tensor_dtype(x)));
}

static void compare(const Row *row)
{
    uint64_t weights = FNV1A_START, batches = FNV1A_START;
    int done = 0;
    tensor_manual_seed(row->seed);
    DataLoader *loader = data_DataLoader(&pattern_new(IMAGES, 10, reference_transform())->base,
                                         .batch_size = BATCH, .shuffle = true, .num_workers = 2);
    Module *model = small_net();
    TensorList parameters = nn_parameters(model);
    for (int64_t i = 0; i < parameters.n; i++)
        weights = hash_tensor(weights, parameters.items[i]);
    assert_true(weights == row->weights);
    nn_double(model);
    Optimizer *optimizer = sgd(model);
    while (done < STEPS)
        data_for_each (batch, loader) {
            batches = hash_tensor(hash_tensor(batches, batch.inputs), batch.labels);
            double loss = step(model, optimizer, tensor_double(batch.inputs), batch.labels);
            if (fabs(loss - row->losses[done]) > 1e-9 * fabs(row->losses[done]))
                fail_msg("seed %d, step %d: the loss is %.17g, PyTorch's %.17g", (int)row->seed, done + 1,
                         loss, row->losses[done]);
            done++;
        }
    assert_true(batches == row->batches);
}

static void test_losses_are_pytorchs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        tensor_scope {
            compare(&rows[i]);
        }
}

/* -- what a step leaves behind -- */

typedef struct Memory {
    int64_t objects, allocated, reserved;
    long pages;
} Memory;

static long resident_pages(void)
{
    long size = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%ld %ld", &size, &resident) != 2)
        resident = 0;
    if (file != NULL)
        fclose(file);
    return resident;
}

static Memory memory_now(void)
{
    AllocatorStats stats = allocator_stats(cpu_device());
    return (Memory){object_live_count(), stats.allocated, stats.reserved, resident_pages()};
}

static void test_memory_is_flat(void **state)
{
    (void)state;
    Memory before = {0}, after;
    tensor_manual_seed(0);
    Module *model = small_net();
    Optimizer *optimizer = sgd(model);
    for (int i = 0; i < 500; i++) {
        tensor_scope {
            step(model, optimizer, tensor_rand(DIMS(2, 3, 8, 8)), tensor_randint(0, 10, DIMS(2)));
        }
        if (i == 4)
            before = memory_now();
    }
    after = memory_now();
    assert_int_equal(after.objects, before.objects);
    assert_int_equal(after.allocated, before.allocated);
    assert_int_equal(after.reserved, before.reserved);
#ifndef __SANITIZE_ADDRESS__ /* which keeps what was freed for a while */
    assert_in_range(after.pages, 0, before.pages + (256 << 10) / sysconf(_SC_PAGESIZE));
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_losses_are_pytorchs, begin_test, end_test),
        cmocka_unit_test_setup_teardown(test_memory_is_flat, begin_test, end_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
