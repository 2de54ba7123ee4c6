/* What all losses do with the losses of their elements. Not installed. */
#ifndef TAPER_AUTOGRAD_OPS_LOSS_REDUCTION_H
#define TAPER_AUTOGRAD_OPS_LOSS_REDUCTION_H

#include "core/tensor.h"

/* In the order of the kernels (core/backend.h). */
enum { LOSS_NONE, LOSS_MEAN, LOSS_SUM };

/* One of them from "none", "mean" or "sum"; -1 after ERROR_VALUE. */
int loss_reduction(const char *operation, const char *reduction);

/* The loss itself, its mean or its sum. NULL for NULL. */
Tensor *loss_reduce(Tensor *loss, int reduction);

#endif
