"""The inputs of an explained number in the order in which one looks at them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnnviz.images.crops import Box
from cnnviz.networks.explanation.explain import Explanation
from cnnviz.networks.explanation.pointwise import POINTWISE
from cnnviz.networks.explanation.terms import Floats, Terms
from cnnviz.networks.network import Network

Places = NDArray[np.int64]
_NOWHERE = Box(0, 0, 0, 0)


def chosen_inputs(found: Explanation, part: Terms, most: int) -> Places:
    """Choose the inputs of one layer that are listed: those that bring most.

    Returns
    -------
    (at most `most`,) places in `part.channels`. Of units that are compared with each other, the
    number's own comes first.
    """
    chosen = np.arange(min(len(part.channels), most))
    if found.way == "share":
        # The unit itself comes first: all others are what it is measured against.
        own = np.flatnonzero(part.channels == found.cell.channel)
        chosen = np.concatenate([own, np.setdiff1d(chosen, own)])
    return chosen


def ranked_inputs(found: Explanation, chosen: Sequence[Places]) -> tuple[Places, Floats]:
    """Put the chosen inputs of all layers in one order, where they are added by their size.

    chosen : of `chosen_inputs`, for each of `found.terms`.

    Returns
    -------
    (n, 2), the number of each one's layer in `found.terms` and its place in `chosen`, and (n,)
    what it brings.
    """
    rows = [(order, at) for order, places in enumerate(chosen) for at in range(len(places))]
    sums = [found.terms[order].sums[chosen[order][at]] for order, at in rows]
    table, brought = np.array(rows, np.int64).reshape(-1, 2), np.array(sums, np.float64)
    if found.way == "sum":
        ranks = np.argsort(-np.abs(brought), kind="stable")
        return table[ranks], brought[ranks]
    return table, brought


class Origin(NamedTuple):
    """The map that an input is from: its layer, its channel, and the cells that were read."""

    layer: str
    channel: int
    box: Box


def origin(network: Network, part: Terms, index: int) -> Origin | None:
    """Name the map that an input is from.

    A number of a vector is followed back to the map that it was flattened or pooled from; pooled,
    its box is empty. None where there is no such map, or one of a single row or column.
    """
    info, channel, box = network.layer(part.layer), int(part.channels[index]), part.box
    while not info.is_map:
        if len(info.inputs) != 1:
            return None
        before = network.layer(info.inputs[0])
        if info.kind == "Flatten" and before.is_map:
            row, column, behind = np.unravel_index(channel, before.output_shape)
            box, channel = Box(int(row), int(column), 1, 1), int(behind)
        elif info.kind.startswith("Global") and before.is_map:
            box = _NOWHERE
        elif info.kind not in POINTWISE:
            return None
        info = before
    return Origin(info.name, channel, box) if min(info.output_shape[:2]) > 1 else None
