"""Writes tests/vectors/modules.inc: what PyTorch prints, calls and says of modules, for tests/test_state_dict.c and tests/test_module_text.c.

    python tests/reference/modules.py > tests/vectors/modules.inc

Texts are lists of lines.
"""
import torch
from torch import nn

from reference_script import CustomCNN


def text(name, value):
    print(f"static const char *const {name}[] = {{")
    for line in value.split("\n"):
        line = line.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
        print(f'    "{line}",')
    print("    NULL};")


def error(name, model, dict, strict=True):
    try:
        model.load_state_dict(dict, strict=strict)
    except RuntimeError as e:
        text(name, str(e))


def containers():
    alike = [nn.Sequential(nn.Linear(2, 3), nn.ReLU()) for _ in range(3)]
    return nn.Sequential(nn.ModuleList(alike + [nn.ReLU()]), nn.ModuleList(), nn.Sequential(), nn.Sigmoid())


print("/* Written by tests/reference/modules.py. clang-format off */")
text("custom_cnn_repr", repr(CustomCNN()))
text("containers_repr", repr(containers()))
text("custom_cnn_keys", "\n".join(f"{k} {list(v.shape)} {str(v.dtype)[6:]}" for k, v in CustomCNN().state_dict().items()))
small = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Sequential(nn.Linear(3, 1)))
wrong = small.state_dict()
del wrong["0.bias"], wrong["2.0.weight"]
wrong["2.0.weight.more"], wrong["2.1.bias"], wrong["3"], wrong["1"] = (torch.zeros(1) for _ in range(4))
wrong["0.weight"], wrong["2.0.bias"] = torch.zeros(4, 2), torch.zeros(())
error("error_of_all", small, wrong)
error("error_of_sizes", small, wrong, strict=False)
error("error_of_empty", small, {})
error("error_of_fc", CustomCNN(100), CustomCNN(10).state_dict())
