/* Trains the SE-ResNet of se_resnet.c on CIFAR-10: a tool with options, metrics, checkpoints.
 *
 *     train_cifar10 --data data --download --seed 0 --metrics metrics.jsonl
 *
 * With the same seed, weights, batches and losses are those of PyTorch (tests/reference/train.py). */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <taper.h>

#include "training/checkpoint.h"
#include "training/images.h"
#include "training/metrics.h"
#include "training/model.h"
#include "training/options.h"
#include "training/progress.h"

#define INTERRUPTED_CHECKPOINT "train_cifar10.safetensors"

/* Set by Ctrl-C: the step that runs is finished, a checkpoint is written. A second Ctrl-C ends the program at
 * once. */
static volatile sig_atomic_t interrupted;

static void interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

static void catch_interrupts(void)
{
    struct sigaction action = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* -- one pass over the test images -- */

static int64_t count_correct(Tensor *outputs, Tensor *labels)
{
    return tensor_item_int(tensor_sum(tensor_eq(tensor_argmax(outputs, 1), labels)));
}

/* False if it was interrupted. */
static bool evaluate(const Training *t, DataLoader *loader, double *accuracy, double *loss)
{
    int64_t images = 0, correct = 0;
    double total = 0;
    nn_eval(t->model);
    autograd_no_grad
    {
        data_for_each (batch, loader) {
            Tensor *inputs = tensor_to(tensor_to(batch.inputs, t->device), t->dtype);
            Tensor *labels = tensor_to(batch.labels, t->device);
            Tensor *outputs = nn_forward(t->model, inputs);
            int64_t n = tensor_size(labels, 0);
            total += tensor_item(tensor_cross_entropy(outputs, labels)) * (double)n;
            correct += count_correct(outputs, labels);
            images += n;
            if (interrupted)
                break;
        }
    }
    nn_train(t->model);
    *accuracy = (double)correct / (double)images;
    *loss = total / (double)images;
    return !interrupted;
}

/* -- training -- */

/* A step of the optimizer; returns the loss. */
static double train_step(Training *t, Tensor *inputs, Tensor *labels, int64_t *correct)
{
    optim_zero_grad(t->optimizer);
    Tensor *outputs = nn_forward(t->model, inputs);
    Tensor *loss = tensor_cross_entropy(outputs, labels);
    tensor_backward(loss);
    optim_step(t->optimizer);
    if (t->scheduler != NULL)
        optim_scheduler_step(t->scheduler);
    *correct = count_correct(outputs, labels);
    return tensor_item(loss);
}

static bool stops_here(const Training *t)
{
    int64_t max_steps = t->options->max_steps;
    return interrupted || (max_steps > 0 && t->position.total >= max_steps);
}

/* The rest of the epoch that the position is in. False if it was left before its end. */
static bool train_epoch(Training *t, DataLoader *loader)
{
    const int64_t done = t->position.step;
    progress_epoch(&t->progress, t->position.epoch);
    data_for_each (batch, loader) {
        if (batch.index < done) /* before the checkpoint: only drawn, as the generators must move on */
            continue;
        if (stops_here(t))
            return false;
        double started = progress_clock(), lr = optim_get_lr(t->optimizer);
        int64_t correct = 0, images = tensor_size(batch.labels, 0);
        Tensor *inputs = tensor_to(tensor_to(batch.inputs, t->device), t->dtype);
        double loss = train_step(t, inputs, tensor_to(batch.labels, t->device), &correct);
        t->position.step++;
        t->position.total++;
        progress_step(&t->progress, batch.index, loss, images, correct);
        if (!metrics_step(t->metrics, t->position.epoch + 1, t->position.total, loss, lr,
                          1e3 * (progress_clock() - started)))
            interrupted = 1;
    }
    return true;
}

static void begin_epoch(Training *t, int64_t epoch)
{
    t->position.epoch = epoch;
    t->position.step = 0;
    generator_get_state(generator_default(), t->position.generator);
    progress_reset(&t->progress);
}

/* All epochs that are left. False if a file could not be written. */
static bool train(Training *t, DataLoader *trainloader, DataLoader *testloader)
{
    const char *path = t->options->checkpoint;
    bool written = true;
    while (t->position.epoch < t->options->epochs && !stops_here(t) && written) {
        double accuracy, loss;
        if (!train_epoch(t, trainloader) || !evaluate(t, testloader, &accuracy, &loss))
            break;
        progress_epoch_end(&t->progress, accuracy, loss);
        written = metrics_epoch(t->metrics, t->position.epoch + 1, accuracy, loss);
        begin_epoch(t, t->position.epoch + 1);
        written = written && (path == NULL || checkpoint_save(t, path));
    }
    if (t->progress.terminal && t->position.step > 0)
        putchar('\n'); /* the bar of an epoch that was left */
    if (!interrupted)
        return written && (path == NULL || t->position.step == 0 || checkpoint_save(t, path));
    path = path != NULL ? path : INTERRUPTED_CHECKPOINT;
    written = checkpoint_save(t, path) && written;
    printf("interrupted after step %lld; go on with --resume %s\n", (long long)t->position.total, path);
    return written;
}

static Scheduler *new_scheduler(const Options *o, Optimizer *optimizer, int64_t steps)
{
    switch (o->schedule) {
    case SCHEDULE_COSINE:
        return optim_CosineAnnealingLR(optimizer, .T_max = steps);
    case SCHEDULE_ONECYCLE:
        return optim_OneCycleLR(optimizer, .max_lr = o->lr, .total_steps = steps);
    default:
        return NULL;
    }
}

int main(int argc, char **argv)
{
    Options options = options_parse(argc, argv);
    Training t = {.options = &options,
                  .device = cuda_is_available() ? cuda_device(0) : cpu_device(),
                  .dtype = dtype_parse(options.dtype)};
    if (options.seeded)
        tensor_manual_seed((uint64_t)options.seed);
    if (options.device != NULL && !device_parse(options.device, &t.device))
        return EXIT_FAILURE;
    ImageSets images = images_open(&options);
    t.dataset = images.name;
    DataLoader *trainloader = data_DataLoader(images.train, .batch_size = options.batch_size, .shuffle = true,
                                              .num_workers = options.workers);
    DataLoader *testloader =
        data_DataLoader(images.test, .batch_size = options.batch_size, .num_workers = options.workers);
    const int64_t steps = data_loader_length(trainloader);
    t.model = nn_to(nn_to(se_resnet_new(10), t.device), t.dtype);
    t.optimizer = optim_SGD(nn_parameters(t.model), .lr = options.lr, .momentum = options.momentum,
                            .weight_decay = options.weight_decay);
    t.scheduler = new_scheduler(&options, t.optimizer, options.epochs * steps);
    t.progress = progress_new(options.epochs, steps, options.log_every);
    begin_epoch(&t, 0);
    if (options.resume != NULL && !checkpoint_load(&t, options.resume))
        return EXIT_FAILURE;
    if (!metrics_open(options.metrics, options.resume != NULL ? "a" : "w", &t.metrics))
        return EXIT_FAILURE;
    catch_interrupts();
    bool done = train(&t, trainloader, testloader);
    return metrics_close(t.metrics) && done ? EXIT_SUCCESS : EXIT_FAILURE;
}
