"""What the browser is told of a number is what was worked out, in every kind of network."""

from typing import Any

import numpy as np
import pytest

from cnnviz.networks import NetworkError
from cnnviz.networks.explanation.explain import Cell, can_explain, explain
from cnnviz.networks.explanation.terms import as_cells
from cnnviz.networks.network import Network
from cnnviz.networks.tensorflow_runtime import load_keras
from pages.networks.explanation_message import message
from pages.ui.wire import unpack
from tests.pages.networks.scenes import middle, scene_of, shipped, told


@pytest.mark.parametrize("name", ["tutorial", "small_vgg"])
def test_the_rows_told_add_up_to_the_sum(name):
    scene = shipped(name)
    for layer in scene.network.layers:
        settings, arrays = told(scene, middle(scene, layer.name))
        found = settings["found"]
        if found["way"] != "sum":
            continue
        part = found["parts"][0]
        adds = (arrays["patches_0"] * arrays["weights_0"]).sum(axis=(1, 2))
        np.testing.assert_allclose(adds, arrays["sums_0"], atol=1e-5)
        assert list(np.abs(arrays["sums_0"])) == sorted(np.abs(arrays["sums_0"]), reverse=True)
        np.testing.assert_allclose(arrays["running"][1:], np.cumsum(adds), atol=1e-4)
        if not found["rest"]:
            assert arrays["running"][-1] == pytest.approx(found["total"], abs=1e-4)
        assert part["count"] + found["rest"] == as_cells(scene.maps[part["layer"]]).shape[2]


def test_the_strongest_input_of_each_row_is_its_largest_product():
    scene = shipped("small_vgg")
    _, arrays = told(scene, Cell("relu_2_1", 0, 3, 7))
    for products, (row, column) in zip(arrays["products_0"], arrays["strongest_0"], strict=True):
        inside = np.where(arrays["inside_0"] > 0, np.abs(products), -1)
        best = np.unravel_index(np.argmax(inside), inside.shape)
        assert (arrays["row_places_0"][best[0]], arrays["column_places_0"][best[1]]) == (
            row,
            column,
        )


def test_what_the_browser_holds_is_not_sent_again():
    scene = shipped("tutorial")
    whole, arrays = told(scene, Cell("relu_1", 3, 4, 2))
    assert {"photo", "channels", "map"} <= set(arrays)
    assert {"network", "photo", "layer"} <= set(whole)
    holds = list(whole["keys"].values())
    moved, arrays = told(scene, Cell("relu_1", 5, 4, 2), holds=holds)
    assert not {"photo", "channels", "map"} & set(arrays)
    assert moved["keys"] == whole["keys"]
    _, arrays = told(scene, Cell("relu_1", 5, 4, 3), holds=holds)
    assert "map" in arrays
    assert "channels" not in arrays


def test_the_map_told_is_the_map():
    scene = shipped("tutorial")
    _, arrays = told(scene, Cell("relu_2", 3, 4, 9))
    np.testing.assert_array_equal(arrays["map"], scene.maps["relu_2"][..., 9])
    _, arrays = told(scene, Cell("dense", 0, 0, 9))
    np.testing.assert_array_equal(arrays["map"].ravel(), scene.maps["dense"])


def test_softmax_tells_its_own_unit_first_and_all_shares_make_one():
    scene = shipped("tutorial")
    settings, arrays = told(scene, Cell("softmax", 0, 0, 7))
    assert settings["found"]["way"] == "share"
    assert arrays["channels_0"][0] == 7
    shares = arrays["sums_0"] / settings["found"]["total"]
    np.testing.assert_allclose(shares, scene.maps["softmax"][arrays["channels_0"]], atol=1e-6)
    assert settings["found"]["parts"][0]["labels"][0] == scene.network.labels[7]


def test_a_number_of_a_flattened_vector_shows_the_cell_it_was():
    scene = shipped("tutorial")
    settings, arrays = told(scene, Cell("dense", 0, 0, 1))
    assert settings["found"]["parts"][0]["thumbnail_shape"] == [16, 16]
    flat = int(arrays["channels_0"][0])
    row, column, _ = np.unravel_index(flat, (16, 16, 16))
    assert arrays["boxes_0"][0].tolist() == [row, column, 1, 1]


def test_the_pixels_in_view_are_those_the_network_is_shown():
    scene = shipped("tutorial")
    settings, arrays = told(scene, Cell("image", 5, 6, 1))
    top, left = settings["found"]["view"]
    shown = scene.network.shown_part(scene.picture.image)
    tall, wide = arrays["view"].shape[:2]
    np.testing.assert_array_equal(arrays["view"], shown[top : top + tall, left : left + wide])
    level = int(arrays["view"][5 - top, 6 - left, 1])
    assert settings["found"]["steps"][0]["formula"]["text"].startswith(f"({level} ")


def test_a_curve_passes_through_the_step_it_belongs_to():
    scene = shipped("small_vgg")
    settings, arrays = told(scene, Cell("relu_1_2", 9, 9, 4))
    step = settings["found"]["steps"][-1]
    x, y = arrays[f"curve_{len(settings['found']['steps']) - 1}"]
    assert np.interp(step["x"], x, y) == pytest.approx(step["y"], abs=0.05)
    np.testing.assert_allclose(y, np.maximum(x, 0), atol=1e-6)


def test_layers_folded_together_are_named_in_order():
    cell = Cell("stem_relu6", 5, 6, 7)
    folded, _ = told(shipped("efficientnet_lite0"), cell)
    alone, _ = told(shipped("efficientnet_lite0"), cell, apart=True)
    assert folded["found"]["layers"] == ["stem_conv", "stem_bn", "stem_relu6"]
    assert alone["found"]["layers"] == ["stem_relu6"]
    assert folded["found"]["value"] == alone["found"]["value"]
    assert alone["found"]["way"] == "same"


def branches() -> Any:
    keras = load_keras()
    layers = keras.layers
    x = keras.Input((12, 10, 1), name="photo")
    left = layers.Conv2D(3, 3, padding="same", activation="tanh", name="left")(x)
    right = layers.SeparableConv2D(3, 3, padding="same", name="right")(x)
    joined = layers.Concatenate(name="joined")([left, right])
    scaled = layers.Multiply(name="scaled")([left, right])
    wide = layers.Maximum(name="larger")([layers.Cropping2D(1)(scaled), layers.Cropping2D(1)(left)])
    padded = layers.ZeroPadding2D(1, name="padded")(wide)
    back = layers.Conv2DTranspose(2, 3, strides=2, name="back")(padded)
    up = layers.UpSampling2D(2, interpolation="bilinear", name="up")(joined)
    normal = layers.LayerNormalization(name="normal")(up)
    pooled = [layers.GlobalMaxPooling2D()(normal), layers.GlobalAveragePooling2D()(back)]
    answer = layers.Dense(1, activation="sigmoid", name="answer")(layers.Concatenate()(pooled))
    return keras.Model(x, answer, name="branches")


def only_maps() -> Any:
    keras = load_keras()
    x = keras.Input((9, 11, 3))
    return keras.Model(x, keras.layers.Conv2D(4, 3, activation="softmax", name="each")(x))


def vectors_at_once() -> Any:
    layers = load_keras().layers
    stack = [layers.Input((6, 6, 3)), layers.Flatten(), layers.Dense(30), layers.Dense(5)]
    return load_keras().Sequential(stack, name="vectors")


@pytest.mark.parametrize("build", [branches, only_maps, vectors_at_once])
def test_every_layer_of_any_network_is_told_with_the_networks_own_value(build):
    scene = scene_of(Network.from_model(build()))
    for layer in scene.network.layers:
        assert can_explain(scene.network, layer.name), layer
        shape = as_cells(scene.maps[layer.name]).shape
        for cell in (Cell(layer.name, 0, 0, 0), middle(scene, layer.name)):
            settings, arrays = told(scene, cell)
            assert settings["found"]["agrees"], cell
            assert arrays["rows"].shape == (
                sum(part["count"] for part in settings["found"]["parts"]),
                2,
            )
            assert settings["layer"]["shape"] == list(scene.network.layer(layer.name).output_shape)
            assert settings["found"]["value"]
        assert len(shape) == 3


def test_a_number_that_is_none_is_told_all_the_same():
    keras = load_keras()
    x = keras.Input((4, 4, 3))
    root = keras.layers.Conv2D(2, 1, bias_initializer=keras.initializers.Constant(np.inf))(x)
    less = keras.layers.Subtract(name="less")([root, keras.layers.ReLU()(root)])
    network = Network.from_model(keras.Model(x, less, name="endless"))
    settings, _ = told(scene_of(network), Cell("less", 1, 1, 0))
    assert settings["found"]["value"] == settings["found"]["network_value"] == "NaN"
    assert settings["found"]["agrees"]


def test_a_layer_that_cannot_be_explained_says_why_and_names_its_inputs():
    keras = load_keras()
    x = keras.Input((6, 6, 3))
    network = Network.from_model(keras.Model(x, keras.ops.exp(x), name="operation"))
    scene, layer = scene_of(network), network.layers[-1].name
    cell = Cell(layer, 1, 1, 1)
    with pytest.raises(NetworkError) as refused:
        explain(network, scene.maps, *cell)
    packed = message(scene, [cell], None, str(refused.value), apart=False)
    settings, _ = unpack(packed)
    assert "found" not in settings
    assert layer in settings["refusal"]
    assert settings["inputs"] == ["image"]
