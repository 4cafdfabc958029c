"""The sums under a sliding kernel, made fast in NumPy.

A strided convolution is split into unstrided ones, one per position modulo the stride. Of these,
small kernels on single channels are added up tap by tap, each tap over a long run of pixels.
Everything else becomes small matrix products, one per few rows of windows, whose parts are then
shifted and added. Both are cut into pieces that stay in a core's cache.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, product
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cnnviz.shapes import MapPadding, Padding, Size, map_padding, map_size, pair
from cnnviz.turns import share, turn
from cnnviz.windows import padded_sources

Array: TypeAlias = NDArray[np.float32]

# All tuned on 512 x 512 pictures; results do not depend on them.
_TAPS_AT_MOST = 25  # more taps than these are faster as matrix products
RUN = 32_768  # floats in a run of pixels: source and result stay in a core's cache
PRODUCT_AT_MOST = 262_144  # multiply-adds from which OpenBLAS would start threads of its own
_PRODUCT_ROWS = 12  # rows that make a matrix product worth its call
_SHARE_FROM = 4_000_000  # multiply-adds worth sharing between cores


@dataclass(frozen=True)
class Sweep:
    """The way of a kernel over a picture; pairs are (rows, columns)."""

    stride: tuple[int, int]
    dilation: tuple[int, int]
    padding: MapPadding
    padding_mode: str
    output_size: tuple[int, int]


def sweep_over(
    image_size: tuple[int, int],
    kernel_size: tuple[int, int],
    stride: Size,
    padding: Padding,
    dilation: Size,
    padding_mode: str,
) -> Sweep:
    """Spell out where a kernel stops on a picture.

    Raises
    ------
    ValueError : the kernel does not fit, or a number is out of range.
    """
    return Sweep(
        stride=pair(stride, "stride"),
        dilation=pair(dilation, "dilation"),
        padding=map_padding(
            image_size, kernel_size, stride=stride, padding=padding, dilation=dilation
        ),
        padding_mode=padding_mode,
        output_size=map_size(
            image_size, kernel_size, stride=stride, padding=padding, dilation=dilation
        ),
    )


@dataclass(frozen=True)
class _Unstrided:
    """A convolution with stride 1, one of those that a strided one is the sum of.

    pixels : (groups, height, channels of a group, width) float32, contiguous.
    kernels : (rows, columns, channels of a group, filters) float32.
    origin : the pixel under the first tap of the first window.
    """

    pixels: Array
    kernels: Array
    dilation: tuple[int, int]
    origin: tuple[int, int]


def window_sums(
    picture: NDArray[np.generic], kernels: Array, bias: Array | None, groups: int, sweep: Sweep
) -> Array:
    """Add up pixel times weight in every window of a sweep.

    Parameters
    ----------
    picture : (height, width, channels) of any real type, finite.
    kernels : (rows, columns, channels // groups, filters) float32.
    bias : (filters,) float32 or None.

    Returns
    -------
    (height', width', filters) float32, channel after channel in memory.
    """
    with turn(), np.errstate(over="ignore", invalid="ignore"):
        pixels = _padded(picture, groups, sweep)
        parts = list(_unstrided(pixels, kernels, sweep))
        rows, columns, channels, _ = kernels.shape
        if channels == 1 and rows * columns <= _TAPS_AT_MOST:
            result = _add_taps(parts, bias, sweep.output_size)
        else:
            result = _add_products(parts, bias, sweep.output_size)
    return result.transpose(1, 2, 0)


def _padded(picture: NDArray[np.generic], groups: int, sweep: Sweep) -> Array:
    """Bring a picture into the order (groups, height, channels of a group, width) and pad it.

    Height and width become multiples of the stride; what that adds is never part of a window.
    """
    height, width, channels = picture.shape
    inner = picture.reshape(height, width, groups, channels // groups).transpose(2, 0, 3, 1)
    (top, bottom), (left, right) = sweep.padding
    source_rows = padded_sources(height, top, bottom, padding_mode=sweep.padding_mode)
    source_columns = padded_sources(width, left, right, padding_mode=sweep.padding_mode)
    needed_height, needed_width = len(source_rows), len(source_columns)
    padded_height, padded_width = (
        math.ceil(size / step) * step
        for size, step in zip((needed_height, needed_width), sweep.stride, strict=True)
    )
    if (
        (padded_height, padded_width) == (height, width)
        and inner.dtype == np.float32
        and inner.flags.c_contiguous
    ):
        return inner  # type: ignore[return-value]
    pixels = np.empty((groups, padded_height, channels // groups, padded_width), np.float32)
    bottom_edge, right_edge = top + height, left + width
    picture_rows = pixels[:, top:bottom_edge]
    picture_rows[..., left:right_edge] = inner
    if sweep.padding_mode == "zeros":
        needed_height, needed_width = bottom_edge, right_edge
        pixels[:, :top] = 0
        picture_rows[..., :left] = 0
    else:
        # The columns first, so that the corners are filled when whole rows are repeated.
        for part in (slice(left), slice(right_edge, needed_width)):
            picture_rows[..., part] = picture_rows[..., left + source_columns[part]]
        for part in (slice(top), slice(bottom_edge, needed_height)):
            pixels[:, part] = pixels[:, top + source_rows[part]]
    pixels[:, needed_height:] = 0
    pixels[:, :needed_height, :, needed_width:] = 0
    return pixels


def _unstrided(pixels: Array, kernels: Array, sweep: Sweep) -> Iterator[_Unstrided]:
    """Split a strided convolution by the position of the taps modulo the stride."""
    if sweep.stride == (1, 1):
        yield _Unstrided(pixels, kernels, sweep.dilation, (0, 0))
        return
    (stride_y, stride_x), (dilation_y, dilation_x) = sweep.stride, sweep.dilation
    # Taps this far apart lie a multiple of the stride apart.
    every_y = stride_y // math.gcd(stride_y, dilation_y)
    every_x = stride_x // math.gcd(stride_x, dilation_x)
    for row, column in product(
        range(min(every_y, kernels.shape[0])), range(min(every_x, kernels.shape[1]))
    ):
        y, x = row * dilation_y, column * dilation_x
        yield _Unstrided(
            np.ascontiguousarray(pixels[:, y % stride_y :: stride_y, :, x % stride_x :: stride_x]),
            kernels[row::every_y, column::every_x],
            (dilation_y * every_y // stride_y, dilation_x * every_x // stride_x),
            (y // stride_y, x // stride_x),
        )


def _add_taps(parts: list[_Unstrided], bias: Array | None, output_size: tuple[int, int]) -> Array:
    """Add up single channels tap by tap.

    A band of rows is one run of pixels: each tap is the same run, shifted. At a row's end the
    run goes through windows that lie across two rows; they are cut off.
    """
    groups, _, _, width = parts[0].pixels.shape
    filters = parts[0].kernels.shape[3]
    rows, columns = output_size
    result = np.empty((filters, rows, width), np.float32)
    band = max(RUN // width, 1)

    def add(task: tuple[int, int]) -> None:
        which, top = task
        length = (min(band, rows - top) - 1) * width + columns
        run = result[which].reshape(-1)[top * width : top * width + length]
        for number, part in enumerate(parts):
            height = part.pixels.shape[1]
            first_row = which * groups // filters * height + top + part.origin[0]
            taps: Array = np.ndarray(
                (*part.kernels.shape[:2], length),
                np.float32,
                part.pixels,
                4 * (first_row * width + part.origin[1]),
                (4 * width * part.dilation[0], 4 * part.dilation[1], 4),
            )
            # Order "F" makes the long axis the innermost loop: 12 times as fast as "K".
            sums = np.einsum(
                "ijn,ij->n",
                taps,
                part.kernels[:, :, 0, which],
                out=run if number == 0 else None,
                order="F",
            )
            if number > 0:
                run += sums
        if bias is not None:
            run += bias[which]

    _spread(add, list(product(range(filters), range(0, rows, band))), parts, output_size)
    return result[:, :, :columns]


def _add_products(
    parts: list[_Unstrided], bias: Array | None, output_size: tuple[int, int]
) -> Array:
    """Add up many channels, filters or taps as matrix products.

    For a row of windows, the pixels of all kernel rows and channels are a matrix as they lie in
    memory. One product gives what each kernel column contributes, for all filters; shifted by
    its place, each column is added to the result.
    """
    result = np.empty((parts[0].kernels.shape[3], *output_size), np.float32)

    def add(task: _Block) -> None:
        target = result[
            task.filters, task.top : task.top + task.count * task.rows, task.left : task.right
        ]
        target = target.reshape(len(target), task.count, task.rows, -1).transpose(1, 0, 2, 3)
        contributions = chain.from_iterable(_column_contributions(part, task) for part in parts)
        first, second = next(contributions), next(contributions, np.float32(0))
        np.add(first, second, out=target)
        for contribution in contributions:
            target += contribution
        if bias is not None:
            target += bias[task.filters, None, None]

    _spread(add, list(_blocks(parts, output_size)), parts, output_size)
    return result


@dataclass(frozen=True)
class _Block:
    """A piece of the result: some filters of one group, ``count`` times ``rows`` rows."""

    group: int
    filters: slice
    top: int
    rows: int
    count: int
    left: int
    right: int


def _blocks(parts: list[_Unstrided], output_size: tuple[int, int]) -> Iterator[_Block]:
    """Cut the result so that every matrix product has a size BLAS is good at."""
    groups, _, channels, _ = parts[0].pixels.shape
    filters = parts[0].kernels.shape[3] // groups
    kernel_rows = max(part.kernels.shape[0] for part in parts)
    kernel_columns = max(part.kernels.shape[1] for part in parts)
    rows, columns = output_size
    together = 1
    if all(part.dilation[0] == 1 for part in parts):
        together = min(math.ceil(_PRODUCT_ROWS / (kernel_columns * filters)), rows)
    inner = channels * (kernel_rows + together - 1)
    filters_at_once = min(max(8192 // (inner * kernel_columns * together), 1), filters)
    outer = kernel_columns * filters_at_once * together
    reach = max((part.kernels.shape[1] - 1) * part.dilation[1] for part in parts)
    widest = max(PRODUCT_AT_MOST // (inner * outer) - reach, 32)
    across = math.ceil(columns / math.ceil(columns / widest))
    count = max(RUN * 2 // (outer * (across + reach)), 1)
    whole = rows - rows % together
    bands = [
        (top, together, min(count, (whole - top) // together))
        for top in range(0, whole, together * count)
    ]
    if whole < rows:
        bands.append((whole, rows - whole, 1))
    for group, first, (top, height, number), left in product(
        range(groups), range(0, filters, filters_at_once), bands, range(0, columns, across)
    ):
        start = group * filters + first
        yield _Block(
            group=group,
            filters=slice(start, min(start + filters_at_once, (group + 1) * filters)),
            top=top,
            rows=height,
            count=number,
            left=left,
            right=min(left + across, columns),
        )


def _column_contributions(part: _Unstrided, block: _Block) -> Iterator[Array]:
    """Yield what each kernel column adds to a block: (count, filters, rows, columns)."""
    kernel_rows, kernel_columns, channels, _ = part.kernels.shape
    _, height, _, width = part.pixels.shape
    step = part.dilation[1]
    across = block.right - block.left
    taken = across + (kernel_columns - 1) * step
    kernels = part.kernels[..., block.filters].transpose(1, 3, 0, 2)
    filters = kernels.shape[1]
    # Several rows of windows at once: the kernel, shifted down by one row each.
    matrix = np.zeros(
        (kernel_columns, filters, block.rows, kernel_rows + block.rows - 1, channels), np.float32
    )
    for row in range(block.rows):
        matrix[:, :, row, row : row + kernel_rows] = kernels
    first_row = block.group * height + block.top + part.origin[0]
    row_bytes = 4 * channels * width
    pixels: Array = np.ndarray(
        (block.count, matrix.shape[3], channels, taken),
        np.float32,
        part.pixels,
        row_bytes * first_row + 4 * (block.left + part.origin[1]),
        (row_bytes * block.rows, row_bytes * part.dilation[0], 4 * width, 4),
    )
    # Copies only if dilation puts other rows in between.
    pixels = pixels.reshape(block.count, -1, taken)
    sums = np.matmul(matrix.reshape(-1, pixels.shape[1]), pixels)
    sums = sums.reshape(block.count, kernel_columns, filters, block.rows, taken)
    for column in range(kernel_columns):
        yield sums[:, column, ..., column * step : column * step + across]


def _spread(
    add: Callable[[Any], None],
    tasks: list[Any],
    parts: list[_Unstrided],
    output_size: tuple[int, int],
) -> None:
    multiply_adds = math.prod(output_size) * sum(part.kernels.size for part in parts)
    if multiply_adds < _SHARE_FROM:
        for task in tasks:
            add(task)
    else:
        share(add, tasks)
