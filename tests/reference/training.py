"""Writes tests/vectors/training.inc: a small SE-ResNet trained by PyTorch, for tests/test_training.c.

    python tests/reference/training.py > tests/vectors/training.inc

For each seed: FNV-1a hashes of the initial weights (all float parameters, in order) and of the inputs and labels of all
batches, and the losses of 20 steps in float64. The images are those of tests/reference/pattern.py, the blocks those of examples/se_resnet.py.
"""
import torch
import torch.nn as nn
from torch.utils.data import DataLoader

from pattern import Pattern, fnv1a, reference_transform
from reference_script import ResidualBlock

N, BATCH, STEPS = 80, 8, 20


class SmallNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, kernel_size=3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.relu = nn.ReLU(inplace=True)
        self.layer1 = nn.Sequential(ResidualBlock(16, 16), ResidualBlock(16, 32, stride=2))
        self.avg_pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(32, 10)

    def forward(self, x):
        out = self.layer1(self.relu(self.bn1(self.conv1(x))))
        return self.fc(torch.flatten(self.avg_pool(out), 1))


def train(seed):
    torch.manual_seed(seed)
    loader = DataLoader(Pattern(N, 10, reference_transform()), batch_size=BATCH, shuffle=True, num_workers=2)
    model = SmallNet()
    weights = fnv1a(b"".join(p.detach().numpy().tobytes() for p in model.parameters()))
    model.double()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
    batches, losses = [], []
    while len(losses) < STEPS:
        for inputs, labels in loader:
            batches += [inputs.numpy().tobytes(), labels.numpy().tobytes()]
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(inputs.double()), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    numbers = ", ".join(repr(v) for v in losses)
    print(f"{{{seed}, 0x{weights:016x}u, 0x{fnv1a(bytes().join(batches)):016x}u, {{{numbers}}}}},")


for seed in (0, 1):
    train(seed)
