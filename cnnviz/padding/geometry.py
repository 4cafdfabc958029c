"""Where all windows of one layer lie on a small grid, for convolution and its transpose alike.

A convolution slides over the input with its padding. A transposed convolution can be read the
same way: its result is what a kernel, turned around, sees as it slides with stride 1 over the
input whose values stand `stride` places apart. So one description serves both, and everything
that draws a sliding window draws either.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.convolution import convolve, transposed_convolve
from cnnviz.convolution.windows import padded_sources, spread_sources
from cnnviz.shapes import (
    MapPadding,
    Padding,
    Size,
    axis_paddings,
    coverage,
    dilated_size,
    map_padding,
    map_size,
    pair,
    transposed_cropping,
    transposed_output_size,
)

Counts = NDArray[np.int64]
Sources = tuple[NDArray[np.int32], NDArray[np.int32]]


@dataclass(frozen=True, eq=False)
class Geometry:
    """Where the windows of one layer lie. Pairs are (rows, columns).

    Attributes
    ----------
    transposed : whether the layer writes windows instead of reading them.
    input_size, window, stride, dilation, output_size : as the layer has them.
    padding : ((top, bottom), (left, right)): pixels added around the input; in transposed
        convolution, what is cut off the result (negative where rows or columns are added).
    sources : what stands at each place that the window slides over, see `cnnviz.windows`.
    step : places between two stops of the window: the stride, or 1 in transposed convolution.
    spread : places between two neighbours of the input: 1, or the stride in transposed
        convolution.
    touches : the windows that touch each place along the rows, and along the columns.
    coverage : (height, width) int64. The windows that touch each pixel of the input; in
        transposed convolution, the pixels of the input that write to each place of the result.
    """

    transposed: bool
    input_size: tuple[int, int]
    window: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    padding: MapPadding
    output_size: tuple[int, int]
    sources: Sources
    step: tuple[int, int]
    spread: tuple[int, int]
    touches: tuple[Counts, Counts]
    coverage: Counts

    @property
    def span(self) -> tuple[int, int]:
        """Places from the first tap to the last one, dilation included."""
        rows, columns = (
            dilated_size(k, d) for k, d in zip(self.window, self.dilation, strict=True)
        )
        return rows, columns

    @property
    def origin(self) -> tuple[int, int]:
        """Where the input's first row and column lie among the places."""
        if not self.transposed:
            return self.padding[0][0], self.padding[1][0]
        rows, columns = (int(np.argmax(sources == 0)) for sources in self.sources)
        return rows, columns

    @property
    def left_over(self) -> tuple[int, int]:
        """Rows and columns after the last window: what an uneven stride never reaches."""
        rows, columns = (
            len(sources) - ((stops - 1) * step + span)
            for sources, stops, step, span in zip(
                self.sources, self.output_size, self.step, self.span, strict=True
            )
        )
        return rows, columns

    @property
    def unreached(self) -> tuple[int, int]:
        """Rows and columns of the input itself that no window touches."""
        if self.transposed:
            return 0, 0
        rows, columns = (
            int(np.count_nonzero(touches[sources >= 0] == 0))
            for touches, sources in zip(self.touches, self.sources, strict=True)
        )
        return rows, columns


def laid_out(
    grid: NDArray[np.float32], geometry: Geometry
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Put a grid's numbers on the places that the window slides over.

    Returns
    -------
    (places down, places across) float32 with zeros where nothing lies, and bool: where that is.

    >>> laid_out(np.ones((1, 1), np.float32), convolution_geometry(1, 2, padding="same"))[0]
    array([[1., 0.],
           [0., 0.]], dtype=float32)
    """
    rows, columns = geometry.sources
    outside = np.logical_or.outer(rows < 0, columns < 0)
    numbers = grid[np.ix_(np.maximum(rows, 0), np.maximum(columns, 0))]
    return np.where(outside, np.float32(0), numbers), outside


def full_padding(kernel_size: Size, dilation: Size = 1) -> MapPadding:
    """Count the pixels around a picture that let every tap of a kernel meet every pixel.

    >>> full_padding(3, 2)
    ((4, 4), (4, 4))
    """
    (top, left) = (
        dilated_size(k, d) - 1
        for k, d in zip(pair(kernel_size, "kernel_size"), pair(dilation, "dilation"), strict=True)
    )
    return (top, top), (left, left)


def convolution_geometry(
    input_size: Size,
    kernel_size: Size,
    *,
    stride: Size = 1,
    padding: Padding = "valid",
    dilation: Size = 1,
    padding_mode: str = "zeros",
) -> Geometry:
    """Say where the windows of a convolution, or of pooling, lie.

    Parameters are those of :func:`cnnviz.shapes.map_size`; `padding_mode` says what stands in the
    padding, one of `cnnviz.convolution.windows.PADDING_MODES`.

    Raises
    ------
    ValueError : the kernel does not fit.

    >>> geometry = convolution_geometry(6, 3, stride=2)
    >>> geometry.output_size, geometry.unreached
    ((2, 2), (1, 1))
    """
    size = pair(input_size, "input_size")
    window, steps = pair(kernel_size, "kernel_size"), pair(stride, "stride")
    dilations = pair(dilation, "dilation")
    added = map_padding(size, window, stride=steps, padding=padding, dilation=dilations)
    output = map_size(size, window, stride=steps, padding=added, dilation=dilations)
    places = [n + before + after for n, (before, after) in zip(size, added, strict=True)]
    return Geometry(
        transposed=False,
        input_size=size,
        window=window,
        stride=steps,
        dilation=dilations,
        padding=added,
        output_size=output,
        sources=(
            padded_sources(size[0], *added[0], padding_mode=padding_mode),
            padded_sources(size[1], *added[1], padding_mode=padding_mode),
        ),
        step=steps,
        spread=(1, 1),
        touches=(
            coverage((places[0], 1), (window[0], 1), stride=(steps[0], 1), dilation=dilations)[
                :, 0
            ],
            coverage((1, places[1]), (1, window[1]), stride=(1, steps[1]), dilation=dilations)[0],
        ),
        coverage=coverage(size, window, stride=steps, padding=added, dilation=dilations),
    )


def transposed_geometry(
    input_size: Size,
    kernel_size: Size,
    *,
    stride: Size = 1,
    padding: Padding = "valid",
    dilation: Size = 1,
    output_padding: Size | None = None,
) -> Geometry:
    """Say where the windows of a transposed convolution lie.

    Parameters are those of :func:`cnnviz.convolution.transposed_convolve`. An amount of padding
    may cut off no more than the kernel's span less one on each side.

    Raises
    ------
    ValueError : nothing would be left, or more is cut off than a window reaches.

    >>> geometry = transposed_geometry((1, 3), (1, 3), stride=2, padding="same")
    >>> geometry.output_size, geometry.coverage[0]
    ((2, 6), array([1, 1, 2, 1, 2, 1]))
    """
    size = pair(input_size, "input_size")
    window, strides = pair(kernel_size, "kernel_size"), pair(stride, "stride")
    dilations = pair(dilation, "dilation")
    added = (
        (None, None) if output_padding is None else pair(output_padding, "output_padding", least=0)
    )
    cut, output, sources = [], [], []
    for n, k, s, p, d, a in zip(
        size, window, strides, axis_paddings(padding), dilations, added, strict=True
    ):
        axis = {"stride": s, "padding": p, "dilation": d, "output_padding": a}
        before, after = transposed_cropping(n, k, **axis)
        reach = dilated_size(k, d) - 1
        if max(before, after) > reach:
            raise ValueError(
                "No more may be cut off a transposed convolution than its kernel spans, less one. "
                f"Received: padding={p!r}, kernel_size={k}, dilation={d}."
            )
        cut.append((before, after))
        output.append(transposed_output_size(n, k, **axis))
        sources.append(spread_sources(n, s, reach - before, reach - after))
    crop = (cut[0], cut[1])
    places = (len(sources[0]), len(sources[1]))
    not_added = tuple((max(before, 0), max(after, 0)) for before, after in cut)
    return Geometry(
        transposed=True,
        input_size=size,
        window=window,
        stride=strides,
        dilation=dilations,
        padding=crop,
        output_size=(output[0], output[1]),
        sources=(sources[0], sources[1]),
        step=(1, 1),
        spread=strides,
        touches=(
            coverage((places[0], 1), (window[0], 1), dilation=dilations)[:, 0],
            coverage((1, places[1]), (1, window[1]), dilation=dilations)[0],
        ),
        # What a transposed convolution writes from one pixel, a convolution reads for it.
        coverage=coverage(
            (output[0], output[1]),
            window,
            stride=strides,
            padding=(not_added[0], not_added[1]),
            dilation=dilations,
        ),
    )


def apply_kernel(
    grid: NDArray[np.float32], kernel: NDArray[np.float32], geometry: Geometry
) -> NDArray[np.float32]:
    """Run the layer that a geometry describes on one grid.

    Parameters
    ----------
    grid : (rows, columns), of the geometry's input size.
    kernel : (rows, columns), of its window's size.

    Returns
    -------
    (rows', columns') float32

    >>> ones = np.ones((3, 3), np.float32)
    >>> apply_kernel(ones, ones, convolution_geometry(3, 3, padding="same"))
    array([[4., 6., 4.],
           [6., 9., 6.],
           [4., 6., 4.]], dtype=float32)
    """
    image, kernels = grid[..., np.newaxis], kernel[..., np.newaxis, np.newaxis]
    if not geometry.transposed:
        result = convolve(
            image,
            kernels,
            stride=geometry.stride,
            padding=geometry.padding,
            dilation=geometry.dilation,
        )
        return result[..., 0]
    (top, bottom), (left, right) = geometry.padding
    result = transposed_convolve(
        image,
        kernels,
        stride=geometry.stride,
        padding=((top, max(bottom, 0)), (left, max(right, 0))),
        dilation=geometry.dilation,
        output_padding=(max(-bottom, 0), max(-right, 0)),
    )
    return result[..., 0]
