"""Data sets that Keras publishes: fetched once, with progress, and read by `keras.datasets`."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.networks.downloads import Progress, fetch_file, keras_home
from cnnviz.networks.layers import NetworkError
from cnnviz.networks.tensorflow_runtime import load_keras
from cnnviz.shapes import Pixels

_KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
MOST_EXAMPLES, MOST_HELD_OUT = 10_000, 1_000
"""The first of each part are used: the whole of them would train for hours here."""

# Keras unpacks its archive, which two at once would do into the same files.
_reading = threading.Lock()


@dataclass(frozen=True)
class Files:
    """What a data set of `keras.datasets` needs.

    url : where the files lie.
    files : their names there; where Keras looks for each, below its folder of data sets; and their
        digests, as Keras pins them.
    megabytes : about how large the largest is.
    """

    title: str
    url: str
    files: tuple[tuple[str, str, str], ...]
    megabytes: int

    def paths(self) -> list[Path]:
        """Where they lie once they are here."""
        return [keras_home() / "datasets" / path for _, path, _ in self.files]

    @property
    def are_here(self) -> bool:
        """Whether all of them have been fetched before."""
        return all(path.is_file() for path in self.paths())

    def fetch(self, progress: Progress | None = None) -> None:
        """Download what is not here.

        Raises
        ------
        NetworkError : no connection, another file than the expected one, or no room for it.
        """
        for (name, _, digest), path in zip(self.files, self.paths(), strict=True):
            fetch_file(
                f"{self.url}{name}",
                path,
                title=self.title,
                what=f"The pictures of {self.title}",
                megabytes=self.megabytes,
                digest=digest,
                progress=progress,
            )


FILES: Mapping[str, Files] = MappingProxyType(
    {
        "mnist": Files(
            "MNIST",
            _KERAS,
            (
                (
                    "mnist.npz",
                    "mnist.npz",
                    "sha256:731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
                ),
            ),
            12,
        ),
        "fashion_mnist": Files(
            "Fashion-MNIST",
            _KERAS,
            tuple(
                (name, f"fashion-mnist/{name}", "")
                for name in (
                    "train-labels-idx1-ubyte.gz",
                    "train-images-idx3-ubyte.gz",
                    "t10k-labels-idx1-ubyte.gz",
                    "t10k-images-idx3-ubyte.gz",
                )
            ),
            27,
        ),
        "cifar10": Files(
            "CIFAR-10",
            "https://www.cs.toronto.edu/~kriz/",
            (
                (
                    "cifar-10-python.tar.gz",
                    "cifar-10-batches-py-target_archive",
                    "sha256:6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
                ),
            ),
            171,
        ),
    }
)
"""By the name of the module in `keras.datasets`."""


def published(name: str) -> tuple[Pixels, NDArray[np.int64], int]:
    """Read a data set that is here.

    Returns
    -------
    images : (pictures, height, width, 1 or 3) uint8, those to learn from first; their labels; and
        how many of them are held out.

    Raises
    ------
    NetworkError : its files are not here and cannot be fetched.
    """
    FILES[name].fetch()
    with _reading:
        found = _read(name)
    (x, y), (held_out_x, held_out_y) = found
    x, y = x[:MOST_EXAMPLES], np.ravel(y)[:MOST_EXAMPLES]
    held_out_x = held_out_x[:MOST_HELD_OUT]
    images = np.concatenate([x, held_out_x])
    if images.ndim == 3:
        images = images[..., np.newaxis]
    labels = np.concatenate([y, np.ravel(held_out_y)[:MOST_HELD_OUT]]).astype(np.int64)
    return images, labels, len(held_out_x)


def _read(name: str) -> Any:
    try:
        return getattr(load_keras().datasets, name).load_data()
    # Of some files Keras pins no digest: what came instead of them shows here.
    except (OSError, EOFError, ValueError, zlib.error) as error:
        for path in FILES[name].paths():
            path.unlink(missing_ok=True)
        raise NetworkError(
            f"The files of {FILES[name].title} must be as they were published; they are fetched "
            f"anew when you ask again. Received: one that cannot be read ({type(error).__name__})."
        ) from None
