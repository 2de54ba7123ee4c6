/* Other shapes of an operand, for operations that compute on matrices or images and take fewer or more
 * dimensions. All are recorded. NULL for NULL. Not installed. */
#ifndef TAPER_AUTOGRAD_OPS_STRIDED_H
#define TAPER_AUTOGRAD_OPS_STRIDED_H

#include "core/tensor.h"

/* x with its last two dimensions swapped. */
Tensor *strided_transpose(Tensor *x);

/* x in another shape of as many elements: x itself if it has it, a view where strides allow one, else a
 * contiguous copy. */
Tensor *strided_reshape(Tensor *x, Dims shape);

/* x from `start` on along dimension `dim`, `length` of it. */
Tensor *strided_narrow(Tensor *x, int dim, int64_t start, int64_t length);

#endif
