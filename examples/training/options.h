/* The options of train_cifar10, with the defaults of the reference script. */
#ifndef TRAINING_OPTIONS_H
#define TRAINING_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

typedef enum Schedule { SCHEDULE_NONE, SCHEDULE_COSINE, SCHEDULE_ONECYCLE } Schedule;

typedef struct Options {
    const char *data; /* folder that holds, or shall hold, cifar-10-batches-bin */
    bool download;    /* fetch CIFAR-10 if it is not there */
    int64_t epochs;
    int64_t batch_size;
    double lr, momentum, weight_decay;
    Schedule schedule; /* of the learning rate, advanced every step over all epochs */
    bool seeded;
    int64_t seed;
    int64_t workers;
    const char *device; /* NULL: the first GPU if there is one, or the CPU */
    const char *dtype;
    int64_t max_steps; /* 0: no bound */
    int64_t limit;     /* train on the first images only; 0: on all */
    int64_t log_every;
    const char *metrics;    /* file for one JSON object a line; NULL: none */
    const char *checkpoint; /* written after every epoch and on Ctrl-C; NULL: on Ctrl-C only */
    const char *resume;
} Options;

/* Reads the command line. Mistakes and --help end the program, as argp does. */
Options options_parse(int argc, char **argv);

#endif
