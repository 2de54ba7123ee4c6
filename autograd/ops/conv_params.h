/* The numbers of a convolution, and what PyTorch says of operands that do not fit. Each function is false
 * after an error, which is raised in the name of `operation`. Not installed. */
#ifndef TAPER_AUTOGRAD_OPS_CONV_PARAMS_H
#define TAPER_AUTOGRAD_OPS_CONV_PARAMS_H

#include "autograd/ops/kernel.h"

/* One number for both directions, or two. */
bool conv_pair(const char *operation, const char *name, Dims given, int64_t pair[2]);

bool conv_params(const char *operation, Dims stride, Dims padding, Dims dilation, int64_t groups,
                 ConvParams *p);

bool conv_check_weight(const char *operation, Dims weight, int64_t groups);

/* The sizes of the result of a convolution of input with weight into out[4]. */
bool conv_out_sizes(const char *operation, Dims input, Dims weight, const ConvParams *p, int64_t out[4]);

/* A bias has one number for each of the result's channels; `given` is what the message has before the weight.
 */
bool conv_check_bias(const char *operation, const char *given, const Tensor *weight, int64_t channels,
                     const Tensor *bias);

bool conv_check_dtypes(const char *operation, const Tensor *x, const Tensor *weight, const Tensor *bias);

#endif
