"""The user's own network: uploaded, read as data, kept in this session and nowhere else."""

import hashlib
import math
import re
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import streamlit as st

from cnnviz.labels import parse_labels
from cnnviz.limits import LIMITS
from cnnviz.model_files import Upload, read_upload
from cnnviz.networks import Network, NetworkError, random_twin
from cnnviz.preprocessing import PREPROCESSINGS, compare_preprocessings
from pages.network.scene import Scene
from pages.ui.picture import Picture

_HELD = "own_model"
_SEEN = "own_model_seen"
_COMPLAINT = "own_model_complaint"
_PIXELS = "own_model_pixels"
_SIDE = "own_model_side"
_WANTED_SIDE = "own_model_wanted_side"
_LABELS = "own_model_labels"
_LABEL_FILE = "own_model_label_file"
_LABEL_COMPLAINT = "own_model_label_complaint"

_RULES = (
    f"A `.keras` file of up to {LIMITS.model_megabytes:g} MiB, {LIMITS.model_layers} layers and "
    f"{LIMITS.model_parameters:g} million weights, for pictures of up to "
    f'{LIMITS.model_input_side} pixels a side, as `model.save("model.keras")` writes it. It is '
    "read as data, never run as code, and stays in your session. Too large? Without its "
    "optimizer, `keras.Model(model.inputs, model.outputs).save(...)`, it takes a third."
)


@dataclass(frozen=True)
class _OwnModel:
    """An uploaded network with the choices that its file leaves open."""

    file_name: str
    data: bytes
    digest: str
    upload: Upload
    pixels: str
    labels: tuple[str, ...] | None = None

    @property
    def identity(self) -> str:
        side = self.upload.network.input_shape[:2]
        return f"own {self.digest} {side} {self.pixels}"

    @property
    def network(self) -> Network:
        network = self.upload.network.with_preprocessing(self.pixels)
        return network if self.labels is None else network.with_labels(self.labels)


def own_scene(picture: Picture) -> Scene | None:
    """Draw the upload and what goes with it; None as long as there is no network."""
    file = st.file_uploader(
        "A Keras model",
        key="own_model_file",
        help=_RULES,
        max_upload_size=max(1, math.ceil(LIMITS.model_megabytes)),
    )
    if file is not None and file.file_id != st.session_state.get(_SEEN):
        st.session_state[_SEEN] = file.file_id
        _read(file.name, file.getvalue())
    own: _OwnModel | None = st.session_state.get(_HELD)
    if own is not None and (side := st.session_state.pop(_WANTED_SIDE, None)):
        _read(own.file_name, own.data, side)
        own = st.session_state[_HELD]
    _complain(_COMPLAINT)
    if own is None:
        st.caption(_RULES)
        return None
    _describe(own)
    own = _preprocessing(own, picture)
    st.session_state[_HELD] = own
    _labels(own)
    _input_side(own)
    st.button(
        "Forget this model", icon=":material/delete:", key="own_model_forget", on_click=_forget
    )
    network, identity = own.network, own.identity
    if st.toggle(
        "Untrained twin",
        key="untrained",
        bind="query-params",
        help="The same layers with random weights: whatever differs, training has made.",
    ):
        with st.spinner("Drawing its weights", show_time=False):
            network, identity = random_twin(network), f"{identity} untrained"
    return _readable(Scene(network, picture, identity, own=True))


def _readable(scene: Scene) -> Scene:
    """Leave the classes out where the answer to this picture is no number."""
    network, maps = scene.network, scene.maps
    if np.isfinite(maps[network.answer_layer]).all():
        return scene
    first = next(name for name, values in maps.items() if not np.isfinite(values).all())
    st.warning(
        f"Its answer to this picture is NaN or infinite, from {_plain(first)} on.",
        icon=":material/warning:",
    )
    return replace(scene, network=network.without_classes())


def _read(file_name: str, data: bytes, side: int | None = None) -> None:
    """Read a file and hold its network; a refusal is told and leaves what was there."""
    st.session_state.pop(_COMPLAINT, None)
    try:
        with st.spinner("Reading it in a process of its own", show_time=True):
            upload = read_upload(data, file_name=file_name, input_side=side)
    except NetworkError as error:
        st.session_state[_COMPLAINT] = str(error)
        return
    digest = hashlib.sha256(data).hexdigest()
    before: _OwnModel | None = st.session_state.get(_HELD)
    if before is not None and before.digest == digest:
        # The same network at another size: the other choices stay.
        st.session_state[_HELD] = replace(before, upload=upload)
        return
    own = upload.network.preprocessing
    pixels = next(key for key, one in PREPROCESSINGS.items() if one is own)
    st.session_state[_HELD] = _OwnModel(file_name, data, digest, upload, pixels)
    for key in (_PIXELS, _SIDE, _LABELS, _LABEL_FILE, _LABEL_COMPLAINT):
        st.session_state.pop(key, None)


def _forget() -> None:
    for key in (_HELD, _COMPLAINT, "network_own_maps", "network_own_wall"):
        st.session_state.pop(key, None)


def _complain(key: str) -> None:
    if complaint := st.session_state.get(key):
        st.error(_plain(complaint), icon=":material/error:")


def _describe(own: _OwnModel) -> None:
    network = own.upload.network
    rows, columns, channels = network.input_shape
    st.caption(
        f"**{_plain(own.file_name)}**: {len(network.layers) - 1} layers, "
        f"{network.parameters:,} weights, input {rows} \u00d7 {columns} \u00d7 {channels}."
    )
    notes = own.upload.notes
    if notes:
        words = "1 note on it" if len(notes) == 1 else f"{len(notes)} notes on it"
        with st.expander(words, icon=":material/info:", expanded=len(notes) == 1):
            for note in notes:
                st.markdown(_plain(note))


# ---- the choices -----------------------------------------------------------------------------


def _preprocessing(own: _OwnModel, picture: Picture) -> _OwnModel:
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
    if own.upload.network.has_classes:
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


def _compare(own: _OwnModel, picture: Picture) -> None:
    """Show the best class under each scale, for the picture in hand."""
    try:
        answers = compare_preprocessings(own.network, picture.image)
    except ValueError:
        st.markdown("Under one of them its answer is NaN or infinite, so they do not compare.")
        return
    st.markdown(
        f"What it says to *{_plain(picture.title)}*. Choose a picture whose class you know: the "
        "right scale names it, and is the surest of it."
    )
    st.dataframe(
        pd.DataFrame(
            {
                "Pixels": [PREPROCESSINGS[key].name for key in answers],
                "Answer": [answer.label for answer in answers.values()],
                "Probability": [answer.probability for answer in answers.values()],
            }
        ),
        hide_index=True,
        column_config={
            "Probability": st.column_config.ProgressColumn(
                min_value=0.0, max_value=1.0, format="percent"
            )
        },
    )


def _labels(own: _OwnModel) -> None:
    """Offer to name the classes, by pasting or from a file."""
    network = own.upload.network
    if not network.has_classes:
        return
    named = "Name its classes" if own.labels is None else f"{len(own.labels):,} names"
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
    _complain(_LABEL_COMPLAINT)


def _take_labels(key: str) -> None:
    """Take over the names that were given; none where they were taken away."""
    own: _OwnModel | None = st.session_state.get(_HELD)
    given = st.session_state[key]
    given = given.getvalue() if hasattr(given, "getvalue") else given
    st.session_state.pop(_LABEL_COMPLAINT, None)
    if own is None:
        return
    try:
        labels = parse_labels(given, own.upload.network.class_count) if given else None
    except NetworkError as error:
        st.session_state[_LABEL_COMPLAINT] = str(error)
        return
    st.session_state[_HELD] = replace(own, labels=labels)


def _input_side(own: _OwnModel) -> None:
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


def _plain(text: str) -> str:
    r"""Keep Markdown out of what a file says.

    >>> print(_plain('named "![x](y)"'))
    named "\!\[x\]\(y\)"
    """
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|~<>$:])", r"\\\1", text)
