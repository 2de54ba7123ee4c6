#include "data/samplers.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/scope.h"

static void sampler_destroy(Object *object)
{
    Sampler *sampler = (Sampler *)object;
    if (sampler->destroy != NULL)
        sampler->destroy(sampler);
    free(sampler);
}

Sampler *data_sampler_alloc(size_t size, const char *name, int64_t (*length)(Sampler *),
                            bool (*indices)(Sampler *, int64_t *))
{
    if (!error_check_given(name, "length function", length != NULL) ||
        !error_check_given(name, "indices function", indices != NULL))
        return NULL;
    Sampler *sampler = calloc(1, size);
    if (sampler == NULL)
        return error_raise(ERROR_MEMORY, name, "out of memory");
    sampler->name = name;
    sampler->length = length;
    sampler->indices = indices;
    object_init(&sampler->base, sampler_destroy);
    return scope_own(sampler);
}

int64_t data_sampler_length(Sampler *sampler)
{
    return sampler != NULL ? sampler->length(sampler) : 0;
}

bool data_sampler_indices(Sampler *sampler, int64_t *indices)
{
    return sampler != NULL && error_check_given(sampler->name, "array", indices != NULL) &&
           sampler->indices(sampler, indices);
}

/* -- SequentialSampler -- */

typedef struct SequentialSampler {
    Sampler base;
    Dataset *dataset;
} SequentialSampler;

static int64_t sequential_length(Sampler *self)
{
    return data_length(((SequentialSampler *)self)->dataset);
}

static bool sequential_indices(Sampler *self, int64_t *indices)
{
    int64_t n = sequential_length(self);
    for (int64_t i = 0; i < n; i++)
        indices[i] = i;
    return true;
}

static void sequential_destroy(Sampler *self)
{
    object_release(((SequentialSampler *)self)->dataset);
}

Sampler *data_SequentialSampler(Dataset *dataset)
{
    if (dataset == NULL)
        return NULL;
    SequentialSampler *sampler =
        data_sampler_new(SequentialSampler, "SequentialSampler", sequential_length, sequential_indices);
    if (sampler == NULL)
        return NULL;
    sampler->dataset = object_retain(dataset);
    sampler->base.destroy = sequential_destroy;
    return &sampler->base;
}

/* -- RandomSampler -- */

typedef struct RandomSampler {
    Sampler base;
    Dataset *dataset;
    bool replacement;
    int64_t num_samples; /* 0: the dataset's length */
    Generator *generator;
} RandomSampler;

static int64_t random_length(Sampler *self)
{
    RandomSampler *sampler = (RandomSampler *)self;
    return sampler->num_samples != 0 ? sampler->num_samples : data_length(sampler->dataset);
}

/* With replacement PyTorch draws 32 indices at a time, which gives the same numbers as drawing all at once.
 */
static bool draw_indices(RandomSampler *sampler, Generator *generator, int64_t *indices)
{
    int64_t n = data_length(sampler->dataset), total = random_length(&sampler->base);
    if (n == 0)
        return true;
    if (sampler->replacement)
        return random_from_to(generator, DTYPE_INT64, indices, total, 0, n);
    int64_t done = 0;
    for (; done + n <= total; done += n)
        if (!random_permutation(generator, DTYPE_INT64, indices + done, n))
            return false;
    /* PyTorch draws one more permutation and takes what is missing of it, be it nothing. */
    int64_t *last = malloc((size_t)n * sizeof *last);
    if (last == NULL)
        return error_raise(ERROR_MEMORY, "RandomSampler", "out of memory for %lld indices", (long long)n) !=
               NULL;
    bool drawn = random_permutation(generator, DTYPE_INT64, last, n);
    if (drawn && total > done)
        memcpy(indices + done, last, (size_t)(total - done) * sizeof *last);
    free(last);
    return drawn;
}

static bool random_indices(Sampler *self, int64_t *indices)
{
    RandomSampler *sampler = (RandomSampler *)self;
    if (sampler->generator != NULL)
        return draw_indices(sampler, sampler->generator, indices);
    int64_t seed;
    if (!random_any(NULL, DTYPE_INT64, &seed, 1))
        return false;
    Generator *generator = generator_new((uint64_t)seed);
    if (generator == NULL)
        return false;
    bool drawn = draw_indices(sampler, generator, indices);
    object_release(generator);
    return drawn;
}

static void random_destroy(Sampler *self)
{
    object_release(((RandomSampler *)self)->dataset);
    object_release(((RandomSampler *)self)->generator);
}

Sampler *data_random_sampler(const RandomSamplerArgs *args)
{
    if (args->dataset == NULL)
        return NULL;
    int64_t n = args->num_samples != 0 ? args->num_samples : data_length(args->dataset);
    if (n <= 0)
        return error_raise(ERROR_VALUE, "RandomSampler",
                           "num_samples should be a positive integer value, but got num_samples=%lld",
                           (long long)n);
    RandomSampler *sampler = data_sampler_new(RandomSampler, "RandomSampler", random_length, random_indices);
    if (sampler == NULL)
        return NULL;
    sampler->dataset = object_retain(args->dataset);
    sampler->generator = object_retain(args->generator);
    sampler->replacement = args->replacement;
    sampler->num_samples = args->num_samples;
    sampler->base.destroy = random_destroy;
    return &sampler->base;
}

/* -- SubsetRandomSampler -- */

typedef struct SubsetRandomSampler {
    Sampler base;
    int64_t *indices, n;
    Generator *generator;
} SubsetRandomSampler;

static int64_t subset_random_length(Sampler *self)
{
    return ((SubsetRandomSampler *)self)->n;
}

static bool subset_random_indices(Sampler *self, int64_t *indices)
{
    SubsetRandomSampler *sampler = (SubsetRandomSampler *)self;
    if (!random_permutation(sampler->generator, DTYPE_INT64, indices, sampler->n))
        return false;
    for (int64_t i = 0; i < sampler->n; i++)
        indices[i] = sampler->indices[indices[i]];
    return true;
}

static void subset_random_destroy(Sampler *self)
{
    free(((SubsetRandomSampler *)self)->indices);
    object_release(((SubsetRandomSampler *)self)->generator);
}

Sampler *data_subset_random_sampler(const SubsetRandomSamplerArgs *args)
{
    SubsetRandomSampler *sampler = data_sampler_new(SubsetRandomSampler, "SubsetRandomSampler",
                                                    subset_random_length, subset_random_indices);
    if (sampler == NULL)
        return NULL;
    sampler->base.destroy = subset_random_destroy;
    int64_t one;
    Dims indices = dims_or_nonzero(args->indices, &one);
    size_t bytes = (size_t)indices.n * sizeof(int64_t);
    sampler->indices = malloc(bytes ? bytes : 1);
    if (sampler->indices == NULL)
        return error_raise(ERROR_MEMORY, "SubsetRandomSampler", "out of memory for %lld indices",
                           (long long)indices.n);
    if (bytes)
        memcpy(sampler->indices, indices.data, bytes);
    sampler->n = indices.n;
    sampler->generator = object_retain(args->generator);
    return &sampler->base;
}

/* -- BatchSampler -- */

static void batch_sampler_destroy(Object *object)
{
    object_release(((BatchSampler *)object)->sampler);
    free(object);
}

BatchSampler *data_BatchSampler(Sampler *sampler, int64_t batch_size, bool drop_last)
{
    if (sampler == NULL)
        return NULL;
    if (batch_size <= 0)
        return error_raise(ERROR_VALUE, "BatchSampler",
                           "batch_size should be a positive integer value, but got batch_size=%lld",
                           (long long)batch_size);
    BatchSampler *batches = calloc(1, sizeof *batches);
    if (batches == NULL)
        return error_raise(ERROR_MEMORY, "BatchSampler", "out of memory");
    batches->sampler = object_retain(sampler);
    batches->batch_size = batch_size;
    batches->drop_last = drop_last;
    object_init(&batches->base, batch_sampler_destroy);
    return scope_own(batches);
}

int64_t data_batch_sampler_length(BatchSampler *sampler)
{
    if (sampler == NULL)
        return 0;
    int64_t n = data_sampler_length(sampler->sampler), size = sampler->batch_size;
    return sampler->drop_last ? n / size : n / size + (n % size != 0);
}
