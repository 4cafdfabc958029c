"""All pictures on a map as points, by Plotly: its own zoom, and a lasso that picks pictures."""

from __future__ import annotations

import contextlib
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from pages.search.asking import take
from pages.search.scene import SearchScene
from pages.search.state import METHOD, SEARCH
from pages.ui import charts
from pages.ui.components.registration import register
from pages.ui.edits import Handshake
from pages.ui.wire import pack

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_mount = register("search/selection")
_KEY = "search_selection"
_HANDSHAKE = Handshake(_KEY)
_PICKED = "search_picked"
FEW = 1500
"""Points up to which each is drawn as one of SVG's; more are drawn by WebGL."""


def show(scene: SearchScene, places: np.ndarray) -> None:
    """Draw the points, and the pictures that a hand has picked.

    Parameters
    ----------
    places : (n, 2) float32 in [0, 1], from the upper left.
    """
    key = f"search_points_{scene.ranked_by}_{scene.layer}_{SEARCH[METHOD]}"
    picked = _picked(scene)
    charts.show(
        map_of(scene, places, picked),
        key=key,
        alt=_alt(scene, picked),
        file="map",
        tools=("zoom2d", "pan2d", "lasso2d", "select2d", "zoomIn2d", "zoomOut2d", "resetScale2d"),
        vector=False,
        on_select=lambda: _take(key, scene),
        modes=("points", "box", "lasso"),
    )
    data = pack(
        {
            "collection": scene.indexed.collection,
            "serial": _HANDSHAKE.serial,
            "place": scene.place,
            "picked": picked,
        }
    )
    _mount(key=_KEY, data=data, on_ask_change=lambda: take(_HANDSHAKE, scene))


def map_of(scene: SearchScene, places: np.ndarray, picked: list[int]) -> Figure:
    """Make the chart: a trace for each label, the query and the way to what it finds."""
    chart = charts.figure(height=470)
    labels = np.array(scene.indexed.labels)
    groups = list(dict.fromkeys(scene.indexed.labels))
    titles = [escape(title) for title in scene.indexed.titles]
    add = chart.add_scatter if len(places) <= FEW else chart.add_scattergl
    _add_ways(chart, scene, places)
    for group, colour in zip(groups, charts.series(len(groups)), strict=True):
        (here,) = np.nonzero(labels == group)
        add(
            x=places[here, 0],
            y=places[here, 1],
            name=escape(group) or "no label",
            mode="markers",
            marker={"color": colour, "size": 9 if len(places) <= FEW else 5},
            customdata=[[int(at), titles[at]] for at in here],
            hovertemplate="%{customdata[1]}, " + (escape(group) or "no label") + "<extra></extra>",
            selectedpoints=np.nonzero(np.isin(here, picked))[0] if picked else None,
            unselected={"marker": {"opacity": 0.3}},
        )
    if scene.place is not None:
        x, y = places[scene.place]
        ring = {"color": "rgba(0,0,0,0)", "size": 20, "line": {"color": charts.ink(), "width": 3}}
        chart.add_scatter(
            x=[x],
            y=[y],
            name=f"the query: {titles[scene.place]}",
            mode="markers",
            marker=ring,
            hoverinfo="skip",
            selected={"marker": {"opacity": 1}},
            unselected={"marker": {"opacity": 1}},
        )
    chart.update_layout(dragmode="lasso", showlegend=len(groups) <= 40)
    chart.update_xaxes(visible=False)
    # Pictures and maps are read from above; one unit is as long down as across.
    chart.update_yaxes(visible=False, autorange="reversed", scaleanchor="x")
    return chart


def _add_ways(chart: Figure, scene: SearchScene, places: np.ndarray) -> None:
    if scene.place is None:
        return
    ends = [(places[scene.place], places[match.index], (np.nan, np.nan)) for match in scene.matches]
    way = np.array(ends, np.float32).reshape(-1, 2)
    chart.add_scatter(
        x=way[:, 0],
        y=way[:, 1],
        mode="lines",
        line={"color": charts.ink(), "width": 1},
        opacity=0.45,
        name=f"to its {len(scene.matches)} nearest",
        hoverinfo="skip",
    )


def _picked(scene: SearchScene) -> list[int]:
    """Give the places of what was picked in this collection; a new one begins with nothing."""
    collection, picked = st.session_state.get(_PICKED, ("", []))
    return list(picked) if collection == scene.indexed.collection else []


def _take(key: str, scene: SearchScene) -> None:
    points = st.session_state[key]["selection"]["points"]
    count = len(scene.indexed.names)
    found = (point.get("customdata") for point in points)
    with contextlib.suppress(TypeError, ValueError, LookupError, OverflowError):
        places = {int(data[0]) for data in found if data}
        picked = sorted(at for at in places if 0 <= at < count)
        st.session_state[_PICKED] = (scene.indexed.collection, picked)


def _alt(scene: SearchScene, picked: list[int]) -> str:
    count = len(scene.indexed.names)
    chosen = f" {len(picked):,} of them are picked." if picked else ""
    return (
        f"A map of {count:,} pictures at the layer {scene.layer}, a point each.{chosen} "
        "The view Photos can be walked by keyboard."
    )
