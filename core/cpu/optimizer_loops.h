/* The inner loops of optimisers' steps, for float32 and float64, compiled for several instruction sets from
 * one source (optimizer_loops_body.h).
 *
 * PyTorch adds `x + factor * y` with one rounding (a fused multiply-add) where the processor has it, so these
 * loops do as well; the portable ones round twice, as PyTorch's do. */
#ifndef TAPER_CORE_CPU_OPTIMIZER_LOOPS_H
#define TAPER_CORE_CPU_OPTIMIZER_LOOPS_H

#include "core/cpu/walk.h"

/* The context of sgd_row; the row's tensors are param, grad and, if there is one, the momentum buffer. */
typedef struct SGDStep {
    bool has_buffer, first, nesterov, maximize;
    double lr, momentum, dampening, weight_decay;
} SGDStep;

/* The context of adam_row; the row's tensors are param, grad, exp_avg, exp_avg_sq and, for amsgrad,
 * max_exp_avg_sq. */
typedef struct AdamStep {
    bool amsgrad, decoupled, maximize;
    double lr, beta1, beta2, eps, weight_decay;
    double step_size;        /* lr / (1 - beta1^step) */
    double correction2_sqrt; /* sqrt(1 - beta2^step) */
} AdamStep;

/* The context of rmsprop_row; the row's tensors are param, grad, square_avg and, if they are there, grad_avg
 * and the momentum buffer. */
typedef struct RMSpropStep {
    bool centered, has_buffer, maximize;
    double lr, alpha, eps, weight_decay, momentum;
} RMSpropStep;

/* The context of adagrad_row; the row's tensors are param, grad and the sum of squares. */
typedef struct AdagradStep {
    bool maximize;
    double rate, eps, weight_decay;
} AdagradStep;

typedef struct OptimizerLoops {
    WalkRow sgd_row, adam_row, rmsprop_row, adagrad_row;
} OptimizerLoops;

/* The loops of this processor; NULL for a dtype that is not float32 or float64. */
const OptimizerLoops *optimizer_loops(DType dtype);

/* One table for each instruction set, float32 and float64. */
extern const OptimizerLoops optimizer_loops_portable[2], optimizer_loops_avx2[2], optimizer_loops_avx512[2];

#endif
