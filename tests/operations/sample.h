/* The sample calls of a row of autograd/ops/table.def, whose head describes the language, as data. */
#ifndef TAPER_TESTS_OPERATIONS_SAMPLE_H
#define TAPER_TESTS_OPERATIONS_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SAMPLE_MAX_DIMS = 8, SAMPLE_MAX_LIST = 16, SAMPLE_MAX_ARGUMENTS = 24 };

/* "f(2,3)", "=f(3)", "i(4;5)" */
typedef struct SampleTensor {
    char kind;     /* f p u q d i n y b; 0: none, in a list */
    bool constant; /* no gradient is asked for */
    int ndim;
    int64_t shape[SAMPLE_MAX_DIMS];
    int64_t high;
} SampleTensor;

typedef struct SampleValue {
    enum {
        SAMPLE_NONE,
        SAMPLE_TENSOR,
        SAMPLE_INT,
        SAMPLE_FLOAT,
        SAMPLE_BOOL,
        SAMPLE_TEXT, /* 'text', and float64 without quotes */
        SAMPLE_INTS,
        SAMPLE_TENSORS
    } kind;
    int64_t integer;
    double number;
    char text[32];
    int count; /* of the list's items */
    int64_t integers[SAMPLE_MAX_LIST];
    SampleTensor tensors[SAMPLE_MAX_LIST]; /* SAMPLE_TENSOR: the first */
} SampleValue;

typedef struct SampleCall {
    bool shape_only;      /* ~: the values are random */
    bool contiguous_only; /* #: the result depends on the strides */
    int count;
    SampleValue arguments[SAMPLE_MAX_ARGUMENTS];
} SampleCall;

/* Reads the call at *text and moves *text behind it and its ';'. False at the end (*text is NULL then) or if
 * it cannot be read (*text is where). */
bool sample_read(const char **text, SampleCall *sample);

#endif
