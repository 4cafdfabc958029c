"""What ships of the photos' index is what the networks make of the photos now."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnnviz.images import read_image
from cnnviz.networks import open_network
from cnnviz.search import best_layer, photo_index
from cnnviz.search.photo_index import FOLDER, made_thumbnails, packed_index, photo_thumbnails
from cnnviz.search.photos import all_photos
from tests.networks.shipped import SHIPPED
from tools.index_photos import fresh_index


@pytest.mark.parametrize("name", SHIPPED)
def test_an_index_that_ships_is_what_the_network_makes_of_the_photos(name):
    shipped, fresh = photo_index.photo_index(name), fresh_index(name)
    assert shipped is not None, "stale: run `python -m tools.index_photos`"
    assert (shipped.layers, shipped.layer, shipped.labels) == (
        fresh.layers,
        fresh.layer,
        fresh.labels,
    )
    for layer in fresh.layers:
        # As near as two processors come to each other.
        limit = float(np.abs(fresh.vectors[layer]).max())
        np.testing.assert_allclose(
            shipped.vectors[layer], fresh.vectors[layer], rtol=1e-4, atol=1e-5 * limit
        )


def test_the_thumbnails_that_ship_are_those_of_the_photos():
    assert len(photo_thumbnails()) == len(all_photos())
    for shipped, fresh in zip(photo_thumbnails(), made_thumbnails(), strict=True):
        # Another version of the JPEG library may round otherwise.
        one, other = (read_image(data).astype(float) for data in (shipped, fresh))
        assert one.shape == other.shape
        assert np.abs(one - other).mean() < 1


@pytest.mark.parametrize("name", SHIPPED)
def test_a_network_is_described_as_it_is_once_it_is_open(name):
    described, opened = photo_index.photo_index(name).network, open_network(name)
    assert described.layers == opened.layers
    assert best_layer(described) == best_layer(opened)
    for what in ("name", "title", "labels", "preprocessing", "crop", "known", "is_shared"):
        assert getattr(described, what) == getattr(opened, what)
    picture = np.random.default_rng(0).integers(0, 256, (40, 50, 3)).astype(np.uint8)
    assert described.predict(picture) == opened.predict(picture)
    assert described.untrained().layers == opened.layers
    assert described.is_open
    with pytest.raises(AttributeError, match="Received: weight"):
        _ = described.weight


def test_what_was_made_of_other_weights_or_photos_is_not_taken(tmp_path, monkeypatch):
    index = photo_index.photo_index("tutorial")
    (tmp_path / "tutorial.npz").write_bytes(packed_index(index))
    monkeypatch.setattr(photo_index, "FOLDER", tmp_path)
    assert photo_index.photo_index("tutorial") is not None
    assert photo_index.photo_index("small_vgg") is None
    monkeypatch.setattr(photo_index, "all_photos", lambda: all_photos()[1:])
    assert photo_index.photo_index("tutorial") is None
    monkeypatch.undo()
    monkeypatch.setattr(photo_index, "FOLDER", tmp_path)
    monkeypatch.setattr(photo_index, "MODELS", tmp_path)
    # The same photos, but weights of another content.
    assert photo_index.photo_index("tutorial") is None


def test_thumbnails_are_made_where_none_ship(tmp_path, monkeypatch):
    monkeypatch.setattr(photo_index, "FOLDER", tmp_path)
    monkeypatch.setattr(photo_index, "made_thumbnails", lambda: (b"made",))
    assert photo_index.photo_thumbnails.__wrapped__() == (b"made",)


def test_an_index_is_searched_without_tensorflow():
    program = (
        "import sys\n"
        "from cnnviz.search.photo_index import photo_index\n"
        "index = photo_index('efficientnet_lite0')\n"
        "print(len(index.query_indexed(3)), index.network.is_open, 'tensorflow' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.stdout.strip(), done.stderr) == ("15 False False", "")


def test_all_that_lies_there_is_known():
    files = {path.stem for path in FOLDER.glob("*.npz")}
    assert files == {*SHIPPED, "thumbnails", "features"}
