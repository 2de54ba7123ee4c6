#include "optim/rmsprop.h"

#include <stddef.h>

#include "autograd/ops/kernel.h"
#include "optim/fields.h"

enum { SQUARE_AVG, MOMENTUM_BUFFER, GRAD_AVG };

static bool rmsprop_prepare(const ParamGroup *group, Tensor *param, ParamState *state)
{
    const RMSpropArgs *args = group->options;
    return optim_state_zeros(state, SQUARE_AVG, param) != NULL &&
           (args->momentum <= 0 || optim_state_zeros(state, MOMENTUM_BUFFER, param) != NULL) &&
           (!args->centered || optim_state_zeros(state, GRAD_AVG, param) != NULL);
}

static bool rmsprop_step(const ParamGroup *group, Tensor *param, Tensor *grad, ParamState *state)
{
    const RMSpropArgs *args = group->options;
    Tensor *square_avg = state->tensors[SQUARE_AVG];
    Tensor *buffer = args->momentum > 0 ? state->tensors[MOMENTUM_BUFFER] : NULL;
    Tensor *grad_avg = args->centered ? state->tensors[GRAD_AVG] : NULL;
    const Kernels *kernels = kernels_for("RMSprop", TENSORS(param, grad, square_avg, buffer, grad_avg));
    if (kernels == NULL ||
        !kernels->rmsprop_step(param, grad, square_avg, grad_avg, buffer, args->lr, args->alpha, args->eps,
                               args->weight_decay, args->momentum, args->maximize))
        return false;
    tensor_bump_version(param);
    return true;
}

static const OptimizerType rmsprop_type = {
    .name = "RMSprop",
    .options = {OPTIM_NUMBER(RMSpropArgs, lr), OPTIM_NUMBER(RMSpropArgs, alpha),
                OPTIM_NUMBER(RMSpropArgs, eps), OPTIM_NUMBER(RMSpropArgs, weight_decay),
                OPTIM_NUMBER(RMSpropArgs, momentum), OPTIM_FLAG(RMSpropArgs, centered),
                OPTIM_FLAG(RMSpropArgs, maximize)},
    .options_size = sizeof(RMSpropArgs),
    .states = {"square_avg", "momentum_buffer", "grad_avg"},
    .has_step = true,
    .prepare = rmsprop_prepare,
    .step = rmsprop_step,
};

Optimizer *optim_rmsprop(TensorList params, const RMSpropArgs *args)
{
    if (!check_option(args->lr >= 0, "RMSprop", "learning rate", args->lr) ||
        !check_option(args->eps >= 0, "RMSprop", "epsilon value", args->eps) ||
        !check_option(args->momentum >= 0, "RMSprop", "momentum value", args->momentum) ||
        !check_option(args->weight_decay >= 0, "RMSprop", "weight_decay value", args->weight_decay) ||
        !check_option(args->alpha >= 0, "RMSprop", "alpha value", args->alpha))
        return NULL;
    return optim_new(&rmsprop_type, params, args);
}
