#include "checkpoint.h"

#include <stdio.h>
#include <string.h>

enum { N_FIXED = 9 };

/* What must be the same for a training to go on exactly: the order of the images, what the workers draw, the
 * numbers' precision and the learning rates follow from it. */
static const char *const fixed_names[N_FIXED] = {"--batch-size", "--limit",    "--workers",
                                                 "--epochs",     "--schedule", "--dtype",
                                                 "--lr",         "--momentum", "--weight-decay"};

static void fixed_options(const Training *t, double numbers[N_FIXED])
{
    const Options *o = t->options;
    const double values[N_FIXED] = {(double)o->batch_size,
                                    (double)o->limit,
                                    (double)o->workers,
                                    (double)o->epochs,
                                    (double)o->schedule,
                                    (double)t->dtype,
                                    o->lr,
                                    o->momentum,
                                    o->weight_decay};
    memcpy(numbers, values, sizeof values);
}

static bool set_all(StateDict *file, const char *prefix, const StateDict *part)
{
    bool set = file != NULL && part != NULL;
    for (int64_t i = 0; set && i < state_dict_length(part); i++) {
        char name[256];
        snprintf(name, sizeof name, "%s%s", prefix, state_dict_name(part, i));
        set = state_dict_set(file, name, state_dict_tensor(part, i));
    }
    return set;
}

/* The tensors whose names begin with `prefix`, without it, and the name of the data set. */
static StateDict *part_of(const StateDict *file, const char *prefix)
{
    StateDict *part = state_dict_new();
    size_t length = strlen(prefix);
    for (int64_t i = 0; part != NULL && i < state_dict_length(file); i++) {
        const char *name = state_dict_name(file, i);
        if (strncmp(name, prefix, length) == 0 &&
            !state_dict_set(part, name + length, state_dict_tensor(file, i)))
            return NULL;
    }
    const char *dataset = state_dict_metadata(file, "dataset");
    if (part != NULL && dataset != NULL && !state_dict_set_metadata(part, "dataset", dataset))
        return NULL;
    return part;
}

static bool set_position(StateDict *file, const Training *t)
{
    int64_t position[3] = {t->position.epoch, t->position.step, t->position.total};
    const Progress *p = &t->progress;
    double progress[4] = {(double)p->images, (double)p->correct, p->total_loss, p->running_loss};
    double fixed[N_FIXED];
    fixed_options(t, fixed);
    return state_dict_set(file, "training.position", tensor_from_data(position, DIMS(3), DTYPE_INT64)) &&
           state_dict_set(file, "training.options", tensor_from_data(fixed, DIMS(N_FIXED), DTYPE_FLOAT64)) &&
           state_dict_set(file, "training.progress", tensor_from_data(progress, DIMS(4), DTYPE_FLOAT64)) &&
           state_dict_set(file, "training.generator",
                          tensor_from_data(t->position.generator, DIMS(GENERATOR_STATE_SIZE), DTYPE_UINT8));
}

bool checkpoint_save(const Training *t, const char *path)
{
    bool saved = false;
    tensor_scope {
        StateDict *file = state_dict_new();
        saved =
            set_all(file, "model.", nn_state_dict(t->model)) &&
            set_all(file, "optimizer.", optim_state_dict(t->optimizer)) &&
            (t->scheduler == NULL || set_all(file, "scheduler.", optim_scheduler_state_dict(t->scheduler))) &&
            set_position(file, t) && state_dict_set_metadata(file, "dataset", t->dataset) &&
            nn_save_safetensors(file, path);
    }
    return saved;
}

/* Copies a tensor of exactly that many elements. */
static bool get(const StateDict *file, const char *name, int64_t n, DType dtype, void *numbers,
                const char *path)
{
    const Tensor *x = state_dict_get(file, name);
    if (x == NULL || tensor_numel(x) != n)
        return error_raise(ERROR_FORMAT, "resume", "%s is no checkpoint of a training: %s is %s", path, name,
                           x == NULL ? "missing" : "of another size") != NULL;
    return tensor_copy_to_host(x, dtype, numbers);
}

static bool get_position(Training *t, const StateDict *file, const char *path)
{
    int64_t position[3];
    double fixed[N_FIXED], expected[N_FIXED], progress[4];
    fixed_options(t, expected);
    if (!get(file, "training.position", 3, DTYPE_INT64, position, path) ||
        !get(file, "training.options", N_FIXED, DTYPE_FLOAT64, fixed, path) ||
        !get(file, "training.progress", 4, DTYPE_FLOAT64, progress, path) ||
        !get(file, "training.generator", GENERATOR_STATE_SIZE, DTYPE_UINT8, t->position.generator, path))
        return false;
    for (int i = 0; i < N_FIXED; i++)
        if (fixed[i] != expected[i])
            return error_raise(ERROR_VALUE, "resume",
                               "%s was written with another %s (number %.15g, now %.15g)", path,
                               fixed_names[i], fixed[i], expected[i]) != NULL;
    const char *dataset = state_dict_metadata(file, "dataset");
    if (dataset == NULL || strcmp(dataset, t->dataset) != 0)
        return error_raise(ERROR_VALUE, "resume", "%s was written by a training on %s, not on %s", path,
                           dataset != NULL ? dataset : "unknown images", t->dataset) != NULL;
    t->position.epoch = position[0];
    t->position.step = position[1];
    t->position.total = position[2];
    t->progress.images = (int64_t)progress[0];
    t->progress.correct = (int64_t)progress[1];
    t->progress.total_loss = progress[2];
    t->progress.running_loss = progress[3];
    return generator_set_state(generator_default(), t->position.generator, GENERATOR_STATE_SIZE);
}

bool checkpoint_load(Training *t, const char *path)
{
    bool loaded = false;
    tensor_scope {
        StateDict *file = nn_load_safetensors(path);
        loaded = file != NULL && get_position(t, file, path) &&
                 nn_load_state_dict(t->model, part_of(file, "model.")).loaded &&
                 optim_load_state_dict(t->optimizer, part_of(file, "optimizer.")) &&
                 (t->scheduler == NULL ||
                  optim_scheduler_load_state_dict(t->scheduler, part_of(file, "scheduler.")));
    }
    return loaded;
}

StateDict *checkpoint_model(const char *path)
{
    StateDict *file = nn_load_safetensors(path);
    if (file == NULL)
        return NULL;
    return state_dict_get(file, "training.position") != NULL ? part_of(file, "model.") : file;
}
