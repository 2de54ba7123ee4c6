/* Losses as modules (torch.nn.CrossEntropyLoss, ...): nn_forward(criterion, input, target). The functions,
 * and their formulas, are in autograd/ops/loss.h, regression_loss.h and entropy_loss.h.
 *
 *     Module *criterion = nn_CrossEntropyLoss(.label_smoothing = 0.1);
 *
 * `reduction` is "mean", "sum" or "none" (ERROR_VALUE otherwise); PyTorch's deprecated size_average and
 * reduce are not there. Weights are buffers of the module, so they move with it and are in its state_dict. */
#ifndef TAPER_NN_LOSS_H
#define TAPER_NN_LOSS_H

#include "autograd/ops/loss.h"
#include "core/keywords.h"
#include "nn/module.h"

TAPER_BEGIN_DECLS

/* nn.CrossEntropyLoss(weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0) and
 * nn.NLLLoss(weight=None, ignore_index=-100, reduction="mean"). */
TAPER_API Module *nn_cross_entropy_loss(const TensorClassLossArgs *args);
TAPER_API Module *nn_nll_loss(const TensorClassLossArgs *args);

typedef struct MSELossArgs {
    char _;
    const char *reduction;
} MSELossArgs;

typedef struct SmoothL1LossArgs {
    char _;
    const char *reduction;
    double beta;
} SmoothL1LossArgs;

typedef struct HuberLossArgs {
    char _;
    const char *reduction;
    double delta;
} HuberLossArgs;

/* nn.MSELoss(reduction="mean"), L1Loss(reduction="mean"), SmoothL1Loss(reduction="mean", beta=1.0),
 * HuberLoss(reduction="mean", delta=1.0). */
TAPER_API Module *nn_mse_loss(const MSELossArgs *args);
TAPER_API Module *nn_l1_loss(const MSELossArgs *args);
TAPER_API Module *nn_smooth_l1_loss(const SmoothL1LossArgs *args);
TAPER_API Module *nn_huber_loss(const HuberLossArgs *args);

typedef struct BCELossArgs {
    char _;
    Tensor *weight;
    const char *reduction;
    Tensor *pos_weight; /* BCEWithLogitsLoss only */
} BCELossArgs;

/* nn.BCELoss(weight=None, reduction="mean") of probabilities,
 * nn.BCEWithLogitsLoss(weight=None, reduction="mean", pos_weight=None) of scores. */
TAPER_API Module *nn_bce_loss(const BCELossArgs *args);
TAPER_API Module *nn_bce_with_logits_loss(const BCELossArgs *args);

typedef struct KLDivLossArgs {
    char _;
    const char *reduction;
    bool log_target;
} KLDivLossArgs;

/* nn.KLDivLoss(reduction="mean", log_target=False); the reduction may also be "batchmean". */
TAPER_API Module *nn_kl_div_loss(const KLDivLossArgs *args);

#ifndef __cplusplus
#define MSE_LOSS_ARGS_(...)      (&(const MSELossArgs){.reduction = "mean", ._ = 0, __VA_ARGS__})
#define BCE_LOSS_ARGS_(...)      (&(const BCELossArgs){.reduction = "mean", ._ = 0, __VA_ARGS__})
#define nn_CrossEntropyLoss(...) KEYWORDS(nn_cross_entropy_loss(CLASS_LOSS_ARGS_(__VA_ARGS__)))
#define nn_NLLLoss(...)          KEYWORDS(nn_nll_loss(CLASS_LOSS_ARGS_(__VA_ARGS__)))
#define nn_MSELoss(...)          KEYWORDS(nn_mse_loss(MSE_LOSS_ARGS_(__VA_ARGS__)))
#define nn_L1Loss(...)           KEYWORDS(nn_l1_loss(MSE_LOSS_ARGS_(__VA_ARGS__)))
#define nn_SmoothL1Loss(...)                                                                                 \
    KEYWORDS(                                                                                                \
        nn_smooth_l1_loss(&(const SmoothL1LossArgs){.reduction = "mean", .beta = 1, ._ = 0, __VA_ARGS__}))
#define nn_HuberLoss(...)                                                                                    \
    KEYWORDS(nn_huber_loss(&(const HuberLossArgs){.reduction = "mean", .delta = 1, ._ = 0, __VA_ARGS__}))
#define nn_BCELoss(...)           KEYWORDS(nn_bce_loss(BCE_LOSS_ARGS_(__VA_ARGS__)))
#define nn_BCEWithLogitsLoss(...) KEYWORDS(nn_bce_with_logits_loss(BCE_LOSS_ARGS_(__VA_ARGS__)))
#define nn_KLDivLoss(...)                                                                                    \
    KEYWORDS(nn_kl_div_loss(&(const KLDivLossArgs){.reduction = "mean", ._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
