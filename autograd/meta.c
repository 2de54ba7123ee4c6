/* A tensor's autograd slot: requires_grad, grad, grad_fn, hooks. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "autograd/node.h"
#include "core/error.h"
#include "core/scope.h"

/* Guards the slots' weak pointers to AccumulateGrad nodes. */
static pthread_mutex_t accumulator_mutex = PTHREAD_MUTEX_INITIALIZER;

static int64_t last_hook_handle;

void hooks_free(HookList *hooks)
{
    free(hooks->hooks);
    *hooks = (HookList){0};
}

static void meta_destroy(Object *object)
{
    AutogradMeta *meta = (AutogradMeta *)object;
    meta_set_grad_fn(meta, NULL);
    object_release(meta->grad);
    object_release(meta->view_base);
    hooks_free(&meta->hooks);
    free(meta);
}

AutogradMeta *meta_of(const Tensor *x)
{
    return x != NULL ? (AutogradMeta *)x->autograd : NULL;
}

AutogradMeta *meta_make(Tensor *x)
{
    if (x->autograd != NULL)
        return meta_of(x);
    AutogradMeta *meta = calloc(1, sizeof *meta);
    if (meta == NULL)
        return error_raise(ERROR_MEMORY, "autograd", "out of memory for a tensor's autograd slot");
    object_init(&meta->base, meta_destroy);
    x->autograd = &meta->base;
    return meta;
}

void meta_set_grad_fn(AutogradMeta *meta, TapeNode *node)
{
    if (meta->grad_fn != NULL && meta->grad_fn->retaining == meta)
        meta->grad_fn->retaining = NULL;
    object_release(meta->grad_fn);
    meta->grad_fn = node;
    if (node != NULL && meta->retains_grad)
        node->retaining = meta;
}

/* -- AccumulateGrad: the node at the end of every path, which adds to a leaf's grad -- */

static void accumulator_destroy(Object *object)
{
    TapeNode *node = (TapeNode *)object;
    pthread_mutex_lock(&accumulator_mutex);
    AutogradMeta *meta = meta_of(node->variable);
    if (meta->accumulator == node)
        meta->accumulator = NULL;
    pthread_mutex_unlock(&accumulator_mutex);
    object_release(node->variable);
    free(node);
}

/* A weak pointer becomes a reference only while the count has not reached zero. */
static bool retain_if_alive(TapeNode *node)
{
    int64_t count = __atomic_load_n(&node->base.refcount, __ATOMIC_RELAXED);
    while (count > 0)
        if (__atomic_compare_exchange_n(&node->base.refcount, &count, count + 1, false, __ATOMIC_ACQ_REL,
                                        __ATOMIC_RELAXED))
            return true;
    return false;
}

static TapeNode *accumulator_of(Tensor *leaf, AutogradMeta *meta)
{
    pthread_mutex_lock(&accumulator_mutex);
    TapeNode *node = meta->accumulator;
    if (node == NULL || !retain_if_alive(node)) {
        node = calloc(1, sizeof *node);
        if (node != NULL) {
            object_init(&node->base, accumulator_destroy);
            node->name = "AccumulateGrad";
            node->backward = accumulate_grad;
            node->variable = object_retain(leaf);
        }
        meta->accumulator = node;
    }
    pthread_mutex_unlock(&accumulator_mutex);
    return node != NULL ? node : error_raise(ERROR_MEMORY, "autograd", "out of memory for a tape node");
}

TapeNode *meta_gradient_edge(Tensor *x)
{
    AutogradMeta *meta = meta_of(x);
    if (meta == NULL)
        return NULL;
    TapeNode *node = tensor_grad_fn(x);
    if (node != NULL)
        return object_retain(node);
    return meta->requires_grad ? accumulator_of(x, meta) : NULL;
}

/* -- the public face -- */

bool tensor_requires_grad(const Tensor *x)
{
    const AutogradMeta *meta = meta_of(x);
    return meta != NULL && (meta->requires_grad || tensor_grad_fn((Tensor *)x) != NULL);
}

bool tensor_is_leaf(const Tensor *x)
{
    return meta_of(x) == NULL || tensor_grad_fn((Tensor *)x) == NULL;
}

Tensor *tensor_requires_grad_(Tensor *x, bool requires_grad)
{
    if (x == NULL)
        return NULL;
    if (!tensor_is_leaf(x)) {
        if (requires_grad)
            return x;
        return error_raise(
            ERROR_AUTOGRAD, "requires_grad_",
            "you can only change requires_grad flags of leaf variables. If you want to use a computed "
            "variable in a subgraph that doesn't require differentiation use var_no_grad = var.detach().");
    }
    if (requires_grad && !dtype_is_floating_point(x->dtype))
        return error_raise(ERROR_AUTOGRAD, "requires_grad_",
                           "only Tensors of floating point dtype can require gradients");
    if (requires_grad && tensor_is_inference(x) && !autograd_is_inference_mode())
        return error_raise(
            ERROR_AUTOGRAD, "requires_grad_",
            "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.");
    AutogradMeta *meta = requires_grad ? meta_make(x) : meta_of(x);
    if (requires_grad && meta == NULL)
        return NULL;
    if (meta != NULL)
        meta->requires_grad = requires_grad;
    return x;
}

Tensor *tensor_grad(const Tensor *x)
{
    const AutogradMeta *meta = meta_of(x);
    return meta != NULL ? meta->grad : NULL;
}

bool tensor_set_grad(Tensor *x, Tensor *grad)
{
    if (x == NULL)
        return false;
    if (grad != NULL) {
        char a[160], b[160];
        if (!tensor_same_shape(x, grad))
            return error_raise(ERROR_SHAPE, "grad",
                               "attempting to assign a gradient of size '%s' to a tensor of size '%s'. "
                               "Please ensure that the "
                               "gradient and the tensor are the same size",
                               tensor_shape_string(grad, a, sizeof a),
                               tensor_shape_string(x, b, sizeof b)) != NULL;
        if (x->dtype != grad->dtype)
            return error_raise(ERROR_DTYPE, "grad",
                               "attempting to assign a gradient with dtype '%s' to a tensor with dtype '%s'. "
                               "The gradient must "
                               "match the tensor's dtype",
                               dtype_scalar_name(grad->dtype), dtype_scalar_name(x->dtype)) != NULL;
        if (!device_equal(tensor_device(x), tensor_device(grad)))
            return error_raise(ERROR_DEVICE, "grad",
                               "assigned grad has data located on a different device") != NULL;
    }
    AutogradMeta *meta = grad != NULL ? meta_make(x) : meta_of(x);
    if (meta == NULL)
        return grad == NULL;
    object_retain(grad);
    object_release(meta->grad);
    meta->grad = grad;
    return true;
}

TapeNode *tensor_grad_fn(Tensor *x)
{
    AutogradMeta *meta = meta_of(x);
    if (meta == NULL)
        return NULL;
    if (meta->view_base != NULL)
        view_refresh_grad_fn(x);
    return meta->grad_fn;
}

bool tensor_retain_grad(Tensor *x)
{
    if (x == NULL)
        return false;
    if (!tensor_requires_grad(x))
        return error_raise(ERROR_AUTOGRAD, "retain_grad",
                           "can't retain_grad on Tensor that has requires_grad=False") != NULL;
    AutogradMeta *meta = meta_of(x);
    TapeNode *node = tensor_grad_fn(x);
    if (node == NULL) /* leaves keep theirs anyway */
        return true;
    meta->retains_grad = true;
    node->retaining = meta;
    return true;
}

Tensor *tensor_detach(Tensor *x)
{
    return x != NULL ? tensor_new_view(x, tensor_dims(x), x->strides, x->offset) : NULL;
}

Tensor *tensor_detach_(Tensor *x)
{
    AutogradMeta *meta = meta_of(x);
    if (meta == NULL)
        return x;
    if (meta->view_base != NULL)
        return error_raise(
            ERROR_AUTOGRAD, "detach_",
            "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel "
            "(DDP) for training, and gradient_as_bucket_view is set as True, gradients are views of DDP "
            "buckets, and hence detach_() cannot be called on these gradients.");
    meta_set_grad_fn(meta, NULL);
    meta->requires_grad = false;
    return x;
}

bool tensor_set_data(Tensor *x, const Tensor *y)
{
    if (x == NULL || y == NULL)
        return false;
    if (tensor_requires_grad(x) && !dtype_is_floating_point(y->dtype))
        return error_raise(ERROR_AUTOGRAD, "data",
                           "data set to a tensor that requires gradients must be floating point or complex "
                           "dtype") != NULL;
    AutogradMeta *meta = meta_of(x);
    if (meta != NULL) { /* x is a view no longer */
        object_release(meta->view_base);
        meta->view_base = NULL;
    }
    Storage *before = x->storage;
    x->storage = object_retain(y->storage);
    x->offset = y->offset;
    x->ndim = y->ndim;
    x->dtype = y->dtype;
    x->numel = y->numel;
    x->is_number = false;
    memcpy(x->shape, y->shape, sizeof x->shape);
    memcpy(x->strides, y->strides, sizeof x->strides);
    object_release(before);
    return true;
}

bool tensor_is_inference(const Tensor *x)
{
    const AutogradMeta *meta = meta_of(x);
    return meta != NULL && meta->inference;
}

/* -- hooks -- */

int64_t tensor_register_hook(Tensor *x, TensorHook call, void *user)
{
    if (x == NULL)
        return 0;
    if (!error_check_given("register_hook", "hook", call != NULL))
        return 0;
    if (!tensor_requires_grad(x)) {
        error_raise(ERROR_AUTOGRAD, "register_hook",
                    "cannot register a hook on a tensor that doesn't require gradient");
        return 0;
    }
    TapeNode *node = tensor_grad_fn(x);
    HookList *list = node != NULL ? &node->hooks : &meta_of(x)->hooks;
    Hook *hooks = realloc(list->hooks, ((size_t)list->count + 1) * sizeof *hooks);
    if (hooks == NULL) {
        error_raise(ERROR_MEMORY, "register_hook", "out of memory for a hook");
        return 0;
    }
    int64_t handle = __atomic_add_fetch(&last_hook_handle, 1, __ATOMIC_RELAXED);
    list->hooks = hooks;
    hooks[list->count++] = (Hook){call, user, handle};
    return handle;
}

static bool remove_from(HookList *list, int64_t handle)
{
    for (int i = 0; i < list->count; i++)
        if (list->hooks[i].handle == handle) {
            memmove(&list->hooks[i], &list->hooks[i + 1],
                    (size_t)(list->count - i - 1) * sizeof list->hooks[0]);
            list->count--;
            return true;
        }
    return false;
}

bool tensor_remove_hook(Tensor *x, int64_t handle)
{
    AutogradMeta *meta = meta_of(x);
    TapeNode *node = tensor_grad_fn(x);
    return meta != NULL &&
           (remove_from(&meta->hooks, handle) || (node != NULL && remove_from(&node->hooks, handle)));
}
