"""Our arithmetic gives the network's own numbers, whatever the layer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnviz.images.crops import Box
from cnnviz.networks import Network, NetworkError, open_network
from cnnviz.networks.explanation.arithmetic import KINDS
from cnnviz.networks.explanation.explain import Cell, can_explain, explain
from cnnviz.networks.tensorflow_runtime import load_keras
from tests.networks.explanation.explained import cells_of, explain_first, picture

SHIPPED = ("tutorial", "small_vgg", "efficientnet_lite0")


@pytest.mark.parametrize("fold", [True, False], ids=["folded", "layer by layer"])
@pytest.mark.parametrize("name", SHIPPED)
def test_every_layer_of_a_shipped_network_is_explained_to_1e_4(name: str, fold: bool) -> None:
    network = open_network(name)
    maps = network.feature_maps(picture())
    for info in network.layers:
        for row, column, channel in cells_of(maps, info.name, 4):
            found = explain(network, maps, info.name, row, column, channel, fold=fold)
            assert found.delta <= 1e-4, (info.name, row, column, channel, found.value)


def test_contributions_come_largest_first_and_so_do_references() -> None:
    network = open_network("small_vgg")
    maps = network.feature_maps(picture())
    found = explain(network, maps, "conv_3_1", 4, 4, 9)
    sizes = np.abs(found.terms[0].sums)
    assert np.all(sizes[:-1] >= sizes[1:])
    assert found.references[0].channel == found.terms[0].channels[0]
    assert found.references[0].layer == "pool_2"
    i, j = np.unravel_index(np.abs(found.terms[0].products[0]).argmax(), (3, 3))
    assert found.references[0] == found.terms[0].cell(0, int(i), int(j))


def test_folding_shows_convolution_normalisation_and_relu_as_one_calculation() -> None:
    network = open_network("efficientnet_lite0")
    maps = network.feature_maps(picture())
    found = explain(network, maps, "stage2_block1_expand_relu6", 30, 12, 7)
    assert found.kind == "Conv2D"
    assert [step.name for step in found.steps] == [
        "sum of products",
        "batch normalisation",
        "ReLU6",
    ]
    assert [step.layer.rsplit("_", 1)[1] for step in found.steps] == ["conv", "bn", "relu6"]
    for step in found.steps:
        assert step.value == pytest.approx(float(maps[step.layer][30, 12, 7]), abs=1e-4)


def test_references_lead_from_the_answer_down_to_a_pixel() -> None:
    network = open_network("small_vgg")
    maps = network.feature_maps(picture())
    cell = Cell("softmax", 0, 0, int(maps["softmax"].argmax()))
    visited = []
    while cell.layer != "image":
        visited.append(cell.layer)
        found = explain(network, maps, cell.layer, cell.row, cell.column, cell.channel)
        cell = found.references[0]
    assert visited[:2] == ["softmax", "dense"]
    assert "conv_1_1" in visited or "relu_1_1" in visited
    pixel = explain(network, maps, *cell)
    assert pixel.value == pixel.network_value
    assert pixel.region == Box(cell.row, cell.column, 1, 1)


def test_a_place_outside_the_layer_is_refused() -> None:
    network = open_network("tutorial")
    maps = network.feature_maps(picture())
    with pytest.raises(NetworkError, match=r"16 x 16 cells and 16 channels.*column=16"):
        explain(network, maps, "pool", 0, 16, 0)
    with pytest.raises(NetworkError, match="Received: row=-1"):
        explain(network, maps, "pool", -1, 0, 0)
    with pytest.raises(NetworkError, match='Received: "conv_99"'):
        explain(network, maps, "conv_99", 0, 0, 0)
    with pytest.raises(NetworkError, match="Received: no maps of relu_1"):
        explain(network, {"conv_2": maps["conv_2"]}, "conv_2", 0, 0, 0)


def test_an_unknown_layer_is_refused_and_said_to_be() -> None:
    keras = load_keras()

    class Doubling(keras.layers.Layer):
        def call(self, x: Any) -> Any:
            return 2 * x

    image = keras.Input((8, 12, 3))
    network = Network.from_model(keras.Model(image, Doubling(name="twice")(image)))
    assert not can_explain(network, "twice")
    with pytest.raises(NetworkError, match="Received: twice, a Doubling"):
        explain_first(network, "twice")


def test_an_operation_that_shares_a_layers_name_is_not_mistaken_for_it() -> None:
    keras = load_keras()
    image = keras.Input((8, 12, 3))
    network = Network.from_model(keras.Model(image, keras.ops.subtract(image, 5.0)))
    assert network.layers[-1].kind in KINDS
    assert not can_explain(network, network.layers[-1].name)
