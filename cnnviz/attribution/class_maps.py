"""Class activation maps: the maps of one layer, weighed by what they have to do with a class."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.attribution.placing import (
    Attribution,
    Report,
    asked_class,
    enlarged,
    on_picture,
    unheard,
)
from cnnviz.networks.feature_visualisation.recipe import layers_on_the_way
from cnnviz.networks.layers import NetworkError

if TYPE_CHECKING:
    from cnnviz.networks.network import Network

_AT_ONCE = 16
"""Inputs in one run: more cost memory and gain no time."""

Maps = NDArray[np.float32]


def layers_with_maps(network: Network) -> list[str]:
    """Name the layers whose maps can be weighed, in the network's order: more than one cell each.

    Only those that the answer is made of; of a network that answers with a mask not the mask.

    Raises
    ------
    NetworkError : there is none, as in a network of dense layers alone.
    """
    own = _of_the_mask(network)
    names = [
        info.name
        for info in layers_on_the_way(network, network.answer_layer)[1:]
        if info.is_map and math.prod(info.output_shape[:2]) > 1 and info.name not in own
    ]
    if not names:
        raise NetworkError(
            "A class activation map needs a layer with rows and columns. Received: a network of "
            f"{', '.join(dict.fromkeys(info.kind for info in network.layers[1:]))[:200]}."
        )
    return names


def _of_the_mask(network: Network) -> set[str]:
    """Name the layers whose maps are a class's own: the answer, back to what gives its logits."""
    found: set[str] = set()
    name = network.answer_layer if network.has_mask else ""
    while name:
        found.add(name)
        info = network.layer(name)
        passes = len(info.inputs) == 1 and not info.parameters
        name = info.inputs[0] if passes else ""
    return found


def grad_cam(
    network: Network,
    image: ArrayLike,
    *,
    class_index: int | None = None,
    layer: str | None = None,
) -> Attribution:
    """A layer's maps, each times the mean slope of the logit by it; their sum, where positive.

    Selvaraju et al. (2017), "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based
    Localization".

    Parameters
    ----------
    image : (height, width, 3) uint8, any size.
    class_index : the class that is asked about; without, the network's answer.
    layer : one of `layers_with_maps`; without, the last.

    Returns
    -------
    (height, width) float32 of the picture, >= 0; 0 where the network did not look.

    Raises
    ------
    NetworkError : the network has no such class, or no such layer with maps.
    """
    maps, slopes = _maps_and_slopes(network, image, class_index, layer)
    return on_picture(network, image, weighed(maps, grad_cam_weights(slopes)))


def grad_cam_weights(slopes: Maps) -> Maps:
    """Give Grad-CAM's weight for each map, (channels,): the mean of (rows, columns, channels)."""
    return np.asarray(slopes.mean(axis=(0, 1)), np.float32)


def grad_cam_plus_plus(
    network: Network,
    image: ArrayLike,
    *,
    class_index: int | None = None,
    layer: str | None = None,
) -> Attribution:
    """Grad-CAM with each cell's positive slope weighed, so that several objects count alike.

    Chattopadhay et al. (2018), "Grad-CAM++: Generalized Gradient-based Visual Explanations for
    Deep Convolutional Networks", equations 10 and 19, for the exponential of the logit. Otherwise
    as `grad_cam`.
    """
    maps, slopes = _maps_and_slopes(network, image, class_index, layer)
    return on_picture(network, image, weighed(maps, grad_cam_plus_plus_weights(maps, slopes)))


def grad_cam_plus_plus_weights(maps: Maps, slopes: Maps) -> Maps:
    """Give Grad-CAM++'s weight for each map, (channels,), up to a factor that all share.

    With Y = exp(logit), its first three derivatives by a cell are Y g, Y g^2 and Y g^3 for a
    network that is piecewise linear; Y itself is that factor.
    """
    square, cube = slopes**2, slopes**3
    below = 2 * square + maps.sum(axis=(0, 1)) * cube
    shares = np.divide(square, below, out=np.zeros_like(square), where=below != 0)
    return np.asarray((shares * np.maximum(slopes, 0)).sum(axis=(0, 1)), np.float32)


def hires_cam(
    network: Network,
    image: ArrayLike,
    *,
    class_index: int | None = None,
    layer: str | None = None,
) -> Attribution:
    """A layer's maps, each cell times the slope of the logit by it; their sum, where positive.

    Draelos and Carin (2020), "Use HiResCAM instead of Grad-CAM for faithful explanations of
    convolutional neural networks". Otherwise as `grad_cam`.
    """
    maps, slopes = _maps_and_slopes(network, image, class_index, layer)
    return on_picture(network, image, np.maximum((maps * slopes).sum(axis=-1), 0))


def score_cam(
    network: Network,
    image: ArrayLike,
    *,
    class_index: int | None = None,
    layer: str | None = None,
    channels: int | None = None,
    report: Report = unheard,
) -> Attribution:
    """A layer's maps, each weighed by what the network answers when it sees through it alone.

    Wang et al. (2020), "Score-CAM: Score-Weighted Visual Explanations for Convolutional Neural
    Networks". Otherwise as `grad_cam`.

    Parameters
    ----------
    channels : how many maps are tried, those with the widest range; without, all of them.
    """
    target, name = asked_class(network, image, class_index), _layer(network, layer)
    x = network.preprocess(image)
    maps = network.feature_maps_of_input(x, [name])[name]
    tried = np.argsort(-np.ptp(maps, axis=(0, 1)), kind="stable")[:channels]
    scores = np.zeros(len(tried), np.float32)
    for first in range(0, len(tried), _AT_ONCE):
        report(first / len(tried))
        batch = tried[first : first + _AT_ONCE]
        seen = np.stack([x * _mask(maps[..., channel], x.shape[:2]) for channel in batch])
        scores[first : first + len(batch)] = network.scores_of_inputs(seen)[1][:, target]
    weights = np.exp(scores - scores.max())
    return on_picture(network, image, weighed(maps[..., tried], weights / weights.sum()))


def cams_of_layers(
    network: Network, image: ArrayLike, class_index: int, method: str, layers: Sequence[str]
) -> dict[str, Maps]:
    """Compute one kind of map for many layers in one run, each on its own grid.

    Parameters
    ----------
    method : "grad_cam", "grad_cam_plus_plus" or "hires_cam"; for "score_cam", which needs a run
        for each map, that of "grad_cam".

    Returns
    -------
    (rows, columns) float32 by layer.
    """
    slopes_by_layer = network.gradients(network.preprocess(image), class_index, layers)
    found = {}
    for name in layers:
        maps, slopes = slopes_by_layer[name]
        if method == "hires_cam":
            found[name] = np.asarray(np.maximum((maps * slopes).sum(axis=-1), 0), np.float32)
        elif method == "grad_cam_plus_plus":
            found[name] = weighed(maps, grad_cam_plus_plus_weights(maps, slopes))
        else:
            found[name] = weighed(maps, grad_cam_weights(slopes))
    return found


def weighed(maps: Maps, weights: Maps) -> Maps:
    """Add up (rows, columns, channels) maps by (channels,) weights; keep what is positive."""
    return np.asarray(np.maximum(maps @ weights, 0), np.float32)


def _mask(values: Maps, size: tuple[int, int]) -> Maps:
    large = enlarged(values, size)
    least, most = float(large.min()), float(large.max())
    level = (large - least) / (most - least) if most > least else np.zeros_like(large)
    return np.asarray(level[..., np.newaxis], np.float32)


def _maps_and_slopes(
    network: Network, image: ArrayLike, class_index: int | None, layer: str | None
) -> tuple[Maps, Maps]:
    target, name = asked_class(network, image, class_index), _layer(network, layer)
    return network.layer_gradient(network.preprocess(image), target, name)


def _layer(network: Network, layer: str | None) -> str:
    names = layers_with_maps(network)
    if layer is None:
        return names[-1]
    if layer not in names:
        raise NetworkError(
            "A class activation map needs a layer with rows and columns. "
            f"Received: {network.layer(layer).name[:60]!r}."
        )
    return layer
