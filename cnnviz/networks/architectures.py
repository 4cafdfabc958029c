"""The networks that ship, layer by layer, without their weights.

Every layer has an explicit name, and every activation is a layer of its own, so that what goes
into a ReLU can be seen beside what comes out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cnnviz.networks.tensorflow_runtime import load_keras

CIFAR10_CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)


def tutorial() -> Any:
    """Build the network every beginner writes first: two convolutions, one pooling, one dense.

    Input (32, 32, 3) float32 in [0, 1]; output 10 probabilities; 42,018 parameters.
    """
    layers = load_keras().layers
    return load_keras().Sequential(
        [
            layers.Input((32, 32, 3), name="image"),
            layers.Conv2D(6, 3, padding="same", name="conv_1"),
            layers.ReLU(name="relu_1"),
            layers.Conv2D(16, 3, padding="same", name="conv_2"),
            layers.ReLU(name="relu_2"),
            layers.MaxPooling2D(2, name="pool"),
            layers.Flatten(name="flatten"),
            layers.Dense(10, name="dense"),
            layers.Softmax(name="softmax"),
        ],
        name="tutorial",
    )


def small_vgg() -> Any:
    """Build a small network in VGG's manner: pairs of 3 x 3 convolutions, then pooling.

    Input (32, 32, 3) float32 in [0, 1]; output 10 probabilities; 45,402 parameters.
    Source: Simonyan and Zisserman 2015, "Very deep convolutional networks", in small.
    """
    layers = load_keras().layers

    def convolution(filters: int, name: str) -> list[Any]:
        return [
            layers.Conv2D(
                filters, 3, padding="same", kernel_initializer="he_normal", name=f"conv_{name}"
            ),
            layers.ReLU(name=f"relu_{name}"),
        ]

    return load_keras().Sequential(
        [
            layers.Input((32, 32, 3), name="image"),
            *convolution(16, "1_1"),
            *convolution(16, "1_2"),
            layers.MaxPooling2D(2, name="pool_1"),
            *convolution(32, "2_1"),
            *convolution(32, "2_2"),
            layers.MaxPooling2D(2, name="pool_2"),
            *convolution(64, "3_1"),
            layers.MaxPooling2D(2, name="pool_3"),
            layers.Flatten(name="flatten"),
            layers.Dense(10, name="dense"),
            layers.Softmax(name="softmax"),
        ],
        name="small_vgg",
    )


# repeats, kernel, stride, expansion, filters in, filters out
_LITE0_STAGES = (
    (1, 3, 1, 1, 32, 16),
    (2, 3, 2, 6, 16, 24),
    (2, 5, 2, 6, 24, 40),
    (3, 3, 2, 6, 40, 80),
    (3, 5, 1, 6, 80, 112),
    (4, 5, 2, 6, 112, 192),
    (1, 3, 1, 6, 192, 320),
)


def efficientnet_lite0() -> Any:
    """Build EfficientNet-Lite0: 224 x 224 pictures, 1,000 classes, 4,652,008 parameters.

    Input (224, 224, 3) float32, (pixel - 127) / 128; output 1,000 probabilities.
    Source: Tan and Le 2019, "EfficientNet", in Google's "lite" variant of 2020: no
    squeeze-and-excitation, ReLU6 for swish, stem and head of fixed width.
    """
    keras = load_keras()
    layers = keras.layers

    # What an untrained twin starts from (the authors' own choice): variances that neither fade
    # nor grow through some fifty layers.
    def spread() -> Any:
        return keras.initializers.VarianceScaling(2.0, "fan_out", "untruncated_normal")

    def normalise(x: Any, name: str, *, activate: bool = True) -> Any:
        x = layers.BatchNormalization(epsilon=1e-3, name=f"{name}_bn")(x)
        return layers.ReLU(max_value=6.0, name=f"{name}_relu6")(x) if activate else x

    def convolve(x: Any, filters: int, name: str, *, size: int = 1, stride: int = 1) -> Any:
        return layers.Conv2D(
            filters,
            size,
            strides=stride,
            padding="same",
            use_bias=False,
            kernel_initializer=spread(),
            name=f"{name}_conv",
        )(x)

    image = layers.Input((224, 224, 3), name="image")
    x = normalise(convolve(image, 32, "stem", size=3, stride=2), "stem")
    for stage, (repeats, size, stage_stride, expansion, _, filters) in enumerate(_LITE0_STAGES, 1):
        for repeat in range(repeats):
            block = f"stage{stage}_block{repeat + 1}"
            stride = stage_stride if repeat == 0 else 1
            shortcut, inputs = x, x.shape[-1]
            if expansion != 1:
                name = f"{block}_expand"
                x = normalise(convolve(x, inputs * expansion, name), name)
            name = f"{block}_depthwise"
            x = layers.DepthwiseConv2D(
                size,
                strides=stride,
                padding="same",
                use_bias=False,
                depthwise_initializer=spread(),
                name=f"{name}_conv",
            )(x)
            x = normalise(x, name)
            name = f"{block}_project"
            x = normalise(convolve(x, filters, name), name, activate=False)
            if stride == 1 and inputs == filters:
                x = layers.Add(name=f"{block}_add")([x, shortcut])
    x = normalise(convolve(x, 1280, "head"), "head")
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    x = layers.Dropout(0.2, name="dropout")(x)
    uniform = keras.initializers.VarianceScaling(1 / 3, "fan_out", "uniform")
    x = layers.Dense(1000, kernel_initializer=uniform, name="dense")(x)
    x = layers.Softmax(name="softmax")(x)
    return keras.Model(image, x, name="efficientnet_lite0")


ARCHITECTURES: Mapping[str, Callable[[], Any]] = {
    "tutorial": tutorial,
    "small_vgg": small_vgg,
    "efficientnet_lite0": efficientnet_lite0,
}
