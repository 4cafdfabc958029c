"""The kernels that the shipped networks learned, read from their weights alone.

No network is built for this and TensorFlow is not needed: a first layer is a handful of small
arrays. What comes out is what the network itself computes there, batch normalisation included.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from cnnviz.images.preprocessing import PREPROCESSINGS, Preprocessing
from cnnviz.shapes import Padding
from cnnviz.shipped import MODELS

_LITE_EPSILON = 1e-3  # of its batch normalisation

PIXEL_SCALES: Mapping[str, Preprocessing] = MappingProxyType(
    {
        **{
            name: PREPROCESSINGS[name]
            for name in ("zero_to_one", "minus_one_to_one", "zero_to_255")
        },
        "efficientnet_lite": Preprocessing(
            "Less 127, by 128",
            "Each pixel less 127, divided by 128: EfficientNet-Lite.",
            (127.0, 127.0, 127.0),
            (128.0, 128.0, 128.0),
            False,
            "x = (pixels - 127.0) / 128.0",
        ),
    }
)
"""The scales of pixels that keep red, green and blue alike."""


@dataclass(frozen=True, eq=False)
class TrainedLayer:
    """A convolution of a trained network with what stands around it.

    title : the network's name in a sentence.
    layer : the convolution's own name.
    kernels : (rows, columns, channels, filters) float32, read-only.
    bias : (filters,) float32, read-only.
    stride, padding : as in :func:`cnnviz.convolution.convolve`.
    activation : a key of `cnnviz.activations.ACTIVATIONS`.
    scale : a key of `PIXEL_SCALES`, how the network wants its pixels.
    note : a sentence on what was done to the stored weights, or "".
    """

    title: str
    layer: str
    kernels: NDArray[np.float32]
    bias: NDArray[np.float32]
    stride: int = 1
    padding: Padding = "same"
    activation: str = "relu"
    scale: str = "zero_to_one"
    note: str = ""

    @property
    def filters(self) -> int:
        """The number of filters, each of which gives one map."""
        return int(self.kernels.shape[3])


FIRST_LAYERS: Mapping[str, str] = MappingProxyType(
    {
        "tutorial": "Tutorial network",
        "small_vgg": "Small VGG",
        "efficientnet_lite0": "EfficientNet-Lite0",
    }
)
"""The networks whose first layer can be had, with their titles."""


@lru_cache(maxsize=len(FIRST_LAYERS))
def first_layer(network: str) -> TrainedLayer:
    """Read the layer that meets the picture's red, green and blue.

    Raises
    ------
    ValueError : no such network ships.

    >>> layer = first_layer("tutorial")
    >>> layer.kernels.shape, layer.activation
    ((3, 3, 3, 6), 'relu')
    """
    if network not in FIRST_LAYERS:
        raise ValueError(
            f"The network must be one of {', '.join(FIRST_LAYERS)}. Received: network={network!r}."
        )
    if network == "efficientnet_lite0":
        return _lite_stem()
    name = "conv_1" if network == "tutorial" else "conv_1_1"
    return _plain(network, name)


@lru_cache(maxsize=1)
def second_layer() -> TrainedLayer:
    """Read the layer that follows Small VGG's first: 16 maps in, 16 filters.

    >>> second_layer().kernels.shape
    (3, 3, 16, 16)
    """
    return _plain("small_vgg", "conv_1_2")


def _plain(network: str, name: str) -> TrainedLayer:
    kernels, bias = _arrays(network, f"{name}/kernel", f"{name}/bias")
    return TrainedLayer(FIRST_LAYERS[network], name, _fixed(kernels), _fixed(bias))


def _lite_stem() -> TrainedLayer:
    kernels, gamma, beta, mean, variance = _arrays(
        "efficientnet_lite0",
        "stem_conv/kernel",
        *(f"stem_bn/{part}" for part in ("gamma", "beta", "moving_mean", "moving_variance")),
    )
    # Batch normalisation of a trained network multiplies and adds fixed numbers, so it can be
    # folded into the kernel and a bias (Ioffe and Szegedy 2015, section 3.1).
    factor = gamma / np.sqrt(variance + _LITE_EPSILON)
    return TrainedLayer(
        FIRST_LAYERS["efficientnet_lite0"],
        "stem_conv",
        _fixed(kernels * factor),
        _fixed(beta - mean * factor),
        stride=2,
        activation="relu6",
        scale="efficientnet_lite",
        note="Its batch normalisation is folded into the kernels and the bias.",
    )


def _arrays(network: str, *names: str) -> list[NDArray[np.float64]]:
    with np.load(MODELS / f"{network}.npz", allow_pickle=False) as arrays:
        return [arrays[name].astype(np.float64) for name in names]


def _fixed(values: NDArray[np.float64]) -> NDArray[np.float32]:
    array = values.astype(np.float32)
    array.setflags(write=False)
    return array
