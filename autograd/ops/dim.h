/* The dimensions of a reduction, as a list or as one number, as PyTorch takes them: x.sum((0, 2)) is
 * tensor_sum(x, DIMS(0, 2)), x.sum(1) is tensor_sum(x, 1), and x.sum(1, True) tensor_sum(x, 1, true) or, as
 * well, tensor_sum(x, 1, .keepdim = true). */
#ifndef TAPER_AUTOGRAD_OPS_DIM_H
#define TAPER_AUTOGRAD_OPS_DIM_H

#include "core/keywords.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

#ifndef __cplusplus
/* Among keyword arguments a number in the place of a Dims fills its first member, the pointer, and what comes
 * after it the second. No list lies at an address that is nearer to 0 than this. As the number 0 is one, too,
 * "not given" is an empty list somewhere else. */
enum { DIM_NUMBERS_ = 4096 };
#define DIM_ALL_                                                                                             \
    {                                                                                                        \
        (const int64_t *)(intptr_t)DIM_NUMBERS_, 0                                                           \
    }

static inline bool tensor_dim_is_number(Dims dim)
{
    return (intptr_t)dim.data > -DIM_NUMBERS_ && (intptr_t)dim.data < DIM_NUMBERS_;
}

/* The list that was meant; `number` is where it lies if it was a number. */
static inline Dims tensor_dim_list(Dims dim, int64_t *number)
{
    *number = (intptr_t)dim.data;
    return tensor_dim_is_number(dim) ? (Dims){number, 1} : dim;
}

/* keepdim, which may have come after a number. */
static inline bool tensor_dim_keeps(Dims dim, bool keepdim)
{
    return keepdim || (tensor_dim_is_number(dim) && dim.n != 0);
}

/* KEYWORDS for structs with such a member. */
#define DIM_KEYWORDS(call)                                                                                   \
    KEYWORDS(_Pragma("GCC diagnostic ignored \"-Wint-conversion\"")                                          \
                 _Pragma("GCC diagnostic ignored \"-Wmissing-braces\"") call)
#endif

TAPER_END_DECLS

#endif
