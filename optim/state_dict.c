#include "optim/state_dict.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "autograd/autograd.h"
#include "autograd/ops/copy.h"
#include "core/error.h"
#include "core/scope.h"
#include "core/tensor_struct.h"
#include "optim/fields.h"
#include "optim/optimizer_struct.h"
#include "optim/state_key.h"

/* -- saving -- */

static bool save_state(StateDict *dict, const OptimizerType *type, const ParamState *state, int64_t index)
{
    double step = (double)state->step;
    bool any = false, done = true;
    for (int s = 0; s < OPTIM_MAX_STATES; s++)
        any |= state->tensors[s] != NULL;
    if (any && type->has_step)
        done = state_dict_set_numbers(dict, STATE_KEY("state.%lld.step", (long long)index), DTYPE_FLOAT32,
                                      DIMS(), &step);
    for (int s = 0; s < OPTIM_MAX_STATES && type->states[s] != NULL && done; s++)
        if (state->tensors[s] != NULL)
            done = state_dict_set(dict, STATE_KEY("state.%lld.%s", (long long)index, type->states[s]),
                                  state->tensors[s]);
    return done;
}

static bool save_group(StateDict *dict, const ParamGroup *group, int64_t g, int64_t first)
{
    long long number = (long long)g;
    bool done = true;
    for (const OptimField *field = group->type->options; field->name != NULL && done; field++) {
        double value = field_read(field, group->options);
        done = state_dict_set_numbers(dict, STATE_KEY("param_groups.%lld.%s", number, field->name),
                                      DTYPE_FLOAT64, DIMS(), &value);
    }
    if (done && !isnan(group->initial_lr))
        done = state_dict_set_numbers(dict, STATE_KEY("param_groups.%lld.initial_lr", number), DTYPE_FLOAT64,
                                      DIMS(), &group->initial_lr);
    double *indices = done ? scope_alloc((size_t)(group->n + 1) * sizeof *indices) : NULL;
    for (int64_t i = 0; i < group->n && indices != NULL; i++)
        indices[i] = (double)(first + i);
    return indices != NULL && state_dict_set_numbers(dict, STATE_KEY("param_groups.%lld.params", number),
                                                     DTYPE_INT64, DIMS(group->n), indices);
}

StateDict *optim_state_dict(const Optimizer *optimizer)
{
    Scope scope = scope_open();
    StateDict *dict = optimizer != NULL ? state_dict_new() : NULL;
    bool done = dict != NULL;
    int64_t index = 0;
    for (int64_t g = 0; done && g < optimizer->n_groups; g++)
        for (int64_t i = 0; done && i < optimizer->groups[g]->n; i++)
            done = save_state(dict, optimizer->type, &optimizer->groups[g]->states[i], index++);
    index = 0;
    for (int64_t g = 0; done && g < optimizer->n_groups; index += optimizer->groups[g++]->n)
        done = save_group(dict, optimizer->groups[g], g, index);
    return state_dict_return(scope, done ? dict : NULL);
}

/* -- loading -- */

static const char *const operation = "load_state_dict";

/* The number under `key` in *value, which stays as it is if there is none. */
static bool get_number(const StateDict *dict, const char *key, double *value)
{
    const Tensor *saved = state_dict_get(dict, key);
    if (saved != NULL && tensor_numel(saved) != 1)
        return error_raise(ERROR_VALUE, operation, "\"%s\" has %lld numbers instead of 1", key,
                           (long long)tensor_numel(saved)) != NULL;
    if (saved != NULL)
        *value = tensor_item(saved);
    return true;
}

static Tensor *saved_params(const StateDict *dict, int64_t g)
{
    return state_dict_get(dict, STATE_KEY("param_groups.%lld.params", (long long)g));
}

static bool check_groups(const Optimizer *optimizer, const StateDict *dict)
{
    int64_t n = 0;
    while (saved_params(dict, n) != NULL)
        n++;
    if (n != optimizer->n_groups)
        return error_raise(ERROR_VALUE, operation,
                           "loaded state dict has a different number of parameter groups") != NULL;
    for (int64_t g = 0; g < n; g++)
        if (tensor_numel(saved_params(dict, g)) != optimizer->groups[g]->n)
            return error_raise(ERROR_VALUE, operation,
                               "loaded state dict contains a parameter group that doesn't match the size of "
                               "optimizer's group") != NULL;
    return true;
}

/* A copy of what the dict has under `key`, for state tensor s of a parameter; nothing if it is not there. */
static bool load_tensor(ParamState *state, int s, Tensor *param, const StateDict *dict, const char *key)
{
    Tensor *saved = state_dict_get(dict, key);
    char a[160], b[160];
    if (saved == NULL)
        return true;
    if (!tensor_same_shape(saved, param))
        return error_raise(ERROR_SHAPE, operation,
                           "size mismatch for %s: the state dict has shape %s, the parameter %s", key,
                           tensor_shape_string(saved, a, sizeof a),
                           tensor_shape_string(param, b, sizeof b)) != NULL;
    return tensor_copy_(optim_state_zeros(state, s, param), saved) != NULL;
}

static const OptimField step_field = {"step", offsetof(ParamState, step), OPTIM_FIELD_INT64};

/* The states of a group's parameters as the dict has them, in the group's order; NULL after an error. */
static ParamState *load_states(const ParamGroup *group, const StateDict *dict, int64_t g)
{
    ParamState *states = calloc((size_t)group->n + 1, sizeof *states);
    int64_t *indices = scope_alloc((size_t)(group->n + 1) * sizeof *indices);
    if (states == NULL)
        error_raise(ERROR_MEMORY, operation, "out of memory for %lld parameters", (long long)group->n);
    bool done =
        states != NULL && indices != NULL && tensor_copy_to_host(saved_params(dict, g), DTYPE_INT64, indices);
    for (int64_t i = 0; done && i < group->n; i++) {
        long long index = (long long)indices[i];
        for (int s = 0; done && s < OPTIM_MAX_STATES && group->type->states[s] != NULL; s++)
            done = load_tensor(&states[i], s, group->params[i], dict,
                               STATE_KEY("state.%lld.%s", index, group->type->states[s]));
        const char *key = STATE_KEY("state.%lld.step", index);
        double step = 0;
        done = done && get_number(dict, key, &step) && field_check(&step_field, operation, key, step);
        states[i].step = done ? (int64_t)step : 0;
    }
    if (!done && states != NULL) {
        param_states_free(states, group->n);
        states = NULL;
    }
    return states;
}

/* The group's options as the dict has them, those that it has not as they are; NULL after an error. */
static void *load_options(const ParamGroup *group, const StateDict *dict, int64_t g, double *initial_lr)
{
    void *options = scope_alloc(group->type->options_size);
    if (options == NULL)
        return NULL;
    memcpy(options, group->options, group->type->options_size);
    for (const OptimField *field = group->type->options; field->name != NULL; field++) {
        double value = field_read(field, options);
        if (!get_number(dict, STATE_KEY("param_groups.%lld.%s", (long long)g, field->name), &value))
            return NULL;
        field_write(field, options, value);
    }
    *initial_lr = group->initial_lr;
    return get_number(dict, STATE_KEY("param_groups.%lld.initial_lr", (long long)g), initial_lr) ? options
                                                                                                 : NULL;
}

/* What a group is given once all is read. */
typedef struct LoadedGroup {
    ParamState *states;
    void *options;
    double initial_lr;
} LoadedGroup;

static void take_loaded(ParamGroup *group, const LoadedGroup *loaded)
{
    param_states_free(group->states, group->n);
    group->states = loaded->states;
    group->initial_lr = loaded->initial_lr;
    memcpy(group->options, loaded->options, group->type->options_size);
}

static bool load(Optimizer *optimizer, const StateDict *dict)
{
    int64_t n = optimizer->n_groups;
    LoadedGroup *loaded = scope_alloc((size_t)n * sizeof *loaded);
    bool done = loaded != NULL && check_groups(optimizer, dict);
    for (int64_t g = 0; done && g < n; g++) {
        loaded[g].options = load_options(optimizer->groups[g], dict, g, &loaded[g].initial_lr);
        loaded[g].states = loaded[g].options != NULL ? load_states(optimizer->groups[g], dict, g) : NULL;
        done = loaded[g].states != NULL;
    }
    for (int64_t g = 0; loaded != NULL && g < n; g++)
        if (done)
            take_loaded(optimizer->groups[g], &loaded[g]);
        else if (loaded[g].states != NULL)
            param_states_free(loaded[g].states, optimizer->groups[g]->n);
    return done;
}

bool optim_load_state_dict(Optimizer *optimizer, const StateDict *dict)
{
    bool done = false;
    if (optimizer == NULL || dict == NULL)
        return false;
    tensor_scope
        autograd_no_grad done = load(optimizer, dict);
    return done;
}
