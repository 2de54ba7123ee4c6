"""PyTorch's side of examples/train_cifar10: the same model, data, options, metrics.

    python tests/reference/train.py --data DIR --seed S [--dtype float64] [--max-steps N] [--metrics FILE] ...

DIR holds cifar-10-batches-bin. The model is that of examples/se_resnet.py. After the same seed train_cifar10 has the same
initial weights, batches and, but for rounding, losses.
"""
import argparse
import json
import os
import sys
import time

import numpy
import torch
import torchvision.transforms as transforms
from PIL import Image

from reference_script import CustomCNN



class CIFAR10Binary(torch.utils.data.Dataset):
    """torchvision.datasets.CIFAR10 over the official binary layout: the same images in the same order."""

    def __init__(self, root, train, transform):
        names = [f"data_batch_{i}.bin" for i in range(1, 6)] if train else ["test_batch.bin"]
        folder = os.path.join(root, "cifar-10-batches-bin")
        rows = numpy.concatenate([numpy.fromfile(os.path.join(folder, n), numpy.uint8).reshape(-1, 3073) for n in names])
        self.labels = rows[:, 0].astype(int).tolist()
        self.images = rows[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        self.transform = transform

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return self.transform(Image.fromarray(self.images[index])), self.labels[index]


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default="data")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--lr", type=float, default=0.001)
    parser.add_argument("--momentum", type=float, default=0.9)
    parser.add_argument("--weight-decay", type=float, default=0)
    parser.add_argument("--schedule", choices=["none", "cosine", "onecycle"], default="none")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", choices=["float32", "float64"], default="float32")
    parser.add_argument("--max-steps", type=int, default=0)
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--metrics")
    return parser.parse_args()


def loaders(options):
    normalize = [transforms.ToTensor(), transforms.Normalize((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))]
    augment = [transforms.RandomCrop(32, padding=4), transforms.RandomHorizontalFlip()]
    trainset = CIFAR10Binary(options.data, True, transforms.Compose(augment + normalize))
    testset = CIFAR10Binary(options.data, False, transforms.Compose(normalize))
    if options.limit:
        trainset = torch.utils.data.Subset(trainset, range(min(options.limit, len(trainset))))
    make = torch.utils.data.DataLoader
    return (make(trainset, batch_size=options.batch_size, shuffle=True, num_workers=options.workers),
            make(testset, batch_size=options.batch_size, shuffle=False, num_workers=options.workers))


def scheduler(options, optimizer, steps):
    if options.schedule == "cosine":
        return torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps)
    if options.schedule == "onecycle":
        return torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=options.lr, total_steps=steps)
    return None


@torch.no_grad()
def evaluate(model, loader, device, dtype):
    model.eval()
    loss, correct, images = 0.0, 0, 0
    for inputs, labels in loader:
        labels = labels.to(device)
        outputs = model(inputs.to(device, dtype))
        loss += torch.nn.functional.cross_entropy(outputs, labels).item() * len(labels)
        correct += (outputs.argmax(1) == labels).sum().item()
        images += len(labels)
    model.train()
    return correct / images, loss / images


def main():
    options = arguments()
    torch.manual_seed(options.seed)
    device, dtype = torch.device(options.device), getattr(torch, options.dtype)
    trainloader, testloader = loaders(options)
    model = CustomCNN().to(device, dtype)
    criterion = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=options.lr, momentum=options.momentum, weight_decay=options.weight_decay)
    schedule = scheduler(options, optimizer, options.epochs * len(trainloader))
    metrics = open(options.metrics, "w") if options.metrics else sys.stdout
    step = 0
    for epoch in range(options.epochs):
        for inputs, labels in trainloader:
            started = time.perf_counter()
            lr = optimizer.param_groups[0]["lr"]
            optimizer.zero_grad()
            loss = criterion(model(inputs.to(device, dtype)), labels.to(device))
            loss.backward()
            optimizer.step()
            if schedule:
                schedule.step()
            step += 1
            line = {"epoch": epoch + 1, "step": step, "loss": loss.item(), "lr": lr,
                    "step_ms": (time.perf_counter() - started) * 1e3}
            print(json.dumps(line), file=metrics, flush=True)
            if step == options.max_steps:
                return
        accuracy, loss = evaluate(model, testloader, device, dtype)
        print(json.dumps({"epoch": epoch + 1, "test_accuracy": accuracy, "test_loss": loss}), file=metrics, flush=True)


if __name__ == "__main__":
    main()
