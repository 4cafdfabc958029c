"""Open every network of keras.applications from its file and compare it with Keras's own.

    python -m tools.compare_applications [name ...]

Each is saved with random weights, read as an uploaded file is, and asked about a picture of noise;
so is the network itself, behind the `preprocess_input` of its own module. The table (Markdown) says
what it was recognised as, on which scale its pixels are, and how far its answer is from Keras's.
Networks beyond the limits of `CNNVIZ_SHARED=0` are refused, and the table says so; the variables of
`cnnviz/limits.py` raise them. What a run found stands in docs/keras_applications.md.
"""

from __future__ import annotations

import gc
import importlib
import os
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
from cnnviz.networks import NetworkError, imagenet_classes
from cnnviz.networks.keras_files.upload import Upload, read_upload
from cnnviz.networks.tensorflow_runtime import load_keras

LIMITS = Limits.from_environment({**os.environ, "CNNVIZ_SHARED": "0"})


@dataclass(frozen=True)
class Comparison:
    """What came of one network.

    known_as : what it was recognised as.
    scale : the key of the preprocessing that it got.
    scale_difference : the largest between its scaled pixels and those of `preprocess_input`.
    is_named : whether its classes have ImageNet's names.
    difference : the largest between its probabilities and Keras's, in parts of the largest.
    megabytes : size of its file, in MiB.
    seconds, gibibytes : what reading it took, in the child process.
    """

    known_as: str
    scale: str
    scale_difference: float
    is_named: bool
    difference: float
    megabytes: float
    seconds: float
    gibibytes: float


def constructors() -> dict[str, Any]:
    """Give every network of keras.applications by its name."""
    applications = load_keras().applications
    return {name: getattr(applications, name) for name in dir(applications) if name[0].isupper()}


def with_random_weights(model: Any) -> Any:
    """Give every layer weights that keep its maps from fading and its answer from being even.

    They are no larger than that: with kernels of twice the variance an EfficientNetV2B1 changes
    its whole answer where its input changes by a millionth, and Keras differs from itself.
    """
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
            weight.assign(draw.normal(size=weight.shape) * np.sqrt(1 / fan_in))
        else:
            weight.assign(draw.normal(size=weight.shape) / 10)
    return model


def open_answer(model: Any, x: Any) -> Any:
    """Weaken a network's last weights until no class takes all: it would hide every difference.

    Returns
    -------
    What it answers then, of the first of the inputs.
    """
    last = [layer for layer in model.layers if layer.weights][-1]
    while (answer := np.asarray(model(x, training=False))).max() > 0.2:
        last.set_weights([array / 4 for array in last.get_weights()])
    return answer[0]


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


def preprocess_input_of(name: str) -> Any:
    """Give the function that scales pixels for a network of keras.applications."""
    return importlib.import_module(constructors()[name].__module__).preprocess_input


def compare(name: str, *, limits: Limits = LIMITS) -> Comparison:
    """Save a network, open its file as an upload, and compare the answers to one picture."""
    model = with_random_weights(constructors()[name](weights=None))
    shape = (*model.input_shape[1:3], 3)
    picture = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    x = np.asarray(preprocess_input_of(name)(picture.astype(np.float32)))
    batch = x[np.newaxis]
    expected = open_answer(model, batch)
    data = saved(model)
    started = time.monotonic()
    upload = read_upload(data, file_name="model.keras", limits=limits)
    seconds = time.monotonic() - started
    network = upload.network
    scale_difference = float(np.abs(network.preprocess(picture) - x).max())
    received = network.probabilities(picture)
    return Comparison(
        known_as=network.known.title if network.known else "",
        scale=key_of(upload),
        scale_difference=scale_difference,
        is_named=network.labels == imagenet_classes(),
        difference=float(np.abs(received - expected).max() / expected.max()),
        megabytes=len(data) / 2**20,
        seconds=seconds,
        gibibytes=upload.usage.memory_bytes / 2**30,
    )


def rows(names: list[str]) -> Iterator[str]:
    """Write the table's lines."""
    yield "| network | recognised as | pixels | off by | names | answer off by | MiB | s | GiB |"
    yield "| --- | --- | --- | ---: | --- | ---: | ---: | ---: | ---: |"
    for name in names:
        try:
            found = compare(name)
        except NetworkError as error:
            yield f"| {name} | {error} |"
            continue
        finally:
            gc.collect()
        yield (
            f"| {name} | {found.known_as} | {PREPROCESSINGS[found.scale].name} "
            f"| {found.scale_difference:.0e} | {'ImageNet' if found.is_named else 'none'} "
            f"| {found.difference:.0e} | {found.megabytes:.0f} | {found.seconds:.0f} "
            f"| {found.gibibytes:.1f} |"
        )


if __name__ == "__main__":
    for line in rows(sys.argv[1:] or sorted(constructors())):
        print(line, flush=True)
