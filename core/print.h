/* The text of a tensor, for autograd/print.c. Not installed. */
#ifndef TAPER_CORE_PRINT_H
#define TAPER_CORE_PRINT_H

#include "core/tensor.h"

/* "tensor([1., 2.], dtype=torch.float64, SUFFIX)" in memory that the caller frees; "" is no suffix. NULL
 * after an error. */
char *tensor_text(const Tensor *x, const char *suffix);

#endif
