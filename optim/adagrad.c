#include "optim/adagrad.h"

#include <stddef.h>

#include "autograd/ops/copy.h"
#include "autograd/ops/kernel.h"
#include "optim/fields.h"

enum { SUM };

static bool adagrad_prepare(const ParamGroup *group, Tensor *param, ParamState *state)
{
    const AdagradArgs *args = group->options;
    return state->tensors[SUM] != NULL ||
           tensor_fill_(optim_state_zeros(state, SUM, param), args->initial_accumulator_value) != NULL;
}

static bool adagrad_step(const ParamGroup *group, Tensor *param, Tensor *grad, ParamState *state)
{
    const AdagradArgs *args = group->options;
    Tensor *sum = state->tensors[SUM];
    double rate = args->lr / (1 + (double)(state->step - 1) * args->lr_decay);
    const Kernels *kernels = kernels_for("Adagrad", TENSORS(param, grad, sum));
    if (kernels == NULL ||
        !kernels->adagrad_step(param, grad, sum, rate, args->eps, args->weight_decay, args->maximize))
        return false;
    tensor_bump_version(param);
    return true;
}

static const OptimizerType adagrad_type = {
    .name = "Adagrad",
    .options = {OPTIM_NUMBER(AdagradArgs, lr), OPTIM_NUMBER(AdagradArgs, lr_decay),
                OPTIM_NUMBER(AdagradArgs, eps), OPTIM_NUMBER(AdagradArgs, weight_decay),
                OPTIM_NUMBER(AdagradArgs, initial_accumulator_value), OPTIM_FLAG(AdagradArgs, maximize)},
    .options_size = sizeof(AdagradArgs),
    .states = {"sum"},
    .has_step = true,
    .prepare = adagrad_prepare,
    .step = adagrad_step,
};

Optimizer *optim_adagrad(TensorList params, const AdagradArgs *args)
{
    double initial = args->initial_accumulator_value;
    if (!check_option(args->lr >= 0, "Adagrad", "learning rate", args->lr) ||
        !check_option(args->lr_decay >= 0, "Adagrad", "lr_decay value", args->lr_decay) ||
        !check_option(args->weight_decay >= 0, "Adagrad", "weight_decay value", args->weight_decay) ||
        !check_option(initial >= 0, "Adagrad", "initial_accumulator_value value", initial) ||
        !check_option(args->eps >= 0, "Adagrad", "epsilon value", args->eps))
        return NULL;
    return optim_new(&adagrad_type, params, args);
}
