"""The words in which a number of a network is explained: cells, terms, steps, workings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.images.crops import Box
from cnnviz.networks.explanation.formula import Formula, number
from cnnviz.networks.layers import LayerInfo, NetworkError
from cnnviz.shapes import Maps, padding_amounts

Floats = NDArray[np.float64]


class Cell(NamedTuple):
    """One number in a network: a place in the output of a layer.

    In a vector the row and the column are 0 and the unit is the channel.
    """

    layer: str
    row: int
    column: int
    channel: int


@dataclass(frozen=True, eq=False)
class Terms:
    """What one input layer brings to a value, by channel, the largest contribution first.

    layer : the input layer's name.
    channels : (n,) its channels.
    rows, columns : where the patch lies in its map; below 0 or beyond the map in the padding.
    patches : (n, rows, columns) float32, its values there; 0 in the padding.
    inside : (rows, columns) bool, False in the padding.
    weights : like `patches`, what each value is multiplied with; None where nothing is.
    products : like `patches` float64, what is added up (or compared, where nothing is added).
    sums : (n,) float64, one number per channel.
    winner : (row, column) in the patch of the value that was taken, where one was.
    """

    layer: str
    channels: NDArray[np.int64]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    patches: Maps
    inside: NDArray[np.bool_]
    weights: Maps | None
    products: Floats
    sums: Floats
    winner: tuple[int, int] | None = None

    def cell(self, index: int, i: int, j: int) -> Cell | None:
        """Name the cell at (i, j) of a patch; None in the padding."""
        if not self.inside[i, j]:
            return None
        return Cell(self.layer, int(self.rows[i]), int(self.columns[j]), int(self.channels[index]))

    def strongest(self, index: int) -> Cell | None:
        """Name the cell of a patch that counts most: the winner, or the largest product."""
        if self.winner is not None:
            return self.cell(index, *self.winner)
        size = np.where(self.inside, np.abs(self.products[index]), -1.0)
        i, j = divmod(int(np.argmax(size)), size.shape[1])
        return self.cell(index, i, j)

    @property
    def box(self) -> Box:
        """Where the patch lies, in cells of the input layer's map."""
        top, left = int(self.rows.min()), int(self.columns.min())
        return Box(top, left, int(self.rows.max()) - top + 1, int(self.columns.max()) - left + 1)


class StepKind(StrEnum):
    """What a step does; its text is the plain name."""

    SUM_OF_PRODUCTS = "sum of products"
    INTERPOLATION = "interpolation"
    BIAS = "bias"
    SUM = "sum"
    MEAN = "mean"
    VARIANCE = "variance"
    LARGEST = "largest"
    MERGE = "merge"
    BATCH_NORMALISATION = "batch normalisation"
    NORMALISATION = "normalisation"
    NORMALISATION_UNDONE = "normalisation undone"
    LENGTH = "length"
    UNIT_LENGTH = "unit length"
    RESCALING = "rescaling"
    SCALE = "scale"
    ACTIVATION = "activation"
    POWER_OF_E = "e to the power"
    SHARE_OF_POWERS = "share of the sum"
    LOG_SOFTMAX = "log softmax"
    MOVED = "the same number"
    PADDING = "padding"
    UNCHANGED = "does nothing once trained"
    PIXEL = "a pixel, rescaled"


Way = Literal["sum", "mean", "taken", "product", "share", "same", "none"]
"""How the inputs become one number: "sum" of products, "mean", "taken" (the largest or the
smallest), "product" of all, "share" of the powers of e, "same" number in another place or changed
by itself, "none" where nothing comes in."""


@dataclass(frozen=True)
class Step:
    """One step of a calculation.

    layer : the layer that takes it.
    kind : what it does.
    formula : the step with its numbers, without its result.
    value : what comes out.
    function : which activation or which merge it is: "ReLU", "add".
    """

    layer: str
    kind: StepKind
    formula: Formula
    value: float
    function: str = ""

    @property
    def name(self) -> str:
        """What it is, for a heading: "bias", "batch normalisation", "ReLU"."""
        return self.function or self.kind.value


@dataclass(frozen=True, eq=False)
class Working:
    """A value taken apart: the inputs, then the steps; the last step's value is the result."""

    rule: str
    way: Way
    terms: tuple[Terms, ...]
    steps: tuple[Step, ...]

    @property
    def value(self) -> float:
        """The result."""
        return self.steps[-1].value


@dataclass(frozen=True, eq=False)
class Question:
    """Which number is to be explained, and everything it was computed from.

    operation : the Keras layer, whose settings are read.
    weights : the layer's weights by Keras's names.
    inputs : by name, in order: the maps that went in, as (rows, columns, channels).
    """

    cell: Cell
    info: LayerInfo
    operation: Any
    weights: Mapping[str, Maps]
    inputs: Mapping[str, Maps] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """The name of the first layer that went in."""
        return next(iter(self.inputs))

    @property
    def map(self) -> Maps:
        """The first map that went in."""
        return self.inputs[self.source]

    def step(self, kind: StepKind, formula: Formula, value: float, function: str = "") -> Step:
        """Write down a step of this layer."""
        return Step(self.cell.layer, kind, formula, float(value), function)


def as_cells(array: Maps) -> Maps:
    """See any output as (rows, columns, channels): a vector is one cell of many channels.

    >>> as_cells(np.zeros(10, np.float32)).shape
    (1, 1, 10)
    """
    if array.ndim > 3:
        raise NetworkError(
            f"Only outputs of up to three axes can be explained. Received: shape {array.shape}."
        )
    return array.reshape((1,) * (3 - array.ndim) + array.shape)


def ordered_terms(
    layer: str,
    channels: ArrayLike,
    rows: ArrayLike,
    columns: ArrayLike,
    patches: NDArray[Any],
    inside: NDArray[np.bool_],
    weights: NDArray[Any] | None,
    *,
    products: NDArray[Any] | None = None,
    sums: NDArray[Any] | None = None,
    winner: tuple[int, int] | None = None,
) -> Terms:
    """Sort the channels by the size of what they contribute."""
    if products is None:
        exact = patches.astype(np.float64)
        products = exact if weights is None else exact * weights
    if sums is None:
        sums = products.sum(axis=(1, 2))
    order = np.argsort(-np.abs(sums), kind="stable")
    return Terms(
        layer,
        np.asarray(channels, np.int64)[order],
        np.asarray(rows, np.int64),
        np.asarray(columns, np.int64),
        np.asarray(patches, np.float32)[order],
        inside,
        None if weights is None else np.asarray(weights, np.float32)[order],
        np.asarray(products, np.float64)[order],
        np.asarray(sums, np.float64)[order],
        winner,
    )


def patches_at(
    array: Maps, rows: NDArray[np.int64], columns: NDArray[np.int64], channels: Any
) -> tuple[Maps, NDArray[np.bool_]]:
    """Cut the same window out of some channels: (n, rows, columns), 0 outside, and what is in."""
    height, width, _ = array.shape
    inside = np.logical_and.outer((rows >= 0) & (rows < height), (columns >= 0) & (columns < width))
    window = array[np.ix_(rows.clip(0, height - 1), columns.clip(0, width - 1))][..., channels]
    patches = np.moveaxis(window, 2, 0).astype(np.float32)
    return np.where(inside, patches, np.float32(0)), inside


def _positions(
    size: int, kernel: int, position: int, *, stride: int, padding: Any, dilation: int = 1
) -> NDArray[np.int64]:
    """Find the input positions under a kernel's taps, those in the padding too."""
    before, _ = padding_amounts(size, kernel, stride=stride, padding=padding, dilation=dilation)
    return position * stride - before + dilation * np.arange(kernel, dtype=np.int64)


def pair_of(value: Any) -> tuple[int, int]:
    """Read a setting of a Keras layer as (rows, columns)."""
    return (int(value[0]), int(value[1])) if isinstance(value, Sequence) else (int(value),) * 2


def window_of(question: Question, size: Any, dilation: Any = 1) -> tuple[NDArray[np.int64], ...]:
    """Find the rows and columns that a sliding layer reads for a cell."""
    layer, cell = question.operation, question.cell
    sizes, strides, dilations = pair_of(size), pair_of(layer.strides), pair_of(dilation)
    return tuple(
        _positions(
            question.map.shape[axis],
            sizes[axis],
            (cell.row, cell.column)[axis],
            stride=strides[axis],
            padding=layer.padding,
            dilation=dilations[axis],
        )
        for axis in (0, 1)
    )


def single_term(name: str, cell: Cell, value: float, weight: float | None = None) -> Terms:
    """Make the terms of an input that brings one number."""
    weights = None if weight is None else np.full((1, 1, 1), weight)
    return ordered_terms(
        name,
        [cell.channel],
        [cell.row],
        [cell.column],
        np.full((1, 1, 1), value),
        np.ones((1, 1), bool),
        weights,
    )


def moved(question: Question, row: int, column: int, channel: int, rule: str) -> Working:
    """Explain a layer that only puts numbers in other places."""
    array = question.map
    cell = Cell(question.source, row, column, channel)
    if 0 <= row < array.shape[0] and 0 <= column < array.shape[1]:
        value = float(array[row, column, channel])
        step = question.step(StepKind.MOVED, number(value), value)
        return Working(rule, "same", (single_term(question.source, cell, value),), (step,))
    return Working(rule, "none", (), (question.step(StepKind.PADDING, "0", 0.0),))
