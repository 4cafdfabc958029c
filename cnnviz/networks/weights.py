"""The weights that ship, in files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.networks.layers import NetworkError


def save_weights(model: Any, path: Path) -> None:
    """Write a Keras model's weights to an .npz: one array per weight, named `layer/weight`.

    Kernels are kept as float16. Vectors stay float32: they are few, and a batch normalisation's
    variances reach below what float16 holds.
    """
    arrays = {
        f"{layer.name}/{weight.name}": weight.numpy().astype(
            np.float16 if len(weight.shape) > 1 else np.float32
        )
        for layer in model.layers
        for weight in layer.weights
    }
    np.savez_compressed(path, **arrays)


def load_weights(model: Any, path: Path) -> None:
    """Read weights that `save_weights` wrote into a model of the same layers, as float32.

    Raises
    ------
    NetworkError : the file holds other weights than the model has.
    """
    expected = {
        f"{layer.name}/{weight.name}": weight for layer in model.layers for weight in layer.weights
    }
    with np.load(path, allow_pickle=False) as arrays:
        if set(arrays.files) != set(expected):
            different = sorted(set(arrays.files) ^ set(expected))
            raise NetworkError(
                "A weights file must hold exactly the network's weights. "
                f"Received: {path.name}, which differs in {', '.join(different[:5])}."
            )
        for name, weight in expected.items():
            weight.assign(arrays[name].astype(np.float32))
