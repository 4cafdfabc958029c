"""The edits that keep a kernel a kernel."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz import kernels
from cnnviz.kernels import KERNELS
from tests.kernels.material import (
    weights,
)


@given(weights)
def test_four_turns_and_two_mirrors_change_nothing(values):
    turned = mirrored = values
    for _ in range(4):
        turned = kernels.rotate(turned)
    for _ in range(2):
        mirrored = kernels.mirror(mirrored)
    np.testing.assert_array_equal(turned, values)
    np.testing.assert_array_equal(mirrored, values)


def test_rotate_turns_clockwise():
    np.testing.assert_array_equal(kernels.rotate([[1, 2], [3, 4]]), [[3, 1], [4, 2]])
    np.testing.assert_array_equal(
        kernels.rotate(KERNELS["sobel_x"].values), KERNELS["sobel_y"].values
    )


def test_negate_makes_no_minus_zero():
    negated = kernels.negate([[0, 2]])
    assert negated.tolist() == [[0, -2]]
    assert not np.signbit(negated[0, 0])


def test_normalise_scales_to_sum_1():
    np.testing.assert_allclose(kernels.normalise([[1, 2], [-1, 2]]), [[0.25, 0.5], [-0.25, 0.5]])


@pytest.mark.parametrize(
    "name", ["sobel_x", "laplacian_of_gaussian", "gabor_45", "corner_top_left"]
)
def test_a_kernel_that_cancels_out_cannot_be_normalised(name):
    with pytest.raises(ValueError, match=r"do not cancel out\. Received: sum=-?[0-9.e-]+\.$"):
        kernels.normalise(KERNELS[name].values)


@given(weights, st.integers(1, 11), st.integers(1, 11))
def test_a_kernel_grown_and_cut_back_is_the_same(values, more_rows, more_columns):
    size = tuple(np.maximum(values.shape, (more_rows, more_columns)).tolist())
    grown = kernels.resize(values, size)
    assert grown.shape == size
    np.testing.assert_array_equal(kernels.resize(grown, values.shape), values)


def test_resizing_keeps_the_middle_in_the_middle():
    for size in range(1, 12):
        np.testing.assert_array_equal(kernels.resize([[1]], size), kernels.identity(size))
