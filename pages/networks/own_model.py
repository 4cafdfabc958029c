"""The user's own network: uploaded, read as data, kept in this session and nowhere else."""

import hashlib
import math
from dataclasses import replace

import numpy as np
import streamlit as st

from cnnviz.limits import LIMITS
from cnnviz.networks import NetworkError, random_twin
from cnnviz.networks.keras_files.upload import read_upload
from cnnviz.notation import shown_name
from pages.networks.own_choices import choices, complain, wanted_side
from pages.networks.scene import Scene
from pages.networks.state import PAGE, UNTRAINED
from pages.ui.markdown import plain
from pages.ui.own_network import HELD, OwnModel, hold, pixels_of
from pages.ui.picture import Picture

_SEEN = "own_model_seen"
_COMPLAINT = "own_model_complaint"

_RULES = (
    f"A `.keras` file of up to {LIMITS.model_megabytes:g} MiB, {LIMITS.model_layers:,} layers and "
    f"{LIMITS.model_parameters:g} million weights, for pictures of up to "
    f'{LIMITS.model_input_side} pixels a side, as `model.save("model.keras")` writes it. It is '
    "read as data, never run as code, and stays in your session. Too large? Without its "
    "optimizer, `keras.Model(model.inputs, model.outputs).save(...)`, it takes a third; and "
    "whoever runs cnnviz raises these limits: `CNNVIZ_MODEL_MEGABYTES`, `CNNVIZ_MODEL_LAYERS`, "
    "`CNNVIZ_MODEL_PARAMETERS`, `CNNVIZ_MODEL_INPUT_SIDE`."
)


def own_scene(picture: Picture, *, came_so: bool = False) -> Scene | None:
    """Draw the upload and what goes with it; None as long as there is no network.

    `came_so` says that the address asked for it when this session began: the network was somebody
    else's, or the server has been started again since.
    """
    file = st.file_uploader(
        "A Keras model",
        key="own_model_file",
        help=_RULES,
        max_upload_size=max(1, math.ceil(LIMITS.model_megabytes)),
    )
    if file is not None and file.file_id != st.session_state.get(_SEEN):
        st.session_state[_SEEN] = file.file_id
        _read(file.name, file.getvalue())
    own: OwnModel | None = st.session_state.get(HELD)
    if own is not None and (side := wanted_side()):
        _read(own.file_name, own.data, side)
        own = st.session_state[HELD]
    complain(_COMPLAINT)
    if own is None:
        if came_so and _COMPLAINT not in st.session_state:
            st.info(
                "This address names somebody's own network, which stays on the server only while "
                "its page is open. Upload it again to see the same.",
                icon=":material/cloud_off:",
            )
        st.caption(_RULES)
        return None
    _describe(own)
    own = choices(picture)
    st.button(
        "Forget this model", icon=":material/delete:", key="own_model_forget", on_click=_forget
    )
    network, identity = own.network, own.identity
    if PAGE.control(
        st.toggle,
        UNTRAINED,
        "Untrained twin",
        help="The same layers with random weights: any difference comes from training.",
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
        f"Its answer to this picture is NaN or infinite, from {plain(first)} on.",
        icon=":material/warning:",
    )
    return replace(scene, network=network.without_classes())


def _read(file_name: str, data: bytes, side: int | None = None) -> None:
    """Read a file and hold its network; a refusal is told and leaves what was there."""
    st.session_state.pop(_COMPLAINT, None)
    try:
        with st.spinner("Reading it in a separate process", show_time=True):
            upload = read_upload(data, file_name=file_name, input_side=side)
    except NetworkError as error:
        st.session_state[_COMPLAINT] = str(error)
        return
    before: OwnModel | None = st.session_state.get(HELD)
    if side is not None and before is not None:
        # The same network at another size: the other choices stay.
        st.session_state[HELD] = replace(before, upload=upload)
        return
    digest = hashlib.sha256(data).hexdigest()
    hold(OwnModel(file_name, data, digest, upload, pixels_of(upload.network)))


def _forget() -> None:
    for key in (HELD, _COMPLAINT, "network_own_maps", "network_own_wall", "network_mask"):
        st.session_state.pop(key, None)


def _describe(own: OwnModel) -> None:
    network = own.upload.network
    rows, columns, channels = network.input_shape
    st.caption(
        f"**{plain(shown_name(own.file_name))}**: {len(network.layers) - 1} layers, "
        f"{network.parameters:,} weights, input {rows} \u00d7 {columns} \u00d7 {channels}."
    )
    notes = own.upload.notes
    if notes:
        words = "1 note on it" if len(notes) == 1 else f"{len(notes)} notes on it"
        with st.expander(words, icon=":material/info:", expanded=len(notes) == 1):
            for note in notes:
                st.markdown(plain(note))
