/* Metrics: one JSON object a line, numbers with all their digits. */
#ifndef TRAINING_METRICS_H
#define TRAINING_METRICS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Opens `path` ("a" goes on after a resume, "w" starts anew). NULL path gives NULL, which the others accept;
 * a file that cannot be opened is said on stderr and gives false. */
bool metrics_open(const char *path, const char *mode, FILE **file);
bool metrics_step(FILE *file, int64_t epoch, int64_t step, double loss, double lr, double step_ms);
bool metrics_epoch(FILE *file, int64_t epoch, double test_accuracy, double test_loss);
/* False if anything was not written. */
bool metrics_close(FILE *file);

#endif
