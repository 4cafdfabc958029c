"""What is said of a network's layers, and of a number of it: what it reads, what its steps mean."""

import math

from cnnviz.networks.explanation.explain import Explanation, Terms
from cnnviz.networks.explanation.formula import Formula, fraction, line, power_of_e, root
from cnnviz.networks.explanation.pointwise import POINTWISE
from cnnviz.networks.explanation.terms import Step, StepKind, Way
from cnnviz.networks.layers import LayerInfo
from cnnviz.networks.network import Network

_KINDS = {
    "InputLayer": "the network's input",
    "Conv2D": "convolution",
    "DepthwiseConv2D": "depthwise convolution",
    "SeparableConv2D": "separable convolution",
    "Conv2DTranspose": "transposed convolution",
    "Dense": "dense layer",
    "MaxPooling2D": "max pooling",
    "AveragePooling2D": "average pooling",
    "GlobalMaxPooling2D": "global max pooling",
    "GlobalAveragePooling2D": "global average pooling",
    "BatchNormalization": "batch normalisation",
    "Add": "addition",
    "Concatenate": "concatenation",
}
"""Layers' kinds in words; for all others Keras's own name does."""

_RULES: dict[StepKind, Formula] = {
    StepKind.BATCH_NORMALISATION: line(
        "γ", "×", fraction(line("x", "−", "μ"), root(line("σ²", "+", "ε"))), "+", "β"
    ),
    StepKind.POWER_OF_E: power_of_e(line("z", "−", "largest z")),
    StepKind.SHARE_OF_POWERS: fraction("power", "sum of all powers"),
    StepKind.LOG_SOFTMAX: line("z", "−", "largest z", "−", "ln (sum of all powers)"),
    StepKind.UNIT_LENGTH: fraction("x", "length"),
}
_NAMES = {StepKind.POWER_OF_E: "power of e"}
_NOTES = {
    StepKind.BATCH_NORMALISATION: "μ and σ² are the mean and the variance that training met here; "
    "the network has learned the scale γ and the offset β.",
    StepKind.POWER_OF_E: "The largest is taken away first, so that no power overflows; the shares "
    "stay the same.",
}


def step_name(step: Step) -> str:
    """Name a step, for its heading."""
    return _NAMES.get(step.kind, step.name)


def step_rule(step: Step) -> Formula | None:
    """Give a step as a formula in symbols, where that says more than the numbers do."""
    return _RULES.get(step.kind)


def step_note(step: Step) -> str:
    """Say what the symbols of a step stand for."""
    return _NOTES.get(step.kind, "")


def what_it_reads(found: Explanation, network: Network) -> str:
    """Say in a sentence which numbers come in."""
    if found.kind == "InputLayer":
        return "The path ends here: a pixel of the picture, cut and resized for the network."
    if not found.terms:
        return "No input reaches this cell; it lies in the padding."
    part, way = found.terms[0], found.way
    count, rows, columns = part.patches.shape
    vector = not network.layer(part.layer).is_map
    if len(found.terms) > 1:
        names = [each.layer for each in found.terms]
        return f"It reads one number from each of {', '.join(names[:-1])} and {names[-1]}."
    if way == "share":
        return f"It reads all {count:,} numbers of {part.layer}."
    if way == "same":
        return f"It reads {_one_number(part, vector)}."
    if vector:
        words = f"It reads all {count:,} numbers of {part.layer}, each with a weight of its own."
    elif count == 1:
        cells = f"{rows} × {columns} cells" if rows * columns > 1 else "one cell"
        words = f"It reads {cells} of map {part.channels[0]} of {part.layer}."
    else:
        cells = f"{rows} × {columns} cells" if rows * columns > 1 else "one cell"
        words = (
            f"It reads {cells} of each of {count:,} maps of {part.layer}: "
            f"{count * rows * columns:,} products."
        )
    return words + _padding(part, way)


def _one_number(part: Terms, vector: bool) -> str:
    channel = int(part.channels[0])
    if vector:
        return f"number {channel} of {part.layer}"
    row, column = int(part.rows[0]), int(part.columns[0])
    return f"the number at row {row}, column {column} of map {channel} of {part.layer}"


def _padding(part: Terms, way: Way) -> str:
    outside = int((~part.inside).sum())
    if not outside:
        return ""
    lie = "cell lies" if outside == 1 else "cells lie"
    counts = "everything is 0" if way == "sum" else "nothing counts"
    return f" {outside} {lie} in the padding, where {counts}."


def layers_together(found: Explanation) -> list[str]:
    """Name the layers whose steps this explanation takes, in order."""
    return list(dict.fromkeys(step.layer for step in found.steps))


def kind_in_words(layer: LayerInfo) -> str:
    """Say what kind of layer it is."""
    return _KINDS.get(layer.kind, layer.kind)


def kinds_together(network: Network, found: Explanation) -> list[str]:
    """Say what kinds of layers take those steps, in order."""
    return [kind_in_words(network.layer(layer)) for layer in layers_together(found)]


def layer_costs(layer: LayerInfo) -> str:
    """Say what a layer costs and how much of the picture a cell of it sees."""
    words = []
    if layer.parameters:
        words.append(f"{layer.parameters:,} weights.")
    if layer.multiply_adds:
        words.append(f"{layer.multiply_adds:,} multiply-adds.")
    if layer.receptive_field:
        rows, columns = layer.receptive_field.size
        words.append(f"Each cell sees {rows} \u00d7 {columns} pixels of the input.")
    elif layer.inputs:
        words.append("Each number sees the whole input.")
    return " ".join(words)


_COLOURS = ("red", "green", "blue")


def channel_names(network: Network, layer: LayerInfo) -> list[str] | None:
    """Name a layer's channels where they have names: colours, and classes up to the answer."""
    if layer.name == "image":
        if network.input_shape[2] == 1:
            return ["grey"]
        colours = _COLOURS[::-1] if network.preprocessing.reversed_channels else _COLOURS
        return list(colours) if network.input_shape[2] == 3 else None
    return class_names(network, layer)


def class_names(network: Network, layer: LayerInfo) -> list[str] | None:
    """Name the numbers of the answer, and of the layers that only change each by itself to it."""
    if not network.has_classes or layer.channels != len(network.labels):
        return None
    last = network.layer(network.answer_layer)
    while last.name != layer.name:
        alone = last.kind in POINTWISE or last.kind == "Softmax"
        if not alone or len(last.inputs) != 1:
            return None
        last = network.layer(last.inputs[0])
    return list(network.labels)


def scientific(value: float) -> str:
    """Write a small number as a product with a power of ten.

    >>> scientific(2.4e-7), scientific(0.0)
    ('2.4 × 10⁻⁷', '0')
    """
    if not math.isfinite(value) or value == 0:
        return "0" if value == 0 else str(value)
    mantissa, power = f"{value:.1e}".split("e")
    raised = str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa} × 10{raised}"
