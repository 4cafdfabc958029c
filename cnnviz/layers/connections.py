"""The lines between the inputs and the outputs of a small layer, to be drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from cnnviz.shapes import Padding, Size, map_padding, map_size, pair

LineKind: TypeAlias = Literal["convolution", "unshared", "dense"]


@dataclass(frozen=True, eq=False)
class Connections:
    """Every line between an input pixel and an output of a convolution of one channel.

    The lines of one output show that connections are sparse; the lines with one weight show that
    weights are shared. All arrays are (connections,) int64.

    input_row, input_column : the pixel
    output_row, output_column : the output
    weight : the kernel's tap, counted row by row
    """

    input_row: NDArray[np.int64]
    input_column: NDArray[np.int64]
    output_row: NDArray[np.int64]
    output_column: NDArray[np.int64]
    weight: NDArray[np.int64]


def connections(
    input_size: Size,
    kernel: Size,
    *,
    stride: Size = 1,
    padding: Padding = "valid",
    dilation: Size = 1,
) -> Connections:
    """List every connection of a convolution, output by output; those to padding are left out.

    A dense layer has one for every pair of an input and an output, each with its own weight.

    >>> lines = connections((1, 4), (1, 3))
    >>> lines.input_column, lines.output_column, lines.weight
    (array([0, 1, 2, 1, 2, 3]), array([0, 0, 0, 1, 1, 1]), array([0, 1, 2, 0, 1, 2]))
    """
    height, width = pair(input_size, "input_size")
    down, across = pair(kernel, "kernel")
    steps, gaps = pair(stride, "stride"), pair(dilation, "dilation")
    rows, columns = map_size(
        (height, width), (down, across), stride=steps, padding=padding, dilation=gaps
    )
    (top, _), (left, _) = map_padding(
        (height, width), (down, across), stride=steps, padding=padding, dilation=gaps
    )
    output_row, output_column, tap_row, tap_column = (
        axis.ravel() for axis in np.indices((rows, columns, down, across))
    )
    input_row = output_row * steps[0] - top + tap_row * gaps[0]
    input_column = output_column * steps[1] - left + tap_column * gaps[1]
    inside = (input_row >= 0) & (input_row < height) & (input_column >= 0) & (input_column < width)
    return Connections(
        input_row=input_row[inside],
        input_column=input_column[inside],
        output_row=output_row[inside],
        output_column=output_column[inside],
        weight=(tap_row * across + tap_column)[inside],
    )


@dataclass(frozen=True, eq=False)
class Lines:
    """Every connection between an input and an output, each numbered row by row.

    input_size, output_size : (rows, columns)
    input, output, weight : (connections,) int64; connections with one weight share it.
    weights : how many weights there are to learn, without biases
    """

    input_size: tuple[int, int]
    output_size: tuple[int, int]
    input: NDArray[np.int64]
    output: NDArray[np.int64]
    weight: NDArray[np.int64]
    weights: int

    @property
    def outputs(self) -> int:
        """How many outputs there are."""
        return self.output_size[0] * self.output_size[1]


def lines_in_padding(shared: Lines) -> int:
    """Count the lines of a convolution that would start in the padding, and are left out.

    >>> lines_in_padding(lines("convolution", 3, 3, padding="same"))
    32
    """
    return shared.outputs * shared.weights - shared.input.size


def lines(
    kind: LineKind,
    input_size: Size,
    kernel: Size,
    *,
    stride: Size = 1,
    padding: Padding = "valid",
) -> Lines:
    """List the connections of a layer of one channel with a convolution's outputs.

    Parameters
    ----------
    kind : "convolution" shares the kernel's weights over all outputs; "unshared" has the same
        connections with a weight for each; "dense" connects every input with every output.
    input_size, kernel, stride, padding : of the convolution

    Raises
    ------
    ValueError : an unknown kind, or what :func:`cnnviz.shapes.map_size` refuses

    >>> [lines(kind, 4, 3).weights for kind in ("convolution", "unshared", "dense")]
    [9, 36, 64]
    """
    if kind not in get_args(LineKind):
        raise ValueError(
            f"The kind must be one of {', '.join(get_args(LineKind))}. Received: {kind!r}."
        )
    rows, columns = pair(input_size, "input_size")
    outputs = map_size((rows, columns), kernel, stride=stride, padding=padding)
    if kind == "dense":
        count = outputs[0] * outputs[1]
        to, start = np.divmod(np.arange(count * rows * columns), rows * columns)
        weight = np.arange(to.size)
        return Lines((rows, columns), outputs, start, to, weight, weight.size)
    found = connections((rows, columns), kernel, stride=stride, padding=padding)
    start = found.input_row * columns + found.input_column
    to = found.output_row * outputs[1] + found.output_column
    if kind == "unshared":
        weight = np.arange(start.size)
        return Lines((rows, columns), outputs, start, to, weight, weight.size)
    down, across = pair(kernel, "kernel")
    return Lines((rows, columns), outputs, start, to, found.weight, down * across)
