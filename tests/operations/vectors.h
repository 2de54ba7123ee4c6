/* What PyTorch computed for the samples: the files of tests/vectors/operations, one for each family of
 * operations, which tests/reference/operations.py writes. */
#ifndef TAPER_TESTS_OPERATIONS_VECTORS_H
#define TAPER_TESTS_OPERATIONS_VECTORS_H

#include <taper.h>

#include "operations/sample.h"

typedef struct Vectors Vectors;

typedef struct Vector {
    DType dtype;
    int ndim;
    int64_t shape[SAMPLE_MAX_DIMS];
    const void *data;
} Vector;

/* All files of the folder; NULL if one cannot be read or there is none. */
Vectors *vectors_open(const char *folder);
void vectors_close(Vectors *vectors);

/* False if there is none of that name ("conv2d/0/out0"). */
bool vectors_find(const Vectors *vectors, const char *name, Vector *vector);

/* A text of the file's metadata, NULL if there is none: "conv2d/0" has the dtypes of the results where floats
 * are float32. */
const char *vectors_metadata(const Vectors *vectors, const char *name);

/* Writes to `reason` how x differs from the vector and returns false: another shape, or an element further
 * off than atol + rtol * |expected|. NaN equals NaN. */
bool vector_matches(const Vector *vector, const Tensor *x, double rtol, double atol, char *reason,
                    size_t size);

#endif
