/* softmax_rows.h with AVX2. */
#define TABLE softmax_rows_avx2
#include "core/cpu/softmax_rows_set.h"
