"""What a layer's file says of how its weights begin, what they add to a loss and are held to.

No answer depends on it. It is kept so that a network can be changed and trained anew, and only
where it is one of a few kinds with plain numbers: nothing is looked up by a name in a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_ROLES: Mapping[str, tuple[str, ...]] = {
    "Conv2D": ("kernel",),
    "Conv2DTranspose": ("kernel",),
    "Dense": ("kernel",),
    "DepthwiseConv2D": ("depthwise",),
    "SeparableConv2D": ("depthwise", "pointwise"),
}
_DEFAULTS: Mapping[str, Mapping[str, float]] = {
    **{name: {} for name in ("GlorotNormal", "HeNormal", "HeUniform", "LecunNormal")},
    **{name: {} for name in ("LecunUniform", "Zeros", "Ones")},
    "Orthogonal": {"gain": 1.0},
    "RandomNormal": {"mean": 0.0, "stddev": 0.05},
    "TruncatedNormal": {"mean": 0.0, "stddev": 0.05},
    "RandomUniform": {"minval": -0.05, "maxval": 0.05},
}
"""Initialisers that are kept, with the arguments that they have by default; no others are."""
_FACTORS: Mapping[str, tuple[str, ...]] = {"L1": ("l1",), "L2": ("l2",), "L1L2": ("l1", "l2")}
_STRONGEST = 10.0
_BOUNDS: Mapping[str, tuple[str, ...]] = {
    "NonNeg": (),
    "UnitNorm": ("axis",),
    "MaxNorm": ("max_value", "axis"),
}
_LARGEST_NORM = 100.0
_BIAS_BEGINS = "Zeros"


def training_arguments(kind: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """Give the arguments of a layer's constructor that only training needs, as Keras takes them.

    What is Keras's default, and what is not known here, is left out.

    >>> given = {"class_name": "L2", "config": {"l2": 0.1}}
    >>> training_arguments("Dense", {"kernel_regularizer": given, "bias_initializer": "os"})
    {'kernel_regularizer': {'class_name': 'L2', 'config': {'l2': 0.1}}}
    """
    roles = _ROLES.get(kind, ())
    kept: dict[str, Any] = {}
    for role in (*roles, "bias") if roles else ():
        initializer = _initializer(config.get(f"{role}_initializer"))
        if initializer is not None and not (role == "bias" and initializer == _BIAS_BEGINS):
            # Its own seed, so that nothing is drawn from the process's random numbers.
            seeded = {} if initializer in ("Zeros", "Ones") else {"seed": 0}
            kept[f"{role}_initializer"] = {"class_name": initializer, "config": seeded}
        regularizer = _regularizer(config.get(f"{role}_regularizer"))
        if regularizer is not None:
            kept[f"{role}_regularizer"] = regularizer
        rank = 2 if kind == "Dense" else 4
        bound = None if role == "bias" else _bound(config.get(f"{role}_constraint"), rank)
        if bound is not None:
            kept[f"{role}_constraint"] = bound
    activity = _regularizer(config.get("activity_regularizer")) if roles else None
    if activity is not None:
        kept["activity_regularizer"] = activity
    if kind == "BatchNormalization" and _initializer(config.get("gamma_initializer")) == "Zeros":
        kept["gamma_initializer"] = "zeros"
    return kept


def _parts(value: object) -> tuple[str, Mapping[str, Any]]:
    if isinstance(value, dict):
        name, config = value.get("class_name"), value.get("config")
        if isinstance(name, str) and isinstance(config, dict):
            return name, config
    return "", {}


def _initializer(value: object) -> str | None:
    name, config = _parts(value)
    given = {key: one for key, one in config.items() if key != "seed" and one is not None}
    return name if name in _DEFAULTS and given == _DEFAULTS[name] else None


def _regularizer(value: object) -> dict[str, Any] | None:
    name, config = _parts(value)
    factors = _FACTORS.get(name)
    if factors is None or set(config) != set(factors):
        return None
    numbers = [one for one in config.values() if type(one) in (int, float)]
    if len(numbers) != len(factors) or not all(0 <= one <= _STRONGEST for one in numbers):
        return None
    return {"class_name": name, "config": dict(config)}


def _bound(value: object, rank: int) -> dict[str, Any] | None:
    """Keep a constraint of a weight of so many axes."""
    name, config = _parts(value)
    arguments = _BOUNDS.get(name)
    if arguments is None or set(config) != set(arguments):
        return None
    most, axis = config.get("max_value", 1.0), config.get("axis", 0)
    axes = axis if isinstance(axis, list) else [axis]
    if type(most) not in (int, float) or not 0 < most <= _LARGEST_NORM:
        return None
    if not 1 <= len(axes) <= rank or any(
        type(one) is not int or not 0 <= one < rank for one in axes
    ):
        return None
    return {"class_name": name, "config": dict(config)}
