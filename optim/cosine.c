/* CosineAnnealingLR and CosineAnnealingWarmRestarts: optim/schedulers.h. */
#include <math.h>

#include "core/error.h"
#include "optim/schedulers.h"

/* -- CosineAnnealingLR -- */

typedef struct CosineAnnealingLR {
    Scheduler base;
    int64_t T_max;
    double eta_min;
} CosineAnnealingLR;

static bool cosine_closed_lr(Scheduler *self, int64_t group, double *lr)
{
    const CosineAnnealingLR *cosine = (const CosineAnnealingLR *)self;
    double turn = cos(M_PI * (double)self->last_epoch / (double)cosine->T_max);
    *lr = cosine->eta_min + (self->base_lrs[group] - cosine->eta_min) * (1 + turn) / 2;
    return true;
}

/* Derived from the rate before, so that changes by others last; where that is eta_min, from the base. */
static bool cosine_lr(Scheduler *self, int64_t group, double *lr)
{
    const CosineAnnealingLR *cosine = (const CosineAnnealingLR *)self;
    double T = (double)cosine->T_max, epoch = (double)self->last_epoch;
    if (self->initial)
        return true;
    if (self->step_count == 1 && self->last_epoch > 0)
        return cosine_closed_lr(self, group, lr);
    if ((self->last_epoch - 1 - cosine->T_max) % (2 * cosine->T_max) == 0)
        *lr += (self->base_lrs[group] - cosine->eta_min) * (1 - cos(M_PI / T)) / 2;
    else
        *lr = (1 + cos(M_PI * epoch / T)) / (1 + cos(M_PI * (epoch - 1) / T)) * (*lr - cosine->eta_min) +
              cosine->eta_min;
    return true;
}

Scheduler *optim_cosine_annealing_lr(Optimizer *optimizer, const CosineAnnealingLRArgs *args)
{
    static const SchedulerType type = {
        .name = "CosineAnnealingLR",
        .size = sizeof(CosineAnnealingLR),
        .lr = cosine_lr,
        .closed_lr = cosine_closed_lr,
        .fields = {OPTIM_PERIOD(CosineAnnealingLR, T_max), OPTIM_NUMBER(CosineAnnealingLR, eta_min)},
    };
    if (args->T_max <= 0)
        return error_raise(ERROR_VALUE, "CosineAnnealingLR", "Expected positive integer T_max, but got %lld",
                           (long long)args->T_max);
    CosineAnnealingLR *self = (CosineAnnealingLR *)optim_scheduler_alloc(&type, optimizer);
    if (self != NULL) {
        self->T_max = args->T_max;
        self->eta_min = args->eta_min;
    }
    return optim_scheduler_start((Scheduler *)self, args->last_epoch);
}

/* -- CosineAnnealingWarmRestarts -- */

typedef struct WarmRestarts {
    Scheduler base;
    int64_t T_0, T_mult, T_i, T_cur; /* the first period, its growth, this one, and where in it */
    double eta_min;
} WarmRestarts;

static bool restarts_lr(Scheduler *self, int64_t group, double *lr)
{
    const WarmRestarts *restarts = (const WarmRestarts *)self;
    double turn = cos(M_PI * (double)restarts->T_cur / (double)restarts->T_i);
    *lr = restarts->eta_min + (self->base_lrs[group] - restarts->eta_min) * (1 + turn) / 2;
    return true;
}

static void restarts_advance(Scheduler *self)
{
    WarmRestarts *restarts = (WarmRestarts *)self;
    if (self->last_epoch++ < 0) {
        restarts->T_cur = 0;
        restarts->T_i = restarts->T_0;
        return;
    }
    restarts->T_cur++;
    if (restarts->T_cur >= restarts->T_i) {
        restarts->T_cur %= restarts->T_i;
        restarts->T_i *= restarts->T_mult;
    }
}

Scheduler *optim_cosine_annealing_warm_restarts(Optimizer *optimizer,
                                                const CosineAnnealingWarmRestartsArgs *args)
{
    static const SchedulerType type = {
        .name = "CosineAnnealingWarmRestarts",
        .size = sizeof(WarmRestarts),
        .lr = restarts_lr,
        .advance = restarts_advance,
        .fields = {OPTIM_PERIOD(WarmRestarts, T_0), OPTIM_PERIOD(WarmRestarts, T_i),
                   OPTIM_PERIOD(WarmRestarts, T_mult), OPTIM_NUMBER(WarmRestarts, eta_min),
                   OPTIM_INTEGER(WarmRestarts, T_cur)},
    };
    if (args->T_0 <= 0)
        return error_raise(ERROR_VALUE, type.name, "Expected positive integer T_0, but got %lld",
                           (long long)args->T_0);
    if (args->T_mult < 1)
        return error_raise(ERROR_VALUE, type.name, "Expected integer T_mult >= 1, but got %lld",
                           (long long)args->T_mult);
    WarmRestarts *self = (WarmRestarts *)optim_scheduler_alloc(&type, optimizer);
    if (self != NULL) {
        self->T_0 = self->T_i = args->T_0;
        self->T_mult = args->T_mult;
        self->T_cur = args->last_epoch;
        self->eta_min = args->eta_min;
    }
    return optim_scheduler_start((Scheduler *)self, args->last_epoch);
}
