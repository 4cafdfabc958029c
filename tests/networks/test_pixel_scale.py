"""The scale of the pixels is read from the first layer that computes with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cnnviz.networks import Network
from cnnviz.networks.tensorflow_runtime import load_keras

FIRST: dict[str, tuple[str, Callable[[Any], list[Any]]]] = {
    "dividing by 255": ("zero_to_255", lambda layers: [layers.Rescaling(1 / 255)]),
    "to -1 to 1": ("zero_to_255", lambda layers: [layers.Rescaling(1 / 127.5, offset=-1)]),
    "doubling, less 1": ("zero_to_one", lambda layers: [layers.Rescaling(2.0, offset=-1)]),
    "turning white to black": ("zero_to_one", lambda layers: [layers.Rescaling(-1.0, offset=1)]),
    "taking means away": (
        "zero_to_255",
        lambda layers: [layers.Rescaling(1.0, offset=[-103.9, -116.8, -123.7])],
    ),
    "Rescaling that does nothing": (
        "zero_to_255",
        lambda layers: [layers.Rescaling(1.0), layers.Rescaling(1 / 255)],
    ),
    "augmentation first": (
        "zero_to_255",
        lambda layers: [
            layers.RandomFlip("horizontal"),
            layers.RandomRotation(0.1),
            layers.RandomZoom(0.1),
            layers.Rescaling(1 / 255),
        ],
    ),
    "everything that leaves pixels as they are": (
        "zero_to_255",
        lambda layers: [
            layers.Resizing(12, 12),
            layers.CenterCrop(10, 10),
            layers.ZeroPadding2D(1),
            layers.Cropping2D(1),
            layers.GaussianNoise(0.1),
            layers.Dropout(0.1),
            layers.Rescaling(1 / 255),
        ],
    ),
    "means of pixels to 255": (
        "zero_to_255",
        lambda layers: [layers.Normalization(mean=[123.0, 117.0, 104.0], variance=[1.0, 1, 1])],
    ),
    "means of pixels to 1": (
        "zero_to_one",
        lambda layers: [layers.Normalization(mean=[0.48, 0.45, 0.4], variance=[0.05, 0.05, 0.05])],
    ),
    "means of pixels from -1 to 1": (
        "minus_one_to_one",
        lambda layers: [layers.Normalization(mean=[-0.1, -0.2, -0.2], variance=[0.2, 0.2, 0.2])],
    ),
    "a normalisation that was never adapted": (
        "zero_to_one",
        lambda layers: [layers.Normalization()],
    ),
    "a convolution": ("zero_to_one", lambda layers: [layers.Conv2D(3, 1)]),
    "a rescaling behind a convolution": (
        "zero_to_one",
        lambda layers: [layers.Conv2D(3, 1), layers.Rescaling(1 / 255)],
    ),
}


@pytest.mark.parametrize("case", FIRST)
def test_the_first_layer_that_computes_decides(case):
    keras = load_keras()
    expected, first = FIRST[case]
    network = keras.Sequential(
        [keras.Input((12, 12, 3)), *first(keras.layers), keras.layers.Flatten()]
    )
    found = Network.from_model(network)
    given = found.with_preprocessing(expected)
    assert found.preprocessing == given.preprocessing


def test_a_batch_normalisation_knows_the_mean_of_its_pixels():
    keras = load_keras()
    norm = keras.layers.BatchNormalization()
    network = keras.Sequential([keras.Input((8, 8, 3)), norm, keras.layers.Flatten()])
    picture = np.full((8, 8, 3), 255, np.uint8)
    assert Network.from_model(network).preprocess(picture).max() == 1
    norm.moving_mean.assign([120.0, 118.0, 100.0])
    assert Network.from_model(network).preprocess(picture).max() == 255


def test_of_two_branches_the_one_that_tells_is_believed():
    keras = load_keras()
    image = keras.Input((8, 8, 3))
    one = keras.layers.Conv2D(3, 1)(image)
    other = keras.layers.Rescaling(1 / 255)(image)
    network = keras.Model(image, keras.layers.Add()([one, other]))
    assert Network.from_model(network).preprocessing.name == "0 to 255"
