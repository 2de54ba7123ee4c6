/* The numbers in sample tensors: from a hash of where they stand, the same bits here and in
 * tests/reference/operations.py. All are exact in float32. */
#ifndef TAPER_TESTS_OPERATIONS_VALUES_H
#define TAPER_TESTS_OPERATIONS_VALUES_H

#include <taper.h>

#include "operations/sample.h"

/* How the tensors of a sample lie in memory. */
typedef enum Layout {
    LAYOUT_CONTIGUOUS,
    LAYOUT_ODD, /* dimensions in reverse order, every second element of a larger block, the rest of it filled
                   with what must not be read */
} Layout;

/* The tensor `number` of a call (counted through its arguments), its floats of dtype `floats`. */
Tensor *sample_tensor(const SampleTensor *description, int number, DType floats, Layout layout);

/* The gradient given to output `number` of a call: normal numbers in the shape and dtype of y. */
Tensor *sample_gradient(const Tensor *y, int number);

/* A tensor of y's shape and dtype in the layout, its elements not set. */
Tensor *tensor_in_layout(Dims shape, DType dtype, Layout layout);

#endif
