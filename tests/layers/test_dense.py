from __future__ import annotations

import numpy as np
import pytest

from cnnviz.layers.dense import dense, dense_terms, unit_products

GENERATOR = np.random.default_rng(5)


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


def test_the_products_of_a_unit_add_up_map_by_map_to_its_sum():
    maps = GENERATOR.normal(size=(4, 3, 6)).astype(np.float32)
    weights = GENERATOR.normal(size=(4, 3, 6)).astype(np.float32)
    found = unit_products(maps, weights)
    total = float(dense(maps.ravel(), weights.reshape(-1, 1))[0])
    assert found.map_sums.sum() == pytest.approx(total, rel=1e-4)
    sizes = np.abs(found.map_sums[found.order])
    assert (np.diff(sizes) <= 0).all()
    assert abs(found.products[found.strongest]) == np.abs(found.products).max()
