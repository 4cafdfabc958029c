from __future__ import annotations

import numpy as np
import pytest

from cnnviz.layers.cost import convolution_costs, weight_counts


def test_a_dense_layer_on_a_small_picture_has_over_a_million_weights():
    counts = weight_counts(64, 3, units=100, kernel=3, filters=100)
    assert (counts.inputs, counts.dense.weights, counts.dense.biases) == (12288, 1228800, 100)
    assert counts.dense.memory() == 4 * 1228900
    assert counts.convolution.parameters == 2800
    assert counts.ratio == pytest.approx(455.1, abs=0.1)


def test_a_dense_layer_on_a_large_picture_has_three_billion_weights():
    counts = weight_counts(1000, 3, units=1000, kernel=3, filters=64)
    assert counts.dense.weights == 3_000_000_000
    assert counts.dense.multiply_adds == 3_000_000_000
    assert counts.convolution.multiply_adds == 27 * 64 * 1_000_000


def test_counts_are_exact_beyond_what_a_float_holds():
    counts = weight_counts(10**6 + 1, 3, units=10**6 + 3, kernel=1, filters=1)
    assert counts.dense.weights == 3 * (10**6 + 1) ** 2 * (10**6 + 3)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("stride", [1, 2])
def test_counts_match_keras(tf, padding, stride):
    import keras

    picture = keras.Input((9, 12, 3))
    convolution = keras.layers.Conv2D(8, (3, 4), strides=stride, padding=padding)
    maps = convolution(picture)
    units = keras.layers.Dense(7)
    units(keras.layers.Flatten()(picture))
    counts = weight_counts(
        (9, 12), 3, units=7, kernel=(3, 4), filters=8, stride=stride, padding=padding
    )
    assert counts.dense.parameters == units.count_params()
    assert counts.convolution.parameters == convolution.count_params()
    assert (*counts.map_size, 8) == maps.shape[1:]
    positions = int(np.prod(counts.map_size))
    assert counts.locally_connected.weights == counts.convolution.weights * positions
    assert counts.locally_connected.biases == 8 * positions
    assert counts.locally_connected.multiply_adds == counts.convolution.multiply_adds


@pytest.mark.parametrize("bias", [True, False])
def test_the_cost_of_each_way_to_connect_channels_matches_keras(tf, bias):
    import keras

    picture = keras.Input((8, 8, 12))
    layers = {
        "standard": keras.layers.Conv2D(18, (3, 5), use_bias=bias),
        "grouped": keras.layers.Conv2D(18, (3, 5), groups=6, use_bias=bias),
        "depthwise": keras.layers.DepthwiseConv2D((3, 5), depth_multiplier=2, use_bias=bias),
        "separable": keras.layers.SeparableConv2D(18, (3, 5), depth_multiplier=2, use_bias=bias),
        "pointwise": keras.layers.Conv2D(18, 1, use_bias=bias),
    }
    costs = convolution_costs((3, 5), 12, 18, groups=6, multiplier=2, positions=24, bias=bias)
    assert set(costs) == set(layers)
    for name, layer in layers.items():
        layer(picture)
        assert costs[name].parameters == layer.count_params()
        assert costs[name].multiply_adds == 24 * costs[name].weights


def test_uneven_groups_are_refused():
    with pytest.raises(ValueError, match=r"evenly. Received: groups=4, channels=6, filters=8"):
        convolution_costs(3, 6, 8, groups=4)


def test_a_dense_layer_of_as_many_outputs_is_what_both_savings_are_measured_against():
    counts = weight_counts(64, 3, units=100, kernel=3, filters=32)
    assert counts.outputs == 131_072
    alike = counts.dense_alike
    assert (alike.weights, alike.biases) == (64 * 64 * 3 * 131_072, 131_072)
    assert alike.weights > counts.locally_connected.weights > counts.convolution.weights
    assert counts.fair_ratio == alike.weights / 864
    assert counts.fair_ratio == pytest.approx(counts.ratio * 1310.72)
