"""Writes tests/vectors/random.inc: PyTorch's random numbers for tests/test_random.c.

    python tests/reference/random_numbers.py > tests/vectors/random.inc

Each row: distribution, dtype, seed, n, two parameters, the FNV-1a hash of all bytes (0: only the first four are compared, because
the C library's functions take part), and the first four numbers.
"""
import torch

DTYPES = {torch.float32: "DTYPE_FLOAT32", torch.float64: "DTYPE_FLOAT64", torch.int64: "DTYPE_INT64",
          torch.int32: "DTYPE_INT32", torch.uint8: "DTYPE_UINT8", torch.bool: "DTYPE_BOOL"}


def fnv1a(data):
    h = 0xCBF29CE484222325
    for byte in data:
        h = (h ^ byte) * 0x100000001B3 % 2**64
    return h


def row(kind, dtype, seed, n, a, b, exact=True):
    torch.manual_seed(seed)
    x = torch.empty(n, dtype=dtype)
    if kind == "UNIFORM":
        x.uniform_(a, b)
    elif kind == "NORMAL":
        x.normal_(a, b)
    elif kind == "BERNOULLI":
        x.bernoulli_(a)
    elif kind == "BERNOULLI_EACH":
        x.bernoulli_(torch.arange(n, dtype=torch.float32 if a == 32 else torch.float64) / n)
    elif kind == "FROM_TO":
        x.random_(a, b)
    elif kind == "ANY":
        x.random_()
    elif kind == "PERMUTATION":
        x = torch.randperm(n, dtype=dtype)
    h = fnv1a(x.numpy().tobytes()) if exact else 0
    first = [(v.hex() if isinstance(v, float) else f"{int(v)}.0" if abs(v) > 2**53 else str(int(v))) for v in x[:4].tolist()]
    first = [v if v != f"{-2**63}.0" else "INT64_MIN" for v in first] + ["0"] * (4 - len(first))
    number = (lambda v: v.hex() if isinstance(v, float) else str(v))
    print(f"{{{kind}, {DTYPES[dtype]}, {seed}u, {n}, {number(a)}, {number(b)}, 0x{h:016x}u, {{{', '.join(first)}}}}},")


def main():
    for seed in (0, 42, 2**40 + 7):
        for dtype in (torch.float32, torch.float64):
            for n in (1, 15, 16, 17, 31, 1000):
                row("UNIFORM", dtype, seed, n, -0.3, 0.3)
                row("NORMAL", dtype, seed, n, 0.5, 2.0, exact=n >= 16 and dtype == torch.float32)
        for dtype in DTYPES:
            row("BERNOULLI", dtype, seed, 100, 0.3, 0)
            row("BERNOULLI_EACH", dtype, seed, 100, 32, 0)
            row("BERNOULLI_EACH", dtype, seed, 100, 64, 0)
            row("FROM_TO", dtype, seed, 100, 0, 2)
            row("ANY", dtype, seed, 100, 0, 0)
            if dtype != torch.bool:
                row("PERMUTATION", dtype, seed, 100, 0, 0)
        row("PERMUTATION", torch.int64, seed, 50000, 0, 0)
        row("PERMUTATION", torch.int64, seed, 1, 0, 0)
        row("PERMUTATION", torch.int64, seed, 0, 0, 0)
        for a, b in ((-5, 1000), (0, 2**28 - 1), (0, 2**28), (0, 2**32), (-2**60, 2**60)):
            row("FROM_TO", torch.int64, seed, 100, a, b)
        row("FROM_TO", torch.float32, seed, 100, 0, 2**30 + 1)


if __name__ == "__main__":
    main()
