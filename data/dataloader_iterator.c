/* One pass over a DataLoader.
 *
 * The order of all samples is drawn first. Batch b is worker (b mod W)'s; a worker prepares its batches in
 * order and may be prefetch_factor batches ahead, so a ring of W * prefetch_factor places holds what is ready
 * and not yet asked for, and batch b has place b modulo their number. What a batch holds depends on the order
 * of one worker's own draws alone, so it is the same however the threads are scheduled. */
#include <pthread.h>
#include <stdlib.h>

#include "core/error.h"
#include "data/dataloader.h"
#include "data/loader_struct.h"

/* A batch that is ready: a reference of each tensor, or the error that came instead. */
typedef struct Place {
    bool ready, failed;
    Tensor *inputs, *labels;
    Error *error;
} Place;

typedef struct Worker {
    struct DataIterator *iterator;
    int64_t id;
    Generator *generator;
    pthread_t thread;
} Worker;

typedef struct DataIterator {
    DataLoader *loader;
    int64_t *indices, samples, batches;
    int64_t next;  /* the batch asked for next */
    Sample sample; /* room for the pass without workers */

    Worker *workers;
    int64_t started; /* workers whose threads run */
    Place *places;
    int64_t n_places;
    pthread_mutex_t mutex; /* of everything below, `next` and the places, while workers run */
    pthread_cond_t ready;  /* a place was filled */
    pthread_cond_t room;   /* a place was emptied, or `stop` was set */
    bool stop;
} DataIterator;

static const int64_t *batch_indices(const DataIterator *it, int64_t batch, int64_t *n)
{
    int64_t size = it->loader->batch_sampler->batch_size, first = batch * size;
    *n = it->samples - first < size ? it->samples - first : size;
    return it->indices + first;
}

/* -- workers -- */

/* Waits until batch b may be prepared; false if the pass was stopped. */
static bool wait_for_room(DataIterator *it, int64_t b)
{
    pthread_mutex_lock(&it->mutex);
    while (!it->stop && b >= it->next + it->n_places)
        pthread_cond_wait(&it->room, &it->mutex);
    bool go_on = !it->stop;
    pthread_mutex_unlock(&it->mutex);
    return go_on;
}

static Place prepare(DataIterator *it, int64_t b, Sample *sample)
{
    Place place = {.ready = true};
    int64_t n;
    const int64_t *indices = batch_indices(it, b, &n);
    Scope scope = scope_open();
    if (data_collate(it->loader->dataset, indices, n, sample, &place.inputs, &place.labels)) {
        tensor_keep(place.inputs);
        tensor_keep(place.labels);
    } else {
        place = (Place){.ready = true, .failed = true, .error = error_take()};
    }
    scope_close(scope);
    return place;
}

static void *worker_run(void *argument)
{
    Worker *worker = argument;
    DataIterator *it = worker->iterator;
    Sample sample = {0};
    generator_set_thread_default(worker->generator);
    error_capture(true);
    for (int64_t b = worker->id; b < it->batches && wait_for_room(it, b); b += it->loader->num_workers) {
        Place place = prepare(it, b, &sample);
        pthread_mutex_lock(&it->mutex);
        it->places[b % it->n_places] = place;
        pthread_cond_signal(&it->ready);
        pthread_mutex_unlock(&it->mutex);
        if (place.failed)
            break;
    }
    data_sample_free(&sample);
    generator_set_thread_default(NULL);
    return NULL;
}

static bool start_workers(DataIterator *it, uint64_t base_seed)
{
    int64_t n = it->loader->num_workers;
    if (__builtin_mul_overflow(n, it->loader->prefetch_factor, &it->n_places))
        return error_raise(ERROR_MEMORY, "DataLoader", "out of memory") != NULL;
    it->workers = calloc((size_t)n, sizeof *it->workers);
    it->places = calloc((size_t)it->n_places, sizeof *it->places);
    if (it->workers == NULL || it->places == NULL)
        return error_raise(ERROR_MEMORY, "DataLoader", "out of memory") != NULL;
    for (int64_t w = 0; w < n; w++) {
        Worker *worker = &it->workers[w];
        worker->iterator = it;
        worker->id = w;
        worker->generator = generator_new(base_seed + (uint64_t)w);
        if (worker->generator == NULL)
            return false;
    }
    for (; it->started < n; it->started++)
        if (pthread_create(&it->workers[it->started].thread, NULL, worker_run, &it->workers[it->started]) !=
            0)
            return error_raise(ERROR_MEMORY, "DataLoader", "could not start a worker thread") != NULL;
    return true;
}

static void stop_workers(DataIterator *it)
{
    pthread_mutex_lock(&it->mutex);
    it->stop = true;
    pthread_cond_broadcast(&it->room);
    pthread_mutex_unlock(&it->mutex);
    for (int64_t w = 0; w < it->started; w++)
        pthread_join(it->workers[w].thread, NULL);
    for (int64_t w = 0; it->workers != NULL && w < it->loader->num_workers; w++)
        object_release(it->workers[w].generator);
    for (int64_t p = 0; it->places != NULL && p < it->n_places; p++) {
        tensor_release(it->places[p].inputs);
        tensor_release(it->places[p].labels);
        free(it->places[p].error);
    }
    free(it->workers);
    free(it->places);
}

/* -- the pass -- */

static void iterator_free(DataIterator *it)
{
    stop_workers(it);
    data_sample_free(&it->sample);
    free(it->indices);
    pthread_cond_destroy(&it->ready);
    pthread_cond_destroy(&it->room);
    pthread_mutex_destroy(&it->mutex);
    object_release(it->loader);
    free(it);
}

/* Draws in PyTorch's order: the base seed, then what the sampler draws. */
static bool iterator_init(DataIterator *it)
{
    DataLoader *loader = it->loader;
    int64_t base_seed;
    if (!random_any(loader->generator, DTYPE_INT64, &base_seed, 1))
        return false;
    it->samples = data_sampler_length(loader->batch_sampler->sampler);
    it->batches = data_batch_sampler_length(loader->batch_sampler);
    it->indices = malloc(((size_t)it->samples + 1) * sizeof *it->indices);
    if (it->indices == NULL)
        return error_raise(ERROR_MEMORY, "DataLoader", "out of memory for %lld indices",
                           (long long)it->samples) != NULL;
    if (!data_sampler_indices(loader->batch_sampler->sampler, it->indices))
        return false;
    return loader->num_workers == 0 || start_workers(it, (uint64_t)base_seed);
}

DataBatch data_begin(DataLoader *loader)
{
    DataBatch batch = {.index = -1, .scope = scope_open()};
    if (loader == NULL && error_last() == NULL)
        error_raise(ERROR_VALUE, "DataLoader", "the loader is NULL");
    if (loader == NULL)
        return batch;
    DataIterator *it = calloc(1, sizeof *it);
    if (it == NULL) {
        error_raise(ERROR_MEMORY, "DataLoader", "out of memory");
        return batch;
    }
    it->loader = object_retain(loader);
    pthread_mutex_init(&it->mutex, NULL);
    pthread_cond_init(&it->ready, NULL);
    pthread_cond_init(&it->room, NULL);
    if (iterator_init(it))
        batch.iterator = it;
    else
        iterator_free(it);
    return batch;
}

/* Takes the next batch out of its place. */
static Place take(DataIterator *it)
{
    pthread_mutex_lock(&it->mutex);
    Place *place = &it->places[it->next % it->n_places];
    while (!place->ready)
        pthread_cond_wait(&it->ready, &it->mutex);
    Place taken = *place;
    *place = (Place){.ready = false};
    it->next++;
    pthread_cond_broadcast(&it->room);
    pthread_mutex_unlock(&it->mutex);
    return taken;
}

static bool next_from_workers(DataIterator *it, DataBatch *batch)
{
    Place place = take(it);
    if (!place.failed) {
        bool labelled = place.labels != NULL;
        batch->inputs = scope_own(place.inputs);
        batch->labels = scope_own(place.labels);
        return batch->inputs != NULL && (batch->labels != NULL || !labelled);
    }
    if (place.error != NULL)
        error_give(place.error);
    else
        error_raise(ERROR_VALUE, "DataLoader", "the dataset gave no sample and no error");
    return false;
}

static bool next_here(DataIterator *it, DataBatch *batch)
{
    int64_t n;
    const int64_t *indices = batch_indices(it, it->next++, &n);
    return data_collate(it->loader->dataset, indices, n, &it->sample, &batch->inputs, &batch->labels);
}

bool data_next(DataBatch *batch)
{
    DataIterator *it = batch->iterator;
    scope_close(batch->scope);
    batch->inputs = batch->labels = NULL;
    if (it == NULL || it->next >= it->batches)
        return false;
    batch->index++;
    if (it->loader->num_workers == 0 ? next_here(it, batch) : next_from_workers(it, batch))
        return true;
    data_end(batch); /* the pass is over after an error */
    return false;
}

void data_end(DataBatch *batch)
{
    scope_close(batch->scope);
    batch->inputs = batch->labels = NULL;
    if (batch->iterator != NULL)
        iterator_free(batch->iterator);
    batch->iterator = NULL;
}
