"""The charts of a training: loss and accuracy by epoch, and the layers' gradients and updates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.networks.training.history import Snapshot
from cnnviz.networks.training.run import Run
from cnnviz.notation import written, written_share
from pages.training.runs import MOST_RUNS
from pages.ui import charts

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def run_names(runs: Sequence[Run]) -> list[str]:
    """Name runs so that no two are called the same.

    Their labels, with a number where several share one.
    """
    labels = [run.plan.label for run in runs]
    return [
        f"{label} {labels[: place + 1].count(label)}" if labels.count(label) > 1 else label
        for place, label in enumerate(labels)
    ]


def learning_curves(runs: Sequence[Run], shown: Run, at: Snapshot | None) -> None:
    """Draw accuracy above and loss below, of all runs; those not in hand are faint."""
    begun = [run for run in runs if run.history.snapshots]
    names = dict(zip(map(id, runs), run_names(runs), strict=True))
    colours = charts.series(MOST_RUNS)
    epochs = max([shown.plan.settings.epochs, *(run.history.epochs for run in begun)])
    chart = charts.figure(x="epoch", x_range=(-0.02 * epochs, 1.02 * epochs), height=380)
    for run in begun:
        place = runs.index(run)
        faint = 1.0 if run is shown else 0.35
        name = names[id(run)] if len(begun) > 1 else ""
        _curves(chart, run, name, colours[place % len(colours)], faint)
    losses = [value for run in begun for value in _losses(run) if np.isfinite(value)]
    chart.update_layout(
        yaxis={"domain": [0.52, 1.0], "title": "right", "range": [0, 1.02], "tickformat": ".0%"},
        yaxis2={
            "domain": [0.0, 0.44],
            "title": "loss",
            "range": [0, 1.05 * min(max(losses, default=1.0), 4 * _chance(shown))],
            "automargin": True,
            "zeroline": False,
            "anchor": "x",
        },
        xaxis={"anchor": "y2"},
        uirevision="train",
    )
    if at is not None and at is not shown.history.snapshots[-1]:
        chart.add_vline(x=at.epoch, line={"color": charts.ink(), "width": 1.5, "dash": "dot"})
    charts.show(chart, key="train_curves", alt=_alt(begun, shown), file="training")


def _chance(run: Run) -> float:
    """Give the loss of an answer that calls every class as probable as any other."""
    return float(np.log(len(run.plan.data.class_names)))


def _losses(run: Run) -> list[float]:
    found = [one.val_loss for one in run.history.snapshots]
    return found + [one.loss for one in run.history.snapshots if one.loss is not None]


def _curves(chart: Figure, run: Run, name: str, colour: str, faint: float) -> None:
    snapshots = run.history.snapshots
    training = [one for one in snapshots if one.loss is not None]
    title = f"{name}: " if name else ""
    for axis, field in (("y", "accuracy"), ("y2", "loss")):
        for held_out, mine in ((True, snapshots), (False, training)):
            values = [getattr(one, f"val_{field}" if held_out else field) for one in mine]
            words = "held out" if held_out else "learned from"
            shape = "%{y:.1%}" if field == "accuracy" else "%{y:.3f}"
            look: dict[str, Any] = {"color": colour, "width": 2.5 if held_out else 1.8}
            chart.add_scatter(
                x=[one.epoch for one in mine],
                y=[value if np.isfinite(value) else None for value in values],
                yaxis=axis,
                name=f"{title}{words}",
                legendgroup=f"{title}{words}",
                showlegend=field == "accuracy",
                mode="lines+markers" if len(mine) < 30 else "lines",
                line={**look, "dash": "solid" if held_out else "dot"},
                marker={"size": 5, "color": colour},
                opacity=faint,
                hovertemplate=f"{title}{words}, epoch %{{x}}: <b>{shape}</b><extra></extra>",
            )


def _alt(begun: Sequence[Run], shown: Run) -> str:
    if not begun:
        return "Loss and accuracy by epoch; nothing is measured yet."
    last = shown.history.snapshots[-1] if shown.history.snapshots else None
    rest = f" {len(begun)} trainings are drawn." if len(begun) > 1 else ""
    if last is None:
        return f"Loss and accuracy by epoch.{rest}"
    return (
        f"Loss and accuracy by epoch, up to epoch {last.epoch}: "
        f"{written_share(last.val_accuracy)} of the pictures held out are right, their loss is "
        f"{written(last.val_loss)}.{rest}"
    )


def layer_sizes(run: Run, snapshot: Snapshot) -> None:
    """Draw how long each layer's gradient and update are, as a share of its weights."""
    layers = list(run.history.layers)
    colours = charts.series(2)
    chart = charts.figure(height=max(180, 60 + 30 * len(layers)))
    weights = np.maximum(snapshot.sizes[:, 0], 1e-12)
    for place, (column, name) in enumerate(((1, "gradient"), (2, "update"))):
        share = snapshot.sizes[: len(layers), column] / weights[: len(layers)]
        chart.add_bar(
            y=layers,
            x=[value if np.isfinite(value) and value > 0 else None for value in share],
            name=f"{name} / weights",
            orientation="h",
            marker={"color": colours[place], "pattern": {"shape": "" if place else "/"}},
            hovertemplate=f"%{{y}}, {name}: <b>%{{x:.2e}}</b> of the weights<extra></extra>",
        )
    chart.update_xaxes(type="log", title="length, as a share of the weights' length")
    chart.update_yaxes(autorange="reversed")
    chart.update_layout(barmode="group", bargap=0.3, uirevision="sizes")
    charts.show(
        chart,
        key="train_sizes",
        alt="Length of gradient and update of each layer, as a share of its weights: "
        + "; ".join(
            f"{name} {written(float(size[1] / weight))} and {written(float(size[2] / weight))}"
            for name, size, weight in zip(layers, snapshot.sizes, weights, strict=False)
        ),
        file="layers",
    )
