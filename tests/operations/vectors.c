#include "operations/vectors.h"

#include <glob.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A safetensors file: the length of the header (64 bits, little-endian), the header in JSON, the data. */
typedef struct File {
    char *bytes;
    const char *data;
    size_t data_size;
    json_t *header;
} File;

struct Vectors {
    size_t count;
    File files[];
};

static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    char *bytes = NULL;
    if (file == NULL)
        return NULL;
    if (fseek(file, 0, SEEK_END) == 0) {
        long length = ftell(file);
        rewind(file);
        bytes = length >= 8 ? malloc((size_t)length) : NULL;
        if (bytes != NULL && fread(bytes, 1, (size_t)length, file) != (size_t)length) {
            free(bytes);
            bytes = NULL;
        }
        *size = (size_t)length;
    }
    fclose(file);
    return bytes;
}

static bool open_file(const char *path, File *file)
{
    size_t size = 0;
    uint64_t length = 0;
    file->bytes = read_file(path, &size);
    if (file->bytes == NULL)
        return false;
    memcpy(&length, file->bytes, 8);
    if (length > size - 8)
        return false;
    file->data = file->bytes + 8 + length;
    file->data_size = size - 8 - length;
    file->header = json_loadb(file->bytes + 8, length, 0, NULL);
    return file->header != NULL;
}

Vectors *vectors_open(const char *folder)
{
    char pattern[512];
    glob_t paths;
    snprintf(pattern, sizeof pattern, "%s/*.safetensors", folder);
    if (glob(pattern, 0, NULL, &paths) != 0)
        return NULL;
    Vectors *vectors = calloc(1, sizeof *vectors + paths.gl_pathc * sizeof(File));
    bool opened = vectors != NULL;
    for (size_t i = 0; i < paths.gl_pathc && opened; i++)
        opened = open_file(paths.gl_pathv[i], &vectors->files[vectors->count++]);
    globfree(&paths);
    if (opened)
        return vectors;
    vectors_close(vectors);
    return NULL;
}

void vectors_close(Vectors *vectors)
{
    for (size_t i = 0; vectors != NULL && i < vectors->count; i++) {
        json_decref(vectors->files[i].header);
        free(vectors->files[i].bytes);
    }
    free(vectors);
}

static DType parse_dtype(const char *name)
{
    static const struct {
        const char *name;
        DType dtype;
    } names[] = {{"F64", DTYPE_FLOAT64}, {"F32", DTYPE_FLOAT32}, {"I64", DTYPE_INT64},
                 {"I32", DTYPE_INT32},   {"U8", DTYPE_UINT8},    {"BOOL", DTYPE_BOOL}};
    for (size_t i = 0; name != NULL && i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i].name) == 0)
            return names[i].dtype;
    return DTYPE_NONE;
}

static bool find_in(const File *file, const char *name, Vector *vector)
{
    const json_t *entry = json_object_get(file->header, name), *shape = json_object_get(entry, "shape");
    if (entry == NULL || json_array_size(shape) > SAMPLE_MAX_DIMS)
        return false;
    vector->dtype = parse_dtype(json_string_value(json_object_get(entry, "dtype")));
    vector->ndim = (int)json_array_size(shape);
    size_t bytes = dtype_size(vector->dtype);
    for (int d = 0; d < vector->ndim; d++) {
        vector->shape[d] = json_integer_value(json_array_get(shape, (size_t)d));
        bytes *= (size_t)vector->shape[d];
    }
    size_t begin = (size_t)json_integer_value(json_array_get(json_object_get(entry, "data_offsets"), 0));
    vector->data = file->data + begin;
    return vector->dtype != DTYPE_NONE && begin <= file->data_size && bytes <= file->data_size - begin;
}

bool vectors_find(const Vectors *vectors, const char *name, Vector *vector)
{
    bool found = false;
    for (size_t i = 0; i < vectors->count && !found; i++)
        found = find_in(&vectors->files[i], name, vector);
    return found;
}

const char *vectors_metadata(const Vectors *vectors, const char *name)
{
    const json_t *text = NULL;
    for (size_t i = 0; i < vectors->count && text == NULL; i++)
        text = json_object_get(json_object_get(vectors->files[i].header, "__metadata__"), name);
    return json_string_value(text);
}

static double element(const Vector *vector, int64_t i)
{
    char bytes[8]; /* the file keeps no alignment */
    size_t size = dtype_size(vector->dtype);
    memcpy(bytes, (const char *)vector->data + (size_t)i * size, size);
    double value;
    int64_t integer;
    memcpy(&value, bytes, 8);
    memcpy(&integer, bytes, 8);
    return vector->dtype == DTYPE_FLOAT64 ? value
           : vector->dtype == DTYPE_INT64 ? (double)integer
                                          : scalar_to_double(scalar_read(vector->dtype, bytes));
}

bool vector_matches(const Vector *vector, const Tensor *x, double rtol, double atol, char *reason,
                    size_t size)
{
    Dims shape = {vector->ndim, vector->shape};
    bool same = tensor_dim(x) == shape.n;
    for (int d = 0; same && d < vector->ndim; d++)
        same = tensor_size(x, d) == vector->shape[d];
    if (!same) {
        char given[128], expected[128];
        snprintf(reason, size, "shape %s, PyTorch's is %s", tensor_shape_string(x, given, sizeof given),
                 dims_string(shape, expected, sizeof expected));
        return false;
    }
    int64_t n = tensor_numel(x), wrong = -1;
    double *values = malloc(((size_t)n + 1) * sizeof *values);
    bool copied = values != NULL && (n == 0 || tensor_copy_to_host(x, DTYPE_FLOAT64, values));
    if (!copied)
        snprintf(reason, size, "elements that cannot be copied to the host");
    for (int64_t i = 0; copied && i < n && wrong < 0; i++) {
        double expected = element(vector, i);
        bool equal = values[i] == expected || (isnan(values[i]) && isnan(expected));
        if (!equal && !(fabs(values[i] - expected) <= atol + rtol * fabs(expected))) {
            wrong = i;
            snprintf(reason, size, "element %lld is %.12g, PyTorch's is %.12g", (long long)i, values[i],
                     expected);
        }
    }
    free(values);
    return copied && wrong < 0;
}
