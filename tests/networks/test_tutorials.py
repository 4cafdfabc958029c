"""The networks of tensorflow.org's tutorials and of Keras's guides open and answer right.

Each is built as its tutorial builds it, with weights of its own, and read from its file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cnnviz.images.preprocessing import PREPROCESSINGS
from cnnviz.networks import Network
from cnnviz.networks.keras_files.building import build_network
from cnnviz.networks.keras_files.graph import network_from_config
from cnnviz.networks.keras_files.upload import read_archive
from cnnviz.networks.keras_files.weights import stored_weights
from cnnviz.networks.tensorflow_runtime import load_keras
from tests.networks.keras_files.archives import ROOMY, randomised, saved

TUTORIALS: dict[str, tuple[Callable[[Any], Any], str]] = {}


def tutorial(scale: str) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    def add(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
        TUTORIALS[make.__name__] = make, scale
        return make

    return add


@tutorial("zero_to_255")
def image_classification(keras):
    """https://www.tensorflow.org/tutorials/images/classification, with smaller pictures."""
    layers = keras.layers
    data_augmentation = keras.Sequential(
        [
            layers.RandomFlip("horizontal", input_shape=(60, 60, 3)),
            layers.RandomRotation(0.1),
            layers.RandomZoom(0.1),
        ]
    )
    return keras.Sequential(
        [
            data_augmentation,
            layers.Rescaling(1.0 / 255),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Dropout(0.2),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(5, name="outputs"),
        ]
    )


@tutorial("zero_to_255")
def transfer_learning(keras):
    """https://www.tensorflow.org/tutorials/images/transfer_learning, with smaller pictures."""
    layers = keras.layers
    augmentation = keras.Sequential([layers.RandomFlip("horizontal"), layers.RandomRotation(0.2)])
    base = keras.applications.MobileNetV2(
        input_shape=(32, 32, 3), include_top=False, weights=None, alpha=0.35
    )
    inputs = keras.Input(shape=(32, 32, 3))
    x = augmentation(inputs)
    x = keras.applications.mobilenet_v2.preprocess_input(x)
    x = base(x, training=False)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.2)(x)
    return keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))


def _behind(keras, preprocess):
    layers = keras.layers
    inputs = keras.Input(shape=(24, 24, 3))
    x = layers.Conv2D(8, 3, activation="relu")(preprocess(inputs))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(4, activation="softmax")(x))


@tutorial("zero_to_255")
def preprocessing_of_resnet(keras):
    """https://keras.io/api/applications/#usage-examples, with the scaling inside the model."""
    return _behind(keras, keras.applications.resnet50.preprocess_input)


@tutorial("zero_to_255")
def preprocessing_of_densenet(keras):
    """The same for a network that comes from PyTorch."""
    return _behind(keras, keras.applications.densenet.preprocess_input)


@tutorial("zero_to_255")
def channels_changed_over_by_hand(keras):
    """The same as Caffe's, written out."""
    return _behind(keras, lambda x: x[..., ::-1] - np.float32([103.939, 116.779, 123.68]))


@tutorial("zero_to_one")
def cifar10(keras):
    """https://www.tensorflow.org/tutorials/images/cnn"""
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input((32, 32, 3)),
            layers.Conv2D(32, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(64, (3, 3), activation="relu"),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(64, (3, 3), activation="relu"),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10),
        ]
    )


@tutorial("zero_to_one")
def fashion_mnist(keras):
    """https://www.tensorflow.org/tutorials/keras/classification, with its Softmax model."""
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Flatten(input_shape=(28, 28)),
            layers.Dense(128, activation="relu"),
            layers.Dense(10),
        ]
    )
    return keras.Sequential([model, layers.Softmax()])


@tutorial("zero_to_one")
def simple_mnist_convnet(keras):
    """https://keras.io/examples/vision/mnist_convnet"""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input(shape=(28, 28, 1)),
            layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )


@tutorial("zero_to_255")
def small_xception(keras):
    """https://keras.io/examples/vision/image_classification_from_scratch, with smaller pictures."""
    layers = keras.layers
    inputs = keras.Input(shape=(40, 40, 3))
    x = layers.Rescaling(1.0 / 255)(inputs)
    x = layers.Conv2D(128, 3, strides=2, padding="same")(x)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    previous = x
    for size in (256, 512):
        for _ in range(2):
            x = layers.Activation("relu")(x)
            x = layers.SeparableConv2D(size, 3, padding="same")(x)
            x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        x = layers.add([x, layers.Conv2D(size, 1, strides=2, padding="same")(previous)])
        previous = x
    x = layers.SeparableConv2D(1024, 3, padding="same")(x)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.25)(x)
    return keras.Model(inputs, layers.Dense(1, activation=None)(x))


@tutorial("zero_to_one")
def toy_resnet(keras):
    """https://keras.io/guides/functional_api"""
    layers = keras.layers
    inputs = keras.Input(shape=(32, 32, 3), name="img")
    x = layers.Conv2D(32, 3, activation="relu")(inputs)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    block_1 = layers.MaxPooling2D(3)(x)
    x = layers.Conv2D(64, 3, activation="relu", padding="same")(block_1)
    x = layers.Conv2D(64, 3, activation="relu", padding="same")(x)
    block_2 = layers.add([x, block_1])
    x = layers.Conv2D(64, 3, activation="relu")(block_2)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dense(256, activation="relu")(x)
    x = layers.Dropout(0.5)(x)
    return keras.Model(inputs, layers.Dense(10)(x), name="toy_resnet")


@tutorial("zero_to_one")
def autoencoder(keras):
    """https://keras.io/guides/functional_api: models called like layers."""
    layers = keras.layers
    image = keras.Input(shape=(28, 28, 1), name="original_img")
    x = layers.Conv2D(16, 3, activation="relu")(image)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.MaxPooling2D(3)(x)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.Conv2D(16, 3, activation="relu")(x)
    encoder = keras.Model(image, layers.GlobalMaxPooling2D()(x), name="encoder")
    code = keras.Input(shape=(16,), name="encoded_img")
    x = layers.Reshape((4, 4, 1))(code)
    x = layers.Conv2DTranspose(16, 3, activation="relu")(x)
    x = layers.Conv2DTranspose(32, 3, activation="relu")(x)
    x = layers.UpSampling2D(3)(x)
    x = layers.Conv2DTranspose(16, 3, activation="relu")(x)
    decoder = keras.Model(code, layers.Conv2DTranspose(1, 3, activation="relu")(x), name="decoder")
    whole = keras.Input(shape=(28, 28, 1), name="img")
    return keras.Model(whole, decoder(encoder(whole)), name="autoencoder")


@tutorial("zero_to_255")
def fine_tuning(keras):
    """https://keras.io/guides/transfer_learning, with smaller pictures."""
    layers = keras.layers
    base = keras.applications.Xception(weights=None, input_shape=(71, 71, 3), include_top=False)
    inputs = keras.Input(shape=(71, 71, 3))
    x = layers.RandomRotation(0.1)(layers.RandomFlip("horizontal")(inputs))
    x = layers.Rescaling(scale=1 / 127.5, offset=-1)(x)
    x = base(x, training=False)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.2)(x)
    return keras.Model(inputs, layers.Dense(1)(x))


@tutorial("zero_to_255")
def data_augmentation(keras):
    """https://www.tensorflow.org/tutorials/images/data_augmentation, with smaller pictures."""
    layers = keras.layers
    sized = keras.Sequential([layers.Resizing(48, 48), layers.Rescaling(1.0 / 255)])
    augmented = keras.Sequential(
        [layers.RandomFlip("horizontal_and_vertical"), layers.RandomRotation(0.2)]
    )
    return keras.Sequential(
        [
            layers.Input((60, 60, 3)),
            sized,
            augmented,
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(5),
        ]
    )


@tutorial("zero_to_255")
def loaded_pictures(keras):
    """https://www.tensorflow.org/tutorials/load_data/images, with smaller pictures."""
    layers = keras.layers
    convolutions = [
        layer
        for _ in range(3)
        for layer in (layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D())
    ]
    return keras.Sequential(
        [
            layers.Input((60, 60, 3)),
            layers.Rescaling(1.0 / 255),
            *convolutions,
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(5),
        ]
    )


@tutorial("zero_to_one")
def quickstart(keras):
    """https://www.tensorflow.org/tutorials/quickstart/beginner"""
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Flatten(input_shape=(28, 28)),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(10),
        ]
    )


@tutorial("zero_to_one")
def for_engineers(keras):
    """https://keras.io/getting_started/intro_to_keras_for_engineers"""
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input(shape=(28, 28, 1)),
            layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
            layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Conv2D(128, kernel_size=(3, 3), activation="relu"),
            layers.Conv2D(128, kernel_size=(3, 3), activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )


@tutorial("zero_to_one")
def segmentation(keras):
    """https://www.tensorflow.org/tutorials/images/segmentation, with smaller pictures.

    It divides pixels by 255 before the network, although that is built on a MobileNetV2.
    """
    layers = keras.layers
    base = keras.applications.MobileNetV2(
        input_shape=(64, 64, 3), include_top=False, weights=None, alpha=0.35
    )
    names = [f"block_{number}_expand_relu" for number in (1, 3, 6, 13)] + ["block_16_project"]
    down = keras.Model(base.input, [base.get_layer(name).output for name in names])

    def upsample(filters):
        grown = layers.Conv2DTranspose(filters, 3, strides=2, padding="same", use_bias=False)
        return keras.Sequential([grown, layers.BatchNormalization(), layers.ReLU()])

    inputs = keras.Input(shape=(64, 64, 3))
    *skips, x = down(inputs)
    for filters, skip in zip((64, 32, 16, 8), reversed(skips), strict=True):
        x = layers.Concatenate()([upsample(filters)(x), skip])
    return keras.Model(inputs, layers.Conv2DTranspose(3, 3, strides=2, padding="same")(x))


@tutorial("zero_to_one")
def pets_unet(keras):
    """https://keras.io/examples/vision/oxford_pets_image_segmentation, with smaller pictures."""
    layers = keras.layers
    inputs = keras.Input(shape=(32, 32, 3))
    x = layers.Conv2D(32, 3, strides=2, padding="same")(inputs)
    x = layers.Activation("relu")(layers.BatchNormalization()(x))
    previous = x
    for filters in (64, 128):
        for _ in range(2):
            x = layers.Activation("relu")(x)
            x = layers.SeparableConv2D(filters, 3, padding="same")(x)
            x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        residual = layers.Conv2D(filters, 1, strides=2, padding="same")(previous)
        previous = x = layers.add([x, residual])
    for filters in (128, 64, 32):
        for _ in range(2):
            x = layers.Activation("relu")(x)
            x = layers.Conv2DTranspose(filters, 3, padding="same")(x)
            x = layers.BatchNormalization()(x)
        x = layers.UpSampling2D(2)(x)
        residual = layers.Conv2D(filters, 1, padding="same")(layers.UpSampling2D(2)(previous))
        previous = x = layers.add([x, residual])
    return keras.Model(inputs, layers.Conv2D(3, 3, activation="softmax", padding="same")(x))


@tutorial("zero_to_one")
def denoising(keras):
    """https://keras.io/examples/vision/autoencoder"""
    layers = keras.layers
    inputs = keras.Input(shape=(28, 28, 1))
    x = layers.Conv2D(32, (3, 3), activation="relu", padding="same")(inputs)
    x = layers.MaxPooling2D((2, 2), padding="same")(x)
    x = layers.Conv2D(32, (3, 3), activation="relu", padding="same")(x)
    x = layers.MaxPooling2D((2, 2), padding="same")(x)
    x = layers.Conv2DTranspose(32, (3, 3), strides=2, activation="relu", padding="same")(x)
    x = layers.Conv2DTranspose(32, (3, 3), strides=2, activation="relu", padding="same")(x)
    return keras.Model(inputs, layers.Conv2D(1, (3, 3), activation="sigmoid", padding="same")(x))


@pytest.mark.parametrize("name", TUTORIALS)
@pytest.mark.filterwarnings("ignore:Do not pass an `input_shape`")
def test_a_tutorials_network_opens_with_its_scale_and_answers_as_in_keras(name):
    make, scale = TUTORIALS[name]
    original = randomised(make(load_keras()))
    archive = read_archive(saved(original), ROOMY)
    spec = network_from_config(archive.config, ROOMY)
    built = build_network(spec, stored_weights(archive.weights, spec, ROOMY), limits=ROOMY)
    network = Network.from_model(built.model, name=spec.name, models=spec.models)
    assert network.preprocessing is PREPROCESSINGS[scale]
    picture = np.random.default_rng(1).integers(0, 256, (*network.input_shape[:2], 3), np.uint8)
    x = network.preprocess(picture)[np.newaxis]
    shape = [len(x), *original.input_shape[1:]]
    expected = np.asarray(original(x.reshape(shape), training=False))[0]
    received = network.feature_maps(picture)[network.answer_layer]
    np.testing.assert_allclose(received, expected, rtol=1e-4, atol=1e-4 * np.abs(expected).max())
