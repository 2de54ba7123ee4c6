"""Writes tests/vectors/operations/FAMILY.safetensors: what PyTorch gives for the samples of autograd/ops/table.def.

    python tests/reference/operations.py [FAMILY ...] [name ...]

A family is a section of the table, named after the file of its operations (pointwise.c). With families, only their files are
written; with names of operations, only those rows are run and nothing is written. For sample number s of operation `name` a file
holds, from float64:

    name/s/out0, out1, ...  the results
    name/s/grad0, ...       the gradients of the call's tensors (counted through its arguments), for the gradients
                            `normal(1000 + output)` of the results

and in its metadata the dtypes of the results, "name/s/float64" and "name/s/float32". The language of the samples is described at
the head of table.def; the numbers in the tensors come from a hash, as in tests/operations/values.c, the same bits.
"""
import json
import os
import re
import struct
import sys
import warnings

import numpy
import torch
import torch.nn.grad

HERE = os.path.dirname(os.path.abspath(__file__))
TABLE = os.path.join(HERE, "../../autograd/ops/table.def")
VECTORS = os.path.join(HERE, "../vectors/operations")
FIRST_GRADIENT = 1000
INTEGERS = {"i": numpy.int64, "n": numpy.int32, "y": numpy.uint8}

# -- numbers ----------------------------------------------------------------------------------------------------------


def hashes(number, n):
    with numpy.errstate(over="ignore"):
        u = numpy.uint64
        h = u((number + 1) * 0x9E3779B97F4A7C15 % 2**64) + numpy.arange(n, dtype=u) * u(0xBF58476D1CE4E5B9)
        h = (h ^ h >> u(30)) * u(0xBF58476D1CE4E5B9)
        h = (h ^ h >> u(27)) * u(0x94D049BB133111EB)
        return h ^ h >> u(31)


def normal(h):
    parts = [(h >> numpy.uint64(s) & numpy.uint64(0xFFFF)).astype(numpy.int64) for s in (0, 16, 32, 48)]
    return (sum(parts) - 2 * 65535) / 65536 * 1.75


def different(h):
    n = len(h)
    values = [(i - n // 2 + 0.5) * 0.0625 for i in range(n)]
    for i in range(n - 1, 0, -1):
        j = int(h[i]) % (i + 1)
        values[i], values[j] = values[j], values[i]
    return numpy.array(values)


def numbers(kind, number, n, high):
    h = hashes(number, n)
    low = (h & numpy.uint64(0xFFFF)).astype(numpy.int64)
    if kind == "p":
        return 0.5 + low / 65536 * 1.5
    if kind == "q":
        return 0.1 + low / 65536 * 0.8
    if kind == "u":
        return (low - 32768) / 32768 * 0.875
    if kind == "d":
        return different(h)
    if kind in INTEGERS:
        return ((h >> numpy.uint64(8)) % numpy.uint64(high)).astype(INTEGERS[kind])
    if kind == "b":
        return (h >> numpy.uint64(20) & numpy.uint64(1)).astype(bool)
    return normal(h)


# -- the table --------------------------------------------------------------------------------------------------------


class Tensor:
    def __init__(self, text):
        self.constant = text.startswith("=")
        kind, sizes = re.fullmatch(r"=?([fpuqdinyb])\((.*)\)", text).groups()
        sizes, _, high = sizes.partition(";")
        self.kind, self.high = kind, int(high or 0)
        self.shape = [int(s) for s in sizes.split(",")] if sizes.strip() else []

    def make(self, number, floats):
        n = int(numpy.prod(self.shape, dtype=numpy.int64))
        x = torch.from_numpy(numbers(self.kind, number, n, self.high)).reshape(self.shape)
        return x.to(floats) if x.is_floating_point() else x


def split(text, separator):
    """Splits at separators outside of brackets and quotes."""
    parts, depth, quoted = [""], 0, False
    for c in text:
        quoted ^= c == "'"
        if not quoted:
            depth += (c in "([") - (c in ")]")
        if c == separator and depth == 0 and not quoted:
            parts.append("")
        else:
            parts[-1] += c
    return [p.strip() for p in parts]


def value(text):
    if text == "none":
        return None
    if text in ("true", "false"):
        return text == "true"
    if text.startswith("["):
        inner = text[1:-1].strip()
        return [value(item) for item in split(inner, ",")] if inner else []
    if re.match(r"=?[fpuqdinyb]\(", text):
        return Tensor(text)
    if text.startswith("'"):
        return text[1:-1]
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return getattr(torch, text)


def rows(path):
    """(family, name, signature, backward, samples) of each row."""
    literal = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'
    row = r"^OP\(\s*(\w+),\s*(\w+),\s*" + literal + r",\s*(\w+),\s*" + literal + r"\)"
    family = None
    for m in re.finditer(r"^/\* -- (?P<family>\w+)\.c|" + row, open(path).read(), re.M):
        if m.group("family"):
            family = m.group("family")
            continue
        joined = ["".join(re.findall(r'"((?:[^"\\]|\\.)*)"', m.group(i))) for i in (4, 6)]
        yield family, m.group(3), joined[0], m.group(5), [s for s in split(joined[1], ";") if s]


def parameters(signature):
    """(type, name) of each parameter."""
    inside = signature[1:signature.index(" ->")].rstrip()[:-1]
    items = [p for p in split(inside, ",") if p and p != "*"]
    return [tuple(p.split("=")[0].rsplit(" ", 1)) for p in items]


# -- calls ------------------------------------------------------------------------------------------------------------

# Names of parameters that are others in Python.
RENAMED = {"self": "input", "mat": "mat1"}

# Operations whose Python name leads elsewhere, or to no function of that meaning.
EXCEPTIONS = {
    "to_dtype": lambda x, dtype: x.to(dtype),
    "to_memory_format": lambda x, format: x.to(memory_format=getattr(torch, format)),
    "contiguous": lambda x, format: x.contiguous(memory_format=getattr(torch, format)),
    "constant_pad_nd": torch.constant_pad_nd,
    "interpolate": torch.nn.functional.interpolate,
    "pad": torch.nn.functional.pad,
    "max_dim": torch.max,
    "min_dim": torch.min,
    "prod": lambda x, dim, keepdim, dtype: torch.prod(x, dtype=dtype) if dim is None else torch.prod(x, dim, keepdim, dtype=dtype),
    "var": lambda x, dim, correction, keepdim: torch.var(x, dim, correction=correction, keepdim=keepdim),
    "std": lambda x, dim, correction, keepdim: torch.std(x, dim, correction=correction, keepdim=keepdim),
    "embedding": torch.nn.functional.embedding,
    "unfold": lambda x, dimension, size, step: x.unfold(dimension, size, step),
    "mT": lambda x: x.mT,
    "dropout2d_": lambda x, p, training: torch.nn.functional.dropout2d(x, p, training, inplace=True),
}


def candidates(name):
    for home in (torch, torch.nn.functional, torch.Tensor, torch.nn.grad, torch.ops.aten):
        f = getattr(home, name, None)
        if f is not None:
            yield home, f


def conventions(names, args):
    """Ways to spell the call: tensors in order and the rest by name, as the signature or Python calls them; all in order."""
    leading = 1 + (len(args) > 1 and isinstance(args[1], torch.Tensor))
    for rename in (False, True):
        spelled = [RENAMED.get(n, n) if rename else n for n in names]
        yield args[:1], dict(zip(spelled[1:], args[1:]))
        yield args[:leading], dict(zip(spelled[leading:], args[leading:]))
        yield args[:1], {n: a for n, a in zip(spelled[1:], args[1:]) if a is not None}
    yield args, {}
    shortened = list(args)
    while shortened and shortened[-1] is None:
        shortened.pop()
        yield shortened, {}


def call(name, names, args):
    if name in EXCEPTIONS:
        return EXCEPTIONS[name](*args)
    errors = []
    for home, f in candidates(name):
        for positional, named in conventions(names, args):
            try:
                return f(*positional, **named)
            except (TypeError, RuntimeError, ValueError) as error:
                errors.append(f"{getattr(home, '__name__', home)}.{name}: {error}")
    raise RuntimeError("\n  ".join([f"PyTorch takes no such call of {name}:"] + errors[:12]))


def tensors_of(arguments):
    for a in arguments:
        if isinstance(a, list) and any(isinstance(item, Tensor) for item in a):
            yield from a
        elif isinstance(a, Tensor):
            yield a


def prepare(arguments, floats, differentiate):
    """Arguments with real tensors in the place of descriptions, and the tensors in order (None where a list has none)."""
    made, number = [], 0

    def make(a):
        nonlocal number
        number += 1
        x = a.make(number - 1, floats) if a is not None else None
        if x is not None and x.is_floating_point() and differentiate and not a.constant:
            x.requires_grad_()
        made.append(x)
        return x

    ready = []
    for a in arguments:
        if isinstance(a, Tensor):
            ready.append(make(a))
        elif isinstance(a, list) and any(isinstance(item, Tensor) for item in a):
            ready.append([make(item) for item in a])
        else:
            ready.append(a)
    return ready, made


def results_of(result):
    if isinstance(result, torch.Tensor):
        return [result]
    if isinstance(result, (tuple, list)):
        return [r if isinstance(r, torch.Tensor) else torch.tensor(r) for r in result]
    if isinstance(result, (bool, int)):
        return [torch.tensor(result)]
    return [torch.tensor(result, dtype=torch.float64)]


def run(name, signature, backward, sample, floats):
    random = sample.startswith("~")
    arguments = [value(a) for a in split(sample.lstrip("~#"), ",")]
    names = [p[1] for p in parameters(signature)]
    if len(names) != len(arguments):
        raise RuntimeError(f"{name} has {len(names)} parameters, its sample '{sample}' {len(arguments)}")
    ready, tensors = prepare(arguments, floats, backward != "backward_none" and not random)
    if name.endswith("_"):
        ready[0] = ready[0].clone()
    outputs = results_of(call(name, names, ready))
    if random:
        outputs = [torch.zeros_like(y) for y in outputs]
    given = {}
    wanted = [(i, x) for i, x in enumerate(tensors) if x is not None and x.requires_grad]
    roots = [(i, y) for i, y in enumerate(outputs) if y.requires_grad]
    if wanted and roots:
        seeds = [torch.from_numpy(normal(hashes(FIRST_GRADIENT + i, y.numel()))).reshape(y.shape).to(y.dtype)
                 for i, y in roots]
        grads = torch.autograd.grad([y for _, y in roots], [x for _, x in wanted], seeds, allow_unused=True)
        given = {i: g for (i, _), g in zip(wanted, grads) if g is not None}
    return outputs, given


# -- the file ---------------------------------------------------------------------------------------------------------

DTYPES = {torch.float64: "F64", torch.float32: "F32", torch.int64: "I64", torch.int32: "I32", torch.uint8: "U8",
          torch.bool: "BOOL"}


def write(path, tensors, metadata):
    header, offset, data = {"__metadata__": dict(sorted(metadata.items()))}, 0, []
    for name, x in sorted(tensors.items()):
        x = x.detach().contiguous().resolve_neg()
        raw = x.numpy().tobytes()
        header[name] = {"dtype": DTYPES[x.dtype], "shape": list(x.shape), "data_offsets": [offset, offset + len(raw)]}
        data.append(raw)
        offset += len(raw)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(data))
    return 8 + len(text) + offset


def vectors_of(name, signature, backward, samples, show):
    """The tensors and the metadata of a row, and how many of its samples failed."""
    tensors, metadata, failed = {}, {}, 0
    for s, sample in enumerate(samples):
        try:
            for floats in (torch.float64, torch.float32):
                outputs, grads = run(name, signature, backward, sample, floats)
                dtypes = [str(y.dtype).removeprefix("torch.") for y in outputs]
                metadata[f"{name}/{s}/{str(floats).removeprefix('torch.')}"] = ",".join(dtypes)
                if floats == torch.float64:
                    found = {f"{name}/{s}/out{i}": y for i, y in enumerate(outputs)}
                    found.update({f"{name}/{s}/grad{i}": g for i, g in grads.items()})
                    tensors.update(found)
                    if show:
                        print(name, sample, {k: v.detach() for k, v in found.items()})
        except Exception as error:
            failed += 1
            print(f"{name}, sample {s} ({sample}): {error}", file=sys.stderr)
    return tensors, metadata, failed


def main(wanted):
    warnings.simplefilter("ignore")
    torch.manual_seed(0)
    files, failed = {}, 0
    for family, name, signature, backward, samples in rows(TABLE):
        if wanted and name not in wanted and family not in wanted:
            continue
        tensors, metadata, failures = vectors_of(name, signature, backward, samples, name in wanted)
        failed += failures
        if family in wanted or not wanted:
            file = files.setdefault(family, ({}, {}))
            file[0].update(tensors)
            file[1].update(metadata)
    os.makedirs(VECTORS, exist_ok=True)
    for family, (tensors, metadata) in files.items():
        size = write(os.path.join(VECTORS, family + ".safetensors"), tensors, metadata)
        print(f"{family}: {len(tensors)} tensors, {size} bytes")
    if failed:
        print(f"{failed} samples failed", file=sys.stderr)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) != 0)
