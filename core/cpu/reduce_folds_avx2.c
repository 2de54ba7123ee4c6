/* reduce_folds.h with AVX2. */
#define TABLE reduce_folds_avx2
#include "core/cpu/reduce_folds_set.h"
