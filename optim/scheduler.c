#include "optim/scheduler.h"

#include <math.h>
#include <stdlib.h>

#include "core/error.h"
#include "core/scope.h"
#include "optim/scheduler_struct.h"

/* -- making and destroying -- */

static void scheduler_destroy(Object *object)
{
    Scheduler *scheduler = (Scheduler *)object;
    if (scheduler->type->destroy != NULL)
        scheduler->type->destroy(scheduler);
    object_release(scheduler->optimizer);
    free(scheduler->base_lrs);
    free(scheduler->last_lr);
    free(scheduler);
}

Scheduler *optim_scheduler_alloc(const SchedulerType *type, Optimizer *optimizer)
{
    if (optimizer == NULL || !error_check_given("scheduler", "type", type != NULL))
        return NULL;
    size_t n = (size_t)optimizer->n_groups;
    Scheduler *scheduler = calloc(1, type->size);
    double *base_lrs = calloc(n, sizeof *base_lrs), *last_lr = calloc(n, sizeof *last_lr);
    if (scheduler == NULL || base_lrs == NULL || last_lr == NULL) {
        free(scheduler);
        free(base_lrs);
        free(last_lr);
        return error_raise(ERROR_MEMORY, type->name, "out of memory for a scheduler of %zu groups", n);
    }
    object_init(&scheduler->base, scheduler_destroy);
    scheduler->type = type;
    scheduler->optimizer = object_retain(optimizer);
    scheduler->n_groups = optimizer->n_groups;
    scheduler->base_lrs = base_lrs;
    scheduler->last_lr = last_lr;
    return scope_own(scheduler);
}

/* group.setdefault("initial_lr", group["lr"]) */
static bool set_initial_lrs(const Scheduler *scheduler, bool resumed)
{
    for (int64_t i = 0; i < scheduler->n_groups; i++) {
        ParamGroup *group = scheduler->optimizer->groups[i];
        if (isnan(group->initial_lr) && resumed)
            return error_raise(ERROR_KEY, scheduler->type->name,
                               "param 'initial_lr' is not specified in param_groups[%lld] when resuming "
                               "scheduler with last_epoch >= 0.",
                               (long long)i) != NULL;
        if (isnan(group->initial_lr))
            group->initial_lr = optim_get_option(group, "lr");
        scheduler->base_lrs[i] = group->initial_lr;
    }
    return true;
}

Scheduler *optim_scheduler_start(Scheduler *scheduler, int64_t last_epoch)
{
    if (scheduler == NULL || !set_initial_lrs(scheduler, last_epoch != -1))
        return NULL;
    scheduler->last_epoch = last_epoch;
    return scheduler_initial_step(scheduler) ? scheduler : NULL;
}

Scheduler *optim_scheduler_keep(Scheduler *scheduler)
{
    return object_retain(scheduler);
}

void optim_scheduler_release(Scheduler *scheduler)
{
    object_release(scheduler);
}

/* -- stepping -- */

void scheduler_read_lrs(Scheduler *scheduler)
{
    for (int64_t i = 0; i < scheduler->n_groups; i++)
        scheduler->last_lr[i] = optim_get_option(scheduler->optimizer->groups[i], "lr");
}

bool scheduler_apply(Scheduler *scheduler, bool closed)
{
    const SchedulerType *type = scheduler->type;
    bool (*lr_of)(Scheduler *, int64_t, double *) =
        closed && type->closed_lr != NULL ? type->closed_lr : type->lr;
    if (lr_of == NULL)
        return error_raise(ERROR_UNSUPPORTED, type->name, "it cannot tell the learning rate of an epoch") !=
               NULL;
    scheduler_read_lrs(scheduler);
    for (int64_t i = 0; i < scheduler->n_groups; i++) {
        if (!lr_of(scheduler, i, &scheduler->last_lr[i])) {
            scheduler_read_lrs(scheduler);
            return false;
        }
    }
    for (int64_t i = 0; i < scheduler->n_groups; i++)
        optim_set_option(scheduler->optimizer->groups[i], "lr", scheduler->last_lr[i]);
    return true;
}

static bool check_groups(const Scheduler *scheduler)
{
    int64_t n = scheduler->optimizer->n_groups;
    return n == scheduler->n_groups ||
           error_raise(ERROR_VALUE, scheduler->type->name,
                       "the optimizer has %lld parameter groups, but had %lld when the scheduler was made",
                       (long long)n, (long long)scheduler->n_groups) != NULL;
}

bool optim_scheduler_step(Scheduler *scheduler)
{
    if (scheduler == NULL || !check_groups(scheduler))
        return false;
    const SchedulerType *type = scheduler->type;
    if (type->observe != NULL)
        return error_raise(ERROR_VALUE, type->name,
                           "%s.step() missing 1 required positional argument: 'metrics'", type->name) != NULL;
    if (type->step != NULL)
        return type->step(scheduler);
    int64_t epoch = scheduler->last_epoch;
    scheduler->step_count++;
    if (type->advance != NULL)
        type->advance(scheduler);
    else
        scheduler->last_epoch++;
    if (scheduler_apply(scheduler, false))
        return true;
    scheduler->last_epoch = epoch;
    scheduler->step_count--;
    return false;
}

bool scheduler_initial_step(Scheduler *scheduler)
{
    scheduler->step_count = 0;
    scheduler->initial = true;
    bool done = optim_scheduler_step(scheduler);
    scheduler->initial = false;
    return done;
}

bool optim_scheduler_step_metric(Scheduler *scheduler, double metric)
{
    if (scheduler == NULL || !check_groups(scheduler))
        return false;
    if (scheduler->type->observe == NULL)
        return error_raise(ERROR_VALUE, scheduler->type->name, "%s.step() takes no metric",
                           scheduler->type->name) != NULL;
    return scheduler->type->observe(scheduler, metric);
}

double(optim_get_last_lr)(const Scheduler *scheduler, int64_t group)
{
    return scheduler != NULL && group >= 0 && group < scheduler->n_groups ? scheduler->last_lr[group] : NAN;
}
