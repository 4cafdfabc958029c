"""What ships of the first overview is what the network makes of the picture now."""

import numpy as np
import pytest

from cnnviz.images.samples import DEFAULT_SAMPLE
from cnnviz.networks import open_network
from cnnviz.networks.described import layers_of_text
from pages.networks import first_sight, overview
from pages.networks.overview_message import message
from pages.networks.scene import Scene
from pages.ui.picture import sample_picture
from pages.ui.wire import unpack

PATH = "pages/08_network.py"


@pytest.fixture
def shipped():
    with np.load(first_sight.FILE) as file:
        return dict(file)


@pytest.fixture
def seen(open_page, monkeypatch, tmp_path, shipped):
    """Open the page on a server whose networks are not open yet; gives what the stage is sent.

    What ships says PANDA, to tell it from what is worked out.
    """
    mount, sent = overview._mount, []
    monkeypatch.setattr(first_sight, "is_open", lambda _: False)
    monkeypatch.setattr(first_sight, "FILE", tmp_path / "overview.npz")
    monkeypatch.setattr(
        overview, "_mount", lambda **given: (sent.append(given["data"]), mount(**given))
    )

    def opened(*, changes=None, **address):
        message = shipped["message"].tobytes().replace(b"giant panda", b"giant PANDA")
        marked = {**shipped, "message": np.frombuffer(message, np.uint8), **(changes or {})}
        np.savez(tmp_path / "overview.npz", **marked)
        page = open_page(PATH, **address)
        assert not page.exception
        (one,) = sent
        return page, b"PANDA" in one

    return opened


def flat(value, name=""):
    """Give every number and text of settings by where it stands."""
    if isinstance(value, dict | list):
        entries = value.items() if isinstance(value, dict) else enumerate(value)
        return {k: v for at, one in entries for k, v in flat(one, f"{name}/{at}").items()}
    return {name: value}


def test_the_overview_that_ships_is_what_the_page_works_out(shipped):
    picture = sample_picture(DEFAULT_SAMPLE)
    network = open_network(first_sight.NETWORK)
    settings, arrays = unpack(message(Scene(network, picture, first_sight.NETWORK), (), None))
    digest = first_sight.first_sight_arrays(network, picture.image, b"")["digest"]
    assert shipped["digest"] == digest, "stale: run `python -m tools.index_photos`"
    assert layers_of_text(str(shipped["layers"])) == network.layers
    stored, sent = unpack(shipped["message"].tobytes())
    # As near as two processors come to each other.
    expected, found = flat(settings), flat(stored)
    assert found.keys() == expected.keys()
    for where, one in expected.items():
        near = pytest.approx(one, rel=1e-4, abs=1e-5) if isinstance(one, float) else one
        assert found[where] == near, where
    assert sent.keys() == arrays.keys()
    for name, array in arrays.items():
        levels = 1 if name in ("thumbnails", "picture") else 1e-4
        np.testing.assert_allclose(sent[name].astype(float), array, rtol=1e-3, atol=levels)


def test_the_first_overview_comes_before_the_network_is_open(seen):
    page, is_shipped = seen()
    assert is_shipped
    # What is said while it opens is gone, and all that needs it is there.
    assert not any("Opening" in one.value for one in page.caption)
    assert any("A network is no black box" in one.value for one in page.markdown)


@pytest.mark.parametrize(
    "address",
    [
        {"picture": "coffee"},
        {"place": "head_relu6:5:2:2"},
        {"untrained": "true"},
        {"network": "Small VGG"},
    ],
)
def test_whatever_else_is_asked_for_is_worked_out(seen, address):
    assert not seen(**address)[1]


def test_what_was_made_of_other_weights_or_pixels_is_not_shown(seen):
    assert not seen(changes={"digest": np.array("of others")})[1]


def test_a_digest_tells_pictures_apart(shipped):
    network = open_network("tutorial")
    picture = sample_picture("coffee").image
    assert first_sight.first_sight_arrays(network, picture, b"")["digest"] != shipped["digest"]
