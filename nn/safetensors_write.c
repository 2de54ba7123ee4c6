#include "nn/safetensors.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/scope.h"
#include "core/tensor_struct.h"
#include "nn/safetensors_format.h"

static const char operation[] = "save_safetensors";

/* -- the header -- */

typedef struct Item {
    const char *name;
    const Tensor *tensor;
    int type; /* its position among the types */
} Item;

static int type_of(DType dtype)
{
    int type = 0;
    while (safetensors_types[type].dtype != dtype)
        type++;
    return type;
}

static int compare_items(const void *a, const void *b)
{
    const Item *x = a, *y = b;
    return x->type != y->type ? x->type - y->type : strcmp(x->name, y->name);
}

/* The dict's tensors in the order of the file, in the scope's memory. */
static Item *sorted_items(const StateDict *dict)
{
    int64_t n = state_dict_length(dict);
    Item *items = scope_alloc((size_t)n * sizeof *items + 1);
    for (int64_t i = 0; i < n && items != NULL; i++) {
        const Tensor *tensor = state_dict_tensor(dict, i);
        items[i] = (Item){state_dict_name(dict, i), tensor, type_of(tensor->dtype)};
    }
    if (items != NULL)
        qsort(items, (size_t)n, sizeof *items, compare_items);
    return items;
}

static size_t bytes_of(const Tensor *x)
{
    return (size_t)x->numel * dtype_size(x->dtype);
}

static json_t *shape_json(const Tensor *x)
{
    json_t *shape = json_array();
    for (int d = 0; d < x->ndim && shape != NULL; d++)
        if (json_array_append_new(shape, json_integer(x->shape[d])) != 0) {
            json_decref(shape);
            shape = NULL;
        }
    return shape;
}

/* header[name] = value; takes over the reference. */
static bool set(json_t *header, const char *name, json_t *value)
{
    return json_object_set_new(header, name, value) == 0 ||
           error_raise(ERROR_VALUE, operation,
                       "'%s' does not fit into the header: it is not UTF-8, or memory is short",
                       name) != NULL;
}

static bool add_metadata(json_t *header, const StateDict *dict)
{
    int64_t n = state_dict_metadata_length(dict);
    if (n == 0)
        return true;
    json_t *metadata = json_object();
    if (!set(header, SAFETENSORS_METADATA, metadata))
        return false;
    for (int64_t i = 0; i < n; i++) {
        const char *key = state_dict_metadata_key(dict, i);
        if (!set(metadata, key, json_string(state_dict_metadata(dict, key))))
            return false;
    }
    return true;
}

static bool add_items(json_t *header, const Item *items, int64_t n)
{
    size_t offset = 0;
    for (int64_t i = 0; i < n; i++) {
        size_t end = offset + bytes_of(items[i].tensor);
        if (strcmp(items[i].name, SAFETENSORS_METADATA) == 0)
            return error_raise(ERROR_VALUE, operation, "a tensor cannot be called '%s'", items[i].name) !=
                   NULL;
        const char *dtype = safetensors_types[items[i].type].name;
        json_t *entry =
            json_pack("{s:s, s:o, s:[I, I]}", "dtype", dtype, "shape", shape_json(items[i].tensor),
                      "data_offsets", (json_int_t)offset, (json_int_t)end);
        if (!set(header, items[i].name, entry))
            return false;
        offset = end;
    }
    return true;
}

/* The header's JSON, for free(). NULL after an error. */
static char *header_text(const StateDict *dict, const Item *items)
{
    json_t *header = json_object();
    bool made =
        header != NULL && add_metadata(header, dict) && add_items(header, items, state_dict_length(dict));
    bool failed = header != NULL && !made;
    char *text = made ? json_dumps(header, JSON_COMPACT) : NULL;
    json_decref(header);
    if (text == NULL && !failed)
        error_raise(ERROR_MEMORY, operation, "out of memory for the header");
    return text;
}

/* The length and the JSON, padded: what the file starts with. For free(). */
static char *make_header(const StateDict *dict, const Item *items, size_t *size)
{
    char *text = header_text(dict, items), *bytes = NULL;
    size_t length = text != NULL ? strlen(text) : 0, padded = (length + 7) / 8 * 8;
    uint64_t number = padded;
    if (padded > SAFETENSORS_HEADER_MAX)
        error_raise(ERROR_VALUE, operation, "a header of %zu bytes is more than files may have", padded);
    else if (text != NULL && (bytes = malloc(8 + padded)) == NULL)
        error_raise(ERROR_MEMORY, operation, "out of memory for the header");
    if (bytes != NULL) {
        memcpy(bytes, &number, 8);
        memcpy(bytes + 8, text, length);
        memset(bytes + 8 + length, ' ', padded - length);
        *size = 8 + padded;
    }
    free(text);
    return bytes;
}

/* -- the file -- */

/* Where the bytes go: a file that is renamed to `target` in the end, or (temporary NULL) a device as it is.
 */
typedef struct Output {
    const char *path; /* as it was given */
    char *target, *temporary;
    int file;
} Output;

static bool open_temporary(Output *output, mode_t permissions, bool replace)
{
    static int serial;
    size_t room = strlen(output->target) + 48;
    output->temporary = malloc(room);
    if (output->temporary == NULL)
        return error_raise(ERROR_MEMORY, operation, "out of memory for the path %s", output->path) != NULL;
    do {
        snprintf(output->temporary, room, "%s.tmp-%ld-%d", output->target, (long)getpid(),
                 __atomic_add_fetch(&serial, 1, __ATOMIC_RELAXED));
        output->file = open(output->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    } while (output->file < 0 && errno == EEXIST);
    if (output->file < 0) {
        error_raise_errno(ERROR_IO, operation, "cannot make a file in the folder of %s", output->path);
        free(output->temporary);
        output->temporary = NULL;
        return false;
    }
    if (replace)
        (void)!fchmod(output->file, permissions); /* as far as the system lets us */
    return true;
}

static bool open_output(Output *output)
{
    struct stat status;
    bool there = stat(output->path, &status) == 0;
    if (there && !S_ISREG(status.st_mode)) {
        output->file = open(output->path, O_WRONLY | O_CLOEXEC);
        return output->file >= 0 ||
               error_raise_errno(ERROR_IO, operation, "cannot write to %s", output->path) != NULL;
    }
    /* a link stays, and what it points to is replaced */
    output->target = there ? realpath(output->path, NULL) : strdup(output->path);
    if (output->target == NULL)
        return error_raise_errno(ERROR_IO, operation, "cannot write to %s", output->path) != NULL;
    return open_temporary(output, there ? status.st_mode & 07777 : 0, there);
}

static bool write_bytes(const Output *output, const void *data, size_t size)
{
    const char *bytes = data;
    while (size > 0) {
        ssize_t written = write(output->file, bytes, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return error_raise_errno(ERROR_IO, operation, "cannot write to %s", output->path) != NULL;
        bytes += written;
        size -= (size_t)written;
    }
    return true;
}

/* From its own memory where that is the file's order, else from a copy. */
static bool write_tensor(const Output *output, const Tensor *x)
{
    size_t bytes = bytes_of(x);
    if (device_equal(tensor_device(x), cpu_device()) && tensor_is_contiguous(x))
        return write_bytes(output, tensor_data_ptr((Tensor *)x), bytes);
    void *copy = malloc(bytes + 1);
    if (copy == NULL)
        return error_raise(ERROR_MEMORY, operation, "out of memory for %zu bytes", bytes) != NULL;
    bool written = tensor_copy_to_host(x, x->dtype, copy) && write_bytes(output, copy, bytes);
    free(copy);
    return written;
}

/* The folder, so that the new name is on the disk as well. Not every file system can. */
static void sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL ? strdup(".") : strndup(path, slash > path ? (size_t)(slash - path) : 1);
    int file = folder != NULL ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    free(folder);
    if (file >= 0) {
        (void)!fsync(file);
        close(file);
    }
}

/* Ends what open_output began; a file that is not complete goes. */
static bool close_output(Output *output, bool complete)
{
    if (complete && output->temporary != NULL && fsync(output->file) != 0)
        complete = error_raise_errno(ERROR_IO, operation, "cannot write to %s", output->path) != NULL;
    if (output->file >= 0 && close(output->file) != 0 && complete)
        complete = error_raise_errno(ERROR_IO, operation, "cannot write to %s", output->path) != NULL;
    if (complete && output->temporary != NULL && rename(output->temporary, output->target) != 0)
        complete = error_raise_errno(ERROR_IO, operation, "cannot replace %s", output->path) != NULL;
    if (!complete && output->temporary != NULL)
        unlink(output->temporary);
    if (complete && output->temporary != NULL)
        sync_folder(output->target);
    free(output->temporary);
    free(output->target);
    return complete;
}

bool nn_save_safetensors(const StateDict *dict, const char *path)
{
    if (dict == NULL || !error_check_given(operation, "path", path != NULL))
        return false;
    Scope scope = scope_open();
    size_t size = 0;
    Item *items = sorted_items(dict);
    char *header = items != NULL ? make_header(dict, items, &size) : NULL;
    Output output = {.path = path, .file = -1};
    bool complete = header != NULL && open_output(&output) && write_bytes(&output, header, size);
    for (int64_t i = 0; i < state_dict_length(dict) && complete; i++)
        complete = write_tensor(&output, items[i].tensor);
    complete = close_output(&output, complete);
    free(header);
    scope_close(scope);
    return complete;
}
