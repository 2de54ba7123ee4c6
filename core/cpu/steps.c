#include "core/cpu/steps.h"

#include "core/dtype.h"

static int64_t magnitude(int64_t stride)
{
    return stride < 0 ? -stride : stride;
}

static void add_dimension(Steps *steps, const Tensor *const *tensors, int leader, int d)
{
    int at = steps->ndim++;
    int64_t stride = magnitude(tensors[leader]->strides[d]);
    for (; at > 0 && magnitude(steps->strides[at - 1][leader]) > stride; at--) {
        steps->size[at] = steps->size[at - 1];
        for (int i = 0; i < steps->n_tensors; i++)
            steps->strides[at][i] = steps->strides[at - 1][i];
    }
    steps->size[at] = tensors[leader]->shape[d];
    for (int i = 0; i < steps->n_tensors; i++)
        steps->strides[at][i] = tensors[i] != NULL ? tensors[i]->strides[d] : 0;
}

static bool continues(const Steps *steps, int inner, int outer)
{
    for (int i = 0; i < steps->n_tensors; i++)
        if (steps->strides[outer][i] != steps->strides[inner][i] * steps->size[inner])
            return false;
    return true;
}

static void merge_dimensions(Steps *steps)
{
    int n = 0;
    for (int d = 0; d < steps->ndim; d++) {
        if (n > 0 && continues(steps, n - 1, d)) {
            steps->size[n - 1] *= steps->size[d];
            continue;
        }
        steps->size[n] = steps->size[d];
        for (int i = 0; i < steps->n_tensors; i++)
            steps->strides[n][i] = steps->strides[d][i];
        n++;
    }
    steps->ndim = n;
}

Steps steps_of(const Tensor *const *tensors, int n_tensors, int leader, int64_t skipped)
{
    Steps steps = {.n_tensors = n_tensors};
    const Tensor *like = tensors[leader];
    for (int i = 0; i < n_tensors; i++) {
        if (tensors[i] == NULL)
            continue;
        steps.item[i] = dtype_size(tensors[i]->dtype);
        steps.data[i] = tensor_address(tensors[i]);
    }
    for (int d = like->ndim - 1; d >= 0; d--)
        if (d != skipped && like->shape[d] != 1)
            add_dimension(&steps, tensors, leader, d);
    merge_dimensions(&steps);
    if (steps.ndim == 0) {
        steps.ndim = 1;
        steps.size[0] = 1;
    }
    return steps;
}
