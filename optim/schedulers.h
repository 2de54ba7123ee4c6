/* Learning rates that follow a simple rule (torch.optim.lr_scheduler).
 *
 * Arguments and defaults are PyTorch's; last_epoch is -1 unless training goes on from saved state. A
 * constructor gives NULL after ERROR_VALUE for numbers out of range, in PyTorch's words where it has some
 * (step_size, T_max and T_0 are at least 1), and after ERROR_KEY as optim_scheduler_start does. */
#ifndef TAPER_OPTIM_SCHEDULERS_H
#define TAPER_OPTIM_SCHEDULERS_H

#include <math.h>

#include "optim/scheduler.h"

TAPER_BEGIN_DECLS

/* A factor for an epoch, from a function of the user's. */
typedef double (*LRLambda)(int64_t epoch, void *user);

/* LambdaLR(optimizer, lr_lambda): lr = initial_lr * f(epoch). MultiplicativeLR: lr *= f(epoch). `lr_lambdas`
 * instead of lr_lambda: one for each group. */
typedef struct LambdaLRArgs {
    char _;
    LRLambda lr_lambda;
    void *user;
    const LRLambda *lr_lambdas;
    int64_t last_epoch;
} LambdaLRArgs;
TAPER_API Scheduler *optim_lambda_lr(Optimizer *optimizer, const LambdaLRArgs *args);
TAPER_API Scheduler *optim_multiplicative_lr(Optimizer *optimizer, const LambdaLRArgs *args);

/* StepLR(optimizer, step_size, gamma=0.1): lr *= gamma every step_size epochs. */
typedef struct StepLRArgs {
    char _;
    int64_t step_size;
    double gamma;
    int64_t last_epoch;
} StepLRArgs;
TAPER_API Scheduler *optim_step_lr(Optimizer *optimizer, const StepLRArgs *args);

/* MultiStepLR(optimizer, milestones, gamma=0.1): lr *= gamma at each milestone, DIMS(30, 80), or a number for
 * one alone. They are copied. */
typedef struct MultiStepLRArgs {
    char _;
    Dims milestones;
    double gamma;
    int64_t last_epoch;
} MultiStepLRArgs;
TAPER_API Scheduler *optim_multi_step_lr(Optimizer *optimizer, const MultiStepLRArgs *args);

/* ConstantLR(optimizer, factor=1/3, total_iters=5): lr * factor for the first total_iters epochs. */
typedef struct ConstantLRArgs {
    char _;
    double factor;
    int64_t total_iters, last_epoch;
} ConstantLRArgs;
TAPER_API Scheduler *optim_constant_lr(Optimizer *optimizer, const ConstantLRArgs *args);

/* LinearLR(optimizer, start_factor=1/3, end_factor=1.0, total_iters=5): a factor that goes from the one to
 * the other. */
typedef struct LinearLRArgs {
    char _;
    double start_factor, end_factor;
    int64_t total_iters, last_epoch;
} LinearLRArgs;
TAPER_API Scheduler *optim_linear_lr(Optimizer *optimizer, const LinearLRArgs *args);

/* ExponentialLR(optimizer, gamma): lr *= gamma every epoch. */
typedef struct ExponentialLRArgs {
    char _;
    double gamma;
    int64_t last_epoch;
} ExponentialLRArgs;
TAPER_API Scheduler *optim_exponential_lr(Optimizer *optimizer, const ExponentialLRArgs *args);

/* PolynomialLR(optimizer, total_iters=5, power=1.0): initial_lr * (1 - epoch / total_iters)^power, then 0. */
typedef struct PolynomialLRArgs {
    char _;
    int64_t total_iters;
    double power;
    int64_t last_epoch;
} PolynomialLRArgs;
TAPER_API Scheduler *optim_polynomial_lr(Optimizer *optimizer, const PolynomialLRArgs *args);

/* CosineAnnealingLR(optimizer, T_max, eta_min=0.0): down half a cosine to eta_min in T_max epochs, and up
 * again. */
typedef struct CosineAnnealingLRArgs {
    char _;
    int64_t T_max;
    double eta_min;
    int64_t last_epoch;
} CosineAnnealingLRArgs;
TAPER_API Scheduler *optim_cosine_annealing_lr(Optimizer *optimizer, const CosineAnnealingLRArgs *args);

/* CosineAnnealingWarmRestarts(optimizer, T_0, T_mult=1, eta_min=0.0): down a cosine in T_0 epochs, then again
 * from the start, each time T_mult times as long. */
typedef struct CosineAnnealingWarmRestartsArgs {
    char _;
    int64_t T_0, T_mult;
    double eta_min;
    int64_t last_epoch;
} CosineAnnealingWarmRestartsArgs;
TAPER_API Scheduler *optim_cosine_annealing_warm_restarts(Optimizer *optimizer,
                                                          const CosineAnnealingWarmRestartsArgs *args);

/* SequentialLR(optimizer, schedulers, milestones): one scheduler after the other, changing at the milestones,
 * of which there is one less; SCHEDULERS(warmup, cosine), DIMS(5) or 5. It keeps them. ERROR_VALUE in
 * PyTorch's words for numbers that do not fit, schedulers of another optimizer, and ReduceLROnPlateau. A
 * SequentialLR among them must be the first: the step that begins another is ERROR_UNSUPPORTED. */
typedef struct SchedulerList {
    Scheduler **items;
    int64_t n;
} SchedulerList;
typedef struct SequentialLRArgs {
    char _;
    SchedulerList schedulers;
    Dims milestones;
    int64_t last_epoch;
} SequentialLRArgs;
TAPER_API Scheduler *optim_sequential_lr(Optimizer *optimizer, const SequentialLRArgs *args);

/* ReduceLROnPlateau(optimizer, mode="min", factor=0.1, patience=10, threshold=0.0001, threshold_mode="rel",
 * cooldown=0, min_lr=0, eps=1e-08): lr *= factor when a metric, given to optim_scheduler_step_metric, has not
 * become better for more than `patience` epochs. */
typedef struct ReduceLROnPlateauArgs {
    char _;
    const char *mode; /* "min" or "max" */
    double factor;
    int64_t patience;
    double threshold;
    const char *threshold_mode; /* "rel" or "abs" */
    int64_t cooldown;
    double min_lr, eps;
} ReduceLROnPlateauArgs;
TAPER_API Scheduler *optim_reduce_lr_on_plateau(Optimizer *optimizer, const ReduceLROnPlateauArgs *args);

#ifndef __cplusplus
#define SCHEDULERS(...)                                                                                      \
    ((SchedulerList){(Scheduler *[]){__VA_ARGS__},                                                           \
                     sizeof((Scheduler *[]){__VA_ARGS__}) / sizeof(Scheduler *)})
#define optim_LambdaLR(optimizer, ...)                                                                       \
    KEYWORDS(optim_lambda_lr((optimizer), &(const LambdaLRArgs){.last_epoch = -1, ._ = 0, __VA_ARGS__}))
#define optim_MultiplicativeLR(optimizer, ...)                                                               \
    KEYWORDS(                                                                                                \
        optim_multiplicative_lr((optimizer), &(const LambdaLRArgs){.last_epoch = -1, ._ = 0, __VA_ARGS__}))
#define optim_StepLR(optimizer, ...)                                                                         \
    KEYWORDS(optim_step_lr((optimizer),                                                                      \
                           &(const StepLRArgs){.gamma = 0.1, .last_epoch = -1, ._ = 0, __VA_ARGS__}))
#define optim_MultiStepLR(optimizer, ...)                                                                    \
    KEYWORDS(optim_multi_step_lr(                                                                            \
        (optimizer),                                                                                         \
        &(const MultiStepLRArgs){                                                                            \
            .milestones = DIMS_NOT_GIVEN, .gamma = 0.1, .last_epoch = -1, ._ = 0, __VA_ARGS__}))
#define optim_ConstantLR(optimizer, ...)                                                                     \
    KEYWORDS(optim_constant_lr(                                                                              \
        (optimizer), &(const ConstantLRArgs){                                                                \
                         .factor = 1.0 / 3, .total_iters = 5, .last_epoch = -1, ._ = 0, __VA_ARGS__}))
#define optim_LinearLR(optimizer, ...)                                                                       \
    KEYWORDS(optim_linear_lr((optimizer), &(const LinearLRArgs){.start_factor = 1.0 / 3,                     \
                                                                .end_factor = 1,                             \
                                                                .total_iters = 5,                            \
                                                                .last_epoch = -1,                            \
                                                                ._ = 0,                                      \
                                                                __VA_ARGS__}))
#define optim_ExponentialLR(optimizer, ...)                                                                  \
    KEYWORDS(optim_exponential_lr(                                                                           \
        (optimizer),                                                                                         \
        &(const ExponentialLRArgs){.gamma = (double)NAN, .last_epoch = -1, ._ = 0, __VA_ARGS__}))
#define optim_PolynomialLR(optimizer, ...)                                                                   \
    KEYWORDS(optim_polynomial_lr(                                                                            \
        (optimizer),                                                                                         \
        &(const PolynomialLRArgs){.total_iters = 5, .power = 1, .last_epoch = -1, ._ = 0, __VA_ARGS__}))
#define optim_CosineAnnealingLR(optimizer, ...)                                                              \
    KEYWORDS(optim_cosine_annealing_lr(                                                                      \
        (optimizer), &(const CosineAnnealingLRArgs){.last_epoch = -1, ._ = 0, __VA_ARGS__}))
#define optim_CosineAnnealingWarmRestarts(optimizer, ...)                                                    \
    KEYWORDS(optim_cosine_annealing_warm_restarts(                                                           \
        (optimizer),                                                                                         \
        &(const CosineAnnealingWarmRestartsArgs){.T_mult = 1, .last_epoch = -1, ._ = 0, __VA_ARGS__}))
#define optim_SequentialLR(optimizer, ...)                                                                   \
    KEYWORDS(                                                                                                \
        optim_sequential_lr((optimizer), &(const SequentialLRArgs){.last_epoch = -1, ._ = 0, __VA_ARGS__}))
#define optim_ReduceLROnPlateau(optimizer, ...)                                                              \
    KEYWORDS(optim_reduce_lr_on_plateau((optimizer), &(const ReduceLROnPlateauArgs){.mode = "min",           \
                                                                                    .factor = 0.1,           \
                                                                                    .patience = 10,          \
                                                                                    .threshold = 1e-4,       \
                                                                                    .threshold_mode = "rel", \
                                                                                    .eps = 1e-8,             \
                                                                                    ._ = 0,                  \
                                                                                    __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
