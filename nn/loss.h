/* Losses as modules (torch.nn.CrossEntropyLoss, ...): nn_forward(criterion, input, target). The functions are
 * in autograd/ops/loss.h.
 *
 *     Module *criterion = nn_CrossEntropyLoss(.label_smoothing = 0.1);
 *
 * `reduction` is "mean", "sum" or "none" (ERROR_VALUE otherwise). A weight is a buffer of the module, so it
 * moves with it and is in its state_dict. */
#ifndef TAPER_NN_LOSS_H
#define TAPER_NN_LOSS_H

#include "autograd/ops/loss.h"
#include "core/keywords.h"
#include "nn/module.h"

TAPER_BEGIN_DECLS

/* nn.CrossEntropyLoss(weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0) and
 * nn.NLLLoss(weight=None, ignore_index=-100, reduction="mean"). */
TAPER_API Module *nn_cross_entropy_loss(const ClassLossArgs *args);
TAPER_API Module *nn_nll_loss(const ClassLossArgs *args);

#ifndef __cplusplus
#define nn_CrossEntropyLoss(...) KEYWORDS(nn_cross_entropy_loss(CLASS_LOSS_ARGS_(__VA_ARGS__)))
#define nn_NLLLoss(...)          KEYWORDS(nn_nll_loss(CLASS_LOSS_ARGS_(__VA_ARGS__)))
#endif

TAPER_END_DECLS

#endif
