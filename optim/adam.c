#include "optim/adam.h"

#include <stddef.h>

#include "autograd/ops/kernel.h"
#include "optim/fields.h"

enum { EXP_AVG, EXP_AVG_SQ, MAX_EXP_AVG_SQ };

static bool adam_prepare(const ParamGroup *group, Tensor *param, ParamState *state)
{
    const AdamArgs *args = group->options;
    return optim_state_zeros(state, EXP_AVG, param) != NULL &&
           optim_state_zeros(state, EXP_AVG_SQ, param) != NULL &&
           (!args->amsgrad || optim_state_zeros(state, MAX_EXP_AVG_SQ, param) != NULL);
}

static bool adam_step(const ParamGroup *group, Tensor *param, Tensor *grad, ParamState *state)
{
    const AdamArgs *args = group->options;
    Tensor *avg = state->tensors[EXP_AVG], *avg_sq = state->tensors[EXP_AVG_SQ];
    Tensor *max_sq = args->amsgrad ? state->tensors[MAX_EXP_AVG_SQ] : NULL;
    const Kernels *kernels = kernels_for(group->type->name, TENSORS(param, grad, avg, avg_sq, max_sq));
    if (kernels == NULL || !kernels->adam_step(param, grad, avg, avg_sq, max_sq, state->step, args->lr,
                                               args->betas[0], args->betas[1], args->eps, args->weight_decay,
                                               args->decoupled_weight_decay, args->maximize))
        return false;
    tensor_bump_version(param);
    return true;
}

#define ADAM_TYPE(Name)                                                                                      \
    {                                                                                                        \
        .name = (Name),                                                                                      \
        .options = {OPTIM_NUMBER(AdamArgs, lr),                                                              \
                    {"betas.0", offsetof(AdamArgs, betas), OPTIM_FIELD_DOUBLE},                              \
                    {"betas.1", offsetof(AdamArgs, betas) + sizeof(double), OPTIM_FIELD_DOUBLE},             \
                    OPTIM_NUMBER(AdamArgs, eps),                                                             \
                    OPTIM_NUMBER(AdamArgs, weight_decay),                                                    \
                    OPTIM_FLAG(AdamArgs, amsgrad),                                                           \
                    OPTIM_FLAG(AdamArgs, maximize),                                                          \
                    OPTIM_FLAG(AdamArgs, decoupled_weight_decay)},                                           \
        .options_size = sizeof(AdamArgs), .states = {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"},             \
        .has_step = true, .prepare = adam_prepare, .step = adam_step                                         \
    }

static const OptimizerType adam_type = ADAM_TYPE("Adam"), adamw_type = ADAM_TYPE("AdamW");

static Optimizer *adam_new(const OptimizerType *type, TensorList params, const AdamArgs *args)
{
    const char *name = type->name;
    double beta1 = args->betas[0], beta2 = args->betas[1];
    if (!check_option(args->lr >= 0, name, "learning rate", args->lr) ||
        !check_option(args->eps >= 0, name, "epsilon value", args->eps) ||
        !check_option(beta1 >= 0 && beta1 < 1, name, "beta parameter at index 0", beta1) ||
        !check_option(beta2 >= 0 && beta2 < 1, name, "beta parameter at index 1", beta2) ||
        !check_option(args->weight_decay >= 0, name, "weight_decay value", args->weight_decay))
        return NULL;
    return optim_new(type, params, args);
}

Optimizer *optim_adam(TensorList params, const AdamArgs *args)
{
    return adam_new(&adam_type, params, args);
}

Optimizer *optim_adamw(TensorList params, const AdamArgs *args)
{
    AdamArgs decoupled = *args;
    decoupled.decoupled_weight_decay = true;
    return adam_new(&adamw_type, params, &decoupled);
}
