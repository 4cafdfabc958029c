"""Attributions from the slope of a class's logit by the pixels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.attribution.placing import (
    Attribution,
    Report,
    asked_class,
    batched,
    on_picture,
    unheard,
)

if TYPE_CHECKING:
    from cnnviz.networks.network import Network

_AT_ONCE = 8
"""Inputs in one run: more cost memory and gain no time."""

_FEWEST_STEPS, _MOST_STEPS = 64, 1024
_EXACT = 0.01
"""The error of integrated gradients, as a part of the logit's difference, that is good enough."""


def saliency(network: Network, image: ArrayLike, *, class_index: int | None = None) -> Attribution:
    """How much the logit changes with a pixel, in whichever channel it changes most.

    The largest |∂logit/∂x| over the channels: Simonyan, Vedaldi and Zisserman (2014), "Deep Inside
    Convolutional Networks", section 3.1.

    Parameters
    ----------
    image : (height, width, 3) uint8, any size.
    class_index : the class that is asked about; without, the network's answer.

    Returns
    -------
    (height, width) float32 of the picture, >= 0; 0 where the network did not look.

    Raises
    ------
    NetworkError : the network has no such class.
    """
    x, target = network.preprocess(image), asked_class(network, image, class_index)
    _, slopes = network.input_gradients(x[np.newaxis], target)
    return on_picture(network, image, np.abs(slopes[0]).max(axis=-1))


def gradient_times_input(
    network: Network, image: ArrayLike, *, class_index: int | None = None
) -> Attribution:
    """The slope of the logit times the input's own value, added over the channels.

    Shrikumar et al. (2016), "Not Just a Black Box". The input is what the network gets, so a pixel
    whose value is scaled to 0 counts nothing. Otherwise as `saliency`; either sign.
    """
    x, target = network.preprocess(image), asked_class(network, image, class_index)
    _, slopes = network.input_gradients(x[np.newaxis], target)
    return on_picture(network, image, (slopes[0] * x).sum(axis=-1))


def smooth_grad(
    network: Network,
    image: ArrayLike,
    *,
    class_index: int | None = None,
    samples: int = 16,
    noise: float = 0.15,
    seed: int = 0,
    report: Report = unheard,
) -> Attribution:
    """The saliency of the mean slope over noisy copies of the picture.

    Smilkov et al. (2017), "SmoothGrad: removing noise by adding noise". Otherwise as `saliency`.

    Parameters
    ----------
    noise : standard deviation, as a part of the input's range.
    """
    x, target = network.preprocess(image), asked_class(network, image, class_index)
    random = np.random.default_rng(seed)
    spread = noise * float(np.ptp(x))
    noisy = (x + random.normal(0, spread, x.shape).astype(np.float32) for _ in range(samples))
    slope = _mean_slope(network, noisy, target, samples, report)
    return on_picture(network, image, np.abs(slope).max(axis=-1))


def integrated_gradients(
    network: Network,
    image: ArrayLike,
    *,
    class_index: int | None = None,
    steps: int | None = None,
    baseline: ArrayLike | None = None,
    report: Report = unheard,
) -> Attribution:
    """What each pixel adds to the logit on the straight way from a baseline to the picture.

    (x - x0) times the mean slope along the way: Sundararajan, Taly and Yan (2017), "Axiomatic
    Attribution for Deep Networks". Added over the channels; their sum is the logit's difference
    (see `integrate`). Otherwise as `saliency`; either sign.

    Parameters
    ----------
    steps : slopes that are averaged, at the middle of as many equal pieces. Without, 64, doubled
        until the sum differs by at most a hundredth from the logit's difference, 1,024 at most.
    baseline : `input_shape`, as the network gets it; without, a black picture.
    """
    target = asked_class(network, image, class_index)
    found = integrate(network, image, target, steps=steps, baseline=baseline, report=report)
    return on_picture(network, image, found.sums)


@dataclass(frozen=True, eq=False)
class Integral:
    """Integrated gradients on the network's own grid.

    Attributes
    ----------
    sums : (rows, columns) float32, what each pixel adds to the logit.
    difference : the logit of the picture less that of the baseline, which `sums` add up to but for
        the error of adding up in pieces.
    steps : how many pieces.
    """

    sums: NDArray[np.float32]
    difference: float
    steps: int

    @property
    def error(self) -> float:
        """How far the sum is off, as a part of the difference."""
        off = abs(float(self.sums.sum(dtype=np.float64)) - self.difference)
        return off / max(abs(self.difference), 1e-12)


def integrate(
    network: Network,
    image: ArrayLike,
    class_index: int,
    *,
    steps: int | None = None,
    baseline: ArrayLike | None = None,
    report: Report = unheard,
) -> Integral:
    """Compute `integrated_gradients` with what tells how exact they are."""
    x = network.preprocess(image)
    start = black_input(network) if baseline is None else np.asarray(baseline, np.float32)
    low, high = network.scores_of_inputs(np.stack([start, x]))[0][:, class_index]
    pieces = steps or _FEWEST_STEPS
    while True:
        parts = (np.arange(pieces, dtype=np.float32) + 0.5) / pieces
        way = (start + part * (x - start) for part in parts)
        sums = ((x - start) * _mean_slope(network, way, class_index, pieces, report)).sum(axis=-1)
        found = Integral(np.asarray(sums, np.float32), float(high - low), pieces)
        if steps or found.error <= _EXACT or pieces >= _MOST_STEPS:
            return found
        pieces *= 2


def guided_backpropagation(
    network: Network, image: ArrayLike, *, class_index: int | None = None
) -> Attribution:
    """The slope as `saliency` takes it, with nothing negative let back through a ReLU.

    Springenberg et al. (2015), "Striving for Simplicity", section 3.4. It shows edges that the
    network sees more than reasons for the class (Adebayo et al., 2018, "Sanity Checks for Saliency
    Maps"). Otherwise as `saliency`.
    """
    x, target = network.preprocess(image), asked_class(network, image, class_index)
    _, slopes = network.input_gradients(x[np.newaxis], target, guided=True)
    return on_picture(network, image, np.abs(slopes[0]).max(axis=-1))


def black_input(network: Network) -> NDArray[np.float32]:
    """Give what the network gets of a black picture: `input_shape` float32."""
    rows, columns, _ = network.input_shape
    return network.preprocess(np.zeros((rows, columns, 3), np.uint8))


def _mean_slope(
    network: Network,
    inputs: Iterable[NDArray[np.float32]],
    class_index: int,
    expected: int,
    report: Report,
) -> NDArray[np.float32]:
    total, count = np.zeros(network.input_shape, np.float64), 0
    for batch in batched(inputs, _AT_ONCE):
        report(count / expected)
        _, slopes = network.input_gradients(np.stack(batch), class_index)
        total += slopes.sum(axis=0, dtype=np.float64)
        count += len(batch)
    return (total / count).astype(np.float32)
