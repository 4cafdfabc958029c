"""Explain one number of a network: which inputs it came from, and how, down to the pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.images.crops import Box
from cnnviz.networks.explanation.arithmetic import KINDS, is_softmax, work_out
from cnnviz.networks.explanation.formula import fraction, line, number
from cnnviz.networks.explanation.pointwise import POINTWISE
from cnnviz.networks.explanation.terms import (
    Cell,
    Question,
    Step,
    StepKind,
    Terms,
    Way,
    Working,
    as_cells,
)
from cnnviz.networks.layers import NetworkError
from cnnviz.networks.network import Network
from cnnviz.shapes import Maps

__all__ = ["Cell", "Explanation", "Step", "Terms", "can_explain", "explain"]

# Beside these, the place of a number says which number before it it was.
_MOVES = frozenset(
    {
        *("Flatten", "Reshape", "Permute", "RepeatVector", "Concatenate"),
        *("ZeroPadding2D", "Cropping2D", "CenterCrop"),
    }
)


@dataclass(frozen=True, eq=False)
class Explanation:
    """One number of a network, taken apart and put together again.

    cell : the number this is about.
    kind : its layer's kind; of the layer with the inputs, where layers are folded together.
    rule : one sentence on what the layer does.
    way : how its inputs become one number.
    terms : the inputs, one entry per input layer: patches, weights, products, sums.
    steps : from the sum of the products to the value: bias, normalisation, activation.
    value : what this arithmetic gives.
    network_value : what the network gave.
    region : what the number sees of the network's input, in pixels of the input.
    references : the inputs to go on to, the largest contribution first.
    """

    cell: Cell
    kind: str
    rule: str
    way: Way
    terms: tuple[Terms, ...]
    steps: tuple[Step, ...]
    value: float
    network_value: float
    region: Box
    references: tuple[Cell, ...]

    @property
    def delta(self) -> float:
        """How far apart the two values are."""
        return abs(self.value - self.network_value)


def can_explain(network: Network, layer: str) -> bool:
    """Whether the arithmetic of a layer is known, so that `explain` can take it apart."""
    info = network.layer(layer)
    if info.kind == "InputLayer":
        return True
    known = info.kind in KINDS or info.kind in POINTWISE
    return known and hasattr(network.operation(layer), "weights") and len(info.output_shape) <= 3


def explain(
    network: Network,
    maps: Mapping[str, Maps],
    layer: str,
    row: int,
    column: int,
    channel: int,
    *,
    fold: bool = True,
    most_references: int = 12,
) -> Explanation:
    """Take one number of a network apart.

    Parameters
    ----------
    maps : of `Network.feature_maps`: at least the layer's and those of the layers before it.
    row, column, channel : the place in the layer's output; 0, 0, unit in a vector.
    fold : whether layers that change each number by itself (batch normalisation, activations)
        are added as steps to the layer that feeds them, so that a convolution's products, its
        bias, the normalisation and the ReLU are one calculation.
    most_references : how many inputs to name for going on.

    Raises
    ------
    NetworkError : no such layer or place, maps that lack a layer, or a kind of layer whose
        arithmetic is not known.
    """
    cell = Cell(layer, int(row), int(column), int(channel))
    network_value = _value(network, maps, cell)
    if layer == "image":
        working = _pixel(network, cell, network_value)
        kind = "InputLayer"
    else:
        kind, working = _work_out(network, maps, cell, fold)
    return Explanation(
        cell,
        kind,
        working.rule,
        working.way,
        working.terms,
        working.steps,
        working.value,
        network_value,
        _region(network, cell),
        _references(working.terms, most_references),
    )


def _map(network: Network, maps: Mapping[str, Maps], layer: str) -> Maps:
    network.layer(layer)
    if layer not in maps:
        raise NetworkError(
            f"The maps must hold the layer and those before it. Received: no maps of {layer}."
        )
    return as_cells(maps[layer])


def _value(network: Network, maps: Mapping[str, Maps], cell: Cell) -> float:
    array = _map(network, maps, cell.layer)
    place = (cell.row, cell.column, cell.channel)
    if any(not 0 <= i < n for i, n in zip(place, array.shape, strict=True)):
        raise NetworkError(
            f"The place must lie in the output of {cell.layer}, which has "
            f"{array.shape[0]} x {array.shape[1]} cells and {array.shape[2]} channels. "
            f"Received: row={cell.row}, column={cell.column}, channel={cell.channel}."
        )
    return float(array[place])


def _question(network: Network, maps: Mapping[str, Maps], cell: Cell) -> Question:
    info = network.layer(cell.layer)
    names = dict.fromkeys(info.inputs)
    if len(names) != len(info.inputs):
        raise NetworkError(
            "A number can be explained where each input comes in once. "
            f"Received: {cell.layer}, which takes {', '.join(info.inputs)}."
        )
    return Question(
        cell,
        info,
        network.operation(cell.layer),
        network.weights(cell.layer),
        {name: _map(network, maps, name) for name in names},
    )


def _work_out(
    network: Network, maps: Mapping[str, Maps], cell: Cell, fold: bool
) -> tuple[str, Working]:
    question = _question(network, maps, cell)
    kind = question.info.kind
    before = question.source
    if (
        fold
        and kind in POINTWISE
        and not is_softmax(question.operation)
        and len(question.inputs) == 1
        and before != "image"
        and network.layer(before).kind not in _MOVES
        and can_explain(network, before)
    ):
        kind, inner = _work_out(network, maps, cell._replace(layer=before), fold)
        steps = POINTWISE[question.info.kind](question, inner.value)
        return kind, Working(inner.rule, inner.way, inner.terms, (*inner.steps, *steps))
    return kind, work_out(question)


def _pixel(network: Network, cell: Cell, value: float) -> Working:
    how = network.preprocessing
    if network.input_shape[2] == 1:
        mean, deviation = float(np.mean(how.mean)), float(np.mean(how.deviation))
    else:
        at = 2 - cell.channel if how.reversed_channels else cell.channel
        mean, deviation = how.mean[at], how.deviation[at]
    # A pixel is a whole number; float32 has left it a little beside.
    pixel = round(value * deviation + mean, 3)
    formula = fraction(line(number(pixel), "−", number(mean)), number(deviation))
    step = Step("image", StepKind.PIXEL, formula, value)
    return Working("The picture, cut, resized and rescaled.", "none", (), (step,))


def _region(network: Network, cell: Cell) -> Box:
    info = network.layer(cell.layer)
    if info.receptive_field is not None or cell.layer == "image":
        return network.receptive_box(cell.layer, cell.row, cell.column)
    if len(info.inputs) == 1 and hasattr(network.operation(cell.layer), "weights"):
        before = network.layer(info.inputs[0])
        if info.kind in _MOVES:
            empty = np.broadcast_to(np.float32(0), before.output_shape)
            question = Question(
                cell, info, network.operation(cell.layer), {}, {before.name: as_cells(empty)}
            )
            (terms,) = work_out(question).terms or (None,)
            source = None if terms is None else terms.cell(0, 0, 0)
            return Box(0, 0, 0, 0) if source is None else _region(network, source)
        if info.kind in POINTWISE and not is_softmax(network.operation(cell.layer)):
            return _region(network, cell._replace(layer=before.name))
    rows, columns, _ = network.input_shape
    return Box(0, 0, rows, columns)


def _references(terms: tuple[Terms, ...], most: int) -> tuple[Cell, ...]:
    """Name the cells to go on to: the strongest of each channel, the strongest channel first."""
    ranked = sorted(
        (
            (-abs(float(part.sums[index])), order, index, part)
            for order, part in enumerate(terms)
            for index in range(min(len(part.sums), most))
        ),
        key=lambda entry: entry[:3],
    )
    cells = [part.strongest(index) for _, _, index, part in ranked[:most]]
    return tuple(cell for cell in cells if cell is not None)
