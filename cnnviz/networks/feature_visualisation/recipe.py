"""What a picture is made for, and how it is made: the target, and the parts of the recipe."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from cnnviz.networks.layers import LayerInfo, NetworkError
from cnnviz.notation import shown

if TYPE_CHECKING:
    from cnnviz.networks.network import Network

What = Literal["channel", "unit", "class", "layer"]
Start = Literal["noise", "photo"]

LEAST_SIDE, MOST_SIDE = 8, 512
MOST_STEPS = 2048
PARTS: Mapping[str, str] = {
    "fourier": "Fourier spectrum",
    "colour": "Decorrelated colour",
    "jitter": "Jitter",
    "scale": "Scale",
    "rotation": "Rotation",
}
"""The parts of the recipe that can be left out, by the names of `Recipe`'s fields."""

# Layers that give a larger map for a larger picture, and need to know nothing of its size.
_ANY_SIZE = frozenset(
    {
        *("Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Conv2DTranspose", "MaxPooling2D"),
        *("AveragePooling2D", "ZeroPadding2D", "Cropping2D", "UpSampling2D", "Concatenate"),
        *("BatchNormalization", "Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Rescaling"),
        *("Normalization", "Add", "Multiply", "Average", "Maximum", "Dropout", "Identity"),
        "SpatialDropout2D",
    }
)
_ONE_SIZE = frozenset({"CenterCrop", "RandomCrop"})
_POOLED = frozenset({"GlobalAveragePooling2D", "GlobalMaxPooling2D"})


@dataclass(frozen=True)
class Target:
    """What is to answer as strongly as it can.

    Attributes
    ----------
    what : "channel", the mean of one map of a layer; "unit", one cell of it; "class", a logit;
        "layer", the mean square of all its maps (deep dream).
    layer : its name; "" for a class.
    index : the channel or the class.
    cell : (row, column) of a unit; the middle of the map without.
    """

    what: What
    layer: str = ""
    index: int = 0
    cell: tuple[int, int] | None = None

    def checked(self, network: Network) -> Target:
        """Return the target if the network has it.

        Raises
        ------
        NetworkError : it has not.
        """
        if self.what not in get_args(What):
            raise NetworkError(
                f"A picture is made for one of {', '.join(get_args(What))}. "
                f"Received: {shown(self.what)}."
            )
        if self.what == "class":
            network.must_be_class(self.index)
            return self
        info = network.layer(self.layer)
        if info.name == network.layers[0].name:
            raise NetworkError("The input is what is made, and looks for nothing. Received: image.")
        if self.what != "layer" and not 0 <= self.index < info.channels:
            raise NetworkError(
                f"The channel must be from 0 to {info.channels - 1}. Received: {self.index}."
            )
        return self


@dataclass(frozen=True)
class Recipe:
    """How the picture is made.

    Attributes
    ----------
    size : rows and columns of the picture; the network's own input without. What ends in a vector,
        such as a class, has that size only.
    steps : of gradient ascent, by Adam.
    seed : of the noise that it starts from, and of what shakes the picture.
    start : "noise", or "photo": deep dream.
    fourier : learn the picture's spectrum, each frequency scaled by one over its size, and not its
        pixels.
    colour : learn colours that do not go together, and mix them as photos do.
    jitter, scale, rotation : show the network a picture that is moved by up to a sixteenth of its
        side, enlarged by 0.9 to 1.1 and turned by up to 5 degrees, anew in each step.
    rate : how far a step goes.
    """

    size: int | None = None
    steps: int = 128
    seed: int = 0
    start: Start = "noise"
    fourier: bool = True
    colour: bool = True
    jitter: bool = True
    scale: bool = True
    rotation: bool = True
    rate: float = 0.1

    @property
    def shakes(self) -> bool:
        """Whether the network is shown another view of the picture in each step."""
        return self.jitter or self.scale or self.rotation

    def checked(self) -> Recipe:
        """Return the recipe if its numbers are within their limits.

        Raises
        ------
        NetworkError : they are not.
        """
        if self.size is not None and not LEAST_SIDE <= self.size <= MOST_SIDE:
            raise NetworkError(
                f"The picture's side must be from {LEAST_SIDE} to {MOST_SIDE} pixels. "
                f"Received: {self.size}."
            )
        if not 1 <= self.steps <= MOST_STEPS:
            raise NetworkError(f"The steps must be from 1 to {MOST_STEPS}. Received: {self.steps}.")
        if self.start not in get_args(Start):
            raise NetworkError(
                f"It starts from {' or '.join(get_args(Start))}. Received: {shown(self.start)}."
            )
        if not (math.isfinite(self.rate) and self.rate > 0):
            raise NetworkError(f"The rate must be above 0. Received: {self.rate}.")
        return self


def layers_on_the_way(network: Network, layer: str) -> tuple[LayerInfo, ...]:
    """List a layer and all that it needs, the input first."""
    needed = {network.layer(layer).name}
    for info in reversed(network.layers):
        if info.name in needed:
            needed.update(info.inputs)
    return tuple(info for info in network.layers if info.name in needed)


def takes_any_size(network: Network, layer: str) -> bool:
    """Whether a layer can be computed for a picture of another size than the network's input."""
    fixed: set[str] = set()  # outputs that are the same size whatever the picture's
    for info in layers_on_the_way(network, layer)[1:]:
        if info.kind in _POOLED or fixed.issuperset(info.inputs):
            fixed.add(info.name)
            continue
        is_known = info.kind in _ANY_SIZE or info.receptive_field is not None
        if info.kind in _ONE_SIZE or not is_known:
            return False
    return True


def size_of(network: Network, target: Target, recipe: Recipe) -> tuple[int, int]:
    """Find the (rows, columns) of the picture.

    Raises
    ------
    NetworkError : the target can be computed for the network's own size only, and another is asked
        for.
    """
    own = (network.input_shape[0], network.input_shape[1])
    if recipe.size is None or own == (recipe.size, recipe.size):
        return own
    if target.what == "class" or not takes_any_size(network, target.layer):
        raise NetworkError(
            f"What is asked about needs pictures of {own[0]} x {own[1]} pixels. "
            f"Received: {recipe.size} x {recipe.size}."
        )
    return recipe.size, recipe.size
