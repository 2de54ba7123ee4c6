/* softmax_rows.h for any processor, and the choice of the best there is. */
#define TABLE softmax_rows_portable
#include "core/cpu/instructions.h"
#include "core/cpu/softmax_rows_set.h"

const SoftmaxRows *softmax_rows(DType dtype)
{
    if (dtype != DTYPE_FLOAT32 && dtype != DTYPE_FLOAT64)
        return NULL;
    return &(*BEST_TABLE(softmax_rows))[dtype == DTYPE_FLOAT64];
}
