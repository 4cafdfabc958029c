"""The sums under a sliding kernel, made fast in NumPy.

For one row of windows, the pixels of all channels in all kernel rows are a matrix just as they
lie in memory. Its product with the weights is what each kernel column contributes, for all
filters; shifted by its place, each contribution is added to the result. The few NumPy calls this
takes each work on hundreds of rows. A strided convolution is first split into unstrided ones.

Three channels of 512 x 512 under a 3 x 3 kernel each take 0.6 ms (OpenCV 0.33; scaling and adding
once for each tap 1.3), under an 11 x 11 kernel 3.6 ms (OpenCV 3.4), so that no size is left where a
Fourier transform wins.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from cnnviz.convolution.windows import PADDING_MODES, padded_sources
from cnnviz.server.turns import turn
from cnnviz.shapes import Floats, MapPadding, Padding, Size, map_padding, map_size, pair

# All tuned on 512 x 512 pictures; results do not depend on them.
_SUMS = 400_000  # floats that a block's products may take; larger ones leave the cache
_WEIGHTS = 8192  # weights in one product
PRODUCT_AT_MOST = 262_144  # multiply-adds from which OpenBLAS would start threads of its own


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
    ValueError : the kernel does not fit, a number is out of range, or there is no such mode.
    """
    if padding_mode not in PADDING_MODES:
        raise ValueError(
            f"The padding mode must be one of {', '.join(PADDING_MODES)}. "
            f"Received: padding_mode={padding_mode!r}."
        )
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

    pixels: Floats
    kernels: Floats
    dilation: tuple[int, int]
    origin: tuple[int, int]


def window_sums(
    picture: NDArray[np.generic], kernels: Floats, bias: Floats | None, groups: int, sweep: Sweep
) -> Floats:
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
        result = _products(parts, bias, sweep.output_size)
    return result.transpose(1, 2, 0)


def _padded(picture: NDArray[np.generic], groups: int, sweep: Sweep) -> Floats:
    """Bring a picture into the order (groups, height, channels of a group, width) and pad it.

    Height and width become multiples of the stride; what that adds is never part of a window.
    """
    height, width, channels = picture.shape
    inner = picture.reshape(height, width, groups, channels // groups).transpose(2, 0, 3, 1)
    (top, bottom), (left, right) = sweep.padding
    needed_height, needed_width = top + height + bottom, left + width + right
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
        source_rows = padded_sources(height, top, bottom, padding_mode=sweep.padding_mode)
        source_columns = padded_sources(width, left, right, padding_mode=sweep.padding_mode)
        # The columns first, so that the corners are filled when whole rows are repeated.
        for part in (slice(left), slice(right_edge, needed_width)):
            picture_rows[..., part] = picture_rows[..., left + source_columns[part]]
        for part in (slice(top), slice(bottom_edge, needed_height)):
            pixels[:, part] = pixels[:, top + source_rows[part]]
    pixels[:, needed_height:] = 0
    pixels[:, :needed_height, :, needed_width:] = 0
    return pixels


def _unstrided(pixels: Floats, kernels: Floats, sweep: Sweep) -> Iterator[_Unstrided]:
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


def _products(parts: list[_Unstrided], bias: Floats | None, output_size: tuple[int, int]) -> Floats:
    """Add up the windows of unstrided convolutions as matrix products.

    The result is as wide as the pixels, so that many rows can be added as one long run. At a
    row's end the run goes through sums that belong to no window; they are cut off.
    """
    width = parts[0].pixels.shape[3]
    rows, columns = output_size
    result = np.empty((parts[0].kernels.shape[3], rows, width), np.float32)
    scratch = np.empty(_SUMS, np.float32)
    for block in _blocks(parts, output_size):
        target = result[block.filters, block.rows, block.columns]
        if block.whole_rows:
            target = target.reshape(len(target), 1, -1)[..., : target[0].size - width + columns]
        length = target.shape[2]
        for number, part in enumerate(parts):
            sums = [each[..., :length] for each in _column_sums(part, block, scratch)]
            if number == 0:
                # The first two at once: half the time of setting and adding.
                np.add(sums[0], sums[1] if len(sums) > 1 else 0, out=target)
            for more in sums[2 if number == 0 else 0 :]:
                target += more
        if bias is not None:
            target += bias[block.filters, None, None]
    return result[:, :, :columns]


@dataclass(frozen=True)
class _Block:
    """A piece of the result: filters of one group, rows and columns."""

    group: int
    filters: slice
    rows: slice
    columns: slice
    whole_rows: bool


def _blocks(parts: list[_Unstrided], output_size: tuple[int, int]) -> Iterator[_Block]:
    """Cut the result so that every matrix product has a size BLAS is good at."""
    groups, _, channels, width = parts[0].pixels.shape
    filters = parts[0].kernels.shape[3] // groups
    kernel_rows = max(part.kernels.shape[0] for part in parts)
    kernel_columns = max(part.kernels.shape[1] for part in parts)
    reach = max((part.kernels.shape[1] - 1) * part.dilation[1] for part in parts)
    rows, columns = output_size
    inner = kernel_rows * channels
    filters_at_once = min(max(_WEIGHTS // (inner * kernel_columns), 1), filters)
    outer = kernel_columns * filters_at_once
    across = max(PRODUCT_AT_MOST // (inner * outer), 32)
    whole_rows = across >= width
    if whole_rows:
        across = width
    else:
        pieces = math.ceil(columns / max(across - reach, 32))
        across = math.ceil(columns / pieces)
    down = max(_SUMS // (outer * (across + reach)), 1)
    down = math.ceil(rows / math.ceil(rows / down))
    for group, first, top, left in product(
        range(groups),
        range(0, filters, filters_at_once),
        range(0, rows, down),
        range(0, columns, across),
    ):
        start = group * filters
        yield _Block(
            group,
            slice(start + first, start + min(first + filters_at_once, filters)),
            slice(top, min(top + down, rows)),
            slice(left, width if whole_rows else min(left + across, columns)),
            whole_rows,
        )


def _column_sums(part: _Unstrided, block: _Block, scratch: Floats) -> list[Floats]:
    """Compute what each kernel column adds to a block, from the block's first column on.

    Each is (filters, rows, columns and more), or (filters, 1, one long run) for whole rows, and
    lies in ``scratch`` if it can.
    """
    kernel_rows, kernel_columns, channels, _ = part.kernels.shape
    _, height, _, width = part.pixels.shape
    matrix = part.kernels[..., block.filters].transpose(1, 3, 0, 2)
    matrix = matrix.reshape(-1, kernel_rows * channels)
    rows = block.rows.stop - block.rows.start
    whole = block.whole_rows
    step = part.dilation[1]
    if whole:
        left, taken, shift = 0, width, part.origin[1]
    else:
        left, shift = block.columns.start + part.origin[1], 0
        taken = block.columns.stop - block.columns.start + (kernel_columns - 1) * step
    row_bytes = 4 * channels * width
    first_row = block.group * height + block.rows.start + part.origin[0]
    pixels: Floats = np.ndarray(
        (rows, kernel_rows, channels, taken),
        np.float32,
        part.pixels,
        row_bytes * first_row + 4 * left,
        (row_bytes, row_bytes * part.dilation[0], 4 * width, 4),
    )
    # Copies the pixels only if dilation puts other rows in between.
    pixels = pixels.reshape(rows, -1, taken)
    sums = row_products(matrix, pixels, scratch)
    sums = sums.reshape(kernel_columns, -1, *((1, rows * taken) if whole else (rows, taken)))
    return [sums[column, ..., shift + column * step :] for column in range(kernel_columns)]


def row_products(matrix: Floats, pixels: Floats, scratch: Floats) -> Floats:
    """Multiply a matrix (m, k) with each row of pixels: (rows, k, columns) to (m, rows, columns).

    The products lie in ``scratch`` (one axis) if they fit in: new memory costs more time than
    the arithmetic.

    >>> scratch = np.empty(100, np.float32)
    >>> row_products(np.float32([[1], [2]]), np.float32([[[3, 4]]]), scratch)[:, 0]
    array([[3., 4.],
           [6., 8.]], dtype=float32)
    """
    shape = (len(matrix), len(pixels), pixels.shape[2])
    size = math.prod(shape)
    products = (scratch[:size] if size <= len(scratch) else np.empty(size, np.float32)).reshape(
        shape
    )
    if matrix.shape[1] == 1:
        # NumPy does not hand these to BLAS and takes 20 times as long.
        return np.multiply(matrix[:, None], pixels[:, 0], out=products)
    np.matmul(matrix, pixels, out=products.transpose(1, 0, 2))
    return products
