import numpy as np
import pytest

from cnnviz.layers.connections import lines


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
