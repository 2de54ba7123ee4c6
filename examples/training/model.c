#include "model.h"

typedef struct CustomCNN {
    Module base;
    Module *conv1, *bn1, *relu, *layer1, *layer2, *layer3, *layer4, *avg_pool, *fc;
} CustomCNN;

NN_FORWARD(CustomCNN, self, x)
{
    Tensor *out = nn_forward(self->relu, nn_forward(self->bn1, nn_forward(self->conv1, x)));
    out = nn_forward(self->layer2, nn_forward(self->layer1, out));
    out = nn_forward(self->layer4, nn_forward(self->layer3, out));
    out = nn_forward(self->avg_pool, out);
    return nn_forward(self->fc, tensor_flatten(out, 1));
}

static Module *layer(int64_t in_channels, int64_t out_channels, int64_t stride)
{
    return nn_Sequential(nn_ResidualBlock(in_channels, out_channels, .stride = stride),
                         nn_ResidualBlock(out_channels, out_channels));
}

Module *se_resnet_new(int64_t num_classes)
{
    CustomCNN *self = nn_new(CustomCNN);
    nn_child(self, conv1, nn_Conv2d(3, 64, .kernel_size = 3, .padding = 1, .bias = false));
    nn_child(self, bn1, nn_BatchNorm2d(64));
    nn_child(self, relu, nn_ReLU(.inplace = true));
    nn_child(self, layer1, layer(64, 64, 1));
    nn_child(self, layer2, layer(64, 128, 2));
    nn_child(self, layer3, layer(128, 256, 2));
    nn_child(self, layer4, layer(256, 512, 2));
    nn_child(self, avg_pool, nn_AdaptiveAvgPool2d(.output_size_hw = {1, 1}));
    nn_child(self, fc, nn_Linear(512, num_classes));
    return &self->base;
}
