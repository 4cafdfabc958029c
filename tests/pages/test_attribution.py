"""The page Why: its parts, its questions and its experiments, against the package."""

import base64
import re
from types import SimpleNamespace
from urllib.parse import parse_qs

import numpy as np
import pytest

from cnnviz.attribution import METHODS, grad_cam, integrated_gradients
from cnnviz.attribution.covering import SIDE, covered, read_mask, write_mask
from cnnviz.attribution.placing import enlarged, on_input
from cnnviz.attribution.trust import Curve
from cnnviz.images.samples import open_sample
from cnnviz.networks import Network, open_network
from cnnviz.networks.keras_files.upload import Upload
from cnnviz.networks.tensorflow_runtime import load_keras
from cnnviz.server.sandbox import Usage
from pages.attribution import maps, trust
from pages.attribution.pixels import levels
from pages.attribution.state import PART
from pages.ui.own_network import HELD, OWN_NETWORK, OwnModel
from tests.pages.checks import finished, flat_picture, run_until, sent, try_everything

PAGE = "pages/10_why.py"
SMALL = {"why_network": "Small VGG"}


def test_areas_that_are_written_alike_do_not_beat_each_other():
    def flat(area):
        return Curve(np.array([0, 1], np.float32), np.array([area, area], np.float32))

    areas = {"Grad-CAM": flat(0.2074), trust.RANDOM: flat(0.2066), trust.BLOB: flat(0.1)}
    said = trust._verdict("insertion", "Grad-CAM", areas)
    assert said == "Its area, 0.207, beats the middle, but not a random map."
    assert "larger" in trust._verdict("insertion", "Grad-CAM", areas | {trust.RANDOM: flat(0.2)})


@pytest.fixture
def small():
    return open_network("small_vgg"), open_sample("panda")


def test_it_shows_the_map_that_the_package_gives(open_page, small):
    network, picture = small
    settings, arrays = sent(open_page(PAGE, **SMALL), "methods")
    values = grad_cam(network, picture)
    np.testing.assert_allclose(
        arrays["values"], enlarged(values, arrays["values"].shape), atol=1e-6
    )
    best = network.predict(picture, top=1)[0]
    assert (settings["base"], settings["sides"]) == (0, ["nothing", "most"])
    assert best.label in settings["question"]
    assert [one["name"] for one in settings["methods"]] == list(METHODS)
    assert {one["state"] for one in settings["methods"]} == {"ready", "asks"}


def test_a_map_without_a_zero_is_coloured_from_its_least(small):
    network, picture = small
    values = np.linspace(0.2, 0.3, picture[..., 0].size, dtype=np.float32)
    values = values.reshape(picture.shape[:2])
    scene = SimpleNamespace(network=network, picture=SimpleNamespace(image=picture), against=None)
    least = on_input(network, picture, values).min()
    assert maps.base(scene, "rise", values) == pytest.approx(least)
    assert least > 0.2  # what the network is not shown does not count
    assert maps.base(scene, "saliency", values) == 0
    scene.against = 3  # a difference of two maps has a zero
    assert maps.base(scene, "rise", values) == 0


def test_another_class_is_another_map(open_page, small):
    network, picture = small
    _, arrays = sent(open_page(PAGE, **SMALL, why_class="0"), "methods")
    expected = enlarged(grad_cam(network, picture, class_index=0), arrays["values"].shape)
    np.testing.assert_allclose(arrays["values"], expected, atol=1e-6)


def test_two_classes_are_the_difference_of_their_maps(open_page, small):
    network, picture = small
    page = open_page(PAGE, **SMALL, why_class="3", why_not="5")
    settings, arrays = sent(page, "methods")
    both = [grad_cam(network, picture, class_index=one) for one in (3, 5)]
    expected = enlarged(both[0] - both[1], arrays["values"].shape)
    np.testing.assert_allclose(arrays["values"], expected, atol=1e-6)
    assert settings["signed"]
    assert settings["sides"] == [f"for {network.labels[5]}", f"for {network.labels[3]}"]


def negative() -> OwnModel:
    """Hold a network whose last maps are below 0 in every cell."""
    keras = load_keras()
    image = keras.Input((12, 12, 3))
    low = keras.initializers.Constant(-9.0)
    maps = keras.layers.Conv2D(3, 3, bias_initializer=low, name="low")(image)
    means = keras.layers.GlobalAveragePooling2D()(maps)
    model = keras.Model(image, keras.layers.Dense(4, activation="softmax")(means))
    upload = Upload(Network.from_model(model), (), Usage(0.0, 0.0, 0))
    return OwnModel("low.keras", b"", "low", upload, "zero_to_one")


@pytest.mark.parametrize("method", ["Score-CAM", "Grad-CAM", "Grad-CAM++", "HiResCAM"])
def test_a_map_of_which_relu_leaves_nothing_says_so(open_page, method):
    page = open_page(PAGE, why_network="Tutorial network", why_method=method)
    page.session_state[HELD] = negative()
    page = finished(page.run())
    page.selectbox(key="why_network").select(OWN_NETWORK).run()
    page = finished(page)
    settings, arrays = sent(page, "methods")
    assert settings["layer"] == "low"
    said = [one.value for one in page.info if "0 everywhere" in one.value]
    assert bool(said) == (not arrays["values"].any())
    if method == "Score-CAM":
        assert "in no cell of low is the weighted sum of the maps above 0" in said[0]
    empties = [one["empty"] for one in settings["layers"]]
    if method in ("Grad-CAM", "HiResCAM"):
        assert empties == [not arrays["values"].any()]


def test_what_takes_many_runs_is_asked_in_the_queue_and_its_sum_is_shown(open_page, small):
    network, picture = small
    page = open_page(PAGE, **SMALL, why_method="Integrated gradients")
    _, arrays = sent(run_until(page, lambda page: "values" in sent(page, "methods")[1]), "methods")
    expected = integrated_gradients(network, picture)
    np.testing.assert_allclose(
        arrays["values"], enlarged(expected, arrays["values"].shape), atol=1e-5
    )
    assert any("All pixels together add up to" in one.value for one in page.markdown)


def test_a_layer_is_one_of_the_small_maps(open_page, small):
    network, picture = small
    page = open_page(PAGE, **SMALL, why_layer="conv_2_1")
    settings, arrays = sent(page, "methods")
    assert settings["layer"] == "conv_2_1"
    sizes = [one["rows"] * one["columns"] for one in settings["layers"]]
    at = [one["name"] for one in settings["layers"]].index("conv_2_1")
    tile = arrays["layer_tiles"][sum(sizes[:at]) : sum(sizes[: at + 1])]
    maps, slopes = network.layer_gradient(
        network.preprocess(picture), network.predict(picture, top=1)[0].index, "conv_2_1"
    )
    cam = np.maximum((maps * slopes.mean(axis=(0, 1))).sum(axis=-1), 0)
    np.testing.assert_allclose(tile, levels(cam, signed=False).ravel(), atol=1)


def test_a_link_leads_to_the_layer_in_hand_where_channels_are_switched_off(open_page):
    page = open_page(PAGE, **SMALL, why_layer="conv_2_1")
    (link,) = (one.proto for one in page.get("page_link") if "conv" in one.proto.label)
    address = parse_qs(link.query_string)
    assert address["view"] == ["Layer"]
    assert address["network"] == ["Small VGG"]
    assert address["place"] == ["conv_2_1:0:0:0"]
    _fine(open_page("pages/08_network.py", **{name: text for name, (text,) in address.items()}))


def test_the_tests_of_trust_come_one_after_the_other(open_page):
    page = open_page(PAGE, **SMALL, why_part="Is it to be trusted?")
    run_until(
        page,
        lambda page: any(
            "With all weights drawn anew" in one.value for one in [*page.markdown, *page.warning]
        ),
    )
    assert any(one.value.startswith("Its area") for one in page.markdown)
    assert any("Noise floor" in one.value for one in page.markdown)


def test_a_covered_picture_is_what_the_network_is_asked_about(open_page, small):
    network, picture = small
    mask = np.zeros((SIDE, SIDE), bool)
    mask[10:40, 20:50] = True
    page = open_page(PAGE, **SMALL, why_part="Cover it up", why_cover=write_mask(mask))
    settings, arrays = sent(page, "fills")
    np.testing.assert_array_equal(arrays["mask"].astype(bool), mask)
    x = covered(network, picture, mask, "grey")
    now = network.scores_of_inputs(x[np.newaxis])[1][0]
    for label, found in zip(settings["labels"], arrays["now"], strict=True):
        assert found == pytest.approx(now[network.labels.index(label)], abs=1e-5)
    assert settings["share"] == pytest.approx(mask.mean())
    for shown, is_sent in ((settings["picture"], False), ("another photo", True), (None, True)):
        page.session_state["why_cover_shown"] = shown  # as the browser says when it asks
        assert ("photo" in sent(page.run(), "fills")[1]) is is_sent


def test_every_experiment_goes_through(open_page):
    try_everything(open_page(PAGE, **SMALL), lambda page: _fine(page))


@pytest.mark.parametrize(
    "address",
    [
        {"why_class": "99999", "why_not": "-7", "why_layer": "no such"},
        {"why_cover": "A" * 900, "why_part": "Cover it up"},
        {"why_cover": base64.b64encode(b"nonsense").decode(), "why_part": "Cover it up"},
        {"why_method": "Magic", "why_network": "x" * 1000},
        {"why_layer": "x" * 10_000},
    ],
)
def test_nonsense_in_the_address_opens_the_defaults(open_page, address):
    _fine(open_page(PAGE, **{**SMALL, **address}))


def test_a_network_of_dense_layers_is_asked_by_its_pixels(open_page, monkeypatch):
    from pages.attribution import choice
    from tests.attribution.models import dense_only

    monkeypatch.setattr(choice, "opened_network", lambda *_: (dense_only(), "dense only", False))
    settings, _ = sent(open_page(PAGE), "methods")
    assert settings["method"] == "saliency"
    assert [one["state"] for one in settings["methods"]].count("none") == 4
    assert settings["layers"] == []


@pytest.mark.parametrize("method", ["Saliency", "Gradient x input", "Guided backprop"])
def test_the_pixel_that_is_written_out_is_the_largest_of_the_map(open_page, small, method):
    network, _ = small
    picture = open_sample("noise")  # has no crop of its own
    page = open_page(PAGE, **SMALL, why_method=method, picture="noise")
    name = next(key for key, one in METHODS.items() if one.title == method)
    x, target = network.preprocess(picture), network.predict(picture, top=1)[0].index
    guided = name == "guided_backpropagation"
    slopes = network.input_gradients(x[np.newaxis], target, guided=guided)[1][0]
    values = np.abs((x * slopes).sum(-1)) if "input" in name else np.abs(slopes).max(-1)
    row, column = np.unravel_index(values.argmax(), values.shape)
    (said,) = (one.value for one in page.caption if "where it is largest" in one.value)
    assert f"row {row}, column {column}," in said
    result = re.findall(r"-?[\d.]+", [one.value for one in page.latex][1])[-1]
    shown = (x * slopes).sum(-1) if "input" in name else values
    assert float(result) == pytest.approx(shown[row, column], rel=1e-3)


@pytest.mark.parametrize("part", PART.options, ids=str)
@pytest.mark.parametrize("shape", [(1, 1), (1, 128), (8, 8), (1500, 3)])
def test_pictures_of_any_shape_are_asked(open_page, part, shape):
    page = open_page(PAGE, **SMALL, why_part=PART.label(part))
    page.session_state["picture_in_hand"] = flat_picture((*shape, 3))
    finished(page.run())


def test_a_picture_of_one_pixel_is_asked_too(open_page, monkeypatch):
    network = open_network("small_vgg")
    one = np.full((1, 1, 3), 90, np.uint8)
    found = grad_cam(network, one)
    assert found.shape == (1, 1)
    assert on_input(network, one, found).shape == network.input_shape[:2]
    assert read_mask("").sum() == 0


def _fine(page) -> None:
    assert not page.exception
    assert not page.error
