/* A small MobileNetV3 on CIFAR-10: mobilenet.py, line by line, laid out as the Python is. */
/* clang-format off */
#include <stdio.h>

#include <taper.h>

typedef enum Activation { NONE, RE, HS } Activation;

static Module *activation_new(Activation activation)
{
    return activation == HS ? nn_Hardswish(.inplace = true) : nn_ReLU(.inplace = true);
}

static int64_t make_divisible(int64_t v, int64_t divisor)
{
    int64_t rounded = (v + divisor / 2) / divisor * divisor, new_v = rounded > divisor ? rounded : divisor;
    if (10 * new_v < 9 * v)
        new_v += divisor;
    return new_v;
}

static Module *conv_norm(int64_t in_channels, int64_t out_channels, int64_t kernel_size, int64_t stride,
                         int64_t groups, Activation activation)
{
    Module *layers = nn_Sequential(
        nn_Conv2d(in_channels, out_channels, kernel_size, stride, .padding = (kernel_size - 1) / 2, .groups = groups,
                  .bias = false),
        nn_BatchNorm2d(out_channels, .eps = 0.001, .momentum = 0.01));
    if (activation != NONE)
        nn_append(layers, activation_new(activation));
    return layers;
}

typedef struct SqueezeExcitation {
    Module base;
    Module *avgpool, *fc1, *fc2, *activation, *scale_activation;
} SqueezeExcitation;

NN_FORWARD(SqueezeExcitation, self, x)
{
    Tensor *scale = nn_forward(self->avgpool, x);
    scale = nn_forward(self->activation, nn_forward(self->fc1, scale));
    scale = nn_forward(self->scale_activation, nn_forward(self->fc2, scale));
    return tensor_mul(scale, x);
}

static Module *SqueezeExcitation_new(int64_t input_channels, int64_t squeeze_channels)
{
    SqueezeExcitation *self = nn_new(SqueezeExcitation);
    nn_child(self, avgpool, nn_AdaptiveAvgPool2d(1));
    nn_child(self, fc1, nn_Conv2d(input_channels, squeeze_channels, 1));
    nn_child(self, fc2, nn_Conv2d(squeeze_channels, input_channels, 1));
    nn_child(self, activation, nn_ReLU());
    nn_child(self, scale_activation, nn_Hardsigmoid());
    return &self->base;
}

typedef struct InvertedResidual {
    Module base;
    bool use_res_connect;
    Module *block;
} InvertedResidual;

NN_FORWARD(InvertedResidual, self, x)
{
    Tensor *result = nn_forward(self->block, x);
    if (self->use_res_connect)
        tensor_add_(result, x);
    return result;
}

typedef struct Block {
    int64_t in_channels, kernel, expanded, out_channels;
    bool use_se;
    Activation activation;
    int64_t stride;
} Block;

static Module *InvertedResidual_new(Block b)
{
    InvertedResidual *self = nn_new(InvertedResidual);
    self->use_res_connect = b.stride == 1 && b.in_channels == b.out_channels;
    Module *layers = nn_Sequential();
    if (b.expanded != b.in_channels)
        nn_append(layers, conv_norm(b.in_channels, b.expanded, 1, 1, 1, b.activation));
    nn_append(layers, conv_norm(b.expanded, b.expanded, b.kernel, b.stride, b.expanded, b.activation));
    if (b.use_se)
        nn_append(layers, SqueezeExcitation_new(b.expanded, make_divisible(b.expanded / 4, 8)));
    nn_append(layers, conv_norm(b.expanded, b.out_channels, 1, 1, 1, NONE));
    nn_child(self, block, layers);
    return &self->base;
}

typedef struct MobileNet {
    Module base;
    Module *features, *avgpool, *classifier;
} MobileNet;

NN_FORWARD(MobileNet, self, x)
{
    x = nn_forward(self->avgpool, nn_forward(self->features, x));
    return nn_forward(self->classifier, tensor_flatten(x, 1));
}

static const Block blocks[] = {
    /* in, kernel, expanded, out, se, activation, stride */
    {16, 3, 16, 16, true, RE, 1},
    {16, 3, 72, 24, false, RE, 2},
    {24, 3, 88, 24, false, RE, 1},
    {24, 5, 96, 40, true, HS, 2},
    {40, 5, 240, 40, true, HS, 1},
    {40, 5, 120, 48, true, HS, 1},
    {48, 5, 144, 48, true, HS, 1},
    {48, 5, 288, 96, true, HS, 2},
    {96, 5, 576, 96, true, HS, 1},
};

static void init_weights(Module *m, void *user)
{
    (void)user;
    if (nn_isinstance(m, "Conv2d")) {
        nn_init_kaiming_normal_(nn_weight(m), .mode = "fan_out");
        if (nn_bias(m) != NULL)
            nn_init_zeros_(nn_bias(m));
    } else if (nn_isinstance(m, "BatchNorm2d")) {
        nn_init_ones_(nn_weight(m));
        nn_init_zeros_(nn_bias(m));
    } else if (nn_isinstance(m, "Linear")) {
        nn_init_normal_(nn_weight(m), 0, 0.01);
        nn_init_zeros_(nn_bias(m));
    }
}

static Module *MobileNet_new(int64_t num_classes)
{
    MobileNet *self = nn_new(MobileNet);
    nn_child(self, features, nn_Sequential(conv_norm(3, 16, 3, 1, 1, HS)));
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++)
        nn_append(self->features, InvertedResidual_new(blocks[i]));
    nn_append(self->features, conv_norm(96, 576, 1, 1, 1, HS));
    nn_child(self, avgpool, nn_AdaptiveAvgPool2d(1));
    nn_child(self, classifier, nn_Sequential(
        nn_Linear(576, 1024), nn_Hardswish(.inplace = true),
        nn_Dropout(.p = 0.2, .inplace = true),
        nn_Linear(1024, num_classes)));
    return nn_apply(&self->base, init_weights, NULL);
}

/* Those of the parameters that have more than one dimension, or the others. */
static TensorList matrices(TensorList parameters, bool wanted)
{
    TensorList chosen = {scope_alloc((size_t)parameters.n * sizeof(Tensor *)), 0};
    for (int64_t i = 0; i < parameters.n; i++)
        if ((tensor_dim(parameters.items[i]) > 1) == wanted)
            chosen.items[chosen.n++] = parameters.items[i];
    return chosen;
}

static Optimizer *make_optimizer(Module *model)
{
    TensorList decay = matrices(nn_parameters(model), true);
    TensorList no_decay = matrices(nn_parameters(model), false);
    Optimizer *optimizer = optim_SGD(decay, .lr = 0.05, .momentum = 0.9, .weight_decay = 5e-4, .nesterov = true);
    optim_add_param_group(optimizer, no_decay, {"weight_decay", 0});
    return optimizer;
}

static double evaluate(Module *model, DataLoader *loader, Device device)
{
    int64_t correct = 0, total = 0;
    nn_eval(model);
    autograd_no_grad {
        data_for_each(batch, loader) {
            Tensor *inputs = tensor_to(batch.inputs, device), *labels = tensor_to(batch.labels, device);
            Tensor *predicted = tensor_argmax(nn_forward(model, inputs), 1);
            correct += tensor_item_int(tensor_sum(tensor_eq(predicted, labels)));
            total += tensor_size(labels, 0);
        }
    }
    nn_train(model);
    return (double)correct / (double)total;
}

int main(void)
{
    tensor_manual_seed(0);
    Transform *normalize = data_Normalize({0.4914, 0.4822, 0.4465}, {0.2470, 0.2435, 0.2616});
    Transform *augment = data_Compose(
        data_RandomCrop(32, .padding = 4), data_RandomHorizontalFlip(), data_ToTensor(), normalize);
    Transform *plain = data_Compose(data_ToTensor(), normalize);
    Dataset *trainset = data_CIFAR10(.root = "./data", .train = true, .download = true, .transform = augment);
    Dataset *testset = data_CIFAR10(.root = "./data", .train = false, .transform = plain);
    DataLoader *trainloader = data_DataLoader(trainset, .batch_size = 128, .shuffle = true, .num_workers = 2);
    DataLoader *testloader = data_DataLoader(testset, .batch_size = 500, .num_workers = 2);

    Device device = cuda_is_available() ? cuda_device(0) : cpu_device();
    Module *model = nn_to(MobileNet_new(10), device);
    Module *criterion = nn_CrossEntropyLoss(.label_smoothing = 0.1);
    Optimizer *optimizer = make_optimizer(model);
    int epochs = 30;
    Scheduler *scheduler = optim_CosineAnnealingLR(optimizer, .T_max = epochs);

    double best = 0.0;
    for (int epoch = 0; epoch < epochs; epoch++) {
        double running_loss = 0.0;
        data_for_each(batch, trainloader) {
            Tensor *inputs = tensor_to(batch.inputs, device), *labels = tensor_to(batch.labels, device);
            optim_zero_grad(optimizer);
            Tensor *loss = nn_forward(criterion, nn_forward(model, inputs), labels);
            tensor_backward(loss);
            optim_step(optimizer);
            running_loss += tensor_item(loss);
        }
        optim_scheduler_step(scheduler);
        double accuracy = evaluate(model, testloader, device);
        printf("epoch %d: loss %.4f, test accuracy %.2f %%\n", epoch + 1,
               running_loss / (double)data_loader_length(trainloader), 100 * accuracy);
        if (accuracy > best) {
            best = accuracy;
            nn_save_safetensors(nn_state_dict(model), "mobilenet.safetensors");
        }
    }
    return 0;
}
