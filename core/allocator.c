/* Sizes are rounded up to classes an eighth of a power of two apart, so that at most an eighth is wasted and
 * a released block fits the next request of about its size. Each class of each device keeps its free blocks
 * in an array (not in the blocks themselves: those may be on a GPU). */
#include "core/allocator.h"

#include <pthread.h>
#include <stdlib.h>

#include "core/backend.h"
#include "core/error.h"

enum { SMALLEST_SHIFT = 9, STEPS = 8, CLASS_COUNT = (48 - SMALLEST_SHIFT) * STEPS, MAX_DEVICES = 16 };

typedef struct FreeBlocks {
    void **blocks;
    size_t count, capacity;
} FreeBlocks;

typedef struct Cache {
    pthread_mutex_t mutex;
    FreeBlocks classes[CLASS_COUNT];
    AllocatorStats stats;
} Cache;

static Cache *caches[DEVICE_TYPE_COUNT][MAX_DEVICES];
static pthread_mutex_t caches_mutex = PTHREAD_MUTEX_INITIALIZER;

static Cache *cache_of(Device device)
{
    Cache **slot = &caches[device.type][device.index % MAX_DEVICES];
    Cache *cache = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
    if (cache != NULL)
        return cache;
    pthread_mutex_lock(&caches_mutex);
    if (*slot == NULL && (cache = calloc(1, sizeof *cache)) != NULL) {
        pthread_mutex_init(&cache->mutex, NULL);
        __atomic_store_n(slot, cache, __ATOMIC_RELEASE);
    }
    cache = *slot;
    pthread_mutex_unlock(&caches_mutex);
    return cache;
}

/* The class that holds `bytes`, and the size of its blocks; -1 for sizes no machine has. */
static int size_class(size_t bytes, size_t *rounded)
{
    if (bytes <= (size_t)1 << SMALLEST_SHIFT) {
        *rounded = (size_t)1 << SMALLEST_SHIFT;
        return 0;
    }
    if (bytes >> 47)
        return -1;
    int shift = 63 - __builtin_clzll((unsigned long long)(bytes - 1)); /* 2^shift < bytes <= 2^(shift + 1) */
    size_t step = ((size_t)1 << shift) / STEPS;
    size_t steps = (bytes - ((size_t)1 << shift) + step - 1) / step; /* 1 .. STEPS */
    *rounded = ((size_t)1 << shift) + steps * step;
    return (shift - SMALLEST_SHIFT) * STEPS + (int)steps;
}

static void count_allocation(AllocatorStats *stats, int64_t bytes, bool from_system)
{
    stats->allocated += bytes;
    stats->allocations++;
    if (from_system) {
        stats->reserved += bytes;
        stats->system_allocations++;
    }
    if (stats->allocated > stats->peak_allocated)
        stats->peak_allocated = stats->allocated;
    if (stats->reserved > stats->peak_reserved)
        stats->peak_reserved = stats->reserved;
}

void *allocator_allocate(Device device, size_t bytes, const char *operation)
{
    const Backend *backend = device_backend(device, operation);
    Cache *cache = backend != NULL ? cache_of(device) : NULL;
    size_t rounded = bytes;
    int class = size_class(bytes, &rounded);
    void *data = NULL;
    if (backend == NULL)
        return NULL;
    if (cache != NULL && class >= 0) {
        pthread_mutex_lock(&cache->mutex);
        FreeBlocks *free_blocks = &cache->classes[class];
        if (free_blocks->count > 0) {
            data = free_blocks->blocks[--free_blocks->count];
            count_allocation(&cache->stats, (int64_t)rounded, false);
        }
        pthread_mutex_unlock(&cache->mutex);
        if (data != NULL)
            return data;
        data = backend->allocate(device.index, rounded);
        if (data == NULL) { /* what is cached in other sizes may be enough */
            allocator_empty_cache(device);
            data = backend->allocate(device.index, rounded);
        }
    }
    if (data == NULL) {
        char name[32];
        return error_raise(ERROR_MEMORY, operation, "out of memory: tried to allocate %zu bytes on %s", bytes,
                           device_name(device, name, sizeof name));
    }
    pthread_mutex_lock(&cache->mutex);
    count_allocation(&cache->stats, (int64_t)rounded, true);
    pthread_mutex_unlock(&cache->mutex);
    return data;
}

static bool keep_block(FreeBlocks *free_blocks, void *data)
{
    if (free_blocks->count == free_blocks->capacity) {
        size_t capacity = free_blocks->capacity ? 2 * free_blocks->capacity : 8;
        void **blocks = realloc(free_blocks->blocks, capacity * sizeof *blocks);
        if (blocks == NULL)
            return false;
        free_blocks->blocks = blocks;
        free_blocks->capacity = capacity;
    }
    free_blocks->blocks[free_blocks->count++] = data;
    return true;
}

void allocator_release(Device device, void *data, size_t bytes)
{
    if (data == NULL)
        return;
    Cache *cache = cache_of(device);
    size_t rounded = bytes;
    int class = size_class(bytes, &rounded);
    pthread_mutex_lock(&cache->mutex);
    cache->stats.allocated -= (int64_t)rounded;
    bool kept = keep_block(&cache->classes[class], data);
    if (!kept)
        cache->stats.reserved -= (int64_t)rounded;
    pthread_mutex_unlock(&cache->mutex);
    if (!kept)
        device_backend(device, "release")->deallocate(device.index, data, rounded);
}

void allocator_empty_cache(Device device)
{
    const Backend *backend = device_backend(device, "empty_cache");
    Cache *cache = backend != NULL ? cache_of(device) : NULL;
    if (cache == NULL)
        return;
    pthread_mutex_lock(&cache->mutex);
    for (int class = 0; class < CLASS_COUNT; class ++) {
        FreeBlocks *free_blocks = &cache->classes[class];
        size_t shift = (size_t)(class - 1) / STEPS + SMALLEST_SHIFT, steps = (size_t)(class - 1) % STEPS + 1;
        size_t rounded = class == 0 ? (size_t)1 << SMALLEST_SHIFT
                                    : ((size_t)1 << shift) + steps * (((size_t)1 << shift) / STEPS);
        for (size_t i = 0; i < free_blocks->count; i++) {
            backend->deallocate(device.index, free_blocks->blocks[i], rounded);
            cache->stats.reserved -= (int64_t)rounded;
        }
        free(free_blocks->blocks);
        *free_blocks = (FreeBlocks){0};
    }
    pthread_mutex_unlock(&cache->mutex);
}

AllocatorStats allocator_stats(Device device)
{
    Cache *cache = cache_of(device);
    if (cache == NULL)
        return (AllocatorStats){0};
    pthread_mutex_lock(&cache->mutex);
    AllocatorStats stats = cache->stats;
    pthread_mutex_unlock(&cache->mutex);
    return stats;
}

void allocator_reset_peak_stats(Device device)
{
    Cache *cache = cache_of(device);
    if (cache == NULL)
        return;
    pthread_mutex_lock(&cache->mutex);
    cache->stats.peak_allocated = cache->stats.allocated;
    cache->stats.peak_reserved = cache->stats.reserved;
    pthread_mutex_unlock(&cache->mutex);
}

/* Runs after the scopes of the main thread have closed (core/scope.c has the earlier priority), so that leak
 * checkers see only what is truly lost. */
__attribute__((destructor(101))) static void free_caches(void)
{
    for (int type = 0; type < DEVICE_TYPE_COUNT; type++)
        for (int index = 0; index < MAX_DEVICES; index++)
            if (caches[type][index] != NULL && type == DEVICE_CPU)
                allocator_empty_cache((Device){type, index});
}
