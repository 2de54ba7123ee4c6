/* norm_loops.h for any processor, and the choice of the best there is. */
#define TABLE norm_loops_portable
#include "core/cpu/instructions.h"
#include "core/cpu/norm_loops_set.h"

const NormLoops *norm_loops(DType dtype)
{
    if (dtype != DTYPE_FLOAT32 && dtype != DTYPE_FLOAT64)
        return NULL;
    return &(*BEST_TABLE(norm_loops))[dtype == DTYPE_FLOAT64];
}
