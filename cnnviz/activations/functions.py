"""The activation functions with their derivatives, named as in ``keras.activations``.

None of them overflows or warns, however large the input: each is written with exponentials of
negative numbers only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from cnnviz.activations.activation import REAL_LINE, Activation, Floats, Interval, Parameter

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


def _normal_cdf(x: Floats) -> Floats:
    from scipy.special import ndtr  # where no GELU is drawn, nobody waits for SciPy

    return np.asarray(ndtr(x))


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
        "Lets a little through below zero, so that a gradient is left there unless \u03b1 is 0.",
        r"f(x) = \begin{cases} x & x > 0 \\ \alpha\,x & x \le 0 \end{cases}",
        r"f'(x) = \begin{cases} 1 & x > 0 \\ \alpha & x \le 0 \end{cases}",
        "Maas, Hannun and Ng 2013",
        _leaky_relu,
        _leaky_relu_slope,
        _leaky_relu_range,
        MappingProxyType({"negative_slope": Parameter(0.2, 0.0, 1.0, 0.01, r"\alpha")}),
    ),
    Activation(
        "relu6",
        "ReLU6",
        "A ReLU with a ceiling at 6: a range that 8-bit arithmetic on phones covers well.",
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
        "Falls towards −α below zero, which pulls a layer's mean towards 0; without a corner if "
        "α is 1.",
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
        "An ELU scaled so that deep stacks of LeCun's weights keep mean 0 and variance 1.",
        r"f(x) = S \begin{cases} x & x > 0 \\ \alpha\,(e^{x} - 1) & x \le 0 \end{cases}"
        r"\quad S \approx 1.0507,\ \alpha \approx 1.6733",
        r"f'(x) = S \begin{cases} 1 & x \ge 0 \\ \alpha\,e^{x} & x < 0 \end{cases}",
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
        "Weights x by the probability Φ(x) that a normal value is smaller; common in transformers.",
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
        r"f(x) = \frac{x}{1 + e^{-x}} = x\,\operatorname{sigmoid}(x)",
        r"f'(x) = \operatorname{sigmoid}(x)\,\bigl(1 + x\,(1 - \operatorname{sigmoid}(x))\bigr)",
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
        r"f'(x) = g + x\,\operatorname{sigmoid}(x)\,(1 - g^2),"
        r" \quad g = \tanh\left(\ln(1 + e^{x})\right)",
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
        "Softplus's shape from a square root alone; a ReLU if α is 0.",
        r"f(x) = \frac{x + \sqrt{x^2 + \alpha}}{2}",
        r"f'(x) = \frac{1}{2}\left(1 + \frac{x}{\sqrt{x^2 + \alpha}}\right)",
        "Barron 2021",
        _squareplus,
        _squareplus_slope,
        lambda *, b: Interval(0, math.inf, includes_low=b == 0),
        MappingProxyType({"b": Parameter(4.0, 0.0, 10.0, 0.1, r"\alpha")}),
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
