/* Containers of modules (torch.nn.Sequential, torch.nn.ModuleList). */
#ifndef TAPER_NN_SEQUENTIAL_H
#define TAPER_NN_SEQUENTIAL_H

#include "nn/module.h"

TAPER_BEGIN_DECLS

/* nn.Sequential(*modules): calls one after the other, each with the result of the one before; without any it
 * returns its input. Their names are "0", "1", ... In C: nn_Sequential(nn_Linear(8, 4), nn_ReLU()). NULL
 * after an error, and where a module is NULL. */
TAPER_API Module *nn_sequential(Module *const *modules, int64_t n);

/* nn.ModuleList(modules): holds modules, named "0", "1", ..., and has no forward. */
TAPER_API Module *nn_module_list(Module *const *modules, int64_t n);

/* container.append(module), container[i] (negative: from the end; ERROR_INDEX), len(container): of both.
 * append returns the container; ERROR_VALUE for other modules. */
TAPER_API Module *nn_append(Module *container, Module *module);
TAPER_API Module *nn_at(const Module *container, int64_t i);
TAPER_API int64_t nn_length(const Module *container);

#ifndef __cplusplus
/* No `##` before __VA_ARGS__: it would keep a container in a container from being expanded. */
#define NN_MODULES_(f, ...)                                                                                  \
    f((Module *const[]){NULL, __VA_ARGS__} + 1,                                                              \
      (int64_t)(sizeof((Module *const[]){NULL, __VA_ARGS__}) / sizeof(Module *)) - 1)
#define nn_Sequential(...) NN_MODULES_(nn_sequential, __VA_ARGS__)
#define nn_ModuleList(...) NN_MODULES_(nn_module_list, __VA_ARGS__)
#endif

TAPER_END_DECLS

#endif
