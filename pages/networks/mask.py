"""An answer that is a map: the class that wins in each cell, over the photo, and one in hand."""

import numpy as np
import streamlit as st

from cnnviz.convolution.formulas import softmax_formula
from cnnviz.drawing.palette import series_colours
from cnnviz.images import pictures as images
from cnnviz.networks.feature_maps.drawn import Area, map_area
from cnnviz.networks.masks import NOTHING, Mask, mask_of
from cnnviz.networks.network import Network
from cnnviz.notation import written_share
from pages.networks.scene import Scene
from pages.networks.state import Focus
from pages.networks.wall import shown_photo
from pages.ui.components.registration import register
from pages.ui.edits import Handshake
from pages.ui.markdown import plain
from pages.ui.stage import page_background
from pages.ui.wire import pack

_mount = register("networks/mask")
_KEY = "mask_stage"
_HANDSHAKE = Handshake(_KEY)
_MOST_LISTED = 7
"""Classes with a colour of their own: as many as can be told apart."""
_MOST_NUMBERS = 1 << 21
"""Probabilities that are sent."""


def show(scene: Scene) -> None:
    """Draw it."""
    found = found_mask(scene)
    place = cell_in_hand(scene, found)
    listed = listed_classes(scene.network, found, place)
    _mount(
        key=_KEY,
        data=_message(scene, found, place, listed),
        on_place_change=lambda: _look(scene),
    )
    _cell(scene, found, place)
    st.caption(
        f"Below, one number for each class: the mean of its probabilities over all "
        f"{found.winners.size:,} cells, and the mean of its logits."
    )


def found_mask(scene: Scene) -> Mask:
    """Read the mask off the maps that are there."""
    network = scene.network
    return scene.kept(
        "network_mask",
        network.answer_layer,
        lambda: mask_of(network, scene.maps[network.answer_layer]),
    )


def cell_in_hand(scene: Scene, found: Mask) -> Focus:
    """Give the class and the cell in hand; else the class that wins most, where it is surest."""
    layer, focus = scene.network.answer_layer, scene.focus
    if scene.is_settled and focus.layer == layer:
        return focus
    best = found.order[0]
    row, column = np.unravel_index(
        int(found.probabilities[..., best].argmax()), found.winners.shape
    )
    channel = min(best, scene.network.layer(layer).channels - 1)
    return Focus(layer, channel, int(row), int(column))


def listed_classes(network: Network, found: Mask, place: Focus) -> list[int]:
    """Choose the classes that have a colour: those that win most cells, and the one in hand."""
    count = max(2, min(_MOST_LISTED, _MOST_NUMBERS // found.winners.size))
    listed = found.order[:count]
    here = _class_of(network, place)
    if here not in listed:
        listed[-1] = here
    return listed


def _class_of(network: Network, place: Focus) -> int:
    """Give the class of a channel: a single channel is the second of two classes' own."""
    is_single = network.layer(network.answer_layer).channels == 1
    return 1 if is_single else place.channel


def _message(scene: Scene, found: Mask, place: Focus, listed: list[int]) -> bytes:
    network = scene.network
    rows, columns = found.winners.shape
    # Of each cell the place in the list; what is not listed shares one colour.
    by_class = np.full(found.probabilities.shape[-1] + 1, len(listed), np.int32)
    by_class[listed] = np.arange(len(listed))
    by_class[NOTHING] = NOTHING
    colours = series_colours(len(listed), page_background())
    settings = {
        "serial": _HANDSHAKE.serial,
        "size": [rows, columns],
        "area": list(_area(network)),
        "classes": [
            {
                "index": one,
                "label": network.labels[one],
                "share": float(found.shares[one]),
                "colour": colours[at].tolist(),
            }
            for at, one in enumerate(listed)
        ],
        "others": int(found.probabilities.shape[-1] - len(listed)),
        "other_share": float(max(found.shares.sum() - found.shares[listed].sum(), 0)),
        "nothing_share": float(np.mean(found.winners == NOTHING)),
        "layer": network.answer_layer,
        "place": {
            "row": place.row,
            "column": place.column,
            "at": listed.index(_class_of(network, place)),
        },
        "one_channel": network.layer(network.answer_layer).channels == 1,
        "alt": scene.picture.alt,
    }
    return pack(
        settings,
        photo=np.frombuffer(images.encode_jpeg(shown_photo(network, scene.picture)), np.uint8),
        winners=by_class[found.winners].astype(np.int32),
        probabilities=np.ascontiguousarray(
            np.moveaxis(found.probabilities[..., listed], -1, 0), np.float32
        ),
    )


def _cell(scene: Scene, found: Mask, place: Focus) -> None:
    """Say how the probability of the class in hand comes about, in the cell in hand."""
    network = scene.network
    logits = _logits(scene, place)
    if logits is None or network.answer_activation == "sigmoid":
        return
    label = plain(network.labels[_class_of(network, place)])
    chance = float(found.probabilities[place.row, place.column, _class_of(network, place)])
    st.latex(softmax_formula(logits, _class_of(network, place)))
    st.caption(
        f"{label} in the cell at row {place.row}, column {place.column}: its logit among all "
        f"{len(logits)} there, the largest subtracted first, gives {written_share(chance)}."
    )


def _area(network: Network) -> Area:
    """Say which part of what the network is shown the mask stands for.

    A mask of the input's size, or of one in whole steps of it, is meant to lie over all of it; only
    where convolutions have cut the border off, what its cells see decides.
    """
    layer = network.layer(network.answer_layer)
    sides = zip(network.input_shape[:2], layer.output_shape[:2], strict=True)
    if all(whole % side == 0 for whole, side in sides):
        return 0.0, 0.0, 1.0, 1.0
    return map_area(layer, network.input_shape[:2])


def _logits(scene: Scene, place: Focus) -> list[float] | None:
    """Give the logits of a cell where a layer's output holds them."""
    name = scene.network.answer.logits_layer
    if not name or scene.network.layer(name).channels == 1:
        return None
    values = scene.maps[name]
    return [float(value) for value in values[place.row, place.column]]


def _look(scene: Scene) -> None:
    """Take over the cell and the class that somebody chose."""
    sent = _HANDSHAKE.sent("place")
    place = scene.place_in({**sent, "layer": scene.network.answer_layer})
    if place is None:
        return
    try:
        _HANDSHAKE.take(sent)
    except (KeyError, TypeError, ValueError, OverflowError):
        return
    scene.settle()
    scene.look_at(place.layer, place.channel, place.row, place.column)
