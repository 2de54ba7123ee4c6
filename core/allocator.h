/* The caching allocator: memory released by tensors is kept in size classes and handed out again, because
 * fresh memory from the system is slow to touch. One cache per device, shared by all threads. */
#ifndef TAPER_CORE_ALLOCATOR_H
#define TAPER_CORE_ALLOCATOR_H

#include "core/device.h"

TAPER_BEGIN_DECLS

/* Bytes, as torch.cuda.memory_stats counts them. */
typedef struct AllocatorStats {
    int64_t allocated;      /* in use by tensors now */
    int64_t peak_allocated; /* the most that was in use since the last reset */
    int64_t reserved;       /* taken from the system: in use and cached */
    int64_t peak_reserved;
    int64_t allocations;        /* requests served so far */
    int64_t system_allocations; /* of them, those that had to ask the system */
} AllocatorStats;

/* The device's numbers now (torch.cuda.memory_stats), and torch.cuda.reset_peak_memory_stats: both peaks
 * become what is so now. */
TAPER_API AllocatorStats allocator_stats(Device device);
TAPER_API void allocator_reset_peak_stats(Device device);

/* Gives all cached memory back to the system (torch.cuda.empty_cache). */
TAPER_API void allocator_empty_cache(Device device);

/* For storages and kernels' workspaces: 64-byte aligned memory, or NULL after ERROR_MEMORY naming
 * `operation`. `bytes` of the release must be those of the request. */
TAPER_API void *allocator_allocate(Device device, size_t bytes, const char *operation);
TAPER_API void allocator_release(Device device, void *data, size_t bytes);

TAPER_END_DECLS

#endif
