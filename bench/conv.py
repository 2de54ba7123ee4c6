"""The convolutions of the reference model: Taper's times over PyTorch's, measured in turn.

    python3 bench/conv.py [--program build/bench/conv] [--batch 32] [--threads 2] [--rounds 3]
"""
import argparse
import statistics
import subprocess
import time

import torch

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


def taper(program, batch, threads):
    lines = subprocess.run([program, str(batch), str(threads)], check=True, capture_output=True, text=True).stdout
    return {row[0]: [float(v) for v in row[1:]] for row in (line.split(";") for line in lines.splitlines())}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default="build/bench/conv")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    ours, theirs = [], []
    for _ in range(args.rounds):
        ours.append(taper(args.program, args.batch, args.threads))
        theirs.append(pytorch(args.batch))
    print(f"batch {args.batch}, {args.threads} threads: milliseconds of Taper / PyTorch = ratio")
    print(f"{'':16} {'forward':>24} {'gradient of input':>24} {'gradient of weight':>24}")
    for name in SHAPES:
        cells = []
        for i in range(3):
            a, b = (statistics.median(run[name][i] for run in runs) for runs in (ours, theirs))
            cells.append(f"{a:8.2f} / {b:6.2f} = {a / b:4.2f}")
        print(f"{name:16} " + " ".join(f"{cell:>24}" for cell in cells))


if __name__ == "__main__":
    main()
