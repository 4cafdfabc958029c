from cnnviz.layers.connections import lines
from cnnviz.layers.cost import weight_counts
from cnnviz.layers.dense import dense_terms
from cnnviz.layers.formulas import (
    convolution_count_with_numbers,
    dense_count_with_numbers,
    flatten_with_numbers,
    savings_with_numbers,
    way_back_with_numbers,
    weighted_sum_with_numbers,
)


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
    assert dense_count_with_numbers(64, 3, 100).endswith("1{,}228{,}800")
    assert convolution_count_with_numbers(3, 3, 32, counts).endswith("= 864")


def test_the_way_back_are_two_divisions_with_remainder():
    assert way_back_with_numbers((4, 5, 3), 3 * (2 * 5 + 4) + 1) == (
        r"43 = 14 \cdot 3 + 1, \qquad 14 = 2 \cdot 5 + 4"
    )


def test_the_savings_are_written_from_dense_to_shared():
    dense, sparse = lines("dense", 6, 3), lines("convolution", 6, 3)
    written = savings_with_numbers(dense, sparse, 3)
    assert r"36 \cdot 16 = 576" in written
    assert r"\underbrace{144}_{\text{sparse}}" in written
    assert r"3 \cdot 3 = 9" in written
