"""How pixels become the numbers that a network was trained on.

A network does not say which scale its training used, and a wrong one is the most common mistake
with somebody's own network: it still answers, only badly. So the scale is a visible choice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.images.pictures import LUMINANCE

# ImageNet's channels in RGB: mean and standard deviation of pixels from 0 to 1, as torchvision and
# keras.applications' "torch" mode have them; and Caffe's means of pixels from 0 to 255.
_IMAGENET_MEAN = (0.485, 0.456, 0.406)
_IMAGENET_DEVIATION = (0.229, 0.224, 0.225)
_CAFFE_MEAN = (123.68, 116.779, 103.939)
# ITU-R BT.601, which Pillow's convert("L") and tf.image.rgb_to_grayscale use too.


@dataclass(frozen=True)
class Preprocessing:
    """One way from pixels to a network's input: ``(pixels - mean) / deviation``, per channel.

    Attributes
    ----------
    name : for a menu.
    explanation : one sentence on what it does and which networks want it.
    mean, deviation : per channel, R, G, B, on pixels from 0 to 255.
    reversed_channels : B, G, R instead of R, G, B.
    code : the same as Keras code on `pixels`, a (height, width, 3) float32 array from 0 to 255.
    """

    name: str
    explanation: str
    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]
    reversed_channels: bool
    code: str

    def __call__(self, pixels: ArrayLike, *, channels: int = 3) -> NDArray[np.float32]:
        """Scale pixels for a network.

        Parameters
        ----------
        pixels : (..., 3) RGB from 0 to 255.
        channels : 3, or 1 for a network that sees in grey: the pixels' luminance then, and the
            mean of the three channels' means and deviations.

        Returns
        -------
        (..., channels) float32.

        Raises
        ------
        ValueError : pixels without three channels, or another number of channels than 1 and 3.

        >>> PREPROCESSINGS["minus_one_to_one"]([[[0, 127.5, 255]]]).tolist()
        [[[-1.0, 0.0, 1.0]]]
        """
        array = np.asarray(pixels, dtype=np.float32)
        if array.ndim == 0 or array.shape[-1] != 3:
            raise ValueError(f"Pixels must have three channels. Received: shape={array.shape}.")
        mean = np.asarray(self.mean, dtype=np.float32)
        deviation = np.asarray(self.deviation, dtype=np.float32)
        if channels == 1:
            array = array @ np.asarray(LUMINANCE, dtype=np.float32)[:, np.newaxis]
            mean, deviation = mean.mean(keepdims=True), deviation.mean(keepdims=True)
        elif channels != 3:
            raise ValueError(f"A network's input must have 1 or 3 channels. Received: {channels}.")
        scaled = (array - mean) / deviation
        return np.ascontiguousarray(scaled[..., ::-1] if self.reversed_channels else scaled)


_NONE = (0.0, 0.0, 0.0)


def _scaled_by(values: tuple[float, float, float]) -> tuple[float, float, float]:
    red, green, blue = values
    return 255.0 * red, 255.0 * green, 255.0 * blue


PREPROCESSINGS: Mapping[str, Preprocessing] = {
    "zero_to_one": Preprocessing(
        "0 to 1",
        "Each pixel divided by 255: what most tutorials do before training.",
        _NONE,
        (255.0, 255.0, 255.0),
        False,
        "x = pixels / 255.0",
    ),
    "minus_one_to_one": Preprocessing(
        "-1 to 1",
        "Each pixel divided by 127.5, less 1: MobileNet, Inception, Xception, NASNet, ResNetV2.",
        (127.5, 127.5, 127.5),
        (127.5, 127.5, 127.5),
        False,
        "x = pixels / 127.5 - 1.0",
    ),
    "zero_to_255": Preprocessing(
        "0 to 255",
        "Pixels as they are: networks that begin with a Rescaling or Normalization layer, such as "
        "EfficientNet and MobileNetV3.",
        _NONE,
        (1.0, 1.0, 1.0),
        False,
        "x = pixels",
    ),
    "imagenet_mean": Preprocessing(
        "ImageNet mean",
        "0 to 1, less ImageNet's mean, divided by its standard deviation, per channel: DenseNet, "
        "and networks that come from PyTorch.",
        _scaled_by(_IMAGENET_MEAN),
        _scaled_by(_IMAGENET_DEVIATION),
        False,
        "x = (pixels / 255.0 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]",
    ),
    "bgr_mean": Preprocessing(
        "BGR, mean removed",
        "Channels in the order blue, green, red, less ImageNet's mean: VGG and ResNet, after "
        "Caffe.",
        _CAFFE_MEAN,
        (1.0, 1.0, 1.0),
        True,
        "x = pixels[..., ::-1] - [103.939, 116.779, 123.68]",
    ),
}
