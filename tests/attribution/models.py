"""Small networks whose attributions can be worked out in another way."""

from __future__ import annotations

from functools import cache

import numpy as np

from cnnviz.networks import Network
from cnnviz.networks.tensorflow_runtime import load_keras

PICTURE = np.random.default_rng(3).integers(0, 256, (12, 15, 3)).astype(np.uint8)
"""Larger than any of the networks' inputs, and not square."""


def _network(*layers: object, side: int = 8) -> Network:
    """Draw the weights here: a layer drew its seed when it was made, before any seed was set."""
    keras = load_keras()
    model = keras.Sequential([keras.Input((side, side, 3)), *layers])
    random = np.random.default_rng(7)
    for weight in model.weights:
        if weight.name == "bias":  # not all 0
            weight.assign(np.linspace(-0.2, 0.3, weight.shape[0]))
        else:
            deviation = np.sqrt(2 / np.prod(weight.shape[:-1]))
            weight.assign(random.normal(0, deviation, weight.shape))
    return Network.from_model(model)


@cache
def pooled(softmax: bool = True) -> Network:
    """Convolutions, then global average pooling and one dense layer."""
    layers = load_keras().layers
    return _network(
        layers.Conv2D(6, 3, activation="relu", name="conv_1"),
        layers.Conv2D(5, 3, padding="same", activation="relu", name="conv_2"),
        layers.GlobalAveragePooling2D(name="pool"),
        layers.Dense(4, activation="softmax" if softmax else None, name="dense"),
    )


@cache
def branched() -> Network:
    """A model within a model, with a shortcut, and its softmax as a layer of its own."""
    keras = load_keras()
    keras.utils.set_random_seed(11)
    inside = keras.Input((8, 8, 4))
    summed = keras.layers.Add()([keras.layers.Conv2D(4, 3, padding="same")(inside), inside])
    block = keras.Model(inside, keras.layers.ReLU()(summed), name="block")
    image = keras.Input((8, 8, 3))
    maps = block(keras.layers.Conv2D(4, 3, padding="same", activation="relu")(image))
    logits = keras.layers.Dense(3)(keras.layers.Flatten()(maps))
    return Network.from_model(keras.Model(image, keras.layers.Softmax()(logits)))


@cache
def dense_only() -> Network:
    """No layer with rows and columns behind the picture."""
    layers = load_keras().layers
    return _network(layers.Flatten(), layers.Dense(6, activation="relu"), layers.Dense(3))
