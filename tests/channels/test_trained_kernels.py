from pathlib import Path

import numpy as np
import pytest

from cnnviz.channels.trained_kernels import FIRST_LAYERS, PIXEL_SCALES, first_layer, second_layer
from cnnviz.convolution import convolve

MODELS = Path(__file__).parents[2] / "assets" / "models"
PIXELS = np.random.default_rng(4).integers(0, 256, (32, 32, 3)).astype(np.float32)


@pytest.mark.parametrize("network", FIRST_LAYERS)
def test_a_first_layer_fits_colour_pictures(network):
    layer = first_layer(network)
    rows, columns, channels, filters = layer.kernels.shape
    assert (rows, columns, channels) == (3, 3, 3)
    assert layer.bias.shape == (filters,) == (layer.filters,)
    assert layer.scale in PIXEL_SCALES
    assert np.isfinite(layer.kernels).all()
    assert np.isfinite(layer.bias).all()


def test_the_folded_stem_is_convolution_normalisation_and_relu6(tf):
    stored = np.load(MODELS / "efficientnet_lite0.npz")
    part = {
        name.split("/")[1]: stored[name].astype(np.float32)
        for name in stored.files
        if name.startswith(("stem_conv", "stem_bn"))
    }
    inputs = (PIXELS - 127) / 128
    maps = tf.nn.conv2d(inputs[None], part["kernel"], 2, "SAME")
    maps = tf.nn.batch_normalization(
        maps, part["moving_mean"], part["moving_variance"], part["beta"], part["gamma"], 1e-3
    )
    expected = tf.nn.relu6(maps)[0].numpy()
    layer = first_layer("efficientnet_lite0")
    ours = convolve(
        PIXEL_SCALES[layer.scale](PIXELS),
        layer.kernels,
        bias=layer.bias,
        stride=layer.stride,
        padding=layer.padding,
    )
    np.testing.assert_allclose(np.clip(ours, 0, 6), expected, atol=2e-5)


def test_the_second_layer_takes_what_the_first_gives():
    assert second_layer().kernels.shape[2] == first_layer("small_vgg").filters


def test_a_network_that_does_not_ship_is_refused():
    with pytest.raises(ValueError, match="Received: network='alexnet'"):
        first_layer("alexnet")
