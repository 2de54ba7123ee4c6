#include "nn/module.h"

#include <stdlib.h>
#include <string.h>

#include "autograd/autograd.h"
#include "core/error.h"
#include "core/scope.h"
#include "nn/module_struct.h"

/* -- making and destroying -- */

static void entries_free(ModuleEntries *entries)
{
    for (int64_t i = 0; i < entries->n; i++) {
        object_release(entries->items[i].item);
        free(entries->items[i].name);
    }
    free(entries->items);
}

/* The child is no longer in this list, or the list is gone. */
static void leave_list(Module *child, const Module *list)
{
    if (child != NULL && child->list == list)
        child->list = NULL;
}

static void module_destroy(Object *object)
{
    Module *module = (Module *)object;
    for (int64_t i = 0; i < module->children.n; i++)
        leave_list(module->children.items[i].item, module);
    if (module->type->destroy != NULL)
        module->type->destroy(module);
    entries_free(&module->children);
    entries_free(&module->parameters);
    entries_free(&module->buffers);
    module_hooks_free(module->hooks);
    free(module->name);
    free(module);
}

Module *nn_module_alloc(const ModuleType *type)
{
    if (!error_check_given("Module", "name of the type", type != NULL && type->name != NULL))
        return NULL;
    Module *module = calloc(1, type->size);
    char *name = calloc(1, 1);
    if (module == NULL || name == NULL) {
        free(module);
        free(name);
        return error_raise(ERROR_MEMORY, type->name, "out of memory for a module");
    }
    module->type = type;
    module->name = name;
    module->training = true;
    object_init(&module->base, module_destroy);
    return scope_own(module);
}

Module *nn_keep(Module *module)
{
    return object_retain(module);
}

void nn_release(Module *module)
{
    object_release(module);
}

/* -- registration -- */

static ModuleEntry *find(const ModuleEntries *entries, const char *name)
{
    for (int64_t i = 0; i < entries->n; i++)
        if (strcmp(entries->items[i].name, name) == 0)
            return &entries->items[i];
    return NULL;
}

static bool check_given(Module *module, const char *name)
{
    bool given = error_check_given(module->type->name, "name", name != NULL);
    module->incomplete |= !given;
    return given;
}

/* A name must be free, or that of a part of the same kind, which is then replaced. */
static bool check_name(const Module *module, const ModuleEntries *kind, const char *what, const char *name)
{
    if (name[0] == '\0')
        return error_raise(ERROR_KEY, module->type->name, "%s name can't be empty string \"\"", what) != NULL;
    if (strchr(name, '.') != NULL)
        return error_raise(ERROR_KEY, module->type->name, "%s name can't contain \".\"%s%s", what,
                           kind == &module->children ? ", got: " : "",
                           kind == &module->children ? name : "") != NULL;
    if (strchr(name, '[') != NULL || strstr(name, "->") != NULL) /* all elements would have the same name */
        return error_raise(ERROR_KEY, module->type->name,
                           "%s name must be that of a field, got: %s. Several in a row are an nn_ModuleList, "
                           "or are registered by names of their own",
                           what, name) != NULL;
    const ModuleEntries *kinds[] = {&module->children, &module->parameters, &module->buffers};
    for (int i = 0; i < 3; i++)
        if (kinds[i] != kind && find(kinds[i], name) != NULL)
            return error_raise(ERROR_KEY, module->type->name, "attribute '%s' already exists", name) != NULL;
    return true;
}

/* Takes a reference to `item`. */
static bool register_item(Module *module, ModuleEntries *entries, const char *what, const char *name,
                          void *item, bool persistent)
{
    if (!check_name(module, entries, what, name))
        return false;
    ModuleEntry *entry = find(entries, name);
    if (entry == NULL) {
        ModuleEntry *items = realloc(entries->items, (size_t)(entries->n + 1) * sizeof *items);
        if (items != NULL)
            entries->items = items;
        char *copy = items != NULL ? strdup(name) : NULL;
        if (copy == NULL)
            return error_raise(ERROR_MEMORY, module->type->name, "out of memory for the name '%s'", name) !=
                   NULL;
        entry = &items[entries->n++];
        *entry = (ModuleEntry){.name = copy};
    }
    object_retain(item);
    object_release(entry->item);
    entry->item = item;
    entry->persistent = persistent;
    return true;
}

Module *nn_register_module(Module *module, const char *name, Module *child)
{
    if (module == NULL || !check_given(module, name))
        return NULL;
    if (child == NULL && error_last() == NULL)
        error_raise(ERROR_VALUE, module->type->name, "the child module '%s' is NULL", name);
    char *copy = child != NULL ? strdup(name) : NULL;
    if (child != NULL && copy == NULL)
        error_raise(ERROR_MEMORY, module->type->name, "out of memory for the name '%s'", name);
    const ModuleEntry *replaced = find(&module->children, name);
    if (copy != NULL && replaced != NULL)
        leave_list(replaced->item, module);
    if (copy == NULL || !register_item(module, &module->children, "module", name, child, true)) {
        free(copy);
        module->incomplete = true;
        return NULL;
    }
    module->incomplete |= child->incomplete;
    free(child->name);
    child->name = copy;
    child->list = module->type->forward == NULL ? module : NULL;
    return child;
}

static Tensor *register_tensor(Module *module, ModuleEntries *entries, const char *what, const char *name,
                               Tensor *tensor, bool persistent)
{
    bool failed = tensor == NULL && error_last() != NULL;
    if (failed || !register_item(module, entries, what, name, tensor, persistent)) {
        module->incomplete = true;
        return NULL;
    }
    return tensor;
}

Tensor *nn_register_parameter(Module *module, const char *name, Tensor *tensor)
{
    if (module == NULL || !check_given(module, name))
        return NULL;
    if (tensor != NULL && !tensor_is_leaf(tensor)) {
        module->incomplete = true;
        return error_raise(
            ERROR_AUTOGRAD, module->type->name,
            "Cannot assign non-leaf Tensor to parameter '%s'. Model parameters must be created "
            "explicitly. To express '%s' as a function of another Tensor, compute the value in the "
            "forward() method.",
            name, name);
    }
    Tensor *registered = register_tensor(module, &module->parameters, "parameter", name, tensor, true);
    if (tensor_is_floating_point(registered) && tensor_requires_grad_(registered, true) == NULL) {
        module->incomplete = true;
        return NULL;
    }
    return registered;
}

Tensor *nn_register_buffer(Module *module, const char *name, Tensor *tensor, bool persistent)
{
    if (module == NULL || !check_given(module, name))
        return NULL;
    return register_tensor(module, &module->buffers, "buffer", name, tensor, persistent);
}

void module_register_none(Module *module, bool buffer, const char *name)
{
    ModuleEntries *entries = buffer ? &module->buffers : &module->parameters;
    module->incomplete |= !register_item(module, entries, buffer ? "buffer" : "parameter", name, NULL, true);
}

/* -- calling -- */

static bool check_call(const Module *module, TensorList inputs)
{
    int expected = module->type->n_inputs;
    if (module->incomplete)
        return error_raise(ERROR_VALUE, "forward",
                           "a part of the module could not be made when it was constructed") != NULL;
    if (module->type->forward == NULL)
        return error_raise(ERROR_UNSUPPORTED, "forward",
                           "Module [%s] is missing the required \"forward\" function",
                           module->type->name) != NULL;
    return expected < 0 || inputs.n == expected ||
           error_raise(ERROR_VALUE, "forward",
                       "%s.forward() takes %d positional argument%s but %lld %s given", module->type->name,
                       expected, expected == 1 ? "" : "s", (long long)inputs.n,
                       inputs.n == 1 ? "was" : "were") != NULL;
}

static bool any_null(TensorList inputs)
{
    for (int64_t i = 0; i < inputs.n; i++)
        if (inputs.items[i] == NULL)
            return true;
    return false;
}

/* Frames for the lists that the module is in, which are not called themselves, entered from the outermost on;
 * returns how many. The innermost is the first; of lists in lists in lists the messages name MAX_LISTS. */
enum { MAX_LISTS = 4 };
static int enter_lists(const Module *module, ErrorFrame lists[MAX_LISTS])
{
    int n = 0;
    for (const Module *list = module->list; list != NULL && n < MAX_LISTS; list = list->list)
        lists[n++] = (ErrorFrame){.name = list->name, .type = list->type->name};
    for (int i = n; i-- > 0;)
        error_frame_enter(&lists[i]);
    return n;
}

Tensor *nn_call(Module *module, TensorList inputs)
{
    if (module == NULL)
        return error_last() != NULL ? NULL : error_raise(ERROR_VALUE, "forward", "the module is NULL");
    if (any_null(inputs))
        return NULL;
    ErrorFrame lists[MAX_LISTS], frame = {.name = module->name, .type = module->type->name};
    int n = enter_lists(module, lists);
    error_frame_enter(&frame);
    Scope scope = scope_open();
    Tensor *output = NULL;
    if (check_call(module, inputs) && module_hooks_before(module, &inputs)) {
        output = module->type->forward(module, inputs);
        output = module_hooks_after(module, inputs, output);
    }
    output = scope_return(scope, output);
    error_frame_leave(n > 0 ? &lists[n - 1] : &frame); /* the outermost, and all in it */
    return output;
}

const char *nn_type_name(const Module *module)
{
    return module != NULL ? module->type->name : "";
}

bool nn_isinstance(const Module *module, const char *type)
{
    return module != NULL && error_check_given("isinstance", "type", type != NULL) &&
           strcmp(module->type->name, type) == 0;
}

static Tensor *own_parameter(const Module *module, const char *name)
{
    ModuleEntry *entry = module != NULL ? find(&module->parameters, name) : NULL;
    return entry != NULL ? entry->item : NULL;
}

Tensor *nn_weight(const Module *module)
{
    return own_parameter(module, "weight");
}

Tensor *nn_bias(const Module *module)
{
    return own_parameter(module, "bias");
}
