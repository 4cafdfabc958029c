from xml.etree import ElementTree as Xml

import pytest

from cnnviz.networks.diagram import network_svg
from cnnviz.networks.layers import LayerInfo

SVG = "{http://www.w3.org/2000/svg}"


def layer(name, kind, shape, *inputs):
    return LayerInfo(name, kind, shape, 0, 0, None, inputs, None, 0, None, 0)


LAYERS = [
    layer("image", "InputLayer", (32, 32, 3)),
    layer("conv", "Conv2D", (32, 32, 8), "image"),
    layer("<odd> & name", "Add", (32, 32, 8), "conv", "image"),
    layer("dense", "Dense", (10,), "<odd> & name"),
]


@pytest.fixture
def svg():
    return Xml.fromstring(network_svg(LAYERS, "A & B"))


def test_every_layer_is_a_block_with_its_words(svg):
    assert len(svg.findall(f"{SVG}rect")) == 1 + len(LAYERS)
    words = [text.text for text in svg.findall(f"{SVG}text")]
    assert words[0] == "A & B"
    assert words[3] == "<odd> & name \u00b7 Add \u00b7 32\u00d732\u00d78"


def test_every_input_is_a_wire(svg):
    wires = [path.get("d") for path in svg.findall(f"{SVG}path")]
    assert len(wires) == 4
    assert sum("C" in wire for wire in wires) == 1


def test_smaller_maps_are_lower_blocks(svg):
    heights = [float(rect.get("height")) for rect in svg.findall(f"{SVG}rect")[1:]]
    assert heights[0] == heights[1] > heights[3]
