"""What the tests of explanations share: a picture, cells to look at, and layers to look into."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from cnnviz.networks import Network
from cnnviz.networks.explanation.explain import can_explain, explain
from cnnviz.networks.explanation.terms import as_cells
from cnnviz.networks.tensorflow_runtime import load_keras


@cache
def picture(height: int = 97, width: int = 131) -> Any:
    """A picture with edges, gradients and noise in it."""
    rows, columns = np.mgrid[:height, :width]
    noise = np.random.default_rng(3).normal(0, 20, (height, width, 3))
    waves = np.stack(
        [np.sin(rows / 7), np.cos(columns / 11), np.where(rows > columns, 1, -1)], axis=-1
    )
    return (127 + 90 * waves + noise).clip(0, 255).astype(np.uint8)


def cells_of(maps: Any, layer: str, count: int, seed: int = 0) -> list[tuple[int, int, int]]:
    """Pick some cells of a layer, the corners among them."""
    random = np.random.default_rng(seed)
    shape = as_cells(maps[layer]).shape
    corners = [(0, 0, 0), (shape[0] - 1, shape[1] - 1, shape[2] - 1)]
    return corners + [tuple(int(random.integers(n)) for n in shape) for _ in range(count)]


def shaken(model: Any) -> Any:
    """Give every weight a value of its own, as training would; variances stay positive."""
    random = np.random.default_rng(11)
    for weight in model.weights:
        values = random.normal(0, 0.4, tuple(weight.shape))
        if weight.name in ("moving_variance", "variance"):
            values = np.abs(values) + 0.2
        if weight.name != "count":
            weight.assign(values)
    return model


def assert_explained(network: Network, layer: str, *, count: int = 10) -> None:
    maps = network.feature_maps(picture())
    assert can_explain(network, layer)
    for row, column, channel in cells_of(maps, layer, count):
        for fold in (True, False):
            found = explain(network, maps, layer, row, column, channel, fold=fold)
            assert found.delta <= 1e-5 * max(1.0, abs(found.network_value)), (row, column, channel)


def assert_layer_explained(build: Callable[[Any], Any]) -> None:
    """Put a layer, made of `keras.layers`, behind a convolution and explain some of its cells."""
    keras = load_keras()
    image = keras.Input((8, 12, 3))
    x = keras.layers.Conv2D(6, 3, padding="same", name="before")(image)
    network = Network.from_model(shaken(keras.Model(image, build(keras.layers)(x))))
    assert_explained(network, network.layers[-1].name)


def explain_first(network: Network, layer: str) -> Any:
    return explain(network, network.feature_maps(picture()), layer, 0, 0, 0)
