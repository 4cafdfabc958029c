"""Cover it up: a patch that is dragged, a brush that paints, and the classes that follow."""

from __future__ import annotations

import base64
import contextlib
from typing import cast

import numpy as np
import streamlit as st

from cnnviz.attribution.covering import FILLS, SIDE, Fill, Mask, covered, mask_of
from cnnviz.images import pictures as images
from pages.attribution.scene import Scene
from pages.attribution.state import COVER, FILL, WHY
from pages.ui.components.registration import register
from pages.ui.edits import Handshake
from pages.ui.stage import why_it_matters
from pages.ui.takeaway import Download, npz, take_it_with_you
from pages.ui.wire import pack

_mount = register("attribution/cover")
_KEY = "why_cover_stage"
_HANDSHAKE = Handshake(_KEY)
_LIVE = "why_cover_live"
_PREPARED = "why_cover_prepared"
_SHOWN = "why_cover_shown"
"""The session's key of the photo that the browser says it shows, in what it asks."""
_SIDE = 448
_CLASSES = 6


@st.fragment  # the drag runs this again and nothing else
def show(scene: Scene) -> None:
    """Draw it."""
    live = st.session_state.get(_LIVE)
    mask, fill = live if live is not None else (WHY[COVER], WHY[FILL])
    _mount(key=_KEY, data=_message(scene, mask, fill), on_ask_change=_take)


def _message(scene: Scene, mask: Mask, fill: Fill) -> bytes:
    network, image = scene.network, scene.picture.image
    photo, file, given = _prepared(scene)
    x = covered(network, image, mask, fill, x=given)
    # A drag asks ten times a second, and Streamlit copies and hashes what it sends.
    is_shown = st.session_state.pop(_SHOWN, None) == scene.key()
    whole = scene.probabilities
    now = network.scores_of_inputs(x[np.newaxis])[1][0]
    listed = [int(at) for at in np.argsort(-whole, kind="stable")[:_CLASSES]]
    if scene.target not in listed:
        listed[-1] = scene.target
    best = int(np.argmax(now))
    if best not in listed:
        listed.append(best)
    settings = {
        "serial": _HANDSHAKE.serial,
        "side": SIDE,
        "fill": fill,
        "fills": list(FILLS),
        "labels": [network.labels[at] for at in listed],
        "asked": listed.index(scene.target),
        "picture": scene.key(),
        "alt": scene.picture.alt,
        "size": list(photo),
        "share": float(mask.mean()),
    }
    return pack(
        settings,
        **({} if is_shown else {"photo": file}),
        mask=mask.astype(np.uint8),
        before=whole[listed].astype(np.float32),
        now=now[listed].astype(np.float32),
    )


def finish(scene: Scene) -> None:
    """Draw what follows below the stage."""
    why_it_matters(
        "A map is somebody's calculation; this is the network itself. If the class stays when the "
        "thing is covered, something else spoke for it: the snow, the grass, a label. Even so the "
        "cover is a thing that the network sees, and one colour may look like something to it: "
        "try all three."
    )
    x = covered(scene.network, scene.picture.image, WHY[COVER], WHY[FILL])
    take_it_with_you(
        [
            Download(
                "Input and answer as NPZ",
                "covered.npz",
                lambda: npz(
                    input=x,
                    mask=WHY[COVER],
                    probabilities=scene.network.scores_of_inputs(x[np.newaxis])[1][0],
                    before=scene.probabilities,
                ),
            )
        ],
        "",
    )


def _prepared(scene: Scene) -> tuple[tuple[int, int], np.ndarray, np.ndarray]:
    """Give what no drag changes: the photo's size, its file, and the network's input.

    Kept in the session, as a drag asks for an answer ten times a second.
    """
    key = scene.key()
    held = st.session_state.get(_PREPARED)
    if held is None or held[0] != key:
        photo = _photo(scene)
        rows, columns = photo.shape[:2]
        file = np.frombuffer(images.encode_jpeg(photo), np.uint8)
        given = scene.network.preprocess(scene.picture.image)
        held = st.session_state[_PREPARED] = (key, ((rows, columns), file, given))
    found: tuple[tuple[int, int], np.ndarray, np.ndarray] = held[1]
    return found


def _photo(scene: Scene) -> np.ndarray:
    # The part that the network is shown, as large as the picture has it.
    top, left, height, width = (int(at) for at in scene.network.crop_box(scene.picture.image))
    part = scene.picture.image[top : top + height, left : left + width]
    return images.resize_to(part, min(_SIDE, max(part.shape[:2])))


def _take() -> None:
    asked = _HANDSHAKE.sent("ask")
    with contextlib.suppress(KeyError, TypeError, ValueError, OverflowError):
        _HANDSHAKE.take(asked)
        st.session_state[_SHOWN] = asked.get("picture")
        fill = asked["fill"]
        if fill not in FILLS:
            raise ValueError(f"A fill is one of {', '.join(FILLS)}.")
        mask = mask_of(base64.b64decode(str(asked["mask"])[: SIDE * SIDE // 4]))
        if asked.get("settled"):
            st.session_state[_LIVE] = None
            WHY.write({COVER.name: mask, FILL.name: fill})
        else:
            st.session_state[_LIVE] = mask, cast("Fill", fill)
