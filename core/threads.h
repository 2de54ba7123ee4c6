/* Threads: one OpenMP pool, shared by the kernels and BLIS. */
#ifndef TAPER_CORE_THREADS_H
#define TAPER_CORE_THREADS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/export.h"

TAPER_BEGIN_DECLS

/* torch.get_num_threads / torch.set_num_threads: how many threads a kernel may use; at first OMP_NUM_THREADS
 * or the number of cores. set is false after ERROR_VALUE for fewer than 1. */
TAPER_API int tensor_get_num_threads(void);
TAPER_API bool tensor_set_num_threads(int threads);

/* Runs body(context, begin, end) over [0, n) in one contiguous part per thread, in parts of at least `grain`
 * items. The split depends on n, grain and the number of threads alone. Nested calls run serially. */
TAPER_API void parallel_for(int64_t n, int64_t grain, void (*body)(void *context, int64_t begin, int64_t end),
                            void *context);

TAPER_END_DECLS

#endif
