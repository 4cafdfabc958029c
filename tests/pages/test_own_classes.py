"""The page Your own classes: what it says of a head, and which pictures it takes."""

import io
import zipfile

import numpy as np
import pytest

from cnnviz.images import pictures as images
from cnnviz.images.samples import open_sample
from cnnviz.limits import LIMITS, MEBIBYTE
from cnnviz.networks import open_network
from cnnviz.networks.own_classes import BASE, features_of, learn, split
from cnnviz.notation import written_share as share
from cnnviz.search.photo_features import photo_features
from cnnviz.search.photos import all_photos, open_photo
from pages.own_classes import collection
from pages.own_classes.collection import MOST_PICTURES, SHIPPED, add, mine
from pages.own_classes.state import EPOCHS
from tests.pages.checks import finished, flat_picture, run_until, sent

PAGE = "pages/16_own_classes.py"
FEW = {"own_most": "2", "own_epochs": "5"}


@pytest.fixture(scope="module")
def photos():
    """Give the network, the features of the photos that ship, and their classes."""
    network = open_network(BASE)
    chosen = [photo for photo in all_photos() if photo.label in SHIPPED]
    labels = np.array([SHIPPED.index(photo.label) for photo in chosen])
    return network, features_of(network, map(open_photo, chosen)), labels


def text_of(page) -> str:
    return "\n".join(one.value for one in (*page.markdown, *page.caption))


def test_the_features_that_ship_are_what_the_network_makes_of_the_photos(photos):
    _, features, labels = photos
    shipped = photo_features()
    names = [photo.name for photo in all_photos() if photo.label in SHIPPED]
    assert list(shipped) == names, "stale: run `python -m tools.index_photos`"
    assert len(names) == len(labels)
    for at, one in enumerate(shipped.values()):
        for rows, fresh in ((one.stage, features.stage), (one.pooled, features.pooled)):
            # As near as two processors come to each other.
            limit = 1e-5 * float(np.abs(fresh).max())
            np.testing.assert_allclose(rows, fresh[at : at + 1], rtol=1e-4, atol=limit)


def test_what_is_said_is_what_was_learned(open_page, photos):
    network, features, labels = photos
    page = finished(open_page(PAGE, **FEW, own_held_out="Three quarters", own_seed="2"))
    parts = split(labels, held_out=0.75, most=2, seed=2)
    found = learn(network, features, labels, SHIPPED, parts, epochs=5, seed=2)
    answers = found.probabilities(features.of(parts.validation))
    truth = labels[parts.validation]
    hits = int((answers.argmax(axis=1) == truth).sum())
    assert f"Learned from **6 pictures** in {found.seconds:.0f}"[:22] in text_of(page)
    assert f"Of the **{len(truth)}** that were held out, **{hits}** are told right" in text_of(page)
    counts = np.zeros((3, 3), int)
    np.add.at(counts, (truth, answers.argmax(axis=1)), 1)
    for name, row in zip(SHIPPED, counts, strict=True):
        numbers = (f"**{n}**" if SHIPPED[at] == name else str(n) for at, n in enumerate(row))
        assert f"| {name} | {' | '.join(numbers)} |" in text_of(page)
    settings, arrays = sent(page, "titles")
    assert settings["classes"] == list(SHIPPED)
    mistakes = len(truth) - hits
    assert settings["others"] == [False, *[True] * mistakes, *[False] * (47 - mistakes)]
    assert f"the hardest 47 of the {len(truth)} that were held out" in settings["note"]
    own = found.probabilities(features_of(network, [open_sample("panda")]))[0]
    np.testing.assert_allclose(arrays["now"][0], own, atol=1e-4)
    assert settings["answers"][0] == f"{SHIPPED[own.argmax()]}, {share(own.max())}"


def test_tuning_is_compared_with_the_head_alone(open_page):
    page = finished(open_page(PAGE, **FEW, own_tune="true"))
    assert "With the last stage tuned" in text_of(page)
    assert [one.label for one in page.get("download_button")][-1] == "Network as .keras"


def zipped(classes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, pictures in classes.items():
            for at, picture in enumerate(pictures):
                archive.writestr(f"{name}/{at}.png", images.encode_png(picture))
    return file.getvalue()


def pictures(count: int, level: int):
    random = np.random.default_rng(level)
    return [
        np.clip(random.normal(level, 20, (20, 24, 3)), 0, 255).astype(np.uint8)
        for _ in range(count)
    ]


@pytest.fixture
def session(monkeypatch):
    """Let what is brought go to a session of its own; give it."""
    held = collection._Mine()
    monkeypatch.setattr(collection, "_mine", lambda: held)
    return held


def test_a_zip_has_a_folder_for_each_class(open_page, session):
    said = add([("all.zip", zipped({"dark": pictures(6, 40), "light": pictures(7, 210)}))], "")
    assert said == ""
    assert mine().class_names == ("dark", "light")
    assert [one.label for one in mine().examples] == ["dark"] * 6 + ["light"] * 7
    page = open_page(PAGE, own_source="My own", own_epochs="10")
    page = finished(page)
    assert "are told right" in text_of(page)
    settings, _ = sent(page, "titles")
    assert settings["classes"] == ["dark", "light"]
    page.button(key="own_remove_light").click().run()
    assert "five or more of each" in page.info[0].value


def test_loose_pictures_need_a_class_and_bounds_are_said(session):
    files = [(f"{at}.png", images.encode_png(one)) for at, one in enumerate(pictures(3, 90))]
    assert add(files, "  ").startswith("Pictures outside of a folder need a class")
    assert add(files, " my   mug ") == ""
    assert mine().class_names == ("my mug",)
    assert "notes.txt" in add([*files, ("notes.txt", b"text")], "cup")
    before = mine().identity
    assert "Received" in add([("broken.zip", b"PK\x03\x04" + b"x" * 100)], "cup")
    assert mine().identity == before
    for at in range(8):
        add(files, f"class {at}")
    assert "There may be 10 classes" in add(files, "one more")
    session.classes["cup"] *= MOST_PICTURES
    assert f"There may be {MOST_PICTURES} pictures" in add(files, "cup")


def test_what_a_visitor_brings_is_bounded_until_all_is_removed(session):
    files = [(f"{at}.png", images.encode_png(one)) for at, one in enumerate(pictures(3, 90))]
    assert add(files, "mug") == ""
    session.size = int(LIMITS.session_upload_megabytes * MEBIBYTE)
    assert "All files together may have 256 MiB" in add(files, "cup")
    assert mine().class_names == ("mug",)
    collection._remove("mug")
    assert add(files, "cup") == ""


def test_a_picture_that_cannot_be_read_is_named_and_the_rest_is_used(open_page, session):
    add([("a.zip", zipped({"dark": pictures(6, 40), "light": pictures(6, 210)}))], "")
    add([("bad.png", b"\x89PNG\r\n\x1a\n" + b"0" * 200)], "dark")
    page = finished(open_page(PAGE, own_source="My own", own_epochs="5"))
    assert "bad" in page.warning[0].value
    assert "are told right" in text_of(page)


def test_a_class_of_which_too_few_can_be_read_is_named(open_page, session):
    add([("a.zip", zipped({"dark": pictures(6, 40), "light": pictures(6, 210)}))], "")
    broken = [(f"{at}.png", b"\x89PNG\r\n\x1a\n" + bytes([at]) * 200) for at in range(6)]
    add(broken, "torn")
    page = run_until(open_page(PAGE, own_source="My own"), lambda page: page.error)
    assert "0 of torn" in page.error[0].value


def test_too_few_of_a_class_are_asked_for_by_name(open_page, session):
    add([("a.zip", zipped({"dark": pictures(6, 40), "light": pictures(2, 210)}))], "")
    page = open_page(PAGE, own_source="My own")
    assert not page.exception
    assert "2 of light" in page.info[0].value


@pytest.mark.parametrize("label", ["Three pictures each", "Tune the last stage"])
def test_an_experiment_says_what_was_told_right(open_page, monkeypatch, label):
    monkeypatch.setitem(vars(EPOCHS), "default", 5)  # what is said is of these
    page = finished(open_page(PAGE).button(key=f"try_{label}").click().run())
    (note,) = (one.value for one in page.markdown if one.value.startswith("**Watch**"))
    body = text_of(page).replace(note, "")
    said = note.split("**Seen** ")[1]
    assert said in body


def test_nonsense_in_the_address_opens_the_defaults(open_page):
    page = open_page(PAGE, own_source="Theirs", own_most="0", own_epochs="nan", own_at="-3")
    assert not page.exception
    assert page.slider(key="own_epochs").value == 20


@pytest.mark.parametrize("shape", [(1, 1), (1, 128)])
def test_pictures_of_any_shape_are_answered(open_page, shape):
    page = open_page(PAGE, **FEW)
    page.session_state["picture_in_hand"] = flat_picture((*shape, 3))
    finished(page.run())
