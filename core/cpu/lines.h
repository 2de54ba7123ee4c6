/* Walking through the lines of tensors along one dimension, on all threads: for kernels that take a line as a
 * whole (arg_reduce, scan, sort). The tensors agree in all sizes but that dimension's. */
#ifndef TAPER_CORE_CPU_LINES_H
#define TAPER_CORE_CPU_LINES_H

#include "core/cpu/steps.h"

enum { LINES_MAX_WIDTH = 256 };

/* `width` neighbouring lines: element k of line i of tensor t is element k * along[t] + i * across[t] of
 * data[t]. */
typedef struct Lines {
    int64_t width;
    char *data[STEPS_MAX_TENSORS]; /* NULL for a NULL tensor */
    int64_t length[STEPS_MAX_TENSORS], along[STEPS_MAX_TENSORS], across[STEPS_MAX_TENSORS];
    void *scratch; /* memory of the thread's own */
} Lines;

typedef void (*LinesBody)(const Lines *lines, const void *context);

/* Calls `body` for all lines along `dim`. The last tensor must not be NULL and decides the order, so that it
 * is read forwards. `scratch` bytes are there for each thread. False after ERROR_MEMORY. */
bool lines_for(const char *operation, const Tensor *const *tensors, int n_tensors, int64_t dim,
               size_t scratch, LinesBody body, const void *context);

#endif
