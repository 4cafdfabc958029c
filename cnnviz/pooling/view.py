"""All that a picture of pooling shows: the pooled map, each window's winner, the way back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.convolution import convolve
from cnnviz.pooling.operations import PoolKind, pool, pool_gradient, pool_sources
from cnnviz.shapes import Maps, Padding, Size, map_padding, pair


@dataclass(frozen=True, eq=False)
class PooledView:
    """A pooled map and what lies behind it.

    Attributes
    ----------
    result : (height', width', channels) float32
    gradient : (height, width, channels) float32, what each pixel gets where a gradient of 1
        arrives at every pooled value.
    winners : (height', width', channels) uint8 or int32, the place within its window, counted
        row by row, that won; None unless the kind is "max".
    """

    result: Maps
    gradient: Maps
    winners: NDArray[np.uint8] | NDArray[np.int32] | None


def pooled_view(
    image: ArrayLike,
    *,
    kind: PoolKind = "max",
    size: Size = 2,
    stride: Size | None = None,
    padding: Padding = "valid",
) -> PooledView:
    """Pool, and follow a gradient of ones back. Parameters are those of `cnnviz.pooling.pool`.

    >>> view = pooled_view(np.array([[1, 4], [2, 3]])[..., np.newaxis])
    >>> view.winners[0, 0, 0], view.gradient[..., 0].tolist()
    (np.uint8(1), [[0.0, 1.0], [0.0, 0.0]])
    """
    pixels = np.asarray(image, np.float32)
    result = pool(pixels, kind=kind, size=size, stride=stride, padding=padding)
    if kind != "max":
        ones = np.ones_like(result)
        gradient = pool_gradient(pixels, ones, kind=kind, size=size, stride=stride, padding=padding)
        return PooledView(result, gradient, None)
    sources = pool_sources(pixels, size=size, stride=stride, padding=padding)
    _, width, channels = pixels.shape
    place = (sources[..., 0] * width + sources[..., 1]) * channels + np.arange(channels)
    gradient = np.bincount(place.ravel(), minlength=pixels.size).astype(np.float32)
    return PooledView(
        result,
        gradient.reshape(pixels.shape),
        _within(sources, pixels.shape, size, stride, padding),
    )


def filtered_map(pixels: ArrayLike, kernel: ArrayLike, *, rectified: bool) -> Maps:
    """Filter a picture of one channel by one kernel, for pooling: (height', width', 1) float32.

    Without padding; a kernel that is larger than the picture sees zeros around it.

    Parameters
    ----------
    pixels : (height, width, 1)
    kernel : (rows, columns)
    rectified : whether negative numbers become 0 (ReLU)

    >>> filtered_map(np.ones((3, 3, 1)), [[1, 1], [-2, 1]], rectified=True).shape
    (2, 2, 1)
    """
    picture, weights = np.asarray(pixels), np.asarray(kernel, np.float32)
    fits = all(k <= n for k, n in zip(weights.shape, picture.shape[:2], strict=True))
    found = convolve(picture, weights[:, :, None, None], padding="valid" if fits else "same")
    return np.ascontiguousarray(np.maximum(found, 0) if rectified else found)


def _within(
    sources: NDArray[np.int32],
    shape: tuple[int, ...],
    size: Size,
    stride: Size | None,
    padding: Padding,
) -> NDArray[np.uint8] | NDArray[np.int32]:
    """Turn a winner's row and column into its place within its window."""
    window = pair(size, "size")
    steps = window if stride is None else pair(stride, "stride")
    (top, _), (left, _) = map_padding((shape[0], shape[1]), window, stride=steps, padding=padding)
    rows, columns = (np.arange(count, dtype=np.int32) for count in sources.shape[:2])
    down = sources[..., 0] - (rows * steps[0] - top)[:, np.newaxis, np.newaxis]
    across = sources[..., 1] - (columns * steps[1] - left)[:, np.newaxis]
    place = (down * window[1] + across).astype(np.int32)
    return place.astype(np.uint8) if window[0] * window[1] <= 256 else place
