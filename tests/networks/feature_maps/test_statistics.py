"""Channels are counted right, and their effect on the answer is the real one where it can be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnnviz.networks import NetworkError, open_network
from cnnviz.networks.feature_maps.statistics import (
    channel_statistics,
    layer_statistics,
    saturation_limits,
    value_histogram,
)
from cnnviz.networks.tensorflow_runtime import load_keras

PICTURE = np.random.default_rng(5).integers(0, 256, (64, 64, 3)).astype(np.uint8)


def small_maps() -> Any:
    """Six channels of 4 x 4: noise, its double, its negative, zeros, sevens, half zeros."""
    noise = np.random.default_rng(0).normal(size=(4, 4))
    half = np.where(np.arange(16).reshape(4, 4) < 8, 0, noise)
    return np.stack([noise, 2 * noise + 1, -noise, 0 * noise, 0 * noise + 7, half], axis=-1).astype(
        np.float32
    )


def test_means_extremes_and_zeros_are_those_of_the_channel() -> None:
    maps = small_maps()
    found = channel_statistics(maps)
    for channel in range(6):
        cells = maps[..., channel]
        assert found.mean[channel] == pytest.approx(cells.mean(), abs=1e-6)
        assert found.deviation[channel] == pytest.approx(cells.std(), abs=1e-6)
        assert (found.minimum[channel], found.maximum[channel]) == (cells.min(), cells.max())
    assert found.sparsity.tolist() == [0, 0, 0, 1, 0, 0.5]
    assert found.dead.tolist() == [False, False, False, True, False, False]
    assert found.constant.tolist() == [False, False, False, False, True, False]


def test_a_channel_that_repeats_another_is_found_but_not_its_negative() -> None:
    found = channel_statistics(small_maps())
    assert found.duplicate_of.tolist() == [1, 0, -1, -1, -1, -1]
    assert found.correlation[0] == pytest.approx(1, abs=1e-5)
    assert found.correlation[3] == 0


def test_the_threshold_decides_what_counts_as_the_same() -> None:
    random = np.random.default_rng(2)
    first = random.normal(size=(30, 30))
    maps = np.stack([first, first + 0.5 * random.normal(size=(30, 30))], axis=-1)
    assert channel_statistics(maps, duplicate_from=0.95).duplicate_of.tolist() == [-1, -1]
    assert channel_statistics(maps, duplicate_from=0.8).duplicate_of.tolist() == [1, 0]


def test_correlations_equal_numpys_own() -> None:
    maps = open_network("small_vgg").feature_maps(PICTURE)["conv_2_1"]
    expected = np.corrcoef(maps.reshape(-1, maps.shape[-1]).T.astype(np.float64))
    np.fill_diagonal(expected, -2)
    found = channel_statistics(maps)
    np.testing.assert_allclose(found.correlation, expected.max(axis=1), atol=1e-4)


def test_a_vector_has_no_duplicates_and_no_constant_channels() -> None:
    found = channel_statistics(np.array([0.0, 3.0, 3.0]))
    assert found.duplicate_of.tolist() == [-1, -1, -1]
    assert not found.constant.any()
    assert found.dead.tolist() == [True, False, False]
    assert found.sparsity.tolist() == [1, 0, 0]


def test_saturation_is_half_of_the_cells_at_a_limit() -> None:
    maps = np.zeros((4, 4, 3))
    maps[:2, :, 0] = 6
    maps[:1, :, 1] = 6
    maps[..., 2] = 5.9
    assert channel_statistics(maps, limits=[6.0]).saturated.tolist() == [True, False, False]
    sigmoid = np.stack([np.full((3, 3), 0.5), np.full((3, 3), 0.995)], axis=-1)
    assert channel_statistics(sigmoid, limits=(0.0, 1.0)).saturated.tolist() == [False, True]


def test_the_limits_are_those_of_the_layers_activation() -> None:
    layers = load_keras().layers
    assert saturation_limits(layers.ReLU()) == ()
    assert saturation_limits(layers.ReLU(max_value=6)) == (6.0,)
    assert saturation_limits(layers.Activation("relu6")) == (6.0,)
    assert saturation_limits(layers.Activation("sigmoid")) == (0.0, 1.0)
    assert saturation_limits(layers.Dense(3, activation="tanh")) == (-1.0, 1.0)
    assert saturation_limits(layers.Conv2D(3, 3)) == ()
    assert saturation_limits(layers.Flatten()) == ()


@given(
    arrays(np.float32, (5, 4, 6), elements=st.floats(-1e4, 1e4, width=32)),
)
def test_statistics_of_anything_stay_in_their_ranges(maps: Any) -> None:
    found = channel_statistics(maps, limits=(-1.0, 1.0))
    assert np.all(found.minimum <= found.maximum)
    assert np.all((found.sparsity >= 0) & (found.sparsity <= 1))
    assert np.all(np.abs(found.correlation) <= 1)
    assert np.all(found.duplicate_of != np.arange(6))
    assert not np.any(found.dead & found.constant)
    assert np.all(found.duplicate_of[found.dead | found.constant] == -1)


def test_orders_put_the_largest_first() -> None:
    found = channel_statistics(small_maps(), effect=np.array([1, -9, 2, 0, 5, 3], np.float32))
    assert found.order("channel").tolist() == [0, 1, 2, 3, 4, 5]
    assert found.order("maximum")[0] == 4
    assert found.order("sparsity").tolist()[:2] == [3, 5]
    assert found.order("effect").tolist() == [1, 4, 5, 2, 0, 3]
    with pytest.raises(ValueError, match="once it is computed"):
        channel_statistics(small_maps()).order("effect")
    with pytest.raises(ValueError, match="Received: 'colour'"):
        found.order("colour")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["small_vgg", "efficientnet_lite0"])
def test_the_effects_of_the_last_features_add_up_to_the_logit(name: str) -> None:
    network = open_network(name)
    layer = network.layer("dense").inputs[0]
    found = layer_statistics(network, network.preprocess(PICTURE), layer, class_index=3)
    bias = network.weights("dense")["bias"][3]
    assert found.effect is not None
    assert found.effect.sum() + bias == pytest.approx(network.logits(PICTURE)[3], abs=1e-3)


def test_without_a_class_the_answers_own_counts() -> None:
    network = open_network("small_vgg")
    top = network.predict(PICTURE, top=1)[0].index
    x = network.preprocess(PICTURE)
    own = layer_statistics(network, x, "relu_3_1")
    named = layer_statistics(network, x, "relu_3_1", class_index=top)
    np.testing.assert_array_equal(own.effect, named.effect)
    other = layer_statistics(network, x, "relu_3_1", class_index=(top + 1) % 10)
    assert not np.array_equal(own.effect, other.effect)


def test_maps_that_are_there_are_used() -> None:
    network = open_network("tutorial")
    maps = network.feature_maps(PICTURE)
    found = layer_statistics(network, maps["image"], "relu_1", maps=maps, with_effect=False)
    assert found.effect is None
    np.testing.assert_array_equal(found.maximum, maps["relu_1"].max(axis=(0, 1)))
    again = layer_statistics(network, maps["image"], "relu_1", with_effect=False)
    np.testing.assert_array_equal(found.mean, again.mean)


def test_a_network_without_classes_has_statistics_without_effect() -> None:
    from cnnviz.networks import Network

    keras = load_keras()
    image = keras.Input((8, 8, 3))
    network = Network.from_model(
        keras.Model(image, keras.layers.Conv2D(2, 3, activation="relu", name="c")(image))
    )
    assert layer_statistics(network, network.preprocess(PICTURE), "c").effect is None
    assert layer_statistics(network, network.preprocess(PICTURE), "image").mean.shape == (3,)


def test_an_unknown_layer_is_refused() -> None:
    network = open_network("tutorial")
    x = network.preprocess(PICTURE)
    with pytest.raises(NetworkError, match='Received: "conv_7"'):
        layer_statistics(network, x, "conv_7")


@pytest.mark.parametrize(
    "values",
    [[-1.0, 3.0], [0.0, 2.0], [-5.0, -1.0], [0.0, 0.0], [1e-30, -1e30], []],
    ids=str,
)
def test_a_histogram_counts_everything_and_has_an_edge_at_zero(values: list[float]) -> None:
    counts, edges = value_histogram(values, bins=10)
    assert counts.sum() == len(values)
    assert 0.0 in edges
    assert len(edges) == 11
    assert np.all(np.diff(edges) > 0)
