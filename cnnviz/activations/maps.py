"""An activation at work on a picture: filter, scale, bend, and count what became of the values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.activations.functions import Activation, Curve, Histograms, histograms, zero_share
from cnnviz.convolution import convolve

Map = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ActivatedMap:
    """A feature map before and after its activation.

    before : (height, width) float32, scale * (kernel on picture) + bias
    after : (height, width) float32, the activation of it
    counts : both histograms over the same bins
    curve : the activation over the histograms' whole range
    zeros_before, zeros_after : the share of values that are exactly zero, in [0, 1]
    """

    before: Map
    after: Map
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
    **parameters: float,
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
    brightness = np.asarray(picture, np.float32) / np.float32(255)
    weights = np.asarray(kernel, np.float32)[:, :, np.newaxis, np.newaxis]
    found = convolve(brightness, weights, padding="same")[..., 0]
    before = found * np.float32(scale) + np.float32(bias)
    after = activation.function(before, **parameters).astype(np.float32, copy=False)
    counts = histograms(before, after, bins=bins)
    low, high = float(counts.edges[0]), float(counts.edges[-1])
    return ActivatedMap(
        before=before,
        after=after,
        counts=counts,
        curve=activation.curve(low, high, 601, **parameters),
        zeros_before=zero_share(before),
        zeros_after=zero_share(after),
    )
