/* One sample call of an operation: its tensors, its results, the gradients of its inputs. */
#ifndef TAPER_TESTS_OPERATIONS_RUN_H
#define TAPER_TESTS_OPERATIONS_RUN_H

#include "operations/signature.h"
#include "operations/values.h"

typedef struct Run {
    const Operation *operation;
    const Signature *signature;
    const SampleCall *sample;
    Layout layout;
    int n_tensors;                    /* of the call, counted through its arguments */
    Tensor *tensors[SAMPLE_MAX_LIST]; /* float ones without '=' require a gradient if the operation has one */
} Run;

/* Makes the tensors. False after an error. */
bool run_begin(Run *run, const Operation *operation, const Signature *signature, const SampleCall *sample,
               DType floats, Layout layout);

/* Calls the operation with `tensors` in the place of the run's own. An in-place operation is given a copy of
 * its first tensor, so that it may be a leaf. */
Results run_call(const Run *run, Tensor *const *tensors);

/* Is the i-th tensor one whose gradient is asked for? */
bool run_differentiates(const Run *run, int i);

/* gradcheck and gradgradcheck of result `output`. */
bool run_gradcheck(const Run *run, int output);
bool run_gradgradcheck(const Run *run, int output);

#endif
