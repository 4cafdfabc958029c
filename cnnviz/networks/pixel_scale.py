"""Read from a network's first layers how its pixels are to be scaled.

What a file never says is often plain from it: a network that begins by dividing by 255 takes
pixels from 0 to 255.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.networks.layers import LayerInfo

# They move pixels, or nothing at all once a network is trained, and leave the scale as it is.
_PASSING = frozenset(
    {
        *("Identity", "Resizing", "CenterCrop", "ZeroPadding2D", "Cropping2D", "UpSampling2D"),
        *("MaxPooling2D", "AveragePooling2D", "Flatten", "Reshape", "Permute"),
        *("Dropout", "SpatialDropout2D", "GaussianDropout", "AlphaDropout", "GaussianNoise"),
        "ActivityRegularization",
    }
)
# Above this, a number that pixels are compared with can only be one from 0 to 255.
_BRIGHT = 2.0


def pixel_scale(layers: Sequence[LayerInfo], operation: Callable[[str], Any]) -> str | None:
    """Find the scale that the first layer which computes with the pixels is made for.

    Parameters
    ----------
    layers : of a network, its input first.
    operation : gives the Keras layer behind a name.

    Returns
    -------
    A key of `cnnviz.images.preprocessing.PREPROCESSINGS`; None where the layers do not tell.
    """
    untouched = {layers[0].name}
    for info in layers[1:]:
        if untouched.isdisjoint(info.inputs):
            continue
        layer = operation(info.name)
        zero, spread = _zero_and_spread(info.kind, layer)
        changes_nothing = zero is not None and not zero.any() and spread == 1
        moves = info.kind in _PASSING or info.kind.startswith("Random")
        if moves or changes_nothing or chooses_channels(layer):
            untouched.add(info.name)
        elif zero is not None:
            return _scale_around(zero, spread)
    return None


def chooses_channels(layer: Any) -> bool:
    """Whether a layer is a convolution that only puts channels in another order."""
    if type(layer).__name__ != "Conv2D" or layer.use_bias or tuple(layer.kernel_size) != (1, 1):
        return False
    kernel = np.asarray(layer.kernel)[0, 0]
    return bool(np.isin(kernel, (0, 1)).all() and (kernel.sum(axis=0) == 1).all())


def _zero_and_spread(kind: str, layer: Any) -> tuple[NDArray[np.float32] | None, float]:
    """Give the pixels that become 0, and how far from there those that become 1 or -1 are."""
    if kind == "Rescaling":
        scale, offset = np.asarray(layer.scale, np.float32), np.asarray(layer.offset, np.float32)
        if scale.all():
            return np.atleast_1d(-offset / scale), float(1 / np.abs(scale).mean())
    if kind == "Normalization" and not layer.invert:
        return _of_statistics(layer.mean, layer.variance)
    if kind == "BatchNormalization":
        return _of_statistics(layer.moving_mean, layer.moving_variance)
    return None, 1.0


def _of_statistics(mean: Any, variance: Any) -> tuple[NDArray[np.float32], float]:
    deviation = np.sqrt(np.asarray(variance, np.float32).mean())
    return np.asarray(mean, np.float32), float(deviation)


def _scale_around(zero: NDArray[np.float32], spread: float) -> str:
    """Choose the scale whose pixels lie around `zero`; at 0 itself, the one as wide as `spread`."""
    if np.abs(zero).max() > _BRIGHT or (not zero.any() and spread > _BRIGHT):
        return "zero_to_255"
    return "minus_one_to_one" if zero.min() < 0 else "zero_to_one"
