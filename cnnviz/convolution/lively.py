"""Where a picture shows most: the place that a page looks at first."""

from __future__ import annotations

import numpy as np

from cnnviz.convolution.windows import place_of
from cnnviz.shapes import Pixels

MIDDLE = (0.5, 0.5)
_NEARLY = 0.75
"""What part of the strongest edge is strong enough; the nearest to the middle is taken."""


def lively_place(image: Pixels) -> tuple[float, float]:
    """Find a strong edge, each axis of the place running from 0 to 1.

    It gets brighter to the right there, and changes downwards as well if some such edge does, so
    that most kernels answer with a number far from zero. Of those about as strong, it is the one
    nearest to the middle; of a picture that is even everywhere, the middle.

    Parameters
    ----------
    image : (height, width, channels) uint8; channels are averaged.

    >>> step = np.zeros((5, 8, 1), np.uint8)
    >>> step[:, 6:] = 255
    >>> lively_place(step)
    (0.5, 0.75)
    """
    grey = np.asarray(image, np.float32).mean(axis=2)
    if min(grey.shape) < 3:
        return MIDDLE
    # Sobel's kernels, as differences of smoothed neighbours.
    across = grey[:, 2:] - grey[:, :-2]
    right = across[:-2] + 2 * across[1:-1] + across[2:]
    down = grey[2:] - grey[:-2]
    below = np.abs(down[:, :-2] + 2 * down[:, 1:-1] + down[:, 2:])
    brighter = np.maximum(right, 0)
    for strength in (brighter + np.minimum(brighter, below), np.abs(right) + below):
        if strength.any():
            break
    else:
        return MIDDLE
    rows, columns = np.nonzero(strength >= _NEARLY * strength.max())
    height, width = strength.shape
    off = ((rows + 0.5) / height - 0.5) ** 2 + ((columns + 0.5) / width - 0.5) ** 2
    nearest = int(off.argmin())
    # In a map as a kernel of 3 x 3 gives it without padding; in others, up to a pixel beside.
    return place_of((int(rows[nearest]), int(columns[nearest])), (height, width))
