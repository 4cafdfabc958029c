"""Which layers and sizes of a network there are to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnnviz.networks.feature_visualisation.recipe import takes_any_size

if TYPE_CHECKING:
    from cnnviz.networks.network import Network

# They only pass on, move or scale what another layer has found.
_PASSING = frozenset(
    {
        *("InputLayer", "Dropout", "SpatialDropout2D", "Identity", "Flatten", "Reshape", "Softmax"),
        *("ZeroPadding2D", "Cropping2D", "CenterCrop", "Rescaling", "Normalization", "Resizing"),
    }
)
_BENDING = frozenset({"ReLU", "Activation", "LeakyReLU", "PReLU", "ELU"})
_SMALL_SIDE, _USUAL_SIDE = 64, 128
SIZES = (32, 48, 64, 96, 128, 160, 192, 224)
"""Sides that a picture may be asked for with, besides that of the network's input."""


def layers_to_ask(network: Network) -> tuple[str, ...]:
    """List the layers that look for something of their own, from the picture to the answer."""
    return tuple(info.name for info in network.layers if info.kind not in _PASSING)


def first_layer(network: Network) -> str:
    """Choose the layer to begin with: two thirds of the way, and not behind a bend.

    Behind a ReLU there is often nothing to climb: where a map is 0, its slope is too.
    """
    names = set(layers_to_ask(network))
    asked = [info for info in network.layers if info.name in names and info.is_map]
    straight = [info for info in asked if info.kind not in _BENDING and info.activation is None]
    added = [info for info in straight if info.kind == "Add"]
    found = added or straight or asked
    if not found:
        return next(iter(layers_to_ask(network)), "")
    return found[len(found) * 2 // 3].name if len(found) > 3 else found[-1].name


def sizes_to_ask(network: Network, layer: str, sizes: Sequence[int]) -> tuple[int, ...]:
    """List the sides that a picture for a layer can have; the network's own among them.

    layer : "" for what needs the network's own size, such as a class.
    """
    rows, columns, _ = network.input_shape
    own = (rows,) if rows == columns else ()
    if not layer or not takes_any_size(network, layer):
        return own
    return tuple(sorted({*sizes, *own}))


def first_size(network: Network, layer: str, sizes: Sequence[int]) -> int | None:
    """Choose the side to begin with; None for the network's own, where that is no square."""
    possible = sizes_to_ask(network, layer, sizes)
    usual = _SMALL_SIDE if max(network.input_shape[:2]) <= _SMALL_SIDE else _USUAL_SIDE
    return min(possible, key=lambda side: abs(side - usual), default=None)
