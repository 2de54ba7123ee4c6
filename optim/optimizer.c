#include "optim/optimizer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "autograd/autograd.h"
#include "autograd/ops/copy.h"
#include "autograd/ops/kernel.h"
#include "core/error.h"
#include "core/scope.h"
#include "optim/fields.h"
#include "optim/optimizer_struct.h"

/* -- making and destroying -- */

void param_states_free(ParamState *states, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        for (int s = 0; s < OPTIM_MAX_STATES; s++)
            object_release(states[i].tensors[s]);
    free(states);
}

static void group_free(ParamGroup *group)
{
    if (group == NULL)
        return;
    for (int64_t i = 0; i < group->n; i++)
        object_release(group->params[i]);
    free(group->params);
    param_states_free(group->states, group->n);
    free(group->options);
    free(group);
}

static void optimizer_destroy(Object *object)
{
    Optimizer *optimizer = (Optimizer *)object;
    for (int64_t i = 0; i < optimizer->n_groups; i++)
        group_free(optimizer->groups[i]);
    free(optimizer->groups);
    free(optimizer->defaults);
    free(optimizer);
}

Optimizer *optim_new(const OptimizerType *type, TensorList params, const void *options)
{
    if (params.items == NULL && error_last() != NULL)
        return NULL;
    if (!error_check_given("optimizer", "type", type != NULL) ||
        !error_check_given(type->name, "step", type->step != NULL) ||
        !error_check_given(type->name, "struct of options", options != NULL))
        return NULL;
    if (params.n == 0)
        return error_raise(ERROR_VALUE, type->name, "optimizer got an empty parameter list");
    Optimizer *optimizer = calloc(1, sizeof *optimizer);
    void *defaults = malloc(type->options_size);
    if (optimizer == NULL || defaults == NULL) {
        free(optimizer);
        free(defaults);
        return error_raise(ERROR_MEMORY, type->name, "out of memory for an optimizer");
    }
    object_init(&optimizer->base, optimizer_destroy);
    optimizer->type = type;
    optimizer->defaults = memcpy(defaults, options, type->options_size);
    if ((optim_add_param_group)(optimizer, params, NULL, 0) == NULL) {
        object_release(optimizer);
        return NULL;
    }
    return scope_own(optimizer);
}

Optimizer *optim_keep(Optimizer *optimizer)
{
    return object_retain(optimizer);
}

void optim_release(Optimizer *optimizer)
{
    object_release(optimizer);
}

/* -- groups -- */

static bool contains(Tensor *const *params, int64_t n, const Tensor *param)
{
    for (int64_t i = 0; i < n; i++)
        if (params[i] == param)
            return true;
    return false;
}

static bool check_param(const Optimizer *optimizer, TensorList params, int64_t i)
{
    const char *name = optimizer->type->name;
    Tensor *param = params.items[i];
    if (param == NULL)
        return error_last() == NULL &&
               error_raise(ERROR_VALUE, name,
                           "optimizer can only optimize Tensors, but one of the params is NULL") != NULL;
    if (!tensor_is_leaf(param))
        return error_raise(ERROR_VALUE, name, "can't optimize a non-leaf Tensor") != NULL;
    if (contains(params.items, i, param))
        return error_raise(ERROR_VALUE, name,
                           "optimizer contains a parameter group with duplicate parameters") != NULL;
    for (int64_t g = 0; g < optimizer->n_groups; g++)
        if (contains(optimizer->groups[g]->params, optimizer->groups[g]->n, param))
            return error_raise(ERROR_VALUE, name,
                               "some parameters appear in more than one parameter group") != NULL;
    return true;
}

static ParamGroup *group_new(const Optimizer *optimizer, TensorList params)
{
    const OptimizerType *type = optimizer->type;
    size_t n = (size_t)params.n;
    ParamGroup *group = calloc(1, sizeof *group);
    if (group != NULL) {
        group->params = calloc(n + 1, sizeof *group->params);
        group->states = calloc(n + 1, sizeof *group->states);
        group->options = malloc(type->options_size);
    }
    if (group == NULL || group->params == NULL || group->states == NULL || group->options == NULL) {
        group_free(group);
        return error_raise(ERROR_MEMORY, type->name, "out of memory for %zu parameters", n);
    }
    group->type = type;
    group->initial_lr = NAN;
    memcpy(group->options, optimizer->defaults, type->options_size);
    for (; group->n < params.n; group->n++)
        group->params[group->n] = object_retain(params.items[group->n]);
    return group;
}

ParamGroup *(optim_add_param_group)(Optimizer *optimizer, TensorList params, const OptionValue *values,
                                    int64_t n_values)
{
    if (optimizer == NULL || (params.items == NULL && error_last() != NULL))
        return NULL;
    for (int64_t i = 0; i < params.n; i++)
        if (!check_param(optimizer, params, i))
            return NULL;
    ParamGroup *group = group_new(optimizer, params);
    bool done = group != NULL;
    for (int64_t i = 0; i < n_values && done; i++)
        done = optim_set_option(group, values[i].name, values[i].value);
    ParamGroup **groups =
        done ? realloc(optimizer->groups, (size_t)(optimizer->n_groups + 1) * sizeof *groups) : NULL;
    if (groups == NULL) {
        group_free(group);
        return done ? error_raise(ERROR_MEMORY, optimizer->type->name, "out of memory for a group") : NULL;
    }
    optimizer->groups = groups;
    return groups[optimizer->n_groups++] = group;
}

/* -- options -- */

static const OptimField *find_option(const ParamGroup *group, const char *name)
{
    if (group == NULL || !error_check_given(group->type->name, "name", name != NULL))
        return NULL;
    const OptimField *field = field_find(group->type->options, name);
    return field != NULL ? field : error_raise(ERROR_KEY, group->type->name, "there is no option '%s'", name);
}

bool optim_has_option(const ParamGroup *group, const char *name)
{
    return group != NULL && name != NULL && field_find(group->type->options, name) != NULL;
}

double optim_get_option(const ParamGroup *group, const char *name)
{
    const OptimField *field = find_option(group, name);
    return field != NULL ? field_read(field, group->options) : NAN;
}

bool optim_set_option(ParamGroup *group, const char *name, double value)
{
    const OptimField *field = find_option(group, name);
    if (field != NULL)
        field_write(field, group->options, value);
    return field != NULL;
}

double optim_get_lr(const Optimizer *optimizer)
{
    return optimizer != NULL ? optim_get_option(optimizer->groups[0], "lr") : NAN;
}

bool optim_set_lr(Optimizer *optimizer, double lr)
{
    bool done = optimizer != NULL;
    for (int64_t i = 0; done && i < optimizer->n_groups; i++)
        done = optim_set_option(optimizer->groups[i], "lr", lr);
    return done;
}

/* -- gradients and steps -- */

static bool zero_grad(Tensor *param, bool set_to_none)
{
    Tensor *grad = tensor_grad(param);
    if (grad == NULL)
        return true;
    if (set_to_none)
        return tensor_set_grad(param, NULL);
    return tensor_zero_(tensor_detach_(grad)) != NULL;
}

bool(optim_zero_grad)(Optimizer *optimizer, bool set_to_none)
{
    bool done = optimizer != NULL;
    autograd_no_grad
    {
        for (int64_t g = 0; done && g < optimizer->n_groups; g++) {
            const ParamGroup *group = optimizer->groups[g];
            for (int64_t i = 0; done && i < group->n; i++)
                done = zero_grad(group->params[i], set_to_none);
        }
    }
    return done;
}

Tensor *optim_state_zeros(ParamState *state, int i, Tensor *param)
{
    if (state->tensors[i] != NULL)
        return state->tensors[i];
    const Kernels *kernels = kernels_for("optimizer", TENSORS(param));
    Tensor *zeros = kernels != NULL ? tensor_new_like(param, param->dtype, "optimizer") : NULL;
    if (zeros == NULL || !kernels->fill(zeros, scalar_float(0)))
        return NULL;
    return state->tensors[i] = tensor_keep(zeros);
}

/* Makes what the step of a parameter needs. */
static bool prepare_param(const ParamGroup *group, int64_t i)
{
    return tensor_grad(group->params[i]) == NULL || group->type->prepare == NULL ||
           group->type->prepare(group, group->params[i], &group->states[i]);
}

static bool step_param(const ParamGroup *group, int64_t i)
{
    ParamState *state = &group->states[i];
    Tensor *grad = tensor_grad(group->params[i]);
    if (grad == NULL)
        return true;
    state->step++;
    bool done = group->type->step(group, group->params[i], grad, state);
    state->step -= !done;
    state->fresh = state->fresh && !done;
    return done;
}

static bool for_all_params(const Optimizer *optimizer, bool (*f)(const ParamGroup *group, int64_t i))
{
    for (int64_t g = 0; g < optimizer->n_groups; g++)
        for (int64_t i = 0; i < optimizer->groups[g]->n; i++)
            if (!f(optimizer->groups[g], i))
                return false;
    return true;
}

bool optim_step(Optimizer *optimizer)
{
    bool done = false;
    if (optimizer == NULL)
        return false;
    tensor_scope
        autograd_no_grad done =
            for_all_params(optimizer, prepare_param) && for_all_params(optimizer, step_param);
    return done;
}
