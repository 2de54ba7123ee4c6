"""Writes tests/vectors/creation.inc: PyTorch's new tensors for tests/test_creation.c.

    python tests/reference/creation.py > tests/vectors/creation.inc

Each row: the call in C, its dtype, shape and strides, the FNV-1a hash of its elements in row-major order (0: only the values
that follow are compared, with a tolerance, because PyTorch's vectorised loops and the C library's functions round in their own
way), and the first values. The generator is seeded with 42 before each call.
"""
import math

import torch

from random_numbers import DTYPES, fnv1a

f32, f64, i64, i32, u8, boolean = DTYPES

# What the *_like functions are given; test_creation.c has the same.
IMAGES = torch.empty(2, 3, 4, 5)
LIKES = {
    "channels_last": IMAGES.to(memory_format=torch.channels_last),
    "transposed": torch.empty(4, 6, dtype=f64).t(),
    "sliced": torch.empty(6, 8)[:, ::2],
    "expanded": torch.empty(1, 3).expand(4, 3),
    "expanded_last": torch.empty(3, 1).expand(3, 4),
    "permuted_slice": torch.empty(4, 3, 2).permute(2, 0, 1)[:, :, 1:],
    "gaps_inside": torch.empty(2, 6, 4)[:, ::2].transpose(1, 2),
    "integers": torch.empty(3, 2, dtype=i64),
    "nothing": torch.empty(0, 3).t(),
    "zero_dim": torch.empty(()),
}


def literal(v):
    if isinstance(v, float):
        return "INFINITY" if v == math.inf else "-INFINITY" if v == -math.inf else "NAN" if v != v else v.hex()
    return "INT64_MIN" if v == -2**63 else str(int(v))


def row(c, make, exact=True):
    torch.manual_seed(42)
    x = make()
    hashed = fnv1a(x.contiguous().numpy().tobytes()) if exact else 0
    values = ", ".join(literal(v) for v in x.reshape(-1)[:8 if exact else 40].tolist())
    shape, strides = (", ".join(map(str, s)) for s in (x.shape, x.stride()))
    print(f"ROW({c}, {DTYPES[x.dtype]}, DIMS({shape}), DIMS({strides}), 0x{hashed:016x}u, {values or '0'})")


def option(dtype):
    return "" if dtype is None else f", .dtype = {DTYPES[dtype]}"


def values():
    for dtype in (None, *DTYPES):
        for shape in ((2, 3), (), (0, 3), (2, 1, 2)):
            dims = f"DIMS({', '.join(map(str, shape))})"
            row(f"tensor_zeros({dims}{option(dtype)})", lambda: torch.zeros(shape, dtype=dtype))
            row(f"tensor_ones({dims}{option(dtype)})", lambda: torch.ones(shape, dtype=dtype))
        row(f"tensor_full(DIMS(2), 3{option(dtype)})", lambda: torch.full((2,), 3, dtype=dtype))
        row(f"tensor_full(DIMS(2), 2.5{option(dtype)})", lambda: torch.full((2,), 2.5, dtype=dtype))
        row(f"tensor_full(DIMS(2), (bool)true{option(dtype)})", lambda: torch.full((2,), True, dtype=dtype))
        row(f"tensor_eye(3, 3{option(dtype)})", lambda: torch.eye(3, dtype=dtype))
        row(f"tensor_eye(2, 4{option(dtype)})", lambda: torch.eye(2, 4, dtype=dtype))
        if dtype != boolean:
            row(f"tensor_arange(2, 17, 3{option(dtype)})", lambda: torch.arange(2, 17, 3, dtype=dtype))
            row(f"tensor_arange(5, 0.5, -1{option(dtype)})", lambda: torch.arange(5, 0.5, -1, dtype=dtype))
            row(f"tensor_arange(1.7, 5, 1.5{option(dtype)})", lambda: torch.arange(1.7, 5, 1.5, dtype=dtype), False)
            row(f"tensor_linspace(0, 10, 7{option(dtype)})", lambda: torch.linspace(0, 10, 7, dtype=dtype), False)
            row(f"tensor_linspace(9.5, 1.5, 4{option(dtype)})", lambda: torch.linspace(9.5, 1.5, 4, dtype=dtype), False)
    row("tensor_full(DIMS(2), -3, .dtype = DTYPE_UINT8)", lambda: torch.full((2,), -3, dtype=u8))
    row("tensor_full(DIMS(2), INFINITY)", lambda: torch.full((2,), math.inf))
    row("tensor_scalar(1.5)", lambda: torch.tensor(1.5))
    row("tensor_scalar(3)", lambda: torch.tensor(3))
    row("tensor_scalar((bool)true)", lambda: torch.tensor(True))
    row("tensor_scalar(7, .dtype = DTYPE_FLOAT64)", lambda: torch.tensor(7, dtype=f64))
    row("tensor_eye(3)", lambda: torch.eye(3))
    row("tensor_eye(3, 2)", lambda: torch.eye(3, 2))
    row("tensor_eye(0, 3)", lambda: torch.eye(0, 3))
    row("tensor_arange(5)", lambda: torch.arange(5))
    row("tensor_arange(5.0)", lambda: torch.arange(5.0))
    row("tensor_arange(-2, 3)", lambda: torch.arange(-2, 3))
    row("tensor_arange(3, 3)", lambda: torch.arange(3, 3))
    row("tensor_arange(0, 1, 0.1)", lambda: torch.arange(0, 1, 0.1), False)
    row("tensor_arange(0, 5, 0.5, .dtype = DTYPE_INT64)", lambda: torch.arange(0, 5, 0.5, dtype=i64))
    row("tensor_arange(10, 0, -3)", lambda: torch.arange(10, 0, -3))
    big = 2**62
    row(f"tensor_arange(0, INT64_C({big}) + 1, INT64_C({big // 2}))", lambda: torch.arange(0, big + 1, big // 2))
    row("tensor_arange(300, 304, 1, .dtype = DTYPE_UINT8)", lambda: torch.arange(300, 304, dtype=u8))
    row("tensor_linspace(0, 1, 1)", lambda: torch.linspace(0, 1, 1))
    row("tensor_linspace(0, 1, 0)", lambda: torch.linspace(0, 1, 0))
    row("tensor_linspace(-1, 1, 33)", lambda: torch.linspace(-1, 1, 33), False)


def likes():
    for name, x in LIKES.items():
        row(f"tensor_zeros_like({name})", lambda: torch.zeros_like(x))
        row(f"tensor_ones_like({name}, .dtype = DTYPE_INT32)", lambda: torch.ones_like(x, dtype=i32))
        row(f"tensor_full_like({name}, 2)", lambda: torch.full_like(x, 2))
        row(f"tensor_rand_like({name}, .dtype = DTYPE_FLOAT32)", lambda: torch.rand_like(x, dtype=f32))
        row(f"tensor_randn_like({name}, .dtype = DTYPE_FLOAT32)", lambda: torch.randn_like(x, dtype=f32), False)
        row(f"tensor_randint_like({name}, -5, 100)", lambda: torch.randint_like(x, -5, 100))


def random():
    for shape in ((3,), (2, 3), (20,), (5, 7), (), (0,)):
        dims = f"DIMS({', '.join(map(str, shape))})"
        for dtype in (None, f64):
            row(f"tensor_rand({dims}{option(dtype)})", lambda: torch.rand(shape, dtype=dtype))
            row(f"tensor_randn({dims}{option(dtype)})", lambda: torch.randn(shape, dtype=dtype), False)
            row(f"tensor_normal(2, 3, {dims}{option(dtype)})", lambda: torch.normal(2.0, 3.0, shape, dtype=dtype), False)
        for dtype in (None, *DTYPES):
            row(f"tensor_randint(0, 2, {dims}{option(dtype)})", lambda: torch.randint(0, 2, shape, dtype=dtype))
        row(f"tensor_randint(-7, 1000, {dims})", lambda: torch.randint(-7, 1000, shape))
    for n in (0, 1, 10, 100):
        row(f"tensor_randperm({n})", lambda: torch.randperm(n))
        row(f"tensor_randperm({n}, .dtype = DTYPE_FLOAT32)", lambda: torch.randperm(n, dtype=f32))


def in_place():
    empties = {"tensor_empty(DIMS(4, 5))": lambda: torch.empty(4, 5),
               "tensor_empty_like(transposed)": lambda: torch.empty_like(LIKES["transposed"]),
               "tensor_as_strided(tensor_empty(DIMS(48)), DIMS(6, 4), DIMS(8, 2), 0)": lambda: torch.empty(6, 8)[:, ::2]}
    for c, x in empties.items():
        row(f"tensor_uniform_({c}, -1, 1)", lambda: x().uniform_(-1, 1))
        row(f"tensor_normal_({c}, 1, .std = 0.5)", lambda: x().normal_(1, 0.5), False)
        row(f"tensor_bernoulli_({c}, 0.3)", lambda: x().bernoulli_(0.3))
        row(f"tensor_random_({c}, 0, 10)", lambda: x().random_(0, 10))
        row(f"tensor_random_({c})", lambda: x().random_())


values()
likes()
random()
in_place()
