"""Robustness: how a network's answer moves when the picture does."""

from cnnviz.networks.robustness.adversarial import Attack, adversarial
from cnnviz.networks.robustness.changes import CHANGES, Change
from cnnviz.networks.robustness.sweep import Sweep, layer_likeness, sweep

__all__ = ["CHANGES", "Attack", "Change", "Sweep", "adversarial", "layer_likeness", "sweep"]
