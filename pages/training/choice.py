"""Choose what is trained, on what and how."""

from __future__ import annotations

import streamlit as st

from cnnviz.networks.building import PRESETS, Stack
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


def stack_in_hand() -> Stack:
    """Give the network that is chosen, before it is made to fit its data."""
    own = TRAIN[STACK]
    return PRESETS[_preset()].stack if own is None else own


def settings_in_hand() -> Settings:
    """Give the settings as the controls have them."""
    return Settings(
        optimiser=TRAIN[OPTIMISER],
        rate=TRAIN[RATE],
        schedule=TRAIN[SCHEDULE],
        batch=TRAIN[BATCH],
        epochs=TRAIN[EPOCHS],
        examples=TRAIN[EXAMPLES] or DATA[TRAIN[DATA_SET]].examples,
        augmentation=TRAIN[AUGMENTATION],
        decay=TRAIN[DECAY],
        seed=TRAIN[SEED],
    )


def network_title() -> str:
    """Name the network in hand."""
    return PRESET.label(OWN_DESIGN if TRAIN[STACK] is not None else _preset())


def plan_in_hand(data: DataSet) -> Plan:
    """Give what a press on Start trains.

    Raises
    ------
    ValueError : see `planned`.
    """
    label = network_title()
    return planned(
        stack_in_hand(),
        data,
        settings_in_hand(),
        watched_class=min(TRAIN[WATCHED], len(data.class_names) - 1),
        label=label,
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
    if own and TRAIN[PRESET] != OWN_DESIGN:
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
            help="Constant; down to 0 along half a cosine; or a fifth of it after each third.",
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


def _preset() -> str:
    return TRAIN[PRESET] if TRAIN[PRESET] in PRESETS else PRESET.default


def _take_preset() -> None:
    if TRAIN[PRESET] != OWN_DESIGN:
        TRAIN.write({STACK.name: None})


def _take_optimiser() -> None:
    TRAIN.write({RATE.name: OPTIMISERS[TRAIN[OPTIMISER]].rate})
