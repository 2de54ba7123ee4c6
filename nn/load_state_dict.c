/* load_state_dict: first everything is looked up and compared, then everything is copied. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "autograd/autograd.h"
#include "autograd/ops/operations.h"
#include "core/error.h"
#include "core/scope.h"
#include "nn/module_struct.h"
#include "nn/name_index.h"
#include "nn/state_dict.h"

/* A tensor of the module and what goes into it. */
typedef struct Pair {
    const char *name;
    Tensor *target, *source;
} Pair;

typedef struct Loading {
    const StateDict *dict;
    NameIndex paths; /* of the modules, in the order of the visit */
    Pair *pairs;
    const char **missing;
    int64_t n_pairs, n_missing, capacity; /* of both arrays */
} Loading;

/* How many characters of each kind of complaint an error shows before it says "and 57 more". */
enum { COMPLAINT_MAX = 1200 };

/* -- looking up -- */

static bool reserve(Loading *loading)
{
    int64_t needed = loading->n_pairs + loading->n_missing + 1;
    if (needed <= loading->capacity)
        return true;
    int64_t capacity = 2 * needed + 16;
    Pair *pairs = realloc(loading->pairs, (size_t)capacity * sizeof *pairs);
    if (pairs != NULL)
        loading->pairs = pairs;
    const char **missing =
        pairs != NULL ? realloc(loading->missing, (size_t)capacity * sizeof *missing) : NULL;
    if (missing == NULL)
        return error_raise(ERROR_MEMORY, "load_state_dict", "out of memory for %lld keys",
                           (long long)needed) != NULL;
    loading->missing = missing;
    loading->capacity = capacity;
    return true;
}

static bool look_up(Loading *loading, const char *path, const ModuleEntries *entries)
{
    for (int64_t i = 0; i < entries->n; i++) {
        const ModuleEntry *entry = &entries->items[i];
        if (entry->item == NULL || !entry->persistent)
            continue;
        const char *name = module_join(path, entry->name);
        if (name == NULL || !reserve(loading))
            return false;
        Tensor *source = state_dict_get(loading->dict, name);
        if (source != NULL)
            loading->pairs[loading->n_pairs++] = (Pair){name, entry->item, source};
        else if (strcmp(entry->name, "num_batches_tracked") != 0)
            loading->missing[loading->n_missing++] = name;
    }
    return true;
}

static bool look_up_module(Module *module, const char *path, void *context)
{
    Loading *loading = context;
    if (!name_index_add(&loading->paths, path))
        return error_raise(ERROR_MEMORY, "load_state_dict", "out of memory for a module's path") != NULL;
    return look_up(loading, path, &module->parameters) && look_up(loading, path, &module->buffers);
}

/* -- what nobody asked for -- */

typedef struct Unexpected {
    int64_t module, key; /* their positions */
} Unexpected;

static int compare_unexpected(const void *a, const void *b)
{
    const Unexpected *x = a, *y = b;
    return x->module != y->module ? (x->module > y->module) - (x->module < y->module)
                                  : (x->key > y->key) - (x->key < y->key);
}

/* The innermost module on the way to a key: the one that finds it unexpected. */
static int64_t module_of(const Loading *loading, const char *key)
{
    for (size_t length = strlen(key); length-- > 0;) {
        int64_t module = key[length] == '.' ? name_index_find(&loading->paths, key, length) : -1;
        if (module >= 0)
            return module;
    }
    return 0;
}

/* Keys of the dict that no part of the module has, in PyTorch's order: module by module. */
static bool find_unexpected(const Loading *loading, IncompatibleKeys *keys)
{
    int64_t n = state_dict_length(loading->dict), n_found = 0;
    NameIndex wanted = {0};
    Unexpected *found = malloc(((size_t)n + 1) * sizeof *found);
    bool enough = found != NULL;
    for (int64_t i = 0; i < loading->n_pairs && enough; i++)
        enough = name_index_add(&wanted, loading->pairs[i].name);
    for (int64_t i = 0; i < n && enough; i++) {
        const char *key = state_dict_name(loading->dict, i);
        if (name_index_find(&wanted, key, strlen(key)) < 0)
            found[n_found++] = (Unexpected){module_of(loading, key), i};
    }
    name_index_free(&wanted);
    if (!enough) {
        free(found);
        return error_raise(ERROR_MEMORY, "load_state_dict", "out of memory for %lld keys", (long long)n) !=
               NULL;
    }
    qsort(found, (size_t)n_found, sizeof *found, compare_unexpected);
    keys->unexpected_keys = scope_alloc((size_t)n_found * sizeof(char *) + 1);
    for (int64_t i = 0; i < n_found && keys->unexpected_keys != NULL && enough; i++) {
        keys->unexpected_keys[i] = module_join("", state_dict_name(loading->dict, found[i].key));
        enough = keys->unexpected_keys[i] != NULL;
    }
    keys->n_unexpected = enough ? n_found : 0;
    free(found);
    return enough && keys->unexpected_keys != NULL;
}

/* -- the error -- */

static void write_keys(FILE *out, const char *kind, const char *const *keys, int64_t n)
{
    int64_t shown = 0, length = 0;
    if (n == 0)
        return;
    fprintf(out, "\n\t%s key(s) in state_dict: ", kind);
    for (; shown < n && length < COMPLAINT_MAX; shown++)
        length += fprintf(out, "%s\"%s\"", shown > 0 ? ", " : "", keys[shown]);
    if (shown < n)
        fprintf(out, ", and %lld more", (long long)(n - shown));
    fputs(". ", out);
}

/* PyTorch's files of before 0.4 have tensors of one element where there are 0-d ones now. */
static bool fits(const Pair *pair)
{
    return tensor_same_shape(pair->target, pair->source) ||
           (tensor_dim(pair->target) == 0 && tensor_dim(pair->source) == 1 &&
            tensor_numel(pair->source) == 1);
}

static int64_t count_misfits(const Loading *loading)
{
    int64_t n = 0;
    for (int64_t i = 0; i < loading->n_pairs; i++)
        n += !fits(&loading->pairs[i]);
    return n;
}

static void write_misfits(FILE *out, const Loading *loading)
{
    int64_t left = count_misfits(loading), length = 0;
    for (int64_t i = 0; i < loading->n_pairs && left > 0 && length < COMPLAINT_MAX; i++) {
        const Pair *pair = &loading->pairs[i];
        char source[160], target[160];
        if (fits(pair))
            continue;
        length +=
            fprintf(out,
                    "\n\tsize mismatch for %s: copying a param with shape torch.Size(%s) from checkpoint, "
                    "the shape in current model is torch.Size(%s).",
                    pair->name, tensor_shape_string(pair->source, source, sizeof source),
                    tensor_shape_string(pair->target, target, sizeof target));
        left--;
    }
    if (left > 0)
        fprintf(out, "\n\tand %lld more", (long long)left);
}

static bool check(const Loading *loading, const Module *module, const IncompatibleKeys *keys, bool strict)
{
    if (count_misfits(loading) == 0 && !(strict && keys->n_missing + keys->n_unexpected > 0))
        return true;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out != NULL && strict) {
        write_keys(out, "Missing", keys->missing_keys, keys->n_missing);
        write_keys(out, "Unexpected", keys->unexpected_keys, keys->n_unexpected);
    }
    if (out != NULL) {
        write_misfits(out, loading);
        fclose(out);
    }
    error_raise(ERROR_KEY, "load_state_dict", "Error(s) in loading state_dict for %s:%s", module->type->name,
                text != NULL ? text : "");
    free(text);
    return false;
}

/* -- copying -- */

static bool copy_all(const Loading *loading)
{
    bool copied = true;
    autograd_no_grad
    {
        for (int64_t i = 0; i < loading->n_pairs && copied; i++) {
            const Pair *pair = &loading->pairs[i];
            Scope scope = scope_open();
            Tensor *source = pair->source;
            if (!tensor_same_shape(source, pair->target))
                source = (tensor_reshape)(source, tensor_dims(pair->target));
            copied = tensor_copy_(pair->target, source) != NULL;
            scope_close(scope);
        }
    }
    return copied;
}

IncompatibleKeys nn_load_state_dict_args(Module *module, const StateDict *dict, const LoadStateDictArgs *args)
{
    IncompatibleKeys keys = {0};
    if (module == NULL || dict == NULL)
        return keys;
    Loading loading = {.dict = dict};
    bool done = module_visit(module, look_up_module, &loading);
    keys.missing_keys = done ? scope_alloc((size_t)loading.n_missing * sizeof(char *) + 1) : NULL;
    if (keys.missing_keys != NULL) {
        memcpy(keys.missing_keys, loading.missing, (size_t)loading.n_missing * sizeof(char *));
        keys.n_missing = loading.n_missing;
    }
    keys.loaded = keys.missing_keys != NULL && find_unexpected(&loading, &keys) &&
                  check(&loading, module, &keys, args->strict) && copy_all(&loading);
    name_index_free(&loading.paths);
    free(loading.pairs);
    free(loading.missing);
    return keys;
}
