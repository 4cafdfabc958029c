"""Published data sets: fetched once and checked, or one clear sentence."""

import gzip
import hashlib
import importlib
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from cnnviz.networks.layers import NetworkError
from cnnviz.networks.training import downloaded
from cnnviz.networks.training.data import DATA, DataSource, _published
from cnnviz.networks.training.downloaded import FILES


@pytest.fixture
def keras_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path / "keras" / "datasets"


@pytest.fixture
def published_here(tmp_path, monkeypatch, keras_folder):
    """Publish a small file of MNIST's kind in a folder, with its digest."""
    draw = np.random.default_rng(0)
    arrays = {
        "x_train": draw.integers(0, 256, (50, 28, 28), np.uint8),
        "y_train": np.arange(50, dtype=np.uint8) % 10,
        "x_test": draw.integers(0, 256, (20, 28, 28), np.uint8),
        "y_test": np.arange(20, dtype=np.uint8) % 10,
    }
    np.savez(tmp_path / "mnist.npz", **arrays)
    digest = hashlib.sha256((tmp_path / "mnist.npz").read_bytes()).hexdigest()
    files = replace(
        FILES["mnist"],
        url=f"{tmp_path.as_uri()}/",
        files=(("mnist.npz", "mnist.npz", f"sha256:{digest}"),),
    )
    monkeypatch.setattr(downloaded, "FILES", MappingProxyType({"mnist": files}))
    return files, arrays


def test_a_file_is_fetched_once_with_progress(published_here, keras_folder):
    files, _ = published_here
    assert not files.are_here
    told = []
    files.fetch(lambda received, expected: told.append((received, expected)))
    assert told[-1][0] == told[-1][1] == (keras_folder / "mnist.npz").stat().st_size
    assert files.are_here
    files.fetch(lambda *_: pytest.fail("It is here already."))
    assert [path.name for path in keras_folder.iterdir()] == ["mnist.npz"]


def test_another_file_than_the_published_one_is_refused(published_here, keras_folder):
    files, _ = published_here
    other = replace(files, files=(("mnist.npz", "mnist.npz", "sha256:00"),))
    with pytest.raises(NetworkError, match="The pictures of MNIST must be the ones that Keras"):
        other.fetch()
    assert list(keras_folder.iterdir()) == []


@pytest.mark.parametrize("name", FILES)
def test_without_a_connection_it_is_one_sentence(name, keras_folder):
    files = replace(FILES[name], url="http://127.0.0.1:9/")
    with pytest.raises(NetworkError) as caught:
        files.fetch()
    sentence = str(caught.value)
    assert sentence.startswith(f"{files.title} must be downloaded once ({files.megabytes} MB)")
    assert "Received: " in sentence
    assert "\n" not in sentence


@pytest.mark.tensorflow
def test_those_held_out_are_the_published_ones(published_here, monkeypatch):
    files, arrays = published_here
    files.fetch()
    keras = downloaded.load_keras()
    monkeypatch.setattr(
        keras.datasets.mnist,
        "load_data",
        lambda: tuple((arrays[f"x_{part}"], arrays[f"y_{part}"]) for part in ("train", "test")),
    )
    source: DataSource = DATA["mnist"]
    data = _published(source)
    assert data.shape == source.shape
    np.testing.assert_array_equal(data.images[data.validation][..., 0], arrays["x_test"])
    np.testing.assert_array_equal(data.labels[data.validation], arrays["y_test"])
    assert np.bincount(data.labels[data.first(10)]).tolist() == [1] * 10


class _Asked(Exception):  # noqa: N818 what Keras would fetch is noted, and nothing is
    pass


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", FILES)
def test_files_lie_where_keras_looks_and_are_those_that_it_asks_for(
    name, keras_folder, monkeypatch
):
    module = importlib.import_module(f"keras.src.datasets.{name}")
    asked = []

    def get_file(fname, origin, file_hash=None, cache_subdir="datasets", extract=False):
        folder = keras_folder.parent / cache_subdir
        asked.append((origin, folder / (f"{fname}_archive" if extract else fname), file_hash))
        if len(asked) == len(FILES[name].files):
            raise _Asked
        return str(folder / fname)

    monkeypatch.setattr(module, "get_file", get_file)
    with pytest.raises(_Asked):
        module.load_data()
    files = FILES[name]
    assert asked == [
        (f"{files.url}{there}", path, digest.removeprefix("sha256:") or None)
        for (there, _, digest), path in zip(files.files, files.paths(), strict=True)
    ]


@pytest.mark.tensorflow
def test_fashion_mnist_is_read_from_its_files_and_fetched_anew_where_one_is_broken(
    tmp_path, monkeypatch, keras_folder
):
    draw = np.random.default_rng(0)
    for part, count in (("train", 40), ("t10k", 20)):
        images = draw.integers(0, 256, (count, 28, 28), np.uint8)
        for what, front, array in (
            ("images-idx3", 16, images),
            ("labels-idx1", 8, np.arange(count, dtype=np.uint8) % 10),
        ):
            data = gzip.compress(bytes(front) + array.tobytes())
            (tmp_path / f"{part}-{what}-ubyte.gz").write_bytes(data)
    files = replace(FILES["fashion_mnist"], url=f"{tmp_path.as_uri()}/")
    monkeypatch.setattr(downloaded, "FILES", MappingProxyType({"fashion_mnist": files}))
    # Keras has read its folder's name when it was imported.
    keras_files = importlib.import_module("keras.src.utils.file_utils")
    monkeypatch.setattr(keras_files.config, "keras_home", lambda: str(keras_folder.parent))
    found, labels, held_out = downloaded.published("fashion_mnist")
    assert found.shape == (60, 28, 28, 1)
    assert held_out == 20
    np.testing.assert_array_equal(found[40:, ..., 0], images)
    assert labels.tolist() == [*(list(range(10)) * 6)]
    files.paths()[1].write_bytes(b"<html>Sign in to the hotel's network</html>")
    with pytest.raises(NetworkError, match=r"as they were published.*\(BadGzipFile\)"):
        downloaded.published("fashion_mnist")
    assert len(downloaded.published("fashion_mnist")[0]) == 60
