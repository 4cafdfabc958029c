"""Convolution as networks compute it: cross-correlation, the kernel is not flipped.

Pictures are ``(height, width, channels)``, kernels ``(rows, columns, channels, filters)`` as in
TensorFlow and Keras. All results are float32 and lie channel after channel in memory (a
transposed view), the order in which convolving them again or drawing one map needs no copy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.convolution.window_sums import PRODUCT_AT_MOST, row_products, sweep_over, window_sums
from cnnviz.convolution.windows import padded_sources
from cnnviz.server.turns import turn
from cnnviz.shapes import (
    Floats,
    Maps,
    Padding,
    Size,
    axis_paddings,
    pair,
    transposed_cropping,
    whole_number,
)

PaddingMode: TypeAlias = Literal["zeros", "reflect", "replicate", "wrap"]
"""What the padded pixels hold; PyTorch's names (NumPy: constant, reflect, edge, wrap)."""


def convolve(
    image: ArrayLike,
    kernels: ArrayLike,
    *,
    bias: ArrayLike | None = None,
    stride: Size = 1,
    padding: Padding = "valid",
    dilation: Size = 1,
    groups: int = 1,
    padding_mode: PaddingMode = "zeros",
) -> Maps:
    """Slide kernels over a picture: one sum of products for each window and filter.

    Parameters
    ----------
    image : (height, width, channels), integers or floats, finite. Integers are not scaled.
    kernels : (rows, columns, channels // groups, filters), finite.
    bias : (filters,) or one number, added to every sum.
    stride, dilation : pixels between two windows, between two taps; int or (rows, columns).
    padding : "valid", "same" (the odd row or column at the end), an int or
        ((top, bottom), (left, right)).
    groups : the channels and the filters are divided into so many groups; each group of
        filters sees only its own channels.
    padding_mode : what the padded pixels hold: "zeros", "reflect" (without repeating the
        edge), "replicate" (the edge) or "wrap".

    Returns
    -------
    (height', width', filters) float32

    Raises
    ------
    ValueError : shapes that do not fit each other, or a weight that is not finite.

    >>> image = np.arange(9).reshape(3, 3, 1)
    >>> box = np.full((2, 2, 1, 1), 0.25)
    >>> convolve(image, box)[..., 0]
    array([[2., 3.],
           [5., 6.]], dtype=float32)
    """
    picture = _picture(image)
    weights = _weights(kernels, "kernels", "(rows, columns, channels // groups, filters)")
    groups = whole_number(groups, "groups")
    channels, filters = picture.shape[2], weights.shape[3]
    if channels % groups or filters % groups:
        raise ValueError(
            "The channels and the filters must be multiples of groups. Received: "
            f"groups={groups}, channels={channels}, filters={filters}."
        )
    if weights.shape[2] * groups != channels:
        raise ValueError(
            "The kernels must have channels // groups input channels. Received: "
            f"image.shape={picture.shape}, kernels.shape={weights.shape}, groups={groups}."
        )
    sweep = sweep_over(
        picture.shape[:2], weights.shape[:2], stride, padding, dilation, padding_mode
    )
    return window_sums(picture, weights, _biases(bias, filters), groups, sweep)


def channel_maps(
    image: ArrayLike,
    kernel: ArrayLike,
    *,
    stride: Size = 1,
    padding: Padding = "valid",
    dilation: Size = 1,
    padding_mode: PaddingMode = "zeros",
) -> Maps:
    """Convolve each channel with its own slice of one kernel, before the sum over channels.

    Parameters
    ----------
    image : (height, width, channels)
    kernel : (rows, columns, channels), one filter of :func:`convolve`.

    The others are those of :func:`convolve`.

    Returns
    -------
    (height', width', channels) float32; the sum over the last axis, plus the bias, is what
    :func:`convolve` returns for this filter.

    >>> image = np.array([[[1, 10], [2, 20]]])
    >>> channel_maps(image, np.array([[[3, 1]]]))
    array([[[ 3., 10.],
            [ 6., 20.]]], dtype=float32)
    """
    weights = _weights(kernel, "kernel", "(rows, columns, channels)")
    return depthwise_convolve(
        image,
        weights[..., None],
        stride=stride,
        padding=padding,
        dilation=dilation,
        padding_mode=padding_mode,
    )


def depthwise_convolve(
    image: ArrayLike,
    kernels: ArrayLike,
    *,
    bias: ArrayLike | None = None,
    stride: Size = 1,
    padding: Padding = "valid",
    dilation: Size = 1,
    padding_mode: PaddingMode = "zeros",
) -> Maps:
    """Convolve each channel with kernels of its own; channels are never added up.

    Parameters
    ----------
    image : (height, width, channels)
    kernels : (rows, columns, channels, multiplier)
    bias : (channels * multiplier,) or one number

    The others are those of :func:`convolve`.

    Returns
    -------
    (height', width', channels * multiplier) float32; result c * multiplier + m is channel c
    under its kernel m (Keras's order).

    >>> depthwise_convolve(np.array([[[1, 10]]]), np.array([[[[1, 2], [3, 4]]]]))
    array([[[ 1.,  2., 30., 40.]]], dtype=float32)
    """
    picture = _picture(image)
    weights = _weights(kernels, "kernels", "(rows, columns, channels, multiplier)")
    rows, columns, channels, multiplier = weights.shape
    if channels != picture.shape[2]:
        raise ValueError(
            "The kernels must have one slice for each channel. Received: "
            f"image.shape={picture.shape}, kernels.shape={weights.shape}."
        )
    sweep = sweep_over(
        picture.shape[:2], weights.shape[:2], stride, padding, dilation, padding_mode
    )
    as_groups = weights.reshape(rows, columns, 1, channels * multiplier)
    return window_sums(picture, as_groups, _biases(bias, channels * multiplier), channels, sweep)


def filter_channels(
    image: ArrayLike,
    kernel: ArrayLike,
    *,
    bias: float = 0.0,
    stride: Size = 1,
    padding: Padding = "valid",
    dilation: Size = 1,
    padding_mode: PaddingMode = "zeros",
) -> Maps:
    """Convolve every channel of a picture with one and the same kernel.

    Parameters
    ----------
    image : (height, width, channels)
    kernel : (rows, columns)

    The others are those of :func:`convolve`.

    Returns
    -------
    (height', width', channels) float32

    >>> filter_channels(np.array([[[1, 10], [2, 20]]]), np.array([[1, -1]]), bias=5)
    array([[[ 4., -5.]]], dtype=float32)
    """
    picture, weights = _picture(image), np.asarray(kernel, np.float32)
    if weights.ndim != 2:
        raise ValueError(
            f"The kernel must be (rows, columns). Received: kernel.shape={weights.shape}."
        )
    return depthwise_convolve(
        picture,
        np.repeat(weights[:, :, np.newaxis, np.newaxis], picture.shape[2], axis=2),
        bias=np.full(picture.shape[2], bias, np.float32),
        stride=stride,
        padding=padding,
        dilation=dilation,
        padding_mode=padding_mode,
    )


def transposed_convolve(
    image: ArrayLike,
    kernels: ArrayLike,
    *,
    bias: ArrayLike | None = None,
    stride: Size = 1,
    padding: Padding = "valid",
    dilation: Size = 1,
    output_padding: Size | None = None,
) -> Maps:
    """Let each pixel write its multiple of the kernel; where the copies overlap they add up.

    Parameters
    ----------
    image : (height, width, channels), finite.
    kernels : (rows, columns, filters, channels), finite (Keras's layout: filters come first).
    bias : (filters,) or one number, added everywhere.
    stride : pixels of the result between the copies of two neighbouring pixels.
    padding : "valid" keeps all, "same" keeps height * stride rows (and columns alike); an int
        or ((top, bottom), (left, right)) crops so much.
    dilation : pixels of the result between two taps.
    output_padding : rows and columns added at the end, less than the stride; see
        :func:`cnnviz.shapes.transposed_output_size`.

    Returns
    -------
    (height', width', filters) float32

    Raises
    ------
    ValueError : shapes that do not fit each other, or a weight that is not finite.

    >>> transposed_convolve(np.array([[[1], [10]]]), np.ones((1, 3, 1, 1)), stride=2)[0, :, 0]
    array([ 1.,  1., 11., 10., 10.], dtype=float32)
    """
    picture = _picture(image)
    weights = _weights(kernels, "kernels", "(rows, columns, filters, channels)")
    height, width, channels = picture.shape
    rows, columns, filters, kernel_channels = weights.shape
    if kernel_channels != channels:
        raise ValueError(
            "The last axis of the kernels must be the channels of the image. Received: "
            f"image.shape={picture.shape}, kernels.shape={weights.shape}."
        )
    biases = _biases(bias, filters)
    stride = pair(stride, "stride")
    dilation = pair(dilation, "dilation")
    added = (
        (None, None) if output_padding is None else pair(output_padding, "output_padding", least=0)
    )
    (top, bottom), (left, right) = (
        transposed_cropping(n, k, stride=s, padding=p, dilation=d, output_padding=a)
        for n, k, s, p, d, a in zip(
            (height, width),
            (rows, columns),
            stride,
            axis_paddings(padding),
            dilation,
            added,
            strict=True,
        )
    )
    written = [
        (n - 1) * s + d * (k - 1) + 1
        for n, k, s, d in zip((height, width), (rows, columns), stride, dilation, strict=True)
    ]
    with turn(), np.errstate(over="ignore", invalid="ignore"):
        pixels = np.empty((channels, height, width), np.float32)
        pixels[...] = picture.transpose(2, 0, 1)
        # Where a stride leaves more room than the kernel fills, nothing is written (only zeros).
        result = np.zeros(
            (filters, written[0] + max(-bottom, 0), written[1] + max(-right, 0)), np.float32
        )
        for row, column in product(range(rows), range(columns)):
            first_row, first_column = row * dilation[0], column * dilation[1]
            target = result[
                :,
                first_row : first_row + (height - 1) * stride[0] + 1 : stride[0],
                first_column : first_column + (width - 1) * stride[1] + 1 : stride[1],
            ]
            for y, x, copies in _tap_copies(pixels, weights[row, column]):
                target[:, y, x] += copies
        result = result[
            :, top : result.shape[1] - max(bottom, 0), left : result.shape[2] - max(right, 0)
        ]
        if biases is not None:
            result += biases[:, None, None]
    return result.transpose(1, 2, 0)


def _tap_copies(pixels: Floats, tap: Floats) -> Iterator[tuple[slice, slice, Floats]]:
    """Multiply all pixels with one tap (filters, channels), a piece of the picture at a time."""
    channels, height, width = pixels.shape
    columns = min(width, max(PRODUCT_AT_MOST // tap.size, 32))
    rows = max(PRODUCT_AT_MOST // (columns * (len(tap) + channels)), 1)
    scratch = np.empty(len(tap) * min(rows, height) * columns, np.float32)
    for top, left in product(range(0, height, rows), range(0, width, columns)):
        y, x = slice(top, top + rows), slice(left, left + columns)
        yield y, x, row_products(tap, pixels[:, y, x].transpose(1, 0, 2), scratch)


@dataclass(frozen=True, eq=False)
class Window:
    """One stop of a kernel on its way over a picture, with all numbers that meet there.

    row, column : the position in the result.
    patch : (rows, columns, channels) float32, the pixels under the kernel.
    kernel : (rows, columns, channels) float32, the weights.
    products : (rows, columns, channels) float32, pixel times weight.
    sum, bias, result : sum of the products, what is added to it, and both together.
    rows, columns : the picture's row under each kernel row, and column under each kernel
        column. Below 0, or at height (width) and more, in the padding.
    source_rows, source_columns : where those pixels' values come from: the same inside the
        picture, a mirrored or repeated one in the padding, -1 for padded zeros.
    inside : (rows, columns) bool, False in the padding.
    """

    row: int
    column: int
    patch: Floats
    kernel: Floats
    products: Floats
    sum: float
    bias: float
    result: float
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    source_rows: NDArray[np.int64]
    source_columns: NDArray[np.int64]
    inside: NDArray[np.bool_]


def window_at(
    image: ArrayLike,
    kernel: ArrayLike,
    row: int,
    column: int,
    *,
    bias: float = 0.0,
    stride: Size = 1,
    padding: Padding = "valid",
    dilation: Size = 1,
    padding_mode: PaddingMode = "zeros",
) -> Window:
    """Look into one window: what :func:`convolve` multiplies and adds for one output.

    Parameters
    ----------
    image : (height, width, channels)
    kernel : (rows, columns, channels), one filter of :func:`convolve`.
    row, column : the position in the result, from 0.
    bias : added to the sum.

    The others are those of :func:`convolve`.

    Raises
    ------
    ValueError : as :func:`convolve`, or no such position in the result.

    >>> image = np.array([[134, 134, 117], [153, 144, 141], [152, 154, 150]])[..., None]
    >>> sharpen = np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])[..., None]
    >>> window_at(image, sharpen, 0, 0).result
    138.0
    """
    picture = _picture(image)
    weights = _weights(kernel, "kernel", "(rows, columns, channels)")
    if weights.shape[2] != picture.shape[2]:
        raise ValueError(
            "The kernel must have one slice for each channel. Received: "
            f"image.shape={picture.shape}, kernel.shape={weights.shape}."
        )
    offset = _biases(bias, 1)
    sweep = sweep_over(
        picture.shape[:2], weights.shape[:2], stride, padding, dilation, padding_mode
    )
    positions = (
        whole_number(row, "row", least=0),
        whole_number(column, "column", least=0),
    )
    if any(p >= n for p, n in zip(positions, sweep.output_size, strict=True)):
        raise ValueError(
            "The row and column must lie in the result. Received: "
            f"row={row}, column={column}, result of {sweep.output_size[0]} x "
            f"{sweep.output_size[1]}."
        )
    under, sources = [], []
    for axis in range(2):
        before, after = sweep.padding[axis]
        first = positions[axis] * sweep.stride[axis] - before
        touched = first + sweep.dilation[axis] * np.arange(weights.shape[axis])
        under.append(touched)
        padded = padded_sources(picture.shape[axis], before, after, padding_mode=padding_mode)
        sources.append(padded[touched + before].astype(np.int64))
    patch = picture[np.ix_(*sources)].astype(np.float32)
    patch[np.logical_or.outer(sources[0] < 0, sources[1] < 0)] = 0
    products = patch * weights
    total = float(products.sum(dtype=np.float64))
    added = 0.0 if offset is None else float(offset[0])
    height, width, _ = picture.shape
    return Window(
        row=positions[0],
        column=positions[1],
        patch=patch,
        kernel=weights,
        products=products,
        sum=total,
        bias=added,
        result=total + added,
        rows=under[0],
        columns=under[1],
        source_rows=sources[0],
        source_columns=sources[1],
        inside=np.logical_and.outer(
            (under[0] >= 0) & (under[0] < height), (under[1] >= 0) & (under[1] < width)
        ),
    )


def _picture(image: ArrayLike) -> NDArray[np.generic]:
    picture = _numbers(image, "image")
    if picture.ndim != 3 or picture.size == 0:
        raise ValueError(
            "The image must have three axes (height, width, channels), none of them empty. "
            f"Received: image.shape={picture.shape}."
        )
    return picture


def _numbers(values: ArrayLike, name: str) -> NDArray[np.generic]:
    try:
        array = np.asarray(values)
    except ValueError:
        array = np.asarray(None)
    if array.dtype.kind not in "biuf":
        raise ValueError(
            f"The {name} must be an array of real numbers. Received: {name} of type "
            f"{type(values).__name__ if array.dtype.kind == 'O' else array.dtype}."
        )
    return array


def _weights(values: ArrayLike, name: str, axes: str) -> Floats:
    array = _numbers(values, name)
    if array.ndim != axes.count(",") + 1 or array.size == 0:
        raise ValueError(
            f"The {name} must have the axes {axes}, none of them empty. "
            f"Received: {name}.shape={array.shape}."
        )
    return _finite(array, name)


def _finite(array: NDArray[np.generic], name: str) -> Floats:
    with np.errstate(over="ignore"):  # too large for float32 is found below
        weights = array.astype(np.float32)
    if not np.isfinite(weights).all():
        where = tuple(int(axis) for axis in np.argwhere(~np.isfinite(weights))[0])
        raise ValueError(
            f"The {name} must hold finite numbers (float32). "
            f"Received: {array[where]} at {name}[{', '.join(map(str, where))}]."
        )
    return weights


def _biases(bias: ArrayLike | None, filters: int) -> Floats | None:
    if bias is None:
        return None
    array = _numbers(bias, "bias")
    if array.shape not in ((), (filters,)):
        raise ValueError(
            "The bias must be one number or one for each filter. "
            f"Received: bias.shape={array.shape}, filters={filters}."
        )
    biases = _finite(np.broadcast_to(array, (filters,)), "bias")
    return biases if biases.any() else None
