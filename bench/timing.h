/* Times of benchmarks, in milliseconds. */
#ifndef TAPER_BENCH_TIMING_H
#define TAPER_BENCH_TIMING_H

#include <stdlib.h>
#include <time.h>

static inline double timing_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static inline int timing_by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The median of n times, which are sorted. */
static inline double timing_median(double *times, size_t n)
{
    qsort(times, n, sizeof *times, timing_by_size);
    return times[n / 2];
}

#endif
