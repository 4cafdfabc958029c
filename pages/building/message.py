"""What the stage sends to the browser: the layers, what each costs, and its maps drawn small."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cnnviz.networks.building import Outline, Row, Stack, format_stack
from cnnviz.networks.building.maps import StackMaps
from cnnviz.networks.feature_maps.thumbnails import thumbnails
from cnnviz.shapes import Pixels
from pages.building.palette import palette
from pages.ui.wire import pack

_MOST_MAPS = 8
"""Maps of a layer that are drawn."""
_SIDE = 48
_MOST_NUMBERS = 1024
"""Numbers of a vector that are drawn; of more, neighbours are averaged."""


def stage_message(
    stack: Stack,
    found: Outline,
    maps: StackMaps | None,
    picture: Pixels | None,
    settings: Mapping[str, Any],
) -> bytes:
    """Pack the stage.

    maps : of this stack, where they are there already.
    picture : (height, width, 3) uint8, what the network is shown; None where it takes none.
    settings : the layer in hand, the serial number of the last edit, and the like.
    """
    texts, names = format_stack(stack).split("~"), stack.names()
    rows = [
        {"text": text, "name": name, **(_row(found.rows[at]) if at < len(found.rows) else {})}
        for at, (text, name) in enumerate(zip(texts, names, strict=True))
    ]
    drawn = [] if maps is None else [_drawn(output) for output in maps.outputs]
    for row, tiles in zip(rows, drawn, strict=False):
        row["tiles"] = list(tiles.shape)
    arrays: dict[str, np.ndarray] = {}
    sent = {**palette(), **settings, "rows": rows, "problem": _problem(found)}
    if picture is not None:
        arrays["picture"] = picture
    planes = np.concatenate([tiles.ravel() for tiles in drawn] or [np.zeros(0, np.uint8)])
    return pack(sent, tiles=planes, **arrays)


def _row(row: Row) -> dict[str, object]:
    field = row.receptive_field
    return {
        "shape": list(row.output_shape),
        "weights": row.weights,
        "multiply_adds": row.multiply_adds,
        "memory": row.memory_bytes,
        "field": None if field is None else list(field.size),
    }


def _problem(found: Outline) -> dict[str, object] | None:
    problem = found.problem
    if problem is None:
        return None
    return {
        "position": problem.position,
        "sentence": str(problem),
        "mends": [
            {"words": mend.words, "stack": format_stack(mend.stack)} for mend in problem.mends
        ],
    }


def _drawn(output: np.ndarray) -> np.ndarray:
    """Draw a layer's first maps, or the numbers of a vector as a grid: (n, rows, columns) uint8."""
    if output.ndim == 3:
        return thumbnails(np.moveaxis(output[..., :_MOST_MAPS], -1, 0), _SIDE)
    numbers = output.ravel()
    if len(numbers) > _MOST_NUMBERS:
        starts = np.arange(_MOST_NUMBERS) * len(numbers) // _MOST_NUMBERS
        counts = np.diff([*starts, len(numbers)]).astype(np.float32)
        numbers = np.add.reduceat(numbers, starts) / counts
    return thumbnails(numbers[np.newaxis, np.newaxis].astype(np.float32), _MOST_NUMBERS)
