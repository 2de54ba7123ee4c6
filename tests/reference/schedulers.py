"""Writes tests/vectors/schedulers.inc: the learning rates of PyTorch's schedulers, for tests/test_schedulers.c.

    python tests/reference/schedulers.py > tests/vectors/schedulers.inc

Each row: name, the optimizer and the scheduler in C, and for the constructor and each step after it the learning rates of two
groups (0.1 and 0.03 at first) and the momentum (or beta1) of the first.
"""
import math
import warnings

import torch
from torch.optim import lr_scheduler

STEPS = 24
warnings.simplefilter("ignore")
FUNCTIONS = {"decay": lambda epoch: 0.95 ** epoch, "zigzag": lambda epoch: 1 - epoch % 3 / 10}
METRICS = [1 / (1 + min(t, 4 + t % 3) / 7) for t in range(STEPS)]


class Call:
    """A call with keyword arguments, in Python and in C."""

    def __init__(self, name, **options):
        self.name, self.options = name, options

    def c(self, optimizer="optimizer"):
        return f"optim_{self.name}({optimizer}{''.join(f', .{k} = {c(k, v)}' for k, v in self.options.items())})"

    def make(self, optimizer):
        options = {k: FUNCTIONS[v] if k == "lr_lambda" else [s.make(optimizer) for s in v] if k == "schedulers" else v
                   for k, v in self.options.items()}
        return getattr(lr_scheduler, self.name)(optimizer, **options)


def c(key, value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"SCHEDULERS({', '.join(s.c() for s in value)})" if key == "schedulers" else f"DIMS({', '.join(map(str, value))})"
    if isinstance(value, str) and key != "lr_lambda":
        return f'"{value}"'
    return str(value)


CASES = [
    ("lambda", Call("LambdaLR", lr_lambda="decay")),
    ("multiplicative", Call("MultiplicativeLR", lr_lambda="zigzag")),
    ("step", Call("StepLR", step_size=4)),
    ("step_gamma", Call("StepLR", step_size=3, gamma=0.7)),
    ("multi_step", Call("MultiStepLR", milestones=[2, 7, 7, 15], gamma=0.3)),
    ("constant", Call("ConstantLR")),
    ("constant_factor", Call("ConstantLR", factor=0.3, total_iters=7)),
    ("linear", Call("LinearLR")),
    ("linear_factors", Call("LinearLR", start_factor=0.1, end_factor=0.7, total_iters=11)),
    ("exponential", Call("ExponentialLR", gamma=0.9)),
    ("polynomial", Call("PolynomialLR")),
    ("polynomial_power", Call("PolynomialLR", total_iters=15, power=0.9)),
    ("cosine", Call("CosineAnnealingLR", T_max=24)),
    ("cosine_again", Call("CosineAnnealingLR", T_max=5, eta_min=0.001)),
    ("restarts", Call("CosineAnnealingWarmRestarts", T_0=5)),
    ("restarts_longer", Call("CosineAnnealingWarmRestarts", T_0=3, T_mult=2, eta_min=0.002)),
    ("one_cycle", Call("OneCycleLR", max_lr=0.1, total_steps=25)),
    ("one_cycle_epochs", Call("OneCycleLR", max_lr=0.2, epochs=7, steps_per_epoch=4)),
    ("one_cycle_linear", Call("OneCycleLR", max_lr=0.1, total_steps=24, pct_start=0.25, anneal_strategy="linear")),
    ("one_cycle_three", Call("OneCycleLR", max_lr=0.1, total_steps=25, three_phase=True)),
    ("one_cycle_factors", Call("OneCycleLR", max_lr=0.1, total_steps=26, pct_start=0.4, base_momentum=0.7, max_momentum=0.99,
                               div_factor=10.0, final_div_factor=100.0)),
    ("one_cycle_steady", Call("OneCycleLR", max_lr=0.1, total_steps=25, cycle_momentum=False)),
    ("warmup", Call("SequentialLR", schedulers=[Call("LinearLR", total_iters=5), Call("CosineAnnealingLR", T_max=19)],
                    milestones=[5])),
    ("sequence", Call("SequentialLR", schedulers=[Call("ConstantLR", factor=0.2), Call("ExponentialLR", gamma=0.8),
                                                  Call("StepLR", step_size=2)], milestones=[4, 12])),
    ("sequence_restarts", Call("SequentialLR", schedulers=[Call("CosineAnnealingWarmRestarts", T_0=3),
                                                           Call("LambdaLR", lr_lambda="decay")], milestones=[8])),
    ("plateau", Call("ReduceLROnPlateau", patience=2)),
    ("plateau_cooldown", Call("ReduceLROnPlateau", factor=0.5, patience=1, threshold=0.01, threshold_mode="abs", cooldown=3,
                              min_lr=0.01)),
    ("plateau_max", Call("ReduceLROnPlateau", mode="max", factor=0.6, patience=0, threshold=0.05)),
]


def rates(optimizer):
    first, second = optimizer.param_groups
    return [first["lr"], second["lr"], first["betas"][0] if "betas" in first else first["momentum"]]


def run(kind, call):
    a, b = torch.zeros(1, requires_grad=True), torch.zeros(1, requires_grad=True)
    optimizer = getattr(torch.optim, kind)([a], lr=0.1, **({"momentum": 0.9} if kind == "SGD" else {}))
    optimizer.add_param_group({"params": [b], "lr": 0.03})
    scheduler = call.make(optimizer)
    values = rates(optimizer)
    for t in range(STEPS):
        optimizer.step()
        scheduler.step(*([METRICS[t]] if "Plateau" in call.name else []))
        assert scheduler.get_last_lr() == rates(optimizer)[:2]
        values += rates(optimizer)
    return values


for name, call in CASES:
    for kind in ("SGD", "Adam") if name in ("one_cycle", "one_cycle_three") else ("SGD",):
        suffix = "_adam" if kind == "Adam" else ""
        keywords = ".lr = 0.1" + (", .momentum = 0.9" if kind == "SGD" else "")
        print(f"CASE({name}{suffix}, optim_{kind}(params, {keywords}),\n     {call.c()},")
        print(f"     {', '.join(float(v).hex() for v in run(kind, call))})")
