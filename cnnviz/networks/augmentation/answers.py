"""What a network says to each sample, and to all of them together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from cnnviz.networks.robustness.adversarial import prepared
from cnnviz.shapes import Pixels

if TYPE_CHECKING:
    from cnnviz.networks.network import Network

_AT_ONCE = 16


def answers_of(network: Network, pictures: ArrayLike) -> NDArray[np.float32]:
    """Ask a network about pictures; those of another size than its input's are scaled to it.

    Parameters
    ----------
    pictures : (count, rows, columns, 3) uint8.

    Returns
    -------
    (count, classes) float32, the probabilities.

    Raises
    ------
    NetworkError : the network names no classes.
    """
    shown = (scaled_to(network.input_shape[:2], one) for one in np.asarray(pictures))
    inputs = np.stack([prepared(network, one) for one in shown])
    parts = [
        network.scores_of_inputs(inputs[first : first + _AT_ONCE])[1]
        for first in range(0, len(inputs), _AT_ONCE)
    ]
    return np.concatenate(parts)


def scaled_to(size: tuple[int, int], picture: Pixels) -> Pixels:
    """Bring a picture to (rows, columns), bicubic: each side by its own factor.

    >>> scaled_to((4, 6), np.zeros((2, 2, 3), np.uint8)).shape
    (4, 6, 3)
    """
    if picture.shape[:2] == tuple(size):
        return picture
    return np.asarray(Image.fromarray(picture).resize(size[::-1], Image.Resampling.BICUBIC))


def running_mean(answers: ArrayLike) -> NDArray[np.float64]:
    """Average the first answer, the first two, and so on: (count, classes).

    The last row is test-time augmentation's answer: a mean of probabilities, which adds up to 1.

    >>> running_mean([[1.0, 0.0], [0.0, 1.0]]).tolist()
    [[1.0, 0.0], [0.5, 0.5]]
    """
    values = np.asarray(answers, np.float64)
    counts = np.arange(1, len(values) + 1)[:, np.newaxis]
    return np.asarray(np.cumsum(values, axis=0) / counts)
