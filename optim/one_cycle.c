#include "optim/one_cycle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "optim/fields.h"

/* What a phase goes from and to. */
typedef enum Mark { INITIAL_LR, MAX_LR, MIN_LR } Mark;
typedef struct Phase {
    double end; /* the step it ends with */
    Mark from, to;
} Phase;

typedef struct OneCycleLR {
    Scheduler base;
    int64_t total_steps;
    Phase phases[3];
    int n_phases;
    bool linear;
    const char *momentum; /* the option that is cycled, "momentum" or "betas.0"; NULL: none */
    double base_momentum, max_momentum, final_div_factor;
    double *max_lrs; /* of each group */
} OneCycleLR;

static double anneal(const OneCycleLR *cycle, double from, double to, double part)
{
    if (cycle->linear)
        return (to - from) * part + from;
    double turn = cos(M_PI * part) + 1;
    return to + (from - to) / 2.0 * turn;
}

static double lr_at(const OneCycleLR *cycle, int64_t group, Mark mark)
{
    double initial_lr = cycle->base.base_lrs[group];
    return mark == INITIAL_LR ? initial_lr
           : mark == MAX_LR   ? cycle->max_lrs[group]
                              : initial_lr / cycle->final_div_factor;
}

/* Momentum is low where the learning rate is at its highest. */
static double momentum_at(const OneCycleLR *cycle, Mark mark)
{
    return mark == MAX_LR ? cycle->base_momentum : cycle->max_momentum;
}

static bool one_cycle_lr(Scheduler *self, int64_t group, double *lr)
{
    const OneCycleLR *cycle = (const OneCycleLR *)self;
    double step = (double)self->last_epoch, start = 0;
    if (self->last_epoch > cycle->total_steps)
        return error_raise(ERROR_VALUE, self->type->name,
                           "Tried to step %lld times. The specified number of total steps is %lld",
                           (long long)self->last_epoch, (long long)cycle->total_steps) != NULL;
    const Phase *phase = cycle->phases;
    for (; step > phase->end && phase < cycle->phases + cycle->n_phases - 1; phase++)
        start = phase->end;
    if (phase->end == start)
        return error_raise(ERROR_VALUE, self->type->name,
                           "float division by zero: a phase of the cycle has no steps") != NULL;
    double part = (step - start) / (phase->end - start);
    *lr = anneal(cycle, lr_at(cycle, group, phase->from), lr_at(cycle, group, phase->to), part);
    if (cycle->momentum != NULL)
        optim_set_option(self->optimizer->groups[group], cycle->momentum,
                         anneal(cycle, momentum_at(cycle, phase->from), momentum_at(cycle, phase->to), part));
    return true;
}

static void one_cycle_destroy(Scheduler *self)
{
    free(((OneCycleLR *)self)->max_lrs);
}

static const SchedulerType one_cycle_type = {
    .name = "OneCycleLR",
    .size = sizeof(OneCycleLR),
    .lr = one_cycle_lr,
    .destroy = one_cycle_destroy,
    .fields = {OPTIM_INTEGER(OneCycleLR, total_steps)},
};

static bool check_steps(const char *name, int64_t steps)
{
    return steps > 0 ||
           error_raise(ERROR_VALUE, one_cycle_type.name, "Expected positive integer %s, but got %lld", name,
                       (long long)steps) != NULL;
}

static bool check_args(const OneCycleLRArgs *args)
{
    const char *name = one_cycle_type.name;
    char text[40];
    if (isnan(args->max_lr) && args->max_lrs == NULL)
        return error_raise_missing(name, &(const char *){"max_lr"}, 1) != NULL;
    if (args->total_steps == 0 && (args->epochs == 0 || args->steps_per_epoch == 0))
        return error_raise(ERROR_VALUE, name,
                           "You must define either total_steps OR (epochs AND steps_per_epoch)") != NULL;
    if (args->total_steps != 0
            ? !check_steps("total_steps", args->total_steps)
            : !check_steps("epochs", args->epochs) || !check_steps("steps_per_epoch", args->steps_per_epoch))
        return false;
    if (!(args->pct_start >= 0 && args->pct_start <= 1))
        return error_raise(ERROR_VALUE, name, "Expected float between 0 and 1 pct_start, but got %s",
                           number_string(args->pct_start, text, sizeof text)) != NULL;
    const char *strategy = args->anneal_strategy != NULL ? args->anneal_strategy : "NULL";
    return strcmp(strategy, "cos") == 0 || strcmp(strategy, "linear") == 0 ||
           error_raise(ERROR_VALUE, name, "anneal_strategy must be one of 'cos' or 'linear', instead got %s",
                       strategy) != NULL;
}

static void set_phases(OneCycleLR *cycle, const OneCycleLRArgs *args)
{
    double total = (double)cycle->total_steps, rise = args->pct_start * total - 1;
    if (args->three_phase) {
        cycle->n_phases = 3;
        cycle->phases[0] = (Phase){rise, INITIAL_LR, MAX_LR};
        cycle->phases[1] = (Phase){2 * args->pct_start * total - 2, MAX_LR, INITIAL_LR};
        cycle->phases[2] = (Phase){total - 1, INITIAL_LR, MIN_LR};
    } else {
        cycle->n_phases = 2;
        cycle->phases[0] = (Phase){rise, INITIAL_LR, MAX_LR};
        cycle->phases[1] = (Phase){total - 1, MAX_LR, MIN_LR};
    }
}

/* Which option of the optimizer is cycled. */
static bool set_momentum(OneCycleLR *cycle, const OneCycleLRArgs *args)
{
    const ParamGroup *group = cycle->base.optimizer->groups[0];
    if (!args->cycle_momentum)
        return true;
    cycle->momentum = optim_has_option(group, "betas.0")    ? "betas.0"
                      : optim_has_option(group, "momentum") ? "momentum"
                                                            : NULL;
    return cycle->momentum != NULL ||
           error_raise(ERROR_VALUE, one_cycle_type.name,
                       "optimizer must support momentum or beta1 with `cycle_momentum` option enabled") !=
               NULL;
}

Scheduler *optim_one_cycle_lr(Optimizer *optimizer, const OneCycleLRArgs *args)
{
    if (!check_args(args))
        return NULL;
    OneCycleLR *self = (OneCycleLR *)optim_scheduler_alloc(&one_cycle_type, optimizer);
    if (self == NULL || !set_momentum(self, args))
        return NULL;
    int64_t n = self->base.n_groups;
    self->max_lrs = calloc((size_t)n, sizeof *self->max_lrs);
    if (self->max_lrs == NULL)
        return error_raise(ERROR_MEMORY, one_cycle_type.name, "out of memory for %lld groups", (long long)n);
    self->total_steps = args->total_steps != 0 ? args->total_steps : args->epochs * args->steps_per_epoch;
    self->linear = strcmp(args->anneal_strategy, "linear") == 0;
    self->base_momentum = args->base_momentum;
    self->max_momentum = args->max_momentum;
    self->final_div_factor = args->final_div_factor;
    set_phases(self, args);
    for (int64_t i = 0; i < n; i++) {
        self->max_lrs[i] = args->max_lrs != NULL ? args->max_lrs[i] : args->max_lr;
        if (args->last_epoch == -1)
            optimizer->groups[i]->initial_lr = self->max_lrs[i] / args->div_factor;
    }
    return optim_scheduler_start(&self->base, args->last_epoch);
}
