/* Scheduler: changes the learning rate from step to step (torch.optim.lr_scheduler).
 *
 *     Scheduler *scheduler = optim_StepLR(optimizer, .step_size = 30);
 *     for (int epoch = 0; epoch < 90; epoch++) {
 *         train(model, optimizer);
 *         optim_scheduler_step(scheduler);
 *     }
 *
 * The learning rates are PyTorch's to the last bit: those that it derives from the one before are derived
 * here in the same way. A constructor sets the first learning rate, that of epoch 0. With last_epoch, the
 * epoch that an optimizer with loaded state was in, it goes on from there.
 *
 * Lifetime. A scheduler belongs to the innermost scope, as an optimizer does, and keeps its optimizer;
 * optim_scheduler_keep and optim_scheduler_release take a reference of your own and give it back. Functions
 * take NULL for one that could not be made, and do nothing.
 *
 * One of your own is optim_LambdaLR with a function, or a struct that begins with `Scheduler base`:
 *
 *     typedef struct HalvingLR {
 *         Scheduler base;
 *         int64_t period;
 *     } HalvingLR;
 *
 *     static bool halving_lr(Scheduler *self, int64_t group, double *lr)
 *     {
 *         int64_t halvings = self->last_epoch / ((HalvingLR *)self)->period;
 *         *lr = self->base_lrs[group] * pow(0.5, (double)halvings);
 *         return true;
 *     }
 *
 *     static const SchedulerType halving_type = {
 *         .name = "HalvingLR", .size = sizeof(HalvingLR), .lr = halving_lr,
 *         .fields = {OPTIM_INTEGER(HalvingLR, period)}};
 *
 *     HalvingLR *halving = (HalvingLR *)optim_scheduler_alloc(&halving_type, optimizer);
 *     if (halving != NULL)
 *         halving->period = 10;
 *     Scheduler *scheduler = optim_scheduler_start((Scheduler *)halving, -1); */
#ifndef TAPER_OPTIM_SCHEDULER_H
#define TAPER_OPTIM_SCHEDULER_H

#include "optim/optimizer.h"

TAPER_BEGIN_DECLS

typedef struct Scheduler Scheduler;

enum { SCHEDULER_MAX_FIELDS = 12 };

/* What a kind of scheduler is; what it has not is NULL. */
typedef struct SchedulerType {
    const char *name; /* "StepLR" */
    size_t size;      /* of the struct that begins with a Scheduler */
    /* The learning rate of a group in self->last_epoch; before, *lr is the one it has now. */
    bool (*lr)(Scheduler *self, int64_t group, double *lr);
    /* The same from the epoch alone, where `lr` derives it from the one before. */
    bool (*closed_lr)(Scheduler *self, int64_t group, double *lr);
    /* Instead of adding 1 to last_epoch; -1 is the epoch before the first. */
    void (*advance)(Scheduler *self);
    /* Instead of all that a step does. */
    bool (*step)(Scheduler *self);
    /* A step that is told a metric (ReduceLROnPlateau). */
    bool (*observe)(Scheduler *self, double metric);
    void (*destroy)(Scheduler *self); /* frees what the fields hold */
    /* The i-th scheduler inside of it, NULL after the last (SequentialLR). */
    Scheduler *(*part)(const Scheduler *self, int64_t i);
    /* The numbers in its struct, for its state_dict. */
    OptimField fields[SCHEDULER_MAX_FIELDS + 1];
} SchedulerType;

struct Scheduler {
    Object base;
    const SchedulerType *type;
    Optimizer *optimizer;
    int64_t last_epoch; /* -1 before the first step, which the constructor takes */
    int64_t step_count;
    bool initial;               /* the constructor's step is under way */
    int64_t n_groups;           /* the optimizer's when the scheduler was made */
    double *base_lrs, *last_lr; /* of each group */
};

/* scheduler.step(). False after an error, which changes nothing: ERROR_VALUE for a OneCycleLR that is stepped
 * too often, and for an optimizer that has got another group since. */
TAPER_API bool optim_scheduler_step(Scheduler *scheduler);
/* scheduler.step(metric), for ReduceLROnPlateau. Each step is ERROR_VALUE for the schedulers of the other. */
TAPER_API bool optim_scheduler_step_metric(Scheduler *scheduler, double metric);

/* scheduler.get_last_lr()[group]; NaN for NULL and if there is no such group. */
TAPER_API double optim_get_last_lr(const Scheduler *scheduler, int64_t group);

TAPER_API Scheduler *optim_scheduler_keep(Scheduler *scheduler);
TAPER_API void optim_scheduler_release(Scheduler *scheduler);

/* -- for those of your own -- */

/* Zeroed memory for a scheduler of that type. NULL after ERROR_MEMORY, and for a NULL optimizer. */
TAPER_API Scheduler *optim_scheduler_alloc(const SchedulerType *type, Optimizer *optimizer);
/* The end of a constructor: the first step, or, with last_epoch >= 0, the step of the epoch after that.
 * Returns it. NULL after an error: ERROR_KEY if the optimizer's groups have no initial_lr to go on from. */
TAPER_API Scheduler *optim_scheduler_start(Scheduler *scheduler, int64_t last_epoch);

#ifndef __cplusplus
#define optim_get_last_lr(...)                OPTIM_LAST_LR_(__VA_ARGS__, 0, )
#define OPTIM_LAST_LR_(scheduler, group, ...) (optim_get_last_lr)((scheduler), (group))
#endif

TAPER_END_DECLS

#endif
