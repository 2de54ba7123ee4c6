/* The engine: walks the tape backward from the results and hands every node the gradient of what it made.
 *
 * Every edge leads to an older node, so visiting the nodes by falling sequence number means that a node is
 * reached only after all its users have given it their share: one pass, no counting of dependencies, no
 * recursion. Nodes that accumulate into leaves have number zero and come last. */
#include <stdlib.h>
#include <string.h>

#include "autograd/node.h"
#include "autograd/ops/copy.h"
#include "autograd/ops/pointwise.h"
#include "core/error.h"
#include "core/scope.h"

typedef struct Entry {
    TapeNode *node; /* a reference, like the tensors here */
    Tensor *grad;   /* the sum of what the node's users have given so far */
    Tensor *captured;
    bool wanted; /* autograd_grad asks for this gradient */
    bool behind; /* something wanted lies behind this node: its own backward must run */
} Entry;

typedef struct Graph {
    const char *operation;
    Entry *entries; /* by falling sequence number, once collected */
    int64_t count, capacity;
    int64_t *slots; /* open addressing: index of the entry + 1, 0 where free */
    int64_t n_slots;
    bool accumulate; /* backward: leaves get their grad; autograd_grad: only what is wanted is computed */
    bool retain_graph, create_graph;
} Graph;

/* -- collecting the nodes -- */

static int64_t *slot_of(const Graph *graph, const TapeNode *node)
{
    uint64_t hash = ((uintptr_t)node >> 4) * UINT64_C(0x9E3779B97F4A7C15);
    int64_t i = (int64_t)(hash >> 20) & (graph->n_slots - 1);
    while (graph->slots[i] != 0 && graph->entries[graph->slots[i] - 1].node != node)
        i = (i + 1) & (graph->n_slots - 1);
    return &graph->slots[i];
}

static void fill_slots(Graph *graph)
{
    memset(graph->slots, 0, (size_t)graph->n_slots * sizeof *graph->slots);
    for (int64_t i = 0; i < graph->count; i++)
        *slot_of(graph, graph->entries[i].node) = i + 1;
}

static bool grow(Graph *graph)
{
    int64_t capacity = graph->capacity > 0 ? graph->capacity * 2 : 64;
    Entry *entries = realloc(graph->entries, (size_t)capacity * sizeof *entries);
    if (entries != NULL)
        graph->entries = entries;
    int64_t *slots = entries != NULL ? malloc((size_t)capacity * 2 * sizeof *slots) : NULL;
    if (slots == NULL)
        return error_raise(ERROR_MEMORY, graph->operation, "out of memory for the list of tape nodes") !=
               NULL;
    free(graph->slots);
    graph->slots = slots;
    graph->n_slots = capacity * 2;
    graph->capacity = capacity;
    fill_slots(graph);
    return true;
}

static bool add_node(Graph *graph, TapeNode *node)
{
    if (node == NULL)
        return true;
    if (graph->count == graph->capacity && !grow(graph))
        return false;
    int64_t *slot = slot_of(graph, node);
    if (*slot != 0)
        return true;
    graph->entries[graph->count] = (Entry){.node = object_retain(node)};
    *slot = ++graph->count;
    return true;
}

static Entry *entry_of(const Graph *graph, const TapeNode *node)
{
    int64_t slot = node != NULL && graph->n_slots > 0 ? *slot_of(graph, node) : 0;
    return slot != 0 ? &graph->entries[slot - 1] : NULL;
}

static int newest_first(const void *a, const void *b)
{
    uint64_t x = ((const Entry *)a)->node->sequence, y = ((const Entry *)b)->node->sequence;
    return x < y ? 1 : x > y ? -1 : 0;
}

/* Everything that the roots, already added, depend on. */
static bool collect(Graph *graph)
{
    for (int64_t i = 0; i < graph->count; i++) {
        TapeNode *node = graph->entries[i].node;
        for (int j = 0; j < node->n_inputs; j++)
            if (!add_node(graph, node->next[j]))
                return false;
    }
    if (graph->count > 0) {
        qsort(graph->entries, (size_t)graph->count, sizeof *graph->entries, newest_first);
        fill_slots(graph);
    }
    return true;
}

static void graph_free(Graph *graph)
{
    for (int64_t i = 0; i < graph->count; i++) {
        object_release(graph->entries[i].grad);
        object_release(graph->entries[i].captured);
        object_release(graph->entries[i].node);
    }
    free(graph->entries);
    free(graph->slots);
}

/* -- one node -- */

/* Nobody but the one reference at hand can see this tensor, and each element lies at a place of its own: it
 * may be written to, or kept, as it is. */
static bool is_private(const Tensor *x)
{
    return object_refcount(x) == 1 && object_refcount(x->storage) == 1 && tensor_is_dense(x) && !x->is_number;
}

/* Adds to the sum of an entry; takes over the reference to grad. */
static bool add_gradient(Entry *entry, Tensor *grad, bool create_graph)
{
    if (entry->grad == NULL) {
        entry->grad = grad;
        return true;
    }
    Tensor *sum = NULL;
    Scope scope = scope_open();
    if (!create_graph && is_private(entry->grad) && entry->grad->dtype == grad->dtype)
        sum = tensor_add_(entry->grad, grad);
    else
        sum = tensor_add(entry->grad, grad);
    object_retain(sum);
    object_release(grad);
    object_release(entry->grad);
    entry->grad = sum;
    scope_close(scope);
    return sum != NULL;
}

/* What a hook returns must be like what it was given. */
static bool check_hooked(const Tensor *was, const Tensor *got)
{
    char given[160], expected[160];
    if (!tensor_same_shape(got, was))
        return error_raise(ERROR_SHAPE, "register_hook", "hook has changed the size of value: %s to %s",
                           tensor_shape_string(was, expected, sizeof expected),
                           tensor_shape_string(got, given, sizeof given)) != NULL;
    return got->dtype == was->dtype ||
           error_raise(ERROR_DTYPE, "register_hook",
                       "hook has changed the type of value (was torch.%sTensor got torch.%sTensor)",
                       dtype_scalar_name(was->dtype), dtype_scalar_name(got->dtype)) != NULL;
}

static bool call_hooks(const HookList *list, Entry *entry)
{
    for (int i = 0; i < list->count; i++) {
        uint64_t errors = error_count();
        Tensor *grad = list->hooks[i].call(entry->grad, list->hooks[i].user);
        if (error_count() != errors)
            return false;
        if (grad == NULL)
            continue;
        if (!check_hooked(entry->grad, grad))
            return false;
        object_retain(grad);
        object_release(entry->grad);
        entry->grad = grad;
    }
    return true;
}

void accumulate_grad(TapeNode *node, Tensor *grad)
{
    (void)node, (void)grad;
}

/* leaf.grad += grad. A first gradient that nobody else sees becomes the leaf's own. */
static bool accumulate(Tensor *leaf, Entry *entry, bool create_graph)
{
    Tensor *old = tensor_grad(leaf), *grad = entry->grad;
    if (old == NULL) {
        bool same_layout =
            memcmp(grad->strides, leaf->strides, (size_t)leaf->ndim * sizeof leaf->strides[0]) == 0;
        if (create_graph)
            grad = tensor_clone(grad);
        else if (!same_layout || !is_private(grad)) {
            grad = tensor_new_like(leaf, leaf->dtype, "backward");
            if (!tensor_copy_(grad, entry->grad))
                return false;
        }
        return grad != NULL && tensor_set_grad(leaf, grad);
    }
    if (!create_graph)
        return tensor_add_(old, grad) != NULL;
    Tensor *sum = tensor_add(old, grad);
    return sum != NULL && tensor_set_grad(leaf, sum);
}

static bool retain_grad_of(TapeNode *node, Tensor *grad)
{
    AutogradMeta *meta = node->retaining;
    Tensor *kept = meta->grad == NULL ? grad : tensor_add(meta->grad, grad);
    if (kept == NULL)
        return false;
    object_retain(kept);
    object_release(meta->grad);
    meta->grad = kept;
    return true;
}

/* Must this gradient be computed? */
static bool is_needed(const Entry *entry)
{
    return entry->wanted || entry->behind;
}

static bool give_to_inputs(Graph *graph, Entry *entry)
{
    TapeNode *node = entry->node;
    if (node->freed)
        return tape_saved(node, 0) != NULL; /* raises the error */
    Tensor **grads = scope_alloc(((size_t)node->n_inputs + 1) * sizeof *grads);
    if (grads == NULL || !node_backward(node, entry->grad, grads))
        return false;
    bool given = true;
    for (int i = 0; i < node->n_inputs; i++) {
        Entry *next = entry_of(graph, node->next[i]);
        if (grads[i] == NULL)
            continue;
        if (given && next != NULL && is_needed(next))
            given = add_gradient(next, grads[i], graph->create_graph);
        else
            object_release(grads[i]);
    }
    if (!graph->retain_graph)
        node_free_saved(node);
    return given;
}

static bool visit(Graph *graph, Entry *entry)
{
    TapeNode *node = entry->node;
    if (entry->grad == NULL || !is_needed(entry))
        return true;
    bool leaf = node->backward == accumulate_grad;
    if (!call_hooks(leaf ? &meta_of(node->variable)->hooks : &node->hooks, entry))
        return false;
    if (node->retaining != NULL && !retain_grad_of(node, entry->grad))
        return false;
    if (entry->wanted)
        entry->captured = object_retain(entry->grad);
    if (leaf) /* which may no longer want a gradient */
        return !graph->accumulate || !tensor_requires_grad(node->variable) ||
               accumulate(node->variable, entry, graph->create_graph);
    return !entry->behind || give_to_inputs(graph, entry);
}

/* -- the pass -- */

/* backward needs all; autograd_grad only what lies between the roots and the gradients it wants. */
static void mark_needed(Graph *graph)
{
    for (int64_t i = graph->count - 1; i >= 0; i--) {
        Entry *entry = &graph->entries[i];
        entry->behind = graph->accumulate;
        for (int j = 0; j < entry->node->n_inputs && !entry->behind; j++) {
            const Entry *next = entry_of(graph, entry->node->next[j]);
            entry->behind = next != NULL && is_needed(next);
        }
    }
}

static bool run(Graph *graph)
{
    bool grad_mode = autograd_set_grad_enabled(graph->create_graph), done = true;
    for (int64_t i = 0; i < graph->count && done; i++) {
        Entry *entry = &graph->entries[i];
        Scope scope = scope_open();
        done = visit(graph, entry);
        object_release(entry->grad);
        entry->grad = NULL;
        scope_close(scope);
    }
    autograd_set_grad_enabled(grad_mode);
    return done;
}

/* The gradient that a backward starts with: what was given, or 1 for a single number. */
static Tensor *root_gradient(Tensor *y, Tensor *given, int64_t i, const char *operation)
{
    if (!tensor_requires_grad(y))
        return error_raise(ERROR_AUTOGRAD, operation,
                           "element %lld of tensors does not require grad and does not have a grad_fn",
                           (long long)i);
    if (given == NULL) {
        if (y->numel != 1)
            return error_raise(ERROR_AUTOGRAD, operation,
                               "grad can be implicitly created only for scalar outputs");
        return tensor_fill_(tensor_new_like(y, y->dtype, operation), 1);
    }
    if (!tensor_same_shape(y, given)) {
        char a[160], b[160];
        return error_raise(
            ERROR_SHAPE, operation,
            "Mismatch in shape: grad_output[%lld] has a shape of torch.Size(%s) and output[%lld] has a "
            "shape of torch.Size(%s).",
            (long long)i, tensor_shape_string(given, a, sizeof a), (long long)i,
            tensor_shape_string(y, b, sizeof b));
    }
    return given->dtype == y->dtype ? given : tensor_to_dtype(given, y->dtype);
}

static bool add_roots(Graph *graph, TensorList outputs, TensorList gradients)
{
    for (int64_t i = 0; i < outputs.n; i++) {
        Tensor *y = outputs.items[i];
        if (y == NULL)
            return false;
        Tensor *grad = root_gradient(y, i < gradients.n ? gradients.items[i] : NULL, i, graph->operation);
        TapeNode *node = grad != NULL ? scope_own(meta_gradient_edge(y)) : NULL;
        if (node == NULL || !add_node(graph, node) ||
            !add_gradient(entry_of(graph, node), object_retain(grad), graph->create_graph))
            return false;
    }
    return true;
}

bool tensor_backward_args(Tensor *x, const BackwardArgs *args)
{
    static const BackwardArgs defaults;
    args = args != NULL ? args : &defaults;
    Graph graph = {.operation = "backward",
                   .accumulate = true,
                   .create_graph = args->create_graph,
                   .retain_graph = args->retain_graph || args->create_graph};
    Scope scope = scope_open();
    Tensor *gradient = args->gradient;
    bool done = add_roots(&graph, (TensorList){&x, 1}, (TensorList){&gradient, 1}) && collect(&graph);
    if (done) {
        mark_needed(&graph);
        done = run(&graph);
    }
    graph_free(&graph);
    scope_close(scope);
    return done;
}

static bool want_inputs(Graph *graph, TensorList inputs)
{
    for (int64_t i = 0; i < inputs.n; i++) {
        Tensor *x = inputs.items[i];
        if (x == NULL)
            return false;
        if (!tensor_requires_grad(x))
            return error_raise(ERROR_AUTOGRAD, graph->operation,
                               "One of the differentiated Tensors does not require grad") != NULL;
        Entry *entry = entry_of(graph, scope_own(meta_gradient_edge(x)));
        if (entry != NULL)
            entry->wanted = true;
    }
    return true;
}

static bool take_captured(const Graph *graph, TensorList inputs, bool allow_unused, Tensor **results)
{
    for (int64_t i = 0; i < inputs.n; i++) {
        const Entry *entry = entry_of(graph, scope_own(meta_gradient_edge(inputs.items[i])));
        results[i] = entry != NULL ? entry->captured : NULL;
        if (results[i] == NULL && !allow_unused)
            return error_raise(ERROR_AUTOGRAD, graph->operation,
                               "The differentiated Tensor at index %lld appears to not have been used in the "
                               "graph. Set "
                               "allow_unused=True if this is the desired behavior.",
                               (long long)i) != NULL;
    }
    return true;
}

TensorList autograd_grad_args(TensorList outputs, TensorList inputs, const GradArgs *args)
{
    static const GradArgs defaults;
    args = args != NULL ? args : &defaults;
    TensorList failed = {NULL, 0};
    Graph graph = {.operation = "grad",
                   .create_graph = args->create_graph,
                   .retain_graph = args->retain_graph || args->create_graph};
    Tensor **results = scope_alloc(((size_t)inputs.n + 1) * sizeof(Tensor *));
    Scope scope = scope_open();
    bool done = results != NULL && add_roots(&graph, outputs, args->grad_outputs) && collect(&graph) &&
                want_inputs(&graph, inputs);
    if (done) {
        mark_needed(&graph);
        done = run(&graph) && take_captured(&graph, inputs, args->allow_unused, results);
    }
    for (int64_t i = 0; i < inputs.n && done; i++)
        object_retain(results[i]);
    graph_free(&graph);
    scope_close(scope);
    if (!done)
        return failed;
    for (int64_t i = 0; i < inputs.n; i++)
        scope_own(results[i]);
    return (TensorList){results, inputs.n};
}
