"""Features: what the trained network says of a picture just before its last stage, and after it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from cnnviz.networks.network import Network

BASE = "efficientnet_lite0"
"""The network whose features are used, by its name in `NETWORKS`."""
STAGE, POOL = "stage7_block1_project_bn", "pool"
"""Its layers: what the last stage is given, and the means of what that stage makes of it."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Features:
    """The features of some pictures.

    Attributes
    ----------
    stage : (pictures, 7, 7, 320) float32, before the last stage.
    pooled : (pictures, 1280) float32, the means over each of its maps.
    """

    stage: Floats
    pooled: Floats

    def __len__(self) -> int:
        return len(self.pooled)

    def of(self, places: NDArray[np.int64]) -> Features:
        """Give those of some of the pictures."""
        return Features(self.stage[places], self.pooled[places])


def features_of(network: Network, pictures: Iterable[ArrayLike]) -> Features:
    """Compute the features of (height, width, 3) uint8 pictures of any size.

    Raises
    ------
    ValueError : there is no picture.
    """
    found = [network.feature_maps(picture, [STAGE, POOL]) for picture in pictures]
    if not found:
        raise ValueError("Features are those of one picture or more. Received: none.")
    return Features(np.stack([one[STAGE] for one in found]), np.stack([one[POOL] for one in found]))


def joined(parts: Sequence[Features]) -> Features:
    """Put the features of several sets of pictures in one row."""
    return Features(
        np.concatenate([one.stage for one in parts]), np.concatenate([one.pooled for one in parts])
    )
