/* Printing tensors (torch.set_printoptions at its defaults). */
#ifndef TAPER_AUTOGRAD_PRINT_H
#define TAPER_AUTOGRAD_PRINT_H

#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* print(x): writes "tensor([[1., 2.]], grad_fn=<MulBackward0>)" and a newline to stdout, exactly as Python
 * shows it: four digits, scientific where the largest is above 1e8 or a thousand times the smallest, or that
 * is below 1e-4; the first and last three of each dimension of a tensor with more than a thousand elements.
 * "None" for NULL. False after ERROR_MEMORY or ERROR_IO. */
TAPER_API bool tensor_print(const Tensor *x);

/* repr(x): the same text in memory that the caller frees, with free(). NULL after ERROR_MEMORY, and for NULL.
 */
TAPER_API char *tensor_to_string(const Tensor *x);

TAPER_END_DECLS

#endif
