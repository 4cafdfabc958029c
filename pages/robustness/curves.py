"""The charts of a sweep: probability and rank over the amount, likeness over the layers."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from cnnviz.networks.robustness import CHANGES, Sweep
from cnnviz.notation import written
from pages.robustness.runs import BySize, Likeness, Rival
from pages.robustness.scene import Scene, amount_words, share
from pages.robustness.state import AT, EPSILON, STEADY
from pages.ui import charts
from pages.ui.entries import Entry

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_RIVALS = 2
"""Other classes whose curves are drawn."""


def axis_words(name: str) -> str:
    """Say what the amounts of a change are, for an axis."""
    change = CHANGES[name]
    return f"{change.title}, {change.unit}" if change.unit else change.title


def rivals_of(probabilities: np.ndarray, followed: int, count: int = _RIVALS) -> list[int]:
    """Give the other classes that are the answer most often, or else come nearest to it.

    >>> rivals_of(np.array([[0.7, 0.1, 0.2], [0.2, 0.6, 0.2]]), 0)
    [1, 2]
    """
    answers = np.bincount(probabilities.argmax(axis=1), minlength=probabilities.shape[1])
    order = np.lexsort((-probabilities.max(axis=0), -answers))
    return [int(at) for at in order if at != followed][:count]


def probability_chart(scene: Scene, name: str, sweep: Sweep, at: int) -> None:
    """Draw the class's probability and its rank; a press on a point shows that stop."""
    classes = [scene.target, *rivals_of(sweep.probabilities, scene.target)]
    words = [amount_words(name, amount) for amount in sweep.amounts]
    chart = _figure(name, height=330)
    colours = charts.series(len(classes))
    for place, one in enumerate(classes):
        label, look = scene.network.labels[one], charts.line_of(place, colours)
        _line(chart, sweep.amounts, sweep.probabilities[:, one], label, look, words)
    ranks = sweep.ranks(scene.target)
    chart.add_scatter(
        x=sweep.amounts,
        y=ranks,
        yaxis="y2",
        name="rank",
        mode="lines+markers",
        line={"color": colours[0], "width": 1.5},
        marker={"size": 5, "color": colours[0]},
        showlegend=False,
        hovertemplate="rank <b>%{y}</b><extra></extra>",
        **_never_fades(),
    )
    most = max(10, int(ranks.max()))
    chart.update_layout(
        yaxis={"domain": [0.4, 1.0], "title": "probability"},
        yaxis2={
            "domain": [0.0, 0.3],
            "type": "log",
            "range": [np.log10(most * 1.3), -0.08],
            "title": "rank",
            "tickvals": [10**power for power in range(len(str(most)))],
            "automargin": True,
            "zeroline": False,
            "anchor": "x",
        },
        xaxis={"anchor": "y2"},
    )
    _mark(chart, float(sweep.amounts[at]))
    charts.show(
        chart,
        key="steady_sweep",
        alt=f"{scene.network.labels[scene.target]} over {axis_words(name)}: probability from "
        f"{share(sweep.probabilities[:, scene.target].min())} to "
        f"{share(sweep.probabilities[:, scene.target].max())}, rank from {ranks.min()} to "
        f"{ranks.max()}. The slider of the stage leads to the same stops.",
        file="sweep",
        on_select=lambda: _take("steady_sweep", AT, range(len(sweep.amounts))),
    )


def rivals_chart(rivals: list[Rival], name: str, at: int) -> None:
    """Draw one line for each network; a press on a point shows that stop."""
    chart = _figure(name, height=320)
    amounts, colours = rivals[0].sweep.amounts, charts.series(len(rivals))
    words = [amount_words(name, amount) for amount in amounts]
    for place, one in enumerate(rivals):
        probabilities, look = one.sweep.probabilities[:, one.best], charts.line_of(place, colours)
        _line(chart, amounts, probabilities, f"{one.title}: {one.label}", look, words)
    _mark(chart, float(amounts[at]))
    charts.show(
        chart,
        key="steady_rivals",
        alt=f"Probability over {axis_words(name)}, one line for each of {len(rivals)} networks: "
        + "; ".join(
            f"{one.title} from {share(one.sweep.probabilities[:, one.best].min())} to "
            f"{share(one.sweep.probabilities[:, one.best].max())}"
            for one in rivals
        )
        + ". The table says the same.",
        file="networks",
        on_select=lambda: _take("steady_rivals", AT, range(len(rivals[0].sweep.amounts))),
    )


def size_chart(scene: Scene, goal: int | None, by_size: BySize, epsilon: int) -> None:
    """Draw what single steps of any size do; a press on a point takes that size."""
    followed = scene.target if goal is None else goal
    answers, epsilons = by_size.probabilities, by_size.epsilons
    chart = charts.figure(
        x="largest change, in levels",
        x_range=(-0.6, epsilons[-1] + 0.6),
        y_range=(-0.02, 1.04),
        height=280,
    )
    classes = [followed, *rivals_of(answers, followed)]
    colours = charts.series(len(classes))
    words = [f"{one} levels" for one in epsilons]
    for place, one in enumerate(classes):
        label, look = scene.network.labels[one], charts.line_of(place, colours)
        _line(chart, epsilons, answers[:, one], label, look, words)
    _mark(chart, epsilon)
    charts.show(
        chart,
        key="steady_sizes",
        alt=f"{scene.network.labels[followed]} over the size of a single step, 0 to "
        f"{epsilons[-1]} levels: probability from {share(answers[:, followed].min())} to "
        f"{share(answers[:, followed].max())}. The slider beside the stage sets any size.",
        file="sizes",
        on_select=lambda: _take("steady_sizes", EPSILON, epsilons),
    )


def likeness_chart(likeness: Likeness, name: str, at: int, words: str) -> None:
    """Draw how alike each layer's maps are at a stop, cell by cell and pooled."""
    names = ["Moved along, cell by cell", "Pooled"]
    if CHANGES[name].matrix is None:
        names[0] = "Cell by cell"
    values = likeness.values[:, at]
    low = min(0.0, float(values.min()))
    chart = charts.figure(
        x="layer", x_range=(0.5, len(values) + 0.5), y_range=(low - 0.03, 1.04), height=280
    )
    colours = charts.series(2)
    places = list(range(1, len(values) + 1))
    for place, title in enumerate(names):
        chart.add_scatter(
            x=places,
            y=values[:, place],
            name=title,
            mode="lines+markers",
            line=charts.line_of(place, colours),
            marker={"size": 6, "color": colours[place]},
            customdata=[escape(layer) for layer in likeness.layers],
            hovertemplate="%{customdata}: <b>%{y:.3f}</b><extra></extra>",
        )
    chart.update_xaxes(tickvals=places, showgrid=False)
    lowest = int(values[:, 1].argmin())
    charts.show(
        chart,
        key="steady_layers",
        alt=f"Cosine of each of {len(values)} layers' maps with those of the unmoved picture, "
        f"{words}. Pooled it is lowest at {likeness.layers[lowest]}, "
        f"{written(values[lowest, 1], 2)}.",
        file="layers",
    )


def heat_strip(likeness: Likeness, name: str, amounts: np.ndarray) -> None:
    """Draw the pooled likeness of every layer at every stop."""
    pooled = likeness.values[..., 1]
    chart = charts.figure(x=axis_words(name), height=120 + 14 * len(pooled))
    chart.add_heatmap(
        z=pooled,
        x=[amount_words(name, amount) for amount in amounts],
        y=[escape(layer) for layer in likeness.layers],
        colorscale="Cividis",
        zmin=min(0.0, float(pooled.min())),
        zmax=1.0,
        colorbar={"title": "cosine", "thickness": 12},
        hovertemplate="%{y}, %{x}: <b>%{z:.3f}</b><extra></extra>",
    )
    chart.update_yaxes(autorange="reversed")
    chart.update_xaxes(type="category", nticks=7)
    charts.show(
        chart,
        key="steady_heat",
        alt=f"Pooled cosine of {len(pooled)} layers at {len(amounts)} stops, from "
        f"{written(pooled.min(), 2)} to {written(pooled.max(), 2)}.",
        file="likeness",
    )


def _figure(name: str, height: int) -> Figure:
    change = CHANGES[name]
    edge = 0.02 * (change.most - change.least)
    return charts.figure(
        x=axis_words(name),
        x_range=(change.least - edge, change.most + edge),
        y_range=(-0.02, 1.04),
        height=height,
    )


def _line(
    chart: Figure,
    x: Sequence[float] | np.ndarray,
    probabilities: np.ndarray,
    label: str,
    look: dict[str, object],
    words: Sequence[str],
) -> None:
    """Draw a class's probability; `words` name each place of `x`."""
    chart.add_scatter(
        x=x,
        y=probabilities,
        name=escape(label),
        mode="lines+markers",
        line=look,
        marker={"size": 7, "color": look["color"]},
        customdata=words,
        hovertemplate=f"{escape(label)}, %{{customdata}}: <b>%{{y:.1%}}</b><extra></extra>",
        **_never_fades(),
    )


def _never_fades() -> dict[str, dict[str, dict[str, float]]]:
    # A press shows a stop, it selects no points: nothing is to fade.
    shown = {"marker": {"opacity": 1.0}}
    return {"selected": shown, "unselected": shown}


def _mark(chart: Figure, amount: float) -> None:
    chart.add_vline(x=amount, line={"color": charts.ink(), "width": 1})


def _take(key: str, entry: Entry[Any], values: Sequence[int]) -> None:
    points = st.session_state[key]["selection"]["points"]
    # A second press on the same point takes its selection back; it was pressed all the same.
    at = points[-1].get("point_index") if points else st.session_state.get(f"{key}_pressed")
    st.session_state[f"{key}_pressed"] = at
    if isinstance(at, int) and 0 <= at < len(values):
        STEADY.write({entry.name: values[at]})
