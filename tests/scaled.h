/* A module for tests of modules. */
#ifndef TAPER_TESTS_SCALED_H
#define TAPER_TESTS_SCALED_H

#include <taper.h>

/* y = x * scale + the child's y; three of each kind of part. */
typedef struct Scaled {
    Module base;
    Module *inner;
    Tensor *scale, *shift, *steps;
} Scaled;

/* scale is {scale, scale}, shift {1, 2}; inner may be NULL. */
Scaled *scaled_new(double scale, Module *inner);
Module *scaled(double scale, Module *inner);

#endif
