"""What the wall of a layer's maps sends to the browser."""

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from cnnviz.images import pictures as images
from cnnviz.networks.feature_maps.ablation import switched_off
from cnnviz.networks.feature_maps.drawn import map_area
from cnnviz.networks.feature_maps.kernel_tiles import KernelTiles
from cnnviz.networks.feature_maps.statistics import (
    SORT_KEYS,
    ChannelStatistics,
    SortKey,
    channel_statistics,
)
from cnnviz.networks.feature_maps.wall import (
    MOST_CHANNELS,
    MOST_EXACT,
    MOST_WEIGHTS,
    LayerWall,
    largest_value,
    layer_wall,
)
from cnnviz.networks.layers import LayerInfo
from cnnviz.networks.network import Network
from cnnviz.shapes import Pixels
from pages.networks.scene import Scene
from pages.networks.state import MOST_OFF, TILE, Pin
from pages.networks.words import class_names, layer_costs
from pages.ui.picture import Picture
from pages.ui.wire import pack

_MOST_COUNTED = 4096
_PHOTO_SIDE = 320


def wall_message(
    scene: Scene,
    opened: Mapping[str, object],
    *,
    with_effect: bool,
    pin: Pin | None,
    off: Sequence[int],
) -> bytes:
    """Pack the layer in focus.

    opened : the place and the look that the browser is to take up, with their number. As long as
        it changes what it looks at by itself they stay as they are, and so does the message: an
        equal one is not sent again.
    off : channels that are switched off; the network is asked what it answers without them.
    """
    focus = scene.focus
    network = scene.network
    with_effect = with_effect and network.has_classes
    layer = network.layer(focus.layer)
    wall = _measured_wall(scene, layer, focus.channel, with_effect)
    settings: dict[str, object] = {
        **opened,
        "key": f"{scene.identity} {scene.picture.identity} {layer.name} {wall.first}",
        "layer": _described(network, layer),
        "first": wall.first,
        "exact": wall.levels is None,
        "limit": wall.limit,
        "network_limit": _network_limit(scene),
        "not_finite": wall.not_finite,
        "zeros": float(np.mean(wall.statistics.sparsity)),
        "names": class_names(network, layer) or [],
        "has_classes": network.has_classes,
        "class": network.predictions(scene.maps, top=1)[0].label if with_effect else None,
        "numbers": list(wall.numbers),
        "can_be_off": can_be_off(scene, layer.name),
        "off": list(off),
        "most_off": MOST_OFF,
        "tile_sides": [side for side in TILE.options if side],
    }
    if off:
        settings["without"] = _without(scene, layer.name, off)
    arrays = _wall_arrays(wall)
    if wall.levels is not None:
        settings["exact_channel"] = focus.channel
        arrays["exact_map"] = wall.values[focus.channel - wall.first]
    if wall.kernels is not None:
        sent, settings["kernels"] = _kernels(wall, wall.kernels, focus.channel)
        arrays["kernels"] = sent
        arrays["first_inputs"] = wall.kernels.first_inputs
    if layer.is_map:
        settings["area"] = list(map_area(layer, network.input_shape[:2]))
        arrays["photo"] = np.frombuffer(_photo(scene), np.uint8)
    if pin is not None and any(one.name == pin[0] for one in network.layers):
        described, pinned = _pinned(scene, network.layer(pin[0]), pin[1])
        settings["pin"] = described
        if pinned is not None:
            arrays["pinned"] = pinned
    return pack(settings, **arrays)


def _photo(scene: Scene) -> bytes:
    return scene.kept(
        "network_photo", (), lambda: images.encode_jpeg(shown_photo(scene.network, scene.picture))
    )


def shown_photo(network: Network, picture: Picture) -> Pixels:
    """Cut out of a picture what the network is shown, sharper than its input may be."""
    top, left, tall, wide = (int(side) for side in network.crop_box(picture.image))
    part = picture.image[top : top + tall, left : left + wide]
    return images.resize_to(part, min(_PHOTO_SIDE, max(part.shape[:2])))


def can_be_off(scene: Scene, layer: str) -> bool:
    """Whether the answer can be asked for without some of a layer's channels."""
    return scene.network.has_classes and layer != scene.network.answer_layer


def _without(scene: Scene, layer: str, off: Sequence[int]) -> dict[str, object]:
    found = scene.kept(
        "network_without",
        (layer, *off),
        lambda: switched_off(scene.network, scene.x, layer, off),
    )
    return {
        "classes": [
            {"label": one.label, "before": one.probability, "after": other.probability}
            for one, other in zip(found.before, found.after, strict=True)
        ],
        "logit": [found.logit_before, found.logit_after],
        "changes": found.answer_changes,
    }


def _described(network: Network, layer: LayerInfo) -> dict[str, object]:
    shape = layer.output_shape
    return {
        "name": layer.name,
        "kind": layer.kind,
        "shape": list(shape),
        "channels": layer.channels,
        "vector": len(shape) == 1,
        "rows": shape[0] if layer.is_map else int(np.prod(shape[:-1])),
        "columns": shape[1] if layer.is_map else 1,
        "words": layer_costs(layer),
        "weights": layer.parameters,
        "inputs": len(layer.inputs),
        "colours": bool(layer.inputs)
        and layer.inputs[0] == "image"
        and network.input_shape[2] == 3
        and not network.preprocessing.reversed_channels,
    }


def _wall_arrays(wall: LayerWall) -> dict[str, np.ndarray]:
    here = slice(wall.first, wall.first + len(wall.values))
    found = wall.statistics
    arrays = {
        "planes": wall.values if wall.levels is None else wall.levels,
        "limits": wall.limits.astype(np.float32),
        "statistics": _table(found)[here],
        "marks": _marks(found)[here],
        "twins": found.duplicate_of[here].astype(np.int32),
        "likeness": found.correlation[here],
        "orders": np.stack([_order(found, key, wall) for key in _sortable(found)]),
        "edges": wall.edges.astype(np.float32),
        "all_counts": wall.counts.sum(axis=0, dtype=np.int32),
        "kernel_edges": wall.kernel_edges.astype(np.float32),
        "all_kernel_counts": wall.kernel_counts.sum(axis=0, dtype=np.int32),
    }
    if found.effect is not None:
        arrays["effect"] = found.effect[here]
    if wall.values[0].size > 1 and len(wall.values) <= _MOST_COUNTED:
        arrays["counts"] = wall.counts
    if wall.kernels is not None and wall.layer.channels <= _MOST_COUNTED:
        arrays["kernel_counts"] = wall.kernel_counts
    if wall.numbers:
        arrays["numbers"] = np.stack([values[here] for values in wall.numbers.values()], axis=1)
    return arrays


def _table(found: ChannelStatistics) -> np.ndarray:
    columns = (found.mean, found.deviation, found.minimum, found.maximum, found.sparsity)
    return np.stack(columns, axis=1)


def _marks(found: ChannelStatistics) -> np.ndarray:
    """One bit for each mark: dead, constant, saturated, duplicate."""
    marks = (found.dead, found.constant, found.saturated, found.duplicate_of >= 0)
    bits = [mark.astype(np.uint8) << bit for bit, mark in enumerate(marks)]
    return np.asarray(np.sum(bits, axis=0), np.uint8)


def _sortable(found: ChannelStatistics) -> list[SortKey]:
    return [key for key in SORT_KEYS if key != "effect" or found.effect is not None]


def _order(found: ChannelStatistics, key: SortKey, wall: LayerWall) -> np.ndarray:
    order = found.order(key) - wall.first
    return order[(order >= 0) & (order < len(wall.values))].astype(np.int32)


def _kernels(
    wall: LayerWall, tiles: KernelTiles, channel: int
) -> tuple[np.ndarray, dict[str, object]]:
    all_of_them = tiles.values.size <= MOST_EXACT and wall.first == 0
    sent = tiles.values if all_of_them else tiles.values[channel : channel + 1]
    drawn = tiles.values[0].size <= MOST_WEIGHTS
    described = {
        "words": tiles.words,
        "inputs": wall.layer.inputs[0],
        "channel": None if all_of_them else channel,
        "weights": int(tiles.values[0].size),
        "drawn": drawn,
    }
    return sent if drawn else np.zeros((0, 0, 0, 0), np.float32), described


def _pinned(
    scene: Scene, layer: LayerInfo, channel: int
) -> tuple[dict[str, object], np.ndarray | None]:
    channel = min(channel, layer.channels - 1)
    values = np.nan_to_num(scene.maps[layer.name], nan=0.0, posinf=0.0, neginf=0.0)
    one = values[..., channel : channel + 1]
    names = class_names(scene.network, layer)
    described = {
        "layer": layer.name,
        "channel": channel,
        "channels": layer.channels,
        "name": names[channel] if names else None,
        "vector": len(layer.output_shape) == 1,
        "limit": max(float(values.max()), -float(values.min())),
        "statistics": [float(number) for number in _table(channel_statistics(one))[0]],
    }
    if described["vector"]:
        return described, None
    return described, np.ascontiguousarray(one.reshape(len(one), -1))


# ---- what is kept ----------------------------------------------------------------------------


def _measured_wall(scene: Scene, layer: LayerInfo, around: int, with_effect: bool) -> LayerWall:
    stretch = around // MOST_CHANNELS
    if not scene.own:
        place = (scene.identity, scene.picture.identity, layer.name, stretch)
        return _shared_wall(*place, with_effect, scene)
    return scene.kept(
        "network_own_wall",
        (layer.name, stretch, with_effect),
        lambda: _wall_of(scene, layer, stretch, with_effect),
    )


@st.cache_resource(max_entries=6, ttl=600, show_spinner=False)
def _shared_wall(
    identity: str,  # noqa: ARG001 stands for the network in the cache's key
    picture_identity: str,  # noqa: ARG001 stands for the pixels in the cache's key
    layer: str,
    stretch: int,
    with_effect: bool,
    _scene: Scene,
) -> LayerWall:
    return _wall_of(_scene, _scene.network.layer(layer), stretch, with_effect)


def _wall_of(scene: Scene, layer: LayerInfo, stretch: int, with_effect: bool) -> LayerWall:
    around = stretch * MOST_CHANNELS
    return layer_wall(scene.network, layer, scene.maps, around=around, with_effect=with_effect)


def _network_limit(scene: Scene) -> float:
    return scene.kept("network_limit", (), lambda: largest_value(scene.maps))
