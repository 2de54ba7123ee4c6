/* The SE-ResNet on CIFAR-10: se_resnet.py, line by line, laid out as the Python is. */
/* clang-format off */
#include <stdio.h>

#include <taper.h>

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

static Module *SEModule_new(int64_t in_channels, int64_t reduction)
{
    SEModule *self = nn_new(SEModule);
    nn_child(self, avg_pool, nn_AdaptiveAvgPool2d(1));
    nn_child(self, fc, nn_Sequential(
        nn_Linear(in_channels, in_channels / reduction, .bias = false),
        nn_ReLU(.inplace = true),
        nn_Linear(in_channels / reduction, in_channels, .bias = false),
        nn_Sigmoid()));
    return &self->base;
}

typedef struct ResidualBlock {
    Module base;
    Module *conv1, *bn1, *relu, *conv2, *bn2, *se, *shortcut;
} ResidualBlock;

NN_FORWARD(ResidualBlock, self, x)
{
    Tensor *out = nn_forward(self->relu, nn_forward(self->bn1, nn_forward(self->conv1, x)));
    out = nn_forward(self->bn2, nn_forward(self->conv2, out));
    out = nn_forward(self->se, out);
    tensor_add_(out, nn_forward(self->shortcut, x));
    return nn_forward(self->relu, out);
}

static Module *ResidualBlock_new(int64_t in_channels, int64_t out_channels, int64_t stride)
{
    ResidualBlock *self = nn_new(ResidualBlock);
    nn_child(self, conv1, nn_Conv2d(in_channels, out_channels, .kernel_size = 3, .stride = stride, .padding = 1,
                                    .bias = false));
    nn_child(self, bn1, nn_BatchNorm2d(out_channels));
    nn_child(self, relu, nn_ReLU(.inplace = true));
    nn_child(self, conv2, nn_Conv2d(out_channels, out_channels, .kernel_size = 3, .stride = 1, .padding = 1,
                                    .bias = false));
    nn_child(self, bn2, nn_BatchNorm2d(out_channels));
    nn_child(self, se, SEModule_new(out_channels, 16));
    nn_child(self, shortcut, nn_Sequential());
    if (stride != 1 || in_channels != out_channels)
        nn_child(self, shortcut, nn_Sequential(
            nn_Conv2d(in_channels, out_channels, .kernel_size = 1, .stride = stride, .bias = false),
            nn_BatchNorm2d(out_channels)));
    return &self->base;
}

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
    out = tensor_view(out, tensor_size(out, 0), -1);
    return nn_forward(self->fc, out);
}

static Module *make_layer(int64_t in_channels, int64_t out_channels, int num_blocks, int64_t stride)
{
    Module *layers = nn_Sequential();
    for (int i = 0; i < num_blocks; i++) {
        nn_append(layers, ResidualBlock_new(in_channels, out_channels, i == 0 ? stride : 1));
        in_channels = out_channels;
    }
    return layers;
}

static Module *CustomCNN_new(int64_t num_classes)
{
    CustomCNN *self = nn_new(CustomCNN);
    nn_child(self, conv1, nn_Conv2d(3, 64, .kernel_size = 3, .stride = 1, .padding = 1, .bias = false));
    nn_child(self, bn1, nn_BatchNorm2d(64));
    nn_child(self, relu, nn_ReLU(.inplace = true));
    nn_child(self, layer1, make_layer(64, 64, 2, 1));
    nn_child(self, layer2, make_layer(64, 128, 2, 2));
    nn_child(self, layer3, make_layer(128, 256, 2, 2));
    nn_child(self, layer4, make_layer(256, 512, 2, 2));
    nn_child(self, avg_pool, nn_AdaptiveAvgPool2d(.output_size_hw = {1, 1}));
    nn_child(self, fc, nn_Linear(512, num_classes));
    return &self->base;
}

int main(void)
{
    tensor_manual_seed(0);
    Transform *transform = data_Compose(
        data_RandomCrop(32, .padding = 4), data_RandomHorizontalFlip(),
        data_ToTensor(), data_Normalize({0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}));
    Dataset *trainset = data_CIFAR10(.root = "./data", .train = true, .download = true, .transform = transform);
    DataLoader *trainloader = data_DataLoader(trainset, .batch_size = 32, .shuffle = true, .num_workers = 2);

    Module *model = CustomCNN_new(10);
    Module *criterion = nn_CrossEntropyLoss();
    Optimizer *optimizer = optim_SGD(nn_parameters(model), .lr = 0.001, .momentum = 0.9);
    Device device = cuda_is_available() ? cuda_device(0) : cpu_device();
    nn_to(model, device);

    for (int epoch = 0; epoch < 10; epoch++) {
        double running_loss = 0.0;
        data_for_each(batch, trainloader) {
            Tensor *inputs = tensor_to(batch.inputs, device), *labels = tensor_to(batch.labels, device);
            optim_zero_grad(optimizer);
            Tensor *outputs = nn_forward(model, inputs);
            Tensor *loss = nn_forward(criterion, outputs, labels);
            tensor_backward(loss);
            optim_step(optimizer);
            running_loss += tensor_item(loss);
            if (batch.index % 200 == 199) {
                printf("[%d, %5lld] loss: %.3f\n", epoch + 1, (long long)batch.index + 1, running_loss / 200);
                running_loss = 0.0;
            }
        }
    }
    return 0;
}
