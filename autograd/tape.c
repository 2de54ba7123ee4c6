/* Recording: see autograd/tape.h. */
#include "autograd/tape.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "autograd/node.h"
#include "autograd/ops/copy.h"
#include "autograd/ops/operation.h"
#include "autograd/ops/pointwise.h"
#include "autograd/ops/reduce.h"
#include "core/error.h"
#include "core/scope.h"

static uint64_t last_sequence;

static uint64_t next_sequence(void)
{
    return __atomic_add_fetch(&last_sequence, 1, __ATOMIC_RELAXED);
}

/* -- nodes -- */

void node_free_saved(TapeNode *node)
{
    for (int i = 0; i < node->n_saved; i++)
        object_release(node->saved[i].tensor);
    if (node->n_saved > 0)
        node->freed = true;
    node->n_saved = 0;
    if (node->inner != NULL)
        node_free_saved(node->inner);
}

static void node_destroy(Object *object)
{
    TapeNode *node = (TapeNode *)object;
    node_free_saved(node);
    for (int i = 0; i < node->n_inputs; i++)
        object_release(node->next[i]);
    object_release(node->inner);
    hooks_free(&node->hooks);
    free(node->next);
    free(node->inputs);
    free(node->saved);
    free(node->args);
    free(node);
}

TapeNode *node_new(const char *name, BackwardFunction backward, int n_inputs, int n_saved, size_t args_size)
{
    TapeNode *node = calloc(1, sizeof *node);
    if (node != NULL) {
        object_init(&node->base, node_destroy);
        node->next = calloc((size_t)n_inputs + 1, sizeof *node->next);
        node->inputs = calloc((size_t)n_inputs + 1, sizeof *node->inputs);
        node->saved = calloc((size_t)n_saved + 1, sizeof *node->saved);
        node->args = calloc(1, args_size + 1);
        if (node->next != NULL && node->inputs != NULL && node->saved != NULL && node->args != NULL) {
            node->name = name;
            node->backward = backward;
            node->n_inputs = n_inputs;
            node->sequence = next_sequence();
            return node;
        }
        object_release(node);
    }
    return error_raise(ERROR_MEMORY, name, "out of memory for a tape node");
}

/* "log_softmax" -> "LogSoftmaxBackward0", once for all rows. */
static char node_names[OP_COUNT + 1][64];
static pthread_once_t node_names_once = PTHREAD_ONCE_INIT;

static void make_node_names(void)
{
    for (int op = 0; op < OP_COUNT; op++) {
        size_t length = 0;
        bool upper = true;
        const char *name = op == OP_TO_DTYPE ? "to_copy" : operation((OpId)op)->name; /* aten::_to_copy */
        for (const char *c = name; *c != '\0' && length < 48; c++) {
            if (*c == '_')
                upper = true;
            else {
                node_names[op][length++] = (char)(upper ? toupper((unsigned char)*c) : *c);
                upper = false;
            }
        }
        snprintf(node_names[op] + length, sizeof node_names[op] - length, "Backward0");
    }
}

const char *tape_node_name(const TapeNode *node)
{
    return node != NULL ? node->name : "None";
}

/* -- recording -- */

bool tape_wants(TensorList inputs)
{
    if (!autograd_is_grad_enabled())
        return false;
    for (int64_t i = 0; i < inputs.n; i++)
        if (inputs.items[i] != NULL && tensor_requires_grad(inputs.items[i]))
            return true;
    return false;
}

Tensor *tape_saved_for(Tensor *x, Tensor *other)
{
    return tensor_requires_grad(other) ? x : NULL;
}

bool tape_old_value(Tensor *x, TensorList wanting, Tensor **old)
{
    bool wanted = tape_wants(wanting);
    *old = wanted ? tensor_clone(x) : NULL;
    return !wanted || *old != NULL;
}

/* A tensor of the same data whose history is that of x now: what happens to x afterwards, in place, cannot
 * make a circle through it. A leaf is kept itself, for its gradient goes to it. */
static Tensor *save_input(Tensor *x)
{
    AutogradMeta *meta = meta_of(x);
    TapeNode *grad_fn = tensor_grad_fn(x);
    if (meta != NULL && meta->requires_grad && grad_fn == NULL)
        return object_retain(x);
    Tensor *alias = tensor_detach(x);
    if (alias == NULL)
        return NULL;
    alias->is_number = x->is_number;
    if (grad_fn != NULL && meta_make(alias) != NULL)
        meta_set_grad_fn(meta_of(alias), object_retain(grad_fn));
    return object_retain(alias);
}

/* Is x, which is saved, an operand that the operation has written over, as in x.mul_(x)? y itself may be
 * saved as the result. */
static bool is_overwritten(const Tensor *x, const Tensor *y, TensorList inputs)
{
    int times = 0;
    for (int64_t i = 0; i < inputs.n; i++)
        times += inputs.items[i] == y;
    return times > 0 && x->storage == y->storage && (x != y || times > 1);
}

static bool save_all(TapeNode *node, Tensor *y, TensorList inputs, TensorList saves)
{
    Scope scope = scope_open();
    bool saved = true;
    for (int64_t i = 0; i < saves.n && saved; i++) {
        Tensor *x = saves.items[i];
        Saved *slot = &node->saved[node->n_saved++];
        if (x == NULL)
            continue;
        if (tensor_is_inference(x)) {
            error_raise(
                ERROR_AUTOGRAD, node->name,
                "Inference tensors cannot be saved for backward. Please do not use Tensors created in "
                "inference "
                "mode in computation tracked by autograd. To work around this, you can make a clone to get a "
                "normal tensor and use it in autograd, or use `torch.no_grad()` instead of "
                "`torch.inference_mode()`.");
            saved = false;
            break;
        }
        slot->is_output = x == y;
        slot->tensor = slot->is_output ? object_retain(tensor_detach(x)) : save_input(x);
        slot->version = tensor_version(x) - is_overwritten(x, y, inputs);
        saved = slot->tensor != NULL;
    }
    scope_close(scope);
    return saved;
}

static bool connect_inputs(TapeNode *node, TensorList inputs)
{
    for (int64_t i = 0; i < inputs.n; i++) {
        Tensor *x = inputs.items[i];
        if (x == NULL)
            continue;
        InputShape *input = &node->inputs[i];
        input->ndim = x->ndim;
        input->dtype = x->dtype;
        input->device = tensor_device(x);
        memcpy(input->shape, x->shape, sizeof input->shape);
        if (!tensor_requires_grad(x))
            continue;
        node->next[i] = meta_gradient_edge(x);
        if (node->next[i] == NULL)
            return false;
    }
    node->sequence = next_sequence(); /* histories of views may have been made anew just now */
    return true;
}

/* Index of y among the inputs: the operation was in place. -1 if it is not there. */
static int index_of(Tensor *y, TensorList inputs)
{
    for (int64_t i = 0; i < inputs.n; i++)
        if (inputs.items[i] == y)
            return (int)i;
    return -1;
}

static Tensor *record(const char *name, bool users_own, BackwardFunction backward, Tensor *y,
                      TensorList inputs, TensorList saves, const void *args, size_t size)
{
    if (y == NULL)
        return NULL;
    int self_input = index_of(y, inputs);
    if (self_input >= 0)
        tensor_bump_version(y);
    if (autograd_is_inference_mode() && self_input < 0) {
        if (meta_make(y) == NULL)
            return NULL;
        meta_of(y)->inference = true;
        return y;
    }
    if (dtype_is_floating_point(y->dtype) && !views_have_histories(name, y, inputs))
        return NULL;
    if (!dtype_is_floating_point(y->dtype) || !tape_wants(inputs))
        return y;
    size_t name_size = users_own ? strlen(name) + sizeof "Backward" : 0;
    TapeNode *node = node_new(name, backward, (int)inputs.n, (int)saves.n, size + name_size);
    if (node == NULL)
        return NULL;
    if (users_own) { /* the name stands behind the arguments */
        snprintf((char *)node->args + size, name_size, "%sBackward", name);
        node->name = (const char *)node->args + size;
    }
    if (size > 0)
        memcpy(node->args, args, size);
    if (!connect_inputs(node, inputs) || !save_all(node, y, inputs, saves) || meta_make(y) == NULL) {
        object_release(node);
        return NULL;
    }
    if (self_input >= 0 && meta_of(y)->view_base != NULL)
        return view_rebase(y, node, self_input) ? y : NULL;
    meta_set_grad_fn(meta_of(y), node);
    return y;
}

Tensor *tape_record_args(OpId op, Tensor *y, TensorList inputs, TensorList saves, const void *args,
                         size_t size)
{
    pthread_once(&node_names_once, make_node_names);
    BackwardFunction backward = operation(op)->backward;
    if (backward == backward_none) /* its error names the operation */
        return record(node_names[op], false, backward, y, inputs, NO_SAVES, &op, sizeof op);
    return record(node_names[op], false, backward, y, inputs, saves, args, size);
}

Tensor *tape_record(OpId op, Tensor *y, TensorList inputs, TensorList saves)
{
    return tape_record_args(op, y, inputs, saves, NULL, 0);
}

Tensor *tape_record_view(OpId op, Tensor *y, Tensor *x, const void *args, size_t size)
{
    if (y == NULL || x == NULL)
        return NULL;
    y = tape_record_args(op, y, INPUTS(x), NO_SAVES, args, size);
    if (y != NULL && !autograd_is_inference_mode())
        view_remember(y, x);
    return y;
}

Tensor *autograd_record(const AutogradFunction *function, Tensor *y, TensorList inputs, TensorList saves,
                        const void *args, size_t size)
{
    const char *name = function != NULL ? function->name : NULL;
    if (!error_check_given("autograd_record", "name of the function", name != NULL) ||
        !error_check_given(name, "backward", function->backward != NULL))
        return NULL;
    return record(name, true, function->backward, y, inputs, saves, args, size);
}

/* -- inside a backward -- */

static Tensor *unpack(TapeNode *node, Saved *saved)
{
    Tensor *x = saved->tensor;
    if (x == NULL)
        return NULL;
    int64_t version = tensor_version(x);
    if (version != saved->version) {
        char shape[160];
        TapeNode *origin = saved->is_output ? node : tensor_grad_fn(x);
        return error_raise(
            ERROR_AUTOGRAD, "backward",
            "one of the variables needed for gradient computation has been modified by an inplace "
            "operation: [torch.%sTensor %s]%s%s, is at version %lld; expected version %lld instead.",
            dtype_scalar_name(x->dtype), tensor_shape_string(x, shape, sizeof shape),
            origin != NULL ? ", which is output 0 of " : "", origin != NULL ? tape_node_name(origin) : "",
            (long long)version, (long long)saved->version);
    }
    if (!saved->is_output || !autograd_is_grad_enabled())
        return scope_own(object_retain(x));
    Tensor *y = tensor_detach(x); /* give it its history back */
    if (y == NULL || meta_make(y) == NULL)
        return NULL;
    meta_set_grad_fn(meta_of(y), object_retain(node));
    return y;
}

Tensor *tape_saved(TapeNode *node, int i)
{
    if (node->freed)
        return error_raise(ERROR_AUTOGRAD, "backward",
                           "Trying to backward through the graph a second time (or directly access saved "
                           "tensors after they have "
                           "already been freed). Saved intermediate values of the graph are freed when you "
                           "call .backward() or "
                           "autograd.grad(). Specify retain_graph=True if you need to backward through the "
                           "graph a second time or if "
                           "you need to access saved tensors after calling backward.");
    if (i < 0 || i >= node->n_saved)
        return error_raise(ERROR_INDEX, node->name, "there is no saved tensor %d, only %d of them", i,
                           node->n_saved);
    return unpack(node, &node->saved[i]);
}

const void *tape_args(const TapeNode *node)
{
    return node->args;
}

bool tape_needs(const TapeNode *node, int i)
{
    return i >= 0 && i < node->n_inputs && node->next[i] != NULL;
}

static bool is_input(const TapeNode *node, int i)
{
    return (i >= 0 && i < node->n_inputs) ||
           error_raise(ERROR_INDEX, node->name, "there is no input %d, only %d of them", i, node->n_inputs) !=
               NULL;
}

Dims tape_input_dims(const TapeNode *node, int i)
{
    return is_input(node, i) ? (Dims){node->inputs[i].ndim, node->inputs[i].shape} : (Dims){0, NULL};
}

DType tape_input_dtype(const TapeNode *node, int i)
{
    return is_input(node, i) ? node->inputs[i].dtype : DTYPE_NONE;
}

/* Where the gradients that a running backward gives are put; the innermost call is the first in the list. */
typedef struct Collector {
    TapeNode *node;
    Tensor **grads;
    struct Collector *outer;
} Collector;

static __thread Collector *collectors;

bool node_backward(TapeNode *node, Tensor *grad, Tensor **grads)
{
    Collector collector = {node, grads, collectors};
    collectors = &collector;
    Scope scope = scope_open();
    uint64_t errors = error_count();
    for (int i = 0; i < node->n_inputs; i++)
        grads[i] = NULL;
    node->backward(node, grad);
    collectors = collector.outer;
    bool done = error_count() == errors;
    scope_close(scope);
    for (int i = 0; i < node->n_inputs && !done; i++) {
        object_release(grads[i]);
        grads[i] = NULL;
    }
    return done;
}

/* The gradient of an input that was broadcast. */
static Tensor *sum_to_input(TapeNode *node, int i, Tensor *grad, Dims input)
{
    bool fits = grad->ndim >= input.n;
    for (int64_t d = 1; d <= input.n && fits; d++)
        fits = input.data[input.n - d] == 1 || input.data[input.n - d] == grad->shape[grad->ndim - d];
    if (fits)
        return tensor_sum_to_size(grad, input);
    char got[128], expected[128];
    return error_raise(ERROR_SHAPE, "backward",
                       "Function %s returned an invalid gradient at index %d - got %s but expected shape "
                       "compatible with %s",
                       node->name, i, tensor_shape_string(grad, got, sizeof got),
                       dims_string(input, expected, sizeof expected));
}

/* Undoes broadcasting, conversion and moves to other devices. */
static Tensor *fit_to_input(TapeNode *node, int i, Tensor *grad)
{
    const InputShape *input = &node->inputs[i];
    Dims dims = {input->ndim, input->shape};
    if (grad->ndim != input->ndim ||
        memcmp(grad->shape, input->shape, (size_t)grad->ndim * sizeof(int64_t)) != 0)
        grad = sum_to_input(node, i, grad, dims);
    if (grad == NULL || (grad->dtype == input->dtype && device_equal(tensor_device(grad), input->device)))
        return grad;
    return tensor_to_args(grad, &(TensorToArgs){.device = input->device, .dtype = input->dtype});
}

void tape_give(TapeNode *node, int i, Tensor *grad)
{
    if (!is_input(node, i) || grad == NULL || !tape_needs(node, i))
        return;
    Collector *collector = collectors;
    while (collector != NULL && collector->node != node)
        collector = collector->outer;
    if (collector == NULL) {
        error_raise(ERROR_AUTOGRAD, node->name, "a gradient was given outside of the node's backward");
        return;
    }
    grad = fit_to_input(node, i, grad);
    if (grad != NULL && collector->grads[i] != NULL)
        grad = tensor_add(collector->grads[i], grad);
    if (grad == NULL)
        return;
    object_retain(grad);
    object_release(collector->grads[i]);
    collector->grads[i] = grad;
}
