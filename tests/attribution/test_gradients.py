"""Attributions from gradients, against finite differences, TensorFlow and the paper's axioms."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz import attribution
from cnnviz.attribution.gradients import black_input, integrate
from cnnviz.images.samples import open_sample
from cnnviz.networks import NetworkError, open_network
from cnnviz.networks.tensorflow_runtime import load_keras, load_tensorflow
from tests.attribution.models import PICTURE, branched, dense_only, pooled

NETWORKS = {
    "softmax inside": pooled,
    "logits": lambda: pooled(softmax=False),
    "nested": branched,
    "dense": dense_only,
}
each_network = pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
METHODS = (
    attribution.saliency,
    attribution.gradient_times_input,
    attribution.smooth_grad,
    attribution.integrated_gradients,
    attribution.guided_backpropagation,
    attribution.occlusion,
    attribution.rise,
)
each_method = pytest.mark.parametrize("method", METHODS, ids=lambda method: method.__name__)


@each_network
def test_slopes_equal_finite_differences(network) -> None:
    network = network()
    x = network.preprocess(PICTURE)
    _, slopes = network.input_gradients(x[np.newaxis], 1)
    random, step = np.random.default_rng(0), 2e-3
    for cell in zip(*(random.integers(side, size=12) for side in x.shape), strict=True):
        moved = np.stack([x, x])
        moved[(0, *cell)] += step
        moved[(1, *cell)] -= step
        upper, lower = network.scores_of_inputs(moved)[0][:, 1]
        assert slopes[(0, *cell)] == pytest.approx((upper - lower) / (2 * step), abs=2e-3)


def test_several_inputs_get_each_their_own_slopes() -> None:
    network = pooled()
    x = network.preprocess(PICTURE)
    both = np.stack([x, 1 - x])
    logits, slopes = network.input_gradients(both, 2)
    for at, one in enumerate(both):
        alone = network.input_gradients(one[np.newaxis], 2)
        assert logits[at] == pytest.approx(alone[0][0], abs=1e-5)
        np.testing.assert_allclose(slopes[at], alone[1][0], atol=1e-5)


def test_saliency_is_the_largest_slope_over_the_channels() -> None:
    network, picture = pooled(), PICTURE[:8, :8]
    _, slopes = network.input_gradients(network.preprocess(picture)[np.newaxis], 3)
    expected = np.abs(slopes[0]).max(axis=-1)
    np.testing.assert_array_equal(attribution.saliency(network, picture, class_index=3), expected)


def test_gradient_times_input_of_a_linear_network_adds_up_to_the_logit_without_bias() -> None:
    keras = load_keras()
    model = keras.Sequential(
        [keras.Input((8, 8, 3)), keras.layers.Flatten(), keras.layers.Dense(2, use_bias=False)]
    )
    from cnnviz.networks import Network

    network, picture = Network.from_model(model), PICTURE[:8, :8]
    found = attribution.gradient_times_input(network, picture, class_index=1)
    assert found.sum() == pytest.approx(network.logits(picture)[1], abs=1e-5)


@each_network
def test_integrated_gradients_add_up_to_the_logits_difference(network) -> None:
    network = network()
    found = integrate(network, PICTURE, 1)
    ends = np.stack([black_input(network), network.preprocess(PICTURE)])
    black, there = network.scores_of_inputs(ends)[0][:, 1]
    assert found.difference == pytest.approx(there - black, abs=1e-6)
    assert found.sums.sum() == pytest.approx(there - black, rel=0.01, abs=1e-3)


@pytest.mark.parametrize("name", ["tutorial", "small_vgg"])
def test_they_do_so_within_a_hundredth_on_trained_networks(name) -> None:
    network, picture = open_network(name), open_sample("panda")
    found = integrate(network, picture, int(np.argmax(network.logits(picture))))
    assert found.error <= 0.01
    assert found.steps <= 512


def test_the_steps_are_as_many_as_were_told() -> None:
    assert integrate(pooled(), PICTURE, 0, steps=3).steps == 3


def test_without_noise_smooth_grad_is_the_saliency() -> None:
    network = pooled()
    still = attribution.smooth_grad(network, PICTURE, class_index=0, noise=0, samples=3)
    np.testing.assert_allclose(
        still, attribution.saliency(network, PICTURE, class_index=0), atol=1e-6
    )


def test_guided_backpropagation_lets_nothing_negative_through_a_relu() -> None:
    network = pooled(softmax=False)
    x = network.preprocess(PICTURE)[np.newaxis]
    tf, layers = load_tensorflow(), network.model.layers

    def back(slope, activated):  # by hand: the ReLU's own rule, and the one that guides
        return tf.nn.relu(slope) * tf.cast(activated > 0, tf.float32)

    first, second = layers[0], layers[1]
    one = first(x)
    two = second(one)
    weights = layers[3].kernel.value[:, 2]
    slope = tf.ones_like(two) * weights / (two.shape[1] * two.shape[2])
    slope = back(slope, two)
    slope = tf.nn.conv2d_transpose(slope, second.kernel.value, one.shape, 1, "SAME")
    slope = back(slope, one)
    slope = tf.nn.conv2d_transpose(slope, first.kernel.value, x.shape, 1, "VALID")
    _, found = network.input_gradients(x, 2, guided=True)
    np.testing.assert_allclose(found, slope, atol=1e-6)


@each_method
def test_a_map_has_the_pictures_size_and_is_nothing_beside_the_crop(method) -> None:
    found = method(pooled(), PICTURE)
    assert found.shape == PICTURE.shape[:2]
    assert found.dtype == np.float32
    top, left, tall, wide = (int(side) for side in pooled().crop_box(PICTURE))
    assert wide < PICTURE.shape[1]
    inside = np.zeros(found.shape, bool)
    inside[top : top + tall, left : left + wide] = True
    assert not found[~inside].any()
    assert found[inside].any()


@each_method
def test_the_answer_is_asked_about_unless_a_class_is_named(method) -> None:
    network = branched()
    best = int(np.argmax(network.logits(PICTURE)))
    np.testing.assert_array_equal(
        method(network, PICTURE), method(network, PICTURE, class_index=best)
    )


@each_method
def test_an_unknown_class_is_refused(method) -> None:
    with pytest.raises(NetworkError, match="class"):
        method(pooled(), PICTURE, class_index=99)
