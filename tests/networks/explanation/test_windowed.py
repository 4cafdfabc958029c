"""Layers that slide a window, weigh or pool give what the network gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnviz.networks import open_network
from cnnviz.networks.explanation.explain import explain
from tests.networks.explanation.explained import (
    assert_layer_explained,
    picture,
)


def with_an_activation_inside() -> dict[str, Any]:
    built: dict[str, Any] = {
        f"Conv2D with {name}": lambda layers, name=name: layers.Conv2D(5, 3, activation=name)
        for name in ("relu", "tanh", "softmax", "swish")
    }
    built |= {
        "Conv2DTranspose with softmax": lambda layers: layers.Conv2DTranspose(
            4, 3, strides=2, activation="softmax"
        ),
        "DepthwiseConv2D with softmax": lambda layers: layers.DepthwiseConv2D(
            3, activation="softmax"
        ),
        "SeparableConv2D with softmax": lambda layers: layers.SeparableConv2D(
            5, 3, activation="softmax"
        ),
        "grouped Conv2D with softmax": lambda layers: layers.Conv2D(
            6, 3, groups=3, activation="softmax"
        ),
        "Dense with softmax": lambda layers: layers.Dense(7, activation="softmax"),
        "Dense with log_softmax": lambda layers: layers.Dense(7, activation="log_softmax"),
    }
    return built


def layers_with_windows() -> dict[str, Any]:
    return {
        "Conv2D same, stride 2": lambda layers: layers.Conv2D(5, 3, strides=2, padding="same"),
        "Conv2D 2 x 5, stride (3, 1)": lambda layers: layers.Conv2D(
            4, (2, 5), strides=(3, 1), padding="same", use_bias=False
        ),
        "Conv2D dilated": lambda layers: layers.Conv2D(4, 3, dilation_rate=(2, 3), padding="same"),
        "Conv2D grouped": lambda layers: layers.Conv2D(9, 3, groups=3, padding="same"),
        "DepthwiseConv2D": lambda layers: layers.DepthwiseConv2D(3, depth_multiplier=2),
        "DepthwiseConv2D stride 2": lambda layers: layers.DepthwiseConv2D(
            (5, 5), strides=2, padding="same", use_bias=False
        ),
        "SeparableConv2D": lambda layers: layers.SeparableConv2D(
            5, 3, depth_multiplier=2, strides=2, padding="same"
        ),
        "Conv2DTranspose": lambda layers: layers.Conv2DTranspose(5, 3, strides=2, padding="same"),
        "Conv2DTranspose valid": lambda layers: layers.Conv2DTranspose(4, (2, 3), strides=3),
        "Conv2DTranspose gaps": lambda layers: layers.Conv2DTranspose(2, 2, strides=(4, 1)),
        "Conv2DTranspose output_padding": lambda layers: layers.Conv2DTranspose(
            2, 3, strides=2, padding="same", output_padding=0
        ),
        "Dense on maps": lambda layers: layers.Dense(4),
        "MaxPooling2D": lambda layers: layers.MaxPooling2D(3, strides=2, padding="same"),
        "MaxPooling2D valid": lambda layers: layers.MaxPooling2D((2, 3)),
        "AveragePooling2D": lambda layers: layers.AveragePooling2D(3, strides=2, padding="same"),
        "GlobalAveragePooling2D": lambda layers: layers.GlobalAveragePooling2D(),
        "GlobalMaxPooling2D": lambda layers: layers.GlobalMaxPooling2D(keepdims=True),
        **with_an_activation_inside(),
    }


LAYERS_WITH_WINDOWS = layers_with_windows()


@pytest.mark.parametrize("build", LAYERS_WITH_WINDOWS.values(), ids=LAYERS_WITH_WINDOWS.keys())
def test_each_kind_of_layer_is_explained(build: Any) -> None:
    assert_layer_explained(build)


def test_a_convolution_is_the_sum_of_its_channels_and_its_bias() -> None:
    network = open_network("tutorial")
    maps = network.feature_maps(picture())
    found = explain(network, maps, "conv_2", 0, 5, 3)
    (terms,) = found.terms
    kernel, bias = network.weights("conv_2")["kernel"], network.weights("conv_2")["bias"]
    assert terms.layer == "relu_1"
    assert terms.rows.tolist() == [-1, 0, 1]
    assert not terms.inside[0].any()
    assert terms.inside[1:].all()
    assert terms.cell(0, 0, 0) is None
    for index, channel in enumerate(terms.channels):
        assert np.array_equal(terms.weights[index], kernel[:, :, channel, 3])
        assert np.array_equal(terms.patches[index, 1:], maps["relu_1"][0:2, 4:7, channel])
    assert found.value == pytest.approx(terms.sums.sum() + bias[3], abs=1e-9)
    assert [step.name for step in found.steps] == ["sum of products", "bias"]


def test_a_max_pool_refers_to_the_pixel_that_won() -> None:
    network = open_network("small_vgg")
    maps = network.feature_maps(picture())
    row, column, channel = np.unravel_index(maps["pool_1"].argmax(), maps["pool_1"].shape)
    found = explain(network, maps, "pool_1", row, column, channel)
    (winner,) = found.references
    assert maps["relu_1_2"][winner.row, winner.column, winner.channel] == found.value
    assert (winner.row // 2, winner.column // 2) == (row, column)
