"""Flatten, dense and dropout layers are Keras's; counts are exact."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.layers.operations import (
    connections,
    convolution_costs,
    dense,
    dense_terms,
    dropout,
    dropout_statistics,
    flatten,
    flatten_cell,
    flatten_index,
    flatten_order,
    weight_counts,
)
from cnnviz.shapes import coverage

GENERATOR = np.random.default_rng(5)
MAPS = GENERATOR.normal(size=(6, 5, 4)).astype(np.float32)


def test_flatten_matches_keras(tf):
    import keras

    np.testing.assert_array_equal(flatten(MAPS), keras.layers.Flatten()(MAPS[np.newaxis])[0])


@given(st.tuples(*[st.integers(1, 9)] * 3), st.data())
def test_a_cell_and_its_element_lead_to_each_other(shape, data):
    index = data.draw(st.integers(0, int(np.prod(shape)) - 1))
    cell = flatten_cell(shape, index)
    assert flatten_index(shape, *cell) == index
    assert flatten_order(shape)[cell] == index


def test_the_channels_of_one_pixel_lie_side_by_side():
    assert [flatten_index((2, 2, 3), 1, 0, channel) for channel in range(3)] == [6, 7, 8]
    assert flatten(MAPS)[flatten_index(MAPS.shape, 4, 2, 1)] == MAPS[4, 2, 1]


def test_a_cell_outside_the_maps_is_refused():
    with pytest.raises(ValueError, match=r"column must be from 0 to 4. Received: column=5"):
        flatten_index((6, 5, 4), 0, 5, 0)
    with pytest.raises(ValueError, match=r"index must be from 0 to 119. Received: index=120"):
        flatten_cell((6, 5, 4), 120)
    with pytest.raises(ValueError, match=r"\(height, width, channels\). Received: shape=\(6, 5\)"):
        flatten_order((6, 5))


@pytest.mark.parametrize("shape", [(12,), (7, 12), (2, 3, 12)])
def test_dense_matches_keras(tf, shape):
    import keras

    x = GENERATOR.normal(size=shape).astype(np.float32)
    weights = GENERATOR.normal(size=(12, 5)).astype(np.float32)
    bias = GENERATOR.normal(size=5).astype(np.float32)
    layer = keras.layers.Dense(5)
    layer.build((None, 12))
    layer.set_weights([weights, bias])
    expected = layer(np.atleast_2d(x)).numpy().reshape(*shape[:-1], 5)
    result = dense(x, weights, bias)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-5)


def test_the_terms_of_a_unit_add_up_to_what_the_layer_gives():
    x = GENERATOR.normal(size=500).astype(np.float32)
    weights = GENERATOR.normal(size=(500, 3)).astype(np.float32)
    bias = np.float32([1, -2, 3])
    terms = dense_terms(x, weights, bias, unit=1, count=20)
    assert terms.result == dense(x, weights, bias)[1]
    assert terms.products.sum() + terms.rest + terms.bias == pytest.approx(terms.result, abs=1e-4)
    np.testing.assert_array_equal(terms.products, x[terms.index] * weights[terms.index, 1])
    np.testing.assert_array_equal(terms.inputs * terms.weights, terms.products)


def test_terms_come_largest_first_whatever_their_sign():
    terms = dense_terms([1, 1, 1, 0], [[2], [-7], [3], [100]], unit=0)
    np.testing.assert_array_equal(terms.products, [-7, 3, 2, 0])
    np.testing.assert_array_equal(terms.index, [1, 2, 0, 3])
    assert (terms.rest, terms.bias, terms.result) == (0, 0, -2)


@pytest.mark.parametrize(
    ("x", "weights", "bias", "message"),
    [
        ([1, 2], [[1], [2], [3]], None, r"weights of shape \(3, 1\) for an input of shape \(2,\)"),
        ([1, 2], [1, 2], None, r"\(inputs, units\)"),
        ([1], [[1, 2]], [1], r"one number for each unit. Received: shape \(1,\) for 2 units"),
    ],
)
def test_dense_shapes_must_fit_together(x, weights, bias, message):
    with pytest.raises(ValueError, match=message):
        dense(x, weights, bias)


def test_a_unit_must_exist_and_its_input_be_one_vector():
    with pytest.raises(ValueError, match=r"unit must be from 0 to 1. Received: unit=2"):
        dense_terms([1], [[1, 2]], unit=2)
    with pytest.raises(ValueError, match=r"one vector. Received: shape \(1, 1\)"):
        dense_terms([[1]], [[1, 2]], unit=0)


def test_dropout_keeps_scaled_values_and_zeros_the_rest():
    found = dropout(MAPS, 0.3, seed=2)
    np.testing.assert_allclose(found.result[found.mask], MAPS[found.mask] / 0.7, rtol=1e-6)
    assert (found.result[~found.mask] == 0).all()
    assert found.scale == pytest.approx(1 / 0.7)
    assert found.result.dtype == np.float32


def test_dropout_values_are_among_those_keras_gives(tf):
    import keras

    ones = np.ones((1, 50, 40, 3), np.float32)
    theirs = keras.layers.Dropout(0.4, seed=1)(ones, training=True).numpy()
    ours = dropout(ones[0], 0.4, seed=1).result
    np.testing.assert_array_equal(np.unique(ours), np.unique(theirs))
    assert ours.mean() == pytest.approx(theirs.mean(), abs=0.05)


def test_spatial_dropout_drops_whole_channels():
    mask = dropout(np.ones((4, 5, 64)), 0.5, seed=3, spatial=True).mask
    np.testing.assert_array_equal(mask, np.broadcast_to(mask[0, 0], mask.shape))
    assert 0 < mask[0, 0].sum() < 64


def test_dropout_is_off_at_inference():
    found = dropout(MAPS, 0.9, seed=0, training=False)
    np.testing.assert_array_equal(found.result, MAPS)
    assert found.mask.all()
    assert found.scale == 1


def test_a_rate_of_zero_drops_nothing():
    np.testing.assert_array_equal(dropout(MAPS, 0, seed=0).result, MAPS)


def test_the_same_seed_draws_the_same_mask_and_another_seed_another():
    first, again, other = (dropout(MAPS, 0.5, seed=seed).mask for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize("rate", [-0.1, 1, 1.5, float("nan")])
def test_a_rate_outside_its_limits_is_refused(rate):
    with pytest.raises(ValueError, match=f"below 1. Received: rate={rate}"):
        dropout(MAPS, rate, seed=0)


@pytest.mark.parametrize("spatial", [False, True])
def test_statistics_are_those_of_the_masks_dropout_draws(spatial):
    found = dropout_statistics(MAPS, 0.25, count=7, seed=10, spatial=spatial)
    results = [dropout(MAPS, 0.25, seed=10 + i, spatial=spatial).result for i in range(7)]
    np.testing.assert_allclose(found.mean_map, np.mean(results, axis=0), rtol=1e-5, atol=1e-6)
    means = [np.mean(results[: i + 1]) for i in range(7)]
    np.testing.assert_allclose(found.running_mean, means, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(found.running_mean_unscaled, found.running_mean * 0.75)


def test_the_expected_value_stays_and_without_scaling_it_does_not():
    maps = np.abs(MAPS)
    found = dropout_statistics(maps, 0.4, count=2000)
    assert found.running_mean[-1] == pytest.approx(found.true_mean, rel=0.02)
    assert found.running_mean_unscaled[-1] == pytest.approx(0.6 * found.true_mean, rel=0.02)
    np.testing.assert_allclose(found.mean_map, maps, rtol=0.15, atol=1e-6)
    np.testing.assert_allclose(found.kept_share, 0.6, atol=0.06)


def test_a_dense_layer_on_a_small_picture_has_over_a_million_weights():
    counts = weight_counts(64, 3, units=100, kernel=3, filters=100)
    assert (counts.inputs, counts.dense.weights, counts.dense.biases) == (12288, 1228800, 100)
    assert counts.dense.memory() == 4 * 1228900
    assert counts.convolution.parameters == 2800
    assert counts.ratio == pytest.approx(438.9, abs=0.1)


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


@pytest.mark.parametrize(
    "options",
    [{}, {"stride": 2}, {"padding": "same"}, {"padding": ((1, 0), (2, 1)), "dilation": (1, 2)}],
)
def test_connections_compute_the_convolution_and_touch_what_coverage_counts(options):
    size, kernel = (6, 8), (3, 2)
    lines = connections(size, kernel, **options)
    touched = np.zeros(size, np.int64)
    np.add.at(touched, (lines.input_row, lines.input_column), 1)
    np.testing.assert_array_equal(touched, coverage(size, kernel, **options))
    assert set(lines.weight) == set(range(6))


def test_connections_of_a_convolution_are_its_weighted_sum(tf):
    image = GENERATOR.normal(size=(6, 8)).astype(np.float32)
    kernel = GENERATOR.normal(size=(3, 2)).astype(np.float32)
    lines = connections((6, 8), (3, 2), stride=2, padding="same")
    result = np.zeros((3, 4), np.float32)
    terms = image[lines.input_row, lines.input_column] * kernel.ravel()[lines.weight]
    np.add.at(result, (lines.output_row, lines.output_column), terms)
    expected = tf.nn.conv2d(image[None, ..., None], kernel[..., None, None], 2, "SAME")[0, ..., 0]
    np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-5)
