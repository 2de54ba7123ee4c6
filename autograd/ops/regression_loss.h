/* Losses of numbers that should be near others (torch.nn.functional). `reduction` is "none" (one loss for
 * each element), "mean" or "sum" (ERROR_VALUE otherwise). input and target are broadcast: mind that a target
 * [N] beside an input [N, 1] gives N * N losses. Floating point (ERROR_DTYPE otherwise), l1_loss integers
 * too.
 *
 *     tensor_mse_loss(input, target), tensor_huber_loss(input, target, .delta = 0.5, .reduction = "sum") */
#ifndef TAPER_AUTOGRAD_OPS_REGRESSION_LOSS_H
#define TAPER_AUTOGRAD_OPS_REGRESSION_LOSS_H

#include "core/keywords.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* F.mse_loss: (input - target)^2. */
TAPER_API Tensor *tensor_mse_loss(Tensor *input, Tensor *target, const char *reduction);
/* F.l1_loss: |input - target|. */
TAPER_API Tensor *tensor_l1_loss(Tensor *input, Tensor *target, const char *reduction);
/* F.smooth_l1_loss: with d = |input - target|, d^2 / (2 beta) below beta, d - beta / 2 from there on. beta 0
 * is l1_loss; a negative one is ERROR_VALUE. Default 1. */
TAPER_API Tensor *tensor_smooth_l1_loss(Tensor *input, Tensor *target, const char *reduction, double beta);
/* F.huber_loss: d^2 / 2 up to delta, delta (d - delta / 2) from there on. delta must be positive
 * (ERROR_VALUE). Default 1. */
TAPER_API Tensor *tensor_huber_loss(Tensor *input, Tensor *target, const char *reduction, double delta);

/* F.gaussian_nll_loss: (log v + (input - target)^2 / v) / 2, where v is var, but at least eps; `full` adds
 * log(2 pi) / 2. var has input's shape, or it without the last dimension, or with size 1 there; no entry may
 * be negative (ERROR_VALUE). Defaults: full false, eps 1e-6. */
TAPER_API Tensor *tensor_gaussian_nll_loss(Tensor *input, Tensor *target, Tensor *var, bool full, double eps,
                                           const char *reduction);

/* The arguments by name. */
typedef struct TensorRegressionLossArgs {
    char _;
    const char *reduction;
} TensorRegressionLossArgs;
typedef struct TensorSmoothL1LossArgs {
    char _;
    const char *reduction;
    double beta;
} TensorSmoothL1LossArgs;
typedef struct TensorHuberLossArgs {
    char _;
    const char *reduction;
    double delta;
} TensorHuberLossArgs;
typedef struct TensorGaussianNllLossArgs {
    char _;
    bool full;
    double eps;
    const char *reduction;
} TensorGaussianNllLossArgs;

#ifndef __cplusplus
static inline Tensor *tensor_mse_loss_args(Tensor *input, Tensor *target,
                                           const TensorRegressionLossArgs *args)
{
    return (tensor_mse_loss)(input, target, args->reduction);
}
static inline Tensor *tensor_l1_loss_args(Tensor *input, Tensor *target, const TensorRegressionLossArgs *args)
{
    return (tensor_l1_loss)(input, target, args->reduction);
}
static inline Tensor *tensor_smooth_l1_loss_args(Tensor *input, Tensor *target,
                                                 const TensorSmoothL1LossArgs *args)
{
    return (tensor_smooth_l1_loss)(input, target, args->reduction, args->beta);
}
static inline Tensor *tensor_huber_loss_args(Tensor *input, Tensor *target, const TensorHuberLossArgs *args)
{
    return (tensor_huber_loss)(input, target, args->reduction, args->delta);
}
#define REGRESSION_LOSS_ARGS_(...)                                                                           \
    (&(const TensorRegressionLossArgs){.reduction = "mean", ._ = 0, __VA_ARGS__})
#define tensor_mse_loss(input, target, ...)                                                                  \
    KEYWORDS(tensor_mse_loss_args((input), (target), REGRESSION_LOSS_ARGS_(__VA_ARGS__)))
#define tensor_l1_loss(input, target, ...)                                                                   \
    KEYWORDS(tensor_l1_loss_args((input), (target), REGRESSION_LOSS_ARGS_(__VA_ARGS__)))
#define tensor_smooth_l1_loss(input, target, ...)                                                            \
    KEYWORDS(tensor_smooth_l1_loss_args(                                                                     \
        (input), (target),                                                                                   \
        &(const TensorSmoothL1LossArgs){.reduction = "mean", .beta = 1, ._ = 0, __VA_ARGS__}))
#define tensor_huber_loss(input, target, ...)                                                                \
    KEYWORDS(tensor_huber_loss_args(                                                                         \
        (input), (target),                                                                                   \
        &(const TensorHuberLossArgs){.reduction = "mean", .delta = 1, ._ = 0, __VA_ARGS__}))

static inline Tensor *tensor_gaussian_nll_loss_args(Tensor *input, Tensor *target, Tensor *var,
                                                    const TensorGaussianNllLossArgs *args)
{
    return (tensor_gaussian_nll_loss)(input, target, var, args->full, args->eps, args->reduction);
}
#define tensor_gaussian_nll_loss(input, target, var, ...)                                                    \
    KEYWORDS(tensor_gaussian_nll_loss_args(                                                                  \
        (input), (target), (var),                                                                            \
        &(const TensorGaussianNllLossArgs){.eps = 1e-6, .reduction = "mean", ._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
