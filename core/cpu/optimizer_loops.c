/* optimizer_loops.h for any processor, and the choice of the best there is. */
#define TABLE optimizer_loops_portable
#include "core/cpu/instructions.h"
#include "core/cpu/optimizer_loops_set.h"

const OptimizerLoops *optimizer_loops(DType dtype)
{
    if (dtype != DTYPE_FLOAT32 && dtype != DTYPE_FLOAT64)
        return NULL;
    return &(*BEST_TABLE(optimizer_loops))[dtype == DTYPE_FLOAT64];
}
