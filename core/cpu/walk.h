/* Walking through tensors of the same shape and any strides, row by row, on all threads. */
#ifndef TAPER_CORE_CPU_WALK_H
#define TAPER_CORE_CPU_WALK_H

#include "core/tensor_struct.h"

/* A row: n elements of each tensor from data[i] on, strides[i] elements apart. */
typedef void (*WalkRow)(char *const *data, const int64_t *strides, int64_t n, const void *context);

/* Calls `row` for all rows of the tensors, the first of which is written to and decides the order. Which rows
 * there are depends on the strides alone; each is a part of one merged dimension, cut for the threads. Where
 * the dimension that is the closest in memory is short, rows go along a longer one. */
void walk_rows(const Tensor *const *tensors, int n_tensors, WalkRow row, const void *context);

/* The same for the lines along dimension `dim`: each element of a row is the first of its line, so that `row`
 * does whole lines. No line is shared among threads, whose number decides how rows are cut. */
void walk_lines(const Tensor *const *tensors, int n_tensors, int64_t dim, WalkRow row, const void *context);

#endif
