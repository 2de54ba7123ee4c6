/* A module with all below it: visiting, and what is done to all of them. */
#include <stdlib.h>
#include <string.h>

#include "autograd/autograd.h"
#include "core/error.h"
#include "core/scope.h"
#include "nn/module_struct.h"

/* -- visiting -- */

/* The path of the module that is visited, grown and cut as the visit goes down and up. */
typedef struct Path {
    char *text;
    size_t length, capacity;
} Path;

static bool path_push(Path *path, const char *name)
{
    size_t added = strlen(name) + (path->length > 0 ? 1 : 0), needed = path->length + added + 1;
    if (needed > path->capacity) {
        char *text = realloc(path->text, 2 * needed);
        if (text == NULL)
            return error_raise(ERROR_MEMORY, "named_modules", "out of memory for a module's path") != NULL;
        path->text = text;
        path->capacity = 2 * needed;
    }
    if (path->length > 0)
        path->text[path->length++] = '.';
    strcpy(path->text + path->length, name);
    path->length += strlen(name);
    return true;
}

static bool visit_below(Module *module, Path *path, ModuleVisit visit, void *context)
{
    if (!visit(module, path->text, context))
        return false;
    size_t length = path->length;
    for (int64_t i = 0; i < module->children.n; i++) {
        const ModuleEntry *child = &module->children.items[i];
        if (!path_push(path, child->name) || !visit_below(child->item, path, visit, context))
            return false;
        path->length = length;
        path->text[length] = '\0';
    }
    return true;
}

bool module_visit(Module *module, ModuleVisit visit, void *context)
{
    Path path = {0};
    if (module == NULL)
        return true;
    bool done = path_push(&path, "") && visit_below(module, &path, visit, context);
    free(path.text);
    return done;
}

const char *module_join(const char *path, const char *name)
{
    size_t length = strlen(path), dot = length > 0 && name[0] != '\0';
    char *joined = scope_alloc(length + dot + strlen(name) + 1);
    if (joined == NULL)
        return NULL;
    memcpy(joined, path, length);
    if (dot)
        joined[length] = '.';
    strcpy(joined + length + dot, name);
    return joined;
}

/* -- lists of what is in a module -- */

/* Items with names, each once: the arrays grow by malloc and end in the scope's memory. */
typedef struct NamedItems {
    const char **names;
    void **items;
    int64_t n, capacity;
    bool buffers; /* collect buffers; otherwise parameters */
} NamedItems;

static bool contains(const NamedItems *list, const void *item)
{
    for (int64_t i = 0; i < list->n; i++)
        if (list->items[i] == item)
            return true;
    return false;
}

static bool append(NamedItems *list, const char *path, const char *name, void *item)
{
    if (item == NULL || contains(list, item))
        return true;
    if (list->n == list->capacity) {
        int64_t capacity = list->capacity > 0 ? 2 * list->capacity : 16;
        const char **names = scope_alloc((size_t)capacity * sizeof *names);
        void **items = names != NULL ? scope_alloc((size_t)capacity * sizeof *items) : NULL;
        if (items == NULL)
            return false;
        if (list->n > 0) {
            memcpy(names, list->names, (size_t)list->n * sizeof *names);
            memcpy(items, list->items, (size_t)list->n * sizeof *items);
        }
        list->names = names;
        list->items = items;
        list->capacity = capacity;
    }
    list->names[list->n] = module_join(path, name);
    list->items[list->n] = item;
    return list->names[list->n++] != NULL;
}

static bool append_tensors(Module *module, const char *path, void *context)
{
    NamedItems *list = context;
    const ModuleEntries *entries = list->buffers ? &module->buffers : &module->parameters;
    for (int64_t i = 0; i < entries->n; i++)
        if (!append(list, path, entries->items[i].name, entries->items[i].item))
            return false;
    return true;
}

static bool append_module(Module *module, const char *path, void *context)
{
    return append(context, path, "", module);
}

/* visit only reads where its caller only reads, so the qualifier may go. */
static NamedTensors named_tensors(const Module *module, bool buffers)
{
    NamedItems list = {.buffers = buffers};
    if (!module_visit((Module *)module, append_tensors, &list))
        return (NamedTensors){0};
    return (NamedTensors){list.names, (Tensor **)list.items, list.n};
}

NamedTensors nn_named_parameters(const Module *module)
{
    return named_tensors(module, false);
}

NamedTensors nn_named_buffers(const Module *module)
{
    return named_tensors(module, true);
}

TensorList nn_parameters(const Module *module)
{
    NamedTensors named = named_tensors(module, false);
    return (TensorList){named.tensors, named.n};
}

TensorList nn_buffers(const Module *module)
{
    NamedTensors named = named_tensors(module, true);
    return (TensorList){named.tensors, named.n};
}

NamedModules nn_named_modules(Module *module)
{
    NamedItems list = {0};
    if (!module_visit(module, append_module, &list))
        return (NamedModules){0};
    return (NamedModules){list.names, (Module **)list.items, list.n};
}

NamedModules nn_named_children(const Module *module)
{
    NamedItems list = {0};
    for (int64_t i = 0; module != NULL && i < module->children.n; i++)
        if (!append(&list, "", module->children.items[i].name, module->children.items[i].item))
            return (NamedModules){0};
    return (NamedModules){list.names, (Module **)list.items, list.n};
}

int64_t nn_count_parameters(const Module *module, bool trainable)
{
    int64_t count = 0;
    Scope scope = scope_open();
    TensorList parameters = nn_parameters(module);
    for (int64_t i = 0; i < parameters.n; i++)
        if (!trainable || tensor_requires_grad(parameters.items[i]))
            count += tensor_numel(parameters.items[i]);
    scope_close(scope);
    return count;
}

/* -- looking up -- */

static const ModuleEntry *find(const ModuleEntries *entries, const char *name, size_t length)
{
    for (int64_t i = 0; i < entries->n; i++)
        if (strlen(entries->items[i].name) == length && memcmp(entries->items[i].name, name, length) == 0)
            return &entries->items[i];
    return NULL;
}

/* The module's part of that kind and name, or NULL after PyTorch's error for a part of another kind, or none.
 */
static void *part(const Module *module, const ModuleEntries *kind, const char *name, size_t length,
                  const char *what, const char *operation)
{
    const ModuleEntry *entry = find(kind, name, length);
    if (entry != NULL && entry->item != NULL)
        return entry->item;
    bool other = find(&module->children, name, length) != NULL ||
                 find(&module->parameters, name, length) != NULL ||
                 find(&module->buffers, name, length) != NULL;
    if (other)
        return error_raise(ERROR_KEY, operation, "`%.*s` is not %s", (int)length, name, what);
    return error_raise(ERROR_KEY, operation, "%s has no attribute `%.*s`", module->type->name, (int)length,
                       name);
}

/* The module at the first `length` characters of a path. */
static Module *submodule(Module *module, const char *target, size_t length, const char *operation)
{
    for (bool more = length > 0; module != NULL && more;) {
        const char *dot = memchr(target, '.', length);
        size_t name = dot != NULL ? (size_t)(dot - target) : length;
        module = part(module, &module->children, target, name, "an nn.Module", operation);
        more = dot != NULL;
        length -= more ? name + 1 : name;
        target += more ? name + 1 : name;
    }
    return module;
}

Module *nn_get_submodule(Module *module, const char *target)
{
    if (module == NULL || !error_check_given("get_submodule", "target", target != NULL))
        return NULL;
    return submodule(module, target, strlen(target), "get_submodule");
}

static Tensor *get_tensor(Module *module, const char *target, bool buffer)
{
    const char *operation = buffer ? "get_buffer" : "get_parameter";
    if (module == NULL || !error_check_given(operation, "target", target != NULL))
        return NULL;
    const char *dot = strrchr(target, '.');
    const char *name = dot != NULL ? dot + 1 : target;
    module = submodule(module, target, dot != NULL ? (size_t)(dot - target) : 0, operation);
    if (module == NULL)
        return NULL;
    const ModuleEntries *entries = buffer ? &module->buffers : &module->parameters;
    return part(module, entries, name, strlen(name), buffer ? "a buffer" : "an nn.Parameter", operation);
}

Tensor *nn_get_parameter(Module *module, const char *target)
{
    return get_tensor(module, target, false);
}

Tensor *nn_get_buffer(Module *module, const char *target)
{
    return get_tensor(module, target, true);
}

/* -- what is done to all -- */

static void set_training(Module *module, bool training)
{
    module->training = training;
    for (int64_t i = 0; i < module->children.n; i++)
        set_training(module->children.items[i].item, training);
}

Module *nn_train(Module *module)
{
    if (module != NULL)
        set_training(module, true);
    return module;
}

Module *nn_eval(Module *module)
{
    if (module != NULL)
        set_training(module, false);
    return module;
}

bool nn_is_training(const Module *module)
{
    return module != NULL && module->training;
}

void nn_zero_grad(Module *module)
{
    Scope scope = scope_open();
    TensorList parameters = nn_parameters(module);
    for (int64_t i = 0; i < parameters.n; i++)
        tensor_set_grad(parameters.items[i], NULL);
    scope_close(scope);
}

Module *nn_requires_grad_(Module *module, bool requires_grad)
{
    Scope scope = scope_open();
    TensorList parameters = nn_parameters(module);
    bool done = true;
    for (int64_t i = 0; i < parameters.n && done; i++)
        done = tensor_requires_grad_(parameters.items[i], requires_grad) != NULL;
    scope_close(scope);
    return done ? module : NULL;
}

Module *nn_apply(Module *module, void (*f)(Module *module, void *user), void *user)
{
    if (module == NULL || !error_check_given("apply", "function", f != NULL))
        return NULL;
    for (int64_t i = 0; i < module->children.n; i++)
        nn_apply(module->children.items[i].item, f, user);
    f(module, user);
    return module;
}
