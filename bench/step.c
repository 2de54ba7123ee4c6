/* Times the reference model, as bench/step.py does in PyTorch.
 *
 *     step train|eval BATCH THREADS [STEPS]
 *
 * prints one line: milliseconds a step (the median), and the process's peak memory in MB. A training step is
 * zero_grad, forward, cross entropy, backward and SGD with momentum; eval is a forward without gradients. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <taper.h>

#include "bench/timing.h"
#include "examples/training/model.h"

enum { WARMUP = 3, MAX_STEPS = 1000 };

static double train_step(Module *model, Optimizer *optimizer, Tensor *inputs, Tensor *labels)
{
    optim_zero_grad(optimizer);
    Tensor *loss = tensor_cross_entropy(nn_forward(model, inputs), labels);
    tensor_backward(loss);
    optim_step(optimizer);
    return tensor_item(loss);
}

static double eval_step(Module *model, Tensor *inputs)
{
    double first = 0;
    autograd_inference_mode
    {
        Tensor *outputs = nn_forward(model, inputs);
        first = tensor_item(tensor_select(tensor_select(outputs, 0, 0), 0, 0));
    }
    return first;
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: step train|eval BATCH THREADS [STEPS]\n");
        return EXIT_FAILURE;
    }
    const bool train = strcmp(argv[1], "train") == 0;
    const int64_t batch = atoll(argv[2]);
    const int steps = argc > 4 && atoi(argv[4]) < MAX_STEPS ? atoi(argv[4]) : 10;
    double times[MAX_STEPS];
    tensor_set_num_threads(atoi(argv[3]));
    tensor_manual_seed(0);
    Module *model = se_resnet_new(10);
    Optimizer *optimizer = optim_SGD(nn_parameters(model), .lr = 0.001, .momentum = 0.9);
    Tensor *inputs = tensor_randn(DIMS(batch, 3, 32, 32)), *labels = tensor_randint(0, 10, DIMS(batch));
    if (!train)
        nn_eval(model);
    for (int i = -WARMUP; i < steps; i++)
        tensor_scope {
            double start = timing_now();
            if (train)
                train_step(model, optimizer, inputs, labels);
            else
                eval_step(model, inputs);
            if (i >= 0)
                times[i] = timing_now() - start;
        }
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%.2f;%.0f\n", timing_median(times, (size_t)steps), (double)usage.ru_maxrss / 1024);
    return EXIT_SUCCESS;
}
