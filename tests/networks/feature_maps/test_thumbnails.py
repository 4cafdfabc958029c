"""Maps drawn small keep their signs and the place of what is largest."""

import numpy as np

from cnnviz.networks.feature_maps.thumbnails import averaged_down, thumbnails


def test_thumbnails_keep_signs_and_the_place_of_the_largest():
    planes = np.zeros((2, 30, 30), np.float32)
    planes[0, 2, 3], planes[1, 20, 20] = -4.0, 0.001
    small = thumbnails(planes, 24)
    assert small.shape == (2, 24, 24)
    assert small[0].min() == 1
    assert small[0].max() == 128
    assert small[1].max() == 255
    assert thumbnails(np.full((1, 2, 2), np.nan, np.float32), 24).tolist() == [[[128, 128]] * 2]


def test_averaging_down_keeps_the_mean_of_blocks_that_divide():
    planes = np.random.default_rng(1).normal(size=(2, 12, 18)).astype(np.float32)
    small = averaged_down(planes, 6)
    assert small.shape == (2, 6, 6)
    np.testing.assert_allclose(small, planes.reshape(2, 6, 2, 6, 3).mean((2, 4)), atol=1e-6)
