"""Whether what an attack has done is still there once the picture was saved, or moved a little."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.networks.robustness.adversarial import Attack, prepared
from cnnviz.networks.robustness.changes import CHANGES
from cnnviz.networks.variations import shifted
from cnnviz.shapes import Pixels

if TYPE_CHECKING:
    from cnnviz.networks.network import Network


@dataclass(frozen=True, eq=False)
class Answers:
    """What a network says to a picture before and after an attack, treated alike.

    treatment : what was done to both.
    before, after : (classes,) float32.
    """

    treatment: str
    before: np.ndarray
    after: np.ndarray


def survival(network: Network, attack: Attack, *, quality: int = 75) -> list[Answers]:
    """Ask about both pictures as they are, saved as a JPEG file, and moved by one pixel.

    Parameters
    ----------
    quality : of the JPEG file, 1 to 100.

    Raises
    ------
    ValueError : there is no such quality.
    """
    if not 1 <= quality <= 100:
        raise ValueError(f"A JPEG's quality must be from 1 to 100. Received: {quality}.")

    def saved(picture: Pixels) -> Pixels:
        return CHANGES["jpeg"].apply(picture, quality)

    treated: dict[str, Callable[[Pixels], Pixels]] = {
        "as it is": lambda picture: picture,
        f"as a JPEG of quality {quality}": saved,
        "moved one pixel to the right": lambda picture: shifted(picture, 0, 1),
        "moved one pixel down": lambda picture: shifted(picture, 1, 0),
    }
    pictures = [apply(one) for apply in treated.values() for one in (attack.before, attack.after)]
    inputs = np.stack([prepared(network, picture) for picture in pictures])
    answers = network.scores_of_inputs(inputs)[1]
    return [
        Answers(words, answers[2 * at], answers[2 * at + 1]) for at, words in enumerate(treated)
    ]
