"""The page Augmentation: samples of one picture, what is said to each, and the mean of that."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from cnnviz.networks.augmentation import running_mean
from cnnviz.networks.augmentation.formulas import mean_formula
from cnnviz.notation import legend, written_share
from pages.augmentation import runs, story, wall
from pages.augmentation.choice import chosen_scene
from pages.augmentation.experiments import EXPERIMENTS, FREE, KEEP, Seen
from pages.augmentation.scene import Drawn, Scene
from pages.augmentation.state import AUGMENT
from pages.augmentation.takeaway import finish
from pages.ui import charts
from pages.ui.experiments import TryThis
from pages.ui.headings import header
from pages.ui.markdown import table
from pages.ui.picture import Picture
from pages.ui.stage import seen_first, stage_and_controls

_HEADINGS = ("Class", "Itself", "Mean", "Least", "Most")


@st.fragment  # a control runs this again, not the menu and the picker beside it
def augmentation(picture: Picture) -> None:
    """Draw it."""
    AUGMENT.follow()
    tries = TryThis(AUGMENT, EXPERIMENTS, keep=KEEP, free=FREE)
    stage, controls = stage_and_controls()
    with controls, st.container():
        scene = chosen_scene(picture)
    if scene is None:
        return
    with seen_first(stage):
        drawn = runs.drawn(scene)
        if drawn is None:
            return
        wall.show(scene, drawn)
        if not scene.layers:
            st.caption("Without a layer every sample is the picture itself.")
        st.markdown(story.sample_sentence(scene, drawn))
    tries.saw(Seen(scene, drawn))
    if drawn.answers is not None:
        _average(scene, drawn)
    finish(scene, drawn)
    AUGMENT.name_what_waits()


def _average(scene: Scene, drawn: Drawn) -> None:
    assert scene.probabilities is not None
    assert drawn.answers is not None
    header("Averaged at test time")
    st.markdown(story.mean_sentence(scene, drawn))
    _chart(scene, drawn)
    st.markdown(table(_HEADINGS, story.mean_rows(scene, drawn)))
    st.caption("The picture itself, and then the mean, the least and the most of its samples.")
    best = int(drawn.answers.mean(axis=0).argmax())
    formula = mean_formula(drawn.answers[:, best].tolist())
    st.latex(formula)
    st.caption(f"For {scene.label(best)}. {legend(formula)}")


def _chart(scene: Scene, drawn: Drawn) -> None:
    """Draw the mean over the first samples, as they grow in number, and each answer by itself."""
    assert scene.probabilities is not None
    assert drawn.answers is not None
    answers, means = drawn.answers, running_mean(drawn.answers)
    counts = np.arange(1, len(answers) + 1)
    classes = story.listed_classes(scene, drawn, count=2)[:3]
    chart = charts.figure(x="samples", y_range=(-0.03, 1.03), height=300)
    colours = charts.series(len(classes))
    for place, one in enumerate(classes):
        label = escape(scene.network.labels[one])
        look = charts.line_of(place, colours)
        chart.add_scatter(
            x=counts,
            y=means[:, one],
            mode="lines",
            name=f"{label}, mean so far",
            line=look,
            hovertemplate="mean of the first %{x}: <b>%{y:.1%}</b><extra></extra>",
        )
        if not place:
            chart.add_scatter(
                x=counts,
                y=answers[:, one],
                mode="markers",
                name=f"{label}, each sample",
                marker={"size": 6, "color": colours[0], "symbol": "circle-open"},
                hovertemplate="sample %{x}: <b>%{y:.1%}</b><extra></extra>",
            )
    chart.update_yaxes(title="probability", tickformat=".0%")
    first = classes[0]
    charts.show(
        chart,
        key="augment_means",
        alt=f"The mean probability of {scene.network.labels[first]} over the first samples: "
        f"{written_share(means[0, first])} of one, {written_share(means[-1, first])} of all "
        f"{len(answers)}. The table says the same of other classes.",
        file="mean",
    )
