/* The MobileNet of examples/mobilenet.c, the example's own code but for its main, against PyTorch's numbers
 * (tests/reference/mobilenet.py): names and values of the weights, losses, and what an evaluation finds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#define main mobilenet_main
#include "../examples/mobilenet.c"
#undef main

#include "expect.h"
#include "fnv1a.h"
#include "pattern.h"

enum { IMAGES = 24, BATCH = 6, STEPS = 6 };

typedef struct Row {
    uint64_t seed, names, weights;
    double losses[STEPS], accuracy;
} Row;

static const Row rows[] = {
#include "vectors/mobilenet.inc"
};

static void compare_weights(const Module *model, const Row *row)
{
    uint64_t names = FNV1A_START, weights = FNV1A_START;
    StateDict *dict = nn_state_dict(model);
    for (int64_t i = 0; i < state_dict_length(dict); i++)
        names = fnv1a(names, state_dict_name(dict, i), strlen(state_dict_name(dict, i)));
    assert_true(names == row->names);
    TensorList parameters = nn_parameters(model);
    for (int64_t i = 0; i < parameters.n; i++)
        weights = fnv1a(weights, tensor_data_ptr(parameters.items[i]),
                        (size_t)tensor_numel(parameters.items[i]) * sizeof(float));
    assert_true(weights == row->weights);
}

static void compare(const Row *row)
{
    int done = 0;
    tensor_manual_seed(row->seed);
    Dataset *images = &pattern_new(IMAGES, 10, reference_transform())->base;
    DataLoader *loader = data_DataLoader(images, .batch_size = BATCH, .shuffle = true);
    Module *model = MobileNet_new(10);
    compare_weights(model, row);
    nn_double(model);
    Module *criterion = nn_CrossEntropyLoss(.label_smoothing = 0.1);
    Optimizer *optimizer = make_optimizer(model);
    Scheduler *scheduler = optim_CosineAnnealingLR(optimizer, .T_max = 4);
    while (done < STEPS) {
        data_for_each (batch, loader) {
            if (done == STEPS)
                break;
            optim_zero_grad(optimizer);
            Tensor *outputs = nn_forward(model, tensor_double(batch.inputs));
            Tensor *loss = nn_forward(criterion, outputs, batch.labels);
            tensor_backward(loss);
            optim_step(optimizer);
            if (fabs(tensor_item(loss) - row->losses[done]) > 1e-9 * row->losses[done])
                fail_msg("seed %d, step %d: the loss is %.17g, PyTorch's %.17g", (int)row->seed, done + 1,
                         tensor_item(loss), row->losses[done]);
            done++;
        }
        optim_scheduler_step(scheduler);
    }
    assert_true(evaluate(nn_float(model), loader, cpu_device()) == row->accuracy);
}

static void test_numbers_are_pytorchs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        tensor_scope {
            compare(&rows[i]);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_numbers_are_pytorchs, begin_test, end_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
