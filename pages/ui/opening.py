"""A network that was made here, opened on the other pages like one that was uploaded."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import streamlit as st

from cnnviz.networks import Network, NetworkError
from cnnviz.networks.code import network_file
from cnnviz.networks.keras_files.upload import Upload
from cnnviz.server.sandbox import Usage
from pages.ui.markdown import plain
from pages.ui.own_network import OWN_NETWORK, OwnModel, hold, pixels_of
from pages.ui.picture import picture_address

_PAGES = {
    "Network": ("pages/08_network.py", "network", ":material/hub:"),
    "Search": ("pages/09_search.py", "search_network", ":material/image_search:"),
    "Why": ("pages/10_why.py", "why_network", ":material/question_mark:"),
    "Feature visualisation": (
        "pages/11_feature_visualisation.py",
        "feature_network",
        ":material/blur_on:",
    ),
    "Robustness": ("pages/12_robustness.py", "steady_network", ":material/tune:"),
    "Augmentation": (
        "pages/15_augmentation.py",
        "augment_network",
        ":material/auto_awesome_motion:",
    ),
}

_HELP = "As your own model: it takes the place of one that you have uploaded."


def as_own(
    network: Network, file_name: str, *, notes: Sequence[str] = (), is_named: bool = True
) -> OwnModel:
    """Give a network as those pages take it.

    Parameters
    ----------
    notes : sentences about it, as of an upload.
    is_named : whether its labels are more than numbers.
    """
    data = network_file(network)
    labels = {network.answer_layer: tuple(network.labels)} if is_named else {}
    digest = hashlib.sha256(data).hexdigest()
    upload = Upload(network, tuple(notes), Usage(0.0, 0.0, 0))
    return OwnModel(file_name, data, digest, upload, pixels_of(network), labels)


def open_elsewhere(make: Callable[[], OwnModel], key: str) -> None:
    """Draw the buttons that open a network on other pages.

    make : builds it, once a button is pressed.
    key : names the buttons, together with their page.
    """
    st.markdown("**Open it in**")
    with st.container(horizontal=True):
        for title, (_, name, icon) in _PAGES.items():
            if st.button(title, icon=icon, key=f"{key}_open_{name}", help=_HELP):
                open_on(title, make)


def open_on(title: str, make: Callable[[], OwnModel], **more: str) -> None:
    """Build a network and go to one of those pages with it; say so where no page can take it.

    more : what else the address of that page names.
    """
    path, name, _ = _PAGES[title]
    try:
        with st.spinner("Building it", show_time=False):
            hold(make())
    except NetworkError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    st.switch_page(path, query_params={name: OWN_NETWORK} | more | picture_address())
