"""Writes tests/vectors/mobilenet.inc: examples/mobilenet.py in PyTorch, for tests/test_mobilenet.c.

    python tests/reference/mobilenet.py > tests/vectors/mobilenet.inc

For each seed: FNV-1a hashes of the state_dict's names and of the initial weights, the losses of 6 steps in float64 with
the example's optimizer and schedule, and the accuracy after them. The images are those of tests/reference/pattern.py.
"""
import importlib.util
import os

import torch
import torch.nn as nn
from torch.utils.data import DataLoader

from pattern import Pattern, fnv1a, reference_transform

HERE = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location("example", os.path.join(HERE, "../../examples/mobilenet.py"))
example = importlib.util.module_from_spec(spec)
spec.loader.exec_module(example)

IMAGES, BATCH, STEPS = 24, 6, 6


def train(seed):
    torch.manual_seed(seed)
    loader = DataLoader(Pattern(IMAGES, 10, reference_transform()), batch_size=BATCH, shuffle=True)
    model = example.MobileNet()
    names = fnv1a("".join(model.state_dict()).encode())
    weights = fnv1a(b"".join(p.detach().numpy().tobytes() for p in model.parameters()))
    model.double()
    criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
    optimizer = example.make_optimizer(model)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=4)
    losses = []
    while len(losses) < STEPS:
        for inputs, labels in loader:
            if len(losses) == STEPS:
                break
            optimizer.zero_grad()
            loss = criterion(model(inputs.double()), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        scheduler.step()
    accuracy = example.evaluate(model.float(), loader, "cpu")
    numbers = ", ".join(repr(v) for v in losses)
    print(f"{{{seed}, 0x{names:016x}u, 0x{weights:016x}u, {{{numbers}}}, {accuracy!r}}},")


for seed in (0, 1):
    train(seed)
