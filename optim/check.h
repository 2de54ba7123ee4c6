/* Errors of numbers that constructors do not take. Not installed. */
#ifndef TAPER_OPTIM_CHECK_H
#define TAPER_OPTIM_CHECK_H

#include <stdbool.h>
#include <stddef.h>

/* `valid`, or false after ERROR_VALUE "Invalid WHAT: VALUE". */
bool check_option(bool valid, const char *operation, const char *what, double value);

/* The number as Python prints it, "0.1" or "1e-05", into `text`; returns it. */
const char *number_string(double value, char *text, size_t size);

#endif
