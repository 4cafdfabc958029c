"""What an activation function is: its formula, its slope, its parameters and its range.

Every function takes an array of any shape and returns one of the same shape: float64 stays
float64, everything else is computed in float32.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.server.turns import turn

Floats: TypeAlias = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Parameter:
    """A number that shapes an activation, and the limits of a slider for it.

    default : Keras's default. A bool is a switch.
    minimum, maximum, step : what a slider offers. The functions accept any number for which
        the formula has a meaning.
    symbol : how the formula writes it (LaTeX).
    """

    default: float | bool
    minimum: float
    maximum: float
    step: float
    symbol: str

    @property
    def is_switch(self) -> bool:
        """Whether it is on or off rather than a number."""
        return isinstance(self.default, bool)


@dataclass(frozen=True)
class Interval:
    """The values a function can take.

    >>> str(Interval(0, math.inf, includes_low=True))
    '[0, ∞)'
    """

    low: float
    high: float
    includes_low: bool = False
    includes_high: bool = False

    def __contains__(self, value: float) -> bool:
        above = value >= self.low if self.includes_low else value > self.low
        below = value <= self.high if self.includes_high else value < self.high
        return above and below

    def __str__(self) -> str:
        opening, closing = "[" if self.includes_low else "(", "]" if self.includes_high else ")"
        return f"{opening}{_bound(self.low)}, {_bound(self.high)}{closing}"


def _bound(value: float) -> str:
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:.4g}".replace("-", "−")


REAL_LINE = Interval(-math.inf, math.inf)


@dataclass(frozen=True)
class Activation:
    """One activation function, everything a page needs to teach it.

    key : its name in ``keras.activations``; the parameters' names are Keras's too.
    label : its name in a sentence.
    summary : one sentence on what it does and where it is used.
    formula, derivative_formula : LaTeX, without the delimiters.
    parameters : name to :class:`Parameter`; empty for most.
    source : who proposed it, where one can say.

    >>> from cnnviz.activations import ACTIVATIONS
    >>> relu = ACTIVATIONS["relu"]
    >>> relu.function([-2, 0, 3])
    array([0., 0., 3.], dtype=float32)
    >>> ACTIVATIONS["leaky_relu"].derivative([-2.0, 3.0], negative_slope=0.1)
    array([0.1, 1. ])
    """

    key: str
    label: str
    summary: str
    formula: str
    derivative_formula: str
    source: str
    _function: Callable[..., Floats]
    _derivative: Callable[..., Floats]
    _range: Callable[..., Interval]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    def function(self, x: ArrayLike, **parameters: float) -> Floats:
        """Apply the activation to every element of ``x``.

        Raises
        ------
        ValueError : an unknown parameter, or a value the formula has no meaning for.
        """
        return self._evaluate(self._function, x, parameters)

    def derivative(self, x: ArrayLike, **parameters: float) -> Floats:
        """Compute the slope at every element of ``x``.

        At a kink, where there are two slopes, it is the one that TensorFlow takes (ReLU's slope
        at 0 is 0).

        Raises
        ------
        ValueError : as for :meth:`function`.
        """
        return self._evaluate(self._derivative, x, parameters)

    def corners(self, **parameters: float) -> tuple[Corner, ...]:
        """Find where the curve has a corner: a slope on either side, and none at the place itself.

        >>> from cnnviz.activations import ACTIVATIONS
        >>> ACTIVATIONS["relu"].corners()
        (Corner(x=0.0, left=0.0, right=1.0, taken=0.0),)
        """
        aside = np.float64(1e-9)
        found = []
        for x in _CORNERS:
            slopes = self.derivative(np.array([x - aside, x + aside, x]), **parameters)
            left, right, taken = (round(float(slope), 6) + 0.0 for slope in slopes)
            if abs(left - right) > 1e-6:
                found.append(Corner(x, left, right, taken))
        return tuple(found)

    def range_with(self, **parameters: float) -> Interval:
        """Return the values the function can take with these parameters."""
        return self._range(**self._checked(parameters))

    @property
    def range(self) -> Interval:
        """The values the function can take with its default parameters."""
        return self.range_with()

    def curve(
        self, low: float = -6.0, high: float = 6.0, count: int = 481, **parameters: float
    ) -> Curve:
        """Sample the function and its slope at ``count`` evenly spaced points, for a plot."""
        x = np.linspace(low, high, count)
        return Curve(x, self.function(x, **parameters), self.derivative(x, **parameters))

    def _evaluate(
        self, formula: Callable[..., Floats], x: ArrayLike, parameters: Mapping[str, float]
    ) -> Floats:
        checked = self._checked(parameters)
        # SELU of the largest float is infinite; that is its answer, not an accident.
        with np.errstate(over="ignore", under="ignore"):
            return _in_bands(lambda band: formula(band, **checked), as_floats(x))

    def _checked(self, parameters: Mapping[str, float]) -> dict[str, float]:
        unknown = sorted(set(parameters) - set(self.parameters))
        if unknown:
            taken = ", ".join(self.parameters) or "none"
            raise ValueError(
                f"The activation {self.key} takes these parameters: {taken}. "
                f"Received: {', '.join(unknown)}."
            )
        for name, value in parameters.items():
            if not math.isfinite(value):
                raise ValueError(
                    f"A parameter of an activation must be finite. Received: {name}={value}."
                )
        defaults = {name: parameter.default for name, parameter in self.parameters.items()}
        return {**defaults, **parameters}


_CORNERS = (-3.0, -1.0, 0.0, 1.0, 3.0, 6.0)
"""Where one of the activations may have a corner."""


@dataclass(frozen=True)
class Corner:
    """A place without a slope: what it is on the left and on the right, and what is taken for it.

    What is taken is a convention, TensorFlow's.
    """

    x: float
    left: float
    right: float
    taken: float


@dataclass(frozen=True, eq=False)
class Curve:
    """Samples of an activation: ``x``, ``y`` = f(x) and ``slope`` = f'(x), each (count,)."""

    x: Floats
    y: Floats
    slope: Floats


_BAND = 1 << 14


def _in_bands(formula: Callable[[Floats], Floats], x: Floats) -> Floats:
    """Apply a formula to pieces whose intermediate results stay in the processor's cache."""
    if x.size <= _BAND:
        return np.asarray(formula(x))
    flat = x.ravel()
    result = np.empty_like(flat)
    with turn():
        for start in range(0, flat.size, _BAND):
            result[start : start + _BAND] = formula(flat[start : start + _BAND])
    return result.reshape(x.shape)


def as_floats(x: ArrayLike) -> Floats:
    """Keep float64 as it is and make everything else float32."""
    values = np.asarray(x)
    return values if values.dtype == np.float64 else values.astype(np.float32, copy=False)
