"""Small Keras models, each with some of what a file may hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

MODELS: dict[str, Callable[[Any], Any]] = {}


def model(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    MODELS[make.__name__] = make
    return make


@model
def sequential(keras):
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input((16, 16, 3)),
            layers.Conv2D(4, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(6, (3, 1), strides=(2, 1), padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.Activation("swish"),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(5, activation="softmax"),
        ]
    )


@model
def built_by_its_first_batch(keras):
    network = keras.Sequential([keras.layers.Conv2D(3, 2), keras.layers.GlobalMaxPooling2D()])
    network.build((None, 9, 9, 3))
    return network


@model
def every_convolution(keras):
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input((20, 20, 3)),
            layers.Conv2D(6, 3, groups=3, dilation_rate=2),
            layers.DepthwiseConv2D(3, depth_multiplier=2, activation="gelu"),
            layers.SeparableConv2D(5, 3, depth_multiplier=2, padding="same"),
            layers.Conv2DTranspose(4, 3, strides=2, padding="same", output_padding=1),
            layers.GlobalAveragePooling2D(),
        ]
    )


@model
def every_normalisation(keras):
    layers = keras.layers
    adapted = layers.Normalization()
    adapted.adapt(np.random.default_rng(1).random((4, 8, 8, 3)).astype(np.float32))
    return keras.Sequential(
        [
            layers.Input((8, 8, 3)),
            adapted,
            layers.Normalization(mean=[0.4, 0.5, 0.6], variance=[1.0, 2.0, 3.0], invert=True),
            layers.BatchNormalization(scale=False, epsilon=0.1),
            layers.LayerNormalization(axis=[1, 3]),
            layers.LayerNormalization(center=False),
            layers.GroupNormalization(groups=3),
            layers.GroupNormalization(groups=-1),
            layers.UnitNormalization(axis=-1),
            layers.Flatten(),
        ]
    )


@model
def every_activation_layer(keras):
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input((6, 6, 3)),
            layers.Rescaling(2.0, offset=[-1.0, -0.5, -2.0]),
            layers.ReLU(max_value=6, negative_slope=0.1, threshold=0.2),
            layers.LeakyReLU(0.2),
            layers.PReLU(shared_axes=[1, 2]),
            layers.PReLU(),
            layers.ELU(0.7),
            layers.Conv2D(4, 1, activation=layers.LeakyReLU(0.4)),
            layers.Conv2D(4, 1, activation=layers.ELU()),
            layers.Softmax(axis=[1, 2]),
            layers.Flatten(),
            layers.Softmax(),
        ]
    )


@model
def every_change_of_shape(keras):
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input((10, 12, 3)),
            layers.Resizing(14, 15, interpolation="bicubic", crop_to_aspect_ratio=True),
            layers.CenterCrop(12, 11),
            layers.ZeroPadding2D(((1, 2), (0, 3))),
            layers.Cropping2D(((2, 0), (1, 1))),
            layers.UpSampling2D((2, 1), interpolation="bilinear"),
            layers.AveragePooling2D((3, 2), strides=(2, 1), padding="same"),
            layers.Permute((2, 3, 1)),
            layers.Reshape((-1, 4)),
            layers.Flatten(),
            layers.RepeatVector(3),
            layers.Flatten(),
        ]
    )


@model
def training_only_layers(keras):
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input((12, 12, 3)),
            layers.RandomFlip("horizontal"),
            layers.RandomRotation(0.2),
            layers.RandomZoom(0.2),
            layers.RandomContrast(0.3),
            layers.GaussianNoise(0.5),
            layers.SpatialDropout2D(0.2),
            layers.GaussianDropout(0.2),
            layers.AlphaDropout(0.2),
            layers.ActivityRegularization(l2=0.1),
            layers.Conv2D(2, 3, kernel_regularizer="l2", kernel_constraint="max_norm"),
            layers.GlobalAveragePooling2D(keepdims=True),
        ]
    )


@model
def branches(keras):
    layers = keras.layers
    image = layers.Input((12, 12, 3))
    a = layers.Conv2D(4, 3, padding="same")(image)
    b = layers.Conv2D(4, 5, padding="same")(image)
    merged = [
        layers.Add()([a, b, a]),
        layers.Subtract()([a, b]),
        layers.Multiply()((a, b)),
        layers.Average()([a, b]),
        layers.Maximum()([a, b]),
        layers.Minimum()([a, b]),
    ]
    x = layers.Concatenate()(merged)
    x = layers.Concatenate(axis=1)([x, x])
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, layers.Dense(3, activation="sigmoid")(x))


@model
def arithmetic_on_tensors(keras):
    layers, ops = keras.layers, keras.ops
    image = layers.Input((8, 8, 3))
    x = 1.0 - image / 255.0
    x = 2 * (x + 0.5) - 0.25
    y = layers.Conv2D(3, 1)(-x)
    x = ops.maximum(x + y, x * y) - y
    x = ops.concatenate([ops.relu(x), ops.relu6(x), ops.sigmoid(x), ops.silu(x)], axis=-1)
    x = keras.activations.relu(x, negative_slope=0.1)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, ops.softmax(x))


@model
def preprocessing_of_resnet_inside(keras):
    image = keras.layers.Input((9, 8, 3))
    x = keras.applications.resnet50.preprocess_input(image)
    return keras.Model(image, keras.layers.Conv2D(4, 3)(x))


@model
def preprocessing_of_densenet_inside(keras):
    image = keras.layers.Input((9, 8, 3))
    x = keras.applications.densenet.preprocess_input(image)
    return keras.Model(image, keras.layers.Conv2D(4, 3)(x))


@model
def preprocessing_of_mobilenet_inside(keras):
    image = keras.layers.Input((9, 8, 3))
    x = keras.applications.mobilenet_v2.preprocess_input(image)
    return keras.Model(image, keras.layers.Conv2D(4, 3)(x))


@model
def slices(keras):
    layers = keras.layers
    image = layers.Input((16, 14, 3))
    x = image[..., ::-1]
    x = layers.Conv2D(5, 3)(x[:, 1:-2, :9])
    x = x[:, ::2, 1::3, 1:-1]
    x = layers.Concatenate()([x[..., 2:], x[:, :, :, :1], x])
    return keras.Model(image, layers.Flatten()(x))


@model
def constant_tensors(keras):
    image = keras.layers.Input((8, 8, 3))
    x = (image - np.float32([0.4, 0.5, 0.6])) / np.float32([[[[0.2, 0.3, 0.4]]]])
    x = keras.ops.convert_to_tensor([1.0, -2.0, 3.0]) * x
    x = keras.ops.convert_to_tensor(2.0) - x
    return keras.Model(image, keras.layers.Flatten()(x))


@model
def means_and_shapes_of_ops(keras):
    layers, ops = keras.layers, keras.ops
    image = layers.Input((6, 6, 3))
    x = layers.Conv2D(4, 3)(image)
    means = [ops.mean(x, axis=(1, 2)), ops.mean(x, axis=[-2, -3], keepdims=True)]
    means[1] = ops.reshape(means[1], (-1, 4))
    largest = ops.max(x, axis=(1, 2))
    everything = ops.reshape(x, (-1, 64))
    return keras.Model(image, layers.Concatenate()([*means, largest, everything]))


@model
def spectral_normalisation(keras):
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input((10, 10, 3)),
            layers.SpectralNormalization(layers.Conv2D(4, 3, activation="relu")),
            layers.Conv2D(4, 3),
            layers.SpectralNormalization(layers.Conv2DTranspose(3, 3, strides=2)),
            layers.Flatten(),
            layers.SpectralNormalization(layers.Dense(5)),
        ]
    )


@model
def lora(keras):
    layers = keras.layers
    network = keras.Sequential(
        [layers.Input((8, 8, 3)), layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(3)]
    )
    network.layers[0].enable_lora(2)
    network.layers[2].enable_lora(2, lora_alpha=5)
    return network


@model
def nested_models(keras):
    layers = keras.layers
    head = keras.Sequential([layers.Dense(4, activation="relu"), layers.Dense(3)], name="head")
    patch = layers.Input((6, 6, 2))
    middle = layers.Conv2D(2, 3, name="conv")(patch)
    block = keras.Model(
        patch, [layers.BatchNormalization()(middle), layers.Flatten()(middle)], name="block"
    )
    stem = keras.Sequential(
        [layers.Input((8, 8, 3)), layers.Conv2D(2, 3, name="conv")], name="stem"
    )
    image = layers.Input((8, 8, 3))
    maps, vector = block(stem(inputs=image))
    x = layers.Concatenate()([layers.Flatten()(maps), vector])
    return keras.Model(image, head(x))


@model
def shared_layers(keras):
    layers = keras.layers
    twice = layers.Conv2D(3, 3, padding="same", name="twice")
    inner = keras.Sequential(
        [layers.Input((8, 8, 3)), layers.Conv2D(3, 1), layers.BatchNormalization()], name="inner"
    )
    image = layers.Input((8, 8, 3))
    x = twice(twice(image))
    x = layers.Add()([inner(x), inner(image)])
    return keras.Model(image, layers.Flatten()(x))


@model
def several_outputs(keras):
    layers = keras.layers
    image = layers.Input((8, 8, 3))
    maps = layers.Conv2D(2, 3, name="maps")(image)
    classes = layers.Dense(4, activation="softmax", name="classes")(layers.Flatten()(maps))
    return keras.Model(image, {"maps": maps, "classes": classes})


@model
def half_precision(keras):
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input((8, 8, 3)),
            layers.Conv2D(4, 3, dtype="float16"),
            layers.BatchNormalization(dtype="bfloat16"),
            layers.GlobalAveragePooling2D(dtype="float64"),
            layers.Dense(3, dtype="mixed_float16"),
        ]
    )


@model
def odd_names(keras):
    layers = keras.layers
    image = layers.Input((6, 6, 3), name="my picture")
    x = layers.Conv2D(2, 3, name="Conv")(image)
    x = layers.Conv2D(2, 3, name="conv")(x)
    x = layers.Activation("relu", name="_größe?")(x)
    return keras.Model(image, layers.Flatten(name="a" * 300)(x), name="näme")


@model
def grey(keras):
    layers = keras.layers
    return keras.Sequential(
        [layers.Input((28, 28, 1)), layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(2)]
    )


@model
def open_size(keras):
    layers = keras.layers
    return keras.Sequential(
        [layers.Input((None, None, 3)), layers.Conv2D(2, 3), layers.GlobalMaxPooling2D()]
    )


# From keras.applications, made small.


def small_densenet(keras):
    from keras.src.applications.densenet import DenseNet

    return DenseNet([1, 2, 1, 1], weights=None, include_top=False, input_shape=(48, 48, 3))


def small_resnet(keras):
    from keras.src.applications.resnet import ResNet, stack_residual_blocks_v1

    return ResNet(
        lambda x: stack_residual_blocks_v1(x, 8, 2, name="stack"),
        preact=False,
        use_bias=True,
        weights=None,
        include_top=False,
        input_shape=(48, 48, 3),
    )


def small_convnext(keras):
    from keras.src.applications.convnext import ConvNeXt

    return ConvNeXt(
        depths=[1, 1, 1, 1],
        projection_dims=[4, 4, 8, 8],
        drop_path_rate=0.2,
        weights=None,
        include_top=False,
        input_shape=(48, 48, 3),
    )


def inception_resnet_block(keras):
    from keras.src.applications.inception_resnet_v2 import CustomScaleLayer

    image = keras.layers.Input((8, 8, 3))
    branch = keras.layers.Conv2D(3, 1)(image)
    return keras.Model(image, CustomScaleLayer(0.17)([image, branch]))
