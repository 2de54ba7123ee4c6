/* Forward hooks: functions that see, and may change, what goes into a module and what comes out of it. */
#ifndef TAPER_NN_HOOKS_H
#define TAPER_NN_HOOKS_H

#include "nn/module.h"

TAPER_BEGIN_DECLS

/* Called before forward. May put other tensors into inputs.items, which forward then gets; false, after
 * raising an error, gives up the call. */
typedef bool (*ForwardPreHook)(Module *module, TensorList inputs, void *user);
/* Called after forward: returns the result in the place of `output`, or NULL to leave it. NULL after raising
 * an error gives up the call. */
typedef Tensor *(*ForwardHook)(Module *module, TensorList inputs, Tensor *output, void *user);

/* module.register_forward_pre_hook(hook), register_forward_hook(hook): hooks run in the order of
 * registration. The result is the hook's handle, for nn_remove_hook (handle.remove()); 0 after ERROR_MEMORY,
 * and ERROR_VALUE for NULL. */
TAPER_API int64_t nn_register_forward_pre_hook(Module *module, ForwardPreHook hook, void *user);
TAPER_API int64_t nn_register_forward_hook(Module *module, ForwardHook hook, void *user);
/* False if there is no such hook. */
TAPER_API bool nn_remove_hook(Module *module, int64_t handle);

TAPER_END_DECLS

#endif
