/* Scopes own temporaries, so that calls can be chained without releasing anything by hand.
 *
 * Each thread has a stack of objects. Whatever an operation returns is pushed on it. scope_open() marks the
 * top; scope_close() releases everything above the mark. Forgetting to close, or leaving early by return or
 * break, only delays the release until an outer scope closes. With no scope open, the thread's root scope
 * owns the objects until the thread ends or scope_close_all() is called.
 *
 *     Scope scope = scope_open();
 *     Tensor *y = tensor_relu(tensor_matmul(x, w));
 *     return scope_return(scope, y);              // y moves outward, x @ w is released
 */
#ifndef TAPER_CORE_SCOPE_H
#define TAPER_CORE_SCOPE_H

#include "core/object.h"
#include "core/tensor.h"

TAPER_BEGIN_DECLS

typedef struct Scope {
    size_t mark;
} Scope;

/* Marks the top of the calling thread's stack; releases what has been pushed on it since. */
TAPER_API Scope scope_open(void);
TAPER_API void scope_close(Scope scope);

/* Closes the scope but hands `tensor` to the enclosing one; returns it. NULL is fine. */
TAPER_API Tensor *scope_return(Scope scope, Tensor *tensor);

/* The same for several tensors (a TensorList's items). */
TAPER_API void scope_return_all(Scope scope, Tensor **tensors, int64_t n);

/* Gives the caller's reference of an object to the innermost scope; returns the object. If the stack cannot
 * grow the object is released, ERROR_MEMORY raised and NULL returned. */
TAPER_API void *scope_own(void *object);

/* Memory of `bytes` bytes, zeroed, that the innermost scope frees. NULL after ERROR_MEMORY. */
TAPER_API void *scope_alloc(size_t bytes);

/* Releases all that the calling thread's scopes own, the root scope's objects too. */
TAPER_API void scope_close_all(void);

/* How many objects the calling thread's scopes own now. */
TAPER_API size_t scope_size(void);

/* scope_close, as tensor_scope calls it at the end of its block. */
TAPER_API void scope_close_cleanup(Scope *scope);

#ifndef __cplusplus
/* tensor_scope { ... }: a block with a scope of its own, closed however the block is left. The block is a
 * loop of one turn: `break` and `continue` in it leave the block, not a loop around it. */
#define tensor_scope TENSOR_SCOPE_(TAPER_LINE_NAME(tensor_scope_))
#define TENSOR_SCOPE_(name)                                                                                  \
    for (struct {                                                                                            \
             Scope scope;                                                                                    \
             int once;                                                                                       \
         } name __attribute__((cleanup(scope_close_cleanup_))) = {scope_open(), 1};                          \
         name.once; name.once = 0)
static inline void scope_close_cleanup_(void *scope)
{
    scope_close_cleanup((Scope *)scope);
}
#endif

TAPER_END_DECLS

#endif
