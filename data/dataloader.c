#include "data/dataloader.h"

#include <stdlib.h>

#include "core/error.h"
#include "data/loader_struct.h"

static void loader_destroy(Object *object)
{
    DataLoader *loader = (DataLoader *)object;
    object_release(loader->dataset);
    object_release(loader->batch_sampler);
    object_release(loader->generator);
    free(loader);
}

static bool check_args(const DataLoaderArgs *args)
{
    const char *message = NULL;
    if (args->num_workers < 0)
        message = "num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.";
    else if (args->prefetch_factor <= 0)
        message = "prefetch_factor option should be positive";
    else if (args->sampler != NULL && args->shuffle)
        message = "sampler option is mutually exclusive with shuffle";
    else if (args->batch_sampler != NULL &&
             (args->batch_size != 1 || args->shuffle || args->sampler != NULL || args->drop_last))
        message =
            "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last";
    return message == NULL || error_raise(ERROR_VALUE, "DataLoader", "%s", message) != NULL;
}

static BatchSampler *make_batch_sampler(const DataLoaderArgs *args)
{
    if (args->batch_sampler != NULL)
        return args->batch_sampler;
    Sampler *sampler = args->sampler;
    if (sampler == NULL && args->shuffle)
        sampler = data_RandomSampler(args->dataset, .generator = args->generator);
    else if (sampler == NULL)
        sampler = data_SequentialSampler(args->dataset);
    return data_BatchSampler(sampler, args->batch_size, args->drop_last);
}

DataLoader *data_dataloader(const DataLoaderArgs *args)
{
    if (args->dataset == NULL || !check_args(args))
        return NULL;
    Scope scope = scope_open();
    BatchSampler *batch_sampler = object_retain(make_batch_sampler(args));
    scope_close(scope);
    if (batch_sampler == NULL)
        return NULL;
    DataLoader *loader = calloc(1, sizeof *loader);
    if (loader == NULL) {
        object_release(batch_sampler);
        return error_raise(ERROR_MEMORY, "DataLoader", "out of memory");
    }
    object_init(&loader->base, loader_destroy);
    loader->dataset = object_retain(args->dataset);
    loader->batch_sampler = batch_sampler;
    loader->num_workers = args->num_workers;
    loader->prefetch_factor = args->prefetch_factor;
    loader->generator = object_retain(args->generator);
    return scope_own(loader);
}

int64_t data_loader_length(DataLoader *loader)
{
    return loader != NULL ? data_batch_sampler_length(loader->batch_sampler) : 0;
}

Dataset *data_loader_dataset(DataLoader *loader)
{
    return loader != NULL ? loader->dataset : NULL;
}
