"""What the browser is sent of an explained number: its inputs, its steps, the pixels it sees."""

import math
from dataclasses import asdict

import numpy as np
import streamlit as st

from cnnviz.images.crops import Box
from cnnviz.networks.explanation.curve import step_curve, value_before
from cnnviz.networks.explanation.explain import Explanation, Terms
from cnnviz.networks.explanation.formula import Formula, as_text
from cnnviz.networks.explanation.inputs import Places, chosen_inputs, origin, ranked_inputs
from cnnviz.networks.feature_maps.thumbnails import thumbnails
from cnnviz.networks.layers import LayerInfo
from cnnviz.networks.network import Network
from cnnviz.notation import written
from pages.networks.scene import Scene
from pages.networks.words import (
    channel_names,
    kinds_together,
    layers_together,
    scientific,
    step_name,
    step_note,
    step_rule,
    what_it_reads,
)
from pages.ui.picture import Picture

Array = np.ndarray
Arrays = dict[str, Array]
Settings = dict[str, object]

THUMBNAIL = 24
"""Rows and columns of a map drawn small, at most."""
_MOST_ROWS = 400
_MOST_CELLS = 30_000
_MOST_THUMBNAILS = 40
_LARGEST_VIEW = 72  # pixels of the input shown one by one
_EXACT = 1e-4


def described(scene: Scene, found: Explanation, arrays: Arrays) -> Settings:
    """Describe an explanation; what is an array goes into `arrays`."""
    network = scene.network
    chosen = [
        chosen_inputs(found, part, max(12, min(_MOST_ROWS, _MOST_CELLS // part.patches[0].size)))
        for part in found.terms
    ]
    rows, brought = ranked_inputs(found, chosen)
    arrays["rows"] = rows.astype(np.int32)
    arrays["running"] = np.concatenate([[0.0], np.cumsum(brought)]).astype(np.float32)
    names = channel_names(network, network.layer(found.cell.layer))
    return {
        "way": found.way,
        "rule": found.rule,
        "reads": what_it_reads(found, network),
        "layers": layers_together(found),
        "kinds": " \u2192 ".join(kinds_together(network, found)),
        "value": written(found.value, 5),
        "network_value": written(found.network_value, 5),
        "delta": scientific(found.delta),
        "agrees": bool(
            np.isclose(found.value, found.network_value, rtol=_EXACT, atol=_EXACT, equal_nan=True)
        ),
        "number": _finite(found.value),
        "name": names[found.cell.channel] if names else "",
        "steps": [_step(network, found, order, arrays) for order in range(len(found.steps))],
        "parts": [
            _part(scene, found.terms[order], places, order, arrays)
            for order, places in enumerate(chosen)
        ],
        "rest": sum(len(part.sums) for part in found.terms) - len(rows),
        "total": _finite(sum(float(part.sums.sum()) for part in found.terms)),
        "region": list(found.region),
        "view": _view(scene, found.region, arrays),
    }


def field_of(info: LayerInfo) -> Settings | None:
    """Describe what a layer's cells see, so that the browser can mark it."""
    field = info.receptive_field
    if field is None:
        return None
    return {name: list(value) for name, value in asdict(field).items()}


def _part(scene: Scene, part: Terms, chosen: Places, order: int, arrays: Arrays) -> Settings:
    """Describe what one input layer brings."""
    info = scene.network.layer(part.layer)
    strongest = [part.strongest(int(index)) for index in chosen]
    arrays |= {
        f"channels_{order}": part.channels[chosen].astype(np.int32),
        f"row_places_{order}": part.rows.astype(np.int32),
        f"column_places_{order}": part.columns.astype(np.int32),
        f"inside_{order}": part.inside.astype(np.uint8),
        f"patches_{order}": part.patches[chosen],
        f"products_{order}": part.products[chosen].astype(np.float32),
        f"sums_{order}": part.sums[chosen].astype(np.float32),
        f"strongest_{order}": np.array(
            [(-1, -1) if at is None else (at.row, at.column) for at in strongest], np.int32
        ),
    }
    if part.weights is not None:
        arrays[f"weights_{order}"] = part.weights[chosen]
    names = channel_names(scene.network, info)
    return {
        "layer": part.layer,
        "map": info.is_map,
        "thumbnail_shape": _thumbnails(scene, part, chosen[:_MOST_THUMBNAILS], order, arrays),
        "field": field_of(info),
        "labels": None if names is None else [names[channel] for channel in part.channels[chosen]],
        "count": len(chosen),
        "winner": None if part.winner is None else list(part.winner),
    }


def _thumbnails(
    scene: Scene, part: Terms, chosen: Places, order: int, arrays: Arrays
) -> list[int] | None:
    """Draw the maps that the inputs are from, and the cells read; return the maps' size."""
    origins = [found for index in chosen if (found := origin(scene.network, part, int(index)))]
    if not origins:
        return None
    layer = origins[0].layer
    shown = [one.channel for one in origins]
    maps = scene.maps[layer][..., shown]
    arrays[f"thumbnails_{order}"] = thumbnails(np.moveaxis(maps, -1, 0), THUMBNAIL)
    arrays[f"boxes_{order}"] = np.array([one.box for one in origins], np.int32)
    return list(maps.shape[:2])


def _step(network: Network, found: Explanation, order: int, arrays: Arrays) -> Settings:
    step, before = found.steps[order], value_before(found, order)
    curve = step_curve(network, found, order)
    if curve is not None:
        arrays[f"curve_{order}"] = curve
    return {
        "layer": step.layer,
        "name": step_name(step),
        "rule": _formula(step_rule(step)),
        "note": step_note(step),
        "formula": _formula(step.formula),
        "value": written(step.value, 5),
        "x": None if before is None else _finite(before),
        "y": _finite(step.value),
    }


def _formula(formula: Formula | None) -> Settings | None:
    return None if formula is None else {"tree": formula, "text": as_text(formula)}


def _view(scene: Scene, region: Box, arrays: Arrays) -> list[int] | None:
    """Cut out what the number sees, pixel by pixel, where that is little; say where it lies."""
    rows, columns, _ = scene.network.input_shape
    margin = max(2, round(max(region.height, region.width) * 0.25))
    if not region.height or max(region.height, region.width) + 2 * margin > _LARGEST_VIEW:
        return None
    box = Box(
        region.top - margin,
        region.left - margin,
        region.height + 2 * margin,
        region.width + 2 * margin,
    ).within(rows, columns)
    top, left, tall, wide = (int(side) for side in box)
    key = (scene.picture.identity, scene.network.crop, scene.network.input_shape)
    pixels = _shown(key, scene.network, scene.picture)
    arrays["view"] = np.ascontiguousarray(pixels[top : top + tall, left : left + wide])
    return [top, left]


@st.cache_data(max_entries=16, ttl=600, show_spinner=False)
def _shown(
    key: tuple[object, ...],  # noqa: ARG001 stands for the pixels in the cache's key
    _network: Network,
    _picture: Picture,
) -> Array:
    return _network.shown_part(_picture.image)


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
