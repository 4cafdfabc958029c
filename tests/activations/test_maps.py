import numpy as np
import pytest

from cnnviz.activations import (
    ACTIVATIONS,
    histograms,
    zero_share,
)
from cnnviz.activations.maps import activated_map

PICTURE = np.array([[0, 255, 0], [255, 0, 255], [0, 255, 51]], np.uint8)[..., np.newaxis]


def test_the_map_is_scaled_and_shifted_before_the_activation():
    found = activated_map(PICTURE, [[2.0]], ACTIVATIONS["relu"], scale=0.5, bias=-0.25)
    np.testing.assert_allclose(found.before, PICTURE[..., 0] / 255.0 - 0.25, rtol=0, atol=1e-7)
    np.testing.assert_array_equal(found.after, np.maximum(found.before, 0))


def test_the_map_keeps_the_pictures_size():
    found = activated_map(PICTURE, np.ones((3, 3)), ACTIVATIONS["tanh"])
    assert found.before.shape == found.after.shape == (3, 3)
    assert found.after.dtype == np.float32


def test_zeros_are_counted_exactly():
    found = activated_map(PICTURE, [[1.0]], ACTIVATIONS["relu"])
    assert found.zeros_before == found.zeros_after == pytest.approx(4 / 9)
    negated = activated_map(PICTURE, [[-1.0]], ACTIVATIONS["relu"])
    assert negated.zeros_after == 1.0


def test_both_histograms_count_every_number():
    found = activated_map(PICTURE, [[1.0]], ACTIVATIONS["sigmoid"], bins=7)
    assert found.counts.before.sum() == found.counts.after.sum() == 9
    assert found.curve.x[0] == pytest.approx(found.counts.edges[0])
    assert found.curve.x[-1] == pytest.approx(found.counts.edges[-1])


def test_parameters_reach_the_activation():
    found = activated_map(
        PICTURE, [[-1.0]], ACTIVATIONS["leaky_relu"], parameters={"negative_slope": 0.5}
    )
    assert found.after.min() == -0.5


def test_a_flat_picture_has_histograms_as_well():
    flat = np.zeros((2, 2, 1), np.uint8)
    found = activated_map(flat, [[1.0]], ACTIVATIONS["relu"])
    assert found.counts.before.sum() == 4


def test_zero_share_counts_what_relu_silences():
    assert zero_share(ACTIVATIONS["relu"].function([[-1.0, -2.0], [0.0, 5.0]])) == 0.75


def test_histograms_share_their_bins_and_count_every_value():
    before = np.random.default_rng(1).normal(size=(20, 20, 3))
    found = histograms(before, ACTIVATIONS["relu"].function(before), bins=10)
    assert found.before.sum() == found.after.sum() == before.size
    assert found.edges[0] == pytest.approx(before.min())
    assert found.edges[-1] == pytest.approx(before.max())
    assert found.after[found.edges[1:] <= 0].sum() == 0


def test_histograms_of_a_flat_map_have_a_bin():
    found = histograms(np.zeros(7), np.zeros(7), bins=3)
    np.testing.assert_array_equal(found.before, [0, 7, 0])
