import numpy as np
import pytest

from cnnviz.images.samples import open_sample
from cnnviz.layers.tutorial_network import small_maps, tutorial_maps, tutorial_weights


@pytest.fixture(scope="module")
def maps():
    return tutorial_maps(open_sample("panda"))


def test_every_layer_matches_keras(tf, maps):
    from cnnviz.networks import open_network

    network = open_network("tutorial")
    found = network.feature_maps(open_sample("panda"))
    for name in ("relu_1", "relu_2", "pool"):
        np.testing.assert_allclose(getattr(maps, name), found[name], rtol=0, atol=1e-5)
    np.testing.assert_allclose(maps.logits, found["dense"], rtol=0, atol=1e-4)


def test_the_weights_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        tutorial_weights()["dense/kernel"][0, 0] = 1.0


def test_small_maps_keep_each_windows_largest_value(maps):
    small, kept = small_maps(maps, side=4, channels=16)
    assert kept == list(range(16))
    np.testing.assert_array_equal(small[0, 0], maps.pool[:4, :4].max(axis=(0, 1)))


def test_small_maps_are_those_with_the_largest_mean(maps):
    small, kept = small_maps(maps, side=2, channels=3)
    every, _ = small_maps(maps, side=2, channels=16)
    means = every.mean(axis=(0, 1))
    assert sorted(kept) == kept
    assert min(means[kept]) >= max(np.delete(means, kept))
    np.testing.assert_array_equal(small, every[..., kept])


@pytest.mark.parametrize("wrong", [{"side": 3}, {"side": 0}, {"channels": 0}, {"channels": 17}])
def test_a_side_that_does_not_divide_is_rejected(maps, wrong):
    with pytest.raises(ValueError, match="Received"):
        small_maps(maps, **{"side": 4, "channels": 3, **wrong})
