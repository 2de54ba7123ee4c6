/* The inside of DataLoader, shared by dataloader.c and dataloader_iterator.c. Not installed. */
#ifndef TAPER_DATA_LOADER_STRUCT_H
#define TAPER_DATA_LOADER_STRUCT_H

#include "data/dataloader.h"

struct DataLoader {
    Object base;
    Dataset *dataset;
    BatchSampler *batch_sampler;
    int64_t num_workers, prefetch_factor;
    Generator *generator;
};

/* Gets the samples of `indices`, `n` of them, and stacks them into two tensors that belong to the innermost
 * scope (*labels may become NULL). `sample` is room that is used again. False after an error. */
bool data_collate(Dataset *dataset, const int64_t *indices, int64_t n, Sample *sample, Tensor **inputs,
                  Tensor **labels);

#endif
