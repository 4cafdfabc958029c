"""How one filter turns the channels of a picture into one map, step by step.

Each channel is convolved with a kernel of its own; the partial maps add up, the bias is added,
and an activation bends the sum. Channels can be muted, which leaves their map out of the sum.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.activations import ACTIVATIONS
from cnnviz.convolution import channel_maps
from cnnviz.notation import digits_that_add_up
from cnnviz.notation import latex_number as number
from cnnviz.server.turns import turn
from cnnviz.shapes import Floats, Padding, Size, whole_number

CHANNELS = ("red", "green", "blue")
"""The channels of a colour picture, in their order on its last axis."""


@dataclass(frozen=True, eq=False)
class ChannelMix:
    """One filter on a picture, with every stage of it. All arrays are float32.

    partial : (height, width, channels), each channel under its own kernel.
    sum : (height, width), the partial maps of the channels that are not muted, added up.
    result : (height, width), the activation of sum + bias.
    """

    partial: Floats
    sum: Floats
    result: Floats


def mix_channels(
    image: ArrayLike,
    kernel: ArrayLike,
    *,
    bias: float = 0.0,
    muted: Collection[int] = (),
    activation: str = "linear",
    parameters: Mapping[str, float] | None = None,
    stride: Size = 1,
    padding: Padding = "valid",
) -> ChannelMix:
    """Convolve each channel with its kernel, add up, add the bias and activate.

    Parameters
    ----------
    image : (height, width, channels)
    kernel : (rows, columns, channels), one filter of :func:`cnnviz.convolution.convolve`.
    bias : added to the sum, whether channels are muted or not.
    muted : the channels, from 0, that are left out of the sum.
    activation, parameters : a key of `ACTIVATIONS` and its parameters.
    stride, padding : as in :func:`cnnviz.convolution.convolve`.

    Raises
    ------
    ValueError : shapes that do not fit each other, a channel or an activation that is not
        there, or a parameter without a meaning.

    >>> mix = mix_channels([[[1, 10, 100]]], [[[3, 2, 1]]], bias=-150, activation="relu")
    >>> mix.partial[0, 0], mix.sum[0, 0], mix.result[0, 0]
    (array([  3.,  20., 100.], dtype=float32), np.float32(123.0), np.float32(0.0))
    >>> mix_channels([[[1, 10, 100]]], [[[3, 2, 1]]], muted={1}).sum
    array([[103.]], dtype=float32)
    """
    if activation not in ACTIVATIONS:
        raise ValueError(
            f"The activation must be one of {', '.join(ACTIVATIONS)}. "
            f"Received: activation={activation!r}."
        )
    partial = channel_maps(image, kernel, stride=stride, padding=padding)
    channels = partial.shape[2]
    silent = {whole_number(channel, "muted", least=0) for channel in muted}
    if any(channel >= channels for channel in silent):
        raise ValueError(
            f"A muted channel must be from 0 to {channels - 1}. Received: muted={sorted(silent)}."
        )
    with turn():
        total = np.zeros(partial.shape[:2], np.float32)
        for channel in range(channels):
            if channel not in silent:
                total += partial[..., channel]
        biased = total + np.float32(bias)
    result = ACTIVATIONS[activation].function(biased, **(parameters or {}))
    return ChannelMix(partial, total, result.astype(np.float32, copy=False))


@dataclass(frozen=True, eq=False)
class ActivationTable:
    """An activation sampled evenly, for a reader that draws straight lines in between.

    values : (count,) float32 at evenly spaced inputs from -reach to reach; zero is among them,
        so that a corner at zero (ReLU's) is read exactly.
    """

    reach: float
    values: NDArray[np.float32]


def activation_table(
    activation: str,
    reach: float,
    *,
    parameters: Mapping[str, float] | None = None,
    count: int = 4097,
) -> ActivationTable:
    """Sample an activation from -reach to reach.

    Parameters
    ----------
    reach : the largest input, above 0.
    count : samples, odd and at least 3.

    >>> activation_table("relu", 2, count=5).values
    array([0., 0., 0., 1., 2.], dtype=float32)
    """
    if count < 3 or count % 2 == 0 or not 0 < reach < np.inf:
        raise ValueError(
            "A table must have an odd count of at least 3 and a finite reach above 0. "
            f"Received: count={count}, reach={reach}."
        )
    inputs = np.linspace(-reach, reach, count)
    values = ACTIVATIONS[activation].function(inputs, **(parameters or {}))
    return ActivationTable(float(reach), values.astype(np.float32))


MIXING = (
    r"y_{r,c} = f\Bigl(b + \sum_{q} \sum_{i} \sum_{j} w_{i,j,q} \; "
    r"x_{\,s r + i - p_\text{top},\; s c + j - p_\text{left},\; q}\Bigr)"
)
"""What a filter gives at one place: q runs over the channels, i and j over its kernel."""


def mix_formula(
    mix: ChannelMix,
    row: int,
    column: int,
    *,
    bias: float = 0.0,
    muted: Collection[int] = (),
    activation: str = "f",
) -> str:
    r"""Write :data:`MIXING` with the numbers of one place, as LaTeX.

    Parameters
    ----------
    row, column : the place in the result.
    bias, muted : as they were mixed with.
    activation : what the activation is called.

    >>> mix = mix_channels([[[1, 10, 100]]], [[[3, -2, 1]]], muted={2}, activation="relu")
    >>> mix_formula(mix, 0, 0, muted={2}, activation="ReLU").endswith(r"\text{ReLU}(-17) = 0")
    True
    """
    heard = [
        (float(mix.partial[row, column, channel]), rf"\text{{{CHANNELS[channel]}}}")
        for channel in range(mix.partial.shape[2])
        if channel not in muted
    ]
    addends = [*heard, (float(bias), "b")]
    total = float(mix.sum[row, column]) + bias
    digits = digits_that_add_up([value for value, _ in addends], total)
    terms = ""
    for value, name in addends:
        sign = "-" if value < 0 else "+" if terms else ""
        terms += rf" {sign} \underbrace{{{number(abs(value), digits or 4)}}}_{{{name}}}"
    equals = "=" if digits else r"\approx"
    return (
        rf"y_{{{row},{column}}} = \text{{{activation}}}\bigl({terms.strip()}\bigr) {equals} "
        rf"\text{{{activation}}}({number(total)}) = {number(float(mix.result[row, column]))}"
    )
