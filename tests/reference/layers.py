"""Writes tests/vectors/layers/layers.safetensors: PyTorch's layers for tests/test_nn_layers.c.

    python tests/reference/layers.py

A case is a module made after torch.manual_seed(17), with its inputs. Its tensors: x0, x1 the inputs; initial/NAME the parameters
and buffers as they were made; train, of a call in training mode; gradient, what train was given, and grad/NAME what came out,
grad/x0 for the input; after/NAME the buffers after a second such call; eval, of a call in evaluation mode. Metadata: CASE the
module as it is printed, CASE/names its parameters and buffers, cases the names of all.
What fills a tensor is below init. Dropout's numbers are PyTorch's only where it does not take them from MKL (core/random.h).
"""
import os

import torch
from torch import nn

from operations import write
from reference_script import ResidualBlock, SEModule

VECTORS = os.path.join(os.path.dirname(__file__), "..", "vectors", "layers")
generator = torch.Generator()


def f(*shape):
    return torch.randn(shape, generator=generator)


def p(*shape):
    return torch.rand(shape, generator=generator) * 0.8 + 0.1


def i(high, *shape):
    return torch.randint(0, high, shape, generator=generator)


CASES = {
    "linear": (lambda: nn.Linear(5, 3), f(4, 5)),
    "linear_without_bias": (lambda: nn.Linear(5, 3, bias=False), f(2, 2, 5)),
    "linear_double": (lambda: nn.Linear(5, 3, dtype=torch.float64), f(4, 5).double()),
    "identity": (lambda: nn.Identity(), f(2, 3)),
    "flatten": (lambda: nn.Flatten(), f(2, 3, 2, 2)),
    "flatten_two": (lambda: nn.Flatten(0, 1), f(2, 3, 2, 2)),
    "conv2d": (lambda: nn.Conv2d(3, 4, kernel_size=3, stride=2, padding=1), f(2, 3, 6, 5)),
    "conv2d_positional": (lambda: nn.Conv2d(3, 4, 3, 1, 1, 2, 1, False), f(2, 3, 6, 5)),
    "conv2d_pairs": (lambda: nn.Conv2d(2, 3, (3, 2), stride=(1, 2), padding=(1, 0), dilation=(2, 1)), f(2, 2, 6, 5)),
    "conv2d_same": (lambda: nn.Conv2d(2, 3, (3, 4), padding="same"), f(2, 2, 6, 5)),
    "conv2d_groups": (lambda: nn.Conv2d(4, 6, 3, groups=2, bias=False), f(4, 5, 5)),
    "conv1d": (lambda: nn.Conv1d(3, 4, 3, padding=1, dilation=2), f(2, 3, 8)),
    "conv2d_reflect": (lambda: nn.Conv2d(2, 3, 3, padding=(2, 1), padding_mode="reflect"), f(2, 2, 5, 4)),
    "conv2d_replicate": (lambda: nn.Conv2d(2, 3, (3, 2), padding="same", padding_mode="replicate"), f(2, 5, 4)),
    "conv2d_circular": (lambda: nn.Conv2d(2, 3, 3, stride=2, padding=1, padding_mode="circular"), f(2, 2, 5, 4)),
    "conv1d_reflect": (lambda: nn.Conv1d(2, 3, 3, padding=2, padding_mode="reflect"), f(2, 2, 5)),
    "conv_transpose2d": (lambda: nn.ConvTranspose2d(3, 4, 3, stride=2, padding=1, output_padding=1), f(2, 3, 4, 3)),
    "conv_transpose2d_pairs": (
        lambda: nn.ConvTranspose2d(4, 6, (3, 2), stride=(2, 1), padding=(0, 1), groups=2, bias=False, dilation=(1, 2)),
        f(4, 3, 4)),
    "unflatten": (lambda: nn.Unflatten(1, (2, -1)), f(2, 6)),
    "embedding": (lambda: nn.Embedding(5, 4), i(5, 2, 3)),
    "embedding_padding": (lambda: nn.Embedding(5, 4, padding_idx=-2), i(5, 2, 3)),
    "zero_pad2d": (lambda: nn.ZeroPad2d(1), f(2, 2, 3, 3)),
    "constant_pad2d": (lambda: nn.ConstantPad2d((1, 2, 0, -1), 0.5), f(2, 2, 3, 3)),
    "reflection_pad2d": (lambda: nn.ReflectionPad2d((1, 2, 0, 1)), f(2, 2, 3, 3)),
    "replication_pad2d": (lambda: nn.ReplicationPad2d(2), f(2, 3, 3)),
    "circular_pad2d": (lambda: nn.CircularPad2d((1, 2, 0, 1)), f(2, 2, 3, 3)),
    "pixel_shuffle": (lambda: nn.PixelShuffle(2), f(2, 4, 2, 3)),
    "pixel_unshuffle": (lambda: nn.PixelUnshuffle(2), f(2, 1, 4, 6)),
    "batch_norm2d": (lambda: nn.BatchNorm2d(3), f(4, 3, 2, 2) * 2 + 1),
    "batch_norm2d_average": (lambda: nn.BatchNorm2d(3, eps=1e-3, momentum=None), f(4, 3, 2, 2) * 2 + 1),
    "batch_norm2d_plain": (lambda: nn.BatchNorm2d(3, affine=False, track_running_stats=False), f(4, 3, 2, 2) * 2 + 1),
    "batch_norm2d_without_bias": (lambda: nn.BatchNorm2d(3, momentum=0.25, bias=False), f(4, 3, 2, 2)),
    "batch_norm1d": (lambda: nn.BatchNorm1d(3), f(5, 3)),
    "batch_norm1d_lines": (lambda: nn.BatchNorm1d(3), f(4, 3, 5)),
    "instance_norm1d": (lambda: nn.InstanceNorm1d(3), f(2, 3, 4)),
    "instance_norm2d": (lambda: nn.InstanceNorm2d(3, affine=True, track_running_stats=True), f(2, 3, 3, 2)),
    "instance_norm2d_unbatched": (lambda: nn.InstanceNorm2d(3, eps=1e-3, affine=True), f(3, 3, 2)),
    "layer_norm": (lambda: nn.LayerNorm(5), f(3, 5)),
    "layer_norm_dims": (lambda: nn.LayerNorm((3, 4), eps=1e-6, bias=False), f(2, 3, 4)),
    "layer_norm_plain": (lambda: nn.LayerNorm(5, elementwise_affine=False), f(3, 5)),
    "group_norm": (lambda: nn.GroupNorm(2, 4), f(2, 4, 3)),
    "group_norm_plain": (lambda: nn.GroupNorm(2, 4, affine=False), f(2, 4, 3, 2)),
    "max_pool2d": (lambda: nn.MaxPool2d(2), f(2, 2, 5, 6)),
    "max_pool2d_pairs": (lambda: nn.MaxPool2d((3, 2), stride=(2, 1), padding=1, ceil_mode=True), f(2, 2, 6, 6)),
    "avg_pool2d": (lambda: nn.AvgPool2d(3, 2, 1, count_include_pad=False), f(2, 2, 5, 6)),
    "adaptive_avg_pool2d": (lambda: nn.AdaptiveAvgPool2d((2, 3)), f(2, 2, 5, 6)),
    "adaptive_avg_pool2d_none": (lambda: nn.AdaptiveAvgPool2d((None, 1)), f(2, 2, 5, 6)),
    "adaptive_max_pool2d": (lambda: nn.AdaptiveMaxPool2d(1), f(2, 2, 5, 6)),
    "relu": (lambda: nn.ReLU(), f(2, 3)),
    "relu_inplace": (lambda: nn.ReLU(inplace=True), f(2, 3)),
    "sigmoid": (lambda: nn.Sigmoid(), f(2, 3)),
    "tanh": (lambda: nn.Tanh(), f(2, 3)),
    "log_sigmoid": (lambda: nn.LogSigmoid(), f(2, 3)),
    "softsign": (lambda: nn.Softsign(), f(2, 3)),
    "tanhshrink": (lambda: nn.Tanhshrink(), f(2, 3)),
    "relu6": (lambda: nn.ReLU6(), f(2, 3) * 4),
    "silu": (lambda: nn.SiLU(), f(2, 3)),
    "mish": (lambda: nn.Mish(inplace=True), f(2, 3)),
    "hardswish": (lambda: nn.Hardswish(inplace=True), f(2, 3)),
    "hardsigmoid": (lambda: nn.Hardsigmoid(), f(2, 3)),
    "selu": (lambda: nn.SELU(), f(2, 3)),
    "leaky_relu": (lambda: nn.LeakyReLU(), f(2, 3)),
    "leaky_relu_inplace": (lambda: nn.LeakyReLU(0.2, inplace=True), f(2, 3)),
    "elu": (lambda: nn.ELU(), f(2, 3)),
    "celu": (lambda: nn.CELU(alpha=0.5, inplace=True), f(2, 3)),
    "hardtanh": (lambda: nn.Hardtanh(), f(2, 3)),
    "hardtanh_inplace": (lambda: nn.Hardtanh(-0.5, max_val=0.25, inplace=True), f(2, 3)),
    "softplus": (lambda: nn.Softplus(), f(2, 3)),
    "softplus_options": (lambda: nn.Softplus(beta=2.0, threshold=1.5), f(2, 3)),
    "gelu": (lambda: nn.GELU(), f(2, 3)),
    "gelu_tanh": (lambda: nn.GELU(approximate="tanh"), f(2, 3)),
    "prelu": (lambda: nn.PReLU(), f(2, 3)),
    "prelu_channels": (lambda: nn.PReLU(3, init=0.1), f(2, 3, 2)),
    "softmax": (lambda: nn.Softmax(1), f(2, 3)),
    "softmax_none": (lambda: nn.Softmax(), f(2, 3, 2)),
    "log_softmax": (lambda: nn.LogSoftmax(dim=-1), f(2, 3)),
    "softmin": (lambda: nn.Softmin(dim=0), f(2, 3)),
    "dropout": (lambda: nn.Dropout(), f(4, 5)),
    "dropout_inplace": (lambda: nn.Dropout(0.2, inplace=True), f(4, 5)),
    "dropout2d": (lambda: nn.Dropout2d(0.4), f(2, 5, 2, 2)),
    "sequential": (lambda: nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 2)), f(3, 5)),
    "se_module": (lambda: SEModule(8, reduction=4), f(2, 8, 3, 3)),
    "residual_block": (lambda: ResidualBlock(16, 16), f(2, 16, 4, 4)),
    "residual_block_stride": (lambda: ResidualBlock(3, 16, stride=2), f(2, 3, 6, 6)),
    "cross_entropy_loss": (lambda: nn.CrossEntropyLoss(), f(4, 3), i(3, 4)),
    "cross_entropy_loss_options": (
        lambda: nn.CrossEntropyLoss(torch.tensor([1.0, 2.0, 0.5]), ignore_index=1, reduction="sum", label_smoothing=0.1),
        f(4, 3), i(3, 4)),
    "nll_loss": (lambda: nn.NLLLoss(reduction="none"), f(4, 3), i(3, 4)),
}


CASES |= {
    "mse_loss": (lambda: nn.MSELoss(), f(4, 3), f(4, 3)),
    "l1_loss": (lambda: nn.L1Loss(reduction="sum"), f(4, 3), f(4, 3)),
    "smooth_l1_loss": (lambda: nn.SmoothL1Loss(), f(4, 3), f(4, 3)),
    "smooth_l1_loss_beta": (lambda: nn.SmoothL1Loss(reduction="none", beta=0.5), f(4, 3), f(4, 3)),
    "huber_loss": (lambda: nn.HuberLoss(delta=0.5), f(4, 3), f(4, 3)),
    "bce_loss": (lambda: nn.BCELoss(), p(4, 3), p(4, 3)),
    "bce_loss_weight": (lambda: nn.BCELoss(torch.tensor([1.0, 2.0, 0.5]), reduction="sum"), p(4, 3), p(4, 3)),
    "bce_with_logits_loss": (lambda: nn.BCEWithLogitsLoss(), f(4, 3), p(4, 3)),
    "bce_with_logits_loss_pos_weight": (
        lambda: nn.BCEWithLogitsLoss(pos_weight=torch.tensor([1.0, 2.0, 0.5])), f(4, 3), p(4, 3)),
    "hinge_embedding_loss": (lambda: nn.HingeEmbeddingLoss(), f(4, 3), i(2, 4, 3) * 2 - 1.0),
    "margin_ranking_loss": (lambda: nn.MarginRankingLoss(0.5, reduction="none"), f(5), f(5), i(2, 5) * 2 - 1.0),
    "cosine_embedding_loss": (lambda: nn.CosineEmbeddingLoss(margin=-0.5), f(4, 3), f(4, 3), i(2, 4) * 2 - 1.0),
    "cosine_similarity": (lambda: nn.CosineSimilarity(), f(4, 3), f(4, 3)),
    "kl_div_loss": (lambda: nn.KLDivLoss(reduction="batchmean"), f(4, 3).log_softmax(1), f(4, 3).softmax(1)),
    "kl_div_loss_log": (lambda: nn.KLDivLoss(log_target=True), f(4, 3).log_softmax(1), f(4, 3).log_softmax(1)),
}

# The tensor of that shape after torch.manual_seed(17) and the call: init/NAME.
INITS = {
    "uniform": ((3, 5), lambda x: nn.init.uniform_(x)),
    "uniform_range": ((3, 5), lambda x: nn.init.uniform_(x, -2, b=0.5)),
    "normal": ((3, 5), lambda x: nn.init.normal_(x, 1, 0.02)),
    "normal_many": ((4, 5), lambda x: nn.init.normal_(x)),
    "trunc_normal": ((10, 10), lambda x: nn.init.trunc_normal_(x, std=0.02)),
    "trunc_normal_cut": ((10, 10), lambda x: nn.init.trunc_normal_(x, 0.5, 1, -0.5, 1.5)),
    "trunc_normal_tail": ((10, 10), lambda x: nn.init.trunc_normal_(x, a=1.5, b=3)),
    "constant": ((3,), lambda x: nn.init.constant_(x, 0.3)),
    "ones": ((3,), lambda x: nn.init.ones_(x)),
    "zeros": ((3,), lambda x: nn.init.zeros_(x)),
    "eye": ((3, 5), lambda x: nn.init.eye_(x)),
    "xavier_uniform": ((4, 3, 2), lambda x: nn.init.xavier_uniform_(x)),
    "xavier_normal": ((4, 3, 2), lambda x: nn.init.xavier_normal_(x, gain=nn.init.calculate_gain("tanh"))),
    "kaiming_uniform": ((4, 3, 2), lambda x: nn.init.kaiming_uniform_(x)),
    "kaiming_uniform_slope": ((4, 3, 2), lambda x: nn.init.kaiming_uniform_(x, a=0.3, mode="fan_out")),
    "kaiming_normal": ((4, 3, 2), lambda x: nn.init.kaiming_normal_(x, mode="fan_out", nonlinearity="relu")),
    "kaiming_normal_selu": ((4, 3), lambda x: nn.init.kaiming_normal_(x, nonlinearity="selu")),
    "kaiming_uniform_double": ((4, 3), lambda x: nn.init.kaiming_uniform_(x.double())),
}


def case(name, make, *inputs):
    torch.manual_seed(17)
    module = make()
    named = dict(module.named_parameters()) | dict(module.named_buffers())
    tensors = {f"x{n}": x for n, x in enumerate(inputs)}
    tensors |= {f"initial/{key}": value.detach().clone() for key, value in named.items()}

    leaf = inputs[0].clone().requires_grad_(inputs[0].is_floating_point())
    y = module(leaf.clone(), *inputs[1:])
    tensors["train"] = y.detach().clone()
    if y.requires_grad:
        tensors["gradient"] = torch.randn(y.shape, generator=generator, dtype=y.dtype)
        y.backward(tensors["gradient"])
    for key, value in list(module.named_parameters()) + [("x0", leaf)]:
        if value.grad is not None:
            tensors[f"grad/{key}"] = value.grad
    module(inputs[0].clone(), *inputs[1:])
    tensors |= {f"after/{key}": value.clone() for key, value in module.named_buffers()}
    tensors["eval"] = module.eval()(inputs[0].clone(), *inputs[1:])
    return ({f"{name}/{key}": value for key, value in tensors.items()},
            {name: f"{type(module).__name__}({module.extra_repr()})", f"{name}/names": " ".join(named)})


def main():
    tensors, metadata = {}, {"cases": " ".join(CASES)}
    for name, (make, *inputs) in CASES.items():
        generator.manual_seed(len(tensors))
        found, texts = case(name, make, *inputs)
        tensors |= found
        metadata |= texts
    for name, (shape, fill) in INITS.items():
        torch.manual_seed(17)
        tensors[f"init/{name}"] = fill(torch.empty(shape))
    os.makedirs(VECTORS, exist_ok=True)
    size = write(os.path.join(VECTORS, "layers.safetensors"), tensors, metadata)
    print(f"{len(CASES)} layers, {len(tensors)} tensors, {size} bytes")


main()
