"""What a map adds to the next: held to TensorFlow's own means of what comes out."""

import numpy as np
import pytest

from cnnviz.images.samples import open_sample
from cnnviz.networks import Network, open_network
from cnnviz.networks.feature_maps.links import Links, links
from cnnviz.networks.tensorflow_runtime import load_keras


def every(network: Network, name: str) -> Links:
    """All links of a layer from all channels of its first input to all of its own."""
    layer = network.layer(name)
    reads = network.layer(layer.inputs[0])
    maps = network.feature_maps(open_sample("moose"))
    to, source = (np.arange(one.channels, dtype=np.int32) for one in (layer, reads))
    return links(network, layer, reads, maps[reads.name], to, source)


def model(*layers, shape=(17, 13, 3)):
    keras = load_keras()
    keras.utils.set_random_seed(5)
    network = keras.Sequential([keras.Input(shape), *layers])
    random = np.random.default_rng(6)
    for weight in network.weights:
        weight.assign(random.normal(0, 0.3, weight.shape))
    return Network.from_model(network)


CONVOLUTIONS = {
    "valid": ("Conv2D", 5, 3, {}),
    "same": ("Conv2D", 5, (3, 2), {"padding": "same"}),
    "stride": ("Conv2D", 4, 3, {"strides": 2, "padding": "same"}),
    "wide stride": ("Conv2D", 4, 2, {"strides": 3}),
    "dilation": ("Conv2D", 4, 3, {"dilation_rate": (2, 3), "padding": "same"}),
    "large kernel": ("Conv2D", 2, (9, 15), {"padding": "same"}),
    "groups": ("Conv2D", 6, 3, {"groups": 3, "padding": "same"}),
    "depthwise": ("DepthwiseConv2D", 3, {"depth_multiplier": 2}),
    "separable": ("SeparableConv2D", 4, 3, {"padding": "same"}),
    "pointwise": ("Dense", 4, {}),
}


def convolution(kind):
    layer, *sizes, more = CONVOLUTIONS[kind]
    return getattr(load_keras().layers, layer)(*sizes, name="it", **more)


@pytest.mark.parametrize("kind", CONVOLUTIONS)
def test_what_the_maps_add_and_the_bias_are_the_mean_of_the_result(kind):
    network = model(convolution(kind))
    found = every(network, "it")
    result = network.feature_maps(open_sample("moose"))["it"]
    bias = network.weights("it")["bias"]
    sums = np.bincount(found.pairs[:, 0], found.adds, minlength=result.shape[-1])
    np.testing.assert_allclose(sums + bias, result.mean((0, 1)), rtol=1e-4, atol=1e-5)


def test_each_map_adds_the_mean_of_its_own_partial_map():
    network = open_network("small_vgg")
    found = every(network, "conv_2_1")
    from cnnviz.convolution import convolve

    before = network.feature_maps(open_sample("moose"))["pool_1"]
    kernel = network.weights("conv_2_1")["kernel"]
    for at in (0, 17, 300, 511):
        to, source = found.pairs[at]
        partial = convolve(
            before[..., source : source + 1],
            kernel[:, :, source : source + 1, to : to + 1],
            padding="same",
        )
        assert found.adds[at] == pytest.approx(partial.mean(), rel=1e-3, abs=1e-6)


def test_a_group_or_a_depth_reads_its_own_maps_only():
    grouped = every(model(convolution("groups")), "it").pairs
    assert [tuple(pair) for pair in grouped] == [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2), (5, 2)]
    doubled = every(model(convolution("depthwise")), "it").pairs
    assert [tuple(pair) for pair in doubled] == [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2), (5, 2)]


def test_a_dense_layer_adds_each_input_times_its_weight():
    network = open_network("tutorial")
    found = every(network, "dense")
    values = network.feature_maps(open_sample("moose"))
    kernel = network.weights("dense")["kernel"]
    to, source = found.pairs.T
    np.testing.assert_allclose(found.adds, values["flatten"][source] * kernel[source, to])


def test_an_activation_passes_each_map_on_and_a_softmax_reads_all():
    network = open_network("tutorial")
    passed = every(network, "relu_1")
    assert passed.adds is None
    assert [tuple(pair) for pair in passed.pairs] == [(at, at) for at in range(6)]
    assert len(every(network, "softmax").pairs) == 100


def test_a_number_of_a_flattened_map_comes_from_that_map():
    network = open_network("tutorial")
    layer, reads = network.layer("flatten"), network.layer("pool")
    values = network.feature_maps(open_sample("moose"))["pool"]
    units = np.array([3, 16, 4095], np.int32)
    found = links(network, layer, reads, values, units, np.arange(16, dtype=np.int32))
    assert found.pairs.tolist() == [[0, 3], [1, 0], [2, 15]]


def test_a_concatenation_takes_its_maps_one_input_after_the_other():
    keras = load_keras()
    image = keras.Input((8, 8, 3))
    left = keras.layers.Conv2D(2, 1, name="left")(image)
    right = keras.layers.Conv2D(3, 1, name="right")(image)
    both = keras.layers.Concatenate(name="both")([left, right])
    network = Network.from_model(keras.Model(image, both))
    to, source = np.arange(5, dtype=np.int32), np.arange(3, dtype=np.int32)
    layer, reads = network.layer("both"), network.layer("right")
    found = links(network, layer, reads, np.zeros((8, 8, 3), np.float32), to, source)
    assert found.pairs.tolist() == [[2, 0], [3, 1], [4, 2]]


def test_only_the_channels_asked_for_are_linked():
    network = open_network("small_vgg")
    layer, reads = network.layer("conv_2_1"), network.layer("pool_1")
    values = network.feature_maps(open_sample("moose"))["pool_1"]
    some = links(network, layer, reads, values, np.int32([7, 30]), np.int32([2, 9, 11]))
    everything = every(network, "conv_2_1")
    lookup = {
        tuple(pair): adds for pair, adds in zip(everything.pairs, everything.adds, strict=True)
    }
    wanted = [lookup[to, source] for to in (7, 30) for source in (2, 9, 11)]
    np.testing.assert_allclose(some.adds, wanted, rtol=1e-5)
