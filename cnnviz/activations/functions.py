"""Activation functions with their derivatives, softmax and cross-entropy.

Every function takes an array of any shape and returns one of the same shape: float64 stays
float64, everything else is computed in float32. None of them overflows or warns, however large
the input: each is written with exponentials of negative numbers only.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.polynomial import chebyshev
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
            return _in_bands(lambda band: formula(band, **checked), _floats(x))

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


def _floats(x: ArrayLike) -> Floats:
    values = np.asarray(x)
    return values if values.dtype == np.float64 else values.astype(np.float32, copy=False)


# Beyond this, e^-|x| is 0 in float64 as well, so that a clipped factor changes no product.
_FAR = 1e4


def _decay(x: Floats) -> Floats:
    """Return e^-|x|, the exponential that cannot overflow."""
    return np.exp(-np.abs(x))


def _sigmoid(x: Floats) -> Floats:
    t = _decay(x)
    return np.where(x >= 0, 1, t) / (1 + t)


def _sigmoid_slope(x: Floats) -> Floats:
    t = _decay(x)
    return t / (1 + t) ** 2


def _tanh_slope(x: Floats) -> Floats:
    return 4 * _sigmoid_slope(2 * np.clip(x, -_FAR, _FAR))


def _relu(x: Floats) -> Floats:
    return np.maximum(x, 0)


def _relu_slope(x: Floats) -> Floats:
    return (x > 0).astype(x.dtype)


def _leaky_relu(x: Floats, *, negative_slope: float) -> Floats:
    # Clipped on both sides: an infinite x must not meet a slope of 0.
    return np.where(x > 0, x, negative_slope * np.clip(x, np.finfo(x.dtype).min, 0))


def _leaky_relu_slope(x: Floats, *, negative_slope: float) -> Floats:
    return np.where(x > 0, x.dtype.type(1), x.dtype.type(negative_slope))


def _leaky_relu_range(*, negative_slope: float) -> Interval:
    if negative_slope > 0:
        return REAL_LINE
    return Interval(0, math.inf, includes_low=True)


def _relu6(x: Floats) -> Floats:
    return np.clip(x, 0, 6)


def _relu6_slope(x: Floats) -> Floats:
    return ((x > 0) & (x < 6)).astype(x.dtype)


def _elu(x: Floats, *, alpha: float) -> Floats:
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def _elu_slope(x: Floats, *, alpha: float) -> Floats:
    return np.where(x > 0, 1, alpha * np.exp(np.minimum(x, 0)))


def _elu_range(*, alpha: float) -> Interval:
    return Interval(min(-alpha, 0.0), math.inf, includes_low=alpha <= 0)


# Klambauer et al. 2017, eq. 14: the pair for which mean 0 and variance 1 are a fixed point.
_SELU_ALPHA = 1.6732632423543772
_SELU_SCALE = 1.0507009873554805


def _selu(x: Floats) -> Floats:
    return _SELU_SCALE * _elu(x, alpha=_SELU_ALPHA)


def _selu_slope(x: Floats) -> Floats:
    # At 0 TensorFlow takes the slope from the right.
    return _SELU_SCALE * np.where(x >= 0, 1, _SELU_ALPHA * np.exp(np.minimum(x, 0)))


def _celu(x: Floats, *, alpha: float) -> Floats:
    _must_be_positive(alpha)
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0) / alpha))


def _celu_slope(x: Floats, *, alpha: float) -> Floats:
    _must_be_positive(alpha)
    return np.exp(np.minimum(x, 0) / alpha)


def _must_be_positive(alpha: float) -> None:
    if alpha <= 0:
        raise ValueError(f"The alpha of CELU must be greater than 0. Received: alpha={alpha}.")


def _silu(x: Floats) -> Floats:
    return np.maximum(x, -_FAR) * _sigmoid(x)


def _silu_slope(x: Floats) -> Floats:
    return _sigmoid(x) + np.clip(x, -_FAR, _FAR) * _sigmoid_slope(x)


_SPAN = 26.0  # erfc is below 1e-290 beyond
_NEAREST = 1 / (1 + 0.4 * _SPAN)


@functools.cache
def _scaled_erfc_coefficients() -> tuple[float, ...]:
    """Fit e^(z^2) erfc(z) on [0, 26] by a Chebyshev series in 1 / (1 + 0.4 z), to 4e-12."""

    def exact(u: Any) -> Any:
        t = _NEAREST + (u + 1) / 2 * (1 - _NEAREST)
        return np.array([math.erfc(z) * math.exp(z * z) for z in (1 / t - 1) / 0.4])

    return tuple(chebyshev.chebinterpolate(exact, 16).tolist())


def _normal_tail(x: Floats) -> Floats:
    """Return the probability that a standard normal value exceeds |x|."""
    coefficients = _scaled_erfc_coefficients()
    z = np.minimum(np.abs(x), 60) * math.sqrt(0.5)
    t = 1 / (1 + 0.4 * np.minimum(z, _SPAN))
    u = (2 * t - (1 + _NEAREST)) / (1 - _NEAREST)
    older, newer = np.zeros_like(u), np.full_like(u, coefficients[-1])
    for coefficient in coefficients[-2:0:-1]:  # Clenshaw's recurrence
        older, newer = newer, 2 * u * newer + (coefficient - older)
    return 0.5 * np.exp(-z * z) * (u * newer + (coefficients[0] - older))


def _normal_cdf(x: Floats) -> Floats:
    tail = _normal_tail(x)
    return np.where(x > 0, 1 - tail, tail)


def _gelu_inner(x: Floats) -> Floats:
    # Hendrycks and Gimpel 2016, section 2, doubled: 1/2 (1 + tanh u) is sigmoid(2u).
    return math.sqrt(8 / math.pi) * (x + 0.044715 * x**3)


def _gelu(x: Floats, *, approximate: bool) -> Floats:
    return np.maximum(x, -_FAR) * _gelu_share(x, approximate=approximate)


def _gelu_share(x: Floats, *, approximate: bool) -> Floats:
    """Return the probability that a standard normal value is smaller than x."""
    if approximate:
        return _sigmoid(_gelu_inner(np.clip(x, -_FAR, _FAR)))
    return _normal_cdf(x)


def _gelu_slope(x: Floats, *, approximate: bool) -> Floats:
    x = np.clip(x, -_FAR, _FAR)
    if approximate:
        inner = _gelu_inner(x)
        growth = math.sqrt(8 / math.pi) * (1 + 3 * 0.044715 * x**2)
        return _sigmoid(inner) + x * _sigmoid_slope(inner) * growth
    density = np.exp(-0.5 * x * x) * (1 / math.sqrt(2 * math.pi))
    return _normal_cdf(x) + x * density


def _gelu_range(*, approximate: bool) -> Interval:
    lowest = -0.17004075 if approximate else -0.16997121
    return Interval(lowest, math.inf, includes_low=True)


def _softplus(x: Floats) -> Floats:
    return np.maximum(x, 0) + np.log1p(_decay(x))


def _log_sigmoid(x: Floats) -> Floats:
    return -_softplus(-x)


def _log_sigmoid_slope(x: Floats) -> Floats:
    return _sigmoid(-x)


def _hard_sigmoid(x: Floats) -> Floats:
    return np.clip(x, -3, 3) / 6 + x.dtype.type(0.5)


def _hard_sigmoid_slope(x: Floats) -> Floats:
    return (np.abs(x) < 3) * x.dtype.type(1 / 6)


def _hard_silu(x: Floats) -> Floats:
    return np.maximum(x, -3) * _hard_sigmoid(x)


def _hard_silu_slope(x: Floats) -> Floats:
    return _hard_sigmoid(x) + np.where(np.abs(x) < 3, x, 0) * x.dtype.type(1 / 6)


def _hard_tanh(x: Floats) -> Floats:
    return np.clip(x, -1, 1)


def _hard_tanh_slope(x: Floats) -> Floats:
    return (np.abs(x) <= 1).astype(x.dtype)


def _mish_gate(x: Floats) -> tuple[Floats, Floats]:
    """Return tanh(softplus(x)) and its derivative by softplus(x), 1 - tanh^2."""
    t = _decay(x)
    positive = x >= 0
    # With n = (1 + e^x)^2, tanh(softplus(x)) = (n - 1) / (n + 1), scaled by e^-2x where x >= 0.
    below = np.where(positive, 1 + 2 * t + 2 * t * t, t * t + 2 * t + 2)
    gate = np.where(positive, 1 + 2 * t, t * t + 2 * t) / below
    rest = np.where(positive, 2 * t * t, 2)  # (1 - gate) * below
    return gate, rest / below * (1 + gate)


def _mish(x: Floats) -> Floats:
    return np.maximum(x, -_FAR) * _mish_gate(x)[0]


def _mish_slope(x: Floats) -> Floats:
    gate, slope = _mish_gate(x)
    return gate + np.clip(x, -_FAR, _FAR) * slope * _sigmoid(x)


def _linear(x: Floats) -> Floats:
    return x.copy()


def _linear_slope(x: Floats) -> Floats:
    return np.ones_like(x)


def _softsign(x: Floats) -> Floats:
    near = np.clip(x, -1e30, 1e30)  # infinity over infinity would not be 1
    ratio: Floats = near / (1 + np.abs(near))
    return ratio


def _softsign_slope(x: Floats) -> Floats:
    return (1 / (1 + np.abs(x))) ** 2


def _squareplus(x: Floats, *, b: float) -> Floats:
    if b < 0:
        raise ValueError(f"The b of squareplus must be at least 0. Received: b={b}.")
    root = np.hypot(x, x.dtype.type(math.sqrt(b)))
    # x + root would cancel where x is negative; the product of both signs' values is b / 4.
    larger = 0.5 * np.abs(x) + 0.5 * root
    smaller = b / 4 / np.maximum(larger, np.finfo(x.dtype).tiny)
    return np.where(x >= 0, larger, smaller)


def _squareplus_slope(x: Floats, *, b: float) -> Floats:
    x = np.clip(x, -1e30, 1e30)
    root = np.hypot(x, x.dtype.type(math.sqrt(b)))
    return _squareplus(x, b=b) / np.maximum(root, np.finfo(x.dtype).tiny)


def _always(interval: Interval) -> Callable[..., Interval]:
    def constant(**_parameters: float) -> Interval:
        return interval

    return constant


_CATALOGUE = (
    Activation(
        "sigmoid",
        "Sigmoid",
        "Squeezes any number into (0, 1), to be read as a probability; its slope is at most 1/4.",
        r"f(x) = \frac{1}{1 + e^{-x}}",
        r"f'(x) = f(x)\,(1 - f(x))",
        "Rumelhart, Hinton and Williams 1986",
        _sigmoid,
        _sigmoid_slope,
        _always(Interval(0, 1)),
    ),
    Activation(
        "tanh",
        "Tanh",
        "A sigmoid stretched to (−1, 1) and centred on 0.",
        r"f(x) = \tanh x = \frac{1 - e^{-2x}}{1 + e^{-2x}}",
        r"f'(x) = 1 - f(x)^2",
        "LeCun, Bottou, Orr and Müller 1998",
        np.tanh,
        _tanh_slope,
        _always(Interval(-1, 1)),
    ),
    Activation(
        "relu",
        "ReLU",
        "Keeps what is positive and sets the rest to zero: the usual choice in a CNN.",
        r"f(x) = \max(0, x)",
        r"f'(x) = \begin{cases} 1 & x > 0 \\ 0 & x \le 0 \end{cases}",
        "Nair and Hinton 2010",
        _relu,
        _relu_slope,
        _always(Interval(0, math.inf, includes_low=True)),
    ),
    Activation(
        "leaky_relu",
        "Leaky ReLU",
        "Lets a little through below zero, so that no unit is ever without a gradient.",
        r"f(x) = \begin{cases} x & x > 0 \\ a\,x & x \le 0 \end{cases}",
        r"f'(x) = \begin{cases} 1 & x > 0 \\ a & x \le 0 \end{cases}",
        "Maas, Hannun and Ng 2013",
        _leaky_relu,
        _leaky_relu_slope,
        _leaky_relu_range,
        MappingProxyType({"negative_slope": Parameter(0.2, 0.0, 1.0, 0.01, "a")}),
    ),
    Activation(
        "relu6",
        "ReLU6",
        "A ReLU with a ceiling at 6, which keeps values exact in 8-bit arithmetic on phones.",
        r"f(x) = \min(\max(0, x), 6)",
        r"f'(x) = \begin{cases} 1 & 0 < x < 6 \\ 0 & \text{elsewhere} \end{cases}",
        "Krizhevsky 2010",
        _relu6,
        _relu6_slope,
        _always(Interval(0, 6, includes_low=True, includes_high=True)),
    ),
    Activation(
        "elu",
        "ELU",
        "Bends smoothly to −α below zero, which pulls a layer's mean towards 0.",
        r"f(x) = \begin{cases} x & x > 0 \\ \alpha\,(e^{x} - 1) & x \le 0 \end{cases}",
        r"f'(x) = \begin{cases} 1 & x > 0 \\ \alpha\,e^{x} & x \le 0 \end{cases}",
        "Clevert, Unterthiner and Hochreiter 2015",
        _elu,
        _elu_slope,
        _elu_range,
        MappingProxyType({"alpha": Parameter(1.0, 0.0, 3.0, 0.05, r"\alpha")}),
    ),
    Activation(
        "selu",
        "SELU",
        "An ELU scaled so that deep stacks keep mean 0 and variance 1 by themselves.",
        r"f(x) = \lambda \begin{cases} x & x > 0 \\ \alpha\,(e^{x} - 1) & x \le 0 \end{cases}"
        r"\quad \lambda \approx 1.0507,\ \alpha \approx 1.6733",
        r"f'(x) = \lambda \begin{cases} 1 & x \ge 0 \\ \alpha\,e^{x} & x < 0 \end{cases}",
        "Klambauer, Unterthiner, Mayr and Hochreiter 2017",
        _selu,
        _selu_slope,
        _always(Interval(-_SELU_SCALE * _SELU_ALPHA, math.inf)),
    ),
    Activation(
        "celu",
        "CELU",
        "An ELU whose slope has no step at zero for any α.",
        r"f(x) = \max(0, x) + \min(0, \alpha\,(e^{x/\alpha} - 1))",
        r"f'(x) = \begin{cases} 1 & x > 0 \\ e^{x/\alpha} & x \le 0 \end{cases}",
        "Barron 2017",
        _celu,
        _celu_slope,
        _elu_range,
        MappingProxyType({"alpha": Parameter(1.0, 0.05, 3.0, 0.05, r"\alpha")}),
    ),
    Activation(
        "gelu",
        "GELU",
        "Weights x by the probability Φ(x) that a normal value is smaller: transformers' choice.",
        r"f(x) = x\,\Phi(x) \approx \frac{x}{2}\left(1 + \tanh\left(\sqrt{2/\pi}"
        r"\,(x + 0.044715\,x^3)\right)\right)",
        r"f'(x) = \Phi(x) + x\,\varphi(x)",
        "Hendrycks and Gimpel 2016",
        _gelu,
        _gelu_slope,
        _gelu_range,
        MappingProxyType({"approximate": Parameter(False, 0, 1, 1, r"\tanh")}),
    ),
    Activation(
        "silu",
        "SiLU (swish)",
        "Weights x by its own sigmoid; dips below zero before it rises.",
        r"f(x) = \frac{x}{1 + e^{-x}} = x\,\sigma(x)",
        r"f'(x) = \sigma(x)\,\bigl(1 + x\,(1 - \sigma(x))\bigr)",
        "Elfwing, Uchibe and Doya 2017; Ramachandran, Zoph and Le 2017",
        _silu,
        _silu_slope,
        _always(Interval(-0.27846455, math.inf, includes_low=True)),
    ),
    Activation(
        "mish",
        "Mish",
        "Much like SiLU, a little smoother and lower.",
        r"f(x) = x \tanh\left(\ln(1 + e^{x})\right)",
        r"f'(x) = g + x\,\sigma(x)\,(1 - g^2), \quad g = \tanh\left(\ln(1 + e^{x})\right)",
        "Misra 2019",
        _mish,
        _mish_slope,
        _always(Interval(-0.30884013, math.inf, includes_low=True)),
    ),
    Activation(
        "softplus",
        "Softplus",
        "A ReLU without the corner: always positive, and its slope is the sigmoid.",
        r"f(x) = \ln(1 + e^{x})",
        r"f'(x) = \frac{1}{1 + e^{-x}}",
        "Dugas, Bengio, Bélisle, Nadeau and Garcia 2001",
        _softplus,
        _sigmoid,
        _always(Interval(0, math.inf)),
    ),
    Activation(
        "squareplus",
        "Squareplus",
        "Softplus's shape from a square root alone.",
        r"f(x) = \frac{x + \sqrt{x^2 + b}}{2}",
        r"f'(x) = \frac{1}{2}\left(1 + \frac{x}{\sqrt{x^2 + b}}\right)",
        "Barron 2021",
        _squareplus,
        _squareplus_slope,
        lambda *, b: Interval(0, math.inf, includes_low=b == 0),
        MappingProxyType({"b": Parameter(4.0, 0.0, 10.0, 0.1, "b")}),
    ),
    Activation(
        "softsign",
        "Softsign",
        "A tanh that flattens slowly, so its gradient dies more slowly too.",
        r"f(x) = \frac{x}{1 + |x|}",
        r"f'(x) = \frac{1}{(1 + |x|)^2}",
        "Turian, Bergstra and Bengio 2009",
        _softsign,
        _softsign_slope,
        _always(Interval(-1, 1)),
    ),
    Activation(
        "hard_sigmoid",
        "Hard sigmoid",
        "A sigmoid made of three straight lines, for cheap hardware.",
        r"f(x) = \min\left(\max\left(0, \frac{x}{6} + \frac{1}{2}\right), 1\right)",
        r"f'(x) = \begin{cases} \frac{1}{6} & -3 < x < 3 \\ 0 & \text{elsewhere} \end{cases}",
        "Courbariaux, Bengio and David 2015; this slope: Howard et al. 2019",
        _hard_sigmoid,
        _hard_sigmoid_slope,
        _always(Interval(0, 1, includes_low=True, includes_high=True)),
    ),
    Activation(
        "hard_silu",
        "Hard SiLU (hard swish)",
        "SiLU with the hard sigmoid in it: MobileNetV3's choice.",
        r"f(x) = x \cdot \min\left(\max\left(0, \frac{x}{6} + \frac{1}{2}\right), 1\right)",
        r"f'(x) = \begin{cases} 0 & x \le -3 \\ \frac{x}{3} + \frac{1}{2} & -3 < x < 3"
        r" \\ 1 & x \ge 3 \end{cases}",
        "Howard et al. 2019",
        _hard_silu,
        _hard_silu_slope,
        _always(Interval(-0.375, math.inf, includes_low=True)),
    ),
    Activation(
        "hard_tanh",
        "Hard tanh",
        "A straight line cut off at −1 and 1.",
        r"f(x) = \min(\max(-1, x), 1)",
        r"f'(x) = \begin{cases} 1 & -1 \le x \le 1 \\ 0 & \text{elsewhere} \end{cases}",
        "Collobert 2004",
        _hard_tanh,
        _hard_tanh_slope,
        _always(Interval(-1, 1, includes_low=True, includes_high=True)),
    ),
    Activation(
        "log_sigmoid",
        "Log-sigmoid",
        "The logarithm of the sigmoid: what a loss for yes or no adds up.",
        r"f(x) = \ln \frac{1}{1 + e^{-x}}",
        r"f'(x) = \frac{1}{1 + e^{x}}",
        "",
        _log_sigmoid,
        _log_sigmoid_slope,
        _always(Interval(-math.inf, 0)),
    ),
    Activation(
        "linear",
        "Linear (none)",
        "Changes nothing: stacked layers with it collapse into a single one.",
        r"f(x) = x",
        r"f'(x) = 1",
        "",
        _linear,
        _linear_slope,
        _always(REAL_LINE),
    ),
)

ACTIVATIONS: Mapping[str, Activation] = MappingProxyType({one.key: one for one in _CATALOGUE})
"""Every activation, by its name in ``keras.activations``."""


def zero_share(values: ArrayLike) -> float:
    """Return the share of elements that are exactly zero, in [0, 1].

    >>> zero_share(ACTIVATIONS["relu"].function([-2, -1, 0, 5]))
    0.75
    """
    values = np.asarray(values)
    return float(1 - np.count_nonzero(values) / values.size)


@dataclass(frozen=True, eq=False)
class Histograms:
    """Two histograms over the same bins.

    edges : (bins + 1,) float64
    before, after : (bins,) int64, elements per bin
    """

    edges: NDArray[np.float64]
    before: NDArray[np.int64]
    after: NDArray[np.int64]


def histograms(before: ArrayLike, after: ArrayLike, *, bins: int = 64) -> Histograms:
    """Count the values before and after an activation in the same bins.

    The bins span both arrays, and every element is in one of them.

    >>> values = np.array([-2.0, -1.0, 1.0, 2.0])
    >>> found = histograms(values, np.maximum(values, 0), bins=4)
    >>> found.before, found.after
    (array([1, 1, 0, 2]), array([0, 0, 2, 2]))
    """
    first, second = np.ravel(_floats(before)), np.ravel(_floats(after))
    low = float(min(first.min(), second.min()))
    high = float(max(first.max(), second.max()))
    if low == high:  # a flat map still needs a bin of some width
        low, high = low - 0.5, high + 0.5
    counts_before, edges = np.histogram(first, bins, (low, high))
    counts_after, _ = np.histogram(second, bins, (low, high))
    return Histograms(edges, counts_before, counts_after)


@dataclass(frozen=True, eq=False)
class SoftmaxTerms:
    """Softmax taken apart; arrays have the logits' shape, sums lack its last axis.

    shift : what was subtracted from the logits first (the largest, or 0)
    scaled : (logits - shift) / temperature
    exponentials : e^scaled
    total : their sum
    probabilities : exponentials / total
    """

    shift: Floats
    scaled: Floats
    exponentials: Floats
    total: Floats
    probabilities: Floats


def softmax_terms(
    logits: ArrayLike, *, temperature: float = 1.0, subtract_largest: bool = True
) -> SoftmaxTerms:
    """Take softmax apart into its exponentials and their sum.

    Parameters
    ----------
    logits : (..., classes), finite
    temperature : > 0; above 1 evens the probabilities out, below 1 sharpens them.
    subtract_largest : if False, e^x is taken of the logits as they are, and overflows to
        infinity above 88.7 in float32.

    Raises
    ------
    ValueError : the temperature is not above 0, or a logit is not finite.

    >>> softmax_terms([0.0, 1.0]).exponentials.round(5)
    array([0.36788, 1.     ])
    """
    values = _logits(logits)
    if not (math.isfinite(temperature) and temperature > 0):
        raise ValueError(
            f"The temperature must be finite and above 0. Received: temperature={temperature}."
        )
    shift = values.max(axis=-1) if subtract_largest else np.zeros_like(values[..., 0])
    # Here an infinity is an answer: e^-inf is 0, and without the shift it is the lesson.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        scaled = (values - shift[..., np.newaxis]) / values.dtype.type(temperature)
        exponentials = np.exp(scaled)
        total = exponentials.sum(axis=-1)
        probabilities = exponentials / total[..., np.newaxis]
    return SoftmaxTerms(np.asarray(shift), scaled, exponentials, np.asarray(total), probabilities)


def softmax(logits: ArrayLike, *, temperature: float = 1.0) -> Floats:
    """Turn logits into probabilities: e^(x / T) over the sum of all of them.

    The largest logit is subtracted first; the result is the same and nothing overflows.

    Parameters
    ----------
    logits : (..., classes), finite
    temperature : T > 0

    Returns
    -------
    Same shape, in [0, 1], summing to 1 on the last axis.

    Raises
    ------
    ValueError : the temperature is not above 0, or a logit is not finite.

    >>> softmax([1e4, 1e4 + 1])
    array([0.26894142, 0.73105858])
    """
    return softmax_terms(logits, temperature=temperature).probabilities


def naive_softmax(logits: ArrayLike, *, temperature: float = 1.0) -> NDArray[np.float32]:
    """Compute softmax as it is written, in float32, to show how it fails.

    Without subtracting the largest logit, e^x is infinite above 88.7, and infinity over
    infinity is not a number; far below zero every term is 0, and so is their sum.

    >>> naive_softmax([89.0, 0.0])
    array([nan,  0.], dtype=float32)
    """
    with np.errstate(over="ignore"):
        single = np.asarray(logits).astype(np.float32)
    terms = softmax_terms(single, temperature=temperature, subtract_largest=False)
    return terms.probabilities.astype(np.float32, copy=False)


def log_softmax(logits: ArrayLike, *, temperature: float = 1.0) -> Floats:
    """Return the logarithm of softmax, exact where the probability itself rounds to 0.

    >>> log_softmax([0.0, 1000.0])
    array([-1000.,     0.])
    """
    terms = softmax_terms(logits, temperature=temperature)
    return terms.scaled - np.log(terms.total)[..., np.newaxis]


def cross_entropy(logits: ArrayLike, class_index: ArrayLike, *, temperature: float = 1.0) -> Floats:
    """Return the loss of the right class, -ln(its probability), one per row of logits.

    Parameters
    ----------
    logits : (..., classes), finite
    class_index : int, or ints of shape (...)

    Returns
    -------
    Shape (...), >= 0; 0-d for one vector of logits.

    Raises
    ------
    ValueError : an index that is not one of the classes, or what :func:`softmax` refuses.

    >>> float(cross_entropy([0.0, 0.0], 1).round(5))
    0.69315
    """
    logarithms = log_softmax(logits, temperature=temperature)
    index = _class_indices(class_index, logarithms)
    return np.asarray(-np.take_along_axis(logarithms, index[..., np.newaxis], axis=-1)[..., 0])


def cross_entropy_gradient(
    logits: ArrayLike, class_index: ArrayLike, *, temperature: float = 1.0
) -> Floats:
    """Return the slope of :func:`cross_entropy` by each logit: (softmax - one-hot) / T.

    >>> cross_entropy_gradient([0.0, 0.0], 1)
    array([ 0.5, -0.5])
    """
    gradient = softmax(logits, temperature=temperature)
    index = _class_indices(class_index, gradient)[..., np.newaxis]
    right = np.take_along_axis(gradient, index, axis=-1)
    np.put_along_axis(gradient, index, right - 1, axis=-1)
    return gradient / gradient.dtype.type(temperature)


def _logits(logits: ArrayLike) -> Floats:
    values = _floats(logits)
    if values.ndim == 0 or values.shape[-1] == 0:
        raise ValueError(
            f"The logits must have at least one class on the last axis. Shape: {values.shape}."
        )
    if not np.isfinite(values).all():
        wrong = values[~np.isfinite(values)].flat[0]
        raise ValueError(f"The logits must be finite. Received: {wrong}.")
    return values


def _class_indices(class_index: ArrayLike, logits: Floats) -> NDArray[np.intp]:
    index = np.asarray(class_index)
    classes = logits.shape[-1]
    if index.shape != logits.shape[:-1] or index.dtype.kind not in "iu":
        raise ValueError(
            "The class index must be a whole number for each row of logits. Received: "
            f"shape {index.shape} of {index.dtype} for logits of shape {logits.shape}."
        )
    outside = (index < 0) | (index >= classes)
    if outside.any():
        raise ValueError(
            f"The class index must be from 0 to {classes - 1}. "
            f"Received: class_index={index[outside].flat[0]}."
        )
    return index.astype(np.intp)
