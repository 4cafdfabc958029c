"""The words around an explained number: what it reads, what its steps mean."""

import math

from cnnviz.networks.explanation.explain import Explanation, Terms
from cnnviz.networks.network import Network
from pages.networks.trail import shares_among_units

KINDS = {
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

RULES = {
    "batch normalisation": "γ × (x − μ) / √(σ² + ε) + β",
    "e to the power": "e^(z − largest z)",
    "share of the sum": "power / (sum of all powers)",
    "log softmax": "z − largest z − ln (sum of all powers)",
    "unit length": "x / length",
}
"""A step as a formula in symbols, by its name."""

NAMES = {"e to the power": "power of e"}
"""Steps that are called otherwise here than where they are worked out."""

NOTES = {
    "batch normalisation": "μ and σ² are the mean and the variance that training met here; the "
    "network has learned the scale γ and the offset β.",
    "e to the power": "The largest is taken away first, so that no power overflows; the shares "
    "stay the same.",
}

_ADDED = frozenset(
    {
        *("Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Conv2DTranspose", "Dense"),
        *("Add", "Subtract", "Average", "CustomScaleLayer", "Resizing", "UpSampling2D"),
    }
)
_LARGEST = frozenset({"MaxPooling2D", "GlobalMaxPooling2D", "Maximum", "Minimum"})
_MEAN = frozenset({"AveragePooling2D", "GlobalAveragePooling2D"})
_NORMALISATIONS = frozenset({"LayerNormalization", "GroupNormalization", "UnitNormalization"})


def way_of(found: Explanation) -> str:
    """Say how the inputs become one number.

    "sum" of products, "mean", "taken" (the largest or smallest), "product" of all, "share" of
    the powers of e, "same" number in another place or changed by itself, "none" where nothing
    comes in.
    """
    kind = found.kind
    if not found.terms:
        return "none"
    if shares_among_units(found):
        return "share"
    if kind in _ADDED and (found.terms[0].weights is not None or kind == "Add"):
        return "sum"
    if kind in _MEAN:
        return "mean"
    if kind in _LARGEST:
        return "taken"
    return "product" if kind == "Multiply" else "same"


def what_it_reads(found: Explanation, network: Network) -> str:
    """Say in a sentence which numbers come in."""
    if found.kind == "InputLayer":
        return "The path ends here: a pixel of the picture, cut and resized for the network."
    if not found.terms:
        return "No input reaches this cell; it lies in the padding."
    part, way = found.terms[0], way_of(found)
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


def _padding(part: Terms, way: str) -> str:
    outside = int((~part.inside).sum())
    if not outside:
        return ""
    lie = "cell lies" if outside == 1 else "cells lie"
    counts = "everything is 0" if way == "sum" else "nothing counts"
    return f" {outside} {lie} in the padding, where {counts}."


def layers_together(found: Explanation) -> list[str]:
    """Name the layers whose steps this explanation takes, in order."""
    return list(dict.fromkeys(step.layer for step in found.steps))


def kinds_together(network: Network, found: Explanation) -> list[str]:
    """Say what kinds of layers take those steps, in order."""
    kinds = [network.layer(layer).kind for layer in layers_together(found)]
    return [KINDS.get(kind, kind) for kind in kinds]


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
