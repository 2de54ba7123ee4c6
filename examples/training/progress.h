/* Progress: on a terminal a bar with loss, accuracy, images a second and the time left; otherwise the plain
 * lines of the reference script. */
#ifndef TRAINING_PROGRESS_H
#define TRAINING_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Progress {
    bool terminal;
    int64_t log_every;
    int64_t epoch, epochs, steps; /* steps of an epoch */
    double started;               /* of this run of the epoch, in seconds */
    int64_t images_before;        /* of the epoch, in a run before this one */
    double drawn;                 /* when the bar was last drawn */
    int64_t images, correct;      /* of the epoch so far */
    double total_loss;            /* of the epoch so far, weighted by images */
    double running_loss;          /* since the last plain line */
} Progress;

/* Seconds on a clock that never goes back. */
double progress_clock(void);

Progress progress_new(int64_t epochs, int64_t steps, int64_t log_every);
/* Zero sums, for a new epoch. */
void progress_reset(Progress *progress);
/* Begins, or goes on with, an epoch. */
void progress_epoch(Progress *progress, int64_t epoch);
/* `step` counts from 0 within the epoch. */
void progress_step(Progress *progress, int64_t step, double loss, int64_t images, int64_t correct);
void progress_epoch_end(Progress *progress, double test_accuracy, double test_loss);

#endif
