"""One picture with its curve, or several side by side."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from cnnviz.images import pictures as images
from cnnviz.notation import written
from cnnviz.shapes import Pixels
from pages.feature_visualisation.making import Growing
from pages.feature_visualisation.scene import Scene
from pages.feature_visualisation.state import CHANNEL, FEATURE
from pages.ui import charts
from pages.ui.components.registration import register
from pages.ui.edits import sent_value
from pages.ui.picture_files import encoded, joined, media_type
from pages.ui.wire import pack

_growth = register("feature_visualisation/growth")
_tiles = register("feature_visualisation/tiles")
_TILES = "feature_tiles"
_SMALL = 224
_ACROSS = 4
_MOST_EXACT = 128
"""Sides of pictures that are sent as they are; larger ones as JPEG."""


def one(scene: Scene, found: Growing) -> None:
    """Draw a picture as it is now, and the curve of what its target says."""
    if found.last is None:
        st.caption("Nothing has been made yet.")
        return
    left, right = st.columns(2)
    with left:
        _growth(key="feature_growth", data=_way(scene, found))
    with right:
        curve(found)


def _way(scene: Scene, found: Growing) -> bytes:
    """Pack every frame that there is."""
    files, media = _files([frame.picture for frame in found.frames])
    asked = scene.named()
    settings = {
        "key": scene.key(*scene.question),
        "title": f"{asked[0].upper()}{asked[1:]}, {scene.network.title}",
        "alt": f"A picture made for {asked}.",
        "size": list(found.frames[0].picture.shape[:2]),
        "media": media,
        "stops": [
            f"{written(frame.value)} after {frame.step} of {scene.recipe.steps} steps"
            for frame in found.frames
        ],
    }
    return pack(settings, **files)


def _files(pictures: Sequence[Pixels | None]) -> tuple[dict[str, np.ndarray], str]:
    """Write pictures as files, one after the other; nothing for one that is not there yet."""
    files = [b"" if one is None else encoded(one, small_to=_MOST_EXACT) for one in pictures]
    return joined(files), media_type(next(filter(None, files), b""))


def channels(scene: Scene, found: Mapping[int, Growing]) -> None:
    """Draw channels side by side; a press takes one in hand."""
    files, media = _files([one.last.picture if one.last else None for one in found.values()])
    settings = {
        "label": f"Channels of {scene.target.layer}; a press takes one in hand",
        "media": media,
        "items": [
            {
                "index": channel,
                "words": _said(f"Channel {channel}", one),
                "pressed": channel == scene.target.index,
            }
            for channel, one in found.items()
        ],
    }
    _tiles(key=_TILES, data=pack(settings, **files), on_channel_change=_take)


def _take() -> None:
    """Take the channel in hand that was pressed; what is no channel is left alone."""
    sent = sent_value(_TILES, "channel")
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        FEATURE.write({CHANNEL.name: CHANNEL.checked(sent)})


def curve(found: Growing) -> None:
    """Chart what the target said to the picture on its way."""
    chart = charts.figure(x="step", height=320)
    colours = charts.series(2)
    if found.done is not None and len(found.done.shaken):
        chart.add_scatter(
            x=np.arange(len(found.done.shaken)),
            y=found.done.shaken,
            mode="lines",
            name="as the network was shown it",
            line={**charts.line_of(1, colours), "width": 1},
            hovertemplate="step %{x}: <b>%{y:.4g}</b><extra></extra>",
        )
    chart.add_scatter(
        x=[frame.step for frame in found.frames],
        y=[frame.value for frame in found.frames],
        mode="lines+markers",
        name="the picture itself",
        line=charts.line_of(0, colours),
        hovertemplate="after %{x} steps: <b>%{y:.4g}</b><extra></extra>",
    )
    first, last = found.frames[0], found.frames[-1]
    charts.show(
        chart,
        key="feature_curve",
        alt=f"What the target says to the picture: {written(first.value)} at first, "
        f"{written(last.value)} after {last.step} steps.",
        file="activation",
    )


def several(found: Mapping[str, Growing], key: str) -> None:
    """Draw pictures side by side, each with what its target says."""
    items = list(found.items())
    with st.container(key=key):
        for begin in range(0, len(items), _ACROSS):
            for column, (title, growing) in zip(
                st.columns(_ACROSS), items[begin : begin + _ACROSS], strict=False
            ):
                with column:
                    _tile(title, growing)


def what_each_is_for() -> None:
    """Say what each part of the recipe does."""
    st.caption(
        "Each picture is made from the same noise by the same steps. The value is the target's "
        "own, of the picture as it is shown: a larger one does not mean a picture that looks "
        "more like a photo. The parts of the recipe are there for the look, and mostly cost some "
        "of the value."
    )


def enlarged(picture: Pixels, side: int) -> Pixels:
    """Bring a small picture to a size that one can see."""
    return images.resize_to(picture, max(side, *picture.shape[:2]))


def _tile(title: str, found: Growing) -> None:
    if found.last is None:
        grey = np.full((8, 8, 3), 128, np.uint8)
        words = _said(title, found)
        st.image(grey, caption=words, alt=f"{title}, not begun.", width="stretch")
        return
    st.image(
        images.encode_png(enlarged(found.last.picture, _SMALL)),
        caption=_said(title, found),
        alt=f"{title}: the picture made for it, value {written(found.last.value)}.",
        width="stretch",
    )


def _said(title: str, found: Growing) -> str:
    """Say under a picture what its target says to it."""
    if found.last is None:
        return f"{title}: waits"
    ended = "" if found.done is not None else f", step {found.last.step}"
    return f"{title}: {written(found.last.value)}{ended}"
