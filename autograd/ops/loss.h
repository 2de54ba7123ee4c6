/* Losses of classes (torch.nn.functional). Floating point. `reduction` is "none" (one loss for each element),
 * "mean", the default, or "sum" (ERROR_VALUE otherwise). Other defaults: weight NULL, ignore_index -100. */
#ifndef TAPER_AUTOGRAD_OPS_LOSS_H
#define TAPER_AUTOGRAD_OPS_LOSS_H

#include "core/keywords.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

typedef struct TensorClassLossArgs {
    char _;
    Tensor *weight; /* [C], of the classes */
    int64_t ignore_index;
    const char *reduction;
    double label_smoothing; /* cross_entropy only */
} TensorClassLossArgs;

/* F.nll_loss(input, target, weight, ignore_index, reduction): input [N, C, d1, ...] or [C],
 * log-probabilities; target [N, d1, ...] or 0-d, int64 (or uint8) class indices. -weight[target]
 * input[target]; "mean" divides by the sum of the weights. Elements whose target is ignore_index do not
 * count. ERROR_SHAPE, ERROR_DTYPE, ERROR_INDEX (target out of bounds). */
TAPER_API Tensor *tensor_nll_loss(Tensor *input, Tensor *target, Tensor *weight, int64_t ignore_index,
                                  const char *reduction);

/* F.cross_entropy(input, target, weight, ignore_index, reduction, label_smoothing): input [N, C, d1, ...] or
 * [C], unnormalised scores; target class indices as above, or probabilities of input's shape. label_smoothing
 * (default 0), the share of the target that all classes have evenly, lies in 0 .. 1 (ERROR_VALUE).
 * tensor_cross_entropy(outputs, labels, .label_smoothing = 0.1). */
TAPER_API Tensor *tensor_cross_entropy(Tensor *input, Tensor *target, Tensor *weight, int64_t ignore_index,
                                       const char *reduction, double label_smoothing);
TAPER_API Tensor *tensor_cross_entropy_args(Tensor *input, Tensor *target, const TensorClassLossArgs *args);
TAPER_API Tensor *tensor_nll_loss_args(Tensor *input, Tensor *target, const TensorClassLossArgs *args);

#ifndef __cplusplus
#define CLASS_LOSS_ARGS_(...)                                                                                \
    (&(const TensorClassLossArgs){.ignore_index = -100, .reduction = "mean", ._ = 0, __VA_ARGS__})
#define tensor_cross_entropy(input, target, ...)                                                             \
    KEYWORDS(tensor_cross_entropy_args((input), (target), CLASS_LOSS_ARGS_(__VA_ARGS__)))
#define tensor_nll_loss(input, target, ...)                                                                  \
    KEYWORDS(tensor_nll_loss_args((input), (target), CLASS_LOSS_ARGS_(__VA_ARGS__)))
#endif

TAPER_END_DECLS

#endif
