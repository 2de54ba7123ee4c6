"""The convolutions of the reference model: Taper's times over PyTorch's, measured in turn.

    python3 bench/conv.py [--program build/bench/conv] [--batch 32] [--threads 2] [--rounds 3]
"""
import statistics
import time

import torch

import compare

SHAPES = {  # name: channels in, out, size, kernel, stride, groups; as in bench/conv.c
    "stem": (3, 64, 32, 3, 1, 1), "64@32": (64, 64, 32, 3, 1, 1), "64-128/2": (64, 128, 32, 3, 2, 1),
    "128@16": (128, 128, 16, 3, 1, 1), "128-256/2": (128, 256, 16, 3, 2, 1), "256@8": (256, 256, 8, 3, 1, 1),
    "256-512/2": (256, 512, 8, 3, 2, 1), "512@4": (512, 512, 4, 3, 1, 1), "1x1 64-128/2": (64, 128, 32, 1, 2, 1),
    "1x1 128-256/2": (128, 256, 16, 1, 2, 1), "1x1 256-512/2": (256, 512, 8, 1, 2, 1),
    "1x1 64-256": (64, 256, 32, 1, 1, 1), "depthwise 64@32": (64, 64, 32, 3, 1, 64),
}


def pytorch(batch, repeats=9):
    times = {}
    for name, (c, m, size, k, stride, groups) in SHAPES.items():
        x, w = torch.randn(batch, c, size, size), torch.randn(m, c // groups, k, k)
        pad = k // 2
        y = torch.conv2d(x, w, None, stride, pad, 1, groups)
        grad = torch.randn_like(y)

        def backward(mask):
            torch.ops.aten.convolution_backward(grad, x, w, None, [stride] * 2, [pad] * 2, [1, 1], False, [0, 0], groups, mask)

        calls = (lambda: torch.conv2d(x, w, None, stride, pad, 1, groups),
                 lambda: backward([True, False, False]), lambda: backward([False, True, False]))
        row = [[], [], []]
        for r in range(-2, repeats):
            for i, call in enumerate(calls):
                start = time.perf_counter()
                call()
                if r >= 0:
                    row[i].append((time.perf_counter() - start) * 1e3)
        times[name] = [statistics.median(t) for t in row]
    return times


if __name__ == "__main__":
    compare.main("build/bench/conv", ["forward", "gradient of input", "gradient of weight"], pytorch)
