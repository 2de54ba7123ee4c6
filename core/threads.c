#include "core/threads.h"

#include <omp.h>

#include "core/error.h"

static int num_threads; /* 0 until asked for or set */

int tensor_get_num_threads(void)
{
    int threads = __atomic_load_n(&num_threads, __ATOMIC_RELAXED);
    return threads > 0 ? threads : omp_get_max_threads();
}

bool tensor_set_num_threads(int threads)
{
    if (threads < 1)
        return error_raise(ERROR_VALUE, "set_num_threads",
                           "expected a positive integer for the number of threads, but got %d",
                           threads) != NULL;
    __atomic_store_n(&num_threads, threads, __ATOMIC_RELAXED);
    return true;
}

void parallel_for(int64_t n, int64_t grain, void (*body)(void *context, int64_t begin, int64_t end),
                  void *context)
{
    if (n <= 0)
        return;
    int64_t parts = grain > 0 ? (n + grain - 1) / grain : n;
    int64_t threads = omp_in_parallel() ? 1 : tensor_get_num_threads();
    if (parts > threads)
        parts = threads;
    if (parts <= 1) {
        body(context, 0, n);
        return;
    }
#pragma omp parallel for num_threads((int)parts) schedule(static, 1)
    for (int64_t part = 0; part < parts; part++)
        body(context, n * part / parts, n * (part + 1) / parts);
}
