"""A step that changes a number by itself, as a curve: what it would make of other numbers."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from cnnviz.networks.explanation.explain import Explanation
from cnnviz.networks.explanation.pointwise import POINTWISE, activate, activation_name
from cnnviz.networks.explanation.terms import Question, StepKind
from cnnviz.networks.network import Network

_POINTS = 61
_NARROWEST = 0.8  # to either side of zero, so that a bend at zero is seen


def value_before(found: Explanation, order: int) -> float | None:
    """Give the number that a step starts from; None where it starts from several."""
    if order:
        return found.steps[order - 1].value
    first = found.terms[0] if found.terms else None
    if first is not None and first.patches.size == 1 and found.kind in POINTWISE:
        return float(first.patches[0, 0, 0])
    return None


def step_curve(network: Network, found: Explanation, order: int) -> NDArray[np.float32] | None:
    """Follow what a step would make of other numbers.

    Returns
    -------
    (2, points): numbers to either side of zero, as far as the step's own and somewhat beyond, and
    what becomes of each. None for a step that does not change one number by itself.
    """
    step, x = found.steps[order], value_before(found, order)
    if x is None or not math.isfinite(x) or not math.isfinite(step.value):
        return None
    info, operation = network.layer(step.layer), network.operation(step.layer)
    inner = activation_name(operation)
    alone = info.kind in POINTWISE and step.kind is not StepKind.UNCHANGED
    if inner in ("softmax", "log_softmax") or not (alone or step.kind is StepKind.ACTIVATION):
        return None
    ceiling = float(getattr(operation, "max_value", None) or 0)
    ends = 1.3 * max(abs(x), abs(step.value), ceiling, _NARROWEST)
    # A straight line needs its ends alone.
    along = np.linspace(-ends, ends, 2 if info.kind == "BatchNormalization" else _POINTS)
    if alone:
        cell = found.cell._replace(layer=step.layer)
        question = Question(cell, info, operation, network.weights(step.layer))
        values = [POINTWISE[info.kind](question, float(one))[-1].value for one in along]
    else:
        values = [activate(inner, float(one)) for one in along]
    return np.array([along, values], np.float32)
