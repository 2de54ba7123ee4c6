import torch
import torch.nn as nn
import torch.optim as optim
import torchvision
import torchvision.transforms as transforms
from safetensors.torch import save_file

RE, HS = nn.ReLU, nn.Hardswish


def make_divisible(v, divisor=8):
    new_v = max(divisor, (v + divisor // 2) // divisor * divisor)
    if 10 * new_v < 9 * v:
        new_v += divisor
    return new_v


def conv_norm(in_channels, out_channels, kernel_size, stride, groups, activation):
    layers = nn.Sequential(
        nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding=(kernel_size - 1) // 2, groups=groups,
                  bias=False),
        nn.BatchNorm2d(out_channels, eps=0.001, momentum=0.01))
    if activation is not None:
        layers.append(activation(inplace=True))
    return layers


class SqueezeExcitation(nn.Module):
    def __init__(self, input_channels, squeeze_channels):
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(input_channels, squeeze_channels, 1)
        self.fc2 = nn.Conv2d(squeeze_channels, input_channels, 1)
        self.activation = nn.ReLU()
        self.scale_activation = nn.Hardsigmoid()

    def forward(self, x):
        scale = self.avgpool(x)
        scale = self.activation(self.fc1(scale))
        scale = self.scale_activation(self.fc2(scale))
        return scale * x


class InvertedResidual(nn.Module):
    def __init__(self, in_channels, kernel, expanded, out_channels, use_se, activation, stride):
        super().__init__()
        self.use_res_connect = stride == 1 and in_channels == out_channels
        layers = nn.Sequential()
        if expanded != in_channels:
            layers.append(conv_norm(in_channels, expanded, 1, 1, 1, activation))
        layers.append(conv_norm(expanded, expanded, kernel, stride, expanded, activation))
        if use_se:
            layers.append(SqueezeExcitation(expanded, make_divisible(expanded // 4)))
        layers.append(conv_norm(expanded, out_channels, 1, 1, 1, None))
        self.block = layers

    def forward(self, x):
        result = self.block(x)
        if self.use_res_connect:
            result += x
        return result


class MobileNet(nn.Module):
    blocks = [
        # in, kernel, expanded, out, se, activation, stride
        (16, 3, 16, 16, True, RE, 1),
        (16, 3, 72, 24, False, RE, 2),
        (24, 3, 88, 24, False, RE, 1),
        (24, 5, 96, 40, True, HS, 2),
        (40, 5, 240, 40, True, HS, 1),
        (40, 5, 120, 48, True, HS, 1),
        (48, 5, 144, 48, True, HS, 1),
        (48, 5, 288, 96, True, HS, 2),
        (96, 5, 576, 96, True, HS, 1),
    ]

    def __init__(self, num_classes=10):
        super().__init__()
        self.features = nn.Sequential(conv_norm(3, 16, 3, 1, 1, HS))
        for block in self.blocks:
            self.features.append(InvertedResidual(*block))
        self.features.append(conv_norm(96, 576, 1, 1, 1, HS))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(
            nn.Linear(576, 1024), nn.Hardswish(inplace=True),
            nn.Dropout(p=0.2, inplace=True),
            nn.Linear(1024, num_classes))
        self.apply(init_weights)

    def forward(self, x):
        x = self.avgpool(self.features(x))
        return self.classifier(torch.flatten(x, 1))


def init_weights(m):
    if isinstance(m, nn.Conv2d):
        nn.init.kaiming_normal_(m.weight, mode="fan_out")
        if m.bias is not None:
            nn.init.zeros_(m.bias)
    elif isinstance(m, nn.BatchNorm2d):
        nn.init.ones_(m.weight)
        nn.init.zeros_(m.bias)
    elif isinstance(m, nn.Linear):
        nn.init.normal_(m.weight, 0, 0.01)
        nn.init.zeros_(m.bias)


def make_optimizer(model):
    decay = [p for p in model.parameters() if p.dim() > 1]
    no_decay = [p for p in model.parameters() if p.dim() <= 1]
    optimizer = optim.SGD(decay, lr=0.05, momentum=0.9, weight_decay=5e-4, nesterov=True)
    optimizer.add_param_group({"params": no_decay, "weight_decay": 0})
    return optimizer


def evaluate(model, loader, device):
    model.eval()
    correct, total = 0, 0
    with torch.no_grad():
        for inputs, labels in loader:
            inputs, labels = inputs.to(device), labels.to(device)
            predicted = model(inputs).argmax(1)
            correct += (predicted == labels).sum().item()
            total += labels.size(0)
    model.train()
    return correct / total


if __name__ == "__main__":
    torch.manual_seed(0)
    normalize = transforms.Normalize((0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616))
    augment = transforms.Compose([
        transforms.RandomCrop(32, padding=4), transforms.RandomHorizontalFlip(), transforms.ToTensor(), normalize])
    plain = transforms.Compose([transforms.ToTensor(), normalize])
    trainset = torchvision.datasets.CIFAR10(root="./data", train=True, download=True, transform=augment)
    testset = torchvision.datasets.CIFAR10(root="./data", train=False, transform=plain)
    trainloader = torch.utils.data.DataLoader(trainset, batch_size=128, shuffle=True, num_workers=2)
    testloader = torch.utils.data.DataLoader(testset, batch_size=500, num_workers=2)

    device = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
    model = MobileNet().to(device)
    criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
    optimizer = make_optimizer(model)
    epochs = 30
    scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)

    best = 0.0
    for epoch in range(epochs):
        running_loss = 0.0
        for inputs, labels in trainloader:
            inputs, labels = inputs.to(device), labels.to(device)
            optimizer.zero_grad()
            loss = criterion(model(inputs), labels)
            loss.backward()
            optimizer.step()
            running_loss += loss.item()
        scheduler.step()
        accuracy = evaluate(model, testloader, device)
        print(f"epoch {epoch + 1}: loss {running_loss / len(trainloader):.4f}, test accuracy {100 * accuracy:.2f} %")
        if accuracy > best:
            best = accuracy
            save_file(model.state_dict(), "mobilenet.safetensors")
