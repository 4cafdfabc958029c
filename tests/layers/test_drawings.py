import numpy as np
import pytest

from cnnviz.layers.connections import lines
from cnnviz.layers.dropout_masks import packed_masks
from cnnviz.layers.formulas import (
    convolution_count_with_numbers,
    dense_count_with_numbers,
    flatten_with_numbers,
    weighted_sum_with_numbers,
)
from cnnviz.layers.operations import dense_terms, dropout, weight_counts
from cnnviz.notation import equals, latex_number, written_bytes, written_count


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


@pytest.mark.parametrize("spatial", [False, True])
def test_packed_masks_are_the_masks_of_dropout(spatial):
    shape = (3, 3, 5)
    packed = packed_masks(shape, 0.4, count=3, seed=7, spatial=spatial)
    for index in range(3):
        mask = np.unpackbits(packed[index], count=45).reshape(shape).astype(bool)
        expected = dropout(np.ones(shape), 0.4, 7 + index, spatial=spatial).mask
        np.testing.assert_array_equal(mask, expected)


def test_flatten_is_written_with_its_numbers():
    assert flatten_with_numbers((4, 4, 3), 17) == r"(1 \cdot 4 + 1) \cdot 3 + 2 = 17"


def test_a_weighted_sum_ends_with_what_is_left_out_and_the_bias():
    terms = dense_terms([1, 2, 3], [[4], [-5], [1]], bias=[0.5], unit=0, count=1)
    assert weighted_sum_with_numbers(terms, 3) == (
        r"z = 2 \cdot (-5) + \underbrace{7}_{2\ \text{more}} + \underbrace{0.5}_{b} = -2.5"
    )


def test_a_sum_that_is_written_out_leaves_nothing_over():
    terms = dense_terms([1.0], [[2.0]], unit=0)
    assert "more" not in weighted_sum_with_numbers(terms, 1)


def test_the_famous_counts():
    counts = weight_counts(64, 3, units=100, kernel=3, filters=32)
    assert dense_count_with_numbers(64, 3, 100, counts).endswith("1{,}228{,}800")
    assert convolution_count_with_numbers(3, 3, 32, counts).endswith("= 864")


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0"), (9_999_999, "9,999,999"), (12_345_678, "12.35 million"), (3 * 10**12, "3 trillion")],
)
def test_counts_are_written_out_until_words_are_shorter(count, words):
    assert written_count(count) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (1024, "1 KiB"), (12_000_004_000, "11.2 GiB")],
)
def test_bytes_are_written_in_the_largest_unit(count, words):
    assert written_bytes(count) == words


def test_numbers_in_formulas():
    assert [latex_number(value) for value in (0.0, -2.5, 5e-324, np.inf, -np.inf)] == [
        "0",
        "-2.5",
        r"4.94 \cdot 10^{-324}",
        r"\infty",
        r"-\infty",
    ]
    assert equals(1e-30) == r"\approx 1 \cdot 10^{-30}" or equals(1e-30) == r"= 1 \cdot 10^{-30}"
