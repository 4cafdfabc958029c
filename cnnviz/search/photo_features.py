"""The features of shipped photos by which classes are told apart: made once, shipped with them.

Computing them takes EfficientNet-Lite0 several seconds. As with the photos' index, a digest says of
which weights and photos they were made. `tools/index_photos.py` makes the file.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from cnnviz.networks.own_classes import BASE, Features
from cnnviz.search.photo_index import FOLDER, made_of, packed
from cnnviz.shipped import MODELS

FILE = "features.npz"
_DIGEST = "digest"


@functools.cache
def photo_features() -> Mapping[str, Features]:
    """Read the features of the photos that have any, by the photos' names, one row each.

    Returns
    -------
    Nothing where the file is missing, or was made of other weights or photos than are there.
    """
    path = FOLDER / FILE
    if not path.is_file():
        return MappingProxyType({})
    with np.load(path, allow_pickle=False) as file:
        if str(file[_DIGEST]) != made_of(MODELS / f"{BASE}.npz"):
            return MappingProxyType({})
        names, stage, pooled = (file[part] for part in ("names", "stage", "pooled"))
    for rows in (stage, pooled):
        rows.flags.writeable = False
    return MappingProxyType(
        {
            str(name): Features(stage[at : at + 1], pooled[at : at + 1])
            for at, name in enumerate(names)
        }
    )


def packed_features(names: Sequence[str], features: Features) -> bytes:
    """Pack photos' features as the bytes of the file that `photo_features` reads."""
    return packed(
        {
            _DIGEST: np.array(made_of(MODELS / f"{BASE}.npz")),
            "names": np.array(names),
            "stage": features.stage,
            "pooled": features.pooled,
        }
    )
