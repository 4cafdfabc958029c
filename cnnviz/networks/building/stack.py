"""A stack: a network's design as an immutable list of layers, the input first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cnnviz.networks.building.augmentation import AUGMENTATION_KINDS
from cnnviz.networks.building.blocks import BLOCK_KINDS
from cnnviz.networks.building.kinds import PLAIN_KINDS, Input
from cnnviz.networks.building.layer import Layer

MOST_LAYERS = 100
"""Layers of a stack, its input among them, blocks counted as one."""

_ALL_KINDS: tuple[type[Layer], ...] = (Input, *PLAIN_KINDS, *AUGMENTATION_KINDS, *BLOCK_KINDS)

KINDS: Mapping[str, type[Layer]] = MappingProxyType({kind.kind(): kind for kind in _ALL_KINDS})
"""Every kind of layer that a stack may have, by Keras's name or the block's."""


@dataclass(frozen=True)
class Stack:
    """The layers of a network, in order.

    layers : the first is the `Input`, and no other is.

    Whether they fit together is another question: `cnnviz.networks.building.table` answers it.

    Raises
    ------
    ValueError : no input in front, a second one, a merge outside a block, or too many layers.

    >>> from cnnviz.networks.building.kinds import Dense, Flatten
    >>> stack = Stack((Input(8, 8, 1), Flatten())).inserted(2, Dense(10))
    >>> [layer.kind() for layer in stack.moved(2, 1).layers]
    ['Input', 'Dense', 'Flatten']
    """

    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", tuple(self.layers))
        if not self.layers or not isinstance(self.layers[0], Input):
            found = self.layers[0].kind() if self.layers else "no layer"
            raise ValueError(f"A stack must begin with its Input. Received: {found}.")
        for position, layer in enumerate(self.layers[1:], start=1):
            if isinstance(layer, Input) or layer.kind() not in KINDS:
                raise ValueError(
                    "A stack has one Input, in front, and then layers of one input each. "
                    f"Received: {layer.kind()} as layer {position}."
                )
        if len(self.layers) > MOST_LAYERS:
            raise ValueError(
                f"A stack may have {MOST_LAYERS} layers. Received: {len(self.layers):,}."
            )

    @property
    def input(self) -> Input:
        """Its first layer."""
        first = self.layers[0]
        assert isinstance(first, Input)
        return first

    def inserted(self, position: int, layer: Layer) -> Stack:
        """Put a layer in, which has that position then; 1 is right behind the input."""
        self._check(position, len(self.layers))
        return Stack((*self.layers[:position], layer, *self.layers[position:]))

    def without(self, position: int) -> Stack:
        """Leave a layer out."""
        self._check(position, len(self.layers) - 1)
        return Stack(self.layers[:position] + self.layers[position + 1 :])

    def replaced(self, position: int, layer: Layer) -> Stack:
        """Put another layer in a layer's place; the input's may be taken by an input."""
        if position:
            self._check(position, len(self.layers) - 1)
        return Stack((*self.layers[:position], layer, *self.layers[position + 1 :]))

    def moved(self, position: int, to: int) -> Stack:
        """Move a layer so that it has the position `to`."""
        self._check(to, len(self.layers) - 1)
        return self.without(position).inserted(to, self.layers[position])

    def duplicated(self, position: int) -> Stack:
        """Repeat a layer behind itself."""
        self._check(position, len(self.layers) - 1)
        return self.inserted(position + 1, self.layers[position])

    def _check(self, position: int, last: int) -> None:
        if not 1 <= position <= last:
            raise ValueError(
                f"The position of a layer must be from 1 to {last}; 0 is the input's. "
                f"Received: {position}."
            )

    def names(self) -> tuple[str, ...]:
        """Name each layer by its kind and how often that came: conv_1, relu_1, conv_2.

        >>> Stack((Input(8, 8, 1), *(KINDS["Flatten"](),) * 2)).names()
        ('image', 'flatten_1', 'flatten_2')
        """
        counts: dict[str, int] = {}
        names = [Input.stem]
        for layer in self.layers[1:]:
            stem = layer.name_stem()
            counts[stem] = counts.get(stem, 0) + 1
            names.append(f"{stem}_{counts[stem]}")
        return tuple(names)
