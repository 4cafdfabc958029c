"""Recognise the networks of `keras.applications`, whatever file they come in.

A network is one of them if it, or a model nested in it, has the name that Keras gives it *and* it
begins with the same convolution and has as many of them: somebody's own network of the same name
is not taken for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cnnviz.networks.layers import LayerInfo
from cnnviz.networks.pixel_scale import chooses_channels


@dataclass(frozen=True)
class KnownNetwork:
    """A network that Keras trained on ImageNet.

    name : a pattern of the name of its model.
    title : its name in `keras.applications`.
    preprocessing : a key of `cnnviz.images.preprocessing.PREPROCESSINGS`.
    first : side and stride of its first convolution.
    convolutions : how many it has, depthwise and separable ones included.
    """

    name: str
    title: str
    preprocessing: str
    first: tuple[int, int]
    convolutions: int


_CAFFE, _TORCH, _TF = "bgr_mean", "imagenet_mean", "minus_one_to_one"
# It scales by itself.
_OWN = "zero_to_255"
_ANY_SIZE = r"_[\d.]+_\w+"


def _efficientnets() -> Iterable[KnownNetwork]:
    counts = (81, 115, 115, 130, 160, 194, 224, 273)
    for size, count in enumerate(counts):
        yield KnownNetwork(f"efficientnetb{size}", f"EfficientNetB{size}", _OWN, (3, 2), count)
    second = {"b0": 91, "b1": 111, "b2": 116, "b3": 136, "s": 170, "m": 245, "l": 339}
    for variant, count in second.items():
        title = f"EfficientNetV2{variant.upper()}"
        yield KnownNetwork(f"efficientnetv2-{variant}", title, _OWN, (3, 2), count)


def _convnexts() -> Iterable[KnownNetwork]:
    counts = {"Tiny": 22, "Small": 40, "Base": 40, "Large": 40, "XLarge": 40}
    for size, count in counts.items():
        yield KnownNetwork(f"convnext_{size.lower()}", f"ConvNeXt{size}", _OWN, (4, 4), count)


KNOWN: tuple[KnownNetwork, ...] = (
    KnownNetwork("vgg16", "VGG16", _CAFFE, (3, 1), 13),
    KnownNetwork("vgg19", "VGG19", _CAFFE, (3, 1), 16),
    KnownNetwork("resnet50", "ResNet50", _CAFFE, (7, 2), 53),
    KnownNetwork("resnet101", "ResNet101", _CAFFE, (7, 2), 104),
    KnownNetwork("resnet152", "ResNet152", _CAFFE, (7, 2), 155),
    KnownNetwork("resnet50v2", "ResNet50V2", _TF, (7, 2), 53),
    KnownNetwork("resnet101v2", "ResNet101V2", _TF, (7, 2), 104),
    KnownNetwork("resnet152v2", "ResNet152V2", _TF, (7, 2), 155),
    KnownNetwork("densenet121", "DenseNet121", _TORCH, (7, 2), 120),
    KnownNetwork("densenet169", "DenseNet169", _TORCH, (7, 2), 168),
    KnownNetwork("densenet201", "DenseNet201", _TORCH, (7, 2), 200),
    KnownNetwork("inception_v3", "InceptionV3", _TF, (3, 2), 94),
    KnownNetwork("inception_resnet_v2", "InceptionResNetV2", _TF, (3, 2), 244),
    KnownNetwork("xception", "Xception", _TF, (3, 2), 40),
    KnownNetwork("nasnet_mobile", "NASNetMobile", _TF, (3, 2), 191),
    KnownNetwork("nasnet_large", "NASNetLarge", _TF, (3, 2), 263),
    KnownNetwork(f"mobilenet{_ANY_SIZE}", "MobileNet", _TF, (3, 2), 27),
    KnownNetwork(f"mobilenetv2{_ANY_SIZE}", "MobileNetV2", _TF, (3, 2), 52),
    KnownNetwork("MobileNetV3Small", "MobileNetV3Small", _OWN, (3, 2), 52),
    KnownNetwork("MobileNetV3Large", "MobileNetV3Large", _OWN, (3, 2), 62),
    *_efficientnets(),
    *_convnexts(),
)

_CONVOLUTIONS = frozenset({"Conv2D", "DepthwiseConv2D", "SeparableConv2D"})


def recognised(
    names: Iterable[str], layers: Sequence[LayerInfo], operation: Callable[[str], Any]
) -> KnownNetwork | None:
    """Find the network of `keras.applications` that a network is, or is built on.

    Parameters
    ----------
    names : of the model and of all that are nested in it.
    layers : the network's, its input first.
    operation : gives the Keras layer behind a name.
    """
    convolutions = [info for info in layers if info.kind in _CONVOLUTIONS]
    # Reading a file puts one in place of x[..., ::-1].
    while convolutions and chooses_channels(operation(convolutions[0].name)):
        del convolutions[0]
    if not convolutions:
        return None
    first = operation(convolutions[0].name)
    found = (int(first.kernel_size[0]), int(first.strides[0]))
    for known in KNOWN:
        fits = known.first == found and known.convolutions <= len(convolutions)
        if fits and any(re.fullmatch(known.name, name) for name in names):
            return known
    return None


def names_within(model: Any) -> list[str]:
    """Name the models nested in a model, however deep."""
    inner = [layer for layer in model.layers if hasattr(layer, "layers")]
    return [name for one in inner for name in (one.name, *names_within(one))]
