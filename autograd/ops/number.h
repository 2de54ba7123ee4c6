/* Numbers as operands: tensor_add(x, 1).
 *
 * A number becomes a 0-d tensor that promotes as a Python number does in PyTorch (a "wrapped number"):
 * adding 1.5 to a float32 tensor gives float32, to an int64 tensor the default dtype. So each operation
 * exists once. */
#ifndef TAPER_AUTOGRAD_OPS_NUMBER_H
#define TAPER_AUTOGRAD_OPS_NUMBER_H

#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* An int, float or bool of Python's as a wrapped number. */
TAPER_API Tensor *tensor_number_int(int64_t value);
TAPER_API Tensor *tensor_number_float(double value);
TAPER_API Tensor *tensor_number_bool(bool value);
/* A number among keyword arguments, where it has a C type already: an int if it is whole. A long double holds
 * every int64. */
TAPER_API Tensor *tensor_number_keyword(long double value);

static inline Tensor *tensor_number_none(void *x)
{
    return (Tensor *)x;
}

#ifndef __cplusplus
/* A Tensor * as it is (NULL too), any arithmetic type as a wrapped number. */
#define TENSOR_OR_NUMBER(x)                                                                                  \
    _Generic((x),                                                                                                      \
        Tensor *: tensor_number_none,                                                                                  \
        void *: tensor_number_none,                                                                                    \
        bool: tensor_number_bool,                                                                                      \
        float: tensor_number_float,                                                                                    \
        double: tensor_number_float,                                                                                   \
        default: tensor_number_int)(x)
#endif

TAPER_END_DECLS

#endif
