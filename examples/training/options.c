#include "options.h"

#include <argp.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *argp_program_version = "train_cifar10 of Taper 0.1.0";

enum {
    KEY_DATA = 256,
    KEY_DOWNLOAD,
    KEY_EPOCHS,
    KEY_BATCH_SIZE,
    KEY_LR,
    KEY_MOMENTUM,
    KEY_WEIGHT_DECAY,
    KEY_SCHEDULE,
    KEY_SEED,
    KEY_WORKERS,
    KEY_DEVICE,
    KEY_DTYPE,
    KEY_MAX_STEPS,
    KEY_LIMIT,
    KEY_LOG_EVERY,
    KEY_METRICS,
    KEY_CHECKPOINT,
    KEY_RESUME,
};

static const struct argp_option choices[] = {
    {"data", KEY_DATA, "DIR", 0, "Folder of CIFAR-10 (default: data)", 1},
    {"download", KEY_DOWNLOAD, NULL, 0, "Download CIFAR-10 into it if it is not there", 1},
    {"limit", KEY_LIMIT, "IMAGES", 0, "Train on the first IMAGES only", 1},
    {"workers", KEY_WORKERS, "N", 0, "Threads that prepare batches (default: 2)", 1},
    {"epochs", KEY_EPOCHS, "N", 0, "Passes over the training images (default: 10)", 2},
    {"max-steps", KEY_MAX_STEPS, "N", 0, "Stop after N steps", 2},
    {"batch-size", KEY_BATCH_SIZE, "N", 0, "Images a step (default: 32)", 2},
    {"lr", KEY_LR, "X", 0, "Learning rate; the highest one of onecycle (default: 0.001)", 2},
    {"momentum", KEY_MOMENTUM, "X", 0, "Momentum of SGD (default: 0.9)", 2},
    {"weight-decay", KEY_WEIGHT_DECAY, "X", 0, "Weight decay of SGD (default: 0)", 2},
    {"schedule", KEY_SCHEDULE, "none|cosine|onecycle", 0, "Learning rate over the steps of all epochs", 2},
    {"seed", KEY_SEED, "N", 0, "Seed of weights, order and augmentation (default: another one each time)", 2},
    {"device", KEY_DEVICE, "cpu|cuda:0", 0, "Where to compute (default: a GPU if there is one)", 3},
    {"dtype", KEY_DTYPE, "float32|float64", 0, "What to compute in (default: float32)", 3},
    {"log-every", KEY_LOG_EVERY, "N", 0, "Print the mean loss every N steps (default: 200)", 4},
    {"metrics", KEY_METRICS, "FILE", 0, "Write one JSON object a line, for every step and every epoch", 4},
    {"checkpoint", KEY_CHECKPOINT, "FILE", 0, "Write the state after every epoch and on Ctrl-C", 4},
    {"resume", KEY_RESUME, "FILE", 0, "Go on exactly where a checkpoint was written, with its options", 4},
    {.name = NULL},
};

static int64_t whole(struct argp_state *state, const char *name, const char *text, int64_t least)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value < least)
        argp_error(state, "--%s takes a whole number from %lld on, not '%s'", name, (long long)least, text);
    return value;
}

static double real(struct argp_state *state, const char *name, const char *text)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !isfinite(value) || value < 0)
        argp_error(state, "--%s takes a number from 0 on, not '%s'", name, text);
    return value;
}

static Schedule schedule(struct argp_state *state, const char *text)
{
    static const char *const names[] = {"none", "cosine", "onecycle"};
    for (int i = 0; i < 3; i++)
        if (strcmp(text, names[i]) == 0)
            return (Schedule)i;
    argp_error(state, "--schedule is none, cosine or onecycle, not '%s'", text);
    return SCHEDULE_NONE;
}

/* The options that are numbers; ARGP_ERR_UNKNOWN for the others. */
static error_t take_number(int key, char *text, struct argp_state *state, Options *o)
{
    switch (key) {
    case KEY_EPOCHS:
        o->epochs = whole(state, "epochs", text, 1);
        return 0;
    case KEY_BATCH_SIZE:
        o->batch_size = whole(state, "batch-size", text, 1);
        return 0;
    case KEY_LR:
        o->lr = real(state, "lr", text);
        return 0;
    case KEY_MOMENTUM:
        o->momentum = real(state, "momentum", text);
        return 0;
    case KEY_WEIGHT_DECAY:
        o->weight_decay = real(state, "weight-decay", text);
        return 0;
    case KEY_SEED:
        o->seed = whole(state, "seed", text, 0);
        o->seeded = true;
        return 0;
    case KEY_WORKERS:
        o->workers = whole(state, "workers", text, 0);
        return 0;
    case KEY_MAX_STEPS:
        o->max_steps = whole(state, "max-steps", text, 1);
        return 0;
    case KEY_LIMIT:
        o->limit = whole(state, "limit", text, 1);
        return 0;
    case KEY_LOG_EVERY:
        o->log_every = whole(state, "log-every", text, 1);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t take(int key, char *text, struct argp_state *state)
{
    Options *o = state->input;
    switch (key) {
    case KEY_DATA:
        o->data = text;
        return 0;
    case KEY_DOWNLOAD:
        o->download = true;
        return 0;
    case KEY_SCHEDULE:
        o->schedule = schedule(state, text);
        return 0;
    case KEY_DEVICE:
        o->device = text;
        return 0;
    case KEY_DTYPE:
        if (strcmp(text, "float32") != 0 && strcmp(text, "float64") != 0)
            argp_error(state, "--dtype is float32 or float64, not '%s'", text);
        o->dtype = text;
        return 0;
    case KEY_METRICS:
        o->metrics = text;
        return 0;
    case KEY_CHECKPOINT:
        o->checkpoint = text;
        return 0;
    case KEY_RESUME:
        o->resume = text;
        return 0;
    default:
        return take_number(key, text, state, o);
    }
}

Options options_parse(int argc, char **argv)
{
    static const struct argp parser = {
        .options = choices,
        .parser = take,
        .doc = "Trains an SE-ResNet on CIFAR-10. Without options it is the reference script: SGD with "
               "momentum 0.9 "
               "at a rate of 0.001, batches of 32, 10 epochs.",
    };
    Options options = {
        .data = "data",
        .epochs = 10,
        .batch_size = 32,
        .lr = 0.001,
        .momentum = 0.9,
        .workers = 2,
        .dtype = "float32",
        .log_every = 200,
    };
    argp_parse(&parser, argc, argv, 0, NULL, &options);
    return options;
}
