from __future__ import annotations

import numpy as np
import pytest

from cnnviz.layers.connections import connections, lines, lines_in_padding
from cnnviz.shapes import coverage

GENERATOR = np.random.default_rng(5)


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


@pytest.mark.parametrize(("stride", "padding"), [(1, "valid"), (2, "same"), (3, "valid")])
def test_lines_are_a_convolution_as_a_matrix(tf, stride, padding):
    kernel = np.arange(1, 10, dtype=np.float32)
    found = lines("convolution", 7, 3, stride=stride, padding=padding)
    matrix = np.zeros((49, found.output_size[0] * found.output_size[1]), np.float32)
    matrix[found.input, found.output] = kernel[found.weight]
    picture = np.random.default_rng(0).standard_normal(49).astype(np.float32)
    expected = tf.nn.conv2d(
        picture.reshape(1, 7, 7, 1), kernel.reshape(3, 3, 1, 1), stride, padding.upper()
    )
    np.testing.assert_allclose(picture @ matrix, np.ravel(expected), rtol=1e-5, atol=1e-5)


def test_sharing_changes_the_weights_and_not_the_lines():
    shared, alone = lines("convolution", 6, 3), lines("unshared", 6, 3)
    np.testing.assert_array_equal(shared.input, alone.input)
    assert (shared.weights, alone.weights) == (9, 144)
    assert np.unique(alone.weight).size == 144


def test_a_dense_layer_connects_every_pair_once():
    found = lines("dense", (2, 3), (2, 2))
    pairs = set(zip(found.input.tolist(), found.output.tolist(), strict=True))
    assert len(pairs) == found.input.size == 6 * 2 == found.weights


def test_an_unknown_kind_of_layer_is_named():
    with pytest.raises(ValueError, match="'sparse'"):
        lines("sparse", 6, 3)


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_lines_in_the_padding_are_those_that_no_pixel_starts(stride):
    found = lines("convolution", 6, 3, stride=stride, padding="same")
    whole = found.outputs * 9
    assert whole - found.input.size == lines_in_padding(found)
    assert lines_in_padding(lines("convolution", 6, 3, stride=stride)) == 0
