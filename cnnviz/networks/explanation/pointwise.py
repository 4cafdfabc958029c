"""The arithmetic of layers that change each number by itself: activations, fixed scales."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from cnnviz.activations import ACTIVATIONS
from cnnviz.networks.explanation.formula import (
    Formula,
    bracketed,
    called,
    fraction,
    line,
    number,
    operand,
    power_of_e,
    root,
)
from cnnviz.networks.explanation.terms import Floats, Question, Step, StepKind
from cnnviz.networks.layers import NetworkError
from cnnviz.shapes import Maps

_EXTRA_ACTIVATIONS: Mapping[str, Callable[[Floats], Floats]] = {
    "exponential": np.exp,
    "hard_shrink": lambda x: np.where(np.abs(x) > 0.5, x, 0.0),
    "soft_shrink": lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0.0),
    "tanh_shrink": lambda x: x - np.tanh(x),
}
# Keras's names of the same function, as they are found on layers.
_SAME_ACTIVATION = {"swish": "silu", "hard_swish": "hard_silu"}

_LABELS = {
    "relu": "ReLU",
    "relu6": "ReLU6",
    "leaky_relu": "leaky ReLU",
    "elu": "ELU",
    "selu": "SELU",
    "gelu": "GELU",
    "silu": "SiLU",
}


def activation_name(operation: Any) -> str:
    """Name the activation inside a Keras layer; "linear" where there is none."""
    name = getattr(getattr(operation, "activation", None), "__name__", None)
    if name is None:
        name = type(getattr(operation, "activation", None)).__name__
        name = "linear" if name == "NoneType" else name
    return _SAME_ACTIVATION.get(name, name)


def activate(name: str, x: float) -> float:
    """Apply one of Keras's activations by its name.

    Raises
    ------
    NetworkError : it is none that can be explained.
    """
    exact = np.array([x], np.float64)
    if name in _EXTRA_ACTIVATIONS:
        return float(_EXTRA_ACTIVATIONS[name](exact)[0])
    if name in ACTIVATIONS:
        return float(ACTIVATIONS[name].function(exact)[0])
    raise NetworkError(f"The activation must be one of Keras's own. Received: {name}.")


def activation_steps(
    question: Question, value: float, all_units: Callable[[], Floats]
) -> list[Step]:
    """Apply the activation inside a layer, if it has one.

    all_units : computes the values of all units at this place, which softmax needs.
    """
    name = activation_name(question.operation)
    if name == "linear":
        return []
    if name in ("softmax", "log_softmax"):
        return softmax_steps(question, value, all_units(), name)
    label = _LABELS.get(name, name.replace("_", " "))
    return [_activated(question, label, activate(name, value), called(label, number(value)))]


def softmax_steps(question: Question, value: float, units: Floats, name: str) -> list[Step]:
    """Compare one unit with all units at its place: "softmax" or "log_softmax"."""
    largest = float(units.max())
    total = float(np.exp(units - largest).sum())
    difference = line(number(value), "−", operand(largest))
    if name == "log_softmax":
        result = value - largest - math.log(total)
        formula = line(number(value), "−", operand(largest), "−", f"ln {number(total)}")
        return [question.step(StepKind.LOG_SOFTMAX, formula, result)]
    power = math.exp(value - largest)
    share = fraction(number(power), number(total))
    return [
        question.step(StepKind.POWER_OF_E, power_of_e(difference), power),
        question.step(StepKind.SHARE_OF_POWERS, share, power / total),
    ]


# Layers that change each number by itself

Pointwise = Callable[[Question, float], list[Step]]


def _along(weights: Maps, question: Question) -> float:
    """Pick the weight of a cell from an array that broadcasts over the map."""
    array = (
        weights.reshape((1,) * (3 - weights.ndim) + weights.shape)
        if weights.ndim < 3
        else (weights.reshape(weights.shape[-3:]))
    )
    place = (question.cell.row, question.cell.column, question.cell.channel)
    return float(array[tuple(min(i, n - 1) for i, n in zip(place, array.shape, strict=True))])


def _batch_normalisation(question: Question, x: float) -> list[Step]:
    layer, cell = question.operation, question.cell
    rank = len(question.info.output_shape) + 1
    axis = layer.axis[0] if isinstance(layer.axis, list | tuple) else layer.axis
    at = (cell.row, cell.column, cell.channel)[axis % rank + 3 - rank]
    mean = float(question.weights["moving_mean"][at])
    variance = float(question.weights["moving_variance"][at])
    gamma = float(question.weights["gamma"][at]) if layer.scale else 1.0
    beta = float(question.weights["beta"][at]) if layer.center else 0.0
    value = gamma * (x - mean) / math.sqrt(variance + layer.epsilon) + beta
    formula = normalised(gamma, x, mean, variance, layer.epsilon, beta)
    return [question.step(StepKind.BATCH_NORMALISATION, formula, value)]


def normalised(
    scale: float, x: float, mean: float, variance: float, epsilon: float, offset: float
) -> Formula:
    """Write scale × (x − mean) / √(variance + ε) + offset with its numbers."""
    deviation = root(line(number(variance), "+", f"{epsilon:g}"))
    share = fraction(line(number(x), "−", operand(mean)), deviation)
    return line(number(scale), "×", share, "+", operand(offset))


def _relu(question: Question, x: float) -> list[Step]:
    layer = question.operation
    slope, threshold = float(layer.negative_slope or 0), float(layer.threshold or 0)
    value = x if x >= threshold else slope * (x - threshold)
    name = "ReLU"
    if layer.max_value is not None:
        value = min(value, float(layer.max_value))
        name = f"ReLU{layer.max_value:g}"
    # Exactly at the threshold, and without a slope below, TensorFlow gives 0.
    if threshold and x <= threshold:
        value = slope * (x - threshold)
    return [_activated(question, name, value, called(name, number(x)))]


def _leaky(question: Question, x: float) -> list[Step]:
    return [_sloped(question, "leaky ReLU", x, float(question.operation.negative_slope))]


def _prelu(question: Question, x: float) -> list[Step]:
    return [_sloped(question, "PReLU", x, _along(question.weights["alpha"], question))]


def _sloped(question: Question, name: str, x: float, slope: float) -> Step:
    if x >= 0:
        return _activated(question, name, x, number(x))
    return _activated(question, name, slope * x, line(number(slope), "×", operand(x)))


def _elu(question: Question, x: float) -> list[Step]:
    alpha = float(question.operation.alpha)
    if x > 0:
        return [_activated(question, "ELU", x, number(x))]
    formula = line(number(alpha), "×", bracketed(line(power_of_e(number(x)), "−", "1")))
    return [_activated(question, "ELU", alpha * math.expm1(x), formula)]


def _activated(question: Question, function: str, value: float, formula: Formula) -> Step:
    return question.step(StepKind.ACTIVATION, formula, value, function)


def _activation(question: Question, x: float) -> list[Step]:
    return activation_steps(question, x, lambda: np.array([x])) or _unchanged(question, x)


def _unchanged(question: Question, x: float) -> list[Step]:
    return [question.step(StepKind.UNCHANGED, number(x), x)]


def _rescaling(question: Question, x: float) -> list[Step]:
    scale = _along(np.asarray(question.operation.scale, np.float32), question)
    offset = _along(np.asarray(question.operation.offset, np.float32), question)
    formula = line(number(x), "×", operand(scale), "+", operand(offset))
    return [question.step(StepKind.RESCALING, formula, x * scale + offset)]


def _fixed_normalisation(question: Question, x: float) -> list[Step]:
    layer = question.operation
    mean = _along(np.asarray(layer.mean, np.float32), question)
    deviation = math.sqrt(_along(np.asarray(layer.variance, np.float32), question))
    deviation = max(deviation, 1e-7)
    if layer.invert:
        formula = line(number(mean), "+", operand(x), "×", operand(deviation))
        return [question.step(StepKind.NORMALISATION_UNDONE, formula, mean + x * deviation)]
    formula = fraction(line(number(x), "−", operand(mean)), number(deviation))
    return [question.step(StepKind.NORMALISATION, formula, (x - mean) / deviation)]


def _layer_scale(question: Question, x: float) -> list[Step]:
    (gamma,) = question.weights.values()
    scale = float(gamma[question.cell.channel])
    return [question.step(StepKind.SCALE, line(number(x), "×", operand(scale)), x * scale)]


POINTWISE: Mapping[str, Pointwise] = {
    "BatchNormalization": _batch_normalisation,
    "ReLU": _relu,
    "LeakyReLU": _leaky,
    "PReLU": _prelu,
    "ELU": _elu,
    "Activation": _activation,
    "Rescaling": _rescaling,
    "Normalization": _fixed_normalisation,
    "LayerScale": _layer_scale,
    **dict.fromkeys(
        (
            *("Dropout", "SpatialDropout2D", "GaussianDropout", "AlphaDropout"),
            *("GaussianNoise", "Identity", "StochasticDepth", "ActivityRegularization"),
            *("RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation"),
            *("RandomContrast", "RandomBrightness"),
        ),
        _unchanged,
    ),
}
"""Layers that change each number by itself: from the input's value to the steps taken."""
