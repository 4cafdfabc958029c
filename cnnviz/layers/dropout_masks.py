"""Many dropout masks in little room, for a page that plays them one after the other."""

import numpy as np
from numpy.typing import NDArray

from cnnviz.layers.operations import MapShape, dropout
from cnnviz.server.turns import turn
from cnnviz.shapes import whole_number


def packed_masks(
    shape: MapShape, rate: float, *, count: int, seed: int = 0, spatial: bool = False
) -> NDArray[np.uint8]:
    """Draw the masks of seeds `seed`, `seed + 1`, ..., eight values to a byte.

    Parameters
    ----------
    shape, rate, spatial : as in :func:`cnnviz.layers.operations.dropout`
    count : masks, >= 1

    Returns
    -------
    (count, ceil(values / 8)) uint8; 1 is kept, the first value in the highest bit
    (``numpy.unpackbits`` undoes it).

    >>> np.unpackbits(packed_masks((1, 2, 4), 0.5, count=1, seed=1)).tolist()
    [0, 1, 1, 1, 0, 0, 1, 1]
    """
    ones = np.ones(shape, np.float32)
    masks = []
    for index in range(whole_number(count, "count")):
        with turn():
            masks.append(np.packbits(dropout(ones, rate, seed + index, spatial=spatial).mask))
    return np.stack(masks)
