"""What there is to try on the page "Layers", part by part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.layers.connections import LineKind, Lines, lines_in_padding
from cnnviz.layers.cost import WeightCounts
from cnnviz.layers.dropout import Dropout
from cnnviz.layers.flatten import flatten_cell
from cnnviz.networks.architectures import CIFAR10_CLASSES
from cnnviz.notation import written, written_count, written_share
from cnnviz.shapes import Maps
from pages.ui.experiments import Experiment

# ---- flatten --------------------------------------------------------------------------------

START = 17
"""The element of the vector that the page opens with, and the steps begin from."""


@dataclass(frozen=True, eq=False)
class Flattened:
    """The maps, and the element of the vector in hand."""

    maps: Maps
    element: int

    def words(self, element: int) -> str:
        """Say which cell an element is."""
        row, column, channel = flatten_cell(self.maps.shape, element)
        return f"element {element} (row {row}, column {column}, channel {channel})"


def _step(seen: Flattened) -> str:
    _, width, channels = seen.maps.shape
    by = seen.element - START
    why = (
        f"one for each of the {channels} channels"
        if by == channels
        else f"{width} columns of {channels} channels"
    )
    return f"From {seen.words(START)} to {seen.words(seen.element)} it is {by} elements on: {why}."


def _coloured(seen: Flattened) -> str:
    first = ", ".join(written(float(value)) for value in seen.maps.ravel()[:3])
    return f"The first pixel is red, green and blue {first}: the first three of {seen.maps.size}."


def _longer(seen: Flattened) -> str:
    height, width, channels = seen.maps.shape
    sizes = f"{height} \u00d7 {width} \u00d7 {channels}"
    return f"{sizes} = {seen.maps.size} elements, one after the other."


FLATTEN = (
    Experiment(
        "A step to the right",
        {"element": START + 3},
        "One column on in the maps: how far is that in the vector?",
        _step,
    ),
    Experiment(
        "A step down",
        {"element": START + 12},
        "One row down in the maps: how far is that in the vector?",
        _step,
    ),
    Experiment(
        "Red, green, blue",
        {"layer_source": "picture"},
        "The three numbers of a pixel lie side by side in the vector.",
        _coloured,
    ),
    Experiment(
        "A longer vector",
        {"layer_side": 8, "layer_channels": 6, "element": 200},
        "Twice the rows, twice the columns and twice the channels.",
        _longer,
    ),
)


# ---- dense ----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Summed:
    """The unit in hand, and all logits: (classes,) float32."""

    index: int
    logits: np.ndarray


def _logit(seen: Summed) -> str:
    order = np.argsort(-seen.logits)
    rank = int(np.flatnonzero(order == seen.index)[0]) + 1
    first = int(order[0])
    rest = (
        "the largest of the ten."
        if rank == 1
        else f"number {rank} of the ten; the largest is {CIFAR10_CLASSES[first]}'s, "
        f"{written(float(seen.logits[first]))}."
    )
    name = CIFAR10_CLASSES[seen.index]
    return f"The sum of {name} is {written(float(seen.logits[seen.index]))}, {rest}"


def _against(seen: Summed) -> str:
    ship, airplane = (float(seen.logits[CIFAR10_CLASSES.index(n)]) for n in ("ship", "airplane"))
    return (
        f"The same 4,096 inputs give ship {written(ship)} and airplane {written(airplane)}: the "
        "weights alone tell them apart."
    )


def dense_experiments(logits: np.ndarray) -> Sequence[Experiment[Summed]]:
    """Give the experiments for a picture, whose answer decides what is looked at."""
    return (
        Experiment(
            "The network's answer",
            {"layer_unit": CIFAR10_CLASSES[int(logits.argmax())]},
            "The unit with the largest sum: which products make it large?",
            _logit,
        ),
        Experiment(
            "Its last choice",
            {"layer_unit": CIFAR10_CLASSES[int(logits.argmin())]},
            "The unit with the smallest sum: which products pull it down?",
            _logit,
        ),
        Experiment(
            "Ship against airplane",
            {"layer_unit": "ship"},
            "Choose ship, then airplane: the inputs stay, the weights change.",
            _against,
        ),
    )


# ---- dropout --------------------------------------------------------------------------------


def _kept(seen: Dropout) -> str:
    kept = int(np.count_nonzero(seen.mask))
    return (
        f"With this mask {kept:,} of {seen.mask.size:,} numbers stay "
        f"({written_share(kept, seen.mask.size)}), each multiplied by {written(seen.scale)}."
    )


def _all_kept(seen: Dropout) -> str:
    kept = int(np.count_nonzero(seen.mask))
    return f"{kept:,} of {seen.mask.size:,} numbers stay, each multiplied by {written(seen.scale)}."


def _whole_maps(seen: Dropout) -> str:
    kept = int(np.count_nonzero(seen.mask.any(axis=(0, 1))))
    return (
        f"With this mask {kept} of {seen.mask.shape[-1]} maps stay, whole, multiplied by "
        f"{written(seen.scale)}; the others are 0 everywhere."
    )


DROPOUT = (
    Experiment(
        "Only one in twenty stays",
        {"layer_rate": 0.95},
        "Play: each mask leaves other numbers, and the mean over many masks comes back.",
        _kept,
    ),
    Experiment(
        "Drop whole maps",
        {"layer_spatial": True},
        "A map is kept or dropped as a whole.",
        _whole_maps,
    ),
    Experiment(
        "Use the network",
        {"layer_mode": "inference"},
        "At inference the layer does nothing.",
        _all_kept,
    ),
)


# ---- why not dense? -------------------------------------------------------------------------


def _weights(counts: WeightCounts) -> str:
    times = written_count(round(counts.ratio)) if counts.ratio >= 100 else written(counts.ratio)
    return (
        f"{written_count(counts.dense.weights)} weights in the dense layer, "
        f"{written_count(counts.convolution.weights)} in the convolution: "
        f"{times} times as many."
    )


COST = (
    Experiment(
        "64 \u00d7 64 \u00d7 3, 100 units",
        {},
        "Drag along the side of the picture: only one of the three lines stays where it is.",
        _weights,
    ),
    Experiment(
        "1000 \u00d7 1000 \u00d7 3, 1000 units",
        {"layer_picture_side": 1000, "layer_units": 1000},
        "A photo from a telephone is larger than this.",
        _weights,
    ),
    Experiment(
        "A digit: 28 \u00d7 28 \u00d7 1, 10 units",
        {"layer_picture_side": 28, "layer_picture_channels": 1, "layer_units": 10},
        "On a small picture with few units a dense layer can be paid for.",
        _weights,
    ),
    Experiment(
        "224 \u00d7 224 \u00d7 3, 4096 units",
        {"layer_picture_side": 224, "layer_units": 4096},
        "The size of VGG's picture, straight into the size of its first dense layer.",
        _weights,
    ),
)


# ---- sparse and shared ----------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Drawn:
    """The lines of each kind of layer, and which one is shown."""

    found: Mapping[LineKind, Lines]
    kind: LineKind

    @property
    def shown(self) -> Lines:
        """The lines of the layer in hand."""
        return self.found[self.kind]


def _counted(seen: Drawn) -> str:
    dense = seen.found["dense"]
    return (
        f"Lines: {seen.shown.input.size:,}, weights: {seen.shown.weights:,}. A dense layer between "
        f"the same numbers has {dense.input.size:,} of both."
    )


def _corners(seen: Drawn) -> str:
    lines = np.bincount(seen.shown.output, minlength=seen.shown.outputs)
    return (
        f"A corner of the result has {lines[0]} lines, the fullest place {lines.max()}: "
        f"{lines_in_padding(seen.shown)} lines would begin in the padding."
    )


LINES = (
    Experiment(
        "All lines of a dense layer",
        {"layer_kind": "dense"},
        "Point at one output: a line comes from every input, each with a weight of its own.",
        _counted,
    ),
    Experiment(
        "Sparse, not shared",
        {"layer_kind": "unshared"},
        "The lines of a convolution, but every one has a weight of its own.",
        _counted,
    ),
    Experiment(
        "One by one",
        {"layer_window": 1},
        "Each output is one input, multiplied by the same weight.",
        _counted,
    ),
    Experiment(
        "Corners count less",
        {"layer_padding": "same"},
        "Point at an output in a corner, then at one in the middle.",
        _corners,
    ),
)
