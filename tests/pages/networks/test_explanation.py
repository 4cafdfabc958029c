"""What the browser is told of a number is what was worked out, in every kind of network."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.networks import NetworkError, open_network
from cnnviz.networks.explanation.explain import Cell, can_explain, explain
from cnnviz.networks.explanation.terms import as_cells
from cnnviz.networks.network import Network
from cnnviz.networks.tensorflow_runtime import load_keras
from pages.networks.explanation import arrays_of
from pages.networks.explanation_message import message
from pages.networks.scene import Scene
from pages.networks.words import channel_names, scientific, what_it_reads
from pages.ui.picture import Picture
from pages.ui.wire import unpack

EXPLAIN = {"view": "Explain"}


@cache
def picture() -> Picture:
    rows, columns = np.mgrid[:90, :120]
    levels = np.stack([2 * rows, 2 * columns, rows + columns], axis=-1)
    return Picture("upload", "Slopes", "Slopes.", levels.astype(np.uint8), "slopes")


def scene_of(network: Network) -> Scene:
    return Scene(network, picture(), network.name, own=False)


@cache
def shipped(name: str) -> Scene:
    return scene_of(open_network(name))


def told(scene: Scene, cell: Cell, **options: Any) -> tuple[Any, Mapping[str, np.ndarray]]:
    maps, fold = scene.network.feature_maps(scene.picture.image), not options.pop("apart", False)
    with np.errstate(all="ignore"):
        found = explain(scene.network, maps, *cell, fold=fold)
    return unpack(message(scene, [cell], found, "", apart=not fold, **options))


def middle(scene: Scene, layer: str) -> Cell:
    shape = as_cells(scene.maps[layer]).shape
    return Cell(layer, *(side // 2 for side in shape))


# ---- arrays and numbers --------------------------------------------------------------------


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


def test_the_arrays_to_take_along_give_the_number_again():
    scene = shipped("tutorial")
    arrays = arrays_of(explain(scene.network, scene.maps, "conv_2", 3, 4, 9))
    bias = scene.network.weights("conv_2")["bias"][9]
    again = (arrays["patches"] * arrays["weights"]).sum() + bias
    assert again == pytest.approx(scene.maps["conv_2"][3, 4, 9], abs=1e-5)
    scene = shipped("efficientnet_lite0")
    arrays = arrays_of(explain(scene.network, scene.maps, "stage2_block2_add", 3, 4, 9))
    both = [arrays[name] for name in arrays if name.endswith("_sums")]
    assert sum(both).item() == pytest.approx(float(arrays["value"]))


# ---- words ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("network", "cell", "way", "reads"),
    [
        (
            "tutorial",
            Cell("relu_2", 3, 4, 9),
            "sum",
            "It reads 3 × 3 cells of each of 6 maps of relu_1: 54 products.",
        ),
        (
            "tutorial",
            Cell("conv_1", 0, 0, 1),
            "sum",
            "It reads 3 × 3 cells of each of 3 maps of image: 27 products. 5 cells lie in the "
            "padding, where everything is 0.",
        ),
        ("tutorial", Cell("pool", 2, 2, 3), "taken", "It reads 2 × 2 cells of map 3 of relu_2."),
        (
            "tutorial",
            Cell("flatten", 0, 0, 17),
            "same",
            "It reads the number at row 0, column 1 of map 1 of pool.",
        ),
        (
            "tutorial",
            Cell("dense", 0, 0, 2),
            "sum",
            "It reads all 4,096 numbers of flatten, each with a weight of its own.",
        ),
        ("tutorial", Cell("softmax", 0, 0, 2), "share", "It reads all 10 numbers of dense."),
        (
            "efficientnet_lite0",
            Cell("pool", 0, 0, 2),
            "mean",
            "It reads 7 × 7 cells of map 2 of head_relu6.",
        ),
        (
            "efficientnet_lite0",
            Cell("stage2_block2_add", 9, 9, 2),
            "sum",
            "It reads one number from each of stage2_block2_project_bn and "
            "stage2_block1_project_bn.",
        ),
        (
            "efficientnet_lite0",
            Cell("stage2_block2_expand_relu6", 9, 9, 2),
            "sum",
            "It reads one cell of each of 24 maps of stage2_block1_project_bn: 24 products.",
        ),
        (
            "efficientnet_lite0",
            Cell("stage2_block1_depthwise_relu6", 9, 9, 2),
            "sum",
            "It reads 3 × 3 cells of map 2 of stage2_block1_expand_relu6.",
        ),
    ],
    ids=lambda value: value.layer if isinstance(value, Cell) else None,
)
def test_each_kind_of_layer_says_what_it_reads(network, cell, way, reads):
    scene = shipped(network)
    found = explain(scene.network, scene.maps, *cell)
    assert found.way == way
    assert what_it_reads(found, scene.network) == reads


def test_layers_folded_together_are_named_in_order():
    cell = Cell("stem_relu6", 5, 6, 7)
    folded, _ = told(shipped("efficientnet_lite0"), cell)
    alone, _ = told(shipped("efficientnet_lite0"), cell, apart=True)
    assert folded["found"]["layers"] == ["stem_conv", "stem_bn", "stem_relu6"]
    assert alone["found"]["layers"] == ["stem_relu6"]
    assert folded["found"]["value"] == alone["found"]["value"]
    assert alone["found"]["way"] == "same"


def test_classes_are_named_from_the_logits_on():
    network = open_network("tutorial")

    def named(layer: str, network: Network = network) -> list[str] | None:
        return channel_names(network, network.layer(layer))

    assert named("softmax") == named("dense") == list(network.labels)
    assert named("flatten") is None
    assert named("image") == ["red", "green", "blue"]
    assert named("image", network.with_preprocessing("bgr_mean")) == ["blue", "green", "red"]


def test_a_difference_is_written_as_a_power_of_ten():
    assert scientific(2.44e-7) == "2.4 × 10⁻⁷"
    assert scientific(0.0) == "0"
    assert scientific(float("nan")) == "nan"


# ---- other people's networks ---------------------------------------------------------------


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


# ---- the view ------------------------------------------------------------------------------


def stage(page) -> tuple[Any, Mapping[str, np.ndarray]]:
    mounted = (element.proto for element in page.get("bidi_component"))
    return unpack(next(proto.bytes for proto in mounted if "explanation" in proto.id))


def test_it_begins_at_the_most_probable_class(open_page):
    page = open_page("pages/08_network.py", network="Tutorial network", **EXPLAIN)
    assert not page.exception
    settings, _ = stage(page)
    network = open_network("tutorial")
    best = network.predict(page.session_state["picture_in_hand"].image, top=1)[0]
    assert settings["cell"] == {"layer": "softmax", "row": 0, "column": 0, "channel": best.index}
    assert settings["found"]["name"] == best.label
    assert page.query_params["place"] == f"softmax:{best.index}:0:0"


@pytest.mark.parametrize(
    ("place", "cell"),
    [
        ("relu_2:9:4:5", ("relu_2", 9, 4, 5)),
        ("relu_2:999:999:999", ("relu_2", 15, 31, 31)),
        ("none:0:0:0", ("softmax", None, 0, 0)),
        ("relu_2:-1:0:0", ("softmax", None, 0, 0)),
        ("relu_2", ("softmax", None, 0, 0)),
        ("%00:1e9:nan:", ("softmax", None, 0, 0)),
    ],
)
def test_the_address_names_the_number(open_page, place, cell):
    page = open_page("pages/08_network.py", network="Tutorial network", place=place, **EXPLAIN)
    assert not page.exception
    assert not page.error
    layer, channel, row, column = cell
    there = stage(page)[0]["cell"]
    assert (there["layer"], there["row"], there["column"]) == (layer, row, column)
    assert channel in (None, there["channel"])


def test_another_network_begins_at_its_own_answer(open_page):
    page = open_page("pages/08_network.py", network="Tutorial network", **EXPLAIN)
    page.selectbox(key="network").set_value("Small VGG").run()
    best = open_network("small_vgg").predict(page.session_state["picture_in_hand"].image, 1)[0]
    assert stage(page)[0]["cell"]["channel"] == best.index
    page.toggle(key="untrained").set_value(True).run()
    assert stage(page)[0]["cell"]["channel"] == best.index


# ---- the way here --------------------------------------------------------------------------


def walk() -> None:
    """A page that goes where the test's wishes say, one after the other."""
    import keras
    import streamlit as st

    from cnnviz.images.samples import open_sample
    from cnnviz.networks import Network, open_network
    from pages.networks import explanation
    from pages.networks.scene import Scene
    from pages.networks.state import PAGE
    from pages.networks.trail import Trail
    from pages.ui.picture import Picture

    PAGE.follow()
    picture = Picture("panda", "Panda", "A panda.", open_sample("panda"), "sample:panda")
    network = open_network("tutorial")
    if st.session_state["no_classes"]:
        x = keras.Input((9, 11, 3))
        network = Network.from_model(keras.Model(x, keras.layers.Conv2D(4, 3, name="each")(x)))
    scene = Scene(network, picture, "network")
    Trail(scene)
    for wish in st.session_state["wishes"]:
        st.session_state["explanation"] = {"look": wish}
        explanation._look(scene)
    st.session_state["cells"] = Trail(scene).cells


def after(*wishes: Mapping[str, Any], place: str = "", no_classes: bool = False) -> list[Cell]:
    page = AppTest.from_function(walk, default_timeout=60)
    page.session_state["wishes"] = wishes
    page.session_state["no_classes"] = no_classes
    if place:
        page.query_params["place"] = place
    page.run()
    assert not page.exception
    return page.session_state["cells"]


def going(way: str, layer: str, row: int, column: int, channel: int) -> dict[str, Any]:
    return {"way": way, "layer": layer, "row": row, "column": column, "channel": channel}


def test_one_goes_on_only_to_what_went_in():
    inside = going("go_on", "relu_1", 3, 4, 5)
    beside = going("go_on", "relu_1", 9, 9, 5)
    assert [cell.layer for cell in after(inside, place="relu_2:9:4:5")] == ["relu_2", "relu_1"]
    assert after(beside, place="relu_2:9:4:5") == [Cell("relu_1", 9, 9, 5)]


def test_a_move_within_reach_keeps_the_way_and_another_begins_anew():
    on = going("go_on", "relu_1", 4, 5, 2)
    near, far = going("move", "relu_1", 3, 5, 2), going("move", "relu_1", 20, 5, 2)
    assert after(on, near, place="relu_2:9:4:5") == [
        Cell("relu_2", 4, 5, 9),
        Cell("relu_1", 3, 5, 2),
    ]
    assert after(on, far, place="relu_2:9:4:5") == [Cell("relu_1", 20, 5, 2)]


def test_back_returns_to_a_number_of_the_way():
    down = {"way": "descend"}
    way = after(down)
    assert [cell.layer for cell in (way[0], way[-1])] == ["softmax", "image"]
    assert after(down, {"way": "back", "index": 2}) == way[:3]
    assert after(down, {"way": "back", "index": 999}) == way
    assert after(down, {"way": "answer"}) == way[:1]


def test_the_way_down_follows_the_class_and_then_the_largest_contribution():
    scene = Scene(open_network("tutorial"), picture(), "tutorial")
    way = after({"way": "descend"})
    assert way[1] == way[0]._replace(layer="dense")
    assert len({cell.layer for cell in way}) == len(way)
    assert all(can_explain(scene.network, cell.layer) for cell in way)


def test_another_layer_is_entered_over_the_same_part_of_the_picture():
    assert after({"way": "layer", "layer": "pool"}, place="relu_2:9:8:30") == [
        Cell("pool", 4, 15, 9)
    ]
    assert after({"way": "layer", "layer": "image"}, place="pool:9:4:15") == [
        Cell("image", 9, 31, 0)
    ]


def test_without_classes_it_begins_in_the_middle_of_the_answer():
    assert after(no_classes=True) == [Cell("each", 3, 4, 0)]
    wish = {"way": "layer", "layer": "each"}
    assert after(wish, place="image:2:8:8", no_classes=True) == [Cell("each", 6, 6, 2)]


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"way": "move"},
        {"way": "go_on", "layer": "nowhere", "row": 0, "column": 0, "channel": 0},
        {"way": "move", "layer": "relu_2", "row": "0", "column": None, "channel": 0.5},
        {"way": "layer", "layer": ["relu_2"]},
        {"way": "back", "index": "first"},
        {"way": "_hold"},
    ],
    ids=str,
)
def test_a_wish_that_cannot_be_read_leaves_everything_where_it_is(wish):
    assert after(wish, place="relu_2:9:4:5") == [Cell("relu_2", 4, 5, 9)]


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
