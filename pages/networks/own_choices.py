"""What an uploaded file leaves open: the pixels' scale, the classes' names, the input's size."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from cnnviz.images.preprocessing import PREPROCESSINGS
from cnnviz.limits import LIMITS
from cnnviz.networks import NetworkError
from cnnviz.networks.labels import parse_labels
from cnnviz.networks.variations import compare_preprocessings
from pages.ui.markdown import plain
from pages.ui.own_network import CHOICES, HELD, OwnModel, answering
from pages.ui.picture import Picture

_ROW = 28  # pixels
_WANTED_SIDE = "own_model_wanted_side"
_PIXELS, _SIDE, _LABELS, _LABEL_FILE, _LABEL_COMPLAINT = CHOICES


def choices(picture: Picture) -> OwnModel:
    """Draw the choices, and return the network in hand with what was chosen."""
    own = answering(st.session_state[HELD])
    own = st.session_state[HELD] = _preprocessing(own, picture)
    _labels(own)
    _input_side(own)
    return own


def wanted_side() -> int | None:
    """Give the input's side if another one has just been asked for."""
    side: int | None = st.session_state.pop(_WANTED_SIDE, None)
    return side


def complain(key: str) -> None:
    """Show the complaint under this key of the session, if there is one."""
    if complaint := st.session_state.get(key):
        st.error(plain(complaint), icon=":material/error:")


def _preprocessing(own: OwnModel, picture: Picture) -> OwnModel:
    # A widget that was not drawn for a while forgets; the network does not.
    st.session_state.setdefault(_PIXELS, own.pixels)
    pixels = st.selectbox(
        "Pixels are scaled",
        list(PREPROCESSINGS),
        format_func=lambda key: PREPROCESSINGS[key].name,
        key=_PIXELS,
        help="As they were in training: a file does not say how, and a wrong scale is the most "
        "common mistake. The network still answers then, only badly.",
    )
    st.caption(PREPROCESSINGS[pixels].explanation)
    own = replace(own, pixels=pixels)
    if own.network.has_classes:
        check = st.popover(
            "Which scale is right?",
            icon=":material/fact_check:",
            key="own_model_check",
            on_change="rerun",
            width="stretch",
        )
        if check.open:
            with check:
                _compare(own, picture)
    return own


def _compare(own: OwnModel, picture: Picture) -> None:
    """Show the best class under each scale, for the picture in hand."""
    try:
        answers = compare_preprocessings(own.network, picture.image)
    except ValueError:
        st.markdown("Under one of them its answer is NaN or infinite, so they do not compare.")
        return
    st.dataframe(
        pd.DataFrame(
            {
                "Pixels": [PREPROCESSINGS[key].name for key in answers],
                "Answer": [answer.label for answer in answers.values()],
                "Probability": [answer.probability for answer in answers.values()],
            }
        ),
        hide_index=True,
        # It opens where there may be little room: the rows come first, close together.
        row_height=_ROW,
        column_config={
            "Probability": st.column_config.ProgressColumn(
                min_value=0.0, max_value=1.0, format="percent"
            )
        },
    )
    st.markdown(
        f"Its answer for *{plain(picture.title)}*. Use a picture whose class you know: the right "
        "scale mostly gives that class with the highest probability."
    )


def _labels(own: OwnModel) -> None:
    """Offer to name the classes, by pasting or from a file."""
    network = own.network
    if not network.has_classes:
        return
    given = own.labels.get(network.answer_layer)
    named = "Name its classes" if given is None else f"{len(given):,} names"
    with st.popover(named, icon=":material/label:", width="stretch"):
        st.text_area(
            f"A name for each of its {network.class_count:,} classes",
            key=_LABELS,
            on_change=_take_labels,
            args=(_LABELS,),
            height=160,
            placeholder="cat\ndog",
            help="One per line, separated by commas, or a list or dictionary as Python and JSON "
            "write them.",
        )
        st.file_uploader(
            "Or a file of them",
            type=["txt", "csv", "json"],
            key=_LABEL_FILE,
            on_change=_take_labels,
            args=(_LABEL_FILE,),
            max_upload_size=1,
        )
    complain(_LABEL_COMPLAINT)


def _take_labels(key: str) -> None:
    """Take over the names that were given; none where they were taken away."""
    own: OwnModel | None = st.session_state.get(HELD)
    given = st.session_state[key]
    given = given.getvalue() if hasattr(given, "getvalue") else given
    st.session_state.pop(_LABEL_COMPLAINT, None)
    if own is None:
        return
    try:
        network = own.network
        labels = parse_labels(given, network.class_count) if given else ()
    except NetworkError as error:
        st.session_state[_LABEL_COMPLAINT] = str(error)
        return
    named = {**own.labels, network.answer_layer: tuple(labels)}
    if not labels:
        del named[network.answer_layer]
    st.session_state[HELD] = replace(own, labels=named)


def _input_side(own: OwnModel) -> None:
    """Offer the input's size where the file leaves it open."""
    if own.upload.any_size:
        st.session_state.setdefault(_SIDE, max(own.upload.network.input_shape[:2]))
        st.number_input(
            "Side of its input, in pixels",
            1,
            LIMITS.model_input_side,
            step=32,
            key=_SIDE,
            on_change=_want_side,
        )


def _want_side() -> None:
    st.session_state[_WANTED_SIDE] = st.session_state[_SIDE]
