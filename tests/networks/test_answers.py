"""Answers that are masks, and networks with several outputs, against Keras and sums by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnviz.attribution import grad_cam, layers_with_maps, occlusion
from cnnviz.networks import Network, NetworkError, random_twin
from cnnviz.networks.code import logits_lines
from cnnviz.networks.masks import NOTHING, mask_of
from cnnviz.networks.scrambling import randomised_from_the_top
from cnnviz.networks.tensorflow_runtime import load_keras
from tests.networks.answering import two_heads, u_net

PICTURE = np.random.default_rng(7).integers(0, 256, (20, 26, 3), np.uint8)


def cells(network: Network, layer: str | None = None) -> Any:
    """Ask Keras itself, in double precision from there on."""
    keras = load_keras()
    name = layer or network.answer_layer
    part = keras.Model(network.model.inputs[0], network.model.get_layer(name).output)
    return np.asarray(part(network.preprocess(PICTURE)[None]))[0].astype(np.float64)


def softmaxed(z: Any) -> Any:
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


ENDS = {
    "softmax": {"softmax": True},
    "sigmoid": {"classes": 1, "activation": "sigmoid"},
    "several sigmoids": {"classes": 4, "activation": "sigmoid"},
    "logits": {"classes": 4},
    "softmax enlarged": {"softmax": True, "enlarged": True},
    "transposed": {"classes": 5, "activation": "softmax", "transposed": True},
}


@pytest.fixture(scope="module", params=ENDS, ids=str)
def masked(request: pytest.FixtureRequest) -> Network:
    return Network.from_model(u_net(**ENDS[request.param]), labels=None)


def test_each_cell_has_the_probabilities_that_keras_gives(masked: Network) -> None:
    values = cells(masked)
    if masked.answer_activation == "linear":
        values = softmaxed(values)
    if values.shape[-1] == 1:
        values = np.concatenate([1 - values, values], axis=-1)
    found = mask_of(masked, masked.feature_maps(PICTURE)[masked.answer_layer])
    assert masked.has_mask
    assert masked.class_count == values.shape[-1] == len(masked.labels)
    np.testing.assert_allclose(found.probabilities, values, atol=1e-6)
    winners = values.argmax(axis=-1)
    if masked.answer_activation == "sigmoid" and masked.answer.shape[-1] > 1:
        winners[values.max(axis=-1) < 0.5] = NOTHING
    np.testing.assert_array_equal(found.winners, winners)
    np.testing.assert_allclose(
        found.shares, [np.mean(winners == one) for one in range(values.shape[-1])]
    )
    mean = values.mean(axis=(0, 1))
    np.testing.assert_allclose(masked.probabilities(PICTURE), mean, atol=1e-6)
    maps = masked.feature_maps(PICTURE)
    by_index = {one.index: one.probability for one in masked.predictions(maps, top=9)}
    np.testing.assert_allclose([by_index[at] for at in range(len(mean))], mean, atol=1e-6)


def test_its_logits_are_means_over_the_cells(masked: Network) -> None:
    logits = masked.logits(PICTURE)
    if masked.answer_activation == "linear":
        expected = cells(masked)
    elif masked.answer.shape[-1] == 1 or masked.answer_activation == "sigmoid":
        p = cells(masked)
        z = np.log(p) - np.log1p(-p)
        expected = np.concatenate([-z / 2, z / 2], axis=-1) if z.shape[-1] == 1 else z
    else:
        # Of probabilities the logits are known up to a number that a cell's classes share.
        expected = np.log(cells(masked))
        expected -= expected.mean(axis=-1, keepdims=True)
        logits = logits - logits.mean()
    np.testing.assert_allclose(logits, expected.mean(axis=(0, 1)), atol=2e-5)


def test_the_slope_of_a_mask_is_a_difference_of_its_logits(masked: Network) -> None:
    x = masked.preprocess(PICTURE)
    slopes = masked.input_gradients(x[None], 1)[1][0]
    place = np.unravel_index(int(np.abs(slopes).argmax()), x.shape)
    step = np.zeros_like(x)
    step[place] = 1e-2
    either = masked.scores_of_inputs(np.stack([x + step, x - step]))[0].astype(np.float64)
    assert slopes[place] == pytest.approx((either[0, 1] - either[1, 1]) / 2e-2, rel=0.05)


def test_every_method_finds_its_way_through_a_mask() -> None:
    network = Network.from_model(u_net(softmax=True))
    names = layers_with_maps(network)
    assert network.answer_layer not in names
    assert "scores" not in names  # a class's own maps
    assert grad_cam(network, PICTURE, class_index=1).shape == PICTURE.shape[:2]
    assert np.ptp(occlusion(network, PICTURE, class_index=2)) > 0
    loss = network.loss_gradient(network.preprocess(PICTURE), 1)
    assert loss.shape == network.input_shape
    off = network.scores_with_channels_off(network.preprocess(PICTURE), names[0], np.zeros((1, 4)))
    assert not np.allclose(off[1][0], network.probabilities(PICTURE))


def test_the_loss_of_a_mask_is_the_mean_of_its_cells() -> None:
    network = Network.from_model(u_net(classes=4))
    x = network.preprocess(PICTURE)
    keras = load_keras()
    import tensorflow as tf

    given = tf.constant(x[None])
    with tf.GradientTape() as tape:
        tape.watch(given)
        z = network.model(given)
        asked = keras.ops.full(z.shape[:-1], 2, "int32")
        loss = keras.ops.mean(
            keras.losses.sparse_categorical_crossentropy(asked, z, from_logits=True)
        )
    expected = tape.gradient(loss, given)[0]
    np.testing.assert_allclose(network.loss_gradient(x, 2), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("end", "reads"),
    [
        ({"classes": 3, "activation": "sigmoid"}, False),
        ({"classes": 3}, False),
        ({"classes": 3, "activation": "softmax"}, True),
        ({"classes": 3, "activation": "tanh"}, None),
        ({"classes": 4, "activation": "relu"}, None),
        ({"classes": 1}, None),
    ],
    ids=str,
)
def test_three_maps_may_be_a_picture(end: dict[str, Any], reads: bool | None) -> None:
    network = Network.from_model(u_net(**end))
    assert network.has_mask is bool(reads)
    assert network.has_classes is bool(reads)
    assert network.answer.may_be_mask is (reads is not None)
    asked = network.answering(network.answer_layer, mask=True)
    assert asked.has_mask is (reads is not None)


@pytest.mark.parametrize("own", [True, False], ids=["in the layer", "a layer of its own"])
def test_what_passes_probabilities_on_is_not_taken_for_their_softmax(own: bool) -> None:
    keras = load_keras()
    layers = keras.layers
    image = keras.Input((8, 8, 3))
    last = layers.Dense(3, activation="softmax" if own else None, name="kind")
    answer = last(layers.Flatten()(layers.Conv2D(2, 3)(image)))
    answer = answer if own else layers.Softmax()(answer)
    network = Network.from_model(
        keras.Model(image, layers.Activation("linear", name="as_is")(answer))
    )
    assert network.answer_activation == "softmax"
    chances = cells(network)
    np.testing.assert_allclose(network.probabilities(PICTURE), chances, atol=1e-6)
    np.testing.assert_allclose(softmaxed(network.logits(PICTURE)), chances, atol=1e-6)
    assert logits_lines(network) == []


# Several outputs


@pytest.fixture(scope="module")
def heads() -> Network:
    return Network.from_model(two_heads())


def test_a_network_of_several_outputs_answers_with_the_first_vector(heads: Network) -> None:
    assert heads.outputs == ("mask", "kind", "size")
    assert heads.answer_layer == "kind"


@pytest.mark.parametrize(("output", "classes"), [("mask", 4), ("kind", 3), ("size", 2)])
def test_each_output_answers_as_a_network_of_its_own(
    heads: Network, output: str, classes: int
) -> None:
    keras = load_keras()
    alone = keras.Model(heads.model.inputs[0], heads.model.get_layer(output).output)
    one, other = heads.answering(output), Network.from_model(alone)
    assert one.class_count == len(one.labels) == classes
    np.testing.assert_allclose(one.probabilities(PICTURE), other.probabilities(PICTURE), atol=1e-6)
    np.testing.assert_allclose(one.logits(PICTURE), other.logits(PICTURE), atol=1e-5)
    x = one.preprocess(PICTURE)
    slopes = [each.input_gradients(x[None], 1)[1] for each in (one, other)]
    np.testing.assert_allclose(*slopes, atol=1e-6)
    assert layers_with_maps(one) == layers_with_maps(other)


def test_a_chosen_output_stays_chosen_in_every_view(heads: Network) -> None:
    chosen = heads.answering("size")
    assert chosen.with_preprocessing("zero_to_255").answer_layer == "size"
    twin = random_twin(chosen)
    assert twin.answer_layer == "size"
    assert random_twin(heads).answer_layer == "kind"
    assert random_twin(heads).model is twin.model
    scrambled = [make() for _, make in randomised_from_the_top(chosen, 2)]
    assert {one.answer_layer for one in scrambled} == {"size"}
    named = chosen.with_labels(["small", "large"])
    assert named.answering("size").labels == ("small", "large")
    assert named.answering("kind").labels == ("class 0", "class 1", "class 2")


def test_an_output_must_be_one_of_the_networks(heads: Network) -> None:
    with pytest.raises(NetworkError, match='one of "mask", "kind", "size"\\. Received: "trunk"'):
        heads.answering("trunk")
