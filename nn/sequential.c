#include "nn/sequential.h"

#include <stdio.h>

#include "core/error.h"
#include "core/scope.h"

static Tensor *sequential_forward(Module *self, TensorList inputs)
{
    Tensor *x = inputs.items[0];
    Scope scope = scope_open(); /* each result goes as soon as the next one is there */
    for (int64_t i = 0; i < self->children.n; i++)
        x = scope_return(scope, nn_forward(self->children.items[i].item, x));
    return x;
}

static const ModuleType Sequential_type = {
    .name = "Sequential", .size = sizeof(Module), .n_inputs = 1, .forward = sequential_forward};

static const ModuleType ModuleList_type = {
    .name = "ModuleList", .size = sizeof(Module), .n_inputs = -1, .groups_children = true};

Module *nn_append(Module *container, Module *module)
{
    char name[24];
    if (container == NULL)
        return NULL;
    if (container->type != &Sequential_type && container->type != &ModuleList_type)
        return error_raise(ERROR_VALUE, "append", "'%s' object has no attribute 'append'",
                           container->type->name);
    snprintf(name, sizeof name, "%lld", (long long)container->children.n);
    return nn_register_module(container, name, module) != NULL ? container : NULL;
}

static Module *new_container(const ModuleType *type, Module *const *modules, int64_t n)
{
    Module *self = nn_module_alloc(type);
    for (int64_t i = 0; i < n && self != NULL; i++)
        self = nn_append(self, modules[i]);
    return self;
}

Module *nn_sequential(Module *const *modules, int64_t n)
{
    return new_container(&Sequential_type, modules, n);
}

Module *nn_module_list(Module *const *modules, int64_t n)
{
    return new_container(&ModuleList_type, modules, n);
}

int64_t nn_length(const Module *container)
{
    return container != NULL ? container->children.n : 0;
}

Module *nn_at(const Module *container, int64_t i)
{
    int64_t n = nn_length(container), at = i < 0 ? i + n : i;
    if (container == NULL)
        return NULL;
    if (at < 0 || at >= n)
        return error_raise(ERROR_INDEX, container->type->name, "index %lld is out of range", (long long)i);
    return container->children.items[at].item;
}
