"""Pooling and normalisation at the reference model's shapes: Taper's times over PyTorch's, measured in turn.

    python3 bench/pool_norm.py [--program build/bench/pool_norm] [--batch 32] [--threads 2] [--rounds 3]
"""
import statistics
import time

import torch
import torch.nn.functional as F

import compare

SHAPES = [(64, 32), (128, 16), (256, 8), (512, 4)]  # channels, height and width; as in bench/pool_norm.c
aten = torch.ops.aten


def calls(kind, x, c, size):
    """Forward and backward of one operation."""
    weight, bias, mean, rstd = torch.full((c,), 1.5), torch.full((c,), 0.5), torch.zeros(c), torch.ones(c)
    if kind.startswith("batch_norm"):
        training = kind == "batch_norm"
        running = (None, None) if training else (mean, rstd)
        forward = lambda: aten.native_batch_norm(x, weight, bias, *running, training, 0.1, 1e-5)
        y, m, r = forward()
        return forward, lambda: aten.native_batch_norm_backward(x_grad(y), x, weight, *running, m, r, training, 1e-5, [True] * 3)
    if kind == "adaptive_avg_pool2d":
        y = F.adaptive_avg_pool2d(x, 1)
        grad = x_grad(y)
        # The derivative of a mean over whole planes, as PyTorch's autograd has it.
        return lambda: F.adaptive_avg_pool2d(x, 1), lambda: grad.expand(x.shape) / (size * size)
    if kind == "max_pool2d":
        forward = lambda: aten.max_pool2d_with_indices(x, [3, 3], [2, 2], [1, 1], [1, 1], False)
        y, indices = forward()
        grad = x_grad(y)
        return forward, lambda: aten.max_pool2d_with_indices_backward(grad, x, [3, 3], [2, 2], [1, 1], [1, 1], False, indices)
    if kind == "avg_pool2d":
        forward = lambda: aten.avg_pool2d(x, [3, 3], [2, 2], [1, 1])
        grad = x_grad(forward())
        return forward, lambda: aten.avg_pool2d_backward(grad, x, [3, 3], [2, 2], [1, 1], False, True, None)
    x = x.permute(0, 2, 3, 1).contiguous()  # over the channels
    forward = lambda: aten.native_layer_norm(x, [c], weight, bias, 1e-5)
    y, m, r = forward()
    grad = x_grad(y)
    return forward, lambda: aten.native_layer_norm_backward(grad, x, [c], m, r, weight, bias, [True] * 3)


GRADS = {}


def x_grad(y):
    """A gradient of y's layout, made once per shape."""
    key = (y.shape, y.stride())
    if key not in GRADS:
        GRADS[key] = torch.randn_like(y)
    return GRADS[key]


def pytorch(batch, repeats=15):
    times = {}
    for kind in ("batch_norm", "batch_norm eval", "adaptive_avg_pool2d", "max_pool2d", "avg_pool2d", "layer_norm"):
        for c, size in SHAPES:
            for last in (False, True)[:1 if kind == "layer_norm" else 2]:
                x = torch.randn(batch, c, size, size)
                x = x.to(memory_format=torch.channels_last) if last else x
                row = [[], []]
                both = calls(kind, x, c, size)
                for r in range(-2, repeats):
                    for i, call in enumerate(both):
                        start = time.perf_counter()
                        call()
                        if r >= 0:
                            row[i].append((time.perf_counter() - start) * 1e3)
                times[f"{kind} {c}@{size}{' channels_last' if last else ''}"] = [statistics.median(t) for t in row]
    return times


if __name__ == "__main__":
    compare.main("build/bench/pool_norm", ["forward", "backward"], pytorch)
