#include "nn/safetensors.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/scope.h"
#include "core/tensor_struct.h"
#include "nn/safetensors_format.h"

static const char operation[] = "load_safetensors";

/* A file that is being read. */
typedef struct Input {
    const char *path;
    int file;
    uint64_t header_size, data_size;
} Input;

/* A tensor, as the header describes it. */
typedef struct Entry {
    const char *name;
    const json_t *info;
    DType stored;
    int ndim;
    int64_t shape[TENSOR_MAX_DIMS];
    uint64_t begin, end;
} Entry;

/* Every complaint about the content. Always false. */
static bool malformed(const Input *input, const char *format, ...) TAPER_PRINTF(2, 3);
static bool malformed(const Input *input, const char *format, ...)
{
    char message[512];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return error_raise(ERROR_FORMAT, operation, "%s is not a valid safetensors file: %s", input->path,
                       message) != NULL;
}

static bool read_bytes(const Input *input, void *data, size_t size, uint64_t offset)
{
    char *bytes = data;
    while (size > 0) {
        ssize_t n = pread(input->file, bytes, size, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_raise_errno(ERROR_IO, operation, "cannot read %s", input->path) != NULL;
        if (n == 0)
            return error_raise(ERROR_IO, operation, "%s became shorter while it was read", input->path) !=
                   NULL;
        bytes += n;
        size -= (size_t)n;
        offset += (uint64_t)n;
    }
    return true;
}

/* -- the header -- */

static bool open_input(Input *input)
{
    struct stat status;
    /* not blocking, so that a pipe without a writer is an error and not a wait */
    input->file = open(input->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (input->file < 0 || fstat(input->file, &status) != 0)
        return error_raise_errno(ERROR_IO, operation, "cannot open %s", input->path) != NULL;
    if (!S_ISREG(status.st_mode))
        return error_raise(ERROR_IO, operation, "%s is not a file", input->path) != NULL;
    if (status.st_size < 8)
        return malformed(input, "it has %lld bytes, less than the length of a header",
                         (long long)status.st_size);
    if (!read_bytes(input, &input->header_size, 8, 0))
        return false;
    uint64_t rest = (uint64_t)status.st_size - 8;
    if (input->header_size > SAFETENSORS_HEADER_MAX)
        return malformed(input, "a header of %llu bytes is more than the %d that there may be",
                         (unsigned long long)input->header_size, SAFETENSORS_HEADER_MAX);
    if (input->header_size > rest)
        return malformed(input, "the header should have %llu bytes, and %llu are left of the file",
                         (unsigned long long)input->header_size, (unsigned long long)rest);
    input->data_size = rest - input->header_size;
    return true;
}

/* NULL after an error. */
static json_t *read_header(const Input *input)
{
    char *text = malloc(input->header_size + 1);
    if (text == NULL)
        return error_raise(ERROR_MEMORY, operation, "out of memory for a header of %llu bytes",
                           (unsigned long long)input->header_size);
    json_t *header = NULL;
    json_error_t error;
    if (read_bytes(input, text, input->header_size, 8)) {
        header = json_loadb(text, input->header_size, JSON_REJECT_DUPLICATES, &error);
        if (header == NULL)
            malformed(input, "its header is not valid JSON: %s (at byte %d)", error.text, error.position);
        else if (!json_is_object(header))
            malformed(input, "its header is not a JSON object");
    }
    free(text);
    if (json_is_object(header))
        return header;
    json_decref(header);
    return NULL;
}

static bool parse_dtype(const Input *input, Entry *entry)
{
    const json_t *name = json_object_get(entry->info, "dtype");
    if (!json_is_string(name))
        return malformed(input, "'%s' has no dtype", entry->name);
    for (int i = 0; i < SAFETENSORS_N_TYPES; i++)
        if (strcmp(json_string_value(name), safetensors_types[i].name) == 0) {
            entry->stored = safetensors_types[i].dtype;
            return entry->stored != DTYPE_NONE ||
                   error_raise(ERROR_DTYPE, operation,
                               "'%s' of %s has dtype %s, which Taper has no tensors of", entry->name,
                               input->path, safetensors_types[i].name) != NULL;
        }
    return malformed(input, "'%s' has the unknown dtype '%s'", entry->name, json_string_value(name));
}

/* Sizes whose product, and that of the strides, fits; *bytes is what the tensor should have. */
static bool parse_shape(const Input *input, Entry *entry, uint64_t *bytes)
{
    const json_t *shape = json_object_get(entry->info, "shape");
    if (!json_is_array(shape))
        return malformed(input, "'%s' has no shape", entry->name);
    if (json_array_size(shape) > TENSOR_MAX_DIMS)
        return malformed(input, "'%s' has %zu dimensions, more than %d", entry->name, json_array_size(shape),
                         TENSOR_MAX_DIMS);
    entry->ndim = (int)json_array_size(shape);
    int64_t product = (int64_t)dtype_size(DTYPE_FLOAT64); /* the largest that there is */
    bool empty = false;
    for (int d = 0; d < entry->ndim; d++) {
        const json_t *size = json_array_get(shape, (size_t)d);
        int64_t n = json_is_integer(size) ? json_integer_value(size) : -1;
        if (n < 0)
            return malformed(input, "size %d of '%s' is not a number from 0 on", d, entry->name);
        if (__builtin_mul_overflow(product, n > 0 ? n : 1, &product))
            return malformed(input, "the shape of '%s' is too large", entry->name);
        empty |= n == 0;
        entry->shape[d] = n;
    }
    *bytes = empty ? 0 : (uint64_t)product / dtype_size(DTYPE_FLOAT64) * dtype_size(entry->stored);
    return true;
}

static bool parse_offsets(const Input *input, Entry *entry, uint64_t bytes)
{
    const json_t *offsets = json_object_get(entry->info, "data_offsets");
    const json_t *begin = json_array_get(offsets, 0), *end = json_array_get(offsets, 1);
    if (json_array_size(offsets) != 2 || !json_is_integer(begin) || !json_is_integer(end) ||
        json_integer_value(begin) < 0 || json_integer_value(end) < json_integer_value(begin))
        return malformed(input, "'%s' has no data_offsets [begin, end]", entry->name);
    entry->begin = (uint64_t)json_integer_value(begin);
    entry->end = (uint64_t)json_integer_value(end);
    if (entry->end > input->data_size)
        return malformed(input, "'%s' ends at byte %llu of the data, of which there are %llu", entry->name,
                         (unsigned long long)entry->end, (unsigned long long)input->data_size);
    return entry->end - entry->begin == bytes ||
           malformed(input, "'%s' has %llu bytes, its shape and dtype need %llu", entry->name,
                     (unsigned long long)(entry->end - entry->begin), (unsigned long long)bytes);
}

static bool parse_entry(const Input *input, Entry *entry)
{
    uint64_t bytes = 0;
    if (!json_is_object(entry->info))
        return malformed(input, "'%s' is not a JSON object", entry->name);
    return parse_dtype(input, entry) && parse_shape(input, entry, &bytes) &&
           parse_offsets(input, entry, bytes);
}

static bool parse_metadata(const Input *input, const json_t *metadata, StateDict *dict)
{
    const char *key;
    json_t *text;
    if (!json_is_object(metadata))
        return malformed(input, "its metadata is not a JSON object");
    json_object_foreach((json_t *)metadata, key, text)
    {
        if (!json_is_string(text))
            return malformed(input, "the metadata '%s' is not a string", key);
        if (!state_dict_set_metadata(dict, key, json_string_value(text)))
            return false;
    }
    return true;
}

/* -- the tensors -- */

static int compare_entries(const void *a, const void *b)
{
    const Entry *x = a, *y = b;
    return x->begin != y->begin ? (x->begin > y->begin) - (x->begin < y->begin)
           : x->end != y->end   ? (x->end > y->end) - (x->end < y->end)
                                : strcmp(x->name, y->name);
}

/* Every byte belongs to one tensor. */
static bool check_layout(const Input *input, const Entry *entries, int64_t n)
{
    uint64_t end = 0;
    for (int64_t i = 0; i < n; i++) {
        if (entries[i].begin != end)
            return malformed(input,
                             "'%s' begins at byte %llu of the data, where the tensor before it ends at %llu",
                             entries[i].name, (unsigned long long)entries[i].begin, (unsigned long long)end);
        end = entries[i].end;
    }
    return end == input->data_size ||
           malformed(input, "the tensors have %llu bytes, and there are %llu", (unsigned long long)end,
                     (unsigned long long)input->data_size);
}

static float float_of_half(uint16_t half)
{
    uint32_t sign = (uint32_t)(half & 0x8000) << 16, exponent = half >> 10 & 31, fraction = half & 0x3ff,
             bits;
    float value;
    if (exponent == 0) { /* zero and what is too small for a full fraction */
        value = (float)fraction * 0x1p-24f;
        return sign != 0 ? -value : value;
    }
    bits = sign | (exponent == 31 ? 255 : exponent + 112) << 23 | fraction << 13;
    memcpy(&value, &bits, 4);
    return value;
}

static float float_of_bfloat16(uint16_t half)
{
    uint32_t bits = (uint32_t)half << 16;
    float value;
    memcpy(&value, &bits, 4);
    return value;
}

static bool read_halves(const Input *input, const Entry *entry, Tensor *x)
{
    size_t bytes = entry->end - entry->begin;
    uint16_t *halves = malloc(bytes + 1);
    if (halves == NULL)
        return error_raise(ERROR_MEMORY, operation, "out of memory for %zu bytes", bytes) != NULL;
    bool read = read_bytes(input, halves, bytes, 8 + input->header_size + entry->begin);
    float *values = tensor_address(x);
    for (int64_t i = 0; i < x->numel && read; i++)
        values[i] = entry->stored == DTYPE_FLOAT16 ? float_of_half(halves[i]) : float_of_bfloat16(halves[i]);
    free(halves);
    return read;
}

static bool read_tensor(const Input *input, const Entry *entry, StateDict *dict)
{
    bool half = entry->stored == DTYPE_FLOAT16 || entry->stored == DTYPE_BFLOAT16;
    Scope scope = scope_open();
    Tensor *x = tensor_new((Dims){entry->ndim, entry->shape}, half ? DTYPE_FLOAT32 : entry->stored,
                           cpu_device(), operation);
    bool read = x != NULL;
    if (read && half)
        read = read_halves(input, entry, x);
    else if (read)
        read = read_bytes(input, tensor_address(x), entry->end - entry->begin,
                          8 + input->header_size + entry->begin);
    if (read && entry->stored == DTYPE_BOOL) {
        uint8_t *values = tensor_address(x); /* whatever they were, they are 0 or 1 from here on */
        for (int64_t i = 0; i < x->numel; i++)
            values[i] = values[i] != 0;
    }
    read = read && state_dict_set(dict, entry->name, x);
    scope_close(scope);
    return read;
}

static bool read_entries(const Input *input, const json_t *header, StateDict *dict)
{
    Entry *entries = scope_alloc(json_object_size(header) * sizeof *entries + 1);
    int64_t n = 0;
    const char *name;
    json_t *info;
    if (entries == NULL)
        return false;
    json_object_foreach((json_t *)header, name, info)
    {
        bool metadata = strcmp(name, SAFETENSORS_METADATA) == 0;
        if (metadata && !parse_metadata(input, info, dict))
            return false;
        if (metadata)
            continue;
        entries[n] = (Entry){.name = name, .info = info};
        if (!parse_entry(input, &entries[n++]))
            return false;
    }
    qsort(entries, (size_t)n, sizeof *entries, compare_entries);
    bool read = check_layout(input, entries, n);
    for (int64_t i = 0; i < n && read; i++)
        read = read_tensor(input, &entries[i], dict);
    return read;
}

StateDict *nn_load_safetensors(const char *path)
{
    Input input = {.path = path, .file = -1};
    if (!error_check_given(operation, "path", path != NULL))
        return NULL;
    StateDict *dict = state_dict_new();
    Scope scope = scope_open();
    json_t *header = dict != NULL && open_input(&input) ? read_header(&input) : NULL;
    bool read = header != NULL && read_entries(&input, header, dict);
    json_decref(header);
    if (input.file >= 0)
        close(input.file);
    scope_close(scope);
    return read ? dict : NULL;
}
