/* ReduceLROnPlateau: optim/schedulers.h. */
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "optim/scheduler_struct.h"
#include "optim/schedulers.h"

typedef struct ReduceLROnPlateau {
    Scheduler base;
    double factor, threshold, min_lr, eps, best;
    int64_t patience, cooldown, cooldown_counter, num_bad_epochs;
    bool max, absolute;
} ReduceLROnPlateau;

static bool is_better(const ReduceLROnPlateau *self, double metric)
{
    double best = self->best, threshold = self->threshold;
    if (self->max)
        return metric > (self->absolute ? best + threshold : best * (threshold + 1.0));
    return metric < (self->absolute ? best - threshold : best * (1.0 - threshold));
}

static void reduce_lr(const ReduceLROnPlateau *self)
{
    for (int64_t i = 0; i < self->base.n_groups; i++) {
        ParamGroup *group = self->base.optimizer->groups[i];
        double old = optim_get_option(group, "lr");
        double lr = self->min_lr > old * self->factor ? self->min_lr : old * self->factor;
        if (old - lr > self->eps)
            optim_set_option(group, "lr", lr);
    }
}

static bool plateau_observe(Scheduler *scheduler, double metric)
{
    ReduceLROnPlateau *self = (ReduceLROnPlateau *)scheduler;
    scheduler->last_epoch++;
    if (is_better(self, metric)) {
        self->best = metric;
        self->num_bad_epochs = 0;
    } else {
        self->num_bad_epochs++;
    }
    if (self->cooldown_counter > 0) {
        self->cooldown_counter--;
        self->num_bad_epochs = 0;
    }
    if (self->num_bad_epochs > self->patience) {
        reduce_lr(self);
        self->cooldown_counter = self->cooldown;
        self->num_bad_epochs = 0;
    }
    scheduler_read_lrs(scheduler);
    return true;
}

static const SchedulerType plateau_type = {
    .name = "ReduceLROnPlateau",
    .size = sizeof(ReduceLROnPlateau),
    .observe = plateau_observe,
    .fields = {OPTIM_NUMBER(ReduceLROnPlateau, factor), OPTIM_NUMBER(ReduceLROnPlateau, min_lr),
               OPTIM_INTEGER(ReduceLROnPlateau, patience), OPTIM_INTEGER(ReduceLROnPlateau, cooldown),
               OPTIM_NUMBER(ReduceLROnPlateau, eps), OPTIM_NUMBER(ReduceLROnPlateau, best),
               OPTIM_INTEGER(ReduceLROnPlateau, cooldown_counter),
               OPTIM_INTEGER(ReduceLROnPlateau, num_bad_epochs), OPTIM_NUMBER(ReduceLROnPlateau, threshold)},
};

static bool check_args(const ReduceLROnPlateauArgs *args)
{
    const char *name = plateau_type.name;
    if (args->factor >= 1)
        return error_raise(ERROR_VALUE, name, "Factor should be < 1.0.") != NULL;
    const char *mode = args->mode != NULL ? args->mode : "NULL";
    const char *threshold_mode = args->threshold_mode != NULL ? args->threshold_mode : "NULL";
    if (strcmp(mode, "min") != 0 && strcmp(mode, "max") != 0)
        return error_raise(ERROR_VALUE, name, "mode %s is unknown!", mode) != NULL;
    return strcmp(threshold_mode, "rel") == 0 || strcmp(threshold_mode, "abs") == 0 ||
           error_raise(ERROR_VALUE, name, "threshold mode %s is unknown!", threshold_mode) != NULL;
}

Scheduler *optim_reduce_lr_on_plateau(Optimizer *optimizer, const ReduceLROnPlateauArgs *args)
{
    if (!check_args(args))
        return NULL;
    ReduceLROnPlateau *self = (ReduceLROnPlateau *)optim_scheduler_alloc(&plateau_type, optimizer);
    if (self == NULL)
        return NULL;
    self->factor = args->factor;
    self->threshold = args->threshold;
    self->min_lr = args->min_lr;
    self->eps = args->eps;
    self->patience = args->patience;
    self->cooldown = args->cooldown;
    self->max = strcmp(args->mode, "max") == 0;
    self->absolute = strcmp(args->threshold_mode, "abs") == 0;
    self->best = self->max ? -INFINITY : INFINITY;
    scheduler_read_lrs(&self->base);
    return &self->base;
}
