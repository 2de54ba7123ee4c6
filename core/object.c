#include "core/object.h"

#include <stddef.h>

static int64_t live_objects;

/* Objects of this thread whose count fell to zero while another one was being destroyed. */
static __thread Object *doomed;
static __thread int destroying;

void object_init(Object *object, void (*destroy)(Object *object))
{
    object->refcount = 1;
    object->destroy = destroy;
    object->next_doomed = NULL;
    __atomic_add_fetch(&live_objects, 1, __ATOMIC_RELAXED);
}

void *object_retain(void *object)
{
    if (object != NULL)
        __atomic_add_fetch(&((Object *)object)->refcount, 1, __ATOMIC_RELAXED);
    return object;
}

static void destroy_doomed(void)
{
    destroying = 1;
    while (doomed != NULL) {
        Object *object = doomed;
        doomed = object->next_doomed;
        __atomic_sub_fetch(&live_objects, 1, __ATOMIC_RELAXED);
        object->destroy(object);
    }
    destroying = 0;
}

void object_release(void *pointer)
{
    Object *object = pointer;
    if (object == NULL || __atomic_sub_fetch(&object->refcount, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    object->next_doomed = doomed;
    doomed = object;
    if (!destroying)
        destroy_doomed();
}

int64_t object_refcount(const void *object)
{
    return object ? __atomic_load_n(&((const Object *)object)->refcount, __ATOMIC_RELAXED) : 0;
}

int64_t object_live_count(void)
{
    return __atomic_load_n(&live_objects, __ATOMIC_RELAXED);
}
