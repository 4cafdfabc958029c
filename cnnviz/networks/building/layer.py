"""What a layer of a stack is: its options, and the rules that every kind has.

The classes bear Keras's names and their fields those of Keras's arguments, so what reads a Keras
layer (`cnnviz.networks.layers`: multiply-adds, receptive field) reads these too.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any, ClassVar, TypeVar

from cnnviz.networks.building.options import REQUIRED, BrokenRule, Option, as_received
from cnnviz.networks.keras_files.graph import LayerSpec
from cnnviz.networks.keras_files.weights import weight_shapes
from cnnviz.networks.layers import Shape

_Layer = TypeVar("_Layer", bound="Layer")


def a(kind: type[Layer] | Layer, article: str = "a") -> str:
    """Name a kind with its article; "A" begins a sentence.

    >>> a(Layer), a(Layer, "A")
    ('a Layer', 'A Layer')
    """
    n = "n" if kind.kind()[0] in "AEIOU" else ""
    return f"{article}{n} {kind.kind()}"


@dataclass(frozen=True)
class Change:
    """A way to mend a layer.

    words : what it does, as a button says it.
    layer : what stands in the layer's place then.
    """

    words: str
    layer: Layer


class Misfit(ValueError):  # noqa: N818
    """A layer cannot take what it is given.

    rule : a sentence.
    received : the numbers that break it.
    changes : other versions of the layer that can.
    """

    def __init__(self, rule: str, received: str, *changes: Change) -> None:
        super().__init__(f"{rule} Received: {received}.")
        self.rule, self.received, self.changes = rule, received, changes


@dataclass(frozen=True)
class Call:
    """One Keras layer in a network's graph.

    name : unique in the network.
    inputs : names of the calls it takes its input from.
    """

    name: str
    layer: Layer
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class Layer:
    """One layer of a stack; its fields are its options.

    code : stands for the kind in an address.
    stem : what its name in a network begins with.
    positional : how many of its options Keras takes without their names.
    needs_map : whether it must be given rows and columns.

    Raises
    ------
    ValueError : an option breaks its rule.
    """

    code: ClassVar[str] = ""
    stem: ClassVar[str] = ""
    positional: ClassVar[int] = 0
    needs_map: ClassVar[bool] = False

    def __post_init__(self) -> None:
        for name, option in self.options().items():
            value = getattr(self, name)
            try:
                object.__setattr__(self, name, option.checked(value))
            except BrokenRule as rule:
                raise ValueError(
                    f"The {name} of {a(self)} must be {rule}. "
                    f"Received: {name}={as_received(value)}."
                ) from None

    @classmethod
    def kind(cls) -> str:
        """Keras's name of the class, or the block's."""
        return cls.__name__

    @classmethod
    @functools.cache
    def options(cls) -> Mapping[str, Option]:
        """The options by Keras's names, in the order in which Keras takes them."""
        return MappingProxyType({one.name: one.metadata["option"] for one in fields(cls)})

    def arguments(self) -> dict[str, Any]:
        """The options' values by Keras's names."""
        return {name: getattr(self, name) for name in self.options()}

    def for_keras(self) -> dict[str, Any]:
        """Give the arguments that Keras's constructor takes."""
        return {
            name: option.for_keras(getattr(self, name)) for name, option in self.options().items()
        }

    def chosen(self) -> dict[str, Any]:
        """The values that must be written: what Keras asks for, and what is not its default."""
        return {
            name: getattr(self, name)
            for name, option in self.options().items()
            if option.default is REQUIRED or getattr(self, name) != option.default
        }

    def with_options(self: _Layer, **values: Any) -> _Layer:
        """Change some options.

        Raises
        ------
        ValueError : one breaks its rule.
        """
        return replace(self, **values)

    def name_stem(self) -> str:
        """What the layer's name begins with."""
        return self.stem

    def output_shape(self, shape: Shape) -> Shape:
        """Work out what comes out, without the batch.

        shape : of what it is given, (height, width, channels) or (units,).

        Raises
        ------
        Misfit : it cannot take that.
        """
        return shape

    def merged_shape(self, shapes: list[Shape]) -> Shape:
        """Do the same for a layer that may take several inputs."""
        return self.output_shape(shapes[0])

    def weight_shapes(self, shape: Shape) -> dict[str, Shape]:
        """List its weights by their names, in Keras's order."""
        # Normalisation is over the channels, and slopes are shared by none.
        arguments = {"axis": -1, "shared_axes": None, **self.arguments()}
        spec = LayerSpec("", self.kind(), arguments, (), "", stored_kind=self.kind())
        return weight_shapes(spec, shape)

    def weight_counts(self, shape: Shape) -> tuple[int, int]:
        """Count the weights that training changes, and those that it only keeps up to date."""
        trained = kept = 0
        for name, sides in self.weight_shapes(shape).items():
            if name.startswith("moving_"):
                kept += math.prod(sides)
            else:
                trained += math.prod(sides)
        return trained, kept

    def calls(self, name: str, source: str, shape: Shape) -> tuple[Call, ...]:
        """Spell the layer out in Keras's layers, of which the last gives the output.

        name : the layer's in the network; source : the name of what it is given.
        """
        del shape
        return (Call(name, self, (source,)),)
