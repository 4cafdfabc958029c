"""A network drawn as blocks, left to right: an SVG for slides and papers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from xml.etree import ElementTree as Xml

from cnnviz.networks.layers import LayerInfo

_GAP = 14
_TOP = 56
_TALLEST = 190
_FONT = "system-ui, sans-serif"
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
    svg = Xml.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {size[0]:.0f} {size[1]:.0f}",
            "width": f"{size[0]:.0f}",
            "height": f"{size[1]:.0f}",
            "role": "img",
            "font-family": _FONT,
        },
    )
    Xml.SubElement(svg, "title").text = title
    Xml.SubElement(svg, "rect", {"width": "100%", "height": "100%", "fill": "#ffffff"})
    heading = {"x": "20", "y": "30", "font-size": "18", "font-weight": "600", "fill": "#1b1f23"}
    Xml.SubElement(svg, "text", heading).text = title
    places = {layer.name: (left, left + width) for layer, left, width, _ in boxes}
    order = {layer.name: at for at, (layer, *_) in enumerate(boxes)}
    for layer, left, _, _ in boxes:
        for name in layer.inputs:
            if name in places:
                apart = order[layer.name] - order[name]
                _wire(svg, places[name][1], left, middle, apart)
    for layer, left, width, height in boxes:
        block = {
            "x": f"{left:.1f}",
            "y": f"{middle - height / 2:.1f}",
            "width": f"{width:.1f}",
            "height": f"{height:.1f}",
            "rx": "2",
            "fill": _COLOURS.get(layer.kind, _OTHER),
        }
        Xml.SubElement(svg, "rect", block)
        anchor = (left + width / 2 + 4, _TOP + _TALLEST + 14)
        words = {
            "font-size": "11",
            "fill": "#1b1f23",
            "transform": f"translate({anchor[0]:.1f} {anchor[1]:.1f}) rotate(90)",
        }
        Xml.SubElement(svg, "text", words).text = _words(layer)
    return Xml.tostring(svg, encoding="unicode")


def _words(layer: LayerInfo) -> str:
    shape = "\u00d7".join(map(str, layer.output_shape))
    return f"{layer.name} \u00b7 {layer.kind} \u00b7 {shape}"


def _wire(svg: Xml.Element, start: float, end: float, middle: float, apart: int) -> None:
    if apart == 1:
        path = f"M {start:.1f} {middle:.1f} H {end:.1f}"
    else:
        # Around the blocks between, the higher the longer.
        peak = middle - _TALLEST / 2 - min(26, 6 + 2 * apart)
        path = (
            f"M {start:.1f} {middle:.1f} C {start + 8:.1f} {peak:.1f} "
            f"{end - 8:.1f} {peak:.1f} {end:.1f} {middle:.1f}"
        )
    Xml.SubElement(svg, "path", {"d": path, "fill": "none", "stroke": "#5b6570"})
