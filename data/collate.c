/* Stacking samples into a batch (torch.utils.data.default_collate). */
#include <string.h>

#include "core/error.h"
#include "core/tensor_struct.h"
#include "data/loader_struct.h"

/* One tensor of a batch while it is being filled. */
typedef struct Stack {
    Tensor *tensor;
    char *data;
    size_t bytes; /* of one item */
} Stack;

/* A tensor for n items like `item`; none for an item that holds nothing. */
static bool stack_begin(Stack *stack, const Item *item, int64_t n)
{
    *stack = (Stack){NULL, NULL, 0};
    if (item->dtype == DTYPE_NONE)
        return true;
    int64_t shape[DATA_MAX_DIMS + 1] = {n};
    for (int64_t d = 0; d < item->ndim; d++)
        shape[d + 1] = item->shape[d];
    stack->tensor = tensor_new((Dims){item->ndim + 1, shape}, item->dtype, cpu_device(), "DataLoader");
    if (stack->tensor == NULL)
        return false;
    stack->data = tensor_data_ptr(stack->tensor);
    stack->bytes = (size_t)data_item_numel(item) * dtype_size(item->dtype);
    return true;
}

static bool stack_put(const Stack *stack, const Item *item, int64_t i)
{
    if (stack->tensor == NULL && item->dtype == DTYPE_NONE)
        return true;
    const Tensor *x = stack->tensor;
    if (x == NULL || item->dtype != tensor_dtype(x))
        return error_raise(
                   ERROR_DTYPE, "DataLoader",
                   "stack expects each tensor to have the same dtype, but got %s at entry 0 and %s at "
                   "entry %lld",
                   x != NULL ? dtype_name(tensor_dtype(x)) : "nothing",
                   item->dtype != DTYPE_NONE ? dtype_name(item->dtype) : "nothing", (long long)i) != NULL;
    const Dims row = {tensor_dim(x) - 1, tensor_shape(x) + 1};
    if (row.n != item->ndim || memcmp(row.data, item->shape, (size_t)row.n * sizeof *row.data) != 0) {
        char first[128], other[128];
        return error_raise(
                   ERROR_SHAPE, "DataLoader",
                   "stack expects each tensor to be equal size, but got %s at entry 0 and %s at entry "
                   "%lld",
                   dims_string(row, first, sizeof first),
                   dims_string((Dims){item->ndim, item->shape}, other, sizeof other), (long long)i) != NULL;
    }
    if (stack->bytes != 0)
        memcpy(stack->data + (size_t)i * stack->bytes, item->data, stack->bytes);
    return true;
}

/* dataset[index] into the sample, of which nothing is left from the one before. */
static bool get_sample(Dataset *dataset, int64_t index, Sample *sample)
{
    uint64_t errors = error_count();
    sample->input.dtype = sample->label.dtype = DTYPE_NONE;
    if (data_get(dataset, index, sample))
        return sample->input.dtype != DTYPE_NONE ||
               error_raise(ERROR_VALUE, "DataLoader", "sample %lld of the dataset has no input",
                           (long long)index) != NULL;
    if (error_count() == errors)
        error_raise(ERROR_VALUE, "DataLoader", "the dataset gave no sample %lld and no error",
                    (long long)index);
    return false;
}

bool data_collate(Dataset *dataset, const int64_t *indices, int64_t n, Sample *sample, Tensor **inputs,
                  Tensor **labels)
{
    Stack input = {NULL, NULL, 0}, label = {NULL, NULL, 0};
    for (int64_t i = 0; i < n; i++) {
        if (!get_sample(dataset, indices[i], sample))
            return false;
        if (i == 0 && (!stack_begin(&input, &sample->input, n) || !stack_begin(&label, &sample->label, n)))
            return false;
        if (!stack_put(&input, &sample->input, i) || !stack_put(&label, &sample->label, i))
            return false;
    }
    *inputs = input.tensor;
    *labels = label.tensor;
    return true;
}
