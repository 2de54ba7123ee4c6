/* Softmax and log_softmax of one row, forward and backward, once for each set of instructions. Sums are taken
 * in double, in the same order whatever the instructions. */
#ifndef TAPER_CORE_CPU_SOFTMAX_ROWS_H
#define TAPER_CORE_CPU_SOFTMAX_ROWS_H

#include "core/dtype.h"

/* n elements of each; so, sx, ...: their strides. y is the result of the forward. */
typedef struct SoftmaxRows {
    void (*forward)(bool log_form, int64_t n, void *out, int64_t so, const void *x, int64_t sx);
    void (*backward)(bool log_form, int64_t n, void *out, int64_t so, const void *g, int64_t sg,
                     const void *y, int64_t sy);
} SoftmaxRows;

/* float32 and float64 */
extern const SoftmaxRows softmax_rows_portable[2], softmax_rows_avx2[2], softmax_rows_avx512[2];

/* The table for this processor; NULL for a dtype that is not float32 or float64. */
const SoftmaxRows *softmax_rows(DType dtype);

#endif
