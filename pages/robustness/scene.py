"""What the page Robustness looks at: a network, a picture and a class."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cnnviz.networks import Network
from cnnviz.networks.robustness import CHANGES, Change
from cnnviz.notation import written, written_share
from pages.ui.markdown import plain
from pages.ui.picture import Picture


@dataclass(frozen=True, eq=False)
class Scene:
    """One question: how does this network's answer to this picture move?

    Attributes
    ----------
    identity : changes with the network and its weights; a key for caches.
    own : whether the network was uploaded.
    target : the class that is followed.
    probabilities : (classes,) float32, the answer to the picture itself.
    """

    network: Network
    picture: Picture
    identity: str
    own: bool
    target: int
    probabilities: np.ndarray

    @cached_property
    def order(self) -> list[int]:
        """The classes, the most probable first."""
        return [int(at) for at in np.argsort(-self.probabilities, kind="stable")]

    @property
    def best(self) -> int:
        """The class that the network gives the picture itself."""
        return self.order[0]

    @property
    def is_private(self) -> bool:
        """Whether nothing of what is computed may outlive the session."""
        return self.own or not self.picture.is_sample

    def label(self, class_index: int) -> str:
        """Name a class, as Markdown that cannot be anything but text."""
        return plain(self.network.labels[class_index])

    def key(self, *more: Hashable) -> str:
        """Give all that a result depends on, as text."""
        return " ".join(map(str, (self.identity, self.picture.identity, *more)))


def amount_words(name: str, amount: float) -> str:
    """Say by how much a change of `CHANGES` changes.

    >>> amount_words("rotate", -36.0), amount_words("blur", 0.4), amount_words("jpeg", 6.0)
    ('\u221236 degrees', '0.4% of the shorter side', 'quality 6')
    >>> amount_words("scale", 1.0)
    'unchanged'
    """
    change: Change = CHANGES[name]
    if amount == change.nothing:
        return "unchanged"
    number = written(amount)
    if name == "jpeg":
        return f"quality {number}"
    return f"{number}{change.unit}" if change.unit.startswith("%") else f"{number} {change.unit}"


def at_amount(name: str, amount: float) -> str:
    """Say at which amount something is so, within a sentence.

    >>> at_amount("scale", 1.0), at_amount("jpeg", 6.0)
    ('at no change', 'at quality 6')
    """
    changes = amount != CHANGES[name].nothing
    return f"at {amount_words(name, amount) if changes else 'no change'}"


def share(probability: float) -> str:
    """Write a probability in percent."""
    return written_share(float(probability))
