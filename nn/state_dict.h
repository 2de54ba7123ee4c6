/* State dicts: a module's parameters and buffers by their names (module.state_dict(), load_state_dict()). */
#ifndef TAPER_NN_STATE_DICT_H
#define TAPER_NN_STATE_DICT_H

#include "core/keywords.h"
#include "nn/module.h"

TAPER_BEGIN_DECLS

/* An ordered map from names to tensors (Python's OrderedDict[str, Tensor]), with a map of texts beside it
 * that travels with it in files. A new one belongs to the innermost scope and keeps its tensors;
 * object_retain and object_release take a reference of your own and give it back. */
typedef struct StateDict StateDict;

/* An empty one. NULL after ERROR_MEMORY. */
TAPER_API StateDict *state_dict_new(void);

/* dict[name] = tensor: replaces in place, or appends. False after an error, and for a NULL tensor.
 * Here and below, a NULL name is ERROR_VALUE where something is changed, and else none that is there. */
TAPER_API bool state_dict_set(StateDict *dict, const char *name, Tensor *tensor);
/* dict.get(name): NULL if it is not there. The tensor belongs to the dict. */
TAPER_API Tensor *state_dict_get(const StateDict *dict, const char *name);
/* del dict[name]; ERROR_KEY if it is not there. */
TAPER_API bool state_dict_remove(StateDict *dict, const char *name);

/* len(dict), and the i-th of its items, 0 <= i < length; NULL outside of that. */
TAPER_API int64_t state_dict_length(const StateDict *dict);
TAPER_API const char *state_dict_name(const StateDict *dict, int64_t i);
TAPER_API Tensor *state_dict_tensor(const StateDict *dict, int64_t i);

/* The texts: what safetensors calls metadata ("format": "pt"). set replaces; get is NULL if there is none. */
TAPER_API bool state_dict_set_metadata(StateDict *dict, const char *key, const char *text);
TAPER_API const char *state_dict_metadata(const StateDict *dict, const char *key);
TAPER_API int64_t state_dict_metadata_length(const StateDict *dict);
TAPER_API const char *state_dict_metadata_key(const StateDict *dict, int64_t i);

/* module.state_dict(): parameters and persistent buffers, in PyTorch's order under PyTorch's keys
 * ("layer1.0.conv1.weight"); a shared one is there under each of its names. The tensors share memory with the
 * module's, without their history. */
TAPER_API StateDict *nn_state_dict(const Module *module);

/* What load_state_dict found. The names belong to the innermost scope. */
typedef struct IncompatibleKeys {
    bool loaded; /* false after an error */
    const char **missing_keys, **unexpected_keys;
    int64_t n_missing, n_unexpected;
} IncompatibleKeys;

typedef struct LoadStateDictArgs {
    int _;
    bool strict;
} LoadStateDictArgs;

/* module.load_state_dict(dict, strict=True): copies the values, converting dtypes, into the module's tensors.
 * ERROR_KEY, in PyTorch's words, if keys are missing or unexpected (where strict) or shapes differ (always):
 * then nothing is changed, where PyTorch has copied what fits. As PyTorch does with files that do not tell
 * their version, it takes a BatchNorm without num_batches_tracked, which keeps its value. */
TAPER_API IncompatibleKeys nn_load_state_dict_args(Module *module, const StateDict *dict,
                                                   const LoadStateDictArgs *args);
#ifndef __cplusplus
#define nn_load_state_dict(module, dict, ...)                                                                \
    KEYWORDS(nn_load_state_dict_args((module), (dict),                                                       \
                                     &(LoadStateDictArgs){.strict = true, ._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
