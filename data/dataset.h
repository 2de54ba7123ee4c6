/* Datasets: what has a length and gives samples by index.
 *
 * A dataset of one's own is a struct that begins with `Dataset base`, a DatasetType that says how to count
 * and to get, and a function that makes one:
 *
 *     typedef struct Squares {
 *         Dataset base;
 *         int64_t n;
 *     } Squares;
 *
 *     static int64_t squares_length(Dataset *self) { return ((Squares *)self)->n; }
 *     static bool squares_get(Dataset *self, int64_t index, Sample *sample)
 *     {
 *         (void)self;
 *         float *x = data_item_new(&sample->input, DTYPE_FLOAT32, DIMS(1));
 *         if (x == NULL)
 *             return false;
 *         x[0] = (float)index;
 *         return data_set_label(sample, index * index);
 *     }
 *     static const DatasetType squares = {"Squares", squares_length, squares_get, NULL};
 *
 *     Squares *s = data_dataset_new(Squares, &squares);
 *     s->n = 100;
 *
 * `get` is called by several threads at once; what it draws from generator_default() is its worker's, and the
 * same however fast the workers are.
 *
 * Lifetime: datasets, transforms, samplers and loaders belong, like tensors, to the innermost scope of the
 * thread that makes them, and each keeps what it is made of. object_retain keeps one longer. */
#ifndef TAPER_DATA_DATASET_H
#define TAPER_DATA_DATASET_H

#include "core/keywords.h"
#include "core/object.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

/* An array in host memory with room that is used again for the next sample: one half of a Sample. An image is
 * an item of three dimensions, channels, height and width: uint8 as it is loaded, float32 after ToTensor. */
enum { DATA_MAX_DIMS = 8 };
typedef struct Item {
    DType dtype; /* DTYPE_NONE: there is none */
    int64_t ndim;
    int64_t shape[DATA_MAX_DIMS];
    void *data;
    void *room[2]; /* where data lives, and lived before */
    size_t capacity[2];
    int current;
} Item;

typedef struct Sample {
    Item input; /* the image */
    Item label; /* its class: a 0-d int64 item; other datasets may give what they like */
} Sample;

/* Turns the item into a new array, uninitialised, and returns its memory; what the item held before stays
 * readable at its old address until the next call. NULL after ERROR_MEMORY, or ERROR_SHAPE for more than
 * DATA_MAX_DIMS dimensions. data_item_numel: the number of its elements. */
TAPER_API void *data_item_new(Item *item, DType dtype, Dims shape);
TAPER_API int64_t data_item_numel(const Item *item);

/* Makes the sample's label the 0-d int64 `label`. False after ERROR_MEMORY. */
TAPER_API bool data_set_label(Sample *sample, int64_t label);

/* A Sample starts zeroed, `Sample sample = {0}`, and may be filled many times; this frees its memory. */
TAPER_API void data_sample_free(Sample *sample);

typedef struct Dataset Dataset;

typedef struct DatasetType {
    const char *name;
    int64_t (*length)(Dataset *self);
    /* Fills in sample->input, and sample->label where there is one; false after raising an error. */
    bool (*get)(Dataset *self, int64_t index, Sample *sample);
    void (*destroy)(Dataset *self); /* frees what the fields hold, not the struct; may be NULL */
} DatasetType;

struct Dataset {
    Object base;
    const DatasetType *type;
};

/* Zeroed memory for a struct that begins with a Dataset. NULL after ERROR_MEMORY, and ERROR_VALUE for a type
 * without length or get. */
TAPER_API Dataset *data_dataset_alloc(size_t size, const DatasetType *type);
#define data_dataset_new(Type, type) ((Type *)(void *)data_dataset_alloc(sizeof(Type), type))

/* len(dataset), 0 for NULL, and dataset[index]; negative indices count from the end; beyond is ERROR_INDEX.
 */
TAPER_API int64_t data_length(Dataset *dataset);
TAPER_API bool data_get(Dataset *dataset, int64_t index, Sample *sample);

/* torch.utils.data.Subset(dataset, indices): sample i is dataset[indices[i]]; the indices are copied. */
TAPER_API Dataset *data_Subset(Dataset *dataset, Dims indices);

/* torch.utils.data.TensorDataset(inputs, labels): sample i is row i of both; labels may be NULL for none.
 * ERROR_SHAPE, "Size mismatch between tensors", unless both have as many rows. */
TAPER_API Dataset *data_TensorDataset(Tensor *inputs, Tensor *labels);

TAPER_END_DECLS

#endif
