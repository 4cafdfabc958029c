"""Kernels that follow from numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz import kernels
from cnnviz.kernels import KERNELS
from tests.kernels.material import (
    COLUMNS,
    ROWS,
    respond,
)


@pytest.mark.parametrize("angle", [0, 45, 90, 135])
def test_a_gabor_kernel_answers_most_to_stripes_of_its_own_direction(angle):
    def strength(direction):
        radians = np.deg2rad(direction)
        across = COLUMNS * np.sin(radians) + ROWS * np.cos(radians)
        return respond(np.cos(2 * np.pi * across / 5), KERNELS[f"gabor_{angle}"].values).max()

    assert strength(angle) > 4 * max(strength(angle + turn) for turn in (45, 90, 135))


def test_a_gabor_kernel_answers_most_to_stripes_of_its_own_width():
    def strength(wavelength):
        return respond(np.cos(2 * np.pi * ROWS / wavelength), kernels.gabor(11, 0, 5)).max()

    assert strength(5) > 1.2 * max(strength(3), strength(10))


@pytest.mark.parametrize("size", [1, 3, 5, 7, 9, 11])
@pytest.mark.parametrize(
    "make",
    [kernels.box, kernels.gaussian, kernels.motion_blur, lambda n: kernels.motion_blur(n, 30)],
    ids=["box", "gaussian", "motion_blur", "motion_blur_30"],
)
def test_a_blur_of_any_odd_size_sums_to_1_and_looks_the_same_upside_down(make, size):
    values = make(size)
    assert values.shape == (size, size)
    assert values.min() >= 0
    assert values.sum() == pytest.approx(1, abs=1e-6)
    np.testing.assert_allclose(values, values[::-1, ::-1], atol=1e-7)


def test_a_gaussian_falls_by_the_bell_curve():
    values = kernels.gaussian(5, sigma=1)
    assert values[2, 3] / values[2, 2] == pytest.approx(np.exp(-0.5), rel=1e-5)
    assert values[4, 4] / values[2, 2] == pytest.approx(np.exp(-4), rel=1e-5)


def test_motion_blur_draws_a_line_of_equal_weights():
    np.testing.assert_allclose(kernels.motion_blur(3, 0) * 3, [[0, 0, 0], [1, 1, 1], [0, 0, 0]])
    np.testing.assert_allclose(kernels.motion_blur(3, 90) * 3, [[0, 1, 0]] * 3)
    np.testing.assert_allclose(kernels.motion_blur(3, 135) * 3, np.eye(3), rtol=1e-6)


@given(st.floats(-720, 720), st.sampled_from([1, 3, 7, 11]))
def test_motion_blur_of_any_angle_keeps_the_brightness(angle, size):
    assert kernels.motion_blur(size, angle).sum() == pytest.approx(1, abs=1e-5)


def test_the_laplacian_of_a_gaussian_is_negative_within_its_radius():
    values = kernels.laplacian_of_gaussian(11, sigma=2)
    # It crosses zero at sigma * sqrt(2) = 2.83.
    assert values[5, 5 + 2] < 0 < values[5, 5 + 3]
    assert values[5, 5] == pytest.approx(-1 / (np.pi * 2**4), rel=0.02)


def test_random_weights_are_the_same_again_and_sized_for_the_window():
    np.testing.assert_array_equal(kernels.random(5, seed=3), kernels.random(5, seed=3))
    assert not np.array_equal(kernels.random(5, seed=3), kernels.random(5, seed=4))
    assert kernels.random((11, 9), seed=0).std() == pytest.approx(1 / np.sqrt(99), rel=0.2)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: kernels.gaussian(4), r"must be odd.*size=4"),
        (lambda: kernels.gaussian(3, sigma=0), r"at least 0\.001.*sigma=0"),
        (lambda: kernels.gaussian(3, sigma=float("nan")), r"finite number.*sigma=nan"),
        (lambda: kernels.gabor(11, wavelength=1.5), r"at least 2 pixels.*wavelength=1\.5"),
        (lambda: kernels.motion_blur(3, angle=float("inf")), r"finite number.*angle=inf"),
        (lambda: kernels.box(0), r"whole number of at least 1.*size=0"),
    ],
)
def test_a_number_that_makes_no_kernel_is_rejected(make, message):
    with pytest.raises(ValueError, match=message):
        make()
