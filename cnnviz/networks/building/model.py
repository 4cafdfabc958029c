"""A stack as a Keras model, with weights drawn at random."""

from __future__ import annotations

import zlib
from typing import Any

from cnnviz.networks.building.augmentation import AUGMENTATION_KINDS, OUTSIDE_NETWORKS, UNSEEDED
from cnnviz.networks.building.code import MODEL_NAME, is_sequential
from cnnviz.networks.building.layer import Call, Layer
from cnnviz.networks.building.stack import Stack
from cnnviz.networks.building.table import calls_of
from cnnviz.networks.keras_files.building import in_own_thread
from cnnviz.networks.tensorflow_runtime import load_keras


def build_model(stack: Stack, *, seed: int | None = None) -> Any:
    """Build the network that `stack_code` writes.

    Parameters
    ----------
    seed : draws the same weights, masks and changes of pictures each time; nothing is drawn from
        the process's random numbers then.

    Returns
    -------
    A built `keras.Model` in float32: (batch, height, width, channels) to what the last layer gives.

    Raises
    ------
    ImpossibleStack : see `cnnviz.networks.building.table.describe`.
    """
    calls = calls_of(stack)
    # Keras keeps names and scopes per thread: in one of its own the caller's stay as they were.
    return in_own_thread(lambda: _built(stack, calls, seed))


def _built(stack: Stack, calls: tuple[Call, ...], seed: int | None) -> Any:
    keras = load_keras()
    image = keras.Input(stack.input.shape, name=stack.names()[0])
    layers = [
        keras_layer(call, None if seed is None else seed_of(seed, call.name)) for call in calls
    ]
    if is_sequential(stack):
        return keras.Sequential([image, *layers], name=MODEL_NAME)
    tensors = {image.name: image}
    for call, layer in zip(calls, layers, strict=True):
        given = [tensors[source] for source in call.inputs]
        tensors[call.name] = layer(given[0] if len(given) == 1 else given)
    return keras.Model(image, tensors[calls[-1].name] if calls else image, name=MODEL_NAME)


def seed_of(seed: int, name: str) -> int:
    """Give the seed of one layer, or of one of its weights, by its name in the network.

    A name is the layer's kind and how many of them came before, so what one puts in, takes out or
    moves leaves the weights of layers of other kinds as they were, and of this kind those before.
    """
    return zlib.crc32(f"{seed} {name}".encode()) % 2**31


def keras_layer(call: Call, seed: int | None = None) -> Any:
    """Make one call's Keras layer, not built yet."""
    keras = load_keras()
    kind = getattr(keras.layers, call.layer.kind())
    settled = {"name": call.name, "dtype": "float32"}
    if isinstance(call.layer, (*AUGMENTATION_KINDS, *OUTSIDE_NETWORKS)):
        seeded = {} if isinstance(call.layer, UNSEEDED) else {"seed": seed}
        return _telling(kind(**call.layer.arguments(), **settled, **seeded), call.layer)
    layer = kind(**call.layer.for_keras(), **settled)
    if seed is None:
        return layer
    if hasattr(layer, "seed"):
        return kind(**call.layer.for_keras(), **settled, seed=seed)
    config = layer.get_config()
    for name, described in config.items():
        if name.endswith("_initializer") and "seed" in described["config"]:
            # Not the same for all: a bias would begin as its kernel does.
            described["config"]["seed"] = seed_of(seed, name)
    return kind.from_config(config)


def _telling(made: Any, layer: Layer) -> Any:
    """Let a Keras layer's config name the arguments that it was made with.

    For a strength Keras 3.15 names the range that it draws from, and RandomShear refuses to read
    its own: a file with it could be opened by nobody.
    """
    config = made.get_config() | layer.arguments()
    made.get_config = lambda: config
    return made
