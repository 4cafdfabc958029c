"""One picture with its curve, or several side by side."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from cnnviz.images import pictures as images
from cnnviz.notation import written
from cnnviz.shapes import Pixels
from pages.feature_visualisation.making import Growing
from pages.feature_visualisation.scene import Scene
from pages.ui import charts

_LARGE, _SMALL = 384, 224
_ACROSS = 4


def one(scene: Scene, found: Growing) -> None:
    """Draw a picture as it is now, and the curve of what its target says."""
    if found.last is None:
        st.caption("Nothing has been made yet.")
        return
    left, right = st.columns(2)
    last = found.last
    with left:
        title = f"{scene.words()[0].upper()}{scene.words()[1:]}"
        st.image(
            images.encode_png(enlarged(last.picture, _LARGE)),
            caption=f"{title}, {scene.network.title}: {written(last.value)} "
            f"after {last.step} of {scene.recipe.steps} steps",
            alt=f"A picture made for {scene.words()} by {last.step} steps.",
            width="stretch",
        )
    with right:
        curve(found)


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
        st.image(grey, caption=f"{title}: waits", alt=f"{title}, not begun.", width="stretch")
        return
    value = written(found.last.value)
    ended = "" if found.done is not None else f", step {found.last.step}"
    st.image(
        images.encode_png(enlarged(found.last.picture, _SMALL)),
        caption=f"{title}: {value}{ended}",
        alt=f"{title}: the picture made for it, value {value}.",
        width="stretch",
    )
