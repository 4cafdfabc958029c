"""A pipeline: augmentation layers in order, and the short text of it that an address carries.

The numbers of a picture go from 0 to 1 in it: Keras's RandomSaturation and GaussianNoise mean that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cnnviz.networks.building import KINDS
from cnnviz.networks.building.address import format_layers, parse_layers
from cnnviz.networks.building.augmentation import AUGMENTATION_KINDS, MIXING, OUTSIDE_NETWORKS
from cnnviz.networks.building.layer import Layer
from cnnviz.networks.building.sizes import CenterCrop
from cnnviz.notation import shown

MOST_LAYERS = 6
_ALL: tuple[type[Layer], ...] = (*AUGMENTATION_KINDS, CenterCrop, *OUTSIDE_NETWORKS)
_KINDS: Mapping[str, type[Layer]] = {kind.kind(): kind for kind in _ALL}
_BY_CODE = {kind.code: kind for kind in (*KINDS.values(), *_KINDS.values())}
PIPELINE_KINDS: tuple[str, ...] = tuple(_KINDS)
"""The kinds of layer that a pipeline may have, by Keras's names."""

_STARTS: Mapping[str, Mapping[str, float]] = {
    "RandomShear": {"x_factor": 0.3},
    "RandomPerspective": {"scale": 0.5},
    "Solarization": {"threshold_factor": 1.0},
    "RandomColorJitter": {
        "brightness_factor": 0.2,
        "contrast_factor": 0.2,
        "saturation_factor": 0.8,
        "hue_factor": 0.1,
    },
}
"""Options of layers that by Keras's own defaults change nothing, or nothing that is told apart."""


def checked_pipeline(layers: Iterable[Layer]) -> tuple[Layer, ...]:
    """Return the layers, told that numbers go from 0 to 1.

    Raises
    ------
    ValueError : a layer is none of `PIPELINE_KINDS`, one comes twice, or there are too many.
    """
    found = tuple(layers)
    if len(found) > MOST_LAYERS:
        raise ValueError(f"A pipeline has at most {MOST_LAYERS} layers. Received: {len(found)}.")
    for position, layer in enumerate(found):
        if layer.kind() in {one.kind() for one in found[:position]}:
            raise ValueError(
                f"A pipeline has one layer of each kind. Received: {layer.kind()} twice."
            )
        if layer.kind() not in PIPELINE_KINDS:
            raise ValueError(
                f"A layer of a pipeline is one of {', '.join(PIPELINE_KINDS)}. "
                f"Received: {shown(layer.kind())}."
            )
    return tuple(
        one.with_options(value_range=(0, 1)) if "value_range" in one.options() else one
        for one in found
    )


def mixes(layers: Iterable[Layer]) -> bool:
    """Tell whether one of the layers makes one picture of two."""
    return any(isinstance(one, MIXING) for one in layers)


def started(kind: str, size: tuple[int, int] = (32, 32)) -> Layer:
    """Give a layer of that kind as it begins: so that one sees what it does.

    size : of the picture; a crop begins with three quarters of each side.
    """
    start = _STARTS.get(kind, {})
    if kind in ("RandomCrop", "CenterCrop"):
        height, width = (max(1, 3 * side // 4) for side in size)
        start = {"height": height, "width": width}
    return checked_pipeline([_KINDS[kind](**start)])[0]


def format_pipeline(layers: Iterable[Layer]) -> str:
    """Write a pipeline as a text of letters that an address carries as they are.

    >>> format_pipeline([started("RandomRotation"), started("RandomBrightness")])
    'rturn-f0.1~rlight-f0.2'
    """
    # That its numbers go from 0 to 1 goes without saying.
    plain = [
        one.with_options(value_range=one.options()["value_range"].default)
        if "value_range" in one.options()
        else one
        for one in layers
    ]
    return format_layers(plain)


def parse_pipeline(text: str) -> tuple[Layer, ...]:
    """Read what `format_pipeline` writes, in time proportional to the text's length.

    Raises
    ------
    ValueError : it names what there is not, gives an option a value that it may not have, or has
        too many layers.

    >>> [layer.kind() for layer in parse_pipeline("rflip~rturn-f0.1")]
    ['RandomFlip', 'RandomRotation']
    """
    return checked_pipeline(parse_layers(text, _BY_CODE)) if text else ()
