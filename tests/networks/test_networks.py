"""Networks show what Keras computes, open once for all, and say plainly what they cannot do."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.images.crops import Box, centred_crop, crop_and_resize
from cnnviz.images.preprocessing import PREPROCESSINGS
from cnnviz.images.samples import SAMPLES, open_sample
from cnnviz.networks import (
    NETWORKS,
    Network,
    NetworkError,
    imagenet_classes,
    open_network,
    opening,
    random_twin,
)
from cnnviz.networks.architectures import ARCHITECTURES, CIFAR10_CLASSES
from cnnviz.networks.downloads import APPLICATIONS
from cnnviz.networks.tensorflow_runtime import load_keras, load_tensorflow
from cnnviz.networks.weights import load_weights, save_weights
from cnnviz.shipped import MODELS
from tools.write_model_cards import RIGHT

SHIPPED = ("tutorial", "small_vgg", "efficientnet_lite0")
PICTURE = np.random.default_rng(1).integers(0, 256, (60, 90, 3)).astype(np.uint8)


def shipped_model(name: str) -> Any:
    model = ARCHITECTURES[name]()
    load_weights(model, MODELS / f"{name}.npz")
    return model


# Maps


@pytest.mark.parametrize("name", SHIPPED)
def test_feature_maps_equal_those_of_a_plain_keras_model(name: str) -> None:
    keras, network = load_keras(), open_network(name)
    model = shipped_model(name)
    outputs = {
        layer.name: layer.output
        for layer in model.layers
        if not isinstance(layer, keras.layers.InputLayer)
    }
    every = keras.Model(model.inputs[0], outputs)
    expected = every(network.preprocess(PICTURE)[np.newaxis], training=False)
    maps = network.feature_maps(PICTURE)
    assert list(maps) == [info.name for info in network.layers]
    assert set(maps) == {"image", *expected}
    for layer, values in expected.items():
        assert maps[layer].shape == network.layer(layer).output_shape
        # Rounding grows through fifty layers; in proportion to the layer's largest value.
        np.testing.assert_allclose(maps[layer], values[0], atol=2e-5 * np.abs(values).max())


def test_few_maps_are_those_asked_for() -> None:
    network = open_network("tutorial")
    maps = network.feature_maps(PICTURE, ["pool", "conv_1"])
    assert list(maps) == ["conv_1", "pool"]
    np.testing.assert_array_equal(maps["pool"], network.feature_maps(PICTURE)["pool"])
    assert list(network.feature_maps(PICTURE, ["image"])) == ["image"]
    with pytest.raises(NetworkError, match=r"no layer of that name.*conv_9"):
        network.feature_maps(PICTURE, ["conv_9"])


def test_maps_cannot_be_written_to() -> None:
    maps = open_network("tutorial").feature_maps(PICTURE)
    for values in maps.values():
        with pytest.raises(ValueError, match="read-only"):
            values[...] = 0


def test_an_input_given_stays_the_callers_own() -> None:
    network = open_network("tutorial")
    x = network.preprocess(PICTURE).copy()
    maps = network.feature_maps_of_input(x)
    x[...] = 0
    np.testing.assert_array_equal(maps["image"], network.preprocess(PICTURE))
    with pytest.raises(NetworkError, match=r"Received: \(8, 8, 3\)"):
        network.feature_maps_of_input(np.zeros((8, 8, 3)))


def branched_model(keras: Any) -> Any:
    """Nested twice, one part used two times, names that come twice, and two branches."""
    layers = keras.layers
    part = keras.Sequential(
        [
            layers.Input((8, 10, 4)),
            layers.Conv2D(4, 3, padding="same", name="conv"),
            layers.ReLU(name="relu"),
        ],
        name="part",
    )
    inner_image = keras.Input((8, 10, 4))
    inner = keras.Model(
        inner_image,
        layers.Add(name="sum")([part(inner_image), inner_image]),
        name="inner",
    )
    image = keras.Input((8, 10, 3))
    x = layers.Conv2D(4, 1, name="conv")(image)
    x = layers.Concatenate(name="join")([inner(x), part(x)])
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(image, layers.Dense(3, name="scores")(layers.Dropout(0.5)(x)), name="outer")


def test_nested_and_shared_layers_are_unfolded_with_names_of_their_own() -> None:
    keras = load_keras()
    model = branched_model(keras)
    network = Network.from_model(model)
    names = [info.name for info in network.layers]
    assert len(set(names)) == len(names)
    assert [info.kind for info in network.layers].count("Conv2D") == 3
    assert {"conv", "part/conv", "part/conv_2"} <= set(names)
    assert network.layer("sum").inputs == ("relu", "conv")
    x = network.preprocess(PICTURE)
    maps = network.feature_maps(PICTURE)
    np.testing.assert_allclose(maps["scores"], model(x[np.newaxis])[0], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        maps["sum"], maps["conv"] + maps["relu"], rtol=1e-6, err_msg="the nested model's sum"
    )
    assert network.parameters == model.count_params()


def test_dropout_and_augmentation_do_nothing() -> None:
    keras = load_keras()
    image = keras.Input((8, 8, 3))
    x = keras.layers.RandomFlip(name="flip")(image)
    x = keras.layers.Dropout(0.9, name="dropout")(x)
    network = Network.from_model(keras.Model(image, x))
    maps = network.feature_maps(PICTURE)
    np.testing.assert_array_equal(maps["dropout"], maps["image"])


def test_a_batch_normalisation_of_any_settings_keeps_keras_result() -> None:
    keras = load_keras()
    layers = keras.layers
    image = keras.Input((6, 5, 3))
    x = layers.BatchNormalization(scale=False)(image)
    x = layers.BatchNormalization(axis=2)(x)
    x = layers.BatchNormalization(epsilon=0.1)(x)
    model = keras.Model(image, layers.BatchNormalization()(layers.Flatten()(x)))
    random = np.random.default_rng(0)
    for weight in model.weights:
        weight.assign(random.uniform(0.5, 2, tuple(weight.shape)))
    network = Network.from_model(model)
    expected = model(network.preprocess(PICTURE)[np.newaxis], training=False)[0]
    maps = network.feature_maps(PICTURE)
    np.testing.assert_allclose(maps[network.answer_layer], expected, rtol=1e-5, atol=1e-6)


def test_an_input_of_open_size_gets_the_usual_one_or_the_one_asked_for() -> None:
    keras = load_keras()
    image = keras.Input((None, None, 3))
    model = keras.Model(image, keras.layers.GlobalMaxPooling2D()(keras.layers.ReLU()(image)))
    assert Network.from_model(model).input_shape == (224, 224, 3)
    assert Network.from_model(model, input_size=(20, 30)).input_shape == (20, 30, 3)


def test_a_model_that_takes_no_picture_is_refused() -> None:
    keras = load_keras()
    vector = keras.Input((4,))
    with pytest.raises(NetworkError, match=r"one picture of.*inputs of \(4,\)"):
        Network.from_model(keras.Model(vector, keras.layers.Dense(2)(vector)))
    with pytest.raises(NetworkError, match=r"one picture of.*no shape"):
        Network.from_model(keras.Sequential([keras.layers.Dense(2)]))


def test_five_channels_and_two_inputs_are_refused() -> None:
    keras = load_keras()
    five = keras.Input((8, 8, 5))
    with pytest.raises(NetworkError, match=r"\(8, 8, 5\)"):
        Network.from_model(keras.Model(five, keras.layers.ReLU()(five)))
    one, other = keras.Input((8, 8, 3)), keras.Input((8, 8, 3))
    with pytest.raises(NetworkError, match=r"\(8, 8, 3\), \(8, 8, 3\)"):
        Network.from_model(keras.Model([one, other], keras.layers.Add()([one, other])))


def test_a_model_without_a_graph_is_refused() -> None:
    keras = load_keras()

    class Own(keras.Model):
        inputs = (keras.Input((8, 8, 3)),)

        def call(self, x: Any) -> Any:
            return x

    with pytest.raises(NetworkError, match="Sequential or functional"):
        Network.from_model(Own(name="own"))


# Answers


def test_predictions_are_ranked_and_named() -> None:
    network = open_network("small_vgg")
    found = network.predict(PICTURE, top=10)
    assert [one.label for one in found] == [CIFAR10_CLASSES[one.index] for one in found]
    probabilities = [one.probability for one in found]
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) == pytest.approx(1, abs=1e-6)
    assert network.predict(PICTURE, top=3) == found[:3]
    assert len(network.predict(PICTURE, top=99)) == 10
    assert network.predict(PICTURE, top=0) == []


@pytest.mark.parametrize("name", SHIPPED)
def test_maps_carry_the_same_answer_as_a_run_of_its_own(name: str) -> None:
    network = open_network(name)
    maps = network.feature_maps(PICTURE)
    for one, other in zip(network.predictions(maps), network.predict(PICTURE), strict=True):
        assert one.index == other.index
        assert one.probability == pytest.approx(other.probability, abs=1e-5)
    np.testing.assert_allclose(network.logits(PICTURE), maps["dense"], rtol=1e-4, atol=1e-4)


def answer_with(*tail: str) -> Network:
    """A network that ends in the layers described."""
    keras = load_keras()
    layers = keras.layers
    image = keras.Input((8, 8, 3))
    x = layers.Flatten()(image)
    built = {
        "dense 3": lambda: layers.Dense(3),
        "dense 1": lambda: layers.Dense(1),
        "dense 3 softmax": lambda: layers.Dense(3, activation="softmax"),
        "dense 3 sigmoid": lambda: layers.Dense(3, activation="sigmoid"),
        "dense 1 sigmoid": lambda: layers.Dense(1, activation="sigmoid"),
        "softmax": lambda: layers.Softmax(),
        "activation softmax": lambda: layers.Activation("softmax"),
        "reshape": lambda: layers.Reshape((3,)),
    }
    for name in tail:
        x = built[name]()(x)
    return Network.from_model(keras.Model(image, x))


@pytest.mark.parametrize(
    "tail",
    [
        ("dense 3",),
        ("dense 3", "softmax"),
        ("dense 3", "activation softmax"),
        ("dense 3 softmax",),
        ("dense 3 softmax", "reshape"),
        ("dense 1",),
        ("dense 1 sigmoid",),
    ],
    ids=str,
)
def test_probabilities_are_the_softmax_of_the_logits(tail: tuple[str, ...]) -> None:
    network = answer_with(*tail)
    logits = network.logits(PICTURE).astype(np.float64)
    powers = np.exp(logits - logits.max())
    np.testing.assert_allclose(network.probabilities(PICTURE), powers / powers.sum(), atol=1e-6)
    assert network.class_count == len(network.labels) == (2 if "1" in tail[0] else 3)


def test_a_single_unit_tells_two_classes_apart() -> None:
    network = answer_with("dense 1 sigmoid").with_labels(["cat", "dog"])
    maps = network.feature_maps(PICTURE)
    unit = float(maps[network.answer_layer][0])
    by_label = {one.label: one.probability for one in network.predict(PICTURE)}
    assert by_label["dog"] == pytest.approx(unit, abs=1e-6)
    assert by_label["cat"] == pytest.approx(1 - unit, abs=1e-6)


def test_several_labels_at_once_keep_their_own_probabilities() -> None:
    network = answer_with("dense 3 sigmoid")
    z = network.logits(PICTURE)
    np.testing.assert_allclose(network.probabilities(PICTURE), 1 / (1 + np.exp(-z)), atol=1e-6)


def test_a_network_that_answers_with_maps_names_no_classes() -> None:
    keras = load_keras()
    image = keras.Input((8, 8, 3))
    network = Network.from_model(keras.Model(image, keras.layers.Conv2D(2, 3)(image)))
    assert not network.has_classes
    assert network.labels == ()
    network.warm_up()
    with pytest.raises(NetworkError, match=r"\(6, 6, 2\)"):
        network.predict(PICTURE)


def test_the_vector_is_the_answer_where_a_network_has_several_outputs() -> None:
    keras = load_keras()
    image = keras.Input((8, 8, 3))
    maps = keras.layers.Conv2D(2, 3, name="maps")(image)
    scores = keras.layers.GlobalMaxPooling2D(name="scores")(maps)
    network = Network.from_model(keras.Model(image, [maps, scores]))
    assert network.answer_layer == "scores"


def test_labels_must_be_as_many_as_classes() -> None:
    with pytest.raises(NetworkError, match=r"each of the 10 classes\. Received: 2 labels"):
        open_network("tutorial").with_labels(["a", "b"])


def test_imagenet_has_a_thousand_names_none_of_them_twice() -> None:
    names = imagenet_classes()
    assert len(names) == len(set(names)) == 1000
    assert names[134] == "crane (bird)"
    assert names[517] == "crane (machine)"


# Pictures


def test_each_network_sees_the_pixels_it_was_trained_on() -> None:
    white = np.full((50, 70, 3), 255, np.uint8)
    assert open_network("tutorial").preprocess(white).max() == 1
    assert open_network("efficientnet_lite0").preprocess(white).max() == 1
    black = np.zeros((50, 70, 3), np.uint8)
    assert open_network("tutorial").preprocess(black).min() == 0
    assert open_network("efficientnet_lite0").preprocess(black).min() == -127 / 128


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (2000, 3), (32, 32), (33, 47)])
def test_a_picture_of_any_size_becomes_an_input(size: tuple[int, int]) -> None:
    network = open_network("small_vgg")
    picture = np.full((*size, 3), 100, np.uint8)
    x = network.preprocess(picture)
    assert x.shape == (32, 32, 3)
    np.testing.assert_allclose(x, 100 / 255, rtol=1e-6)
    assert network.feature_maps(picture)["softmax"].sum() == pytest.approx(1, abs=1e-5)


def test_a_grey_network_sees_the_luminance() -> None:
    keras = load_keras()
    image = keras.Input((8, 8, 1))
    network = Network.from_model(keras.Model(image, keras.layers.ReLU()(image)))
    green = np.zeros((8, 8, 3), np.uint8)
    green[..., 1] = 255
    np.testing.assert_allclose(network.preprocess(green), 0.587, atol=1e-5)


@pytest.mark.parametrize("bad", [PICTURE[..., 0], PICTURE / 255.0, PICTURE[:0]], ids=str)
def test_anything_but_an_rgb_picture_is_refused(bad: Any) -> None:
    with pytest.raises(ValueError, match=r"must be \(height, width, 3\) uint8"):
        open_network("tutorial").feature_maps(bad)


def test_another_preprocessing_shares_the_compiled_network() -> None:
    network = open_network("tutorial")
    view = network.with_preprocessing("minus_one_to_one")
    assert view.model is network.model
    np.testing.assert_allclose(
        view.preprocess(PICTURE), 2 * network.preprocess(PICTURE) - 1, atol=1e-6
    )
    assert network.preprocess(PICTURE).min() >= 0
    with pytest.raises(NetworkError, match="Received: sideways"):
        network.with_preprocessing("sideways")


def test_a_model_that_rescales_by_itself_is_given_plain_pixels() -> None:
    keras = load_keras()
    image = keras.Input((8, 8, 3))
    x = keras.layers.Rescaling(1 / 255)(image)
    network = Network.from_model(keras.Model(image, keras.layers.ReLU()(x)))
    assert network.preprocess(np.full((8, 8, 3), 200, np.uint8)).max() == 200


@given(
    height=st.integers(1, 3000),
    width=st.integers(1, 3000),
    rows=st.integers(1, 300),
    columns=st.integers(1, 300),
    share=st.floats(0.1, 1),
)
def test_the_crop_lies_centred_inside_the_picture(
    height: int, width: int, rows: int, columns: int, share: float
) -> None:
    top, left, tall, wide = centred_crop(height, width, target=(rows, columns), share=share)
    assert 0 <= top <= height - tall
    assert 0 <= left <= width - wide
    assert min(tall, wide) >= 1
    assert abs((height - tall) - 2 * top) <= 1
    assert abs((width - wide) - 2 * left) <= 1


def test_a_crop_keeps_the_centre_and_not_the_edges() -> None:
    picture = np.zeros((40, 100, 3), np.uint8)
    picture[:, 30:70] = 200
    assert crop_and_resize(picture, target=(10, 10)).min() == 200


def test_a_cell_is_traced_back_to_the_input() -> None:
    network = open_network("efficientnet_lite0")
    photo = np.zeros((448, 640, 3), np.uint8)
    assert network.crop_box(photo) == Box(28, 124, 392, 392)
    seen = network.receptive_box("stem_conv", 0, 3)
    assert seen == Box(0, 6, 3, 3)
    assert network.receptive_box("dense", 0, 0) == Box(0, 0, 224, 224)


# Layers


def test_the_tutorial_networks_table_is_what_one_computes_by_hand() -> None:
    by_name = {info.name: info for info in open_network("tutorial").layers}
    assert by_name["conv_1"].parameters == 3 * 3 * 3 * 6 + 6
    assert by_name["conv_1"].multiply_adds == 32 * 32 * 6 * 27
    assert by_name["conv_2"].multiply_adds == 32 * 32 * 16 * 9 * 6
    assert by_name["conv_2"].receptive_field.size == (5, 5)
    assert by_name["conv_2"].receptive_field.start == (-2, -2)
    assert by_name["pool"].output_shape == (16, 16, 16)
    assert by_name["pool"].strides == (2, 2)
    assert by_name["pool"].receptive_field.size == (6, 6)
    assert by_name["pool"].memory_bytes == 4 * 16**3
    assert by_name["dense"].parameters == 4096 * 10 + 10
    assert by_name["dense"].receptive_field is None
    assert by_name["flatten"].inputs == ("pool",)
    assert [info.stage for info in open_network("tutorial").layers][-4:] == [1, 2, 2, 2]


def test_efficientnet_costs_what_its_authors_say() -> None:
    network = open_network("efficientnet_lite0")
    trained = sum(
        info.parameters // (2 if info.kind == "BatchNormalization" else 1)
        for info in network.layers
    )
    assert trained == 4_652_008
    # 407 million "FLOPs" in the authors' table, which count what is beside the products too.
    assert sum(info.multiply_adds for info in network.layers) == 385_187_552


def test_each_kinds_multiplications_are_counted() -> None:
    keras = load_keras()
    layers = keras.layers
    image = keras.Input((9, 9, 3))
    x = layers.Conv2D(4, 3, groups=1, name="plain")(image)
    x = layers.Conv2D(8, 3, groups=2, name="grouped")(x)
    x = layers.DepthwiseConv2D(3, depth_multiplier=2, name="depthwise")(x)
    x = layers.SeparableConv2D(5, 3, depth_multiplier=2, name="separable")(x)
    x = layers.Conv2DTranspose(2, 4, strides=3, name="transposed")(x)
    network = Network.from_model(keras.Model(image, layers.Dense(7, name="dense")(x)))
    counted = {info.name: info.multiply_adds for info in network.layers}
    assert counted["plain"] == 49 * 27 * 4
    assert counted["grouped"] == 25 * 9 * 2 * 8
    assert counted["depthwise"] == 9 * 9 * 16
    assert counted["separable"] == 1 * (9 * 32 + 32 * 5)
    assert counted["transposed"] == 1 * 16 * 5 * 2
    assert counted["dense"] == 16 * 2 * 7


LAYERS_THAT_SLIDE = {
    "conv 3": lambda k: k.layers.Conv2D(1, 3, kernel_initializer="ones"),
    "conv 3 same": lambda k: k.layers.Conv2D(1, 3, padding="same", kernel_initializer="ones"),
    "conv 2 x 3 stride 2 same": lambda k: k.layers.Conv2D(
        1, (2, 3), strides=2, padding="same", kernel_initializer="ones"
    ),
    "conv dilated": lambda k: k.layers.Conv2D(1, 2, dilation_rate=2, kernel_initializer="ones"),
    "depthwise stride 2": lambda k: k.layers.DepthwiseConv2D(
        3, strides=2, padding="same", depthwise_initializer="ones"
    ),
    "pool": lambda k: k.layers.AveragePooling2D(2),
    "pool same": lambda k: k.layers.AveragePooling2D(3, strides=2, padding="same"),
    "pad": lambda k: k.layers.ZeroPadding2D(((1, 0), (2, 1))),
    "crop": lambda k: k.layers.Cropping2D(((1, 0), (0, 1))),
    "enlarge": lambda k: k.layers.UpSampling2D((2, 3)),
    "transposed": lambda k: k.layers.Conv2DTranspose(1, 3, strides=2, kernel_initializer="ones"),
    "transposed same": lambda k: k.layers.Conv2DTranspose(
        1, (3, 4), strides=2, padding="same", kernel_initializer="ones"
    ),
}


@settings(deadline=None, max_examples=25)
@given(
    kinds=st.lists(st.sampled_from(sorted(LAYERS_THAT_SLIDE)), min_size=1, max_size=4),
    place=st.tuples(*[st.sampled_from([0, 0.05, 0.1, 0.5, 0.9, 0.95, 0.999])] * 2),
)
def test_a_receptive_field_is_where_the_gradient_is(
    kinds: list[str], place: tuple[float, float]
) -> None:
    keras, tf = load_keras(), load_tensorflow()
    image = keras.Input((26, 31, 1))
    x = image
    for kind in kinds:
        x = LAYERS_THAT_SLIDE[kind](keras)(x)
    network = Network.from_model(keras.Model(image, x))
    last = network.layers[-1]
    row, column = (
        int(part * side) for part, side in zip(place, last.output_shape[:2], strict=True)
    )
    pixels = tf.ones((1, 26, 31, 1))
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        value = network.model(pixels)[0, row, column, 0]
    touched = np.argwhere(tape.gradient(value, pixels)[0, :, :, 0].numpy() != 0)
    top, left, height, width = network.receptive_box(last.name, row, column)
    if not touched.size:
        return
    first, after = touched.min(axis=0), touched.max(axis=0) + 1
    assert top <= first[0]
    assert left <= first[1]
    assert after[0] <= top + height
    assert after[1] <= left + width
    spread = {"enlarge", "transposed", "transposed same", "conv dilated"}
    if not spread & set(kinds):
        # A window may hang over an edge by more than a stride; otherwise it is exact.
        assert (first[0], first[1]) == (top, left)
        assert (after[0], after[1]) == (top + height, left + width)


def test_branches_of_one_stride_share_a_receptive_field_that_covers_them() -> None:
    keras = load_keras()
    layers = keras.layers
    image = keras.Input((16, 16, 3))
    wide = layers.Conv2D(2, 5, padding="same")(image)
    narrow = layers.Conv2D(2, 3, padding="same")(image)
    joined = layers.Concatenate(name="joined")([narrow, wide])
    gate = layers.GlobalAveragePooling2D(keepdims=True)(joined)
    gated = layers.Multiply(name="gated")([joined, gate])
    network = Network.from_model(keras.Model(image, gated))
    assert network.layer("joined").receptive_field.size == (5, 5)
    assert network.layer("gated").receptive_field is None


# Slopes


def test_gradients_equal_tensorflows_own() -> None:
    tf, keras = load_tensorflow(), load_keras()
    network = open_network("small_vgg")
    model = shipped_model("small_vgg")
    parts = keras.Model(
        model.inputs[0], [model.get_layer("relu_2_2").output, model.get_layer("dense").output]
    )
    x = network.preprocess(PICTURE)
    pixels = tf.constant(x[np.newaxis])
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        maps, logits = parts(pixels)
        score = logits[0, 4]
    by_maps, by_pixels = tape.gradient(score, [maps, pixels])
    found = network.gradients(x, 4, ["relu_2_2", "image"])
    assert list(found) == ["image", "relu_2_2"]
    np.testing.assert_allclose(found["relu_2_2"][0], maps[0], atol=1e-5)
    np.testing.assert_allclose(found["relu_2_2"][1], by_maps[0], atol=1e-5)
    np.testing.assert_allclose(found["image"][1], by_pixels[0], atol=1e-5)


@pytest.mark.parametrize("layer", ["image", "conv_1", "flatten"])
def test_channels_multiplied_by_one_change_nothing(layer: str) -> None:
    network = open_network("tutorial")
    x = network.preprocess(PICTURE)
    kept = np.ones((2, network.layer(layer).channels))
    kept[1] = 0
    scores, _ = network.scores_with_channels_off(x, layer, kept)
    np.testing.assert_allclose(scores[0], network.logits(PICTURE), atol=1e-4)
    assert np.abs(scores[1] - scores[0]).max() > 0.01


def test_inputs_of_another_shape_and_unknown_classes_are_refused() -> None:
    network = open_network("tutorial")
    with pytest.raises(NetworkError, match=r"shape \(32, 32, 3\). Received: \(16, 16, 3\)"):
        network.scores_of_inputs(np.zeros((1, 16, 16, 3)))
    with pytest.raises(NetworkError, match=r"from 0 to 9\. Received: 10"):
        network.gradients(np.zeros((32, 32, 3)), 10)
    with pytest.raises(NetworkError, match="one factor for each channel"):
        network.scores_with_channels_off(np.zeros((32, 32, 3)), "conv_1", np.ones((1, 5)))


def test_no_inputs_give_no_scores() -> None:
    logits, probabilities = open_network("tutorial").scores_of_inputs(np.zeros((0, 32, 32, 3)))
    assert logits.shape == probabilities.shape == (0, 10)


# Shared by all


def test_a_network_is_built_once_for_all_threads() -> None:
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(open_network, ["small_vgg"] * 16))
    assert len({id(network) for network in opened}) == 1


def test_many_threads_get_the_answer_of_their_own_picture() -> None:
    network = open_network("small_vgg")
    pictures = [np.roll(PICTURE, 7 * step, axis=1) for step in range(12)]
    alone = [network.feature_maps(picture)["dense"] for picture in pictures]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda p: network.feature_maps(p)["dense"], pictures))
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_streamlits_clearing_leaves_networks_alone() -> None:
    keras = load_keras()
    network = open_network("tutorial")
    before = network.predict(PICTURE)
    keras.backend.clear_session()
    keras.utils.clear_session()
    assert network.predict(PICTURE) == before
    assert open_network("tutorial") is network


def test_opening_a_network_is_quiet_and_heeds_no_other_keras_settings(tmp_path: Path) -> None:
    settings = {"backend": "jax", "image_data_format": "channels_first", "floatx": "float16"}
    (tmp_path / "keras.json").write_text(json.dumps(settings), encoding="utf-8")
    program = (
        "from cnnviz.networks import open_network\n"
        "print(open_network('tutorial').input_shape, end='')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "KERAS_HOME": str(tmp_path), "KERAS_BACKEND": "jax"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("(32, 32, 3)", "", 0)


def test_an_opened_network_is_kept_out_of_garbage_collection() -> None:
    open_network("tutorial")
    assert gc.get_freeze_count() > 100_000


def test_an_unknown_name_is_refused_with_those_that_exist() -> None:
    with pytest.raises(NetworkError, match=r"one of tutorial, small_vgg.*'resnet_9000'"):
        open_network("resnet_9000")


# Untrained twins


def test_a_twin_has_the_layers_but_not_the_weights() -> None:
    network = open_network("efficientnet_lite0")
    twin = random_twin(network)
    assert twin.is_random
    assert not network.is_random
    assert [info.name for info in twin.layers] == [info.name for info in network.layers]
    trained, fresh = network.weights("head_conv")["kernel"], twin.weights("head_conv")["kernel"]
    assert np.abs(trained - fresh).mean() > 0.01
    assert np.all(twin.weights("head_bn")["gamma"] == 1)
    assert twin.labels == network.labels
    np.testing.assert_array_equal(twin.preprocess(PICTURE), network.preprocess(PICTURE))
    assert twin.feature_maps(PICTURE)["head_relu6"].std() > 1e-3


def test_a_twin_is_drawn_from_its_seed() -> None:
    network = answer_with("dense 3")
    layer = network.answer_layer
    first = random_twin(network, seed=1).weights(layer)["kernel"].copy()
    second = random_twin(network, seed=2).weights(layer)["kernel"].copy()
    again = random_twin(network, seed=1).weights(layer)["kernel"]
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(first, again)


def test_a_twin_keeps_what_describes_the_data() -> None:
    keras = load_keras()
    image = keras.Input((8, 8, 3))
    normalisation = keras.layers.Normalization(name="data")
    normalisation.adapt(np.random.default_rng(0).uniform(0, 9, (5, 8, 8, 3)))
    x = keras.layers.Conv2D(2, 3, name="conv")(normalisation(image))
    network = Network.from_model(keras.Model(image, x))
    twin = random_twin(network)
    np.testing.assert_array_equal(
        twin.feature_maps(PICTURE)["data"], network.feature_maps(PICTURE)["data"]
    )


def test_the_twin_of_a_view_is_drawn_once_and_shows_pictures_as_the_view_does() -> None:
    network = open_network("small_vgg")
    view = network.with_preprocessing("zero_to_255").with_labels([f"{n}" for n in range(10)])
    twin, other = view.untrained(), network.untrained()
    assert twin.model is other.model
    assert twin.labels[3] == "3"
    assert other.labels == network.labels
    np.testing.assert_array_equal(twin.preprocess(PICTURE), view.preprocess(PICTURE))
    assert twin.title == "Small VGG, untrained"


def test_the_scores_of_a_picture_are_its_logits_and_probabilities() -> None:
    network = open_network("small_vgg")
    logits, probabilities = network.scores(PICTURE)
    np.testing.assert_array_equal(logits, network.logits(PICTURE))
    np.testing.assert_array_equal(probabilities, network.probabilities(PICTURE))
    assert logits.argmax() == probabilities.argmax()


# Weights


@pytest.mark.parametrize("name", SHIPPED)
def test_weights_are_float32_read_only_and_complete(name: str) -> None:
    network = open_network(name)
    for info in network.layers:
        weights = network.weights(info.name)
        assert sum(array.size for array in weights.values()) == info.parameters
        for array in weights.values():
            assert array.dtype == np.float32
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    save_weights(ARCHITECTURES["small_vgg"](), path)
    with pytest.raises(NetworkError, match=r"Received: weights.npz, which differs in conv_1"):
        load_weights(ARCHITECTURES["tutorial"](), path)


# Downloads, with weights made here


class Weights(BaseHTTPRequestHandler):
    """Serve what `answers` holds, over real HTTP on this computer."""

    answers: ClassVar[dict[str, bytes]] = {}

    def do_GET(self) -> None:
        body = self.answers.get(self.path)
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Any:
    running = ThreadingHTTPServer(("127.0.0.1", 0), Weights)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.fixture
def kept_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(opening, "_opened", opening._opened.copy())
    return tmp_path / "models"


def offer(monkeypatch: pytest.MonkeyPatch, **changed: Any) -> None:
    """Let mobilenet_v2 come from elsewhere."""
    application = replace(APPLICATIONS["mobilenet_v2"], **changed)
    entry = replace(NETWORKS["mobilenet_v2"], download=application)
    monkeypatch.setattr(opening, "NETWORKS", MappingProxyType({**NETWORKS, "mobilenet_v2": entry}))


# Keras 3.15 reads and writes weights in a way that NumPy 2 warns of.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_network_of_keras_applications_is_downloaded_once(
    server: str, kept_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = load_keras().applications.MobileNetV2(weights=None)
    made.save_weights(tmp_path / "made.weights.h5")
    body = (tmp_path / "made.weights.h5").read_bytes()
    monkeypatch.setattr(Weights, "answers", {"/mobilenet.weights.h5": body})
    offer(monkeypatch, url=f"{server}/mobilenet.weights.h5")
    assert not opening.NETWORKS["mobilenet_v2"].is_here
    seen: list[tuple[int, int]] = []
    network = open_network("mobilenet_v2", progress=lambda *counts: seen.append(counts))
    assert seen[-1] == (len(body), len(body))
    assert [received for received, _ in seen] == sorted(received for received, _ in seen)
    assert opening.NETWORKS["mobilenet_v2"].is_here
    assert [path.name for path in kept_in.iterdir()] == ["mobilenet.weights.h5"]
    x = network.preprocess(PICTURE)
    assert x.min() >= -1
    expected = made(x[np.newaxis], training=False)[0]
    np.testing.assert_allclose(network.probabilities(PICTURE), expected, rtol=1e-3, atol=1e-6)
    monkeypatch.setattr(Weights, "answers", {})
    assert open_network("mobilenet_v2") is network


def test_without_a_connection_one_sentence_says_so(
    kept_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing listens on port 9 of this computer.
    offer(monkeypatch, url="http://127.0.0.1:9/weights.h5")
    with pytest.raises(NetworkError, match=r"^MobileNetV2 must be downloaded once.*refused\.$"):
        open_network("mobilenet_v2")
    assert not list(kept_in.glob("*"))
    assert open_network("tutorial").predict(PICTURE)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"md5": "0" * 32}, "must be the ones that Keras published"),
        ({"megabytes": -1}, "more than twice as much"),
    ],
    ids=["another file", "far too large"],
)
def test_a_file_that_is_not_the_expected_one_is_thrown_away(
    server: str,
    kept_in: Path,
    monkeypatch: pytest.MonkeyPatch,
    changed: dict[str, Any],
    sentence: str,
) -> None:
    monkeypatch.setattr(Weights, "answers", {"/weights.h5": b"no weights at all" * 1000})
    offer(monkeypatch, url=f"{server}/weights.h5", **changed)
    with pytest.raises(NetworkError, match=sentence):
        open_network("mobilenet_v2")
    assert not list(kept_in.glob("*"))


def test_a_missing_file_and_a_broken_one_are_told_apart(
    server: str, kept_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, url=f"{server}/weights.h5")
    with pytest.raises(NetworkError, match="Received: HTTP 404"):
        open_network("mobilenet_v2")
    monkeypatch.setattr(Weights, "answers", {"/weights.h5": b"no weights at all"})
    with pytest.raises(NetworkError, match="delete the file to fetch it again"):
        open_network("mobilenet_v2")


def test_stopping_a_download_leaves_nothing_behind(
    server: str, kept_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopped(Exception):  # noqa: N818
        pass

    def stop(received: int, expected: int) -> None:
        raise Stopped

    monkeypatch.setattr(Weights, "answers", {"/weights.h5": b"weights" * 1000})
    offer(monkeypatch, url=f"{server}/weights.h5")
    with pytest.raises(Stopped):
        open_network("mobilenet_v2", progress=stop)
    assert not list(kept_in.glob("*"))


@pytest.mark.parametrize("name", [name for name, entry in NETWORKS.items() if not entry.ships])
def test_each_offered_network_has_its_preprocessing_and_a_secure_address(name: str) -> None:
    application = NETWORKS[name].download
    assert application is not None
    assert application.url.startswith("https://storage.googleapis.com/")
    assert hasattr(load_keras().applications, application.constructor)
    assert application.preprocessing in PREPROCESSINGS


# What ships


def test_nine_of_ten_ordinary_photographs_are_right_in_the_first_five() -> None:
    network = open_network("efficientnet_lite0")
    right = [
        name
        for name, answers in RIGHT.items()
        if answers & {one.label for one in network.predict(open_sample(name), top=5)}
    ]
    assert len(right) >= 9, right


@pytest.mark.parametrize("name", SHIPPED)
def test_each_shipped_network_has_a_card_of_the_file_that_lies_there(name: str) -> None:
    card = (MODELS / f"{name}.md").read_text(encoding="utf-8")
    weights = (MODELS / f"{name}.npz").read_bytes()
    assert hashlib.sha256(weights).hexdigest() in card
    for heading in ("## Data", "## Accuracy", "## Limits", "## Licence"):
        assert heading in card
    for sample in SAMPLES.values():
        if sample.group == "photo":
            (line,) = (row for row in card.splitlines() if row.startswith(f"| {sample.title} |"))
            best = open_network(name).predict(open_sample(sample.name), top=1)[0]
            assert line.startswith(f"| {sample.title} | {best.label} ")


def test_small_vgg_was_right_on_more_than_72_of_100_unseen_pictures() -> None:
    report = json.loads((MODELS / "small_vgg.json").read_text(encoding="utf-8"))
    assert report["test_accuracy"] >= 0.72
    assert report["parameters"] == open_network("small_vgg").parameters
