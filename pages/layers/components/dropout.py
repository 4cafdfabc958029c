"""Dropout on a wall of maps: the typed way to mount `assets/components/layers/dropout`."""

import numpy as np

from cnnviz.layers.dropout import DropoutStatistics
from cnnviz.layers.flatten import flatten_cell
from cnnviz.shapes import Maps
from pages.ui.components.colours import series_colours
from pages.ui.components.registration import register
from pages.ui.wire import pack

_mount = register("layers/dropout")


def dropout_view(
    *,
    key: str,
    maps: Maps,
    masks: np.ndarray,
    scale: float,
    statistics: DropoutStatistics,
    training: bool,
    alt: str,
    signature: str,
) -> None:
    """Show maps, masks to step through, what is left, and the mean over the masks so far.

    Parameters
    ----------
    maps : (height, width, channels) float32
    masks : (count, bytes) uint8, as `cnnviz.layers.dropout.packed_masks` gives them
    scale : what the kept values are multiplied by
    statistics : of the same masks
    training : show the masks; at inference everything passes.
    signature : changes with the masks; the first of them is shown then.
    """
    strongest = flatten_cell(maps.shape, int(np.abs(maps).argmax()))
    settings = {
        "scale": float(scale),
        "training": training,
        "true_mean": statistics.true_mean,
        "across": 4,
        "strongest": list(strongest),
        "selection": f"{signature} {strongest}",
        "alt": alt,
        "colours": series_colours(2),
    }
    _mount(
        key=key,
        data=pack(
            settings,
            maps=maps,
            masks=masks,
            running_mean=statistics.running_mean.astype(np.float32),
            running_mean_unscaled=statistics.running_mean_unscaled.astype(np.float32),
        ),
    )
