/* Numbers in structs by their names, and the errors of those that constructors do not take. Not installed. */
#ifndef TAPER_OPTIM_FIELDS_H
#define TAPER_OPTIM_FIELDS_H

#include "optim/optimizer.h"

/* The field of that name, NULL if there is none. */
const OptimField *field_find(const OptimField *fields, const char *name);
double field_read(const OptimField *field, const void *object);
void field_write(const OptimField *field, void *object, double value);
/* Whether a number of a file, which is there under `key`, may become the field's; false after ERROR_VALUE. */
bool field_check(const OptimField *field, const char *operation, const char *key, double value);

/* `valid`, or false after ERROR_VALUE "Invalid WHAT: VALUE". */
bool check_option(bool valid, const char *operation, const char *what, double value);

/* The number as Python prints it, "0.1" or "1e-05", into `text`; returns it. */
const char *number_string(double value, char *text, size_t size);

#endif
