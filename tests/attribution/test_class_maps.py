"""Class activation maps, against CAM itself, plain NumPy and a definition by hand."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz import attribution
from cnnviz.attribution.class_maps import grad_cam_plus_plus_weights, grad_cam_weights, weighed
from cnnviz.attribution.placing import enlarged
from cnnviz.images.samples import open_sample
from cnnviz.networks import NetworkError, open_network
from tests.attribution.models import PICTURE, branched, dense_only, pooled

METHODS = (
    attribution.grad_cam,
    attribution.grad_cam_plus_plus,
    attribution.hires_cam,
    attribution.score_cam,
)
each_method = pytest.mark.parametrize("method", METHODS, ids=lambda method: method.__name__)
SQUARE = PICTURE[:8, :8]


def test_grad_cam_behind_global_average_pooling_is_cam() -> None:
    """Zhou et al. (2016): the maps, weighed by the dense layer's own weights."""
    network = pooled()
    maps = network.feature_maps(SQUARE, ["conv_2"])["conv_2"]
    cam = maps @ network.weights("dense")["kernel"][:, 2]
    expected = np.maximum(cam, 0) / (maps.shape[0] * maps.shape[1])
    found = attribution.grad_cam(network, SQUARE, class_index=2, layer="conv_2")
    np.testing.assert_allclose(found, enlarged(expected, (8, 8)), atol=1e-6)


def test_hires_cam_there_adds_up_to_the_logit_without_its_bias() -> None:
    network = pooled()
    x = network.preprocess(PICTURE)
    maps, slopes = network.layer_gradient(x, 1, "conv_2")
    logit = network.logits(PICTURE)[1] - network.weights("dense")["bias"][1]
    assert (maps * slopes).sum() == pytest.approx(logit, abs=1e-5)


def test_hires_cam_is_each_cell_times_its_own_slope() -> None:
    network = branched()
    layer = attribution.layers_with_maps(network)[0]
    maps, slopes = network.layer_gradient(network.preprocess(SQUARE), 0, layer)
    expected = np.maximum((maps * slopes).sum(axis=-1), 0)
    found = attribution.hires_cam(network, SQUARE, class_index=0, layer=layer)
    np.testing.assert_allclose(found, enlarged(expected, (8, 8)), atol=1e-6)


def test_one_layers_slopes_are_those_of_all_layers() -> None:
    network, picture = open_network("small_vgg"), open_sample("panda")
    x = network.preprocess(picture)
    every = network.gradients(x, 4)
    for name in attribution.layers_with_maps(network)[::3]:
        for one, other in zip(network.layer_gradient(x, 4, name), every[name], strict=True):
            np.testing.assert_allclose(one, other, atol=1e-5 * max(np.abs(other).max(), 1))


def test_the_weights_of_grad_cam_plus_plus_follow_the_papers_sum() -> None:
    random = np.random.default_rng(1)
    maps = random.random((3, 4, 2)).astype(np.float32)
    slopes = random.normal(size=(3, 4, 2)).astype(np.float32)
    slopes[0, 0] = 0
    expected = np.zeros(2)
    for channel in range(2):
        for row in range(3):
            for column in range(4):
                slope = float(slopes[row, column, channel])
                if slope:
                    below = 2 * slope**2 + maps[..., channel].sum() * slope**3
                    expected[channel] += slope**2 / below * max(slope, 0)
    np.testing.assert_allclose(grad_cam_plus_plus_weights(maps, slopes), expected, rtol=1e-5)


def test_grad_cams_weights_are_means_and_its_map_keeps_what_is_positive() -> None:
    slopes = np.array([[[1, -4]], [[3, -2]]], np.float32)
    maps = np.array([[[5, 1]], [[1, 2]]], np.float32)
    assert grad_cam_weights(slopes).tolist() == [2, -3]
    assert weighed(maps, grad_cam_weights(slopes)).tolist() == [[7], [0]]


def test_score_cam_asks_the_network_through_every_map() -> None:
    network = pooled()
    x = network.preprocess(SQUARE)
    maps = network.feature_maps_of_input(x, ["conv_2"])["conv_2"]
    weights = []
    for channel in range(maps.shape[-1]):
        mask = enlarged(maps[..., channel], (8, 8))
        spread = np.ptp(mask)
        mask = (mask - mask.min()) / spread if spread else 0 * mask
        weights.append(network.scores_of_inputs((x * mask[..., None])[np.newaxis])[1][0, 1])
    shares = np.exp(weights) / np.exp(weights).sum()
    expected = enlarged(np.maximum(maps @ shares, 0), (8, 8))
    found = attribution.score_cam(network, SQUARE, class_index=1, layer="conv_2")
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_score_cam_tries_the_widest_maps_if_told_how_many() -> None:
    network = pooled()
    few = attribution.score_cam(network, SQUARE, class_index=1, layer="conv_2", channels=1)
    maps = network.feature_maps(SQUARE, ["conv_2"])["conv_2"]
    widest = int(np.argmax(np.ptp(maps, axis=(0, 1))))
    np.testing.assert_allclose(few, enlarged(maps[..., widest], (8, 8)), atol=1e-6)


@each_method
@pytest.mark.parametrize("network", [pooled, branched], ids=["plain", "nested"])
def test_every_layer_with_maps_can_be_asked(method, network) -> None:
    network = network()
    for layer in attribution.layers_with_maps(network):
        found = method(network, PICTURE, class_index=0, layer=layer)
        assert found.shape == PICTURE.shape[:2]
        assert np.isfinite(found).all()
        assert found.min() >= 0


@each_method
def test_without_a_layer_it_is_the_last_with_maps(method) -> None:
    network = pooled()
    np.testing.assert_array_equal(
        method(network, PICTURE), method(network, PICTURE, layer="conv_2")
    )


@each_method
def test_a_network_without_maps_is_refused_in_one_sentence(method) -> None:
    with pytest.raises(NetworkError, match="needs a layer with rows and columns"):
        method(dense_only(), PICTURE)


@each_method
@pytest.mark.parametrize("layer", ["pool", "dense", "no such layer"])
def test_a_layer_without_maps_is_refused(method, layer) -> None:
    with pytest.raises(NetworkError, match="layer"):
        method(pooled(), PICTURE, layer=layer)


@pytest.mark.parametrize("method", METHODS[:3], ids=lambda method: method.__name__)
def test_efficientnet_looks_at_the_panda(method) -> None:
    """Its body lies in the middle of the photo, the wood and the stones do not."""
    picture = open_sample("panda")
    found = method(open_network("efficientnet_lite0"), picture)
    height, width = found.shape
    middle = found[height // 5 : -height // 5, width // 4 : -width // 4]
    assert middle.mean() > 1.5 * found.mean()
