#include "core/scope.h"

#include <pthread.h>
#include <stdlib.h>

#include "core/error.h"
#include "core/tensor_struct.h"

/* One thread's stack of owned objects. */
typedef struct ScopeStack {
    Object **objects;
    size_t size, capacity;
} ScopeStack;

static __thread ScopeStack stack;

static pthread_key_t stack_key;
static pthread_once_t stack_key_once = PTHREAD_ONCE_INIT;

static void release_above(size_t mark)
{
    while (stack.size > mark)
        object_release(stack.objects[--stack.size]);
}

void scope_close_all(void)
{
    release_above(0);
    free(stack.objects);
    stack = (ScopeStack){0};
}

static void close_thread(void *unused)
{
    (void)unused;
    scope_close_all();
}

/* Thread-specific destructors do not run for the thread that leaves main. */
__attribute__((destructor)) static void close_main_thread(void)
{
    scope_close_all();
}

static void make_stack_key(void)
{
    pthread_key_create(&stack_key, close_thread);
}

static bool grow(void)
{
    size_t capacity = stack.capacity ? 2 * stack.capacity : 64;
    Object **objects = realloc(stack.objects, capacity * sizeof *objects);
    if (objects == NULL)
        return false;
    if (stack.objects == NULL) {
        pthread_once(&stack_key_once, make_stack_key);
        pthread_setspecific(stack_key, &stack);
    }
    stack.objects = objects;
    stack.capacity = capacity;
    return true;
}

Scope scope_open(void)
{
    return (Scope){stack.size};
}

void scope_close(Scope scope)
{
    release_above(scope.mark);
}

void scope_close_cleanup(Scope *scope)
{
    scope_close(*scope);
}

void *scope_own(void *object)
{
    if (object == NULL)
        return NULL;
    if (stack.size == stack.capacity && !grow()) {
        object_release(object);
        return error_raise(ERROR_MEMORY, "scope", "out of memory for a scope of %zu objects", stack.size);
    }
    stack.objects[stack.size++] = object;
    return object;
}

Tensor *scope_return(Scope scope, Tensor *tensor)
{
    object_retain(tensor);
    scope_close(scope);
    return scope_own(tensor);
}

void scope_return_all(Scope scope, Tensor **tensors, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        object_retain(tensors[i]);
    scope_close(scope);
    for (int64_t i = 0; i < n; i++)
        tensors[i] = scope_own(tensors[i]);
}

typedef struct ScopeMemory {
    Object base;
    _Alignas(16) char bytes[];
} ScopeMemory;

static void scope_memory_destroy(Object *object)
{
    free(object);
}

void *scope_alloc(size_t bytes)
{
    ScopeMemory *memory = calloc(1, sizeof *memory + bytes);
    if (memory == NULL)
        return error_raise(ERROR_MEMORY, "scope", "out of memory for %zu bytes", bytes);
    object_init(&memory->base, scope_memory_destroy);
    return scope_own(memory) != NULL ? memory->bytes : NULL;
}

size_t scope_size(void)
{
    return stack.size;
}

Tensor *tensor_keep(Tensor *x)
{
    return object_retain(x);
}

void tensor_release(Tensor *x)
{
    object_release(x);
}
