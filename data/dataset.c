#include "data/dataset.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/scope.h"

/* -- items -- */

void *data_item_new(Item *item, DType dtype, Dims shape)
{
    if (shape.n > DATA_MAX_DIMS)
        return error_raise(ERROR_SHAPE, "data_item_new", "a sample has at most %d dimensions, not %lld",
                           (int)DATA_MAX_DIMS, (long long)shape.n);
    size_t bytes = dtype_size(dtype);
    for (int64_t d = 0; d < shape.n; d++)
        if (shape.data[d] < 0 || __builtin_mul_overflow(bytes, (size_t)shape.data[d], &bytes))
            return error_raise(ERROR_SHAPE, "data_item_new", "size %lld of dimension %lld is impossible",
                               (long long)shape.data[d], (long long)d);
    int room = !item->current;
    if (item->capacity[room] < bytes || item->room[room] == NULL) {
        void *memory = realloc(item->room[room], bytes ? bytes : 1);
        if (memory == NULL)
            return error_raise(ERROR_MEMORY, "data_item_new", "out of memory for %zu bytes", bytes);
        item->room[room] = memory;
        item->capacity[room] = bytes;
    }
    item->dtype = dtype;
    item->ndim = shape.n;
    for (int64_t d = 0; d < shape.n; d++)
        item->shape[d] = shape.data[d];
    item->current = room;
    return item->data = item->room[room];
}

int64_t data_item_numel(const Item *item)
{
    int64_t numel = 1;
    for (int64_t d = 0; d < item->ndim; d++)
        numel *= item->shape[d];
    return numel;
}

bool data_set_label(Sample *sample, int64_t label)
{
    int64_t *data = data_item_new(&sample->label, DTYPE_INT64, (Dims){0, NULL});
    if (data == NULL)
        return false;
    *data = label;
    return true;
}

void data_sample_free(Sample *sample)
{
    for (int room = 0; room < 2; room++) {
        free(sample->input.room[room]);
        free(sample->label.room[room]);
    }
    memset(sample, 0, sizeof *sample);
}

/* -- datasets -- */

static void dataset_destroy(Object *object)
{
    Dataset *dataset = (Dataset *)object;
    if (dataset->type->destroy != NULL)
        dataset->type->destroy(dataset);
    free(dataset);
}

Dataset *data_dataset_alloc(size_t size, const DatasetType *type)
{
    if (!error_check_given("Dataset", "type", type != NULL) ||
        !error_check_given(type->name, "length function", type->length != NULL) ||
        !error_check_given(type->name, "get function", type->get != NULL))
        return NULL;
    Dataset *dataset = calloc(1, size);
    if (dataset == NULL)
        return error_raise(ERROR_MEMORY, type->name, "out of memory");
    dataset->type = type;
    object_init(&dataset->base, dataset_destroy);
    return scope_own(dataset);
}

int64_t data_length(Dataset *dataset)
{
    return dataset != NULL ? dataset->type->length(dataset) : 0;
}

bool data_get(Dataset *dataset, int64_t index, Sample *sample)
{
    if (dataset == NULL || !error_check_given(dataset->type->name, "sample", sample != NULL))
        return false;
    int64_t length = data_length(dataset);
    if (index < -length || index >= length)
        return error_raise(ERROR_INDEX, dataset->type->name,
                           "index %lld is out of bounds for a dataset of %lld samples", (long long)index,
                           (long long)length) != NULL;
    return dataset->type->get(dataset, index < 0 ? index + length : index, sample);
}

/* -- Subset -- */

typedef struct Subset {
    Dataset base;
    Dataset *dataset;
    int64_t *indices, n;
} Subset;

static int64_t subset_length(Dataset *self)
{
    return ((Subset *)self)->n;
}

static bool subset_get(Dataset *self, int64_t index, Sample *sample)
{
    Subset *subset = (Subset *)self;
    return data_get(subset->dataset, subset->indices[index], sample);
}

static void subset_destroy(Dataset *self)
{
    Subset *subset = (Subset *)self;
    object_release(subset->dataset);
    free(subset->indices);
}

static const DatasetType subset_type = {"Subset", subset_length, subset_get, subset_destroy};

Dataset *data_Subset(Dataset *dataset, Dims indices)
{
    Subset *subset = dataset != NULL ? data_dataset_new(Subset, &subset_type) : NULL;
    if (subset == NULL)
        return NULL;
    size_t bytes = (size_t)indices.n * sizeof *indices.data;
    subset->indices = malloc(bytes ? bytes : 1);
    if (subset->indices == NULL)
        return error_raise(ERROR_MEMORY, "Subset", "out of memory for %lld indices", (long long)indices.n);
    if (bytes)
        memcpy(subset->indices, indices.data, bytes);
    subset->n = indices.n;
    subset->dataset = object_retain(dataset);
    return &subset->base;
}

/* -- TensorDataset -- */

/* The rows of one tensor, contiguous in host memory: the tensor's own where it lies so, else a copy. */
typedef struct Rows {
    DType dtype;
    int64_t ndim, shape[DATA_MAX_DIMS];
    size_t bytes; /* of one row */
    Tensor *tensor;
    const char *data;
    void *copy;
} Rows;

typedef struct TensorDataset {
    Dataset base;
    int64_t n;
    Rows inputs, labels;
} TensorDataset;

static int64_t tensor_dataset_length(Dataset *self)
{
    return ((TensorDataset *)self)->n;
}

static bool rows_get(const Rows *rows, int64_t index, Item *item)
{
    if (rows->data == NULL) {
        item->dtype = DTYPE_NONE;
        return true;
    }
    void *data = data_item_new(item, rows->dtype, (Dims){rows->ndim, rows->shape});
    if (data == NULL)
        return false;
    memcpy(data, rows->data + (size_t)index * rows->bytes, rows->bytes);
    return true;
}

static bool tensor_dataset_get(Dataset *self, int64_t index, Sample *sample)
{
    TensorDataset *dataset = (TensorDataset *)self;
    return rows_get(&dataset->inputs, index, &sample->input) &&
           rows_get(&dataset->labels, index, &sample->label);
}

static void tensor_dataset_destroy(Dataset *self)
{
    TensorDataset *dataset = (TensorDataset *)self;
    Rows *both[] = {&dataset->inputs, &dataset->labels};
    for (int i = 0; i < 2; i++) {
        tensor_release(both[i]->tensor);
        free(both[i]->copy);
    }
}

static const DatasetType tensor_dataset_type = {"TensorDataset", tensor_dataset_length, tensor_dataset_get,
                                                tensor_dataset_destroy};

static bool rows_init(Rows *rows, Tensor *x)
{
    rows->dtype = tensor_dtype(x);
    rows->ndim = tensor_dim(x) - 1;
    rows->bytes = dtype_size(rows->dtype);
    for (int64_t d = 0; d < rows->ndim; d++) {
        rows->shape[d] = tensor_size(x, d + 1);
        rows->bytes *= (size_t)rows->shape[d];
    }
    if (tensor_is_contiguous(x) && device_equal(tensor_device(x), cpu_device())) {
        rows->tensor = tensor_keep(x);
        rows->data = tensor_data_ptr(x);
        return rows->data != NULL || tensor_numel(x) == 0;
    }
    size_t bytes = (size_t)tensor_numel(x) * dtype_size(rows->dtype);
    rows->copy = malloc(bytes ? bytes : 1);
    if (rows->copy == NULL)
        return error_raise(ERROR_MEMORY, "TensorDataset", "out of memory for %zu bytes", bytes) != NULL;
    rows->data = rows->copy;
    return tensor_copy_to_host(x, rows->dtype, rows->copy);
}

Dataset *data_TensorDataset(Tensor *inputs, Tensor *labels)
{
    if (inputs == NULL)
        return NULL;
    if (tensor_dim(inputs) < 1 || tensor_dim(inputs) > DATA_MAX_DIMS + 1 ||
        (labels != NULL && (tensor_dim(labels) < 1 || tensor_dim(labels) > DATA_MAX_DIMS + 1 ||
                            tensor_size(labels, 0) != tensor_size(inputs, 0))))
        return error_raise(ERROR_SHAPE, "TensorDataset", "Size mismatch between tensors");
    TensorDataset *dataset = data_dataset_new(TensorDataset, &tensor_dataset_type);
    if (dataset == NULL)
        return NULL;
    dataset->n = tensor_size(inputs, 0);
    if (!rows_init(&dataset->inputs, inputs) || (labels != NULL && !rows_init(&dataset->labels, labels)))
        return NULL;
    return &dataset->base;
}
