"""Pooling: each window of a map becomes one number, channel by channel, without any weights.

Three kinds, each by what it makes of a window's pixels x:

- "max": the largest, max(x);
- "average": their mean, sum(x) / n, where n counts only pixels of the picture, never padding
  (as TensorFlow does it);
- "l2": their length as a vector, sqrt(sum(x^2)): the root of the *sum* of squares, not of their
  mean (PyTorch's ``LPPool2d(2, ...)``; TensorFlow has no such layer).

Results lie channel after channel in memory (a transposed view), as those of
:mod:`cnnviz.convolution` do, so that one pools or draws them without copying.

Padding never wins, never counts and adds nothing. "same" follows TensorFlow: the odd row or
column goes at the end.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.server.turns import turn
from cnnviz.shapes import AxisPadding, Maps, Padding, Size, axis_paddings, padding_amounts, pair

PoolKind: TypeAlias = Literal["max", "average", "l2"]
"""What a window becomes: its largest pixel, their mean, or the root of their squares' sum."""


@dataclass(frozen=True)
class _Axis:
    """Where the windows lie along one axis."""

    length: int
    size: int
    stride: int
    before: int
    positions: int

    def taps(self) -> Iterator[tuple[slice, slice]]:
        """Yield, for each place in a window, the outputs that have a pixel there, and those pixels.

        Working tap by tap leaves the padding out altogether, so none has to be filled in.
        """
        for tap in range(self.size):
            offset = tap - self.before
            first = max(0, -(offset // self.stride))
            last = min(self.positions, (self.length - 1 - offset) // self.stride + 1)
            if first < last:
                start = first * self.stride + offset
                stop = (last - 1) * self.stride + offset + 1
                yield slice(first, last), slice(start, stop, self.stride)

    def starts(self) -> NDArray[np.int64]:
        """Return the first pixel of the picture in each window."""
        return np.maximum(np.arange(self.positions) * self.stride - self.before, 0)

    def ends(self) -> NDArray[np.int64]:
        """Return the pixel after the last one of the picture in each window."""
        corners = np.arange(self.positions) * self.stride - self.before
        return np.minimum(corners + self.size, self.length)

    def counts(self) -> NDArray[np.int64]:
        """Count the pixels of the picture in each window."""
        return self.ends() - self.starts()


@turn()
def pool(
    image: ArrayLike,
    *,
    kind: PoolKind = "max",
    size: Size = 2,
    stride: Size | None = None,
    padding: Padding = "valid",
) -> Maps:
    """Pool every channel of a picture or of a stack of maps.

    Parameters
    ----------
    image : (height, width, channels), computed in float32
    kind : "max", "average" or "l2"; see the module for the formulas.
    size : pixels of a window, an int or (rows, columns).
    stride : pixels between two windows; None takes ``size``, so that windows tile the picture.
    padding : "valid", "same", an int or ((top, bottom), (left, right)) in pixels, each smaller
        than the window, so that every window holds a pixel.

    Returns
    -------
    (height', width', channels) float32

    Raises
    ------
    ValueError : a window that does not fit, padding as large as it, or an unknown kind.

    >>> image = np.array([[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]])
    >>> pool(image[..., np.newaxis])[..., 0]
    array([[6., 8.],
           [3., 4.]], dtype=float32)
    """
    _must_be_known(kind)
    planes = _planes(image)
    rows, columns = _axes(planes.shape[1:], size, stride, padding)
    result: Maps
    if kind == "max":
        # Rows first: their slices are contiguous, and half of the work is then gone.
        result = _largest(_largest(planes, rows, 1), columns, 2)
    elif kind == "average":
        result = _sums(planes, rows, columns) / _counts(rows, columns)
    else:
        # Squares must neither overflow nor vanish; a power of two scales without rounding.
        scale = _power_of_two(planes)
        result = np.sqrt(_sums(np.square(planes / scale), rows, columns)) * scale
    return _maps(result)


def global_pool(image: ArrayLike, *, kind: PoolKind = "average") -> Maps:
    """Pool each channel to a single number, whatever the picture's size.

    Parameters
    ----------
    image : (height, width, channels), computed in float32
    kind : "max", "average" or "l2"

    Returns
    -------
    (channels,) float32

    >>> global_pool(np.arange(12).reshape(2, 3, 2))
    array([5., 6.], dtype=float32)
    """
    pixels = _image(image)
    pooled: Maps = pool(pixels, kind=kind, size=pixels.shape[:2])[0, 0]
    return pooled


@turn()
def pool_sources(
    image: ArrayLike,
    *,
    size: Size = 2,
    stride: Size | None = None,
    padding: Padding = "valid",
) -> NDArray[np.int32]:
    """Find the pixel that won each window of max pooling.

    Among equals the first wins, reading row by row, as in TensorFlow. Parameters are those of
    :func:`pool`.

    Returns
    -------
    (height', width', channels, 2) int32: (row, column) in the picture, never in its padding.

    >>> pool_sources(np.array([[3, 1], [2, 3]])[..., np.newaxis])[0, 0, 0]
    array([0, 0], dtype=int32)
    """
    planes = _planes(image)
    rows, columns = _axes(planes.shape[1:], size, stride, padding)
    channels, height, _ = planes.shape

    # Columns first: then a row beats an earlier one only by a larger value, which keeps the
    # first of equals in reading order.
    shape = (channels, height, columns.positions)
    best = np.full(shape, -np.inf, np.float32)
    column = np.broadcast_to(columns.starts().astype(np.int32), shape).copy()
    every_column = np.arange(columns.length, dtype=np.int32)
    for outputs, pixels in columns.taps():
        better = planes[:, :, pixels] > best[:, :, outputs]
        np.copyto(best[:, :, outputs], planes[:, :, pixels], where=better)
        np.copyto(column[:, :, outputs], every_column[pixels], where=better)

    first_rows = rows.starts().astype(np.int32)
    largest = np.full((channels, rows.positions, columns.positions), -np.inf, np.float32)
    winners = np.empty((2, *largest.shape), np.int32)
    winners[0] = first_rows[:, np.newaxis]
    winners[1] = column[:, first_rows]
    every_row = np.arange(rows.length, dtype=np.int32)[:, np.newaxis]
    for outputs, pixels in rows.taps():
        better = best[:, pixels] > largest[:, outputs]
        np.copyto(largest[:, outputs], best[:, pixels], where=better)
        np.copyto(winners[0][:, outputs], every_row[pixels], where=better)
        np.copyto(winners[1][:, outputs], column[:, pixels], where=better)
    return np.ascontiguousarray(winners.transpose(2, 3, 1, 0))


@turn()
def pool_gradient(
    image: ArrayLike,
    gradient: ArrayLike,
    *,
    kind: PoolKind = "max",
    size: Size = 2,
    stride: Size | None = None,
    padding: Padding = "valid",
) -> Maps:
    """Carry a gradient from the pooled maps back to the pixels.

    Max sends each window's gradient to its winner alone, average spreads it evenly over the
    window's n pixels, and L2 in proportion to them (x / sqrt(sum(x^2)); 0 where all are 0).
    A pixel in several windows adds up what it gets from each.

    Parameters
    ----------
    image : (height, width, channels), what was pooled
    gradient : (height', width', channels), the loss's slope by each pooled value
    kind, size, stride, padding : as in :func:`pool`

    Returns
    -------
    (height, width, channels) float32, the loss's slope by each pixel

    Raises
    ------
    ValueError : as :func:`pool`, or a gradient that is not of the pooled maps' shape.

    >>> image = np.array([[1, 4], [2, 3]])[..., np.newaxis]
    >>> pool_gradient(image, [[[8]]], kind="average")[..., 0]
    array([[2., 2.],
           [2., 2.]], dtype=float32)
    """
    _must_be_known(kind)
    planes = _planes(image)
    rows, columns = _axes(planes.shape[1:], size, stride, padding)
    arriving = np.asarray(gradient, np.float32)
    expected = (rows.positions, columns.positions, len(planes))
    if arriving.shape != expected:
        raise ValueError(
            "The gradient must have the pooled maps' shape. "
            f"Received: shape {arriving.shape} for maps of shape {expected}."
        )
    if kind == "max":
        source = pool_sources(image, size=size, stride=stride, padding=padding)
        channels = np.arange(len(planes))
        flat = (source[..., 0].astype(np.int64) * columns.length + source[..., 1]) * len(
            planes
        ) + channels
        landed = np.bincount(flat.ravel(), weights=arriving.ravel(), minlength=planes.size)
        return landed.astype(np.float32).reshape(rows.length, columns.length, len(planes))
    spread = _planes(arriving)
    if kind == "average":
        return _maps(_sums_back(spread / _counts(rows, columns), rows, columns))
    scale = _power_of_two(planes)
    scaled = planes / scale
    lengths = np.sqrt(_sums(np.square(scaled), rows, columns))
    spread = np.divide(spread, lengths, out=np.zeros_like(spread), where=lengths > 0)
    return _maps(scaled * _sums_back(spread, rows, columns))


def _must_be_known(kind: str) -> None:
    if kind not in get_args(PoolKind):
        raise ValueError(
            f'The kind of pooling must be "max", "average" or "l2". Received: kind="{kind}".'
        )


def _axes(
    input_size: tuple[int, ...], size: Size, stride: Size | None, padding: Padding
) -> tuple[_Axis, _Axis]:
    sizes = pair(size, "size")
    strides = sizes if stride is None else pair(stride, "stride")
    rows, columns = (
        _axis(*of_axis)
        for of_axis in zip(input_size, sizes, strides, axis_paddings(padding), strict=True)
    )
    return rows, columns


def _axis(length: int, size: int, stride: int, padding: AxisPadding) -> _Axis:
    before, after = padding_amounts(length, size, stride=stride, padding=padding)
    if max(before, after) >= size:
        raise ValueError(
            "The padding must be smaller than the window, or a window would hold no pixel. "
            f"Received: padding={max(before, after)}, size={size}."
        )
    room = length + before + after - size
    if room < 0:
        shown = f'"{padding}"' if isinstance(padding, str) else padding
        raise ValueError(
            "The window must fit inside the padded input. "
            f"Received: size={size}, input_size={length}, padding={shown}."
        )
    return _Axis(length, size, stride, before, room // stride + 1)


def _image(image: ArrayLike) -> Maps:
    pixels = np.asarray(image, np.float32)
    if pixels.ndim != 3 or 0 in pixels.shape:
        raise ValueError(
            "The image must have the shape (height, width, channels), each at least 1. "
            f"Received: shape {pixels.shape}."
        )
    return pixels


def _planes(image: ArrayLike) -> Maps:
    """Move the channels first: a loop over a row of pixels is long, over three channels short."""
    return np.ascontiguousarray(_image(image).transpose(2, 0, 1))


def _maps(planes: NDArray[np.float32]) -> Maps:
    return planes.transpose(1, 2, 0)


def _on_axis(part: slice, axis: int) -> tuple[slice, ...]:
    return (*(slice(None),) * axis, part)


def _largest(planes: Maps, along: _Axis, axis: int) -> Maps:
    shape = list(planes.shape)
    shape[axis] = along.positions
    result = np.full(shape, -np.inf, np.float32)
    for outputs, pixels in along.taps():
        part = result[_on_axis(outputs, axis)]
        np.maximum(part, planes[_on_axis(pixels, axis)], out=part)
    return result


# From this many taps on, differences of running sums take less time, whatever the size.
_LONG_WINDOW = 24


def _counts(rows: _Axis, columns: _Axis) -> Maps:
    """Count the pixels of the picture in each window: (height', width')."""
    return np.outer(rows.counts(), columns.counts()).astype(np.float32)


def _sums(planes: Maps, rows: _Axis, columns: _Axis) -> Maps:
    return _sum_along(_sum_along(planes, rows, 1), columns, 2)


def _sum_along(planes: Maps, along: _Axis, axis: int) -> Maps:
    shape = list(planes.shape)
    if along.positions == 1:
        window = planes[_on_axis(slice(int(along.starts()[0]), int(along.ends()[0])), axis)]
        return np.asarray(window.sum(axis, dtype=np.float64, keepdims=True), np.float32)
    if along.size >= _LONG_WINDOW:
        shape[axis] += 1
        running = np.zeros(shape)  # float64: a difference of two large sums must stay exact
        np.cumsum(planes, axis=axis, out=running[_on_axis(slice(1, None), axis)])
        ends, starts = running.take(along.ends(), axis), running.take(along.starts(), axis)
        return (ends - starts).astype(np.float32)
    shape[axis] = along.positions
    result = np.zeros(shape, np.float32)
    for outputs, pixels in along.taps():
        result[_on_axis(outputs, axis)] += planes[_on_axis(pixels, axis)]
    return result


def _sums_back(planes: Maps, rows: _Axis, columns: _Axis) -> Maps:
    return _sum_back_along(_sum_back_along(planes, columns, 2), rows, 1)


def _sum_back_along(planes: Maps, along: _Axis, axis: int) -> Maps:
    """Give every pixel the sum over the windows that hold it: the transpose of a sum."""
    shape = list(planes.shape)
    shape[axis] = along.length
    result = np.zeros(shape, np.float32)
    for outputs, pixels in along.taps():
        result[_on_axis(pixels, axis)] += planes[_on_axis(outputs, axis)]
    return result


def _power_of_two(planes: Maps) -> np.float32:
    """Return a power of two near the largest magnitude, or 1 where squares are safe anyway."""
    largest = float(np.abs(planes).max())
    if not math.isfinite(largest) or largest == 0 or 1e-10 < largest < 1e15:
        return np.float32(1)
    return np.float32(2.0 ** max(math.floor(math.log2(largest)), -126))
