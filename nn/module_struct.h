/* The inside of Module, for the files of this folder. Not installed. */
#ifndef TAPER_NN_MODULE_STRUCT_H
#define TAPER_NN_MODULE_STRUCT_H

#include "nn/module.h"

/* -- module.c -- */

/* Registers None on purpose: a parameter or buffer that is switched off. (nn_register_parameter takes NULL
 * for the result of a call that failed if there is an error that the program has not looked at.) */
void module_register_none(Module *module, bool buffer, const char *name);

/* -- hooks.c: what nn_call does around forward; `inputs` are copied before a hook may change them -- */

bool module_hooks_before(Module *module, TensorList *inputs);
Tensor *module_hooks_after(Module *module, TensorList inputs, Tensor *output);
void module_hooks_free(struct ModuleHooks *hooks);

/* -- tree.c -- */

/* Calls visit for the module (path "") and all below it, a module before its children, in the order of
 * registration; a module that is there twice is visited twice. `path` is valid during the call. Stops and
 * returns false when visit does, or after ERROR_MEMORY. */
typedef bool (*ModuleVisit)(Module *module, const char *path, void *context);
bool module_visit(Module *module, ModuleVisit visit, void *context);

/* "layer1.0" and "conv1" as "layer1.0.conv1" in the innermost scope's memory; NULL after ERROR_MEMORY. */
const char *module_join(const char *path, const char *name);

#endif
