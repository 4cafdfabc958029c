"""Words about layers and numbers say what is there."""

import pytest

from cnnviz.networks import open_network
from cnnviz.networks.explanation.explain import Cell, explain
from cnnviz.networks.network import Network
from pages.networks.words import channel_names, scientific, what_it_reads
from tests.pages.networks.scenes import shipped


@pytest.mark.parametrize(
    ("network", "cell", "way", "reads"),
    [
        (
            "tutorial",
            Cell("relu_2", 3, 4, 9),
            "sum",
            "It reads 3 × 3 cells of each of 6 maps of relu_1: 54 products.",
        ),
        (
            "tutorial",
            Cell("conv_1", 0, 0, 1),
            "sum",
            "It reads 3 × 3 cells of each of 3 maps of image: 27 products. 5 cells lie in the "
            "padding, where everything is 0.",
        ),
        ("tutorial", Cell("pool", 2, 2, 3), "taken", "It reads 2 × 2 cells of map 3 of relu_2."),
        (
            "tutorial",
            Cell("flatten", 0, 0, 17),
            "same",
            "It reads the number at row 0, column 1 of map 1 of pool.",
        ),
        (
            "tutorial",
            Cell("dense", 0, 0, 2),
            "sum",
            "It reads all 4,096 numbers of flatten, each with a weight of its own.",
        ),
        ("tutorial", Cell("softmax", 0, 0, 2), "share", "It reads all 10 numbers of dense."),
        (
            "efficientnet_lite0",
            Cell("pool", 0, 0, 2),
            "mean",
            "It reads 7 × 7 cells of map 2 of head_relu6.",
        ),
        (
            "efficientnet_lite0",
            Cell("stage2_block2_add", 9, 9, 2),
            "sum",
            "It reads one number from each of stage2_block2_project_bn and "
            "stage2_block1_project_bn.",
        ),
        (
            "efficientnet_lite0",
            Cell("stage2_block2_expand_relu6", 9, 9, 2),
            "sum",
            "It reads one cell of each of 24 maps of stage2_block1_project_bn: 24 products.",
        ),
        (
            "efficientnet_lite0",
            Cell("stage2_block1_depthwise_relu6", 9, 9, 2),
            "sum",
            "It reads 3 × 3 cells of map 2 of stage2_block1_expand_relu6.",
        ),
    ],
    ids=lambda value: value.layer if isinstance(value, Cell) else None,
)
def test_each_kind_of_layer_says_what_it_reads(network, cell, way, reads):
    scene = shipped(network)
    found = explain(scene.network, scene.maps, *cell)
    assert found.way == way
    assert what_it_reads(found, scene.network) == reads


def test_classes_are_named_from_the_logits_on():
    network = open_network("tutorial")

    def named(layer: str, network: Network = network) -> list[str] | None:
        return channel_names(network, network.layer(layer))

    assert named("softmax") == named("dense") == list(network.labels)
    assert named("flatten") is None
    assert named("image") == ["red", "green", "blue"]
    assert named("image", network.with_preprocessing("bgr_mean")) == ["blue", "green", "red"]


def test_a_difference_is_written_as_a_power_of_ten():
    assert scientific(2.44e-7) == "2.4 × 10⁻⁷"
    assert scientific(0.0) == "0"
    assert scientific(float("nan")) == "nan"
