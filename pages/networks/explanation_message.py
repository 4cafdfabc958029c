"""What the browser is sent of a number: the map it is in, the photo, the way to it."""

from collections.abc import Collection

import numpy as np
import streamlit as st

from cnnviz.images import pictures as images
from cnnviz.networks.explanation.explain import Cell, Explanation
from cnnviz.networks.explanation.terms import as_cells
from cnnviz.networks.feature_maps.thumbnails import thumbnails
from cnnviz.networks.layers import LayerInfo
from cnnviz.networks.network import Network
from cnnviz.notation import written
from pages.networks.explanation_found import THUMBNAIL, Arrays, Settings, described, field_of
from pages.networks.scene import Scene
from pages.networks.words import channel_names, kind_in_words
from pages.ui.picture import Picture
from pages.ui.wire import pack


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
            arrays["channels"] = thumbnails(np.moveaxis(values, -1, 0), THUMBNAIL)
    if "map" in fresh:
        shown = values[..., cell.channel] if info.is_map else values
        arrays["map"] = np.ascontiguousarray(shown, np.float32)
    if found is not None:
        # What overflowed in somebody's network is told as it is.
        with np.errstate(all="ignore"):
            settings["found"] = described(scene, found, arrays)
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


@st.cache_data(max_entries=64, ttl=3600, show_spinner=False)
def _photo(identity: str, _picture: Picture) -> bytes:  # noqa: ARG001 stands for the pixels
    return images.encode_jpeg(images.resize_to(_picture.image, longest_side=720))


def _layer(network: Network, info: LayerInfo) -> Settings:
    return {
        "kind": kind_in_words(info),
        "shape": list(info.output_shape),
        "map": info.is_map,
        "field": field_of(info),
        "labels": channel_names(network, info),
    }


def _crumb(scene: Scene, cell: Cell) -> Settings:
    value = as_cells(scene.maps[cell.layer])[cell.row, cell.column, cell.channel]
    network = scene.network
    info = network.layer(cell.layer)
    names = channel_names(network, info)
    seen = info.receptive_field is not None
    return {
        **cell._asdict(),
        "sees": list(network.receptive_box(cell.layer, cell.row, cell.column)) if seen else None,
        "name": names[cell.channel] if names else "",
        "map": info.is_map,
        "value": written(float(value), 3),
    }
