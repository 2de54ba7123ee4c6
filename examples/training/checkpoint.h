/* Checkpoints: everything a training needs to go on exactly where it stopped, in one safetensors file.
 *
 * Keys: "model.*" and "optimizer.*" are the state dicts, "training.*" where the training stood. */
#ifndef TRAINING_CHECKPOINT_H
#define TRAINING_CHECKPOINT_H

#include <stdio.h>

#include <taper.h>

#include "options.h"
#include "progress.h"

/* Where a training stands. */
typedef struct Position {
    int64_t epoch;                           /* the one that runs, from 0 */
    int64_t step;                            /* steps done in it */
    int64_t total;                           /* steps done in all epochs */
    uint8_t generator[GENERATOR_STATE_SIZE]; /* the default generator's state when the epoch began: what its
                                                order and its augmentation follow from */
} Position;

typedef struct Training {
    const Options *options;
    Module *model;
    Optimizer *optimizer;
    Scheduler *scheduler; /* NULL: the rate stays */
    Device device;
    DType dtype;
    const char *dataset; /* its name (images.h) */
    FILE *metrics;       /* NULL: none */
    Progress progress;
    Position position;
} Training;

/* Writes the file; it appears whole or not at all. False after an error. */
bool checkpoint_save(const Training *training, const char *path);

/* Brings model, optimizer, scheduler, progress and position to where they were. False after an error: a file
 * that is no checkpoint, or of a training with other options, but for those that only say when to stop and
 * what to write. */
bool checkpoint_load(Training *training, const char *path);

/* The model's part of a checkpoint, or all of a file that holds only a model. NULL after an error. */
StateDict *checkpoint_model(const char *path);

#endif
