"""What the page Augmentation looks at: a picture, a pipeline and the network that is asked."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from cnnviz.networks import Network
from cnnviz.networks.augmentation import Samples, Second
from cnnviz.networks.building.layer import Layer
from cnnviz.shapes import Pixels
from pages.ui.markdown import plain
from pages.ui.picture import Picture


@dataclass(frozen=True, eq=False)
class Scene:
    """One question: what do these layers make of the picture, and what is said to that?

    Attributes
    ----------
    identity : changes with the network and its weights; a key for caches.
    own : whether the network was uploaded.
    probabilities : (classes,) float32, the answer to the picture itself; None without classes.
    second : what the picture is mixed with; None where no layer mixes.
    """

    network: Network
    picture: Picture
    identity: str
    own: bool
    probabilities: np.ndarray | None
    layers: tuple[Layer, ...]
    second: Second | None
    count: int
    seed: int

    @property
    def is_private(self) -> bool:
        """Whether nothing of what is computed may outlive the session."""
        return self.own or not self.picture.is_sample

    def key(self, *more: Hashable) -> str:
        """Give all that the samples depend on, as text."""
        asked = self.identity if self.probabilities is not None else self.network.input_shape
        return " ".join(map(str, ("augment", asked, self.picture.identity, *more)))

    def label(self, class_index: int) -> str:
        """Name a class, as Markdown that cannot be anything but text."""
        return plain(self.network.labels[class_index])


@dataclass(frozen=True, eq=False)
class Drawn:
    """Samples, and what the network says to each.

    Attributes
    ----------
    original : (rows, columns, 3) uint8, the part of the picture that the network is shown.
    answers : (count, classes) float32; None without classes.
    files : an image file for the picture itself and then for each sample.
    """

    original: Pixels
    samples: Samples
    answers: np.ndarray | None
    files: tuple[bytes, ...]
