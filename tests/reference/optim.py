"""Writes tests/vectors/optim.inc: PyTorch's parameters after some steps of its optimizers, for tests/test_optim.c.

    python tests/reference/optim.py > tests/vectors/optim.inc

Each row: name, layout of the parameter w, the constructor in C, the options of a second group (or none), the step before which
an option of all groups is set, and for float32 and float64 the FNV-1a hash of the parameters' bytes after each of the steps and
their last values (w, then b). In step t element i has the gradient ((7 i + 5 t) mod 11 - 5) / 8 + param / 4; b has none in the
steps 0 and 3.

PyTorch's square roots are MKL's, which are not correctly rounded: in one of five float32 numbers the last bit is off. They are
replaced here by the processor's, which are; everything else is PyTorch's own arithmetic.
"""
import numpy
import torch

torch.Tensor.sqrt = lambda x: torch.from_numpy(numpy.sqrt(x.numpy()))
torch.Tensor.sqrt_ = lambda x: x.copy_(x.sqrt())

STEPS, W, B = 6, (2, 3, 2, 2), (5,)
CASES = []


def case(name, kind, layout="contiguous", group=None, late=None, **options):
    CASES.append((name, kind, layout, group, late, options))


case("sgd", "SGD")
case("sgd_lr", "SGD", lr=0.1)
case("sgd_momentum", "SGD", lr=0.1, momentum=0.9)
case("sgd_dampening", "SGD", lr=0.1, momentum=0.9, dampening=0.3)
case("sgd_weight_decay", "SGD", lr=0.1, weight_decay=0.07)
case("sgd_nesterov", "SGD", lr=0.1, momentum=0.9, nesterov=True)
case("sgd_maximize", "SGD", lr=0.1, maximize=True)
case("sgd_all", "SGD", lr=0.1, momentum=0.8, weight_decay=0.03, nesterov=True, maximize=True)
case("sgd_channels_last", "SGD", "channels_last", lr=0.1, momentum=0.9, weight_decay=0.01)
case("sgd_strided", "SGD", "strided", lr=0.1, momentum=0.9, dampening=0.1, weight_decay=0.01)
case("sgd_groups", "SGD", group={"lr": 0.01, "momentum": 0.5, "nesterov": True}, lr=0.1, weight_decay=0.1)
case("sgd_late_momentum", "SGD", late=(2, "momentum", 0.7), lr=0.1, dampening=0.2)
case("sgd_late_lr", "SGD", late=(3, "lr", 0.3), lr=0.1, momentum=0.9)
for kind, decay in (("Adam", {}), ("AdamW", {"weight_decay": 0.2})):
    name = kind.lower()
    case(name, kind)
    case(name + "_lr", kind, lr=0.1)
    case(name + "_betas", kind, lr=0.1, betas=(0.3, 0.8))
    case(name + "_eps", kind, lr=0.1, eps=0.01)
    case(name + "_weight_decay", kind, lr=0.1, weight_decay=0.2)
    case(name + "_amsgrad", kind, lr=0.1, betas=(0.9, 0.5), amsgrad=True)
    case(name + "_maximize", kind, lr=0.1, maximize=True)
    case(name + "_channels_last", kind, "channels_last", lr=0.1, amsgrad=True, weight_decay=0.1)
    case(name + "_strided", kind, "strided", lr=0.1, weight_decay=0.1)
    case(name + "_groups", kind, group={"lr": 0.01, "weight_decay": 0.3}, lr=0.1)
    case(name + "_late_lr", kind, late=(3, "lr", 0.3), lr=0.1)
case("rmsprop", "RMSprop")
case("rmsprop_lr", "RMSprop", lr=0.1)
case("rmsprop_alpha", "RMSprop", alpha=0.3, eps=0.01)
case("rmsprop_weight_decay", "RMSprop", weight_decay=0.2, maximize=True)
case("rmsprop_momentum", "RMSprop", momentum=0.9)
case("rmsprop_centered", "RMSprop", "channels_last", centered=True)
case("rmsprop_all", "RMSprop", "strided", alpha=0.9, centered=True, momentum=0.5, weight_decay=0.1)
case("rmsprop_strided", "RMSprop", "strided", momentum=0.5, weight_decay=0.1)
case("adagrad", "Adagrad")
case("adagrad_lr_decay", "Adagrad", lr=0.1, lr_decay=0.3)
case("adagrad_weight_decay", "Adagrad", "channels_last", lr=0.1, weight_decay=0.2, maximize=True)
case("adagrad_accumulator", "Adagrad", "strided", lr=0.1, initial_accumulator_value=0.5, eps=0.01)
case("adam_decoupled", "Adam", lr=0.1, weight_decay=0.2, decoupled_weight_decay=True)


def fnv1a(data, h=0xCBF29CE484222325):
    for byte in data:
        h = (h ^ byte) * 0x100000001B3 % 2**64
    return h


def leaf(shape, dtype, layout):
    n = torch.Size(shape).numel()
    values = ((torch.arange(n) * 5 % 13 - 6) / 4).to(dtype).reshape(shape)
    if layout == "channels_last":
        values = values.contiguous(memory_format=torch.channels_last)
    elif layout == "strided":
        values = torch.zeros(*shape[:-1], 2 * shape[-1], dtype=dtype)[..., ::2].copy_(values)
    return values.requires_grad_()


def gradient(param, t):
    base = ((torch.arange(param.numel()) * 7 + t * 5) % 11 - 5) / 8
    return base.to(param.dtype).reshape(param.shape) + param.detach() / 4


def run(dtype, kind, layout, group, late, options):
    w, b = leaf(W, dtype, layout), leaf(B, dtype, "contiguous")
    optimizer = getattr(torch.optim, kind)([w] if group else [w, b], foreach=False, **options)
    if group:
        optimizer.add_param_group({"params": [b], **group})
    h = 0xCBF29CE484222325
    for t in range(STEPS):
        if late and late[0] == t:
            for g in optimizer.param_groups:
                g[late[1]] = late[2]
        w.grad = gradient(w, t)
        b.grad = gradient(b, t) if t % 3 else None
        optimizer.step()
        for p in (w, b):
            h = fnv1a(p.detach().contiguous().numpy().tobytes(), h)
    return h, [v for p in (w, b) for v in p.detach().flatten().tolist()]


def c(value):
    if isinstance(value, bool):
        return str(value).lower()
    return "{" + ", ".join(map(c, value)) + "}" if isinstance(value, tuple) else repr(value)


def main():
    for name, kind, layout, group, late, options in CASES:
        keywords = "".join(f", .{k} = {c(v)}" for k, v in options.items())
        second = "".join(f'{{"{k}", {float(v)}}}, ' for k, v in (group or {}).items()) + "{NULL, 0}"
        print(f"CASE({name}, {layout.upper()}, optim_{kind}(params{keywords}),")
        print(f"     GROUP({second}), {{{late[0]}, \"{late[1]}\", {late[2]}}}," if late else f"     GROUP({second}), {{-1, NULL, 0}},")
        for dtype in (torch.float32, torch.float64):
            h, values = run(dtype, kind, layout, group, late, options)
            print(f"     RESULT(0x{h:016x}u, {', '.join(v.hex() for v in values)})" + ("," if dtype == torch.float32 else ")"))


main()
