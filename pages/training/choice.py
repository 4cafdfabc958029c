"""Choose what is trained, on what and how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cnnviz.networks.building import PRESETS
from cnnviz.networks.training.data import DATA, DataSet
from cnnviz.networks.training.plan import Plan, planned
from cnnviz.networks.training.settings import OPTIMISERS, Settings
from pages.training.state import (
    ALL,
    AUGMENTATION,
    BATCH,
    DATA_SET,
    DECAY,
    EPOCHS,
    EXAMPLES,
    OPTIMISER,
    OWN_DESIGN,
    PRESET,
    RATE,
    SCHEDULE,
    SEED,
    STACK,
    TRAIN,
    WATCHED,
)


def plan_of(values: Mapping[str, Any], data: DataSet, label: str = "") -> Plan:
    """Give what is trained where the table holds these values.

    label : what it is called; the network's name without.

    Raises
    ------
    ValueError : see `planned`.
    """
    own, name = values[STACK.name], values[PRESET.name]
    preset = PRESETS.get(name, PRESETS[PRESET.default])
    title = PRESET.label(OWN_DESIGN) if own is not None else preset.label
    settings = Settings(
        optimiser=values[OPTIMISER.name],
        rate=values[RATE.name],
        schedule=values[SCHEDULE.name],
        batch=values[BATCH.name],
        epochs=values[EPOCHS.name],
        examples=values[EXAMPLES.name] or DATA[values[DATA_SET.name]].examples,
        augmentation=values[AUGMENTATION.name],
        decay=values[DECAY.name],
        seed=values[SEED.name],
    )
    return planned(
        preset.stack if own is None else own,
        data,
        settings,
        watched_class=min(values[WATCHED.name], len(data.class_names) - 1),
        label=label or title,
    )


def choose_data_and_network() -> None:
    """Draw the choice of data and network."""
    TRAIN.control(
        st.selectbox,
        DATA_SET,
        "Pictures",
        help=" ".join(f"**{source.title}**: {source.source}" for source in DATA.values()),
    )
    own = TRAIN[STACK] is not None
    names = [*PRESETS, *([OWN_DESIGN] if own else [])]
    if own and TRAIN[PRESET] != OWN_DESIGN:  # the address named a design
        TRAIN.write({PRESET.name: OWN_DESIGN})
    TRAIN.control(
        st.selectbox,
        PRESET,
        "Network",
        options=names,
        otherwise=PRESET.default,
        on_change=_take_preset,
        help="It is made to fit the pictures: its input, and one unit for each class at its end.",
    )
    if own:
        st.caption("The design that the address names.")


def choose_settings() -> None:
    """Draw how it is trained."""
    TRAIN.control(
        st.selectbox, OPTIMISER, "Optimiser", on_change=_take_optimiser, help="Who takes the steps."
    )
    TRAIN.control(
        st.select_slider, RATE, "Learning rate", help="How far each step goes at the beginning."
    )
    TRAIN.control(st.slider, EPOCHS, "Epochs", help="How often every picture is seen.")
    with st.expander("More settings", icon=":material/tune:", key="train_more"):
        TRAIN.control(
            st.segmented_control,
            SCHEDULE,
            "Schedule of the learning rate",
            required=True,
            help="Constant; towards 0 along half a cosine; or a fifth of it after each third.",
        )
        TRAIN.control(
            st.select_slider, BATCH, "Batch size", help="Pictures that one step looks at."
        )
        TRAIN.control(
            st.select_slider,
            EXAMPLES,
            "Pictures to learn from",
            options=[
                count
                for count in EXAMPLES.options
                if count == ALL or count < DATA[TRAIN[DATA_SET]].examples
            ],
            otherwise=ALL,
            help="The first of them; those held out are always the same.",
        )
        TRAIN.control(
            st.selectbox,
            AUGMENTATION,
            "Augmentation",
            help="Layers in front of the network that change each picture anew while it learns.",
        )
        TRAIN.control(
            st.select_slider,
            DECAY,
            "Weight decay",
            help="Each step also takes this share, times the learning rate, off every weight.",
        )
        TRAIN.control(
            st.number_input,
            SEED,
            "Seed",
            step=1,
            help="Draws the first weights and the order of the pictures: the same, the same run.",
        )
        _choose_watched()


def _choose_watched() -> None:
    names = DATA[TRAIN[DATA_SET]].class_names
    TRAIN.control(
        st.selectbox,
        WATCHED,
        "Watched picture",
        options=range(len(names)),
        format_func=names.__getitem__,
        help="The first picture held out of this class: its maps are shown from the next Start on.",
    )


def _take_preset() -> None:
    if TRAIN[PRESET] != OWN_DESIGN:
        TRAIN.write({STACK.name: None})


def _take_optimiser() -> None:
    TRAIN.write({RATE.name: OPTIMISERS[TRAIN[OPTIMISER]].rate})
