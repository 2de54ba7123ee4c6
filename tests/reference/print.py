"""Writes tests/vectors/print.inc: what Python prints for the tensors of tests/test_print.c.

    python tests/reference/print.py > tests/vectors/print.inc

Each row: the tensor in C, and its text.
"""
import json
import math

import torch

f32, f64, i64, i32, u8 = torch.float32, torch.float64, torch.int64, torch.int32, torch.uint8
DTYPES = {f32: ("DTYPE_FLOAT32", "float"), f64: ("DTYPE_FLOAT64", "double"), i64: ("DTYPE_INT64", "int64_t"),
          i32: ("DTYPE_INT32", "int32_t"), u8: ("DTYPE_UINT8", "uint8_t"), torch.bool: ("DTYPE_BOOL", "bool")}


def show(c, x):
    print(f"SHOW(({c}), {json.dumps(str(x))})")


def literal(v):
    if isinstance(v, bool):
        return str(v).lower()
    if isinstance(v, float):
        return "(double)NAN" if v != v else "INFINITY" if v == math.inf else "-INFINITY" if v == -math.inf else v.hex()
    return "INT64_MIN" if v == -2**63 else f"INT64_C({v})" if abs(v) > 2**31 else str(v)


def data(values, dtype=None):
    """A tensor of given values."""
    x = torch.tensor(values, dtype=dtype)
    name, c = DTYPES[x.dtype]
    items = ", ".join(literal(v) for v in x.reshape(-1).tolist())
    show(f"tensor_from_data(({c}[]){{{items}}}, DIMS({', '.join(map(str, x.shape))}), {name})", x)


def given():
    for v in (1.5, -0.0, 3.0, 1e10, 1e-10, math.nan, math.inf, -math.inf, 100000.5, 0.1):
        data(v)
        data(v, f64)
    for v in (0, -7, 2**62, -2**63, True, False):
        data(v)
    data(5, i32)
    data(200, u8)
    data([1.0])
    data([1, 2, 3])
    data([1, -200, 3], i32)
    data([[1, 2], [3, 200]], u8)
    data([True, False, True])
    data([1.0, 2.5, -3.25])
    data([1.0, 2.0, -3.0])
    data([0.0, 0.0])
    data([math.nan, math.inf, -math.inf])
    data([math.nan, 1.0, -2.0])
    data([math.nan, 1.5, -math.inf])
    data([1.0, 1000.0])
    data([1.0, 1001.0])
    data([1.5, 1501.0])
    data([0.0001, 0.05])
    data([0.00009, 0.05])
    data([1e8, 1e7])
    data([1.1e8, 1e7])
    data([1e-20, 1e20, 0.0, math.nan, -math.inf])
    data([1e300, -1e-300], f64)
    data([12345678.0, 2.0], f64)
    data([[1.0, -2.0], [3.5, 4.0]])
    data([[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]])
    data([[[[1, 2]]], [[[3, 4]]]])
    data([0.1] * 12, f64)
    data([math.pi * 10**k for k in range(3)] * 9)


def made():
    show("tensor_arange(30)", torch.arange(30))
    show("tensor_zeros(DIMS(10, 100), DTYPE_UINT8)", torch.zeros(10, 100, dtype=u8))
    show("tensor_arange(1001)", torch.arange(1001))
    show("tensor_arange(0, 2000, 1, .dtype = DTYPE_FLOAT32)", torch.arange(0, 2000, dtype=f32))
    show("tensor_linspace(0, 1, 2001)", torch.linspace(0, 1, 2001))
    show("tensor_linspace(0, 1, 2001, .dtype = DTYPE_FLOAT64)", torch.linspace(0, 1, 2001, dtype=f64))
    for shape in ((40, 40), (3, 400), (400, 3), (2, 2, 400), (9, 10, 12), (2, 3, 4, 50), (7, 1, 8, 20), (1001, 1), (6, 200)):
        dims = ", ".join(map(str, shape))
        n = math.prod(shape)
        show(f"tensor_view(tensor_arange({n}), {dims})", torch.arange(n).view(shape))
        show(f"tensor_view(tensor_add(tensor_mul(tensor_arange({n}), 0.37), -100.3), {dims})",
             (torch.arange(n) * 0.37 - 100.3).view(shape))
    show("tensor_as_strided(tensor_arange(12), DIMS(4, 3), DIMS(1, 4), 0)", torch.arange(12).view(3, 4).t())
    show("tensor_as_strided(tensor_arange(2400), DIMS(60, 20), DIMS(1, 120), 0)", torch.arange(2400).view(20, 120)[:, :60].t())
    show("tensor_expand(tensor_scalar(2.5), 40, 50)", torch.tensor(2.5).expand(40, 50))
    for dtype in (f32, f64, i64, i32, u8, torch.bool):
        name = DTYPES[dtype][0]
        for shape in ((0,), (0, 3), (2, 0, 1)):
            show(f"tensor_empty(DIMS({', '.join(map(str, shape))}), {name})", torch.empty(shape, dtype=dtype))
        show(f"tensor_ones(DIMS(2, 3), {name})", torch.ones(2, 3, dtype=dtype))
    show("tensor_zeros(DIMS(2, 25), DTYPE_BOOL)", torch.zeros(2, 25, dtype=torch.bool))


def with_history():
    one = torch.ones(2, requires_grad=True)
    leaf = "tensor_ones(DIMS(2), .requires_grad = true)"
    show(leaf, one)
    show("tensor_zeros(DIMS(0), .requires_grad = true)", torch.zeros(0, requires_grad=True))
    show("tensor_zeros(DIMS(2), DTYPE_FLOAT64, .requires_grad = true)", torch.zeros(2, dtype=f64, requires_grad=True))
    show(f"tensor_mul({leaf}, 2)", one * 2)
    show(f"tensor_double({leaf})", one.double())
    show(f"tensor_sum({leaf})", one.sum())
    show(f"tensor_log_softmax({leaf}, 0)", one.log_softmax(0))
    show("tensor_mul(tensor_ones(DIMS(7), .requires_grad = true), 1.2345678)", torch.ones(7, requires_grad=True) * 1.2345678)
    for n in range(4, 12):
        show(f"tensor_mul(tensor_ones(DIMS({n}), DTYPE_FLOAT64, .requires_grad = true), 0.5)",
             torch.ones(n, dtype=f64, requires_grad=True) * 0.5)
    show("tensor_mul(tensor_ones(DIMS(2, 6), DTYPE_FLOAT64, .requires_grad = true), 0.5)",
         torch.ones(2, 6, dtype=f64, requires_grad=True) * 0.5)
    show("tensor_uniform_(tensor_mul(tensor_ones(DIMS(0, 2), .requires_grad = true), 2))",
         (torch.ones(0, 2, requires_grad=True) * 2).uniform_())


given()
made()
with_history()
