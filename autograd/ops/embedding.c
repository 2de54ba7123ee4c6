/* What is built on indexing: masks, one-hot vectors, embeddings. Declared in autograd/ops/index.h. */
#include <string.h>

#include "autograd/ops/copy.h"
#include "autograd/ops/index.h"
#include "autograd/ops/kernel.h"
#include "autograd/ops/reshape.h"
#include "autograd/ops/view.h"
#include "autograd/tape.h"

/* -- nonzero and masked_select -- */

Tensor *tensor_nonzero(Tensor *self)
{
    const Kernels *kernels = self != NULL ? kernels_for("nonzero", TENSORS(self)) : NULL;
    Tensor *places = NULL;
    return kernels != NULL && kernels->nonzero(&places, self) ? places : NULL;
}

/* The flat places where a mask is true. */
static Tensor *true_places(Tensor *mask)
{
    return tensor_reshape(tensor_nonzero(tensor_reshape(mask, -1)), -1);
}

Tensor *tensor_masked_select(Tensor *self, Tensor *mask)
{
    int64_t shape[TENSOR_MAX_DIMS];
    if (self == NULL || mask == NULL)
        return NULL;
    if (mask->dtype != DTYPE_BOOL)
        return error_raise(ERROR_DTYPE, "masked_select", "masked_select: expected BoolTensor for mask");
    int ndim = kernel_broadcast_shape("masked_select", mask, self, shape);
    if (ndim < 0 || kernels_for("masked_select", TENSORS(self, mask)) == NULL)
        return NULL;
    Dims all = {ndim, shape};
    Tensor *x = tensor_reshape((tensor_expand)(self, all), -1);
    return tensor_index_select(x, 0, true_places((tensor_expand)(mask, all)));
}

/* -- one_hot -- */

static int64_t extreme(ReduceOp op, Tensor *x)
{
    return tensor_item_int(kernel_reduce("one_hot", op, x, DIMS(), false, DTYPE_NONE, 0));
}

/* How many classes there are to be; -1 after an error. */
static int64_t count_classes(Tensor *x, int64_t num_classes)
{
    const char *reason = NULL;
    int64_t largest = -1;
    if (x->numel == 0 && num_classes <= 0)
        reason = "Can not infer total number of classes from empty tensor.";
    else if (x->numel > 0) {
        largest = extreme(REDUCE_AMAX, x);
        if (extreme(REDUCE_AMIN, x) < 0)
            reason = "Class values must be non-negative.";
        else if (num_classes != -1 && largest >= num_classes)
            reason = "Class values must be smaller than num_classes.";
    }
    if (reason != NULL)
        error_raise(ERROR_VALUE, "one_hot", "%s", reason);
    return reason != NULL ? -1 : num_classes == -1 ? largest + 1 : num_classes;
}

Tensor *(tensor_one_hot)(Tensor *self, int64_t num_classes)
{
    if (self == NULL)
        return NULL;
    if (self->dtype != DTYPE_INT64)
        return error_raise(ERROR_DTYPE, "one_hot",
                           "one_hot is only applicable to index tensor of type LongTensor.");
    int64_t classes = count_classes(self, num_classes), shape[TENSOR_MAX_DIMS];
    if (classes < 0)
        return NULL;
    if (self->ndim == TENSOR_MAX_DIMS)
        return error_raise(ERROR_SHAPE, "one_hot", "a tensor can have at most %d dimensions",
                           TENSOR_MAX_DIMS);
    memcpy(shape, self->shape, (size_t)self->ndim * sizeof *shape);
    shape[self->ndim] = classes;
    Tensor *y = tensor_new((Dims){self->ndim + 1, shape}, DTYPE_INT64, tensor_device(self), "one_hot");
    return tensor_scatter_(tensor_zero_(y), -1, tensor_unsqueeze(self, -1), 1);
}

/* -- embedding -- */

/* Each row of weight gets the sum of the gradients of the places where it stands; those of the padding row
 * are left out. */
void embedding_backward(TapeNode *node, Tensor *grad)
{
    int64_t padding = *(const int64_t *)tape_args(node);
    Dims shape = tape_input_dims(node, 0);
    Tensor *index = tape_saved(node, 0);
    Tensor *rows = index != NULL ? tensor_reshape(grad, index->numel, shape.data[1]) : NULL;
    if (rows != NULL && padding >= 0) {
        Tensor *other = kernel_compare("embedding", COMPARE_NE, index, tensor_number_int(padding));
        Tensor *kept = true_places(other);
        rows = tensor_index_select(rows, 0, kept);
        index = tensor_index_select(index, 0, kept);
    }
    Tensor *weight = tensor_zero_(tensor_new(shape, grad->dtype, tensor_device(grad), "embedding"));
    tape_give(node, 0, tensor_index_add(weight, 0, index, rows));
}

static bool check_embedding(const Tensor *input, const Tensor *weight, int64_t *padding_idx)
{
    if (weight->ndim != 2)
        return error_raise(ERROR_SHAPE, "embedding", "'weight' must be 2-D") != NULL;
    if (input->dtype != DTYPE_INT64 && input->dtype != DTYPE_INT32)
        return error_raise(ERROR_DTYPE, "embedding",
                           "Expected tensor for argument #1 'indices' to have one of the following scalar "
                           "types: Long, Int; but got torch.%sTensor instead (while checking arguments for "
                           "embedding)",
                           dtype_scalar_name(input->dtype)) != NULL;
    if (*padding_idx == TENSOR_NONE) {
        *padding_idx = -1;
        return true;
    }
    if (*padding_idx < -weight->shape[0] || *padding_idx >= weight->shape[0])
        return error_raise(ERROR_VALUE, "embedding", "Padding_idx must be within num_embeddings") != NULL;
    *padding_idx += *padding_idx < 0 ? weight->shape[0] : 0;
    return true;
}

Tensor *(tensor_embedding)(Tensor *input, Tensor *weight, int64_t padding_idx)
{
    if (input == NULL || weight == NULL || !check_embedding(input, weight, &padding_idx))
        return NULL;
    if (input->ndim == TENSOR_MAX_DIMS)
        return error_raise(ERROR_SHAPE, "embedding", "a tensor can have at most %d dimensions",
                           TENSOR_MAX_DIMS);
    const Kernels *kernels = kernels_for("embedding", TENSORS(weight, input));
    int64_t shape[TENSOR_MAX_DIMS], width = weight->shape[1];
    memcpy(shape, input->shape, (size_t)input->ndim * sizeof *shape);
    shape[input->ndim] = width;
    Tensor *index = tensor_reshape((Tensor *)kernel_cast(input, DTYPE_INT64), -1);
    Tensor *y = tensor_new((Dims){input->ndim + 1, shape}, weight->dtype, tensor_device(weight), "embedding");
    if (kernels == NULL || index == NULL || y == NULL)
        return NULL;
    Tensor *rows = tensor_new_view(y, DIMS(input->numel, width), (const int64_t[]){width, 1}, y->offset);
    if (rows == NULL || !kernels->index_select("embedding", rows, weight, 0, index))
        return NULL;
    return tape_record_args(OP_EMBEDDING, y, INPUTS(weight), SAVES(index), &padding_idx, sizeof padding_idx);
}
