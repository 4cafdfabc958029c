"""Make `.keras` files, good and hostile, for the tests of reading them."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.limits import Limits
from cnnviz.networks.keras_files.building import BuiltNetwork, build_network
from cnnviz.networks.keras_files.graph import network_from_config
from cnnviz.networks.keras_files.upload import read_archive
from cnnviz.networks.keras_files.weights import stored_weights

ROOMY = Limits(model_megabytes=200, model_layers=1000, model_parameters=30)


def saved(model: Any) -> bytes:
    """Save a model as Keras does and return the file's content."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.keras")
        model.save(path)
        return path.read_bytes()


def randomised(model: Any) -> Any:
    """Give every weight a value of its own, so that a swapped one cannot go unnoticed."""
    draw = np.random.default_rng(7)
    for weight in model.weights:
        # A Normalization layer computes with copies of its mean and variance.
        if weight.dtype == "float32" and weight.name not in ("mean", "variance"):
            values = draw.normal(size=weight.shape) / np.sqrt(max(np.prod(weight.shape[:-1]), 1))
            if "variance" in weight.name or "gamma" in weight.name:
                values = np.abs(values) + 0.5
            weight.assign(values)
    return model


def opened(data: bytes, *, side: int | None = None, limits: Limits = ROOMY) -> BuiltNetwork:
    """Read and build a file in this process, without the child."""
    archive = read_archive(data, limits)
    network = network_from_config(archive.config, limits)
    weights = stored_weights(archive.weights, network, limits)
    return build_network(network, weights, side=side, limits=limits)


def members_of(data: bytes) -> dict[str, bytes]:
    """Take a `.keras` file apart without any check."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(members: Mapping[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """Put members into an archive as they are."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def config_of(data: bytes) -> dict[str, Any]:
    """Return what a file's config.json holds."""
    config: dict[str, Any] = json.loads(members_of(data)["config.json"])
    return config


def with_config(data: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """Change a file's config in place, as somebody with a text editor would."""
    members, config = members_of(data), config_of(data)
    change(config)
    return packed({**members, "config.json": json.dumps(config).encode()})


def with_weights(data: bytes, change: Callable[[Any], object]) -> bytes:
    """Change a file's model.weights.h5; `change` gets the open `h5py.File`."""
    import h5py

    members = members_of(data)
    stream = io.BytesIO(members["model.weights.h5"])
    with h5py.File(stream, "r+") as file:
        change(file)
    return packed({**members, "model.weights.h5": stream.getvalue()})


def layer_config(config: dict[str, Any], name: str) -> dict[str, Any]:
    """Find a layer's entry by its name, nested models included."""
    for entry in config["config"]["layers"]:
        if entry["config"].get("name") == name:
            found: dict[str, Any] = entry
            return found
        if "layers" in entry["config"]:
            try:
                return layer_config(entry, name)
            except KeyError:
                pass
    raise KeyError(name)
