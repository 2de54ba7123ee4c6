#include "operations/run.h"

#include <string.h>

bool run_differentiates(const Run *run, int i)
{
    const Tensor *x = run->tensors[i];
    return x != NULL && tensor_requires_grad(x);
}

bool run_begin(Run *run, const Operation *operation, const Signature *signature, const SampleCall *sample,
               DType floats, Layout layout)
{
    *run = (Run){.operation = operation, .signature = signature, .sample = sample, .layout = layout};
    for (int i = 0; i < sample->count; i++) {
        const SampleValue *value = &sample->arguments[i];
        bool holds_tensors = value->kind == SAMPLE_TENSOR || value->kind == SAMPLE_TENSORS;
        for (int j = 0; holds_tensors && j < value->count; j++) {
            const SampleTensor *description = &value->tensors[j];
            int number = run->n_tensors++;
            if (number == SAMPLE_MAX_LIST)
                return false;
            if (description->kind == 0)
                continue;
            Tensor *x = sample_tensor(description, number, floats, layout);
            if (x == NULL)
                return false;
            run->tensors[number] = x;
            if (tensor_is_floating_point(x) && !description->constant && !sample->shape_only &&
                operation->backward != backward_none && !tensor_requires_grad_(x, true))
                return false;
        }
    }
    return true;
}

static bool is_in_place(const char *name)
{
    return name[strlen(name) - 1] == '_';
}

Results run_call(const Run *run, Tensor *const *tensors)
{
    Results failed = {.count = -1};
    if (!is_in_place(run->operation->name) || tensors[0] == NULL)
        return operation_call(run->operation, run->signature, run->sample, tensors);
    Tensor *with_copy[SAMPLE_MAX_LIST];
    memcpy(with_copy, tensors, (size_t)run->n_tensors * sizeof *tensors);
    Tensor *copy = tensor_in_layout(tensor_dims(tensors[0]), tensor_dtype(tensors[0]), run->layout);
    with_copy[0] = copy != NULL ? tensor_copy_(copy, tensors[0]) : NULL;
    if (with_copy[0] == NULL)
        return failed;
    return operation_call(run->operation, run->signature, run->sample, with_copy);
}

/* -- gradcheck -- */

typedef struct Checked {
    const Run *run;
    int output;
} Checked;

/* The inputs of the check are those tensors of the run that are there. */
static Tensor *checked_result(Tensor **inputs, void *user)
{
    const Checked *checked = user;
    const Run *run = checked->run;
    Tensor *tensors[SAMPLE_MAX_LIST] = {NULL};
    for (int i = 0; i < run->n_tensors; i++)
        tensors[i] = run->tensors[i] != NULL ? *inputs++ : NULL;
    Results results = run_call(run, tensors);
    return results.count > checked->output ? results.items[checked->output] : NULL;
}

static TensorList present_tensors(const Run *run, Tensor **items)
{
    TensorList list = {items, 0};
    for (int i = 0; i < run->n_tensors; i++)
        if (run->tensors[i] != NULL)
            items[list.n++] = run->tensors[i];
    return list;
}

bool run_gradcheck(const Run *run, int output)
{
    Tensor *items[SAMPLE_MAX_LIST];
    Checked checked = {run, output};
    return autograd_gradcheck(checked_result, &checked, present_tensors(run, items));
}

bool run_gradgradcheck(const Run *run, int output)
{
    Tensor *items[SAMPLE_MAX_LIST];
    Checked checked = {run, output};
    return autograd_gradgradcheck(checked_result, &checked, present_tensors(run, items));
}
