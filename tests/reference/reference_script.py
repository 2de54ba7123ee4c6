"""The reference script's classes: examples/se_resnet.py, for the scripts of this folder."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../examples"))
from se_resnet import CustomCNN, ResidualBlock, SEModule  # noqa: E402, F401
