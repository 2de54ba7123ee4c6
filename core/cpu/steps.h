/* How to step through tensors of one shape and any strides together. */
#ifndef TAPER_CORE_CPU_STEPS_H
#define TAPER_CORE_CPU_STEPS_H

#include "core/tensor_struct.h"

enum { STEPS_MAX_TENSORS = 5 };

/* Dimensions, innermost first. There is always one; those of size 1 are left out. */
typedef struct Steps {
    int n_tensors, ndim;
    int64_t size[TENSOR_MAX_DIMS];
    int64_t strides[TENSOR_MAX_DIMS][STEPS_MAX_TENSORS]; /* elements */
    char *data[STEPS_MAX_TENSORS];  /* where each tensor begins; NULL for a NULL tensor */
    size_t item[STEPS_MAX_TENSORS]; /* bytes of an element */
} Steps;

/* The dimensions of the tensors but `skipped` (-1: all), sorted by the strides of tensor `leader`, the
 * largest outermost, and merged where all tensors step through neighbours as through one: dense tensors of
 * the same order of dimensions, whichever, have a single one. The leader gives the sizes and must not be
 * NULL. */
Steps steps_of(const Tensor *const *tensors, int n_tensors, int leader, int64_t skipped);

#endif
