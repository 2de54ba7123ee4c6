#include "optim/schedulers.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"

/* Most schedulers are their arguments behind a Scheduler. */
#define ARGS(Type, self) (&((const Type *)(self))->args)
#define ARG_NUMBER(Type, field)                                                                              \
    {                                                                                                        \
#field, offsetof(Type, args.field), OPTIM_FIELD_DOUBLE                                               \
    }
#define ARG_PERIOD(Type, field)                                                                              \
    {                                                                                                        \
#field, offsetof(Type, args.field), OPTIM_FIELD_PERIOD                                               \
    }
#define ARG_INTEGER(Type, field)                                                                             \
    {                                                                                                        \
#field, offsetof(Type, args.field), OPTIM_FIELD_INT64                                                \
    }

/* -- LambdaLR and MultiplicativeLR -- */

typedef struct LambdaLR {
    Scheduler base;
    void *user;
    LRLambda *lr_lambdas; /* one for each group */
} LambdaLR;

static double lambda_of(const Scheduler *self, int64_t group)
{
    const LambdaLR *lambda = (const LambdaLR *)self;
    return lambda->lr_lambdas[group](self->last_epoch, lambda->user);
}

static bool lambda_lr(Scheduler *self, int64_t group, double *lr)
{
    *lr = self->base_lrs[group] * lambda_of(self, group);
    return true;
}

static bool multiplicative_lr(Scheduler *self, int64_t group, double *lr)
{
    if (!self->initial)
        *lr *= lambda_of(self, group);
    return true;
}

static void lambda_destroy(Scheduler *self)
{
    free(((LambdaLR *)self)->lr_lambdas);
}

static Scheduler *lambda_new(const SchedulerType *type, Optimizer *optimizer, const LambdaLRArgs *args)
{
    LambdaLR *self = (LambdaLR *)optim_scheduler_alloc(type, optimizer);
    if (self == NULL)
        return NULL;
    if (args->lr_lambda == NULL && args->lr_lambdas == NULL)
        return error_raise_missing(type->name, &(const char *){"lr_lambda"}, 1);
    int64_t n = self->base.n_groups;
    self->lr_lambdas = calloc((size_t)n, sizeof *self->lr_lambdas);
    if (self->lr_lambdas == NULL)
        return error_raise(ERROR_MEMORY, type->name, "out of memory for %lld functions", (long long)n);
    for (int64_t i = 0; i < n; i++) {
        self->lr_lambdas[i] = args->lr_lambdas != NULL ? args->lr_lambdas[i] : args->lr_lambda;
        if (!error_check_given(type->name, "lr_lambda of a group", self->lr_lambdas[i] != NULL))
            return NULL;
    }
    self->user = args->user;
    return optim_scheduler_start(&self->base, args->last_epoch);
}

Scheduler *optim_lambda_lr(Optimizer *optimizer, const LambdaLRArgs *args)
{
    static const SchedulerType type = {
        .name = "LambdaLR", .size = sizeof(LambdaLR), .lr = lambda_lr, .destroy = lambda_destroy};
    return lambda_new(&type, optimizer, args);
}

Scheduler *optim_multiplicative_lr(Optimizer *optimizer, const LambdaLRArgs *args)
{
    static const SchedulerType type = {.name = "MultiplicativeLR",
                                       .size = sizeof(LambdaLR),
                                       .lr = multiplicative_lr,
                                       .destroy = lambda_destroy};
    return lambda_new(&type, optimizer, args);
}

/* -- StepLR -- */

typedef struct StepLR {
    Scheduler base;
    StepLRArgs args;
} StepLR;

static bool step_lr(Scheduler *self, int64_t group, double *lr)
{
    (void)group;
    if (self->last_epoch != 0 && self->last_epoch % ARGS(StepLR, self)->step_size == 0)
        *lr *= ARGS(StepLR, self)->gamma;
    return true;
}

static bool step_closed_lr(Scheduler *self, int64_t group, double *lr)
{
    const StepLRArgs *args = ARGS(StepLR, self);
    *lr = self->base_lrs[group] * pow(args->gamma, (double)(self->last_epoch / args->step_size));
    return true;
}

/* A period, by which epochs are divided. */
static bool check_period(const char *scheduler, const char *name, int64_t period)
{
    return period > 0 || error_raise(ERROR_VALUE, scheduler, "Expected positive integer %s, but got %lld",
                                     name, (long long)period) != NULL;
}

Scheduler *optim_step_lr(Optimizer *optimizer, const StepLRArgs *args)
{
    static const SchedulerType type = {
        .name = "StepLR",
        .size = sizeof(StepLR),
        .lr = step_lr,
        .closed_lr = step_closed_lr,
        .fields = {ARG_PERIOD(StepLR, step_size), ARG_NUMBER(StepLR, gamma)},
    };
    if (!check_period("StepLR", "step_size", args->step_size))
        return NULL;
    StepLR *self = (StepLR *)optim_scheduler_alloc(&type, optimizer);
    if (self != NULL)
        self->args = *args;
    return optim_scheduler_start((Scheduler *)self, args->last_epoch);
}

/* -- MultiStepLR -- */

typedef struct MultiStepLR {
    Scheduler base;
    double gamma;
    int64_t *milestones, n;
} MultiStepLR;

static bool multi_step_lr(Scheduler *self, int64_t group, double *lr)
{
    const MultiStepLR *steps = (const MultiStepLR *)self;
    int times = 0;
    (void)group;
    for (int64_t i = 0; i < steps->n; i++)
        times += steps->milestones[i] == self->last_epoch;
    if (times > 0)
        *lr *= pow(steps->gamma, times);
    return true;
}

static bool multi_step_closed_lr(Scheduler *self, int64_t group, double *lr)
{
    const MultiStepLR *steps = (const MultiStepLR *)self;
    int passed = 0;
    for (int64_t i = 0; i < steps->n; i++)
        passed += steps->milestones[i] <= self->last_epoch;
    *lr = self->base_lrs[group] * pow(steps->gamma, passed);
    return true;
}

static void multi_step_destroy(Scheduler *self)
{
    free(((MultiStepLR *)self)->milestones);
}

Scheduler *optim_multi_step_lr(Optimizer *optimizer, const MultiStepLRArgs *args)
{
    static const SchedulerType type = {
        .name = "MultiStepLR",
        .size = sizeof(MultiStepLR),
        .lr = multi_step_lr,
        .closed_lr = multi_step_closed_lr,
        .destroy = multi_step_destroy,
        .fields = {OPTIM_NUMBER(MultiStepLR, gamma)},
    };
    if (args->milestones.n == INT64_MIN)
        return error_raise_missing(type.name, &(const char *){"milestones"}, 1);
    MultiStepLR *self = (MultiStepLR *)optim_scheduler_alloc(&type, optimizer);
    if (self == NULL)
        return NULL;
    int64_t one;
    Dims milestones = dims_or_nonzero(args->milestones, &one);
    size_t bytes = (size_t)milestones.n * sizeof(int64_t);
    self->milestones = malloc(bytes + 1);
    if (self->milestones == NULL)
        return error_raise(ERROR_MEMORY, "MultiStepLR", "out of memory for the milestones");
    if (bytes > 0)
        memcpy(self->milestones, milestones.data, bytes);
    self->n = milestones.n;
    self->gamma = args->gamma;
    return optim_scheduler_start(&self->base, args->last_epoch);
}

/* -- ConstantLR -- */

typedef struct ConstantLR {
    Scheduler base;
    ConstantLRArgs args;
} ConstantLR;

static bool constant_lr(Scheduler *self, int64_t group, double *lr)
{
    const ConstantLRArgs *args = ARGS(ConstantLR, self);
    (void)group;
    if (self->last_epoch == 0)
        *lr *= args->factor;
    else if (self->last_epoch == args->total_iters && args->factor == 0)
        return error_raise(ERROR_VALUE, self->type->name, "float division by zero: factor is 0") != NULL;
    else if (self->last_epoch == args->total_iters)
        *lr *= 1 / args->factor;
    return true;
}

static bool constant_closed_lr(Scheduler *self, int64_t group, double *lr)
{
    const ConstantLRArgs *args = ARGS(ConstantLR, self);
    int over = self->last_epoch >= args->total_iters;
    *lr = self->base_lrs[group] * (args->factor + over * (1 - args->factor));
    return true;
}

Scheduler *optim_constant_lr(Optimizer *optimizer, const ConstantLRArgs *args)
{
    static const SchedulerType type = {
        .name = "ConstantLR",
        .size = sizeof(ConstantLR),
        .lr = constant_lr,
        .closed_lr = constant_closed_lr,
        .fields = {ARG_NUMBER(ConstantLR, factor), ARG_INTEGER(ConstantLR, total_iters)},
    };
    if (args->factor > 1 || args->factor < 0)
        return error_raise(ERROR_VALUE, "ConstantLR",
                           "Constant multiplicative factor expected to be between 0 and 1.");
    ConstantLR *self = (ConstantLR *)optim_scheduler_alloc(&type, optimizer);
    if (self != NULL)
        self->args = *args;
    return optim_scheduler_start((Scheduler *)self, args->last_epoch);
}

/* -- LinearLR -- */

typedef struct LinearLR {
    Scheduler base;
    LinearLRArgs args;
} LinearLR;

static bool linear_lr(Scheduler *self, int64_t group, double *lr)
{
    const LinearLRArgs *args = ARGS(LinearLR, self);
    double rise = args->end_factor - args->start_factor;
    (void)group;
    if (self->last_epoch == 0)
        *lr *= args->start_factor;
    else if (!self->initial && self->last_epoch <= args->total_iters)
        *lr *= 1 + rise / ((double)args->total_iters * args->start_factor +
                           (double)(self->last_epoch - 1) * rise);
    return true;
}

static bool linear_closed_lr(Scheduler *self, int64_t group, double *lr)
{
    const LinearLRArgs *args = ARGS(LinearLR, self);
    int64_t epoch = self->last_epoch < args->total_iters ? self->last_epoch : args->total_iters;
    double rise = args->end_factor - args->start_factor;
    *lr = self->base_lrs[group] * (args->start_factor + rise * (double)epoch / (double)args->total_iters);
    return true;
}

Scheduler *optim_linear_lr(Optimizer *optimizer, const LinearLRArgs *args)
{
    static const SchedulerType type = {
        .name = "LinearLR",
        .size = sizeof(LinearLR),
        .lr = linear_lr,
        .closed_lr = linear_closed_lr,
        .fields = {ARG_NUMBER(LinearLR, start_factor), ARG_NUMBER(LinearLR, end_factor),
                   ARG_INTEGER(LinearLR, total_iters)},
    };
    if (args->start_factor > 1 || args->start_factor <= 0)
        return error_raise(
            ERROR_VALUE, "LinearLR",
            "Starting multiplicative factor expected to be greater than 0 and less or equal to 1.");
    if (args->end_factor > 1 || args->end_factor < 0)
        return error_raise(ERROR_VALUE, "LinearLR",
                           "Ending multiplicative factor expected to be between 0 and 1.");
    LinearLR *self = (LinearLR *)optim_scheduler_alloc(&type, optimizer);
    if (self != NULL)
        self->args = *args;
    return optim_scheduler_start((Scheduler *)self, args->last_epoch);
}

/* -- ExponentialLR -- */

typedef struct ExponentialLR {
    Scheduler base;
    double gamma;
} ExponentialLR;

static bool exponential_lr(Scheduler *self, int64_t group, double *lr)
{
    (void)group;
    if (!self->initial)
        *lr *= ((const ExponentialLR *)self)->gamma;
    return true;
}

static bool exponential_closed_lr(Scheduler *self, int64_t group, double *lr)
{
    *lr = self->base_lrs[group] * pow(((const ExponentialLR *)self)->gamma, (double)self->last_epoch);
    return true;
}

Scheduler *optim_exponential_lr(Optimizer *optimizer, const ExponentialLRArgs *args)
{
    static const SchedulerType type = {
        .name = "ExponentialLR",
        .size = sizeof(ExponentialLR),
        .lr = exponential_lr,
        .closed_lr = exponential_closed_lr,
        .fields = {OPTIM_NUMBER(ExponentialLR, gamma)},
    };
    if (isnan(args->gamma))
        return error_raise_missing(type.name, &(const char *){"gamma"}, 1);
    ExponentialLR *self = (ExponentialLR *)optim_scheduler_alloc(&type, optimizer);
    if (self != NULL)
        self->gamma = args->gamma;
    return optim_scheduler_start((Scheduler *)self, args->last_epoch);
}

/* -- PolynomialLR -- */

typedef struct PolynomialLR {
    Scheduler base;
    PolynomialLRArgs args;
} PolynomialLR;

static bool polynomial_lr(Scheduler *self, int64_t group, double *lr)
{
    const PolynomialLRArgs *args = ARGS(PolynomialLR, self);
    double total = (double)args->total_iters, epoch = (double)self->last_epoch;
    (void)group;
    if (!self->initial && self->last_epoch <= args->total_iters)
        *lr *= pow((1 - epoch / total) / (1 - (epoch - 1) / total), args->power);
    return true;
}

static bool polynomial_closed_lr(Scheduler *self, int64_t group, double *lr)
{
    const PolynomialLRArgs *args = ARGS(PolynomialLR, self);
    int64_t epoch = self->last_epoch < args->total_iters ? self->last_epoch : args->total_iters;
    *lr = self->base_lrs[group] * pow(1 - (double)epoch / (double)args->total_iters, args->power);
    return true;
}

Scheduler *optim_polynomial_lr(Optimizer *optimizer, const PolynomialLRArgs *args)
{
    static const SchedulerType type = {
        .name = "PolynomialLR",
        .size = sizeof(PolynomialLR),
        .lr = polynomial_lr,
        .closed_lr = polynomial_closed_lr,
        .fields = {ARG_INTEGER(PolynomialLR, total_iters), ARG_NUMBER(PolynomialLR, power)},
    };
    PolynomialLR *self = (PolynomialLR *)optim_scheduler_alloc(&type, optimizer);
    if (self != NULL)
        self->args = *args;
    return optim_scheduler_start((Scheduler *)self, args->last_epoch);
}
