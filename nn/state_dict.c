#include "nn/state_dict.h"

#include <stdlib.h>
#include <string.h>

#include "autograd/autograd.h"
#include "core/error.h"
#include "core/scope.h"
#include "nn/module_struct.h"
#include "nn/name_index.h"

struct StateDict {
    Object base;
    NameIndex names;
    void **tensors; /* Tensor *, beside the names */
    NameIndex keys; /* of the metadata */
    void **texts;   /* char * */
};

static void state_dict_destroy(Object *object)
{
    StateDict *dict = (StateDict *)object;
    for (int64_t i = 0; i < dict->names.n; i++)
        object_release(dict->tensors[i]);
    for (int64_t i = 0; i < dict->keys.n; i++)
        free(dict->texts[i]);
    free(dict->tensors);
    free(dict->texts);
    name_index_free(&dict->names);
    name_index_free(&dict->keys);
    free(dict);
}

StateDict *state_dict_new(void)
{
    StateDict *dict = calloc(1, sizeof *dict);
    if (dict == NULL)
        return error_raise(ERROR_MEMORY, "state_dict", "out of memory for a state dict");
    object_init(&dict->base, state_dict_destroy);
    return scope_own(dict);
}

static int64_t find(const NameIndex *index, const char *name)
{
    return name != NULL ? name_index_find(index, name, strlen(name)) : -1;
}

/* Appends a name, and NULL to the array beside the names; returns its position, or -1 after ERROR_MEMORY. */
static int64_t append(NameIndex *index, void ***values, const char *name)
{
    int64_t capacity = index->n == index->capacity ? 2 * index->capacity + 16 : index->capacity;
    void **grown = *values;
    if (grown == NULL || capacity != index->capacity)
        grown = realloc(*values, (size_t)capacity * sizeof *grown);
    if (grown != NULL)
        *values = grown;
    if (grown == NULL || !name_index_add(index, name)) {
        error_raise(ERROR_MEMORY, "state_dict", "out of memory for the name '%s'", name);
        return -1;
    }
    grown[index->n - 1] = NULL;
    return index->n - 1;
}

bool state_dict_set(StateDict *dict, const char *name, Tensor *tensor)
{
    if (dict == NULL || tensor == NULL || !error_check_given("state_dict", "name", name != NULL))
        return false;
    int64_t i = find(&dict->names, name);
    if (i < 0)
        i = append(&dict->names, &dict->tensors, name);
    if (i < 0)
        return false;
    object_retain(tensor);
    object_release(dict->tensors[i]);
    dict->tensors[i] = tensor;
    return true;
}

Tensor *state_dict_get(const StateDict *dict, const char *name)
{
    int64_t i = dict != NULL ? find(&dict->names, name) : -1;
    return i >= 0 ? dict->tensors[i] : NULL;
}

bool state_dict_remove(StateDict *dict, const char *name)
{
    if (dict == NULL || !error_check_given("state_dict", "name", name != NULL))
        return false;
    int64_t i = find(&dict->names, name);
    if (i < 0)
        return error_raise(ERROR_KEY, "state_dict", "'%s'", name) != NULL;
    object_release(dict->tensors[i]);
    name_index_remove(&dict->names, i);
    memmove(&dict->tensors[i], &dict->tensors[i + 1], (size_t)(dict->names.n - i) * sizeof dict->tensors[0]);
    return true;
}

int64_t state_dict_length(const StateDict *dict)
{
    return dict != NULL ? dict->names.n : 0;
}

const char *state_dict_name(const StateDict *dict, int64_t i)
{
    return i >= 0 && i < state_dict_length(dict) ? dict->names.names[i] : NULL;
}

Tensor *state_dict_tensor(const StateDict *dict, int64_t i)
{
    return i >= 0 && i < state_dict_length(dict) ? dict->tensors[i] : NULL;
}

/* -- metadata -- */

bool state_dict_set_metadata(StateDict *dict, const char *key, const char *text)
{
    if (dict == NULL || text == NULL || !error_check_given("state_dict", "key", key != NULL))
        return false;
    char *copy = strdup(text);
    if (copy == NULL)
        return error_raise(ERROR_MEMORY, "state_dict", "out of memory for the text of '%s'", key) != NULL;
    int64_t i = find(&dict->keys, key);
    if (i < 0)
        i = append(&dict->keys, &dict->texts, key);
    if (i < 0) {
        free(copy);
        return false;
    }
    free(dict->texts[i]);
    dict->texts[i] = copy;
    return true;
}

const char *state_dict_metadata(const StateDict *dict, const char *key)
{
    int64_t i = dict != NULL ? find(&dict->keys, key) : -1;
    return i >= 0 ? dict->texts[i] : NULL;
}

int64_t state_dict_metadata_length(const StateDict *dict)
{
    return dict != NULL ? dict->keys.n : 0;
}

const char *state_dict_metadata_key(const StateDict *dict, int64_t i)
{
    return i >= 0 && i < state_dict_metadata_length(dict) ? dict->keys.names[i] : NULL;
}

/* -- from a module -- */

static bool add_tensors(StateDict *dict, const char *path, const ModuleEntries *entries)
{
    for (int64_t i = 0; i < entries->n; i++) {
        const ModuleEntry *entry = &entries->items[i];
        if (entry->item == NULL || !entry->persistent)
            continue;
        Scope scope = scope_open();
        const char *name = module_join(path, entry->name);
        bool added = name != NULL && state_dict_set(dict, name, tensor_detach(entry->item));
        scope_close(scope);
        if (!added)
            return false;
    }
    return true;
}

static bool add_module(Module *module, const char *path, void *dict)
{
    return add_tensors(dict, path, &module->parameters) && add_tensors(dict, path, &module->buffers);
}

StateDict *nn_state_dict(const Module *module)
{
    StateDict *dict = module != NULL ? state_dict_new() : NULL;
    /* the visit only reads, so the qualifier may go */
    return dict != NULL && module_visit((Module *)module, add_module, dict) ? dict : NULL;
}
