"""Images of a fixed pattern, as in tests/pattern.c, and FNV-1a, as in tests/fnv1a.h."""
import numpy
from PIL import Image
from torch.utils.data import Dataset
from torchvision import transforms


class Pattern(Dataset):
    def __init__(self, n, classes, transform):
        i = numpy.arange(n * 3072, dtype=numpy.uint64)
        pixels = ((i * 2654435761 % 2**32) >> 13).astype(numpy.uint8)
        self.data = pixels.reshape(n, 3, 32, 32).transpose(0, 2, 3, 1)
        self.classes, self.transform = classes, transform

    def __len__(self):
        return len(self.data)

    def __getitem__(self, i):
        return self.transform(Image.fromarray(self.data[i])), i % self.classes


def reference_transform():
    return transforms.Compose([
        transforms.RandomCrop(32, padding=4), transforms.RandomHorizontalFlip(),
        transforms.ToTensor(), transforms.Normalize((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))])


def fnv1a(data, h=0xCBF29CE484222325):
    for byte in data:
        h = (h ^ byte) * 0x100000001B3 % 2**64
    return h
