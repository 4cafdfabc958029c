"""Robustness: how a network's answer moves when the picture does."""

from cnnviz.robustness.adversarial import Attack, adversarial
from cnnviz.robustness.changes import CHANGES, Change
from cnnviz.robustness.sweep import Sweep, layer_likeness, sweep

__all__ = ["CHANGES", "Attack", "Change", "Sweep", "adversarial", "layer_likeness", "sweep"]
