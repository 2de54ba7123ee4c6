/* The CPU's kernels, by family; their contracts are in core/backend.h. */
#ifndef TAPER_CORE_CPU_KERNELS_H
#define TAPER_CORE_CPU_KERNELS_H

#include "core/backend.h"

/* -- reduce.c -- */
bool cpu_reduce(ReduceOp op, Tensor *out, const Tensor *x, double a);

#endif
