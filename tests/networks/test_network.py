"""Networks show what Keras computes, and say plainly what they cannot do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.images.crops import Box, centred_crop, crop_and_resize
from cnnviz.networks import (
    Network,
    NetworkError,
    imagenet_classes,
    open_network,
    random_twin,
)
from cnnviz.networks.architectures import CIFAR10_CLASSES
from cnnviz.networks.tensorflow_runtime import load_keras, load_tensorflow
from cnnviz.search import layers_to_index
from tests.networks.shipped import PICTURE, SHIPPED, shipped_model

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


@pytest.mark.parametrize("name", ["small_vgg", "efficientnet_lite0"])
def test_a_few_maps_by_a_function_of_their_own_are_the_same(name) -> None:
    network = open_network(name)
    x, layers = network.preprocess(PICTURE), layers_to_index(network)
    whole, few = network.feature_maps_of_input(x), network.maps_of_few(x, layers[::-1])
    assert list(few) == [layer for layer in whole if layer in layers]
    for layer, maps in few.items():
        np.testing.assert_allclose(maps, whole[layer], rtol=1e-3, atol=1e-4 * np.abs(maps).max())
    with pytest.raises(NetworkError, match="conv_99"):
        network.maps_of_few(x, ["conv_99"])


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


def test_a_network_that_answers_with_maps_that_are_no_scores_names_no_classes() -> None:
    keras = load_keras()
    image = keras.Input((8, 8, 3))
    maps = keras.layers.Conv2D(2, 3, activation="relu")(image)
    network = Network.from_model(keras.Model(image, maps))
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
