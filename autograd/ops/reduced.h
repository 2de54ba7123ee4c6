/* What the derivatives of reductions share: which dimensions are gone. Not installed. */
#ifndef TAPER_AUTOGRAD_OPS_REDUCED_H
#define TAPER_AUTOGRAD_OPS_REDUCED_H

#include "autograd/tape.h"

/* Begins the arguments of every node of a reduction. */
typedef struct Reduced {
    uint32_t dims; /* bit d: dimension d of the input is gone, or of size 1 */
    bool keepdim;
} Reduced;

/* For a call that has been checked. */
Reduced reduced_dims(const Tensor *x, Dims dim, bool keepdim);

/* Whether a reduction of x may have this dtype: no whole number has a derivative, so PyTorch refuses where
 * one would be recorded. False after ERROR_DTYPE. */
bool reduced_check_dtype(const char *operation, Tensor *x, DType dtype);

/* In a backward: y, of the result's shape, with size 1 where dimensions were reduced, so that it broadcasts
 * to the input. */
Tensor *reduced_restore(const TapeNode *node, Tensor *y);

/* How many elements of the input make one of the result. */
int64_t reduced_count(Dims input, uint32_t dims);

/* In a backward: the reduced dimensions as a list in dims[TENSOR_MAX_DIMS]. It is empty for a 0-d input. */
Dims reduced_list(const TapeNode *node, int64_t *dims);

/* A gradient of the result, shared evenly among the elements of x that equal it (the maximum, the largest
 * magnitude), or with `nans` are NaN; y is the result. */
Tensor *reduced_share(const TapeNode *node, Tensor *grad, Tensor *x, Tensor *y, bool nans);

/* A gradient of values chosen along `dim` (max, sort, topk), put where they were: `indices` says where. Both
 * are of the result's shape; everything else gets 0. */
Tensor *reduced_scatter(const TapeNode *node, Tensor *grad, int64_t dim, Tensor *indices);

#endif
