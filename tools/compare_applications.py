"""Open every network of keras.applications from its file and compare it with Keras's own.

    python -m tools.compare_applications [name ...]

Each is saved with random weights, read as an uploaded file is, and asked about noise. The table
says what it was recognised as, on which scale its pixels are, and how far its answer is from
Keras's. Networks beyond the limits of `CNNVIZ_SHARED=0` are refused, and the table says so.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.images.preprocessing import PREPROCESSINGS
from cnnviz.limits import Limits
from cnnviz.networks import NetworkError
from cnnviz.networks.keras_files.upload import Upload, read_upload
from cnnviz.networks.tensorflow_runtime import load_keras

LIMITS = Limits.from_environment({"CNNVIZ_SHARED": "0"})


@dataclass(frozen=True)
class Comparison:
    """What came of one network.

    scale : the key of the preprocessing that it got.
    difference : the largest between its probabilities and Keras's.
    """

    known_as: str
    scale: str
    labels: tuple[str, ...]
    difference: float
    megabytes: float
    seconds: float


def constructors() -> dict[str, Any]:
    """Give every network of keras.applications by its name."""
    applications = load_keras().applications
    return {name: getattr(applications, name) for name in dir(applications) if name[0].isupper()}


def with_random_weights(model: Any) -> Any:
    """Give every layer weights that keep its maps from fading and its answer from being even."""
    draw = np.random.default_rng(7)
    for weight in model.weights:
        if weight.dtype != "float32" or weight.name in ("mean", "variance", "count"):
            continue
        if "variance" in weight.name or "gamma" in weight.name:
            weight.assign(draw.uniform(0.5, 1.5, weight.shape))
        elif len(weight.shape) > 1:
            # A depthwise kernel, (rows, columns, channels, 1), adds up rows and columns alone.
            is_depthwise = len(weight.shape) == 4 and weight.shape[3] == 1
            fan_in = int(np.prod(weight.shape[: 2 if is_depthwise else -1]))
            weight.assign(draw.normal(size=weight.shape) * np.sqrt(2 / fan_in))
        else:
            weight.assign(draw.normal(size=weight.shape) / 10)
    return model


def saved(model: Any) -> bytes:
    """Save a model as its maker would, and return the file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        return path.read_bytes()


def key_of(upload: Upload) -> str:
    """Name the preprocessing that an uploaded network got."""
    scale = upload.network.preprocessing
    return next(key for key, one in PREPROCESSINGS.items() if one is scale)


def compare(model: Any, *, limits: Limits = LIMITS) -> Comparison:
    """Save a model, open its file as an upload, and compare the answers to a picture of noise."""
    data = saved(model)
    started = time.monotonic()
    upload = read_upload(data, file_name="model.keras", limits=limits)
    seconds = time.monotonic() - started
    network = upload.network
    picture = np.random.default_rng(0).integers(0, 256, (*network.input_shape[:2], 3), np.uint8)
    x = network.preprocess(picture)[np.newaxis]
    expected = np.asarray(model(x, training=False))[0]
    received = network.probabilities(picture)
    return Comparison(
        known_as=network.known.title if network.known else "",
        scale=key_of(upload),
        labels=network.labels,
        difference=float(np.abs(received - expected).max()),
        megabytes=len(data) / 2**20,
        seconds=seconds,
    )


def rows(names: list[str]) -> Iterator[str]:
    """Write the table's lines."""
    heads = ("network", "recognised as", "pixels", "difference", "MiB", "s")
    yield "{:20} {:20} {:18} {:>10} {:>7} {:>5}".format(*heads)
    for name in names:
        try:
            found = compare(with_random_weights(constructors()[name](weights=None)))
        except NetworkError as error:
            yield f"{name:20} {error}"
            continue
        finally:
            gc.collect()
        yield (
            f"{name:20} {found.known_as:20} {found.scale:18} {found.difference:10.1e} "
            f"{found.megabytes:7.1f} {found.seconds:5.1f}"
        )


if __name__ == "__main__":
    for line in rows(sys.argv[1:] or sorted(constructors())):
        print(line, flush=True)
