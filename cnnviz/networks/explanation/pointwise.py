"""The arithmetic of layers that change each number by itself: activations, fixed scales."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from cnnviz.activations import ACTIVATIONS
from cnnviz.networks.explanation.terms import Floats, Maps, Question, Step, number, operand
from cnnviz.networks.layers import NetworkError

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
    result = activate(name, value)
    label = _LABELS.get(name, name.replace("_", " "))
    return [question.step(label, f"{label}({number(value)})", result)]


def softmax_steps(question: Question, value: float, units: Floats, name: str) -> list[Step]:
    """Compare one unit with all units at its place: "softmax" or "log_softmax"."""
    largest = float(units.max())
    total = float(np.exp(units - largest).sum())
    if name == "log_softmax":
        result = value - largest - math.log(total)
        formula = f"{number(value)} − {operand(largest)} − ln {number(total)}"
        return [question.step("log softmax", formula, result)]
    power = math.exp(value - largest)
    return [
        question.step("e to the power", f"e^({number(value)} − {operand(largest)})", power),
        question.step("share of the sum", f"{number(power)} / {number(total)}", power / total),
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
    formula = (
        f"{number(gamma)} × ({number(x)} − {operand(mean)}) / "
        f"√({number(variance)} + {layer.epsilon:g}) + {operand(beta)}"
    )
    return [question.step("batch normalisation", formula, value)]


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
    return [question.step(name, f"{name}({number(x)})", value)]


def _leaky(question: Question, x: float) -> list[Step]:
    slope = float(question.operation.negative_slope)
    value = x if x >= 0 else slope * x
    formula = number(x) if x >= 0 else f"{number(slope)} × {operand(x)}"
    return [question.step("leaky ReLU", formula, value)]


def _prelu(question: Question, x: float) -> list[Step]:
    slope = _along(question.weights["alpha"], question)
    value = x if x >= 0 else slope * x
    formula = number(x) if x >= 0 else f"{number(slope)} × {operand(x)}"
    return [question.step("PReLU", formula, value)]


def _elu(question: Question, x: float) -> list[Step]:
    alpha = float(question.operation.alpha)
    value = x if x > 0 else alpha * math.expm1(x)
    formula = number(x) if x > 0 else f"{number(alpha)} × (e^{number(x)} − 1)"
    return [question.step("ELU", formula, value)]


def _activation(question: Question, x: float) -> list[Step]:
    return activation_steps(question, x, lambda: np.array([x])) or _unchanged(question, x)


def _unchanged(question: Question, x: float) -> list[Step]:
    name = "does nothing once trained"
    return [Step(question.cell.layer, name, number(x), x)]


def _rescaling(question: Question, x: float) -> list[Step]:
    scale = _along(np.asarray(question.operation.scale, np.float32), question)
    offset = _along(np.asarray(question.operation.offset, np.float32), question)
    formula = f"{number(x)} × {operand(scale)} + {operand(offset)}"
    return [question.step("rescaling", formula, x * scale + offset)]


def _fixed_normalisation(question: Question, x: float) -> list[Step]:
    layer = question.operation
    mean = _along(np.asarray(layer.mean, np.float32), question)
    root = math.sqrt(_along(np.asarray(layer.variance, np.float32), question))
    root = max(root, 1e-7)
    if layer.invert:
        formula = f"{number(mean)} + {operand(x)} × {operand(root)}"
        return [question.step("normalisation undone", formula, mean + x * root)]
    formula = f"({number(x)} − {operand(mean)}) / {number(root)}"
    return [question.step("normalisation", formula, (x - mean) / root)]


def _layer_scale(question: Question, x: float) -> list[Step]:
    (gamma,) = question.weights.values()
    scale = float(gamma[question.cell.channel])
    return [question.step("scale", f"{number(x)} × {operand(scale)}", x * scale)]


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
