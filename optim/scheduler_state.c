/* The state of schedulers: optim/state_dict.h. */
#include <string.h>

#include "core/error.h"
#include "optim/fields.h"
#include "optim/state_dict.h"
#include "optim/state_key.h"

/* The numbers that all schedulers have. */
static const OptimField common_fields[] = {
    OPTIM_INTEGER(Scheduler, last_epoch),
    {"_step_count", offsetof(Scheduler, step_count), OPTIM_FIELD_INT64},
    {NULL, 0, OPTIM_FIELD_DOUBLE},
};

static const char *const operation = "load_state_dict";

/* -- saving -- */

static bool save_fields(StateDict *dict, const char *prefix, const OptimField *field,
                        const Scheduler *scheduler)
{
    for (; field->name != NULL; field++) {
        double value = field_read(field, scheduler);
        if (!state_dict_set_numbers(dict, STATE_KEY("%s%s", prefix, field->name), DTYPE_FLOAT64, DIMS(),
                                    &value))
            return false;
    }
    return true;
}

static bool save(StateDict *dict, const char *prefix, const Scheduler *scheduler)
{
    const SchedulerType *type = scheduler->type;
    Dims groups = DIMS(scheduler->n_groups);
    if (!save_fields(dict, prefix, type->fields, scheduler) ||
        !save_fields(dict, prefix, common_fields, scheduler) ||
        !state_dict_set_numbers(dict, STATE_KEY("%sbase_lrs", prefix), DTYPE_FLOAT64, groups,
                                scheduler->base_lrs) ||
        !state_dict_set_numbers(dict, STATE_KEY("%s_last_lr", prefix), DTYPE_FLOAT64, groups,
                                scheduler->last_lr))
        return false;
    for (int64_t i = 0; type->part != NULL && type->part(scheduler, i) != NULL; i++)
        if (!save(dict, STATE_KEY("%s_schedulers.%lld.", prefix, (long long)i), type->part(scheduler, i)))
            return false;
    return true;
}

StateDict *optim_scheduler_state_dict(const Scheduler *scheduler)
{
    Scope scope = scope_open();
    StateDict *dict = scheduler != NULL ? state_dict_new() : NULL;
    return state_dict_return(scope, dict != NULL && save(dict, "", scheduler) ? dict : NULL);
}

/* -- loading: once to see that all is there, then once more -- */

static const Tensor *find(const StateDict *dict, const char *key, int64_t numbers)
{
    const Tensor *saved = state_dict_get(dict, key);
    if (saved == NULL)
        return error_raise(ERROR_KEY, operation, "Missing key in state_dict: \"%s\"", key);
    if (tensor_numel(saved) != numbers)
        return error_raise(ERROR_VALUE, operation, "\"%s\" has %lld numbers instead of %lld", key,
                           (long long)tensor_numel(saved), (long long)numbers);
    return saved;
}

static bool load_fields(const StateDict *dict, const char *prefix, const OptimField *field,
                        Scheduler *scheduler, bool write)
{
    for (; field->name != NULL; field++) {
        const char *key = STATE_KEY("%s%s", prefix, field->name);
        const Tensor *saved = find(dict, key, 1);
        if (saved == NULL || !field_check(field, operation, key, tensor_item(saved)))
            return false;
        if (write)
            field_write(field, scheduler, tensor_item(saved));
    }
    return true;
}

static bool load_lrs(const StateDict *dict, const char *key, const Scheduler *scheduler, double *lrs,
                     bool write)
{
    const Tensor *saved = find(dict, key, scheduler->n_groups);
    return saved != NULL && (!write || tensor_copy_to_host(saved, DTYPE_FLOAT64, lrs));
}

static bool load(const StateDict *dict, const char *prefix, Scheduler *scheduler, bool write)
{
    const SchedulerType *type = scheduler->type;
    if (!load_fields(dict, prefix, type->fields, scheduler, write) ||
        !load_fields(dict, prefix, common_fields, scheduler, write) ||
        !load_lrs(dict, STATE_KEY("%sbase_lrs", prefix), scheduler, scheduler->base_lrs, write) ||
        !load_lrs(dict, STATE_KEY("%s_last_lr", prefix), scheduler, scheduler->last_lr, write))
        return false;
    for (int64_t i = 0; type->part != NULL && type->part(scheduler, i) != NULL; i++)
        if (!load(dict, STATE_KEY("%s_schedulers.%lld.", prefix, (long long)i), type->part(scheduler, i),
                  write))
            return false;
    return true;
}

bool optim_scheduler_load_state_dict(Scheduler *scheduler, const StateDict *dict)
{
    return scheduler != NULL && dict != NULL && load(dict, "", scheduler, false) &&
           load(dict, "", scheduler, true);
}
