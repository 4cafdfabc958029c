"""A network drawn as blocks, left to right: an SVG for slides and papers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from xml.etree.ElementTree import Element

from cnnviz.drawing import svg
from cnnviz.networks.layers import LayerInfo

_GAP = 14
_TOP = 56
_TALLEST = 190
# Okabe and Ito's colours, told apart by the colour-blind too.
_COLOURS = {
    "Conv2D": "#0072b2",
    "DepthwiseConv2D": "#56b4e9",
    "SeparableConv2D": "#56b4e9",
    "Conv2DTranspose": "#56b4e9",
    "Dense": "#d55e00",
    "MaxPooling2D": "#009e73",
    "AveragePooling2D": "#009e73",
    "GlobalAveragePooling2D": "#009e73",
    "GlobalMaxPooling2D": "#009e73",
    "Add": "#cc79a7",
    "Concatenate": "#cc79a7",
    "Multiply": "#cc79a7",
}
_OTHER = "#9aa3ab"


def colour_of(kind: str) -> str:
    """Give the colour of a kind of layer, by Keras's name of it."""
    return _COLOURS.get(kind, _OTHER)


def network_svg(layers: Sequence[LayerInfo], title: str) -> str:
    """Draw the layers as blocks: height for the rows of a map, width for its channels.

    Parameters
    ----------
    layers : of a `Network`, the input first.
    title : written above, and the picture's accessible name.
    """
    largest = max((layer.output_shape[0] for layer in layers if layer.is_map), default=1)
    boxes, x = [], 20.0
    for layer in layers:
        rows = layer.output_shape[0] if layer.is_map else 1
        height = 14 + (_TALLEST - 14) * math.sqrt(rows / largest)
        width = 6 + 5 * math.log2(1 + layer.channels)
        boxes.append((layer, x, width, height))
        x += width + _GAP
    middle = _TOP + _TALLEST / 2
    longest = max(len(_words(layer)) for layer in layers)
    size = (x + 20, _TOP + _TALLEST + 30 + 6.3 * longest)
    made = svg.drawing(*size, title)
    svg.text(made, 20, 30, title, svg.LIGHT.ink, size=18, weight=600)
    places = {layer.name: (left, left + width) for layer, left, width, _ in boxes}
    order = {layer.name: at for at, (layer, *_) in enumerate(boxes)}
    for layer, left, _, _ in boxes:
        for name in layer.inputs:
            if name in places:
                apart = order[layer.name] - order[name]
                _wire(made, places[name][1], left, middle, apart)
    for layer, left, width, height in boxes:
        fill = colour_of(layer.kind)
        svg.rect(made, left, middle - height / 2, width, height, fill, rx=2)
        at = f"{svg.number(left + width / 2 + 4)} {svg.number(_TOP + _TALLEST + 14)}"
        turned = f"translate({at}) rotate(90)"
        svg.text(made, 0, 0, _words(layer), svg.LIGHT.ink, size=11, transform=turned)
    return svg.written(made)


def _words(layer: LayerInfo) -> str:
    shape = "\u00d7".join(map(str, layer.output_shape))
    return f"{layer.name} \u00b7 {layer.kind} \u00b7 {shape}"


def _wire(made: Element, start: float, end: float, middle: float, apart: int) -> None:
    if apart == 1:
        path = f"M {start:.1f} {middle:.1f} H {end:.1f}"
    else:
        # Around the blocks between, the higher the longer.
        peak = middle - _TALLEST / 2 - min(26, 6 + 2 * apart)
        path = (
            f"M {start:.1f} {middle:.1f} C {start + 8:.1f} {peak:.1f} "
            f"{end - 8:.1f} {peak:.1f} {end:.1f} {middle:.1f}"
        )
    svg.shape(made, "path", d=path, fill="none", stroke=svg.LIGHT.quiet)
