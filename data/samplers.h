/* Samplers: in which order a DataLoader goes through a dataset (torch.utils.data).
 *
 * A sampler of one's own is a struct that begins with `Sampler base`, made by data_sampler_new(), with a
 * function that writes an epoch's indices. */
#ifndef TAPER_DATA_SAMPLERS_H
#define TAPER_DATA_SAMPLERS_H

#include "core/random.h"
#include "data/dataset.h"

TAPER_BEGIN_DECLS

typedef struct Sampler Sampler;

struct Sampler {
    Object base;
    const char *name;
    int64_t (*length)(Sampler *self);                 /* how many indices an epoch has */
    bool (*indices)(Sampler *self, int64_t *indices); /* writes them; false after raising an error */
    void (*destroy)(Sampler *self);                   /* frees what the fields hold; may be NULL */
};

/* Zeroed memory for a struct that begins with a Sampler. NULL after ERROR_MEMORY, and ERROR_VALUE without a
 * function. */
TAPER_API Sampler *data_sampler_alloc(size_t size, const char *name, int64_t (*length)(Sampler *),
                                      bool (*indices)(Sampler *, int64_t *));
#define data_sampler_new(Type, name, length, indices)                                                        \
    ((Type *)(void *)data_sampler_alloc(sizeof(Type), name, length, indices))

/* len(sampler) and list(sampler): the latter writes data_sampler_length() numbers. */
TAPER_API int64_t data_sampler_length(Sampler *sampler);
TAPER_API bool data_sampler_indices(Sampler *sampler, int64_t *indices);

/* SequentialSampler(dataset): 0, 1, 2, ... */
TAPER_API Sampler *data_SequentialSampler(Dataset *dataset);

/* RandomSampler(dataset, replacement=False, num_samples=None, generator=None). Without a generator of its own
 * it draws the seed of a new one from generator_default(). num_samples 0 means the dataset's length;
 * ERROR_VALUE for a negative one and for an empty dataset. */
typedef struct RandomSamplerArgs {
    char _;
    Dataset *dataset;
    bool replacement;
    int64_t num_samples;
    Generator *generator;
} RandomSamplerArgs;
TAPER_API Sampler *data_random_sampler(const RandomSamplerArgs *args);

/* SubsetRandomSampler(indices, generator=None): the given indices in random order; they are copied. */
typedef struct SubsetRandomSamplerArgs {
    char _;
    Dims indices;
    Generator *generator;
} SubsetRandomSamplerArgs;
TAPER_API Sampler *data_subset_random_sampler(const SubsetRandomSamplerArgs *args);

/* BatchSampler(sampler, batch_size, drop_last): what a DataLoader makes of its sampler, as an object to give
 * it instead. ERROR_VALUE unless batch_size is positive. */
typedef struct BatchSampler {
    Object base;
    Sampler *sampler;
    int64_t batch_size;
    bool drop_last;
} BatchSampler;
TAPER_API BatchSampler *data_BatchSampler(Sampler *sampler, int64_t batch_size, bool drop_last);

/* len(batch_sampler): the number of batches. */
TAPER_API int64_t data_batch_sampler_length(BatchSampler *sampler);

#ifndef __cplusplus
#define data_RandomSampler(...) KEYWORDS(data_random_sampler(&(RandomSamplerArgs){._ = 0, __VA_ARGS__}))
#define data_SubsetRandomSampler(...)                                                                        \
    KEYWORDS(data_subset_random_sampler(&(SubsetRandomSamplerArgs){._ = 0, __VA_ARGS__}))
#endif

TAPER_END_DECLS

#endif
