/* SequentialLR: optim/schedulers.h. */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "optim/scheduler_struct.h"
#include "optim/schedulers.h"

typedef struct SequentialLR {
    Scheduler base;
    Scheduler **schedulers;
    int64_t *milestones; /* one less */
    int64_t n;           /* schedulers */
} SequentialLR;

/* The scheduler of an epoch: as many milestones are at or before it. */
static int64_t index_at(const SequentialLR *self, int64_t epoch)
{
    int64_t i = 0;
    while (i < self->n - 1 && self->milestones[i] <= epoch)
        i++;
    return i;
}

static bool finish(SequentialLR *self, int64_t i, bool done)
{
    if (done)
        memcpy(self->base.last_lr, self->schedulers[i]->last_lr,
               (size_t)self->base.n_groups * sizeof *self->base.last_lr);
    return done;
}

/* A scheduler whose turn comes starts from its epoch 0. */
static bool sequential_step(Scheduler *scheduler)
{
    SequentialLR *self = (SequentialLR *)scheduler;
    int64_t epoch = scheduler->last_epoch + 1, i = index_at(self, epoch);
    Scheduler *current = self->schedulers[i];
    bool begins = i > 0 && self->milestones[i - 1] == epoch;
    int64_t before = current->last_epoch;
    if (begins)
        current->last_epoch = 0;
    bool done = begins ? scheduler_apply(current, true) : optim_scheduler_step(current);
    if (begins && !done)
        current->last_epoch = before;
    scheduler->last_epoch += done;
    return finish(self, i, done);
}

static void sequential_destroy(Scheduler *scheduler)
{
    SequentialLR *self = (SequentialLR *)scheduler;
    for (int64_t i = 0; i < self->n; i++)
        object_release(self->schedulers[i]);
    free(self->schedulers);
    free(self->milestones);
}

static Scheduler *sequential_part(const Scheduler *scheduler, int64_t i)
{
    const SequentialLR *self = (const SequentialLR *)scheduler;
    return i < self->n ? self->schedulers[i] : NULL;
}

static const SchedulerType sequential_type = {
    .name = "SequentialLR",
    .size = sizeof(SequentialLR),
    .step = sequential_step,
    .destroy = sequential_destroy,
    .part = sequential_part,
};

static bool check_args(const Optimizer *optimizer, SchedulerList schedulers, Dims milestones)
{
    const char *name = sequential_type.name;
    int64_t n = schedulers.n;
    if (n < 1)
        return error_raise(ERROR_VALUE, name,
                           "SequentialLR expects at least one scheduler, but got no scheduler.") != NULL;
    for (int64_t i = 0; i < n; i++) {
        const Scheduler *scheduler = schedulers.items[i];
        if (scheduler == NULL)
            return error_last() == NULL &&
                   error_raise(ERROR_VALUE, name, "the scheduler at index %lld is NULL", (long long)i) !=
                       NULL;
        if (scheduler->type->observe != NULL)
            return error_raise(
                       ERROR_VALUE, name,
                       "SequentialLR does not support `ReduceLROnPlateau` scheduler as it requires "
                       "additional "
                       "kwargs to be specified when calling `step`, but got one at index %lld in the given "
                       "schedulers sequence.",
                       (long long)i) != NULL;
        if (scheduler->optimizer != optimizer)
            return error_raise(ERROR_VALUE, name,
                               "SequentialLR expects all schedulers to belong to the same optimizer, but got "
                               "scheduler "
                               "%s at index %lld",
                               scheduler->type->name, (long long)i) != NULL;
    }
    return milestones.n == n - 1 ||
           error_raise(ERROR_VALUE, name,
                       "Sequential Schedulers expects number of schedulers provided to be one more than the "
                       "number of milestone points, but got number of schedulers %lld and the number of "
                       "milestones to be equal to %lld",
                       (long long)n, (long long)milestones.n) != NULL;
}

/* Takes back the step that each scheduler has made when it was constructed. */
static void undo_step(Scheduler *scheduler)
{
    if (scheduler->type != &sequential_type) {
        scheduler->last_epoch--;
        return;
    }
    SequentialLR *inner = (SequentialLR *)scheduler;
    for (int64_t i = 0; i < inner->n; i++)
        undo_step(inner->schedulers[i]);
}

Scheduler *optim_sequential_lr(Optimizer *optimizer, const SequentialLRArgs *args)
{
    int64_t one;
    Dims milestones = dims_or_nonzero(args->milestones, &one);
    if (optimizer == NULL || !check_args(optimizer, args->schedulers, milestones))
        return NULL;
    SequentialLR *self = (SequentialLR *)optim_scheduler_alloc(&sequential_type, optimizer);
    if (self == NULL)
        return NULL;
    size_t n = (size_t)args->schedulers.n;
    self->schedulers = calloc(n, sizeof *self->schedulers);
    self->milestones = calloc(n, sizeof *self->milestones);
    if (self->schedulers == NULL || self->milestones == NULL)
        return error_raise(ERROR_MEMORY, sequential_type.name, "out of memory for %zu schedulers", n);
    for (; self->n < args->schedulers.n; self->n++)
        self->schedulers[self->n] = object_retain(args->schedulers.items[self->n]);
    if (n > 1)
        memcpy(self->milestones, milestones.data, (n - 1) * sizeof *self->milestones);
    self->base.last_epoch = args->last_epoch + 1;
    for (int64_t i = 0; i < self->base.n_groups; i++)
        optim_set_option(optimizer->groups[i], "lr", optimizer->groups[i]->initial_lr);
    for (int64_t i = 0; i < self->n; i++)
        undo_step(self->schedulers[i]);
    int64_t first = index_at(self, 0);
    return finish(self, first, scheduler_initial_step(self->schedulers[first])) ? &self->base : NULL;
}
