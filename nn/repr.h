/* How arguments are written between the parentheses of a module that is printed: as Python writes them. Not
 * installed. */
#ifndef TAPER_NN_REPR_H
#define TAPER_NN_REPR_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* "True" or "False". */
const char *repr_bool(bool value);
/* The shortest number that reads back the same: "0.1", "1e-05", "2.0". */
void repr_double(FILE *out, double value);
/* "(3, 3)", "(3,)", "()". */
void repr_tuple(FILE *out, const int64_t *values, int64_t n);

#endif
