"""The page Feature visualisation: its parts and experiments, against the package."""

import io
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from cnnviz.images.pictures import encode_png
from cnnviz.images.samples import open_sample
from cnnviz.networks import open_network
from cnnviz.networks.feature_visualisation import Recipe, Target, extremes, visualise
from cnnviz.networks.feature_visualisation.patches import values_in
from cnnviz.networks.feature_visualisation.shipped import shipped_visualisations
from cnnviz.notation import written
from cnnviz.search.gallery import gallery_of_files
from pages.feature_visualisation import making
from pages.feature_visualisation.scene import Scene
from pages.feature_visualisation.state import STEPS
from pages.ui.entries import Choice
from pages.ui.markdown import plain
from pages.ui.own_gallery import HELD
from tests.pages.checks import finished, flat_picture, messages, sent, try_everything

PAGE = "pages/11_feature_visualisation.py"
SMALL = {"feature_network": "Small VGG", "feature_steps": "8", "feature_layer": "conv_2_1"}


WATCHED = pytest.mark.parametrize("patience", [making._PATIENCE])
"""For what is looked at while it is made, as it is in a browser."""


@pytest.fixture
def patience() -> float:
    """Seconds that a page waits for its pictures: most tests are about those that are made."""
    return 50.0


@pytest.fixture(autouse=True)
def waits(patience: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "_PATIENCE", patience)


@pytest.fixture(autouse=True)
def few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offer 8 steps too: how many there are is not what these tests are about."""
    more = Choice(STEPS.name, (8, *STEPS.options), STEPS.default)
    for name in ("options", "_by_text"):
        monkeypatch.setitem(vars(STEPS), name, vars(more)[name])


def captions(page) -> str:
    """Give what stands below the pictures."""
    said = [one.caption for element in page.get("image") for one in element.proto.imgs]
    for settings, _ in messages(page):
        said += settings.get("stops", [])[-1:]
        said += [item["words"] for item in settings.get("items", []) if "words" in item]
    return "\n".join(said)


@WATCHED
def test_it_shows_the_picture_that_the_package_makes(open_page):
    page = finished(open_page(PAGE, **SMALL, feature_channel="3"))
    made = visualise(
        open_network("small_vgg"), Target("channel", "conv_2_1", 3), Recipe(size=64, steps=8)
    )
    assert f"{written(made.value)} after 8 of 8 steps" in captions(page)
    (numbers,) = (one.value for one in page.markdown if one.value.startswith("With numbers"))
    assert f"**{written(made.frames[0].value)}** for the picture before" in numbers


@pytest.mark.parametrize("part", ["One picture", "Eight channels"])
def test_it_opens_with_pictures_that_are_there_already(open_page, part):
    page = open_page(PAGE, feature_part=part)
    assert not page.exception
    assert not any(button.key == "queue_cancel" for button in page.button)
    shipped = list(shipped_visualisations("efficientnet_lite0").values())
    for at, one in enumerate(shipped if part == "Eight channels" else shipped[:1]):
        value = written(one.value)
        words = f"Channel {at}: {value}" if part == "Eight channels" else f"{value} after"
        assert words in captions(page)


@WATCHED
def test_eight_channels_each_get_their_own(open_page):
    page = finished(open_page(PAGE, **SMALL, feature_part="Eight channels", feature_channel="9"))
    said = captions(page)
    assert [f"Channel {at}: " in said for at in range(7, 17)] == [False, *[True] * 8, False]
    made = visualise(
        open_network("small_vgg"), Target("channel", "conv_2_1", 12), Recipe(size=64, steps=8)
    )
    assert f"Channel 12: {written(made.value)}" in said


def test_the_way_is_there_to_be_played_back(open_page):
    page = finished(open_page(PAGE, **SMALL, feature_channel="3"))
    settings, arrays = sent(page, "frames")
    made = visualise(
        open_network("small_vgg"), Target("channel", "conv_2_1", 3), Recipe(size=64, steps=8)
    )
    ends = [0, *arrays["ends"]]
    assert len(settings["stops"]) == len(made.frames) == len(ends) - 1
    for at, frame in enumerate(made.frames):
        file = arrays["frames"][ends[at] : ends[at + 1]].tobytes()
        np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(file))), frame.picture)
        assert settings["stops"][at].startswith(f"{written(frame.value)} after {frame.step} of 8")


def presses():
    import streamlit as st

    from pages.feature_visualisation.state import CHANNEL, FEATURE
    from pages.feature_visualisation.walls import _take

    FEATURE.follow()
    st.session_state["seen"] = []
    for given in st.session_state["sent"]:
        st.session_state["feature_tiles"] = {"channel": given}
        _take()
        st.session_state["seen"].append(FEATURE[CHANNEL])


def test_a_pressed_tile_is_the_channel_in_hand(open_page):
    page = finished(open_page(PAGE, **SMALL, feature_part="Eight channels", feature_channel="9"))
    settings, _ = sent(page, "items")
    assert [one["index"] for one in settings["items"] if one["pressed"]] == [9]
    page = AppTest.from_function(presses)
    page.session_state["sent"] = [12, "x", None, -1, 1e12, [1], {}]
    page.run()
    assert not page.exception
    assert page.session_state["seen"] == [12] * 7


def test_each_part_of_the_recipe_is_left_out_once(open_page):
    page = finished(open_page(PAGE, **SMALL, feature_part="With and without"))
    said = captions(page)
    for words in ("Everything", "Without jitter", "Without Fourier spectrum", "Without any"):
        assert f"{words}: " in said
    recipe = Recipe(size=64, steps=8, rotation=False)
    made = visualise(open_network("small_vgg"), Target("channel", "conv_2_1", 0), recipe)
    assert f"Without rotation: {written(made.value)}" in said


def test_the_patches_are_those_that_excite_it_most(open_page):
    network = open_network("small_vgg")
    names = ("panda", "cat", "coffee")
    files = [(f"{name}.png", encode_png(open_sample(name))) for name in names]
    address = {"feature_part": "In photos", "feature_photos": "Your own pictures"}
    page = finished(open_page(PAGE, **SMALL, **address, feature_channel="5"))
    page.session_state[HELD] = ("files test", gallery_of_files(files))
    page = finished(page.run())
    found = extremes(network, "conv_2_1", [open_sample(name) for name in names])
    for cell in (*found.most(5, 3), *found.least(5, 3)):
        title = plain(f"{names[cell.picture]}.png")
        assert f"{written(cell.value)}, {title}" in captions(page)
    (said,) = (one.value for one in page.markdown if "largest cell" in one.value)
    assert f"**{written(found.most(5, 1)[0].value)}** in the best patch" in said


@pytest.mark.parametrize(
    ("of", "said", "told"),
    [("A class", "The class's logit", "logit"), ("A unit", "The unit's value", "value")],
)
def test_units_and_classes_have_photos_too(open_page, of, said, told):
    network = open_network("small_vgg")
    address = {"feature_part": "In photos", "feature_of": of, "feature_class": "3"}
    page = open_page(PAGE, **SMALL, **address, feature_channel="3")
    names = ("panda", "cat", "coffee")
    files = [(f"{name}.png", encode_png(open_sample(name))) for name in names]
    page.session_state[HELD] = ("files test", gallery_of_files(files))
    page.segmented_control(key="feature_photos").set_value("own").run()
    page = finished(page)
    what = "class" if of == "A class" else "unit"
    found = values_in(network, what, "conv_2_1", [open_sample(name) for name in names])
    assert f"Made for it: {told} " in captions(page)
    for cell in found.most(3, 3):
        assert f"{written(cell.value)}, {plain(names[cell.picture] + '.png')}" in captions(page)
    assert any(one.value.startswith(said) for one in page.markdown)


def test_own_pictures_are_asked_for_in_place(open_page):
    address = {"feature_part": "In photos", "feature_photos": "Your own pictures"}
    page = finished(open_page(PAGE, **SMALL, **address))
    assert "Upload many pictures" in page.info[0].value
    assert page.file_uploader(key="feature_files").label == "Pictures, or a zip of them"


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 128, 3), (40, 30, 3)])
def test_pictures_that_are_hardly_any_are_begun_with(open_page, shape):
    page = open_page(PAGE, **SMALL, feature_of="A class")
    page.session_state["picture_in_hand"] = flat_picture(shape)
    page.selectbox(key="feature_of").set_value("class").run()
    finished(page)
    page.segmented_control(key="feature_start").set_value("photo").run()
    assert "after 8 of 8 steps" in captions(finished(page))


@WATCHED
def test_it_can_be_stopped_and_begun_again(open_page):
    page = open_page(PAGE, **{**SMALL, "feature_steps": "512"}, feature_seed="77")
    page.button(key="queue_cancel").click().run()
    said = [one.value for one in page.info]
    assert f"{plain('A picture for channel 0 of conv_2_1')}: stopped." in said
    page.button(key="queue_again").click().run()
    assert any(button.key == "queue_cancel" for button in page.button)
    page.button(key="queue_cancel").click().run()


def test_every_experiment_goes_through_and_says_the_values_of_its_pictures(open_page, monkeypatch):
    monkeypatch.setitem(vars(STEPS), "default", 32)  # the claims hold as soon

    def says(page):
        page = finished(page)
        (note,) = (one.value for one in page.markdown if one.value.startswith("**Watch**"))
        seen = note.partition(" **Seen** ")[2]
        shown = captions(page)
        if "whole recipe" in seen:
            whole, bare = re.findall(r"[\d.]+(?= with)", seen)
            assert f"Everything: {whole}" in shown
            assert f"Without any: {bare}" in shown
            assert float(bare) > float(whole)  # what looks like noise scores higher
        else:
            before, after = map(float, re.findall(r"[\d.]+(?= to| in)", seen))
            assert after > 2 * before
            assert f"{written(after)}" in shown

    try_everything(open_page(PAGE, **SMALL), says)


@pytest.mark.parametrize(
    "address",
    [
        {"feature_layer": "no such", "feature_channel": "99999", "feature_seed": "-1"},
        {"feature_of": "A class", "feature_class": "99999", "feature_size": "7"},
        {"feature_size": "999999", "feature_steps": "10000000", "feature_start": "x"},
        {"feature_layer": "x" * 10_000, "feature_of": "magic", "feature_jitter": "perhaps"},
        {"feature_of": "A unit", "feature_layer": "dense", "feature_photos": "Your own pictures"},
    ],
)
def test_nonsense_in_the_address_opens_the_defaults(open_page, address):
    finished(open_page(PAGE, **{"feature_network": "Small VGG", "feature_steps": "8", **address}))


def test_the_words_name_what_is_asked():
    network = open_network("small_vgg")
    scene = Scene(network, None, "", False, Target("class", index=3), Recipe())
    assert scene.words() == "the class cat"
    unnamed = replace(scene, network=SimpleNamespace(labels=("cat", "b", "c", "class 3")))
    assert unnamed.words() == "class 3"
    assert scene.words(Target("unit", "dense", 2)) == "a unit of channel 2 of dense"
    assert len(scene.recipes()) == 7
    assert scene.recipes()["Without any"] == Recipe(
        fourier=False, colour=False, jitter=False, scale=False, rotation=False
    )
    assert len(set(scene.recipes().values())) == 7
