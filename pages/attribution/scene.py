"""What the page Why looks at: a network, a picture, a class and a method."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from cnnviz.attribution import METHODS, Method
from cnnviz.networks import Network
from pages.ui.markdown import plain
from pages.ui.picture import Picture


@dataclass(frozen=True, eq=False)
class Scene:
    """One question: why does this network say that of this picture?

    Attributes
    ----------
    identity : changes with the network and its weights; a key for caches.
    own : whether the network was uploaded; nothing of it may be kept across sessions.
    target : the class that is asked about.
    against : another class, or None.
    probabilities : (classes,) float32, the answer.
    layers : those whose maps can be weighed; none in a network of dense layers alone.
    name, layer : the method in hand and the layer that it weighs; "" where there is none.
    """

    network: Network
    picture: Picture
    identity: str
    own: bool
    target: int
    against: int | None
    probabilities: np.ndarray
    layers: tuple[str, ...]
    name: str
    layer: str

    @property
    def method(self) -> Method:
        """The method in hand."""
        return METHODS[self.name]

    @property
    def names(self) -> tuple[str, ...]:
        """The methods that the network can be asked by."""
        return tuple(name for name, one in METHODS.items() if self.layers or not one.by_layer)

    def label(self, class_index: int) -> str:
        """Name a class, as Markdown that cannot be anything but text."""
        return plain(self.network.labels[class_index])

    def key(self, *more: Hashable) -> str:
        """Give all that a map depends on, as text."""
        return " ".join(map(str, (self.identity, self.picture.identity, *more)))

    def arguments(self, name: str) -> dict[str, str]:
        """Give what a method is told beside the class."""
        return {"layer": self.layer} if METHODS[name].by_layer else {}

    def classes(self) -> tuple[int, ...]:
        """Give the classes whose maps are needed."""
        return (self.target,) if self.against is None else (self.target, self.against)
