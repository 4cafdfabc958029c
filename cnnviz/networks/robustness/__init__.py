"""Robustness: how a network's answer moves when the picture does."""

from cnnviz.networks.robustness.adversarial import Attack, adversarial, answers_by_epsilon
from cnnviz.networks.robustness.changes import CHANGES, Change
from cnnviz.networks.robustness.survival import Answers, survival
from cnnviz.networks.robustness.sweep import (
    Sweep,
    changed_pictures,
    layer_likeness,
    likeness_along,
    sweep,
)

__all__ = [
    "CHANGES",
    "Answers",
    "Attack",
    "Change",
    "Sweep",
    "adversarial",
    "answers_by_epsilon",
    "changed_pictures",
    "layer_likeness",
    "likeness_along",
    "survival",
    "sweep",
]
