#include "nn/conv.h"

#include <string.h>

#include "autograd/ops/rearrange.h"
#include "core/error.h"
#include "nn/layer.h"
#include "nn/repr.h"

typedef struct Conv {
    Module base;
    int dims; /* 1 or 2: how many numbers of each pair count */
    int64_t in_channels, out_channels, groups;
    int64_t kernel_size[2], stride[2], padding[2], dilation[2], output_padding[2];
    const char *padding_mode;
} Conv;

/* x with the border that padding_mode makes of it, if it is not the convolution itself that adds zeros;
 * padding[] is then what is left for the convolution to do, nothing. */
static Tensor *with_border(const Conv *self, Tensor *x, int64_t padding[2])
{
    int64_t sides[4];
    padding[0] = self->padding[0];
    padding[1] = self->padding[1];
    if (strcmp(self->padding_mode, "zeros") == 0)
        return x;
    for (int d = 0; d < self->dims; d++) {
        int64_t *before = &sides[2 * (self->dims - 1 - d)],
                same = self->dilation[d] * (self->kernel_size[d] - 1);
        before[0] = padding[d] == PADDING_SAME ? same / 2 : padding[d];
        before[1] = padding[d] == PADDING_SAME ? same - same / 2 : padding[d];
        padding[d] = 0;
    }
    return (tensor_pad)(x, (Dims){2 * self->dims, sides}, self->padding_mode, NULL);
}

static Tensor *conv_call(Module *module, TensorList inputs)
{
    const Conv *self = (const Conv *)module;
    Tensor *(*convolve)(Tensor *, Tensor *, Tensor *, Dims, Dims, Dims, int64_t) =
        self->dims == 1 ? tensor_conv1d : tensor_conv2d;
    int64_t padding[2];
    Tensor *x = with_border(self, inputs.items[0], padding);
    return convolve(x, layer_parameter(module, 0), layer_parameter(module, 1),
                    (Dims){self->dims, self->stride}, (Dims){self->dims, padding},
                    (Dims){self->dims, self->dilation}, self->groups);
}

static Tensor *conv_transpose2d_call(Module *module, TensorList inputs)
{
    const Conv *self = (const Conv *)module;
    return (tensor_conv_transpose2d)(inputs.items[0], layer_parameter(module, 0), layer_parameter(module, 1),
                                     (Dims){2, self->stride}, (Dims){2, self->padding},
                                     (Dims){2, self->output_padding}, self->groups,
                                     (Dims){2, self->dilation});
}

/* Writes a size that is not the usual one. */
static void write_unless(FILE *out, const Conv *self, const char *name, const int64_t *sizes, int64_t usual)
{
    if (sizes[0] == usual && (self->dims == 1 || sizes[1] == usual))
        return;
    fprintf(out, ", %s=", name);
    if (sizes[0] == PADDING_SAME)
        fputs("same", out);
    else
        repr_tuple(out, sizes, self->dims);
}

static void conv_repr(const Module *module, FILE *out)
{
    const Conv *self = (const Conv *)module;
    fprintf(out, "%lld, %lld, kernel_size=", (long long)self->in_channels, (long long)self->out_channels);
    repr_tuple(out, self->kernel_size, self->dims);
    fputs(", stride=", out);
    repr_tuple(out, self->stride, self->dims);
    write_unless(out, self, "padding", self->padding, 0);
    write_unless(out, self, "dilation", self->dilation, 1);
    write_unless(out, self, "output_padding", self->output_padding, 0);
    if (self->groups != 1)
        fprintf(out, ", groups=%lld", (long long)self->groups);
    if (layer_parameter(module, 1) == NULL)
        fputs(", bias=False", out);
    if (strcmp(self->padding_mode, "zeros") != 0)
        fprintf(out, ", padding_mode=%s", self->padding_mode);
}

static int64_t conv_multiply_adds(const Module *module, TensorList inputs, const Tensor *output)
{
    const Conv *self = (const Conv *)module;
    (void)inputs;
    return tensor_numel(output) * (self->in_channels / self->groups) * self->kernel_size[0] *
           self->kernel_size[1];
}

static int64_t conv_transpose2d_multiply_adds(const Module *module, TensorList inputs, const Tensor *output)
{
    const Conv *self = (const Conv *)module;
    (void)output;
    return tensor_numel(inputs.items[0]) * (self->out_channels / self->groups) * self->kernel_size[0] *
           self->kernel_size[1];
}

static const ModuleType Conv1d_type = {.name = "Conv1d",
                                       .size = sizeof(Conv),
                                       .n_inputs = 1,
                                       .forward = conv_call,
                                       .extra_repr = conv_repr,
                                       .multiply_adds = conv_multiply_adds};

static const ModuleType Conv2d_type = {.name = "Conv2d",
                                       .size = sizeof(Conv),
                                       .n_inputs = 1,
                                       .forward = conv_call,
                                       .extra_repr = conv_repr,
                                       .multiply_adds = conv_multiply_adds};

static const ModuleType ConvTranspose2d_type = {.name = "ConvTranspose2d",
                                                .size = sizeof(Conv),
                                                .n_inputs = 1,
                                                .forward = conv_transpose2d_call,
                                                .extra_repr = conv_repr,
                                                .multiply_adds = conv_transpose2d_multiply_adds};

/* The padding mode as a string that outlives the caller's; NULL after ERROR_VALUE. */
static const char *check_padding_mode(const char *type, const char *mode)
{
    static const char *const modes[] = {"zeros", "reflect", "replicate", "circular"};
    for (size_t i = 0; i < sizeof modes / sizeof *modes && mode != NULL; i++)
        if (strcmp(mode, modes[i]) == 0)
            return modes[i];
    return error_raise(ERROR_VALUE, type,
                       "padding_mode must be one of {'zeros', 'reflect', 'replicate', 'circular'}, but got "
                       "padding_mode='%s'",
                       mode != NULL ? mode : "NULL");
}

static bool check(const char *type, const Conv2dArgs *args, const int64_t *stride, const int64_t *padding)
{
    bool sized = args->kernel_size != 0 || args->kernel_size_hw[0] != 0 || args->kernel_size_hw[1] != 0;
    if (!layer_given(type, {"in_channels", args->in_channels}, {"out_channels", args->out_channels},
                     {"kernel_size", sized ? args->kernel_size : TENSOR_NONE}))
        return false;
    const char *message = NULL;
    bool same = padding[0] == PADDING_SAME || padding[1] == PADDING_SAME;
    if (args->groups <= 0)
        message = "groups must be a positive integer";
    else if (args->in_channels % args->groups != 0)
        message = "in_channels must be divisible by groups";
    else if (args->out_channels % args->groups != 0)
        message = "out_channels must be divisible by groups";
    else if (same && (stride[0] != 1 || stride[1] != 1))
        message = "padding='same' is not supported for strided convolutions";
    return message == NULL || error_raise(ERROR_VALUE, type, "%s", message) != NULL;
}

static Module *new_conv(const ModuleType *type, int dims, const Conv2dArgs *args)
{
    int64_t stride[2], padding[2];
    layer_pair(stride, args->stride, args->stride_hw);
    layer_pair(padding, args->padding, args->padding_hw);
    const char *mode =
        check(type->name, args, stride, padding) ? check_padding_mode(type->name, args->padding_mode) : NULL;
    Conv *self = mode != NULL ? (Conv *)(void *)nn_module_alloc(type) : NULL;
    if (self == NULL)
        return NULL;
    self->dims = dims;
    self->in_channels = args->in_channels;
    self->out_channels = args->out_channels;
    self->groups = args->groups;
    self->padding_mode = mode;
    memcpy(self->stride, stride, sizeof stride);
    memcpy(self->padding, padding, sizeof padding);
    layer_pair(self->kernel_size, args->kernel_size, args->kernel_size_hw);
    layer_pair(self->dilation, args->dilation, args->dilation_hw);
    if (dims == 1)
        self->kernel_size[1] = 1;
    bool transposed = type == &ConvTranspose2d_type;
    int64_t in = args->in_channels, out = args->out_channels;
    int64_t weight[] = {transposed ? in : out, (transposed ? out : in) / args->groups, self->kernel_size[0],
                        self->kernel_size[1]};
    layer_linear_parameters(&self->base, (Dims){2 + dims, weight}, args->bias, args->out_channels,
                            (LayerPlace){args->device, args->dtype});
    return layer_finished(&self->base);
}

Module *nn_conv2d(const Conv2dArgs *args)
{
    return new_conv(&Conv2d_type, 2, args);
}

Module *nn_conv1d(const Conv1dArgs *args)
{
    return new_conv(&Conv1d_type, 1,
                    &(Conv2dArgs){.in_channels = args->in_channels,
                                  .out_channels = args->out_channels,
                                  .kernel_size = args->kernel_size,
                                  .stride = args->stride,
                                  .padding = args->padding,
                                  .dilation = args->dilation,
                                  .groups = args->groups,
                                  .bias = args->bias,
                                  .padding_mode = args->padding_mode,
                                  .device = args->device,
                                  .dtype = args->dtype});
}

static void copy_pair(int64_t to[2], const int64_t from[2])
{
    to[0] = from[0];
    to[1] = from[1];
}

Module *nn_conv_transpose2d(const ConvTranspose2dArgs *args)
{
    Conv2dArgs conv = {.in_channels = args->in_channels,
                       .out_channels = args->out_channels,
                       .kernel_size = args->kernel_size,
                       .stride = args->stride,
                       .padding = args->padding,
                       .dilation = args->dilation,
                       .groups = args->groups,
                       .bias = args->bias,
                       .padding_mode = args->padding_mode,
                       .device = args->device,
                       .dtype = args->dtype};
    if (args->padding_mode == NULL || strcmp(args->padding_mode, "zeros") != 0)
        return error_raise(ERROR_VALUE, "ConvTranspose2d",
                           "Only \"zeros\" padding mode is supported for ConvTranspose2d");
    copy_pair(conv.kernel_size_hw, args->kernel_size_hw);
    copy_pair(conv.stride_hw, args->stride_hw);
    copy_pair(conv.padding_hw, args->padding_hw);
    copy_pair(conv.dilation_hw, args->dilation_hw);
    Module *module = new_conv(&ConvTranspose2d_type, 2, &conv);
    if (module != NULL)
        layer_pair(((Conv *)module)->output_padding, args->output_padding, args->output_padding_hw);
    return module;
}
