/* The signature of a row of autograd/ops/table.def as data, and calls by it. */
#ifndef TAPER_TESTS_OPERATIONS_SIGNATURE_H
#define TAPER_TESTS_OPERATIONS_SIGNATURE_H

#include <taper.h>

#include "autograd/ops/operation.h"
#include "operations/sample.h"

enum { SIGNATURE_MAX_RESULTS = 8 };

typedef enum ArgumentType {
    ARGUMENT_TENSOR,
    ARGUMENT_TENSORS,
    ARGUMENT_INT,
    ARGUMENT_INTS,
    ARGUMENT_FLOAT,
    ARGUMENT_BOOL,
    ARGUMENT_TEXT,
    ARGUMENT_DTYPE
} ArgumentType;

typedef struct Signature {
    int count;
    ArgumentType arguments[SAMPLE_MAX_ARGUMENTS];
    bool optional[SAMPLE_MAX_ARGUMENTS];
    int n_results;            /* tensors, */
    ArgumentType result_type; /* or one of these */
} Signature;

/* False if it cannot be read. */
bool signature_read(const char *text, Signature *signature);

/* What a call takes, before it is turned into C's types: tensors[] holds the tensors of the sample in order
 * (see sample.h), those in lists too. */
typedef struct Results {
    int count; /* -1: the call failed */
    Tensor *items[SAMPLE_MAX_LIST];
} Results;

/* Calls the operation. A result that is no tensor becomes one. */
Results operation_call(const Operation *operation, const Signature *signature, const SampleCall *sample,
                       Tensor *const *tensors);

#endif
