"""The Keras programs of the page on layers give the page's numbers."""

import numpy as np
import pytest

from cnnviz.images.samples import open_sample
from cnnviz.layers.code import (
    connections_code,
    cost_code,
    dense_code,
    dropout_code,
    flatten_code,
)
from cnnviz.layers.connections import lines
from cnnviz.layers.cost import weight_counts
from cnnviz.layers.dropout import dropout
from cnnviz.layers.flatten import flatten
from cnnviz.layers.tutorial_network import tutorial_maps, tutorial_weights


def test_flatten(run_program):
    maps = np.random.default_rng(0).random((4, 3, 2), np.float32)
    np.testing.assert_array_equal(
        run_program(flatten_code(), flatten={"maps": maps}), flatten(maps)
    )


def test_a_dense_layer(run_program):
    found = tutorial_maps(open_sample("lizard"))
    weights = tutorial_weights()
    files = {
        "maps": found.pool,
        "weights": weights["dense/kernel"],
        "bias": weights["dense/bias"],
    }
    np.testing.assert_allclose(
        run_program(dense_code(), dense=files), found.logits, rtol=0, atol=1e-4
    )


@pytest.mark.parametrize("spatial", [False, True])
@pytest.mark.parametrize("training", [False, True])
def test_dropout(run_program, training, spatial):
    maps = np.random.default_rng(0).random((4, 4, 6), np.float32)
    expected = dropout(maps, 0.3, 5, training=training, spatial=spatial)
    program = dropout_code(0.3, training=training, spatial=spatial)
    found = run_program(program, dropout={"maps": maps, "mask": expected.mask})
    np.testing.assert_allclose(found, expected.result, rtol=0, atol=1e-6)


@pytest.mark.parametrize(("side", "units"), [(64, 100), (1000, 1000)])
def test_the_cost_of_layers(run_program, side, units):
    counts = weight_counts(side, 3, units, 3, 32)
    found = run_program(cost_code(side, 3, units=units, kernel=3, filters=32))
    assert found == [counts.dense.parameters, counts.convolution.parameters]


@pytest.mark.parametrize("kind", ["convolution", "unshared", "dense"])
@pytest.mark.parametrize(("stride", "padding"), [(1, "valid"), (2, "same")])
def test_connections(run_program, stride, padding, kind):
    expected = lines(kind, 6, 3, stride=stride, padding=padding)
    found = run_program(connections_code(6, 3, stride=stride, padding=padding, kind=kind))
    matrix = np.full(found.shape, -1)
    matrix[expected.input, expected.output] = expected.weight
    np.testing.assert_array_equal(found, matrix)
