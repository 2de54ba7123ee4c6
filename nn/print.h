/* Modules as text: what print(module) shows in Python. */
#ifndef TAPER_NN_PRINT_H
#define TAPER_NN_PRINT_H

#include "nn/module.h"

TAPER_BEGIN_DECLS

/* print(module): to stdout, with a line feed. repr(module): for free(). NULL and false after ERROR_MEMORY or
 * ERROR_IO, and for NULL. */
TAPER_API bool nn_print(const Module *module);
TAPER_API char *nn_to_string(const Module *module);

TAPER_END_DECLS

#endif
