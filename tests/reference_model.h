/* The reference model of the tests: a residual net with squeeze and excitation for images of 32 x 32. Written
 * in Python in tests/reference/reference_model.py. */
#ifndef TAPER_TESTS_REFERENCE_MODEL_H
#define TAPER_TESTS_REFERENCE_MODEL_H

#include <taper.h>

Module *CustomCNN_new(int64_t num_classes);

#endif
