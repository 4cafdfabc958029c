"""Layers that change how many rows and columns a map has, and compute nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cnnviz.networks.building.layer import Layer
from cnnviz.networks.building.options import REQUIRED, choice, pair, sides, whole
from cnnviz.networks.layers import Shape

Sizes = tuple[int, int]
_MOST_ADDED = 64
MOST_CROPPED = 256
"""Pixels of a crop's side: dozens of crops are held at once."""


@dataclass(frozen=True)
class ZeroPadding2D(Layer):
    """Zeros around a map."""

    code: ClassVar[str] = "pad"
    stem: ClassVar[str] = "padding"
    positional: ClassVar[int] = 1
    needs_map: ClassVar[bool] = True

    padding: tuple[Sizes, Sizes] = sides("p", 1, _MOST_ADDED)

    def output_shape(self, shape: Shape) -> Shape:
        """Add what is padded to rows and columns."""
        (top, bottom), (left, right) = self.padding
        return shape[0] + top + bottom, shape[1] + left + right, shape[2]


@dataclass(frozen=True)
class UpSampling2D(Layer):
    """Rows and columns repeated, or interpolated."""

    code: ClassVar[str] = "grow"
    stem: ClassVar[str] = "upsampling"
    positional: ClassVar[int] = 1
    needs_map: ClassVar[bool] = True

    size: tuple[int, int] = pair("k", 2, 16)
    interpolation: str = choice("i", ("nearest", "bilinear", "bicubic"))

    def output_shape(self, shape: Shape) -> Shape:
        """Multiply rows and columns."""
        return shape[0] * self.size[0], shape[1] * self.size[1], shape[2]


@dataclass(frozen=True)
class CenterCrop(Layer):
    """The middle cut out; of a smaller map the largest part of that shape, enlarged."""

    code: ClassVar[str] = "crop"
    stem: ClassVar[str] = "crop"
    positional: ClassVar[int] = 2
    needs_map: ClassVar[bool] = True

    height: int = whole("h", 24, MOST_CROPPED, default=REQUIRED)
    width: int = whole("w", 24, MOST_CROPPED, default=REQUIRED)

    def output_shape(self, shape: Shape) -> Shape:
        """Put its own rows and columns in the place of the map's."""
        return self.height, self.width, shape[2]
