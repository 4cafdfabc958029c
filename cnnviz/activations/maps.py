"""An activation at work on a picture: filter, scale, bend, and count what became of the values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.activations.activation import Activation, Curve, as_floats
from cnnviz.convolution import convolve
from cnnviz.shapes import Grid


def zero_share(values: ArrayLike) -> float:
    """Return the share of elements that are exactly zero, in [0, 1].

    >>> from cnnviz.activations import ACTIVATIONS
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
    first, second = np.ravel(as_floats(before)), np.ravel(as_floats(after))
    low = float(min(first.min(), second.min()))
    high = float(max(first.max(), second.max()))
    if low == high:  # a flat map still needs a bin of some width
        low, high = low - 0.5, high + 0.5
    counts_before, edges = np.histogram(first, bins, (low, high))
    counts_after, _ = np.histogram(second, bins, (low, high))
    return Histograms(edges, counts_before, counts_after)


@dataclass(frozen=True, eq=False)
class ActivatedMap:
    """A feature map before and after its activation.

    filtered : (height, width) float32, the kernel on the picture
    before : (height, width) float32, scale * filtered + bias
    after : (height, width) float32, the activation of it
    counts : both histograms over the same bins
    curve : the activation over the histograms' whole range
    zeros_before, zeros_after : the share of values that are exactly zero, in [0, 1]
    """

    filtered: Grid
    before: Grid
    after: Grid
    counts: Histograms
    curve: Curve
    zeros_before: float
    zeros_after: float


def activated_map(
    picture: ArrayLike,
    kernel: ArrayLike,
    activation: Activation,
    *,
    scale: float = 1.0,
    bias: float = 0.0,
    bins: int = 61,
    parameters: Mapping[str, float] | None = None,
) -> ActivatedMap:
    """Filter a grey picture and apply an activation to the map.

    Parameters
    ----------
    picture : (height, width, 1) uint8; it enters as brightness from 0 to 1.
    kernel : (rows, columns); the map keeps the picture's size.
    scale, bias : what the map is multiplied by, and what is added then, before the activation
    bins : of the histograms
    parameters : the activation's

    >>> from cnnviz.activations import ACTIVATIONS
    >>> grey = np.full((4, 4, 1), 255, np.uint8)
    >>> activated_map(grey, [[-2.0]], ACTIVATIONS["relu"]).zeros_after
    1.0
    """
    given = dict(parameters or {})
    brightness = np.asarray(picture, np.float32) / np.float32(255)
    weights = np.asarray(kernel, np.float32)[:, :, np.newaxis, np.newaxis]
    found = convolve(brightness, weights, padding="same")[..., 0]
    before = found * np.float32(scale) + np.float32(bias)
    after = activation.function(before, **given).astype(np.float32, copy=False)
    counts = histograms(before, after, bins=bins)
    low, high = float(counts.edges[0]), float(counts.edges[-1])
    return ActivatedMap(
        filtered=found,
        before=before,
        after=after,
        counts=counts,
        curve=activation.curve(low, high, 601, **given),
        zeros_before=zero_share(before),
        zeros_after=zero_share(after),
    )
