/* Views and in-place operations, as PyTorch combines them.
 *
 * A view and its base share memory, so an in-place operation on one changes the other, and their histories
 * must follow:
 *
 *   - An in-place operation on a view is rewritten as an operation on the base, "copy the base, replace this
 * slice": the base's history becomes a CopySlices node that holds the operation proper. The view's own
 * history is then made anew as "this slice of the base" (as_strided) when someone asks.
 *   - An in-place operation on the base needs nothing more: views notice by the version counter that their
 * history is out of date, and make it anew in the same way.
 *
 * See PyTorch's notes in torch/csrc/autograd/variable.h (views) and functions/tensor.h (CopySlices). */
#include <stdlib.h>
#include <string.h>

#include "autograd/node.h"
#include "autograd/ops/copy.h"
#include "autograd/ops/view.h"
#include "core/error.h"
#include "core/scope.h"

void view_remember(Tensor *view, Tensor *x)
{
    AutogradMeta *meta = meta_make(view);
    if (meta == NULL || meta->view_base != NULL)
        return;
    const AutogradMeta *of = meta_of(x);
    meta->view_base = object_retain(of != NULL && of->view_base != NULL ? of->view_base : x);
    meta->view_version = tensor_version(view);
    meta->made_in_no_grad = !autograd_is_grad_enabled() || (of != NULL && of->made_in_no_grad);
}

void view_refresh_grad_fn(Tensor *view)
{
    AutogradMeta *meta = meta_of(view);
    if (meta->view_version == tensor_version(view) || meta->made_in_no_grad)
        return;
    meta->view_version = tensor_version(view);    /* first: what follows asks for histories too */
    if (!tensor_requires_grad(meta->view_base)) { /* the base was detached */
        meta_set_grad_fn(meta, NULL);
        return;
    }
    Scope scope = scope_open();
    bool grad_mode = autograd_set_grad_enabled(true);
    Dims strides = {view->ndim, view->strides};
    Tensor *slice = (tensor_as_strided)(meta->view_base, tensor_dims(view), strides, view->offset);
    autograd_set_grad_enabled(grad_mode);
    if (slice != NULL && meta_of(slice) != NULL)
        meta_set_grad_fn(meta, object_retain(meta_of(slice)->grad_fn));
    scope_close(scope);
}

/* Always false. */
static bool refuse_view(const char *operation, const char *what)
{
    return error_raise(ERROR_AUTOGRAD, operation,
                       "A view was created in no_grad mode and %s modified inplace with grad mode enabled. "
                       "Given that this use case is ambiguous and error-prone, it is forbidden. You can "
                       "clarify your code by moving both the view and the inplace either both inside the "
                       "no_grad block (if you don't want the inplace to be tracked) or both outside (if you "
                       "want the inplace to be tracked).",
                       what) != NULL;
}

bool views_have_histories(const char *operation, const Tensor *y, TensorList inputs)
{
    for (int64_t i = 0; i < inputs.n && autograd_is_grad_enabled(); i++) {
        const Tensor *x = inputs.items[i];
        const AutogradMeta *meta = meta_of(x);
        if (meta == NULL || !meta->made_in_no_grad)
            continue;
        if (x == y && tape_wants(inputs))
            return refuse_view(operation, "is being");
        if (x != y && meta->view_version != tensor_version(x) && tensor_requires_grad(meta->view_base))
            return refuse_view(operation, "its base or another view of its base has been");
    }
    return true;
}

/* Where the base and the slice of it lie. */
typedef struct SliceArgs {
    int self_input;
    int32_t base_ndim, view_ndim;
    int64_t base_shape[TENSOR_MAX_DIMS], base_strides[TENSOR_MAX_DIMS];
    int64_t view_shape[TENSOR_MAX_DIMS], view_strides[TENSOR_MAX_DIMS];
    int64_t view_offset; /* from the base's first element */
} SliceArgs;

/* With base' = base with slice' = f(slice, others): d base gets the incoming gradient with its slice replaced
 * by f's gradient of it; the others get what f gives them. */
static void copy_slices_backward(TapeNode *node, Tensor *grad)
{
    const SliceArgs *a = tape_args(node);
    Dims base_shape = {a->base_ndim, a->base_shape}, view_shape = {a->view_ndim, a->view_shape};
    Dims view_strides = {a->view_ndim, a->view_strides};
    TapeNode *inner = node->inner;
    Tensor *result =
        tensor_new_strided(base_shape, a->base_strides, grad->dtype, tensor_device(grad), "CopySlices");
    result = tensor_copy_(result, grad);
    Tensor *slice =
        result != NULL ? (tensor_as_strided)(result, view_shape, view_strides, a->view_offset) : NULL;
    Tensor *slice_grad = slice != NULL ? tensor_clone(slice) : NULL;
    Tensor **grads = slice_grad != NULL ? scope_alloc((size_t)inner->n_inputs * sizeof *grads) : NULL;
    if (grads == NULL || !node_backward(inner, slice_grad, grads))
        return;
    for (int i = 0; i < inner->n_inputs; i++) {
        scope_own(grads[i]);
        if (i != a->self_input)
            tape_give(node, i, grads[i]);
        else if (grads[i] != NULL)
            tensor_copy_(slice, grads[i]);
    }
    if (grads[a->self_input] == NULL)
        tensor_zero_(slice);
    tape_give(node, a->self_input, result);
}

bool view_rebase(Tensor *view, TapeNode *inner, int self_input)
{
    AutogradMeta *meta = meta_of(view);
    Tensor *base = meta->view_base;
    TapeNode *node = node_new("CopySlices", copy_slices_backward, inner->n_inputs, 0, sizeof(SliceArgs));
    if (node == NULL || meta_make(base) == NULL) {
        object_release(node);
        object_release(inner);
        return false;
    }
    SliceArgs *a = node->args;
    *a = (SliceArgs){.self_input = self_input, .base_ndim = base->ndim, .view_ndim = view->ndim};
    memcpy(a->base_shape, base->shape, sizeof a->base_shape);
    memcpy(a->base_strides, base->strides, sizeof a->base_strides);
    memcpy(a->view_shape, view->shape, sizeof a->view_shape);
    memcpy(a->view_strides, view->strides, sizeof a->view_strides);
    a->view_offset = view->offset - base->offset;
    for (int i = 0; i < inner->n_inputs; i++) {
        node->inputs[i] = inner->inputs[i];
        node->next[i] = i == self_input ? NULL : object_retain(inner->next[i]);
    }
    InputShape *base_input = &node->inputs[self_input];
    base_input->ndim = base->ndim;
    memcpy(base_input->shape, base->shape, sizeof base_input->shape);
    if (tensor_requires_grad(base))
        node->next[self_input] = meta_gradient_edge(base);
    node->inner = inner;
    meta_set_grad_fn(meta_of(base), node);
    meta->view_version = -1; /* made anew when asked for */
    return true;
}

/* A tensor in which several positions share one place (expand) cannot be written to. */
static bool overlaps_itself(const Tensor *x)
{
    for (int d = 0; d < x->ndim && x->numel > 0; d++)
        if (x->shape[d] > 1 && x->strides[d] == 0)
            return true;
    return false;
}

bool tape_check_inplace(Tensor *x, const char *operation)
{
    if (x != NULL && overlaps_itself(x))
        return error_raise(
                   ERROR_VALUE, operation,
                   "unsupported operation: more than one element of the written-to tensor refers to a single "
                   "memory location. Please clone() the tensor before performing the operation.") != NULL;
    return tape_check_inplace_view(x, operation);
}

bool tape_check_inplace_view(Tensor *x, const char *operation)
{
    if (x == NULL)
        return false;
    const AutogradMeta *meta = meta_of(x);
    if (meta == NULL)
        return true;
    if (meta->inference && !autograd_is_inference_mode())
        return error_raise(
                   ERROR_AUTOGRAD, operation,
                   "Inplace update to inference tensor outside InferenceMode is not allowed. You can make a "
                   "clone to get a normal tensor before doing inplace update.") != NULL;
    if (!autograd_is_grad_enabled() || !tensor_requires_grad(meta->view_base != NULL ? meta->view_base : x))
        return true;
    if (meta->view_base == NULL)
        return !tensor_is_leaf(x) ||
               error_raise(ERROR_AUTOGRAD, operation,
                           "a leaf Variable that requires grad is being used in an in-place operation.") !=
                   NULL;
    if (meta->made_in_no_grad)
        return refuse_view(operation, "is being");
    if (tensor_is_leaf(meta->view_base))
        return error_raise(
                   ERROR_AUTOGRAD, operation,
                   "a view of a leaf Variable that requires grad is being used in an in-place operation.") !=
               NULL;
    return true;
}

/* A view's own history need not change: the new version makes it anew, in the new shape. */
Tensor *tape_take_view(Tensor *x, Tensor *view)
{
    if (x == NULL || view == NULL)
        return NULL;
    x->ndim = view->ndim;
    memcpy(x->shape, view->shape, sizeof x->shape);
    memcpy(x->strides, view->strides, sizeof x->strides);
    tensor_bump_version(x);
    TapeNode *history = meta_of(view) != NULL ? meta_of(view)->grad_fn : NULL;
    if (history != NULL && meta_of(x)->view_base == NULL)
        meta_set_grad_fn(meta_of(x), object_retain(history));
    return x;
}
