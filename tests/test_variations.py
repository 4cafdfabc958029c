import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.variations import blurred, mirrored, noisy, shifted

PICTURE = np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8)


def test_mirroring_twice_is_nothing():
    np.testing.assert_array_equal(mirrored(mirrored(PICTURE)), PICTURE)


@given(down=st.integers(-20, 20), right=st.integers(-20, 20))
def test_a_shift_keeps_the_size_and_moves_what_stays_inside(down, right):
    moved = shifted(PICTURE, down, right)
    assert moved.shape == PICTURE.shape
    for row in range(9):
        for column in range(7):
            source = np.clip(row - down, 0, 8), np.clip(column - right, 0, 6)
            assert (moved[row, column] == PICTURE[source]).all()


@pytest.mark.parametrize("radius", [0.5, 3.0])
def test_a_blur_makes_neighbours_alike(radius):
    assert (
        np.diff(blurred(PICTURE, radius).astype(int), axis=1).std()
        < np.diff(PICTURE.astype(int), axis=1).std()
    )


def test_noise_has_the_deviation_that_was_asked_for():
    grey = np.full((200, 200, 3), 128, np.uint8)
    assert noisy(grey, 10.0).std() == pytest.approx(10.0, rel=0.02)
    assert noisy(PICTURE, 300.0).dtype == np.uint8
