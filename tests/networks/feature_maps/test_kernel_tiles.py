"""Cut into tiles, a layer's kernels still give what the layer gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnviz.convolution import convolve, transposed_convolve
from cnnviz.networks import Network, open_network
from cnnviz.networks.feature_maps.kernel_tiles import KernelTiles, channel_numbers, kernel_tiles
from cnnviz.networks.tensorflow_runtime import load_keras

PICTURE = np.random.default_rng(5).integers(0, 256, (12, 12, 3)).astype(np.uint8)


def network_of(*layers: Any) -> Network:
    keras = load_keras()
    return Network.from_model(keras.Sequential([keras.Input((12, 12, 3)), *layers]))


def convolved(tiles: KernelTiles, channel: int, inputs: np.ndarray) -> np.ndarray:
    """Slide one channel's tiles over the maps that they say they read."""
    kernel = tiles.values[channel].transpose(1, 2, 0)
    first = int(tiles.first_inputs[channel])
    return convolve(inputs[..., first : first + kernel.shape[2]], kernel[..., np.newaxis])[..., 0]


@pytest.mark.parametrize("kind", ["plain", "groups", "depthwise", "separable"])
def test_a_channels_tiles_convolved_with_their_inputs_give_its_map(kind: str) -> None:
    layers = load_keras().layers
    layer = {
        "plain": layers.Conv2D(5, (3, 2), use_bias=False, name="layer"),
        "groups": layers.Conv2D(9, 3, groups=3, use_bias=False, name="layer"),
        "depthwise": layers.DepthwiseConv2D(3, depth_multiplier=2, use_bias=False, name="layer"),
        "separable": layers.SeparableConv2D(4, 3, depth_multiplier=2, use_bias=False, name="layer"),
    }[kind]
    network = network_of(layer)
    maps = network.feature_maps(PICTURE)
    tiles = kernel_tiles(network, network.layer("layer"))
    assert tiles is not None
    for channel in range(network.layer("layer").channels):
        np.testing.assert_allclose(
            convolved(tiles, channel, maps["image"]), maps["layer"][..., channel], atol=1e-5
        )


def test_the_tiles_of_a_transposed_convolution_are_what_each_input_writes() -> None:
    network = network_of(load_keras().layers.Conv2DTranspose(2, 3, strides=2, name="layer"))
    maps = network.feature_maps(PICTURE)
    tiles = kernel_tiles(network, network.layer("layer"))
    assert tiles is not None
    kernels = tiles.values.transpose(2, 3, 0, 1)
    again = transposed_convolve(maps["image"], kernels, stride=2)
    np.testing.assert_allclose(again, maps["layer"], atol=1e-5)


def test_a_dense_layer_behind_a_flatten_gets_the_maps_shape_back() -> None:
    network = open_network("tutorial")
    maps = network.feature_maps(PICTURE)
    tiles = kernel_tiles(network, network.layer("dense"))
    assert tiles is not None
    assert tiles.values.shape == (10, 16, 16, 16)
    products = tiles.values * maps["pool"].transpose(2, 0, 1)
    bias = channel_numbers(network, network.layer("dense"))["bias"]
    np.testing.assert_allclose(products.sum(axis=(1, 2, 3)) + bias, maps["dense"], atol=1e-4)


def test_a_dense_layer_on_a_vector_has_one_weight_per_tile() -> None:
    layers = load_keras().layers
    network = network_of(layers.GlobalAveragePooling2D(), layers.Dense(4, name="layer"))
    tiles = kernel_tiles(network, network.layer("layer"))
    assert tiles is not None
    assert tiles.values.shape == (4, 3, 1, 1)


def test_a_layer_without_a_kernel_has_no_tiles() -> None:
    network = open_network("tutorial")
    assert kernel_tiles(network, network.layer("relu_1")) is None


def test_each_channel_has_its_own_four_numbers_in_a_batch_normalisation() -> None:
    network = network_of(load_keras().layers.BatchNormalization(name="layer"))
    numbers = channel_numbers(network, network.layer("layer"))
    assert list(numbers) == ["gamma", "beta", "moving_mean", "moving_variance"]
    assert numbers["gamma"].tolist() == [1, 1, 1]
