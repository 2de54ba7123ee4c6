"""Writes tests/vectors/safetensors: files of Python's safetensors package for tests/test_safetensors.c.

    python tests/reference/safetensors_files.py
"""
import pathlib

import torch
from safetensors.torch import save_file

FOLDER = pathlib.Path(__file__).parent.parent / "vectors" / "safetensors"


def main():
    FOLDER.mkdir(exist_ok=True)
    types = {
        "layer.weight": torch.arange(6, dtype=torch.float32).reshape(2, 3) / 4,
        "layer.bias": torch.tensor([-1.5, 1e30, float("inf")], dtype=torch.float32),
        "double": torch.tensor([[1 / 3], [-1e300]], dtype=torch.float64),
        "long": torch.tensor([2**62, -2**62], dtype=torch.int64),
        "int": torch.tensor(-7, dtype=torch.int32),
        "byte": torch.tensor([0, 128, 255], dtype=torch.uint8),
        "bool": torch.tensor([True, False, True, True, False]),
        "empty": torch.zeros(0, 3),
        'näme "quoted"\\ / \t\n': torch.tensor([1.0]),
    }
    save_file(types, FOLDER / "types.safetensors", metadata={"format": "pt"})
    patterns = torch.arange(0, 65536, 61).to(torch.uint16).view(torch.int16)
    halves = {"float16": patterns.view(torch.float16), "bfloat16": patterns.view(torch.bfloat16)}
    halves = {k: v.clone() for k, v in halves.items()} | {k + ".float": v.float() for k, v in halves.items()}
    save_file(halves, FOLDER / "halves.safetensors")
    save_file({}, FOLDER / "nothing.safetensors")
    save_file({"a": torch.zeros(2, dtype=torch.int16)}, FOLDER / "int16.safetensors")


main()
