import numpy as np
import pytest

from cnnviz.channels.trained_kernels import PIXEL_SCALES, first_layer, second_layer
from cnnviz.channels.volumes import filter_volumes, painted_maps


@pytest.fixture
def pixels():
    return np.random.default_rng(0).integers(0, 256, (9, 12, 3), np.uint8)


@pytest.mark.parametrize("count", [1, 4, 16])
def test_both_volumes_are_tensorflows(pixels, count, tf):
    found = filter_volumes(pixels, count)
    first, second = first_layer("small_vgg"), second_layer()
    inputs = PIXEL_SCALES[first.scale](pixels)[None]
    volume = tf.nn.relu(
        tf.nn.conv2d(inputs, first.kernels[..., :count], 1, "SAME") + first.bias[:count]
    )
    np.testing.assert_allclose(found.volume, volume[0], rtol=1e-5, atol=1e-5)
    maps = tf.nn.relu(
        tf.nn.conv2d(volume, second.kernels[:, :, :count, :count], 1, "SAME") + second.bias[:count]
    )
    np.testing.assert_allclose(found.maps[0], maps[0], rtol=1e-5, atol=1e-5)
    assert (found.filters, found.side) == (count, 3)
    assert len(found.maps) == len(found.layers)


def test_more_filters_than_there_are_is_refused(pixels):
    with pytest.raises(ValueError, match=r"at most 16\. Received: 17"):
        filter_volumes(pixels, 17)


def test_the_most_extreme_cells_are_cut_off():
    values = np.full((1, 1000, 1), 1.0, np.float32)
    values[0, 0, 0] = -100.0
    painted = painted_maps([values])
    assert painted.limit == 1.0
    assert painted.ends == (-100.0, 1.0)
    assert painted.planes[0, 0, 0, :2].tolist() == [1, 255]


def test_maps_of_zeros_are_painted_as_zero():
    painted = painted_maps([np.zeros((2, 2, 3), np.float32)] * 2)
    assert painted.limit == 1.0
    assert painted.planes.shape == (2, 3, 2, 2)
    assert (painted.planes == 128).all()
