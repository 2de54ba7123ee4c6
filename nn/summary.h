/* A table of a module's layers, as torchinfo makes it. */
#ifndef TAPER_NN_SUMMARY_H
#define TAPER_NN_SUMMARY_H

#include "nn/module.h"

TAPER_BEGIN_DECLS

/* One row for each module: its name and type, the shape of what it returned last, its own parameters (each
 * counted once), and the multiply-adds of its calls; below, the sums and the memory they take. It calls the
 * module once, in eval mode and without gradients, and leaves it as it was.
 *
 * nn_summary calls it with zeros of that size, of the dtype and on the device of its parameters, and returns
 * the text, for free(): nn_summary(model, DIMS(1, 3, 32, 32)). nn_summary_write calls it with those inputs
 * and writes to a file. NULL and false after an error of the forward, and for NULL. */
TAPER_API char *nn_summary(Module *module, Dims input_size);
TAPER_API bool nn_summary_write(Module *module, TensorList inputs, FILE *out);

TAPER_END_DECLS

#endif
