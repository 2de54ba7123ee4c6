/* Losses of probabilities (torch.nn.functional). `reduction` is "none" (one loss for each element), "mean" or
 * "sum" (ERROR_VALUE otherwise).
 *
 *     tensor_binary_cross_entropy_with_logits(logits, labels, .pos_weight = w)
 *     tensor_kl_div(log_p, target, .reduction = "batchmean") */
#ifndef TAPER_AUTOGRAD_OPS_ENTROPY_LOSS_H
#define TAPER_AUTOGRAD_OPS_ENTROPY_LOSS_H

#include "core/keywords.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* F.binary_cross_entropy: -weight (target log input + (1 - target) log(1 - input)), logarithms no less than
 * -100. input and target have the same shape and dtype, input's elements lie in 0 .. 1 (ERROR_VALUE,
 * ERROR_DTYPE otherwise); weight, or NULL, is broadcast. */
TAPER_API Tensor *tensor_binary_cross_entropy(Tensor *input, Tensor *target, Tensor *weight,
                                              const char *reduction);
/* F.binary_cross_entropy_with_logits: the same of sigmoid(input), without overflow; pos_weight, or NULL,
 * multiplies the first term. Both weights are broadcast. */
TAPER_API Tensor *tensor_binary_cross_entropy_with_logits(Tensor *input, Tensor *target, Tensor *weight,
                                                          const char *reduction, Tensor *pos_weight);

/* F.kl_div: target (log target - input), input a logarithm of probabilities, and target too with log_target.
 * Broadcast. The reduction may also be "batchmean": the sum divided by the size of the first dimension, which
 * is the divergence's own mean. */
TAPER_API Tensor *tensor_kl_div(Tensor *input, Tensor *target, const char *reduction, bool log_target);

/* The arguments by name. */
typedef struct TensorEntropyLossArgs {
    char _;
    Tensor *weight;
    const char *reduction;
    Tensor *pos_weight; /* with_logits only */
} TensorEntropyLossArgs;
typedef struct TensorKlDivArgs {
    char _;
    const char *reduction;
    bool log_target;
} TensorKlDivArgs;

#ifndef __cplusplus
static inline Tensor *tensor_binary_cross_entropy_args(Tensor *input, Tensor *target,
                                                       const TensorEntropyLossArgs *args)
{
    return (tensor_binary_cross_entropy)(input, target, args->weight, args->reduction);
}
static inline Tensor *tensor_binary_cross_entropy_with_logits_args(Tensor *input, Tensor *target,
                                                                   const TensorEntropyLossArgs *args)
{
    return (tensor_binary_cross_entropy_with_logits)(input, target, args->weight, args->reduction,
                                                     args->pos_weight);
}
#define ENTROPY_LOSS_ARGS_(...) (&(const TensorEntropyLossArgs){.reduction = "mean", ._ = 0, __VA_ARGS__})
#define tensor_binary_cross_entropy(input, target, ...)                                                      \
    KEYWORDS(tensor_binary_cross_entropy_args((input), (target), ENTROPY_LOSS_ARGS_(__VA_ARGS__)))
#define tensor_binary_cross_entropy_with_logits(input, target, ...)                                          \
    KEYWORDS(tensor_binary_cross_entropy_with_logits_args((input), (target), ENTROPY_LOSS_ARGS_(__VA_ARGS__)))

static inline Tensor *tensor_kl_div_args(Tensor *input, Tensor *target, const TensorKlDivArgs *args)
{
    return (tensor_kl_div)(input, target, args->reduction, args->log_target);
}
#define tensor_kl_div(input, target, ...)                                                                    \
    KEYWORDS(tensor_kl_div_args((input), (target),                                                           \
                                &(const TensorKlDivArgs){.reduction = "mean", ._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
