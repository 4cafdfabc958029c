"""Blocks: several Keras layers with branches that count as one layer of a stack.

A block says which Keras layers it stands for (`calls`); its shape, weights and costs are theirs.
It also finds itself again among the layers of a program: `candidates` proposes what it may be,
and who asks compares what that stands for with what is there.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from cnnviz.networks.building.kinds import (
    ACTIVATION_NAMES,
    Activation,
    Add,
    BatchNormalization,
    Concatenate,
    Conv2D,
    MaxPooling2D,
    ReLU,
    Sizes,
)
from cnnviz.networks.building.layer import Call, Layer
from cnnviz.networks.building.options import REQUIRED, choice, flag, pair, whole
from cnnviz.networks.layers import Shape

_FILTERS = 1024


class _Spelling:
    """Write a block's calls one after the other, with names that are unique in it."""

    def __init__(self, name: str) -> None:
        self.calls: list[Call] = []
        self._name = name
        self._counts: dict[str, int] = {}

    def add(self, layer: Layer, *sources: str) -> str:
        stem = layer.name_stem()
        self._counts[stem] = self._counts.get(stem, 0) + 1
        name = f"{self._name}_{stem}_{self._counts[stem]}"
        self.calls.append(Call(name, layer, sources))
        return name


@dataclass(frozen=True)
class Block(Layer):
    """What all blocks have; none has weights of its own."""

    needs_map: ClassVar[bool] = True

    @classmethod
    def candidates(cls, layers: Sequence[Layer]) -> Iterator[Block]:
        """Propose blocks that may stand for these layers, which lie between branch and merge."""
        raise NotImplementedError


def activations_among(layers: Sequence[Layer]) -> list[str]:
    """Name the activations that occur, alone or inside a layer."""
    found = dict.fromkeys(getattr(layer, "activation", "linear") for layer in layers)
    if any(layer == ReLU() for layer in layers):
        found["relu"] = None
    return list(found)


@dataclass(frozen=True)
class ResidualBlock(Block):
    """Two convolutions whose result is added to what came in.

    Where size or channels change, what came in goes through a 1 x 1 convolution first. Source: He,
    Zhang, Ren and Sun 2015, "Deep residual learning for image recognition", eq. 1 and 2, with
    normalisation and activation where their figure 2 and section 3.4 have them.
    """

    code: ClassVar[str] = "res"
    stem: ClassVar[str] = "residual"

    filters: int = whole("f", 16, _FILTERS, default=REQUIRED)
    kernel_size: tuple[int, int] = pair("k", 3, 15)
    strides: tuple[int, int] = pair("s", 1, 8)
    activation: str = choice("a", ACTIVATION_NAMES, start="relu")
    batch_normalization: bool = flag("n", True)
    use_bias: bool = flag("b", False)

    def calls(self, name: str, source: str, shape: Shape) -> tuple[Call, ...]:
        """Spell it out; (height, width, channels) decides whether the shortcut is a convolution."""
        spelling = _Spelling(name)

        def convolve(x: str, size: Sizes, strides: Sizes) -> str:
            layer = Conv2D(self.filters, size, strides, "same", use_bias=self.use_bias)
            x = spelling.add(layer, x)
            return spelling.add(BatchNormalization(), x) if self.batch_normalization else x

        x = convolve(source, self.kernel_size, self.strides)
        if self.activation != "linear":
            x = spelling.add(Activation(self.activation), x)
        x = convolve(x, self.kernel_size, (1, 1))
        shortcut = source
        if self.strides != (1, 1) or shape[2] != self.filters:
            shortcut = convolve(source, (1, 1), self.strides)
        x = spelling.add(Add(), x, shortcut)
        if self.activation != "linear":
            spelling.add(Activation(self.activation), x)
        return tuple(spelling.calls)

    @classmethod
    def candidates(cls, layers: Sequence[Layer]) -> Iterator[Block]:
        """Combine what the convolutions have."""
        convolutions = [layer for layer in layers if isinstance(layer, Conv2D)]
        if len(convolutions) > 3:
            return
        yield from _made(
            cls,
            dict.fromkeys(layer.filters for layer in convolutions),
            dict.fromkeys(layer.kernel_size for layer in convolutions),
            dict.fromkeys(layer.strides for layer in convolutions),
            activations_among(layers),
            [any(isinstance(layer, BatchNormalization) for layer in layers)],
            dict.fromkeys(layer.use_bias for layer in convolutions),
        )


@dataclass(frozen=True)
class InceptionBlock(Block):
    """Four branches of different reach, whose channels stand side by side.

    A 1 x 1 convolution; one of 3 x 3 and one of 5 x 5, each after a 1 x 1 that makes fewer
    channels; and a 3 x 3 maximum before a 1 x 1. Source: Szegedy et al. 2014, "Going deeper with
    convolutions", figure 2b.
    """

    code: ClassVar[str] = "inc"
    stem: ClassVar[str] = "inception"

    filters_1x1: int = whole("a", 16, _FILTERS, default=REQUIRED)
    reduce_3x3: int = whole("b", 16, _FILTERS, default=REQUIRED)
    filters_3x3: int = whole("c", 32, _FILTERS, default=REQUIRED)
    reduce_5x5: int = whole("d", 4, _FILTERS, default=REQUIRED)
    filters_5x5: int = whole("e", 8, _FILTERS, default=REQUIRED)
    filters_pool: int = whole("f", 8, _FILTERS, default=REQUIRED)
    activation: str = choice("g", ACTIVATION_NAMES, start="relu")

    def calls(self, name: str, source: str, shape: Shape) -> tuple[Call, ...]:
        """Spell it out."""
        del shape
        spelling = _Spelling(name)

        def convolve(x: str, filters: int, size: int) -> str:
            layer = Conv2D(filters, (size, size), padding="same", activation=self.activation)
            return spelling.add(layer, x)

        branches = (
            convolve(source, self.filters_1x1, 1),
            convolve(convolve(source, self.reduce_3x3, 1), self.filters_3x3, 3),
            convolve(convolve(source, self.reduce_5x5, 1), self.filters_5x5, 5),
            convolve(
                spelling.add(MaxPooling2D((3, 3), (1, 1), "same"), source), self.filters_pool, 1
            ),
        )
        spelling.add(Concatenate(), *branches)
        return tuple(spelling.calls)

    @classmethod
    def candidates(cls, layers: Sequence[Layer]) -> Iterator[Block]:
        """Take the convolutions in the order in which the branches have them."""
        filters = [layer.filters for layer in layers if isinstance(layer, Conv2D)]
        if len(filters) == 6:
            yield from _made(cls, *([one] for one in filters), activations_among(layers))


def _made(kind: type[Block], *values: object) -> Iterator[Block]:
    for combination in itertools.product(*values):  # type: ignore[call-overload]
        try:
            yield kind(*combination)
        except ValueError:  # what a convolution may be, and a block may not
            continue


BLOCK_KINDS: tuple[type[Block], ...] = (ResidualBlock, InceptionBlock)
