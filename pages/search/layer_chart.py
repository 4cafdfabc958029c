"""How well each layer tells the labels apart: a chart to look at, and to press for a layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import numpy as np
import streamlit as st

from cnnviz.notation import written
from pages.search.scene import COUNT, SearchScene, qualities
from pages.search.state import SEARCH
from pages.ui import charts

_KEY = "search_chart"
_PRESSED = "search_chart_pressed"


@dataclass(frozen=True)
class Line:
    """One measure, layer by layer; not a number where a layer has not been asked.

    best : the largest it could be with groups of these sizes; None where that is 1.
    """

    name: str
    values: list[float]
    best: float | None = None


def show(scene: SearchScene) -> None:
    """Draw it, where there are labels to tell apart."""
    if len({label for label in scene.indexed.labels if label}) < 2:
        return
    lines = measures(scene)
    at = scene.layers.index(scene.layer)
    colours = [*charts.series(len(lines))[: len(lines) - 1], charts.ink()]
    chart = charts.figure(
        [
            *(
                _drawn(line, scene.layers, at, charts.line_of(place, colours))
                for place, line in enumerate(lines)
            ),
            *_ceilings(lines, colours, len(scene.layers)),
        ],
        x="layer",
        x_range=(0.5, len(scene.layers) + 0.5),
        y_range=(-0.03, 1.03),
        height=270,
        x_axis={
            "tickvals": list(range(1, len(scene.layers) + 1)),
            "showgrid": False,
            "unifiedhovertitle": {"text": "%{customdata}"},
        },
        hovermode="x unified",
        shapes=[
            {
                "type": "line",
                "x0": at + 1,
                "x1": at + 1,
                "xref": "x",
                "y0": 0,
                "y1": 1,
                "yref": "y domain",
                "line": {"color": charts.ink(), "width": 1},
            }
        ],
    )
    charts.show(
        chart,
        key=_KEY,
        alt=_alt(scene, lines, at),
        file="accuracy_per_layer",
        on_select=lambda: _take(scene.layers),
    )


def measures(scene: SearchScene) -> list[Line]:
    """Give the lines of the chart: what is true of all pictures, of the label, of this query."""
    measured, rankings, label = qualities(scene), scene.rankings, scene.label
    some = next(iter(measured.values()))

    def by_layer(value: Callable[[str], float]) -> list[float]:
        return [value(name) if name in measured else np.nan for name in scene.layers]

    lines = [
        Line("Nearest picture has the same label", by_layer(lambda name: measured[name].nearest)),
        Line(
            f"Precision at {COUNT}, all pictures",
            by_layer(lambda name: measured[name].precision),
            some.best_precision,
        ),
    ]
    if label:
        lines += [
            Line(
                f"Precision at {COUNT}, {label}",
                by_layer(lambda name: measured[name].by_label.get(label, np.nan)),
                some.best_by_label.get(label, 1.0),
            ),
            Line(
                "This query",
                by_layer(rankings.precision),
                rankings.best_precision(rankings.layers[0]),
            ),
        ]
    return [line for line in lines if np.isfinite(line.values).any()]


def _drawn(
    line: Line, layers: tuple[str, ...], at: int, look: dict[str, object]
) -> dict[str, object]:
    places = list(range(1, len(layers) + 1))
    name = escape(line.name)
    here = line.values[at]
    shown = {"marker": {"opacity": 1.0}}
    return {
        "type": "scatter",
        "x": places,
        "y": line.values,
        "name": f"{name} <b>{here:.3f}</b>" if np.isfinite(here) else name,
        "mode": "lines+markers",
        "line": look,
        "marker": {"size": 6, "color": look["color"]},
        "customdata": [escape(layer) for layer in layers],
        "hovertemplate": f"{name} <b>%{{y:.3f}}</b><extra></extra>",
        # A press chooses a layer, no points: nothing is to fade.
        "selected": shown,
        "unselected": shown,
    }


def _ceilings(lines: list[Line], colours: list[str], count: int) -> list[dict[str, object]]:
    """Draw the best that is possible; where that is one for several lines, once."""
    owners: dict[str, list[str]] = {}
    for line, colour in zip(lines, colours, strict=True):
        if line.best is not None and line.best < 1:
            owners.setdefault(f"{line.best:.3f}", []).append(colour)
    return [
        {
            "type": "scatter",
            "x": [0.5, count + 0.5],
            "y": [float(best)] * 2,
            "name": f"at most {best}",
            "mode": "lines",
            "line": {
                "color": whose[0] if len(whose) == 1 else charts.ink(),
                "width": 1,
                "dash": "dot",
            },
            "hoverinfo": "skip",
        }
        for best, whose in owners.items()
    ]


def _take(layers: tuple[str, ...]) -> None:
    points = st.session_state[_KEY]["selection"]["points"]
    # A second press on the same point takes its selection back; it was pressed all the same.
    at = points[-1].get("x") if points else st.session_state.get(_PRESSED, 0)
    st.session_state[_PRESSED] = at
    if isinstance(at, int) and 1 <= at <= len(layers):
        SEARCH.write({"layer": layers[at - 1]})


def _alt(scene: SearchScene, lines: list[Line], at: int) -> str:
    said = [
        f"{line.name.lower()} {written(line.values[at])}"
        + ("" if line.best is None else f" of at most {written(line.best)}")
        for line in lines
        if np.isfinite(line.values[at])
    ]
    return (
        f"How well each of {len(scene.layers)} layers tells the labels apart. "
        f"At layer {at + 1}, {scene.layer}: {', '.join(said)}."
    )
