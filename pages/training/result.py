"""What came of a training: open it on the other pages, take it along."""

from __future__ import annotations

import hashlib

import streamlit as st

from cnnviz.networks.code import network_file
from cnnviz.networks.keras_files.upload import Upload
from cnnviz.networks.network import Network
from cnnviz.networks.training.card import model_card
from cnnviz.networks.training.code import curves_file, data_file, training_code
from cnnviz.networks.training.fitting import takes_levels
from cnnviz.networks.training.plan import Plan
from cnnviz.networks.training.run import Run
from cnnviz.server.sandbox import Usage
from pages.ui.own_network import HELD, OWN_NETWORK, OwnModel, hold
from pages.ui.picture import picture_address
from pages.ui.takeaway import Download, take_it_with_you

_OPENED = "train_opened"
_WHERE = (
    ("pages/08_network.py", "Network", ":material/hub:", "network"),
    ("pages/10_why.py", "Why", ":material/question_mark:", "why_network"),
    ("pages/09_search.py", "Search", ":material/image_search:", "search_network"),
    (
        "pages/11_feature_visualisation.py",
        "Feature visualisation",
        ":material/blur_on:",
        "feature_network",
    ),
    ("pages/12_robustness.py", "Robustness", ":material/tune:", "steady_network"),
)


def trained_network(run: Run) -> Network:
    """Give what was trained as a network with labels, as the other pages take it.

    Raises
    ------
    ValueError : it has not ended with weights.
    """
    return Network.from_model(
        run.model(),
        labels=run.plan.data.class_names,
        preprocessing=_pixels(run),
        name=_file_stem(run),
        title=f"{run.plan.label} on {run.plan.data.title}",
    )


def open_elsewhere(run: Run) -> None:
    """Draw what opens the trained network on the other pages."""
    if not run.has_weights:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="train_elsewhere"):
        if st.session_state.get(_OPENED) is not run or HELD not in st.session_state:
            st.button(
                "Open it on the other pages",
                key="train_open",
                icon=":material/hub:",
                on_click=_open,
                args=(run,),
                help="As your own model: it takes the place of one that you have uploaded.",
            )
            return
        st.markdown("**Your own model now.** Look at it in")
        for path, title, icon, entry in _WHERE:
            address = {entry: OWN_NETWORK, **picture_address()}
            st.page_link(path, label=title, icon=icon, query_params=address)


def take_away(plan: Plan, run: Run | None) -> None:
    """Draw the downloads, and the program that gives the same training."""
    downloads = []
    if run is not None:
        plan = run.plan
        if run.has_weights:
            stem = _file_stem(run)
            downloads = [
                Download(
                    "Network as .keras", f"{stem}.keras", lambda: network_file(trained_network(run))
                ),
                Download(
                    "Labels as text",
                    "labels.txt",
                    lambda: ("\n".join(plan.data.class_names) + "\n").encode(),
                ),
                Download("Model card", f"{stem}.md", lambda: model_card(run).encode()),
            ]
        if run.history.snapshots:
            downloads.append(
                Download("Curves as CSV", "curves.csv", lambda: curves_file(run.history.snapshots))
            )
    downloads.append(Download("Pictures as NPZ", "data.npz", lambda: data_file(plan)))
    take_it_with_you(downloads, training_code(plan))


def _open(run: Run) -> None:
    network = trained_network(run)
    data = network_file(network)
    upload = Upload(network, (), Usage(0.0, 0.0, 0))
    digest = hashlib.sha256(data).hexdigest()
    labels = tuple(run.plan.data.class_names)
    name = f"{_file_stem(run)}.keras"
    hold(OwnModel(name, data, digest, upload, _pixels(run), {network.answer_layer: labels}))
    st.session_state[_OPENED] = run


def _pixels(run: Run) -> str:
    return "zero_to_255" if takes_levels(run.plan.stack) else "zero_to_one"


def _file_stem(run: Run) -> str:
    title = f"{run.plan.label} {run.plan.data.title}".lower()
    return "_".join("".join(sign if sign.isalnum() else " " for sign in title).split())
