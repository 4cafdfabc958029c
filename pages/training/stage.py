"""The page "Train it": its stage, and what stands around it."""

from __future__ import annotations

import streamlit as st

from cnnviz.networks.training.data import DATA, DataSet, open_data
from cnnviz.networks.training.plan import Plan, changes_sentence
from pages.training import live, runs, story
from pages.training.choice import choose_data_and_network, choose_settings, plan_in_hand
from pages.training.result import open_elsewhere, take_away
from pages.training.state import DATA_SET, TRAIN
from pages.ui.markdown import plain
from pages.ui.picture import Picture
from pages.ui.stage import seen_first, stage_and_controls, why_it_matters


@st.fragment
def train_it(picture: Picture) -> None:
    """Draw all that depends on the controls."""
    del picture  # what is learnt from is chosen here
    TRAIN.follow()
    stage, controls = stage_and_controls()
    with controls:
        choose_data_and_network()
        choose_settings()
    with seen_first(stage):
        data = _data()
        plan = None if data is None else _plan(data)
        live.buttons(plan)
        if runs.current() is None and plan is not None:
            st.markdown(story.plan_sentence(plan))
        live.show()
    if plan is not None:
        st.caption(changes_sentence(plan))
    run = runs.current()
    if run is not None and run.history.snapshots and not run.is_alive:
        st.markdown(f"{story.result_sentence(run)} {story.gap_sentence(run)}")
        open_elsewhere(run)
    live.show_inside()
    why_it_matters(
        "Nobody writes a network's weights. They are found step by step: the gradient of the loss "
        "over one batch says how each weight should move, and the optimiser moves it. Whether "
        "something was learnt that holds for other pictures too, only pictures that were held out "
        "can tell."
    )
    if plan is not None:
        take_away(plan, run)
    TRAIN.name_what_waits()


def _data() -> DataSet | None:
    name = TRAIN[DATA_SET]
    with st.spinner(f"Opening {DATA[name].title}", show_time=False):
        return open_data(name)


def _plan(data: DataSet) -> Plan | None:
    try:
        return plan_in_hand(data)
    except ValueError as rule:
        st.warning(plain(str(rule)), icon=":material/block:")
        return None
