"""Writes tests/vectors/data.inc: the batches of PyTorch's DataLoader with torchvision's transforms, for tests/test_dataloader.c.

    python tests/reference/data.py > tests/vectors/data.inc

Each row: seed, workers, shuffle, drop_last, epoch, batch, number of images, labels, FNV-1a hash of the inputs' bytes.
"""
import sys

import torch
from torch.utils.data import DataLoader
from torchvision import transforms

from pattern import Pattern, fnv1a, reference_transform

N, CLASSES = 100, 97


def rows(name, transform, seed, workers, shuffle, drop_last, epochs=2):
    torch.manual_seed(seed)
    loader = DataLoader(Pattern(N, CLASSES, transform), batch_size=16, shuffle=shuffle, num_workers=workers, drop_last=drop_last)
    for epoch in range(epochs):
        for b, (inputs, labels) in enumerate(loader):
            numbers = ", ".join(str(v) for v in labels.tolist())
            print(f"{{{name}, {seed}, {workers}, {int(shuffle)}, {int(drop_last)}, {epoch}, {b}, {len(labels)}, {{{numbers}}}, "
                  f"0x{fnv1a(inputs.numpy().tobytes()):016x}u}},")
    print(f"after {name} {seed} {workers}: {torch.rand(1).item().hex()}", file=sys.stderr)


reference = reference_transform()
for seed in (0, 42):
    for workers in (0, 2):
        rows("REFERENCE", reference, seed, workers, True, False)
    rows("REFERENCE", reference, seed, 3, False, True, epochs=1)
statistics = transforms.Normalize((0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616))
for mode in ("edge", "reflect", "symmetric"):
    rows(mode.upper(), transforms.Compose([
        transforms.RandomCrop((28, 40), padding=(4, 3, 6, 2), padding_mode=mode), transforms.RandomHorizontalFlip(0.3),
        transforms.ToTensor(), statistics]), 7, 0, True, False, epochs=1)
rows("NEEDED", transforms.Compose([
    transforms.RandomCrop(40, pad_if_needed=True, fill=77), transforms.ToTensor(), statistics]), 7, 2, True, False, epochs=1)
