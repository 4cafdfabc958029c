"""Weights are fetched once, checked, and told apart."""

from __future__ import annotations

import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
import pytest

from cnnviz.images.preprocessing import PREPROCESSINGS
from cnnviz.networks import (
    NETWORKS,
    NetworkError,
    open_network,
    opening,
)
from cnnviz.networks.downloads import APPLICATIONS
from cnnviz.networks.tensorflow_runtime import load_keras
from tests.networks.shipped import PICTURE

# Downloads, with weights made here


class Weights(BaseHTTPRequestHandler):
    """Serve what `answers` holds, over real HTTP on this computer."""

    answers: ClassVar[dict[str, bytes]] = {}

    def do_GET(self) -> None:
        body = self.answers.get(self.path)
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Any:
    running = ThreadingHTTPServer(("127.0.0.1", 0), Weights)
    thread = threading.Thread(target=running.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.fixture
def kept_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(opening, "_opened", opening._opened.copy())
    return tmp_path / "models"


def offer(monkeypatch: pytest.MonkeyPatch, **changed: Any) -> None:
    """Let mobilenet_v2 come from elsewhere."""
    application = replace(APPLICATIONS["mobilenet_v2"], **changed)
    entry = replace(NETWORKS["mobilenet_v2"], download=application)
    monkeypatch.setattr(opening, "NETWORKS", MappingProxyType({**NETWORKS, "mobilenet_v2": entry}))


# Keras 3.15 reads and writes weights in a way that NumPy 2 warns of.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_network_of_keras_applications_is_downloaded_once(
    server: str, kept_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = load_keras().applications.MobileNetV2(weights=None)
    made.save_weights(tmp_path / "made.weights.h5")
    body = (tmp_path / "made.weights.h5").read_bytes()
    monkeypatch.setattr(Weights, "answers", {"/mobilenet.weights.h5": body})
    offer(monkeypatch, url=f"{server}/mobilenet.weights.h5")
    assert not opening.NETWORKS["mobilenet_v2"].is_here
    seen: list[tuple[int, int]] = []
    network = open_network("mobilenet_v2", progress=lambda *counts: seen.append(counts))
    assert seen[-1] == (len(body), len(body))
    assert [received for received, _ in seen] == sorted(received for received, _ in seen)
    assert opening.NETWORKS["mobilenet_v2"].is_here
    assert [path.name for path in kept_in.iterdir()] == ["mobilenet.weights.h5"]
    x = network.preprocess(PICTURE)
    assert x.min() >= -1
    expected = made(x[np.newaxis], training=False)[0]
    np.testing.assert_allclose(network.probabilities(PICTURE), expected, rtol=1e-3, atol=1e-6)
    monkeypatch.setattr(Weights, "answers", {})
    assert open_network("mobilenet_v2") is network


def test_without_a_connection_one_sentence_says_so(
    kept_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing listens on port 9 of this computer.
    offer(monkeypatch, url="http://127.0.0.1:9/weights.h5")
    with pytest.raises(NetworkError, match=r"^MobileNetV2 must be downloaded once.*refused\.$"):
        open_network("mobilenet_v2")
    assert not list(kept_in.glob("*"))
    assert open_network("tutorial").predict(PICTURE)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"md5": "0" * 32}, "must be the ones that Keras published"),
        ({"megabytes": -1}, "more than twice as much"),
    ],
    ids=["another file", "far too large"],
)
def test_a_file_that_is_not_the_expected_one_is_thrown_away(
    server: str,
    kept_in: Path,
    monkeypatch: pytest.MonkeyPatch,
    changed: dict[str, Any],
    sentence: str,
) -> None:
    monkeypatch.setattr(Weights, "answers", {"/weights.h5": b"no weights at all" * 1000})
    offer(monkeypatch, url=f"{server}/weights.h5", **changed)
    with pytest.raises(NetworkError, match=sentence):
        open_network("mobilenet_v2")
    assert not list(kept_in.glob("*"))


def test_a_missing_file_and_a_broken_one_are_told_apart(
    server: str, kept_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, url=f"{server}/weights.h5")
    with pytest.raises(NetworkError, match="Received: HTTP 404"):
        open_network("mobilenet_v2")
    monkeypatch.setattr(Weights, "answers", {"/weights.h5": b"no weights at all"})
    with pytest.raises(NetworkError, match="delete the file to fetch it again"):
        open_network("mobilenet_v2")


def test_stopping_a_download_leaves_nothing_behind(
    server: str, kept_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopped(Exception):  # noqa: N818
        pass

    def stop(received: int, expected: int) -> None:
        raise Stopped

    monkeypatch.setattr(Weights, "answers", {"/weights.h5": b"weights" * 1000})
    offer(monkeypatch, url=f"{server}/weights.h5")
    with pytest.raises(Stopped):
        open_network("mobilenet_v2", progress=stop)
    assert not list(kept_in.glob("*"))


@pytest.mark.parametrize("name", [name for name, entry in NETWORKS.items() if not entry.ships])
def test_each_offered_network_has_its_preprocessing_and_a_secure_address(name: str) -> None:
    application = NETWORKS[name].download
    assert application is not None
    assert application.url.startswith("https://storage.googleapis.com/")
    assert hasattr(load_keras().applications, application.constructor)
    assert application.preprocessing in PREPROCESSINGS
