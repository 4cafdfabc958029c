"""What the browser is sent of an explained number: arrays it does not hold yet, and words."""

import math
from collections.abc import Collection
from dataclasses import asdict

import numpy as np
import streamlit as st

from cnnviz.images import pictures as images
from cnnviz.images.crops import Box
from cnnviz.networks.explanation.explain import Cell, Explanation, Step, Terms
from cnnviz.networks.explanation.pointwise import POINTWISE, activate, activation_name
from cnnviz.networks.explanation.terms import Question, as_cells
from cnnviz.networks.feature_maps.overview import averaged_down
from cnnviz.networks.layers import LayerInfo
from cnnviz.networks.network import Network
from cnnviz.notation import written
from pages.networks.explanation_words import (
    KINDS,
    NAMES,
    NOTES,
    RULES,
    kinds_together,
    layers_together,
    scientific,
    way_of,
    what_it_reads,
)
from pages.networks.scene import Scene
from pages.ui.picture import Picture
from pages.ui.wire import pack

Arrays = dict[str, np.ndarray]
Settings = dict[str, object]

_THUMBNAIL = 24
_MOST_ROWS = 400
_MOST_CELLS = 30_000
_MOST_THUMBNAILS = 40
_LARGEST_VIEW = 72  # pixels of the input shown one by one
_COLOURS = ("red", "green", "blue")
_EXACT = 1e-4


def message(
    scene: Scene,
    trail: list[Cell],
    found: Explanation | None,
    refusal: str,
    *,
    apart: bool,
    serial: int | None = None,
    holds: Collection[str] = (),
) -> bytes:
    """Pack a number, its explanation and the map it is in.

    found, refusal : the explanation, or the sentence that says why there is none.
    apart : whether each layer stands alone.
    serial : the number of the browser's question that this answers.
    holds : the keys of the parts that the browser has from before; they are not sent again.
    """
    cell, network = trail[-1], scene.network
    info = network.layer(cell.layer)
    values = as_cells(scene.maps[cell.layer])
    where = f"{scene.identity}|{scene.picture.identity}"
    keys = {
        "network": scene.identity,
        "photo": f"{scene.picture.identity}|{network.crop}|{network.input_shape}",
        "layer": f"{where}|{cell.layer}",
        "map": f"{where}|{cell.layer}|{cell.channel if info.is_map else ''}",
    }
    settings: Settings = {
        "keys": keys,
        "serial": serial,
        "cell": cell._asdict(),
        "apart": apart,
        "network_value": written(float(values[cell.row, cell.column, cell.channel]), 5),
        "refusal": refusal,
        "inputs": list(info.inputs),
        "trail": [_crumb(scene, one) for one in trail],
    }
    arrays: Arrays = {}
    fresh = {name for name, key in keys.items() if key not in holds}
    if "network" in fresh:
        settings["network"] = _network(network)
    if "photo" in fresh:
        settings["photo"] = _frame(network, scene.picture)
        arrays["photo"] = np.frombuffer(_photo(scene.picture.identity, scene.picture), np.uint8)
    if "layer" in fresh:
        settings["layer"] = _layer(network, info)
        if info.is_map:
            arrays["channels"] = thumbnails(np.moveaxis(values, -1, 0))
    if "map" in fresh:
        shown = values[..., cell.channel] if info.is_map else values
        arrays["map"] = np.ascontiguousarray(shown, np.float32)
    if found is not None:
        # What overflowed in somebody's network is told as it is.
        with np.errstate(all="ignore"):
            settings["found"] = _found(scene, found, arrays)
    return pack(settings, **arrays)


# ---- parts that stay while one looks around ------------------------------------------------


def _network(network: Network) -> Settings:
    layers = [
        {"name": layer.name, "stage": layer.stage, "shape": list(layer.output_shape)}
        for layer in network.layers
    ]
    return {"title": network.title, "layers": layers, "input": list(network.input_shape)}


def _frame(network: Network, picture: Picture) -> Settings:
    height, width = picture.image.shape[:2]
    box = network.crop_box(picture.image)
    crop = [box.top / height, box.left / width, box.height / height, box.width / width]
    return {"height": height, "width": width, "crop": crop, "alt": picture.alt}


@st.cache_data(max_entries=64, ttl="1h", show_spinner=False)
def _photo(identity: str, _picture: Picture) -> bytes:  # noqa: ARG001 stands for the pixels
    return images.encode_jpeg(images.resize_to(_picture.image, longest_side=720))


def _layer(network: Network, info: LayerInfo) -> Settings:
    return {
        "kind": KINDS.get(info.kind, info.kind),
        "shape": list(info.output_shape),
        "map": info.is_map,
        "field": _field(info),
        "labels": labels_of(network, info.name),
    }


def _field(info: LayerInfo) -> Settings | None:
    field = info.receptive_field
    if field is None:
        return None
    return {name: list(value) for name, value in asdict(field).items()}


def labels_of(network: Network, layer: str) -> list[str] | None:
    """Name a layer's channels where they have names: colours, and classes up to the answer."""
    if layer == "image":
        if network.input_shape[2] == 1:
            return ["grey"]
        colours = _COLOURS[::-1] if network.preprocessing.reversed_channels else _COLOURS
        return list(colours) if network.input_shape[2] == 3 else None
    name = network.answer_layer if network.has_classes else ""
    while name and name != layer:
        info = network.layer(name)
        alone = info.kind in POINTWISE or info.kind == "Softmax"
        name = info.inputs[0] if alone and len(info.inputs) == 1 else ""
    if not name or network.layer(name).channels != len(network.labels):
        return None
    return list(network.labels)


def thumbnails(planes: np.ndarray) -> np.ndarray:
    """Draw maps small, each in its own range.

    planes : (n, height, width) float32.

    Returns
    -------
    (n, at most 24, at most 24) uint8: 128 is zero, 1 and 255 the map's largest size.
    """
    finite = np.nan_to_num(planes, nan=0.0, posinf=0.0, neginf=0.0)
    small = averaged_down(np.ascontiguousarray(finite, np.float32), _THUMBNAIL)
    limits = np.abs(small).max(axis=(1, 2), keepdims=True)
    levels = np.rint(small * (127 / np.where(limits > 0, limits, 1))) + 128
    return np.clip(levels, 1, 255).astype(np.uint8)


# ---- the explanation -----------------------------------------------------------------------


def _found(scene: Scene, found: Explanation, arrays: Arrays) -> Settings:
    network, way = scene.network, way_of(found)
    parts, rows = [], []
    for order, part in enumerate(found.terms):
        parts.append(_part(scene, found, order, part, arrays))
        rows += [(order, index) for index in range(parts[-1]["count"])]
    sums = np.array([found.terms[order].sums[index] for order, index in rows], np.float64)
    if way == "sum":
        ranks = np.argsort(-np.abs(sums), kind="stable")
        rows, sums = [rows[rank] for rank in ranks], sums[ranks]
    total = float(sum(part.sums.sum() for part in found.terms))
    arrays["rows"] = np.array(rows, np.int32).reshape(-1, 2)
    arrays["running"] = np.concatenate([[0.0], np.cumsum(sums)]).astype(np.float32)
    channel = labels_of(network, found.cell.layer)
    return {
        "way": way,
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
        "name": channel[found.cell.channel] if channel else "",
        "steps": [_step(network, found, order, arrays) for order in range(len(found.steps))],
        "parts": parts,
        "rest": sum(len(part.sums) for part in found.terms) - len(rows),
        "rest_sum": written(total - float(sums.sum()), 4),
        "total": _finite(total),
        "region": list(found.region),
        "view": _view(scene, found.region, arrays),
    }


def _part(
    scene: Scene, found: Explanation, order: int, part: Terms, arrays: Arrays
) -> dict[str, object]:
    network, info = scene.network, scene.network.layer(part.layer)
    count, tall, wide = part.patches.shape
    most = min(_MOST_ROWS, max(12, _MOST_CELLS // (tall * wide)))
    chosen = np.arange(min(count, most))
    if way_of(found) == "share":
        # The unit itself comes first: all others are what it is measured against.
        own = np.flatnonzero(part.channels == found.cell.channel)
        chosen = np.concatenate([own, np.setdiff1d(chosen, own)])
    names = labels_of(network, part.layer)
    strongest = [part.strongest(index) for index in chosen]
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
    shape = _thumbnails(scene, part, chosen[:_MOST_THUMBNAILS], order, arrays)
    return {
        "layer": part.layer,
        "map": info.is_map,
        "thumbnail_shape": shape,
        "field": _field(info),
        "labels": None if names is None else [names[channel] for channel in part.channels[chosen]],
        "count": len(chosen),
        "winner": None if part.winner is None else list(part.winner),
    }


def _thumbnails(
    scene: Scene, part: Terms, chosen: np.ndarray, order: int, arrays: Arrays
) -> list[int] | None:
    """Draw the maps that the inputs are from, and the cells read; return the maps' size."""
    origins = [_origin(scene.network, part, index) for index in chosen]
    if not origins or origins[0] is None:
        return None
    layer = origins[0][0]
    shown = [channel for _, channel, _ in origins]
    arrays[f"thumbnails_{order}"] = thumbnails(np.moveaxis(scene.maps[layer][..., shown], -1, 0))
    arrays[f"boxes_{order}"] = np.array([box for _, _, box in origins], np.int32)
    return list(scene.network.layer(layer).output_shape[:2])


def _origin(
    network: Network, part: Terms, index: int
) -> tuple[str, int, tuple[float, float, float, float]] | None:
    """Name the map that an input is from, its channel and the box of cells read.

    A number of a vector is followed back to the map that it was flattened or pooled from; pooled,
    it has no box.
    """
    info, channel = network.layer(part.layer), int(part.channels[index])
    box: tuple[float, float, float, float] = part.box
    while not info.is_map:
        if len(info.inputs) != 1:
            return None
        before = network.layer(info.inputs[0])
        if info.kind == "Flatten" and before.is_map:
            row, column, channel = np.unravel_index(channel, before.output_shape)
            box, channel = (int(row), int(column), 1, 1), int(channel)
        elif info.kind.startswith("Global") and before.is_map:
            box = (0, 0, 0, 0)
        elif info.kind not in POINTWISE:
            return None
        info = before
    return (info.name, channel, box) if min(info.output_shape[:2]) > 1 else None


def _step(network: Network, found: Explanation, order: int, arrays: Arrays) -> Settings:
    step = found.steps[order]
    left, _, result = step.formula.rpartition(" = ")
    if before := _value_before(found, order):
        curve = _curve(network, found.cell, step, *before)
        if curve is not None:
            arrays[f"curve_{order}"] = curve
    return {
        "layer": step.layer,
        "name": NAMES.get(step.name, step.name),
        "rule": RULES.get(step.name, ""),
        "note": NOTES.get(step.name, ""),
        "formula": left or result,
        "value": written(step.value, 5),
        "x": _finite(before[0]) if before else None,
        "y": _finite(step.value),
    }


def _value_before(found: Explanation, order: int) -> tuple[float] | None:
    """Give the number that a step starts from, where it starts from one."""
    if order:
        return (found.steps[order - 1].value,)
    first = found.terms[0] if found.terms else None
    if first is not None and first.patches.size == 1 and found.kind in POINTWISE:
        return (float(first.patches[0, 0, 0]),)
    return None


def _curve(network: Network, cell: Cell, step: Step, x: float) -> np.ndarray | None:
    """Follow what a step would make of other numbers, where it changes each by itself."""
    info = network.layer(step.layer)
    if not math.isfinite(x) or not math.isfinite(step.value):
        return None
    ceiling = float(getattr(network.operation(step.layer), "max_value", None) or 0)
    ends = 1.3 * max(abs(x), abs(step.value), ceiling, 0.8)
    # A straight line needs its ends alone.
    along = np.linspace(-ends, ends, 2 if info.kind == "BatchNormalization" else 61)
    operation = network.operation(step.layer)
    inner = activation_name(operation)
    if info.kind in POINTWISE and step.name != "does nothing once trained":
        there = cell._replace(layer=step.layer)
        question = Question(there, info, operation, network.weights(step.layer))
        if inner in ("softmax", "log_softmax"):
            return None
        values = [POINTWISE[info.kind](question, float(one))[-1].value for one in along]
    elif step.name.lower().replace(" ", "_") == inner:
        values = [activate(inner, float(one)) for one in along]
    else:
        return None
    return np.array([along, values], np.float32)


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


@st.cache_data(max_entries=16, ttl="10m", show_spinner=False)
def _shown(
    key: tuple[object, ...],  # noqa: ARG001 stands for the pixels in the cache's key
    _network: Network,
    _picture: Picture,
) -> np.ndarray:
    return _network.shown_part(_picture.image)


def _crumb(scene: Scene, cell: Cell) -> Settings:
    value = as_cells(scene.maps[cell.layer])[cell.row, cell.column, cell.channel]
    network = scene.network
    names, info = labels_of(network, cell.layer), network.layer(cell.layer)
    seen = info.receptive_field is not None
    return {
        **cell._asdict(),
        "sees": list(network.receptive_box(cell.layer, cell.row, cell.column)) if seen else None,
        "name": names[cell.channel] if names else "",
        "map": info.is_map,
        "value": written(float(value), 3),
    }


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
