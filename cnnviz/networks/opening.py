"""The networks that can be opened by name, each built once and shared by all users."""

from __future__ import annotations

import gc
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from cnnviz.images.preprocessing import PREPROCESSINGS, Preprocessing
from cnnviz.networks.architectures import ARCHITECTURES, CIFAR10_CLASSES
from cnnviz.networks.downloads import APPLICATIONS, Application, Progress
from cnnviz.networks.labels import imagenet_classes
from cnnviz.networks.layers import LayerInfo, NetworkError
from cnnviz.networks.network import Network
from cnnviz.networks.tensorflow_runtime import (
    freeze_garbage,
    load_keras,
    uncollected,
    variables_of_one_name,
)
from cnnviz.networks.weights import load_weights
from cnnviz.notation import shown
from cnnviz.shipped import MODELS

# EfficientNet's "lite" variant was trained on this and nothing else was.
_LITE = Preprocessing(
    "About -1 to 1",
    "Each pixel less 127, divided by 128: EfficientNet-Lite.",
    (127.0, 127.0, 127.0),
    (128.0, 128.0, 128.0),
    False,
    "x = (pixels - 127.0) / 128.0",
)


@dataclass(frozen=True)
class NetworkEntry:
    """One network of `NETWORKS`: what a picker needs to know before it is opened.

    name : its key.
    title : its name on a page.
    summary : one sentence on what it is.
    side : of its square input, in pixels.
    classes : how many it tells apart.
    download : where its weights come from; None if it ships.
    """

    name: str
    title: str
    summary: str
    side: int
    classes: int
    download: Application | None = None

    @property
    def ships(self) -> bool:
        """Whether it opens without a connection on any computer."""
        return self.download is None

    @property
    def is_here(self) -> bool:
        """Whether it opens without a connection on this computer."""
        return self.download is None or self.download.is_here


def _entries() -> dict[str, NetworkEntry]:
    shipped = (
        NetworkEntry(
            "tutorial",
            "Tutorial network",
            "The one every beginner writes first: two convolutions, one pooling, one dense layer.",
            32,
            10,
        ),
        NetworkEntry(
            "small_vgg",
            "Small VGG",
            "Five 3 x 3 convolutions and three poolings; right on 78 of 100 unseen pictures.",
            32,
            10,
        ),
        NetworkEntry(
            "efficientnet_lite0",
            "EfficientNet-Lite0",
            "Tells 1,000 kinds of things apart; made for phones.",
            224,
            1000,
        ),
    )
    downloads = (
        NetworkEntry(name, one.title, one.summary, one.side, 1000, one)
        for name, one in APPLICATIONS.items()
    )
    return {entry.name: entry for entry in (*shipped, *downloads)}


NETWORKS: Mapping[str, NetworkEntry] = MappingProxyType(_entries())

_opened: OrderedDict[str, Network] = OrderedDict()
_opening: dict[str, threading.Lock] = {}
_registry = threading.Lock()
# Downloaded networks take up to half a gigabyte each.
_MOST_DOWNLOADED = 3


def open_network(name: str, *, progress: Progress | None = None) -> Network:
    """Open a network by its key in `NETWORKS`: built, warmed and compiled once per process.

    Parameters
    ----------
    progress : called with (bytes received, bytes expected) while weights are downloaded.

    Raises
    ------
    NetworkError : there is no such network, or its weights cannot be downloaded.
    """
    if name not in NETWORKS:
        known = ", ".join(NETWORKS)
        raise NetworkError(f"The network must be one of {known}. Received: {shown(name)}.")
    with _registry:
        lock = _opening.setdefault(name, threading.Lock())
    with lock:
        with _registry:
            if name in _opened:
                _opened.move_to_end(name)
                return _opened[name]
        entry = NETWORKS[name]
        with uncollected(), variables_of_one_name():
            network = _build(entry, progress)
            network.is_shared = True
            network.warm_up()
        with _registry:
            _opened[name] = network
            downloaded = [key for key in _opened if not NETWORKS[key].ships]
            for key in downloaded[: max(len(downloaded) - _MOST_DOWNLOADED, 0)]:
                del _opened[key]
        if entry.ships:
            gc.freeze()  # nothing is dropped for it, and somebody may wait
        else:
            freeze_garbage()
    return network


def is_open(name: str) -> bool:
    """Whether a network is in memory, so that `open_network` gives it at once."""
    return name in _opened


def described_network(name: str, layers: Sequence[LayerInfo]) -> Network:
    """Give a shipped network by its layers alone; it is opened once more is asked of it.

    So what is known beforehand can be shown before TensorFlow is there.

    Parameters
    ----------
    name : its key in `NETWORKS`.
    layers : what it consists of, its input first.
    """
    return _Described(NETWORKS[name], layers)


class _Described(Network):
    """A shipped network that opens itself when it must."""

    def __init__(self, entry: NetworkEntry, layers: Sequence[LayerInfo]) -> None:
        self._layers = tuple(layers)
        self.name, self.title, self.is_shared, self.known = entry.name, entry.title, True, None
        self.labels, self.preprocessing, self.crop = _reading(entry)

    def __getattr__(self, name: str) -> Any:
        # Python asks here for what is not there yet.
        if name == "_runner":
            self._runner = open_network(self.name)._runner
            return self._runner
        raise AttributeError(f"A network has no such attribute. Received: {name}.")

    @property
    def layers(self) -> tuple[LayerInfo, ...]:
        return self._layers

    @property
    def is_open(self) -> bool:
        return "_runner" in vars(self) or is_open(self.name)

    def open(self) -> None:
        _ = self._runner


def _reading(entry: NetworkEntry) -> tuple[tuple[str, ...], Preprocessing, float]:
    """Say how a shipped network reads a picture: its classes, its pixels' scale, its crop."""
    if entry.classes == 10:
        return CIFAR10_CLASSES, PREPROCESSINGS["zero_to_one"], 1.0
    return imagenet_classes(), _LITE, 224 / 256


def _build(entry: NetworkEntry, progress: Progress | None) -> Network:
    if entry.download is None:
        model = ARCHITECTURES[entry.name]()
        load_weights(model, MODELS / f"{entry.name}.npz")
        labels, preprocessing, crop = _reading(entry)
        return Network.from_model(
            model,
            name=entry.name,
            title=entry.title,
            labels=labels,
            preprocessing=preprocessing,
            crop=crop,
        )
    path = entry.download.fetch(progress)
    try:
        model = getattr(load_keras().applications, entry.download.constructor)(weights=str(path))
    except (OSError, ValueError, KeyError) as error:
        raise NetworkError(
            f"The weights of {entry.title} must be the ones that Keras published; delete the "
            f"file to fetch it again. Received: {path}."
        ) from error
    return Network.from_model(
        model,
        name=entry.name,
        title=entry.title,
        labels=imagenet_classes(),
        preprocessing=entry.download.preprocessing,
        crop=224 / 256,
    )


def random_twin(network: Network, *, seed: int = 0) -> Network:
    """Build the same network as it was before training; see `Network.untrained`."""
    return network.untrained(seed)
