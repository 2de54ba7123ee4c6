#include "optim/sgd.h"

#include <stddef.h>

#include "autograd/ops/kernel.h"
#include "optim/fields.h"

enum { MOMENTUM_BUFFER };

/* The buffer begins as the first gradient, which the kernel puts there. */
static bool sgd_prepare(const ParamGroup *group, Tensor *param, ParamState *state)
{
    const SGDArgs *args = group->options;
    if (args->momentum == 0 || state->tensors[MOMENTUM_BUFFER] != NULL)
        return true;
    state->fresh = true;
    return optim_state_zeros(state, MOMENTUM_BUFFER, param) != NULL;
}

static bool sgd_step(const ParamGroup *group, Tensor *param, Tensor *grad, ParamState *state)
{
    const SGDArgs *args = group->options;
    Tensor *buffer = args->momentum != 0 ? state->tensors[MOMENTUM_BUFFER] : NULL;
    const Kernels *kernels = kernels_for("SGD", TENSORS(param, grad, buffer));
    if (kernels == NULL ||
        !kernels->sgd_step(param, grad, buffer, state->fresh, args->lr, args->momentum, args->dampening,
                           args->weight_decay, args->nesterov, args->maximize))
        return false;
    tensor_bump_version(param);
    return true;
}

static const OptimizerType sgd_type = {
    .name = "SGD",
    .options = {OPTIM_NUMBER(SGDArgs, lr), OPTIM_NUMBER(SGDArgs, momentum), OPTIM_NUMBER(SGDArgs, dampening),
                OPTIM_NUMBER(SGDArgs, weight_decay), OPTIM_FLAG(SGDArgs, nesterov),
                OPTIM_FLAG(SGDArgs, maximize)},
    .options_size = sizeof(SGDArgs),
    .states = {"momentum_buffer"},
    .prepare = sgd_prepare,
    .step = sgd_step,
};

Optimizer *optim_sgd(TensorList params, const SGDArgs *args)
{
    if (!check_option(!(args->lr < 0), "SGD", "learning rate", args->lr) ||
        !check_option(!(args->momentum < 0), "SGD", "momentum value", args->momentum) ||
        !check_option(!(args->weight_decay < 0), "SGD", "weight_decay value", args->weight_decay))
        return NULL;
    if (args->nesterov && (args->momentum <= 0 || args->dampening != 0))
        return error_raise(ERROR_VALUE, "SGD", "Nesterov momentum requires a momentum and zero dampening");
    return optim_new(&sgd_type, params, args);
}
