#include "nn/blocks.h"

#include "autograd/ops/operations.h"
#include "core/error.h"
#include "nn/activation.h"
#include "nn/conv.h"
#include "nn/layer.h"
#include "nn/linear.h"
#include "nn/normalization.h"
#include "nn/pooling.h"
#include "nn/sequential.h"

/* -- SEModule -- */

typedef struct SEModule {
    Module base;
    Module *avg_pool;
    Module *fc;
} SEModule;

NN_FORWARD(SEModule, self, x)
{
    int64_t b = tensor_size(x, 0), c = tensor_size(x, 1);
    Tensor *y = tensor_view(nn_forward(self->avg_pool, x), b, c);
    y = tensor_view(nn_forward(self->fc, y), b, c, 1, 1);
    return tensor_mul(x, tensor_expand_as(y, x));
}

Module *nn_se_module(const SEModuleArgs *args)
{
    if (!layer_given("SEModule", {"in_channels", args->in_channels}))
        return NULL;
    if (args->reduction <= 0)
        return error_raise(ERROR_VALUE, "SEModule", "reduction must be positive, but got %lld",
                           (long long)args->reduction);
    int64_t channels = args->in_channels, squeezed = args->in_channels / args->reduction;
    SEModule *self = nn_new(SEModule);
    nn_child(self, avg_pool, nn_AdaptiveAvgPool2d(1));
    nn_child(self, fc,
             nn_Sequential(nn_Linear(channels, squeezed, .bias = false), nn_ReLU(.inplace = true),
                           nn_Linear(squeezed, channels, .bias = false), nn_Sigmoid()));
    return (Module *)self;
}

/* -- ResidualBlock -- */

typedef struct ResidualBlock {
    Module base;
    Module *conv1, *bn1, *relu, *conv2, *bn2;
    Module *se;
    Module *shortcut;
} ResidualBlock;

NN_FORWARD(ResidualBlock, self, x)
{
    Tensor *out = nn_forward(self->relu, nn_forward(self->bn1, nn_forward(self->conv1, x)));
    out = nn_forward(self->bn2, nn_forward(self->conv2, out));
    out = nn_forward(self->se, out);
    out = tensor_add_(out, nn_forward(self->shortcut, x));
    return nn_forward(self->relu, out);
}

Module *nn_residual_block(const ResidualBlockArgs *args)
{
    int64_t in = args->in_channels, out = args->out_channels, stride = args->stride;
    if (!layer_given("ResidualBlock", {"in_channels", in}, {"out_channels", out}))
        return NULL;
    ResidualBlock *self = nn_new(ResidualBlock);
    nn_child(self, conv1,
             nn_Conv2d(in, out, .kernel_size = 3, .stride = stride, .padding = 1, .bias = false));
    nn_child(self, bn1, nn_BatchNorm2d(out));
    nn_child(self, relu, nn_ReLU(.inplace = true));
    nn_child(self, conv2, nn_Conv2d(out, out, .kernel_size = 3, .stride = 1, .padding = 1, .bias = false));
    nn_child(self, bn2, nn_BatchNorm2d(out));
    nn_child(self, se, nn_SEModule(out));
    nn_child(self, shortcut, nn_Sequential());
    if (stride != 1 || in != out)
        nn_child(self, shortcut,
                 nn_Sequential(nn_Conv2d(in, out, .kernel_size = 1, .stride = stride, .bias = false),
                               nn_BatchNorm2d(out)));
    return (Module *)self;
}
