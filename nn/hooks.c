#include "nn/hooks.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/scope.h"
#include "nn/module_struct.h"

typedef struct ModuleHook {
    int64_t handle;
    ForwardPreHook before; /* one of the two */
    ForwardHook after;
    void *user;
} ModuleHook;

typedef struct ModuleHooks {
    ModuleHook *items;
    int64_t n, last_handle;
} ModuleHooks;

static int64_t add(Module *module, ModuleHook hook, bool before)
{
    const char *operation = before ? "register_forward_pre_hook" : "register_forward_hook";
    if (module == NULL ||
        !error_check_given(operation, "hook", before ? hook.before != NULL : hook.after != NULL))
        return 0;
    ModuleHooks *hooks = module->hooks != NULL ? module->hooks : calloc(1, sizeof *hooks);
    ModuleHook *items = hooks != NULL ? realloc(hooks->items, (size_t)(hooks->n + 1) * sizeof *items) : NULL;
    module->hooks = hooks;
    if (items == NULL) {
        error_raise(ERROR_MEMORY, operation, "out of memory for a hook");
        return 0;
    }
    hook.handle = ++hooks->last_handle;
    items[hooks->n++] = hook;
    hooks->items = items;
    return hook.handle;
}

int64_t nn_register_forward_pre_hook(Module *module, ForwardPreHook hook, void *user)
{
    return add(module, (ModuleHook){.before = hook, .user = user}, true);
}

int64_t nn_register_forward_hook(Module *module, ForwardHook hook, void *user)
{
    return add(module, (ModuleHook){.after = hook, .user = user}, false);
}

bool nn_remove_hook(Module *module, int64_t handle)
{
    ModuleHooks *hooks = module != NULL ? module->hooks : NULL;
    for (int64_t i = 0; hooks != NULL && i < hooks->n; i++)
        if (hooks->items[i].handle == handle) {
            hooks->n--;
            memmove(&hooks->items[i], &hooks->items[i + 1], (size_t)(hooks->n - i) * sizeof hooks->items[0]);
            return true;
        }
    return false;
}

void module_hooks_free(ModuleHooks *hooks)
{
    if (hooks != NULL)
        free(hooks->items);
    free(hooks);
}

/* A hook may remove itself, or others, while they run: each is looked up anew by its handle. */
static const ModuleHook *next_hook(const ModuleHooks *hooks, int64_t after)
{
    for (int64_t i = 0; hooks != NULL && i < hooks->n; i++)
        if (hooks->items[i].handle > after)
            return &hooks->items[i];
    return NULL;
}

bool module_hooks_before(Module *module, TensorList *inputs)
{
    if (module->hooks == NULL)
        return true;
    Tensor **items = scope_alloc((size_t)inputs->n * sizeof *items + 1);
    if (items == NULL)
        return false;
    if (inputs->n > 0)
        memcpy(items, inputs->items, (size_t)inputs->n * sizeof *items);
    inputs->items = items;
    int64_t handle = 0;
    for (const ModuleHook *hook; (hook = next_hook(module->hooks, handle)) != NULL;) {
        handle = hook->handle;
        if (hook->before != NULL && !hook->before(module, *inputs, hook->user))
            return false;
    }
    return true;
}

Tensor *module_hooks_after(Module *module, TensorList inputs, Tensor *output)
{
    int64_t handle = 0;
    for (const ModuleHook *hook; output != NULL && (hook = next_hook(module->hooks, handle)) != NULL;) {
        handle = hook->handle;
        uint64_t errors = error_count();
        Tensor *changed = hook->after != NULL ? hook->after(module, inputs, output, hook->user) : NULL;
        if (changed == NULL && error_count() != errors && error_last() != NULL)
            return NULL;
        output = changed != NULL ? changed : output;
    }
    return output;
}
