#include "nn/pooling.h"

#include <string.h>

#include "core/error.h"
#include "nn/layer.h"
#include "nn/repr.h"

/* A size is written as it was given: a number or a pair, or None in it. */
static void write_number(FILE *out, int64_t number)
{
    if (number == TENSOR_NONE)
        fputs("None", out);
    else
        fprintf(out, "%lld", (long long)number);
}

static void write_size(FILE *out, const char *name, int64_t one, const int64_t pair[2])
{
    bool both = pair[0] != 0 || pair[1] != 0;
    fprintf(out, both ? "%s=(" : "%s=", name);
    write_number(out, both ? pair[0] : one);
    if (!both)
        return;
    fputs(", ", out);
    write_number(out, pair[1]);
    fputc(')', out);
}

/* A stride that was not given is the kernel's size. */
static void write_window(FILE *out, int64_t kernel_size, const int64_t kernel_size_hw[2], int64_t stride,
                         const int64_t stride_hw[2], int64_t padding, const int64_t padding_hw[2])
{
    bool given = stride != TENSOR_NONE || stride_hw[0] != 0 || stride_hw[1] != 0;
    write_size(out, "kernel_size", kernel_size, kernel_size_hw);
    write_size(out, ", stride", given ? stride : kernel_size, given ? stride_hw : kernel_size_hw);
    write_size(out, ", padding", padding, padding_hw);
}

/* -- MaxPool2d -- */

typedef struct MaxPool2d {
    Module base;
    TensorMaxPool2dArgs args;
} MaxPool2d;

static Tensor *max_pool2d_call(Module *module, TensorList inputs)
{
    return tensor_max_pool2d_args(inputs.items[0], &((const MaxPool2d *)module)->args);
}

static void max_pool2d_repr(const Module *module, FILE *out)
{
    const TensorMaxPool2dArgs *a = &((const MaxPool2d *)module)->args;
    write_window(out, a->kernel_size, a->kernel_size_hw, a->stride, a->stride_hw, a->padding, a->padding_hw);
    write_size(out, ", dilation", a->dilation, a->dilation_hw);
    fprintf(out, ", ceil_mode=%s", repr_bool(a->ceil_mode));
}

static const ModuleType MaxPool2d_type = {.name = "MaxPool2d",
                                          .size = sizeof(MaxPool2d),
                                          .n_inputs = 1,
                                          .forward = max_pool2d_call,
                                          .extra_repr = max_pool2d_repr};

/* Is there a kernel_size, or a pair instead? */
static bool sized(const char *type, int64_t kernel_size, const int64_t pair[2])
{
    return pair[0] != 0 || pair[1] != 0 || layer_given(type, {"kernel_size", kernel_size});
}

Module *nn_max_pool2d(const MaxPool2dArgs *args)
{
    if (!sized("MaxPool2d", args->kernel_size, args->kernel_size_hw))
        return NULL;
    if (args->return_indices)
        return error_raise(ERROR_UNSUPPORTED, "MaxPool2d",
                           "return_indices=True: a module has one result; tensor_max_pool2d_with_indices "
                           "gives the indices too");
    MaxPool2d *self = nn_new(MaxPool2d);
    if (self == NULL)
        return NULL;
    self->args = (TensorMaxPool2dArgs){.kernel_size = args->kernel_size,
                                       .stride = args->stride,
                                       .padding = args->padding,
                                       .dilation = args->dilation,
                                       .ceil_mode = args->ceil_mode};
    memcpy(self->args.kernel_size_hw, args->kernel_size_hw, sizeof args->kernel_size_hw);
    memcpy(self->args.stride_hw, args->stride_hw, sizeof args->stride_hw);
    memcpy(self->args.padding_hw, args->padding_hw, sizeof args->padding_hw);
    memcpy(self->args.dilation_hw, args->dilation_hw, sizeof args->dilation_hw);
    return &self->base;
}

/* -- AvgPool2d -- */

typedef struct AvgPool2d {
    Module base;
    TensorAvgPool2dArgs args;
} AvgPool2d;

static Tensor *avg_pool2d_call(Module *module, TensorList inputs)
{
    return tensor_avg_pool2d_args(inputs.items[0], &((const AvgPool2d *)module)->args);
}

static void avg_pool2d_repr(const Module *module, FILE *out)
{
    const TensorAvgPool2dArgs *a = &((const AvgPool2d *)module)->args;
    write_window(out, a->kernel_size, a->kernel_size_hw, a->stride, a->stride_hw, a->padding, a->padding_hw);
}

static const ModuleType AvgPool2d_type = {.name = "AvgPool2d",
                                          .size = sizeof(AvgPool2d),
                                          .n_inputs = 1,
                                          .forward = avg_pool2d_call,
                                          .extra_repr = avg_pool2d_repr};

Module *nn_avg_pool2d(const TensorAvgPool2dArgs *args)
{
    if (!sized("AvgPool2d", args->kernel_size, args->kernel_size_hw))
        return NULL;
    AvgPool2d *self = nn_new(AvgPool2d);
    if (self == NULL)
        return NULL;
    self->args = *args;
    return &self->base;
}

/* -- AdaptiveAvgPool2d, AdaptiveMaxPool2d -- */

typedef struct AdaptivePool2d {
    Module base;
    TensorAdaptivePool2dArgs args;
} AdaptivePool2d;

static Tensor *adaptive_avg_pool2d_call(Module *module, TensorList inputs)
{
    return tensor_adaptive_avg_pool2d_args(inputs.items[0], &((const AdaptivePool2d *)module)->args);
}

static Tensor *adaptive_max_pool2d_call(Module *module, TensorList inputs)
{
    return tensor_adaptive_max_pool2d_args(inputs.items[0], &((const AdaptivePool2d *)module)->args);
}

static void adaptive_pool2d_repr(const Module *module, FILE *out)
{
    const TensorAdaptivePool2dArgs *a = &((const AdaptivePool2d *)module)->args;
    write_size(out, "output_size", a->output_size, a->output_size_hw);
}

static const ModuleType AdaptiveAvgPool2d_type = {.name = "AdaptiveAvgPool2d",
                                                  .size = sizeof(AdaptivePool2d),
                                                  .n_inputs = 1,
                                                  .forward = adaptive_avg_pool2d_call,
                                                  .extra_repr = adaptive_pool2d_repr};

static const ModuleType AdaptiveMaxPool2d_type = {.name = "AdaptiveMaxPool2d",
                                                  .size = sizeof(AdaptivePool2d),
                                                  .n_inputs = 1,
                                                  .forward = adaptive_max_pool2d_call,
                                                  .extra_repr = adaptive_pool2d_repr};

static Module *new_adaptive(const ModuleType *type, const TensorAdaptivePool2dArgs *args)
{
    AdaptivePool2d *self = (AdaptivePool2d *)(void *)nn_module_alloc(type);
    if (self == NULL)
        return NULL;
    self->args = *args;
    return &self->base;
}

Module *nn_adaptive_avg_pool2d(const TensorAdaptivePool2dArgs *args)
{
    return new_adaptive(&AdaptiveAvgPool2d_type, args);
}

Module *nn_adaptive_max_pool2d(const TensorAdaptivePool2dArgs *args)
{
    return new_adaptive(&AdaptiveMaxPool2d_type, args);
}
