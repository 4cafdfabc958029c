"""What the overview sends to the browser."""

from collections.abc import Collection, Sequence

import numpy as np
import streamlit as st

from cnnviz.images.pictures import resize_to
from cnnviz.networks.feature_maps.folding import Fold, folded, stage_of_hidden
from cnnviz.networks.feature_maps.links import Links
from cnnviz.networks.feature_maps.overview import Column, overview, pixel_range
from cnnviz.networks.network import Prediction
from pages.networks.scene import Scene
from pages.networks.words import channel_names, layer_costs
from pages.ui.wire import pack

_CLASSES = 10
_PICTURE = 96
"""Pixels of the picture's longer side as it is sent."""
_MOST_EXACT = 1 << 20
"""Cells of a map that are sent as they are."""


def columns_of(scene: Scene, unfolded: Collection[int]) -> list[Fold]:
    """Fold the network, but never so that the map in hand is hidden."""
    layers = scene.network.layers
    columns = folded(layers, unfolded)
    hides = stage_of_hidden(columns, scene.focus.layer)
    return columns if hides is None else folded(layers, {*unfolded, hides})


def message(scene: Scene, unfolded: Collection[int], near: tuple[str, int] | None) -> bytes:
    """Pack the columns and the answer.

    unfolded : stages whose layers stand side by side.
    near : the layer and the channel that are sent cell by cell too.
    """
    network, focus = scene.network, scene.focus
    best = _best(scene)
    folds = columns_of(scene, unfolded)
    columns = _columns(scene, folds)
    shown = network.shown_part(scene.picture.image)
    leads = [lead for column in columns for lead in column.links if lead is not None]
    settings = {
        "identity": scene.identity,
        "place": vars(focus),
        "columns": [_described(scene, column) for column in columns],
        "classes": [{"label": one.label, "probability": float(one.probability)} for one in best],
        "title": f"{network.title} says" if best else "No classes to answer with",
        "unfolded": _unfolded(folds),
    }
    arrays = {
        "picture": resize_to(shown, min(_PICTURE, max(shown.shape[:2]))),
        "thumbnails": np.concatenate([column.thumbnails.ravel() for column in columns]),
        "channels": np.concatenate([column.channels for column in columns]),
        "statistics": np.concatenate([column.statistics for column in columns]),
        "pairs": _joined([lead.pairs.astype(np.uint8) for lead in leads], np.uint8),
        "adds": _joined([lead.adds for lead in leads if lead.adds is not None], np.float32),
    }
    exact = None if near is None else _exact(scene, *near)
    if near is not None and exact is not None:
        settings["exact"] = {"layer": near[0], "channel": near[1]}
        arrays["exact"] = exact
    return pack(settings, **arrays)


def _best(scene: Scene) -> list[Prediction]:
    network = scene.network
    return network.predictions(scene.maps, top=_CLASSES) if network.has_classes else []


def _is_classes(scene: Scene, fold: Fold) -> bool:
    return bool(fold.layer.inputs) and channel_names(scene.network, fold.layer) is not None


def _unfolded(folds: Sequence[Fold]) -> list[int]:
    return sorted({fold.layer.stage for fold in folds if fold.folds and len(fold.layers) == 1})


def _columns(scene: Scene, folds: Sequence[Fold]) -> list[Column]:
    """Draw every column small, the channel in hand in any case."""
    usual, focus = _drawn(scene, folds, None), scene.focus
    here = next(column for column in usual if column.layer.name == focus.layer)
    if focus.channel in here.channels:
        return usual
    return _drawn(scene, folds, (focus.layer, focus.channel))


def _drawn(scene: Scene, folds: Sequence[Fold], also: tuple[str, int] | None) -> list[Column]:
    key = (tuple(_unfolded(folds)), also)
    if scene.own:
        name = f"network_own_overview{'_also' if also else ''}"
        return scene.kept(name, key, lambda: _draw(scene, folds, also))
    return _shared(scene.identity, scene.picture.identity, key, scene, folds)


# As long as the maps that it is drawn from, of which it is a small part.
@st.cache_resource(max_entries=8, ttl=600, show_spinner=False)
def _shared(
    identity: str,  # noqa: ARG001 stands for the network in the cache's key
    picture_identity: str,  # noqa: ARG001 stands for the pixels in the cache's key
    key: tuple[tuple[int, ...], tuple[str, int] | None],
    _scene: Scene,
    _folds: Sequence[Fold],
) -> list[Column]:
    return _draw(_scene, _folds, key[1])


def _draw(scene: Scene, folds: Sequence[Fold], also: tuple[str, int] | None) -> list[Column]:
    ranked = [one.index for one in _best(scene)]
    order = {fold.layer.name: ranked for fold in folds if _is_classes(scene, fold)}
    return overview(scene.network, scene.maps, folds, also=also, order=order)


def _joined(arrays: Sequence[np.ndarray | None], dtype: type) -> np.ndarray:
    filled = [each.ravel() for each in arrays if each is not None]
    return np.concatenate(filled) if filled else np.zeros(0, dtype)


def _exact(scene: Scene, name: str, channel: int) -> np.ndarray | None:
    values = scene.maps.get(name)
    if values is None or values.ndim != 3 or channel >= values.shape[-1]:
        return None
    if values.shape[0] * values.shape[1] > _MOST_EXACT:
        return None
    return np.ascontiguousarray(values[..., channel], np.float32)


def _described(scene: Scene, column: Column) -> dict[str, object]:
    layer, fold = column.layer, column.fold
    count, rows, columns = column.thumbnails.shape
    described: dict[str, object] = {
        "name": layer.name,
        "kind": layer.kind,
        "shape": list(layer.output_shape),
        "vector": not layer.is_map,
        "channels": layer.channels,
        "count": count,
        "rows": rows,
        "columns": columns,
        "limit": column.limit,
        "least": column.least,
        "most": column.most,
        "stage": layer.stage,
        "folds": fold.folds,
        "covers": len(fold.layers),
        "sources": [
            {"column": source, **_lead(lead)}
            for source, lead in zip(fold.sources, column.links, strict=True)
        ],
        "words": layer_costs(layer),
    }
    if not layer.inputs:
        black, white = pixel_range(scene.network)
        described["input"] = True
        described["names"] = channel_names(scene.network, layer)
        described["black"], described["white"] = black.tolist(), white.tolist()
    elif _is_classes(scene, fold):
        labels = channel_names(scene.network, layer) or []
        described["names"] = [labels[channel] for channel in column.channels]
        described["answers"] = layer.name == scene.network.answer_layer
    return described


def _lead(lead: Links | None) -> dict[str, object]:
    if lead is None:
        return {"links": None}
    return {"links": len(lead.pairs), "adds": lead.adds is not None}
