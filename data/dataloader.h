/* DataLoader: batches of a dataset, prepared by threads ahead of time (torch.utils.data.DataLoader).
 *
 *     DataLoader *loader = data_DataLoader(trainset, .batch_size = 32, .shuffle = true, .num_workers = 2);
 *     data_for_each(batch, loader) {
 *         Tensor *y = nn_forward(model, batch.inputs);
 *         ...
 *     }
 *
 * After the same tensor_manual_seed the batches are PyTorch's, byte for byte, and they are the same however
 * fast the workers are: each pass draws a base seed from the generator; RandomSampler draws the seed of its
 * own; worker w draws from a generator seeded with base + w, and is given every num_workers-th batch. Without
 * workers the calling thread prepares each batch itself and draws from its default generator. */
#ifndef TAPER_DATA_DATALOADER_H
#define TAPER_DATA_DATALOADER_H

#include "core/scope.h"
#include "data/samplers.h"

TAPER_BEGIN_DECLS

typedef struct DataLoader DataLoader;

typedef struct DataLoaderArgs {
    char _;
    Dataset *dataset;
    int64_t batch_size;          /* 1 */
    bool shuffle;                /* false */
    Sampler *sampler;            /* instead of shuffle */
    BatchSampler *batch_sampler; /* instead of batch_size, shuffle, sampler and drop_last */
    int64_t num_workers;         /* 0: no threads */
    bool drop_last;              /* leave out a last batch that is not full */
    Generator *generator;        /* NULL: generator_default() */
    int64_t prefetch_factor;     /* 2: batches each worker may be ahead */
} DataLoaderArgs;

/* The loader keeps its dataset, samplers and generator. NULL after ERROR_VALUE for arguments that exclude
 * each other or make no sense. Samples of different sizes are ERROR_SHAPE in a pass, of different dtypes
 * ERROR_DTYPE. PyTorch's collate_fn, pin_memory, timeout, worker_init_fn and persistent_workers are not
 * there: what comes after num_workers is given by name. */
TAPER_API DataLoader *data_dataloader(const DataLoaderArgs *args);

/* len(loader): the number of batches of a pass. */
TAPER_API int64_t data_loader_length(DataLoader *loader);

/* loader.dataset */
TAPER_API Dataset *data_loader_dataset(DataLoader *loader);

/* A batch: the samples' inputs and labels, each stacked along a new first dimension. The tensors belong to
 * the scope that the loop opens for each batch: tensor_keep what shall outlive it. */
typedef struct DataBatch {
    Tensor *inputs; /* float32 [N, C, H, W] for images after ToTensor */
    Tensor *labels; /* int64 [N] for classes; NULL if the dataset has no labels */
    int64_t index;  /* 0, 1, 2, ... within the pass */
    struct DataIterator *iterator;
    Scope scope;
} DataBatch;

/* What data_for_each is made of. data_begin starts a pass; data_next closes the previous batch's scope, opens
 * one and fills it with the next batch, or returns false: at the end, or after an error of the dataset, which
 * it raises on the calling thread; data_end stops the workers and frees everything, also in the middle. */
TAPER_API DataBatch data_begin(DataLoader *loader);
TAPER_API bool data_next(DataBatch *batch);
TAPER_API void data_end(DataBatch *batch);

/* A loop over all batches, which break, continue, return and goto may leave. A tensor returned from inside
 * needs tensor_keep, as its scope is closed on the way. */
#define data_for_each(batch, loader)                                                                         \
    for (DataBatch batch __attribute__((cleanup(data_end))) = data_begin(loader); data_next(&batch);)

#ifndef __cplusplus
#define data_DataLoader(...)                                                                                 \
    KEYWORDS(data_dataloader(&(DataLoaderArgs){.batch_size = 1, .prefetch_factor = 2, ._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
