"""What the overview sends: the columns, the answer, and on request one map as it is."""

import numpy as np
import pytest

from cnnviz.images.samples import open_sample
from cnnviz.networks import Network, open_network
from cnnviz.networks.feature_maps.folding import folded
from cnnviz.networks.feature_maps.overview import overview
from pages.networks.overview_message import columns_of, message
from pages.ui.wire import unpack
from tests.pages.networks.scenes import scene_of, shipped


def sent(scene, unfolded=(), near=None):
    return unpack(message(scene, unfolded, near))


@pytest.mark.parametrize("picture", ["panda", "coffee"])
def test_every_column_is_drawn_with_the_channel_in_hand_kept_or_not(open_page, picture):
    network = open_network("efficientnet_lite0")
    maps, folds = network.feature_maps(open_sample(picture)), folded(network.layers)
    ranked = [one.index for one in network.predictions(maps, top=10)]

    def drawn(channel=None):
        also = None if channel is None else ("head_relu6", channel)
        return overview(network, maps, folds, also=also, order={"softmax": ranked})

    usual = next(one for one in drawn() if one.layer.name == "head_relu6").channels
    hidden = next(at for at in range(1280) if at not in usual)
    for channel in (usual[0], hidden, usual[0]):
        page = open_page("pages/08_network.py", picture=picture, place=f"head_relu6:{channel}:2:2")
        assert not page.exception
        mounted = (element.proto for element in page.get("bidi_component"))
        settings, arrays = unpack(next(one.bytes for one in mounted if "overview" in one.id))
        assert settings["place"]["channel"] == channel
        expected = drawn(channel)
        assert [one["name"] for one in settings["columns"]] == [one.layer.name for one in expected]
        for name in ("channels", "statistics"):
            whole = np.concatenate([getattr(column, name) for column in expected])
            np.testing.assert_allclose(arrays[name], whole, rtol=1e-5)
        thumbnails = np.concatenate([column.thumbnails.ravel() for column in expected])
        np.testing.assert_array_equal(arrays["thumbnails"], thumbnails)


def test_the_answer_is_the_networks_own_and_stands_in_the_last_column():
    scene = shipped("small_vgg")
    settings, arrays = sent(scene)
    best = scene.network.predict(scene.picture.image, top=10)
    assert [one["label"] for one in settings["classes"]] == [one.label for one in best]
    assert [one["probability"] for one in settings["classes"]] == pytest.approx(
        [one.probability for one in best], abs=1e-6
    )
    *_, dense, softmax = settings["columns"]
    assert list(arrays["channels"][-10:]) == [one.index for one in best]
    assert softmax["names"] == dense["names"] == [one.label for one in best]
    assert softmax["answers"]
    assert not dense["answers"]


def test_the_input_names_its_colours_and_says_what_black_and_white_are():
    settings, _ = sent(shipped("efficientnet_lite0"))
    first = settings["columns"][0]
    assert first["names"] == ["red", "green", "blue"]
    assert first["black"] == pytest.approx([-127 / 128] * 3)
    assert first["white"] == pytest.approx([1] * 3)


def test_links_are_sent_in_the_order_of_the_columns():
    scene = shipped("tutorial")
    settings, arrays = sent(scene)
    leads = [source for column in settings["columns"] for source in column["sources"]]
    pairs = arrays["pairs"].reshape(-1, 2)
    assert sum(lead["links"] for lead in leads) == len(pairs)
    assert sum(lead["links"] for lead in leads if lead["adds"]) == len(arrays["adds"])
    # The first layer: what its maps get from the three colours, and the bias, is their mean.
    sums = np.bincount(pairs[:18, 0], arrays["adds"][:18])
    means = scene.maps["conv_1"].mean((0, 1)) - scene.network.weights("conv_1")["bias"]
    np.testing.assert_allclose(sums, means, rtol=1e-4, atol=1e-5)


def test_a_map_seen_from_near_is_sent_as_it_is():
    scene = shipped("efficientnet_lite0")
    _, arrays = sent(scene)
    assert "exact" not in arrays
    settings, arrays = sent(scene, near=("stem_relu6", 7))
    assert settings["exact"] == {"layer": "stem_relu6", "channel": 7}
    np.testing.assert_array_equal(arrays["exact"], scene.maps["stem_relu6"][..., 7])


@pytest.mark.parametrize("near", [("softmax", 3), ("stem_relu6", 99999), ("no such layer", 0)])
def test_what_is_no_map_is_not_sent(near):
    settings, arrays = sent(shipped("efficientnet_lite0"), near=near)
    assert "exact" not in settings
    assert "exact" not in arrays


def test_a_deep_network_is_sent_small_and_unfolds_on_request():
    scene = shipped("efficientnet_lite0")
    folded = message(scene, (), None)
    assert len(folded) < 150_000
    settings, _ = unpack(folded)
    assert len(settings["columns"]) == 7
    assert settings["unfolded"] == []
    settings, _ = sent(scene, unfolded={2, 99})
    assert len(settings["columns"]) == 7 + 16
    assert settings["unfolded"] == [2]
    assert sum(column["covers"] for column in settings["columns"]) == len(scene.network.layers)


def test_no_map_in_hand_is_hidden(monkeypatch):
    from pages.networks.scene import Scene
    from pages.networks.state import Focus

    place = Focus("stage3_block1_depthwise_conv", 17, 3, 3)
    monkeypatch.setattr(Scene, "focus", property(lambda _: place))
    columns = columns_of(shipped("efficientnet_lite0"), ())
    assert place.layer in [column.layer.name for column in columns]
    settings, _ = sent(shipped("efficientnet_lite0"))
    assert settings["unfolded"] == [3]


def test_a_network_without_classes_has_no_answer():
    scene = scene_of(open_network("tutorial").without_classes())
    settings, _ = sent(scene)
    assert settings["classes"] == []
    assert settings["title"] == "No classes to answer with"


def test_branches_grey_pictures_and_one_unit_are_sent_too():
    import keras

    image = keras.Input((20, 12, 1))
    left = keras.layers.Conv2D(4, 3, padding="same", name="left")(image)
    right = keras.layers.Conv2D(4, 1, name="right")(image)
    both = keras.layers.Concatenate(name="both")([left, right])
    added = keras.layers.Add(name="added")([left, right])
    joined = keras.layers.Concatenate(name="joined")([both, added])
    flat = keras.layers.GlobalAveragePooling2D(name="flat")(joined)
    answer = keras.layers.Dense(1, activation="sigmoid", name="answer")(flat)
    network = Network.from_model(keras.Model(image, answer, name="branches"))
    settings, _ = sent(scene_of(network))
    columns = {column["name"]: column for column in settings["columns"]}
    assert columns["image"]["names"] == ["grey"]
    order = [column["name"] for column in settings["columns"]]
    assert [order[source["column"]] for source in columns["joined"]["sources"]] == ["both", "added"]
    assert len(settings["classes"]) == 2
    assert columns["answer"].get("names") is None
