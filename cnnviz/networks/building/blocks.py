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
    MOST_FILTERS,
    Activation,
    Add,
    BatchNormalization,
    Concatenate,
    Conv2D,
    DepthwiseConv2D,
    MaxPooling2D,
    ReLU,
    Sizes,
)
from cnnviz.networks.building.layer import Call, Change, Layer, Misfit
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

    def normalised(self, layer: Layer, source: str, normalises: bool) -> str:
        name = self.add(layer, source)
        return self.add(BatchNormalization(), name) if normalises else name

    def activated(self, source: str, activation: str) -> str:
        return source if activation == "linear" else self.add(Activation(activation), source)


@dataclass(frozen=True)
class Block(Layer):
    """What all blocks have; none has weights of its own."""

    needs_map: ClassVar[bool] = True

    @classmethod
    def candidates(cls, layers: Sequence[Layer]) -> Iterator[Block]:
        """Propose blocks that may stand for these layers, which lie between branch and merge."""
        raise NotImplementedError

    def channels_told_apart(self) -> tuple[int, ...]:
        """List numbers of channels that come in: one for each way in which it is spelled out."""
        return (1,)


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
            return spelling.normalised(layer, x, self.batch_normalization)

        x = spelling.activated(convolve(source, self.kernel_size, self.strides), self.activation)
        x = convolve(x, self.kernel_size, (1, 1))
        shortcut = source
        if self.strides != (1, 1) or shape[2] != self.filters:
            shortcut = convolve(source, (1, 1), self.strides)
        spelling.activated(spelling.add(Add(), x, shortcut), self.activation)
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

    def channels_told_apart(self) -> tuple[int, ...]:
        """As many as its own, and others."""
        return self.filters, 0


@dataclass(frozen=True)
class BottleneckBlock(Block):
    """Three convolutions, of which the outer ones are 1 x 1; the result is added to what came in.

    The first leaves `filters` channels to the one in the middle, the last makes `expansion` times
    as many. Where size or channels change, what came in goes through a 1 x 1 convolution first.
    Source: He, Zhang, Ren and Sun 2015, figure 5, with the stride in the middle, where most have it
    since.
    """

    code: ClassVar[str] = "bneck"
    stem: ClassVar[str] = "bottleneck"

    filters: int = whole("f", 16, 512, default=REQUIRED)
    kernel_size: tuple[int, int] = pair("k", 3, 15)
    strides: tuple[int, int] = pair("s", 1, 8)
    expansion: int = whole("e", 4, 8)
    activation: str = choice("a", ACTIVATION_NAMES, start="relu")
    batch_normalization: bool = flag("n", True)
    use_bias: bool = flag("b", False)

    def calls(self, name: str, source: str, shape: Shape) -> tuple[Call, ...]:
        """Spell it out; (height, width, channels) decides whether the shortcut is a convolution."""
        spelling = _Spelling(name)
        wide = self.filters * self.expansion

        def convolve(x: str, filters: int, size: Sizes, strides: Sizes = (1, 1)) -> str:
            layer = Conv2D(filters, size, strides, "same", use_bias=self.use_bias)
            return spelling.normalised(layer, x, self.batch_normalization)

        x = spelling.activated(convolve(source, self.filters, (1, 1)), self.activation)
        x = convolve(x, self.filters, self.kernel_size, self.strides)
        x = convolve(spelling.activated(x, self.activation), wide, (1, 1))
        shortcut = source
        if self.strides != (1, 1) or shape[2] != wide:
            shortcut = convolve(source, wide, (1, 1), self.strides)
        spelling.activated(spelling.add(Add(), x, shortcut), self.activation)
        return tuple(spelling.calls)

    @classmethod
    def candidates(cls, layers: Sequence[Layer]) -> Iterator[Block]:
        """Combine what the convolutions have."""
        convolutions = [layer for layer in layers if isinstance(layer, Conv2D)]
        if not 3 <= len(convolutions) <= 4:
            return
        widths = {layer.filters for layer in convolutions}
        yield from _made(
            cls,
            [min(widths)],
            dict.fromkeys(layer.kernel_size for layer in convolutions),
            dict.fromkeys(layer.strides for layer in convolutions),
            [max(widths) // min(widths)],
            activations_among(layers),
            [any(isinstance(layer, BatchNormalization) for layer in layers)],
            dict.fromkeys(layer.use_bias for layer in convolutions),
        )

    def channels_told_apart(self) -> tuple[int, ...]:
        """As many as it gives, and others."""
        return self.filters * self.expansion, 0


@dataclass(frozen=True)
class InvertedResidualBlock(Block):
    """A 1 x 1 convolution to more channels, one of each channel by itself, a 1 x 1 back to few.

    Where neither size nor channels change, the result is added to what came in. Behind the last
    convolution there is no activation. Source: Sandler, Howard, Zhu, Zhmoginov and Chen 2018,
    "MobileNetV2: inverted residuals and linear bottlenecks", table 1 and figure 4.
    """

    code: ClassVar[str] = "inv"
    stem: ClassVar[str] = "inverted"

    filters: int = whole("f", 16, _FILTERS, default=REQUIRED)
    kernel_size: tuple[int, int] = pair("k", 3, 15)
    strides: tuple[int, int] = pair("s", 1, 8)
    expansion: int = whole("e", 6, 16, low=2)
    activation: str = choice("a", ACTIVATION_NAMES, start="relu6")
    batch_normalization: bool = flag("n", True)
    use_bias: bool = flag("b", False)

    def calls(self, name: str, source: str, shape: Shape) -> tuple[Call, ...]:
        """Spell it out; (height, width, channels) decides whether anything is added.

        Raises
        ------
        Misfit : more channels than a convolution may give.
        """
        spelling = _Spelling(name)
        channels = shape[2]
        if channels * self.expansion > MOST_FILTERS:
            fewer = [max(2, MOST_FILTERS // channels)] if 2 * channels <= MOST_FILTERS else []
            raise Misfit(
                f"The channels times the expansion may be {MOST_FILTERS:,}.",
                f"{channels:,} channels and expansion {self.expansion}",
                *(
                    Change(f"Take {one} as expansion", self.with_options(expansion=one))
                    for one in fewer
                ),
            )

        def convolve(x: str, filters: int) -> str:
            layer = Conv2D(filters, (1, 1), padding="same", use_bias=self.use_bias)
            return spelling.normalised(layer, x, self.batch_normalization)

        x = spelling.activated(convolve(source, channels * self.expansion), self.activation)
        deep = DepthwiseConv2D(self.kernel_size, self.strides, "same", use_bias=self.use_bias)
        x = spelling.normalised(deep, x, self.batch_normalization)
        x = convolve(spelling.activated(x, self.activation), self.filters)
        if self.strides == (1, 1) and channels == self.filters:
            spelling.add(Add(), x, source)
        return tuple(spelling.calls)

    @classmethod
    def candidates(cls, layers: Sequence[Layer]) -> Iterator[Block]:
        """Take it that what comes in has the channels that it gives."""
        narrow = [layer.filters for layer in layers if isinstance(layer, Conv2D)][-1:]
        if narrow:
            yield from cls.behind(layers, narrow[0])

    @classmethod
    def behind(cls, layers: Sequence[Layer], channels: int) -> Iterator[Block]:
        """Propose blocks that may stand for these layers behind a map of so many channels."""
        mixing = [layer for layer in layers if isinstance(layer, Conv2D)]
        deep = [layer for layer in layers if isinstance(layer, DepthwiseConv2D)]
        if len(mixing) == 2 and len(deep) == 1:
            yield from _made(
                cls,
                [mixing[1].filters],
                [deep[0].kernel_size],
                [deep[0].strides],
                [mixing[0].filters // channels],
                activations_among(layers),
                [any(isinstance(layer, BatchNormalization) for layer in layers)],
                [deep[0].use_bias],
            )

    def channels_told_apart(self) -> tuple[int, ...]:
        """Only where it gives as many as come in does it have branches."""
        return (self.filters,)


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


BLOCK_KINDS: tuple[type[Block], ...] = (
    *(ResidualBlock, BottleneckBlock, InvertedResidualBlock, InceptionBlock),
)
