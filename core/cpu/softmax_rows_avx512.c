/* softmax_rows.h with AVX-512. */
#define TABLE softmax_rows_avx512
#include "core/cpu/softmax_rows_set.h"
