/* OneCycleLR (torch.optim.lr_scheduler): one rise and fall of the learning rate over all of training. */
#ifndef TAPER_OPTIM_ONE_CYCLE_H
#define TAPER_OPTIM_ONE_CYCLE_H

#include <math.h>

#include "optim/scheduler.h"

TAPER_BEGIN_DECLS

typedef struct OneCycleLRArgs {
    char _;
    double max_lr;
    int64_t total_steps; /* or both of the next; 0: not given */
    int64_t epochs, steps_per_epoch;
    double pct_start;                   /* 0.3: how much of it the rise takes */
    const char *anneal_strategy;        /* "cos" or "linear" */
    bool cycle_momentum;                /* true: the momentum, or betas[0], falls and rises the other way */
    double base_momentum, max_momentum; /* 0.85, 0.95 */
    double div_factor;                  /* 25: initial_lr = max_lr / div_factor */
    double final_div_factor;            /* 1e4: the last rate is initial_lr / final_div_factor */
    bool three_phase; /* fall back to initial_lr as fast as it rose, then to the last rate */
    int64_t last_epoch;
    const double *max_lrs; /* instead of max_lr: one for each group */
} OneCycleLRArgs;

/* OneCycleLR(optimizer, max_lr, total_steps=None, epochs=None, steps_per_epoch=None, pct_start=0.3, ...): to
 * be stepped after every batch. ERROR_VALUE in PyTorch's words for numbers out of range, for an optimizer
 * without momentum and betas where cycle_momentum is true, and from a step after the last. */
TAPER_API Scheduler *optim_one_cycle_lr(Optimizer *optimizer, const OneCycleLRArgs *args);

#ifndef __cplusplus
#define optim_OneCycleLR(optimizer, ...)                                                                     \
    KEYWORDS(optim_one_cycle_lr((optimizer), &(const OneCycleLRArgs){.max_lr = (double)NAN,                  \
                                                                     .pct_start = 0.3,                       \
                                                                     .anneal_strategy = "cos",               \
                                                                     .cycle_momentum = true,                 \
                                                                     .base_momentum = 0.85,                  \
                                                                     .max_momentum = 0.95,                   \
                                                                     .div_factor = 25,                       \
                                                                     .final_div_factor = 1e4,                \
                                                                     .last_epoch = -1,                       \
                                                                     ._ = 0,                                 \
                                                                     __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
