"""The tutorial network in NumPy: what its layers make of a picture, without TensorFlow.

Convolution, ReLU, convolution, ReLU, max pooling, flatten, dense: small enough to be followed by
hand, and trained (see the model card beside its weights), so that its maps mean something. The
pages on layers stand on it and start at once.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from cnnviz.activations import ACTIVATIONS
from cnnviz.convolution import convolve
from cnnviz.images.crops import crop_and_resize
from cnnviz.layers.dense import dense
from cnnviz.layers.flatten import flatten
from cnnviz.pooling import pool
from cnnviz.shapes import Maps
from cnnviz.shipped import MODELS

SIDE = 32


@dataclass(frozen=True, eq=False)
class TutorialMaps:
    """What each layer of the tutorial network gives for one picture; all float32.

    image : (32, 32, 3), in [0, 1]
    relu_1 : (32, 32, 6), the first convolution's maps after their ReLU
    relu_2 : (32, 32, 16), the second's
    pool : (16, 16, 16), what is flattened
    logits : (10,), what the dense layer gives
    """

    image: Maps
    relu_1: Maps
    relu_2: Maps
    pool: Maps
    logits: Maps


@functools.cache
def tutorial_weights() -> Mapping[str, Maps]:
    """Read the trained weights, named `layer/weight`, read-only.

    conv_1/kernel (3, 3, 3, 6), conv_2/kernel (3, 3, 6, 16), dense/kernel (4096, 10), and a bias
    for each; all float32.
    """
    with np.load(MODELS / "tutorial.npz", allow_pickle=False) as arrays:
        weights = {name: arrays[name].astype(np.float32) for name in arrays.files}
    for values in weights.values():
        values.setflags(write=False)
    return MappingProxyType(weights)


def tutorial_maps(picture: ArrayLike) -> TutorialMaps:
    """Send a picture through the network.

    Parameters
    ----------
    picture : (height, width, 3) uint8, any size; its centre is cut out and brought to 32 x 32.

    Raises
    ------
    ValueError : the picture has another shape or dtype.
    """
    weights = tutorial_weights()
    pixels = crop_and_resize(np.asarray(picture), target=(SIDE, SIDE))
    image = pixels.astype(np.float32) / np.float32(255)
    relu = ACTIVATIONS["relu"].function

    def layer(name: str, x: Maps) -> Maps:
        kernel, bias = weights[f"{name}/kernel"], weights[f"{name}/bias"]
        return relu(convolve(x, kernel, bias=bias, padding="same")).astype(np.float32, copy=False)

    first = layer("conv_1", image)
    second = layer("conv_2", first)
    pooled = pool(second)
    logits = dense(flatten(pooled), weights["dense/kernel"], weights["dense/bias"])
    return TutorialMaps(image, first, second, pooled, logits)


def small_maps(maps: TutorialMaps, *, side: int, channels: int) -> tuple[Maps, list[int]]:
    """Shrink the pooled maps further, until every number can be read, and keep the strongest.

    Parameters
    ----------
    side : 1, 2, 4, 8 or 16; each window keeps its largest value.
    channels : how many, 1 to 16

    Returns
    -------
    (side, side, channels) float32, and which of the 16 maps they are, in ascending order

    Raises
    ------
    ValueError : another side, or another number of channels.
    """
    rows, _, available = maps.pool.shape
    if side < 1 or rows % side or not 1 <= channels <= available:
        raise ValueError(
            f"The side must divide {rows}, and the channels be 1 to {available}. "
            f"Received: side={side}, channels={channels}."
        )
    shrunk = pool(maps.pool, size=rows // side)
    kept = np.sort(np.argsort(-shrunk.mean(axis=(0, 1)), kind="stable")[:channels])
    return np.ascontiguousarray(shrunk[..., kept]), kept.tolist()
