import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import pdist

from cnnviz.map_alignment import align, align_in_turn


@given(angle=st.floats(0, 6.28), mirrored=st.booleans(), seed=st.integers(0, 99))
def test_a_turned_and_mirrored_map_is_turned_back(angle, mirrored, seed):
    places = np.random.default_rng(seed).random((12, 2))
    places = align(places, places)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turned = places * ([-1, 1] if mirrored else [1, 1]) @ turn
    np.testing.assert_allclose(align(turned, places), places, atol=1e-4)


def test_distances_keep_their_ratios():
    generator = np.random.default_rng(0)
    places, reference = generator.random((2, 20, 2))
    before, after = pdist(places), pdist(align(places, reference))
    np.testing.assert_allclose(after / after.max(), before / before.max(), rtol=1e-4)


def test_the_last_map_stays_and_those_before_follow_it():
    last = align(np.random.default_rng(1).random((9, 2)), np.zeros((9, 2)))
    first, middle, kept = align_in_turn([last[:, ::-1], -last, last])
    np.testing.assert_array_equal(kept, last)
    np.testing.assert_allclose(middle, last, atol=1e-5)
    np.testing.assert_allclose(first, last, atol=1e-5)


def test_places_that_are_all_one_stay_one():
    assert np.array_equal(align(np.ones((4, 2)), np.ones((4, 2))), np.full((4, 2), 0.5, "f4"))
