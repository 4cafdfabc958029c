"""Small Keras models whose answer is a map, or that have several answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from cnnviz.networks import Network
from cnnviz.networks.tensorflow_runtime import load_keras

SIDE = 16


def u_net(
    *,
    classes: int = 4,
    activation: str | None = None,
    softmax: bool = False,
    enlarged: bool = False,
    transposed: bool = False,
) -> Any:
    """Make a U-Net with two skip connections; `scores` weighs the last maps."""
    keras = load_keras()
    keras.utils.set_random_seed(3)
    layers = keras.layers
    image = keras.Input((SIDE, SIDE, 3))
    first = layers.Conv2D(4, 3, padding="same", activation="relu", name="down_1")(image)
    second = layers.MaxPooling2D()(first)
    second = layers.Conv2D(6, 3, padding="same", activation="relu", name="down_2")(second)
    bottom = layers.MaxPooling2D()(second)
    bottom = layers.Conv2D(8, 3, padding="same", activation="relu", name="bottom")(bottom)
    up = layers.Conv2DTranspose(6, 2, strides=2, name="up_2")(bottom)
    up = layers.Concatenate()([up, second])
    up = layers.UpSampling2D()(layers.Conv2D(6, 3, padding="same", activation="relu")(up))
    up = layers.Concatenate()([up, first])
    up = layers.Conv2D(4, 3, padding="same", activation="relu", name="up_1")(up)
    kind = layers.Conv2DTranspose if transposed else layers.Conv2D
    loud = keras.initializers.RandomNormal(stddev=1.0, seed=5)
    answer = kind(classes, 1, activation=activation, name="scores", kernel_initializer=loud)(up)
    if softmax:
        answer = layers.Softmax(name="softmax")(answer)
    if enlarged:
        answer = layers.UpSampling2D(interpolation="bilinear", name="enlarged")(answer)
    return keras.Model(image, answer, name="u_net")


def two_heads() -> Any:
    """Make a network of three outputs: a mask, one of three kinds, and whether it is large."""
    keras = load_keras()
    keras.utils.set_random_seed(4)
    layers = keras.layers
    image = keras.Input((SIDE, SIDE, 3))
    trunk = layers.Conv2D(6, 3, padding="same", activation="relu", name="trunk")(image)
    mask = layers.Conv2D(4, 1, activation="softmax", name="mask")(trunk)
    deep = layers.Conv2D(8, 3, strides=2, activation="relu", name="deep")(trunk)
    flat = layers.GlobalAveragePooling2D(name="means")(deep)
    kind = layers.Dense(3, activation="softmax", name="kind")(flat)
    size = layers.Dense(1, activation="sigmoid", name="size")(flat)
    return keras.Model(image, [mask, kind, size], name="two_heads")


ENDS: dict[str, Callable[[], Network]] = {
    "a mask": cache(lambda: Network.from_model(u_net(softmax=True))),
    "a mask of sigmoids": cache(lambda: Network.from_model(u_net(activation="sigmoid"))),
    "a mask of one number": cache(
        lambda: Network.from_model(u_net(classes=1, activation="sigmoid"))
    ),
    "a mask of logits": cache(lambda: Network.from_model(u_net(classes=4))),
    "one number": cache(lambda: Network.from_model(two_heads()).answering("size")),
}
"""Networks whose class is no number of one dense layer, made and compiled once for all tests."""
