"""What the wall is sent are the layer's own numbers, and it is told only what it does not know."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.images import read_image
from cnnviz.images.crops import crop_and_resize
from cnnviz.images.pictures import resize_to
from cnnviz.images.samples import open_sample
from cnnviz.networks import open_network
from cnnviz.networks.feature_maps.ablation import switched_off
from cnnviz.networks.feature_maps.drawn import map_area, map_picture, over_photo
from cnnviz.networks.feature_maps.drawn import wall as drawn_wall
from cnnviz.networks.feature_maps.statistics import layer_statistics
from cnnviz.networks.feature_maps.thumbnails import ZERO
from pages.ui.wire import unpack
from tests.pages.checks import sent_to
from tests.pages.networks.scenes import layer_menu

LAYER = {"view": "Layer"}
SMALL = {"view": "Layer", "network": "Small VGG"}


def message(page: AppTest) -> bytes:
    assert not page.exception
    assert not page.error
    return sent_to(page, "layer_wall")


def wall(page: AppTest) -> tuple[Any, Any]:
    return unpack(message(page))


@pytest.fixture
def open_layer(open_page: Callable[..., AppTest]) -> Callable[..., tuple[Any, Any]]:
    return lambda **address: wall(open_page("pages/08_network.py", **address))


def maps_of(name: str, layer: str) -> np.ndarray:
    return open_network(name).feature_maps(open_sample("panda"), [layer])[layer]


# ---- numbers -------------------------------------------------------------------------------


def test_a_small_layer_arrives_number_for_number(open_layer):
    settings, arrays = open_layer(**SMALL, place="conv_2_1:5:3:3")
    maps = maps_of("small_vgg", "conv_2_1")
    assert settings["exact"]
    np.testing.assert_array_equal(arrays["planes"], maps.transpose(2, 0, 1))
    assert settings["limit"] == np.abs(maps).max()
    np.testing.assert_array_equal(arrays["statistics"][:, 3], maps.max(axis=(0, 1)))


def test_the_largest_layer_arrives_in_steps_and_the_map_in_hand_in_full(open_layer):
    name = "stage2_block1_expand_conv"
    settings, arrays = open_layer(**LAYER, place=f"{name}:7:50:60")
    maps = maps_of("efficientnet_lite0", name)
    assert arrays["planes"].dtype == np.uint8
    assert arrays["planes"].shape == (96, 112, 112)
    again = (arrays["planes"].astype(np.float32) - ZERO) / 127 * arrays["limits"][:, None, None]
    error = np.abs(again - maps.transpose(2, 0, 1)).max(axis=(1, 2))
    assert (error <= arrays["limits"] / 250).all()
    assert settings["exact_channel"] == 7
    np.testing.assert_array_equal(arrays["exact_map"], maps[..., 7])


def test_all_1280_maps_of_the_head_are_on_the_wall(open_layer):
    settings, arrays = open_layer(**LAYER, place="head_relu6:3:1:1")
    assert arrays["planes"].shape == (1280, 7, 7)
    for order in arrays["orders"]:
        assert sorted(order) == list(range(1280))
    most = arrays["statistics"][:, 3][arrays["orders"][2]]
    assert (np.diff(most) <= 0).all()
    assert (arrays["marks"] & 1).sum() == (arrays["statistics"][:, 3] == 0).sum() > 0
    assert settings["network_limit"] >= settings["limit"]


def test_the_kernels_are_the_layers_own(open_layer):
    settings, arrays = open_layer(**SMALL, place="conv_1_1:4:3:3")
    kernel = open_network("small_vgg").weights("conv_1_1")["kernel"]
    np.testing.assert_array_equal(arrays["kernels"], kernel.transpose(3, 2, 0, 1))
    assert settings["layer"]["colours"]
    assert settings["numbers"] == ["bias"]
    assert arrays["all_kernel_counts"].sum() == kernel.size


def test_of_very_many_weights_only_those_of_the_map_in_hand_come(open_layer):
    settings, arrays = open_layer(**LAYER, place="dense:281:0:0")
    kernel = open_network("efficientnet_lite0").weights("dense")["kernel"]
    assert settings["kernels"]["channel"] == 281
    np.testing.assert_array_equal(arrays["kernels"].ravel(), kernel[:, 281])
    assert settings["names"][281] == "tabby cat"


def test_the_effect_is_computed_once_one_sorts_by_it(open_layer):
    assert "effect" not in open_layer(**SMALL, place="relu_3_1:5:3:3")[1]
    settings, arrays = open_layer(**SMALL, place="relu_3_1:5:3:3", sort="effect")
    from cnnviz.images.samples import open_sample

    network, image = open_network("small_vgg"), open_sample("panda")
    expected = layer_statistics(network, network.preprocess(image), "relu_3_1").effect
    np.testing.assert_allclose(arrays["effect"], expected, atol=1e-5)
    assert settings["class"] == network.predict(image, top=1)[0].label
    assert len(arrays["orders"]) == 5


def test_a_pinned_map_comes_along_to_another_layer(open_layer):
    settings, arrays = open_layer(**SMALL, place="conv_3_1:1:1:1", pin="relu_1_1:6")
    assert settings["pin"]["layer"] == "relu_1_1"
    np.testing.assert_array_equal(arrays["pinned"], maps_of("small_vgg", "relu_1_1")[..., 6])


@pytest.mark.parametrize(
    "layer", ["image", "conv_1", "relu_1", "pool", "flatten", "dense", "softmax"]
)
def test_every_layer_opens(open_layer, layer):
    settings, arrays = open_layer(view="Layer", network="Tutorial network", place=f"{layer}:0:0:0")
    assert settings["layer"]["name"] == layer
    assert arrays["planes"].shape[0] == settings["layer"]["channels"]


# ---- the address ---------------------------------------------------------------------------


def test_a_hostile_look_opens_the_defaults(open_layer):
    settings, _ = open_layer(
        **SMALL, sort="effect'", range="[]", only="-1", tile="1e9", pin="none:x", over="101"
    )
    defaults = {"sort": "channel", "range": "layer", "only": "all", "tile": 0, "over": 0}
    assert settings["look"] == defaults
    assert "pin" not in settings


@pytest.mark.parametrize("pin", ["none:1", "conv_1_1:-1", "conv_1_1", ":", "image:9999"])
def test_a_hostile_pin_pins_nothing_that_there_is_not(open_layer, pin):
    settings, _ = open_layer(**SMALL, pin=pin)
    assert settings.get("pin", {"layer": "image", "channel": 2})["channel"] == 2


@pytest.mark.parametrize(
    "off",
    ["none:1", "conv_1_1:-1", "conv_1_1:", "conv_1_1:1e3", "conv_1_1:99", "softmax:1", ":,", "1"],
)
def test_a_hostile_list_switches_nothing_off(open_layer, off):
    layer = off.split(":")[0] if off.startswith("softmax") else "conv_1_1"
    settings, _ = open_layer(**SMALL, place=f"{layer}:0:0:0", off=off)
    assert settings["off"] == []
    assert "without" not in settings


def test_the_address_names_what_is_switched_off(open_layer):
    settings, _ = open_layer(**SMALL, place="relu_3_1:3:4:5", off="relu_3_1:9,3,3,70")
    assert settings["off"] == [3, 9]
    network = open_network("small_vgg")
    found = switched_off(network, network.preprocess(open_sample("panda")), "relu_3_1", [3, 9])
    told = settings["without"]
    assert told["logit"] == pytest.approx([found.logit_before, found.logit_after])
    assert [one["label"] for one in told["classes"]] == [one.label for one in found.before]
    assert [one["after"] for one in told["classes"]] == pytest.approx(
        [one.probability for one in found.after]
    )
    assert told["changes"] == found.answer_changes
    other, _ = open_layer(**SMALL, place="relu_2_1:3:4:5", off="relu_3_1:9,3")
    assert other["off"] == []


def test_the_look_in_the_address_is_taken_up(open_layer):
    look = {"sort": "sparsity", "range": "map", "only": "dead", "tile": "128", "over": "45"}
    settings, _ = open_layer(**SMALL, **look)
    assert settings["look"] == look | {"tile": 128, "over": 45}


# ---- over the photo, and to take along -------------------------------------------------------


def test_a_map_comes_with_the_photo_and_where_it_lies_on_it(open_layer):
    settings, arrays = open_layer(**LAYER, place="stage1_block1_depthwise_conv:3:4:5")
    layer = open_network("efficientnet_lite0").layer("stage1_block1_depthwise_conv")
    assert settings["area"] == pytest.approx(map_area(layer, (224, 224)))
    photo = read_image(arrays["photo"].tobytes())
    assert photo.shape == (320, 320, 3)
    seen = open_network("efficientnet_lite0").shown_part(open_sample("panda"))
    again = crop_and_resize(photo, target=(224, 224))
    assert np.abs(again.astype(int) - seen).mean() < 4
    vector, arrays = open_layer(**SMALL, place="dense:3:0:0")
    assert "photo" not in arrays
    assert "area" not in vector


def files_of(open_page, monkeypatch, **address) -> dict[str, bytes]:
    made = {}

    def keep(_label, data, file_name, *_rest, **_options):
        made[file_name] = data()

    monkeypatch.setattr("streamlit.download_button", keep)
    assert not open_page("pages/08_network.py", **address).exception
    return made


def test_one_map_and_a_layers_weights_are_taken_along(open_page, monkeypatch):
    files = files_of(open_page, monkeypatch, **SMALL, place="conv_2_1:5:3:3")
    maps = maps_of("small_vgg", "conv_2_1")
    with np.load(io.BytesIO(files["conv_2_1_5.npz"])) as arrays:
        np.testing.assert_array_equal(arrays["map"], maps[..., 5])
    weights = open_network("small_vgg").weights("conv_2_1")
    with np.load(io.BytesIO(files["conv_2_1_weights.npz"])) as arrays:
        assert arrays.files == ["kernel", "bias"] == list(weights)
        for name in arrays.files:
            np.testing.assert_array_equal(arrays[name], weights[name])
    picture = read_image(files["conv_2_1_5.png"])
    wanted = map_picture(maps[..., 5], limit=float(np.abs(maps).max()))
    rows, columns = wanted.shape[:2]
    np.testing.assert_array_equal(picture[30 : 30 + rows, 8 : 8 + columns], wanted)
    wall_of_all = read_image(files["conv_2_1.png"], longest_side=9999)
    assert wall_of_all.shape[0] > drawn_wall(maps).shape[0] + 50


def test_the_map_over_the_photo_is_taken_along_as_it_is_shown(open_page, monkeypatch):
    address = {**SMALL, "place": "conv_2_1:5:3:3", "range": "map", "over": "60"}
    files = files_of(open_page, monkeypatch, **address)
    network, image = open_network("small_vgg"), open_sample("panda")
    values = maps_of("small_vgg", "conv_2_1")[..., 5]
    top, left, tall, wide = map(int, network.crop_box(image))
    laid = over_photo(
        values,
        resize_to(image[top : top + tall, left : left + wide], 320),
        (0, 0, 1, 1),
        limit=float(np.abs(values).max()),
        opacity=0.6,
    )
    picture = read_image(files["conv_2_1_5.png"])
    rows, columns = laid.shape[:2]
    np.testing.assert_array_equal(picture[30 : 30 + rows, 8 : 8 + columns], laid)


@pytest.mark.parametrize("place", ["flatten:3:0:0", "softmax:2:0:0", "pool_1:3:2:2"])
def test_a_layer_without_maps_or_weights_offers_none(open_page, monkeypatch, place):
    layer = place.split(":")[0]
    files = files_of(open_page, monkeypatch, **SMALL, place=place)
    assert f"{layer}_weights.npz" not in files
    assert any(name.startswith(f"{layer}_3.") for name in files) == (layer == "pool_1")


# ---- going about ---------------------------------------------------------------------------


def test_the_next_layer_keeps_the_channel_and_the_part_of_the_picture(open_page):
    page = open_page("pages/08_network.py", **SMALL, place="relu_1_2:9:16:24")
    page.button(key="layer_next").click().run()
    assert page.query_params["place"] == "pool_1:9:8:12"
    assert wall(page)[0]["place"] == {"channel": 9, "row": 8, "column": 12}
    page.button(key="layer_previous").click().run()
    assert page.query_params["place"] == "relu_1_2:9:16:24"


def test_the_ends_of_the_network_are_the_ends(open_page):
    page = open_page("pages/08_network.py", **SMALL, place="image:0:5:5")
    assert page.button(key="layer_previous").disabled
    layer_menu(page).set_value("softmax").run()
    assert page.button(key="layer_next").disabled
    assert wall(page)[0]["layer"]["name"] == "softmax"


def test_the_menu_is_another_one_once_the_layer_was_changed_elsewhere(open_page):
    page = open_page("pages/08_network.py", **SMALL, place="relu_1_2:9:16:24")
    before = layer_menu(page).key
    layer_menu(page).set_value("conv_1_2").run()
    assert layer_menu(page).key == before  # a hand is on it
    page.button(key="layer_next").click().run()
    assert layer_menu(page).key != before
    assert layer_menu(page).value == wall(page)[0]["layer"]["name"] == "relu_1_2"


def browsing() -> None:
    """A page with the wall alone, on which the test plays the browser."""
    import streamlit as st

    from cnnviz.images.samples import open_sample
    from cnnviz.networks import open_network
    from pages.networks import layer
    from pages.networks.scene import Scene
    from pages.networks.state import PAGE
    from pages.ui.picture import Picture

    PAGE.follow()
    picture = Picture("panda", "Panda", "A panda.", open_sample("panda"), "sample:panda")
    scene = Scene(open_network("tutorial"), picture, "tutorial")
    takes = {
        "place": layer._take_place,
        "look": layer._take_look,
        "pin": layer._take_pin,
        "off": layer._take_off,
        "open": layer._explain,
        "choice": lambda scene: layer._go_to(scene, st.session_state["layer_wall"]["choice"]),
    }
    for name, value in st.session_state.pop("sent", {}).items():
        st.session_state["layer_wall"] = {name: value}
        takes[name](scene)
    layer.show(scene)


@pytest.fixture
def browsed() -> AppTest:
    page = AppTest.from_function(browsing, default_timeout=60)
    page.query_params["place"] = "conv_2:3:4:5"
    return page.run()


def send(page: AppTest, **sent: object) -> AppTest:
    page.session_state["sent"] = sent
    return page.run()


def test_what_the_browser_chose_is_kept_and_not_sent_back(browsed):
    before = message(browsed)
    place = {"layer": "conv_2", "channel": 9, "row": 1, "column": 2}
    send(browsed, place=place)
    assert browsed.query_params["place"] == "conv_2:9:1:2"
    assert message(browsed) == before
    send(browsed, look={"sort": "mean", "range": "map", "only": "all", "tile": 64})
    assert browsed.query_params["sort"] == "mean"
    assert message(browsed) == before


def test_a_place_on_another_layer_comes_too_late(browsed):
    send(browsed, place={"layer": "conv_2", "channel": 9, "row": 1, "column": 2})
    send(browsed, choice="pool")
    before = message(browsed)
    assert wall(browsed)[0]["place"] == {"channel": 9, "row": 0, "column": 1}
    send(browsed, place={"layer": "conv_1", "channel": 1, "row": 1, "column": 1})
    assert browsed.query_params["place"] == "pool:9:0:1"
    assert message(browsed) == before


@pytest.mark.parametrize(
    "place", [{}, {"layer": "conv_2"}, {"layer": "conv_2", "channel": "9", "row": None}]
)
def test_half_a_place_is_none(browsed, place):
    send(browsed, place=place)
    assert browsed.query_params["place"] == "conv_2:3:4:5"


def test_a_place_and_a_look_that_there_are_not_are_brought_inside(browsed):
    send(browsed, place={"layer": "conv_2", "channel": 10**9, "row": -5, "column": 10**9})
    assert browsed.query_params["place"] == "conv_2:15:0:31"
    wrong = {"sort": ["mean"], "range": "all", "only": None, "tile": 7, "over": [50]}
    send(browsed, look=wrong)
    assert not browsed.exception
    assert not {"sort", "over"} & set(browsed.query_params)


@pytest.mark.parametrize("choice", ["x" * 30_000, "", None, 3, ["conv_1"]], ids=type)
def test_a_layer_that_there_is_not_cannot_be_chosen(browsed, choice):
    send(browsed, choice=choice)
    assert not browsed.exception
    assert browsed.query_params["place"] == "conv_2:3:4:5"
    send(browsed, choice="pool")
    assert browsed.query_params["place"] == "pool:3:2:2"


def test_a_pin_is_set_and_taken_away(browsed):
    send(browsed, pin={"layer": "conv_2", "channel": 4})
    assert browsed.query_params["pin"] == "conv_2:4"
    assert wall(browsed)[0]["pin"]["channel"] == 4
    send(browsed, pin={"layer": "", "channel": -1})
    assert "pin" not in wall(browsed)[0]


def test_channels_are_switched_off_and_on_again(browsed):
    send(browsed, off={"layer": "conv_2", "channels": [4, 2]})
    assert browsed.query_params["off"] == "conv_2:2,4"
    assert wall(browsed)[0]["off"] == [2, 4]
    for wrong in ({"layer": "conv_1", "channels": [1]}, {"layer": "conv_2", "channels": ["x"]}):
        send(browsed, off=wrong)
        assert wall(browsed)[0]["off"] == [2, 4]
    send(browsed, off={"layer": "conv_2", "channels": []})
    assert "off" not in browsed.query_params
    assert "without" not in wall(browsed)[0]


def test_enter_goes_to_the_explanation_of_that_number(browsed):
    send(browsed, open={"layer": "conv_2", "channel": 2, "row": 7, "column": 8})
    assert browsed.query_params["view"] == "Explain"
    assert browsed.query_params["place"] == "conv_2:2:7:8"
