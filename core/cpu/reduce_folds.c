/* reduce_folds.h for any processor, and the choice of the best there is. */
#define TABLE reduce_folds_portable
#include "core/cpu/instructions.h"
#include "core/cpu/reduce_folds_set.h"

const Fold *reduce_fold(FoldKind kind, DType dtype)
{
    const Fold *fold = &(*BEST_TABLE(reduce_folds))[dtype][kind];
    return fold->row != NULL ? fold : NULL;
}
