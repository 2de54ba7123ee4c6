/* Object: the one reference count that tensors, storages, tape nodes and modules share.
 *
 * An object starts with an Object; its count starts at one, held by whoever made it. object_retain adds a
 * reference, object_release drops one and, at zero, calls destroy. The count is atomic: references may be
 * taken and dropped on any thread. Both accept NULL and do nothing.
 *
 * Destruction never recurses: an object released while another is being destroyed on the same thread waits in
 * a list until that one is gone, so a chain of a million tape nodes needs no deep stack. */
#ifndef TAPER_CORE_OBJECT_H
#define TAPER_CORE_OBJECT_H

#include <stdint.h>

#include "core/export.h"

TAPER_BEGIN_DECLS

typedef struct Object Object;

struct Object {
    int64_t refcount;                /* touched with atomic operations only */
    void (*destroy)(Object *object); /* releases what the object holds, then its memory */
    Object *next_doomed;             /* list of objects whose destruction waits (object.c) */
};

/* Starts the count of a freshly allocated object at one. */
TAPER_API void object_init(Object *object, void (*destroy)(Object *object));

/* Adds a reference and returns `object`. */
TAPER_API void *object_retain(void *object);

/* Drops a reference; the last one destroys the object. */
TAPER_API void object_release(void *object);

/* The number of references, for tests and diagnostics. */
TAPER_API int64_t object_refcount(const void *object);

/* How many objects are alive in the process: what leak tests look at. */
TAPER_API int64_t object_live_count(void);

TAPER_END_DECLS

#endif
