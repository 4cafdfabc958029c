"""Is the map to be trusted? Taken away, brought in, scrambled, and asked in noise."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from cnnviz.attribution.trust import (
    HARDLY,
    Curve,
    Floor,
    Scrambled,
    centred_blob,
    deletion,
    insertion,
    noise_floor,
    random_map,
    scrambled,
)
from cnnviz.drawing import palette
from cnnviz.images import pictures as images
from cnnviz.notation import written
from cnnviz.server.jobs import Job
from pages.attribution import maps
from pages.attribution.scene import Scene
from pages.ui import charts
from pages.ui.markdown import plain
from pages.ui.queue import asked, show_progress
from pages.ui.stage import page_background

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

Part = tuple[str, object]
RANDOM, BLOB = "A random map", "The middle"
_SIDE = 220
_TILE = 110
"""Pixels of a small map on the screen."""


def show(scene: Scene) -> np.ndarray | None:
    """Draw the stage; give the map in hand, on the picture, or None while it is being made."""
    target = scene.target
    key = scene.key("trust", scene.name, target, *scene.arguments(scene.name).values())
    job = asked(key, _work(scene), patience=0.3, private=scene.own)
    title = f"{scene.method.title} of {scene.network.title} is tested"
    show_progress(job, title, key)
    parts: dict[str, object] = dict(job.parts) if job is not None else {}
    values = parts.get("map")
    st.markdown(f"**{plain(scene.method.title)}** for “{scene.label(target)}”, four tests.")
    _curves(scene, parts)
    _scrambled(scene, parts)
    _floor(parts)
    return values if isinstance(values, np.ndarray) else None


def _work(scene: Scene) -> Callable[[Job], bool]:
    def work(job: Job) -> bool:
        network, image, target = scene.network, scene.picture.image, scene.target
        method, more = scene.method, scene.arguments(scene.name)

        def report(share: float) -> None:
            job.report(share, method.title)

        def part(name: str, found: object) -> None:
            job.parts.append((name, found))

        values = maps.compute(scene, (scene.name, target), job).values
        part("map", values)
        rivals = {
            method.title: values,
            RANDOM: random_map(image),
            BLOB: centred_blob(image),
        }
        for name, one in rivals.items():
            part(f"insertion {name}", insertion(network, image, one, target, report=report))
            part(f"deletion {name}", deletion(network, image, one, target, report=report))
        layer = more.get("layer")
        part("floor", noise_floor(network, image, method, values, target, layer=layer))
        stages = scrambled(network, image, method, values, target, layer=layer, report=report)
        for stage in stages:
            part(f"scrambled {stage.layer}", stage)
        return True

    return work


def _curves(scene: Scene, parts: dict[str, object]) -> None:
    columns = st.columns(2)
    for column, kind, words in (
        (columns[0], "insertion", "Insertion: pixels come back, the most marked first"),
        (columns[1], "deletion", "Deletion: pixels go, the most marked first"),
    ):
        names = [scene.method.title, RANDOM, BLOB]
        curves = {name: parts.get(f"{kind} {name}") for name in names}
        found = {name: one for name, one in curves.items() if isinstance(one, Curve)}
        with column:
            st.markdown(f"**{words}**")
            if not found:
                st.caption("Being measured.")
                continue
            charts.show(
                _chart(found),
                key=f"why_{kind}",
                alt=f"{words}. Areas: "
                + ", ".join(f"{name} {one.area:.3f}" for name, one in found.items()),
                file=kind,
            )
            st.markdown(_verdict(kind, scene.method.title, found))


def _chart(found: dict[str, Curve]) -> Figure:
    chart = charts.figure(x="part of the pixels", x_range=(0, 1), y_range=(0, 1.02), height=230)
    colours = charts.series(len(found))
    for place, (name, curve) in enumerate(found.items()):
        chart.add_scatter(
            x=curve.shares,
            y=curve.probabilities,
            mode="lines",
            name=f"{name} <b>{curve.area:.3f}</b>",
            line=charts.line_of(place, colours),
            hovertemplate="%{x:.0%}: <b>%{y:.3f}</b><extra></extra>",
        )
    return chart


def _verdict(kind: str, title: str, found: dict[str, Curve]) -> str:
    if len(found) < 3:
        return ""
    # As written: who reads 0.207 twice is not told that one of them is more.
    area = {name: round(curve.area, 3) for name, curve in found.items()}
    own, sign = area[title], 1 if kind == "insertion" else -1
    beaten = [name.lower() for name in (RANDOM, BLOB) if sign * own > sign * area[name]]
    side = "larger" if kind == "insertion" else "smaller"
    if len(beaten) == 2:
        return f"Its area, {own:.3f}, is {side} than that of a random map and of the middle."
    if beaten:
        other = RANDOM.lower() if beaten == [BLOB.lower()] else BLOB.lower()
        return f"Its area, {own:.3f}, beats {beaten[0]}, but not {other}."
    return (
        f"Its area, {own:.3f}, beats neither a random map nor the middle: by this test, and on "
        "this picture, it is no better than they are."
    )


def _scrambled(scene: Scene, parts: dict[str, object]) -> None:
    found = [one for one in parts.values() if isinstance(one, Scrambled)]
    st.markdown("**Scrambled weights, layer by layer from the top**")
    values = parts.get("map")
    if not found or not isinstance(values, np.ndarray):
        st.caption("Being measured.")
        return
    tiles = [
        ("trained", values, 1.0),
        *((f"to {one.layer}", one.values, one.likeness) for one in found),
    ]
    row = st.container(horizontal=True, gap="small")  # it wraps on a phone
    for words, one, likeness in tiles:
        caption = f"{written(likeness, 2)}, {words}"
        row.image(
            images.encode_png(coloured(_above(scene, one), scene.method.signed)),
            caption=plain(caption),
            alt=f"The map with weights {caption}.",
            width=_TILE,
        )
    last = found[-1]
    if last.layer != _lowest(scene):
        return
    correlation = written(last.likeness, 2)
    if last.likeness > HARDLY:
        st.warning(
            f"With all weights drawn anew the map is still alike ({correlation}): it hardly "
            "depends on what the network has learned. It shows the picture more than a reason.",
            icon=":material/warning:",
        )
    else:
        st.markdown(
            f"With all weights drawn anew the rank correlation is {correlation}: the map depends "
            "on what the network has learned."
        )


def _above(scene: Scene, values: np.ndarray) -> np.ndarray:
    """Give what a map's colours stand for, on the grid of the network's input."""
    return maps.on_grid(scene, values) - maps.base(scene, scene.name, values)


def _lowest(scene: Scene) -> str:
    return next(info.name for info in scene.network.layers if info.parameters)


def _floor(parts: dict[str, object]) -> None:
    found = parts.get("floor")
    if not isinstance(found, Floor):
        return
    if found.level == 0:
        st.markdown(
            "**Noise floor.** In noise of this picture's colours the map is 0 nearly everywhere: "
            f"nothing there speaks for the class. Here it is more on {found.above:.1%} of the "
            "picture."
        )
        return
    st.markdown(
        f"**Noise floor.** In noise of this picture's colours, 95% of the values stay below "
        f"{written(found.level)}. Here {found.above:.1%} of the picture lies above that, where "
        "it is 5% in the noise."
    )


def coloured(values: np.ndarray, signed: bool) -> np.ndarray:
    """Colour a map by its own largest size: (rows, columns, 3) uint8, at least 220 pixels long."""
    scale = "maps" if signed else "attributions"
    limit = float(np.abs(values).max(initial=0.0)) or 1.0
    colours = palette.colour_map(values, scale=scale, limit=limit, background=page_background())
    return images.resize_to(colours, max(_SIDE, *values.shape))
