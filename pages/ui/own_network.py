"""The uploaded network of this session, which every page about networks may use."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.images.preprocessing import PREPROCESSINGS
from cnnviz.networks import NETWORKS, Network, open_network
from cnnviz.networks.keras_files.upload import Upload
from cnnviz.server.jobs import Job
from pages.ui.entries import Choice, Entry, Toggle, read_name
from pages.ui.markdown import plain
from pages.ui.picture import Picture
from pages.ui.queue import made
from pages.ui.state import Table

OWN_NETWORK = "Your own model"
HELD = "own_model"
"""The session's key of the uploaded network; nothing of it is kept anywhere else."""


CHOICES = (
    *("own_model_pixels", "own_model_side", "own_model_labels"),
    *("own_model_label_file", "own_model_label_complaint"),
)
"""The session's keys of what was chosen for that network on the page Network."""
_ANSWERED = "own_model_answered"
"""The session's key of the file whose output and mask are chosen."""

OUTPUT = Entry("output", "", read_name, str)
"""Which of its outputs answers."""
MASK = Toggle("as_mask")
"""Whether three maps are a mask."""
ANSWER = Table("own_answer", OUTPUT, MASK)
"""The same on every page that asks the network for its answer."""


@dataclass(frozen=True)
class OwnModel:
    """An uploaded network with the choices that its file leaves open.

    file_name, data, digest : the file.
    upload : what was read from it.
    pixels : the key of its preprocessing.
    labels : by output, the names of its classes; numbers where there are none.
    output : the output that is read as its answer; "" for the first that is a vector.
    mask : whether an answer of three maps is read as a class in each cell.
    """

    file_name: str
    data: bytes
    digest: str
    upload: Upload
    pixels: str
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    output: str = ""
    mask: bool = False

    @property
    def identity(self) -> str:
        """What changes whenever the network's numbers may."""
        whole = f"own {self.digest} {self.upload.network.input_shape[:2]} {self.pixels}"
        answer = self.network.answer
        return f"{whole} {answer.layer} {answer.is_mask}"

    @property
    def network(self) -> Network:
        """The network as the choices have it."""
        network = self.upload.network.with_preprocessing(self.pixels)
        if self.output or self.mask:
            network = network.answering(
                self.output or network.answer_layer, mask=True if self.mask else None
            )
        labels = self.labels.get(network.answer_layer, ())
        return network.with_labels(labels) if len(labels) == network.class_count else network


def hold(own: OwnModel) -> None:
    """Take another network in hand; what was chosen for the one before is forgotten."""
    for key in CHOICES:
        st.session_state.pop(key, None)
    st.session_state[HELD] = own


def pixels_of(network: Network) -> str:
    """Give the key of a network's preprocessing."""
    scale = network.preprocessing
    return next(key for key, one in PREPROCESSINGS.items() if one is scale)


def answering(own: OwnModel) -> OwnModel:
    """Draw the choice among several outputs, and how three maps are read; hold what is chosen."""
    ANSWER.follow()
    if st.session_state.get(_ANSWERED, own.digest) != own.digest:
        ANSWER.write({OUTPUT.name: "", MASK.name: False})
    st.session_state[_ANSWERED] = own.digest
    network, output, mask = own.upload.network, "", False
    if len(network.outputs) > 1:
        output = ANSWER.control(
            st.selectbox,
            OUTPUT,
            "Its answer",
            options=network.outputs,
            otherwise=network.answer_layer,
            format_func=lambda name: _said(network, name),
            on_change=_forget_names,
            help="The output that is read as its answer, on this and on the other pages.",
        )
        network = network.answering(output)
    if network.answer.may_be_mask and not network.answer.is_mask:
        mask = ANSWER.control(
            st.toggle,
            MASK,
            "Its three maps are classes",
            help="Three maps at the end may be the colours of a picture, or the scores of three "
            "classes in each cell: a file does not say which.",
        )
    own = st.session_state[HELD] = replace(own, output=output, mask=mask)
    return own


def _forget_names() -> None:
    """Empty the fields for names: what they hold was said of another output, which keeps it."""
    for key in CHOICES[2:]:
        st.session_state.pop(key, None)


def _said(network: Network, name: str) -> str:
    if name not in network.outputs:
        return name
    answer = network.answering(name).answer
    shape = " \u00d7 ".join(map(str, answer.shape))
    kind = "mask" if answer.is_mask else "vector" if answer.is_vector else "picture"
    return f"{name}, {kind} of {shape}"


def network_entry(name: str) -> Choice[str]:
    """Declare the choice of a network by its title; one's own is among them."""
    titles = [entry.title for entry in NETWORKS.values()]
    return Choice(name, [*titles, OWN_NETWORK], NETWORKS["efficientnet_lite0"].title)


def network_title(table: Table, entry: Choice[str]) -> tuple[str, OwnModel | None]:
    """Draw the choice of a network; give its title, and one's own if there is one."""
    own: OwnModel | None = st.session_state.get(HELD)
    title = table.control(
        st.selectbox,
        entry,
        "Network",
        options=[*(one.title for one in NETWORKS.values()), *([OWN_NETWORK] if own else [])],
        otherwise=entry.default,
        help="Your own model is here too, once you have opened it on the page Network.",
    )
    return title, own


def name_of(title: str) -> str:
    """Find a network's key in `NETWORKS` by its title."""
    return next(name for name, entry in NETWORKS.items() if entry.title == title)


def opened_network(
    table: Table, entry: Choice[str], *, answers: bool = True
) -> tuple[Network, str, bool] | None:
    """Draw the choice of a network; give it, its key for caches and whether it is one's own.

    None while it is being downloaded, which is drawn.

    answers : whether what is shown depends on its answer: then one of several outputs is chosen.
    """
    title, own = network_title(table, entry)
    if title == OWN_NETWORK and own is not None:
        own = answering(own) if answers else own
        return own.network, own.identity, True
    name = name_of(title)
    if NETWORKS[name].is_here:
        with st.spinner(f"Opening {title}", show_time=False):
            return open_network(name), name, False
    network = made(f"download {name}", f"{title} is downloaded", lambda job: _downloaded(job, name))
    return None if network is None else (network, name, False)


def answered(network: Network, picture: Picture, lacking: str) -> NDArray[np.float32] | None:
    """Give a network's probabilities for a picture; None, with a sentence, where it has none.

    What stands for a mask is said.

    lacking : what is said to a network without classes.
    """
    if not network.has_classes:
        title = plain(network.title)
        st.info(f"{lacking} {title} gives none.", icon=":material/info:")
        return None
    say_how_it_answers(network)
    probabilities = network.probabilities(picture.image)
    if not np.isfinite(probabilities).all():
        st.warning("Its answer to this picture is NaN or infinite.", icon=":material/warning:")
        return None
    return probabilities


def say_how_it_answers(network: Network) -> None:
    """Say what stands for a mask."""
    if network.has_mask:
        st.caption(
            "Its answer is a mask: a class's probability and its logit are the means over all "
            f"{math.prod(network.answer.shape[:2]):,} cells. That is a convention."
        )


def _downloaded(job: Job, name: str) -> Network:
    def progress(received: int, expected: int) -> None:
        part = received / expected if expected else 0.0
        job.report(min(part, 1.0), f"{received / 1e6:.0f} MB received")

    return open_network(name, progress=progress)
