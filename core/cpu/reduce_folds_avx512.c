/* reduce_folds.h with AVX-512. */
#define TABLE reduce_folds_avx512
#include "core/cpu/reduce_folds_set.h"
