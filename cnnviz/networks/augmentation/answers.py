"""What a network says to each sample, and to all of them together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.networks.robustness.adversarial import prepared

if TYPE_CHECKING:
    from cnnviz.networks.network import Network

_AT_ONCE = 16


def answers_of(network: Network, pictures: ArrayLike) -> NDArray[np.float32]:
    """Ask a network about pictures of its own input's size.

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
    inputs = np.stack([prepared(network, one) for one in np.asarray(pictures)])
    parts = [
        network.scores_of_inputs(inputs[first : first + _AT_ONCE])[1]
        for first in range(0, len(inputs), _AT_ONCE)
    ]
    return np.concatenate(parts)


def running_mean(answers: ArrayLike) -> NDArray[np.float64]:
    """Average the first answer, the first two, and so on: (count, classes).

    The last row is test-time augmentation's answer: a mean of probabilities, which adds up to 1.

    >>> running_mean([[1.0, 0.0], [0.0, 1.0]]).tolist()
    [[1.0, 0.0], [0.5, 0.5]]
    """
    values = np.asarray(answers, np.float64)
    counts = np.arange(1, len(values) + 1)[:, np.newaxis]
    return np.asarray(np.cumsum(values, axis=0) / counts)
