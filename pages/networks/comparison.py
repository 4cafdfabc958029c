"""Two networks, or two checkpoints of one, side by side on one picture: what differs most."""

from __future__ import annotations

import hashlib
import math
from html import escape

import numpy as np
import pandas as pd
import streamlit as st

from cnnviz.images import pictures as images
from cnnviz.limits import LIMITS
from cnnviz.networks import NETWORKS, Network, NetworkError, open_network, random_twin
from cnnviz.networks.comparison import Comparison, channel_differences, compare_networks
from cnnviz.networks.feature_maps.drawn import wall
from cnnviz.networks.keras_files.upload import read_upload
from cnnviz.notation import written
from cnnviz.server.jobs import Job
from pages.networks.answer import answer_bars
from pages.networks.layer import choose_layer
from pages.networks.scene import Maps, Scene
from pages.networks.state import OTHER_FILE, OTHER_NETWORK, PAGE, TOP, TWIN
from pages.ui import charts
from pages.ui.markdown import plain
from pages.ui.queue import made
from pages.ui.stage import page_background

_SECOND = "network_second"
_COMPLAINT = "network_second_complaint"
_MOST_MAPS = 12
_AT_ONCE = 40
"""Layers up to which a twin is built while one waits; that of EfficientNet takes seconds."""
_SAME = 1e-6
"""A difference below is what rounding leaves."""


def show(scene: Scene) -> None:
    """Draw it."""
    scene.settle()
    found = _other(scene)
    if found is None:
        if PAGE[OTHER_NETWORK] == TWIN:
            _alone(scene)
        return
    title, identity, other = found
    maps = _maps_of(scene, identity, other)
    compared = _compared(scene, identity, other, maps)
    st.markdown(_sentence(scene, title, compared))
    if compared.layers:
        _chart(compared)
        _table(scene, compared)
    _answers(scene, title, other, maps)
    _maps(scene, title, other, maps)


def second_in_hand(scene: Scene) -> tuple[Network, bool] | None:
    """Give the second network, and whether it was uploaded; None as long as there is none."""
    title = PAGE[OTHER_NETWORK]
    found = _second(scene, title)
    return found and (found[2], scene.own if title == TWIN else title == OTHER_FILE)


def _second(scene: Scene, title: str) -> tuple[str, str, Network] | None:
    """Open the second network; give its title, its key for caches, and it.

    None as long as there is none: no file, or a twin that is being built.
    """
    if title == TWIN:
        if _takes_long(scene.network):
            return None
        return title, f"{scene.identity}-untrained", _twin(scene.network)
    if title == OTHER_FILE:
        held = st.session_state.get(_SECOND)
        if held is None or held[3] is None:
            return None
        _, name, digest, network = held
        return name, digest, _read_as(scene.network, network)
    name = next(name for name, entry in NETWORKS.items() if entry.title == title)
    return title, name, open_network(name)


def _read_as(first: Network, network: Network) -> Network:
    """Read an uploaded network as the first: its pixels, its answer and its classes' names."""
    second = network.with_preprocessing(first.preprocessing)
    if first.answer_layer in second.outputs:
        second = second.answering(first.answer_layer, mask=first.answer.is_mask or None)
    if second.class_count == first.class_count and first.has_classes:
        second = second.with_labels(first.labels)
    return second


def with_twin(scene: Scene) -> Comparison | None:
    """Compare a network with its untrained twin, once there is one, on the picture in hand."""
    found = _second(scene, TWIN)
    if found is None:
        return None
    _, identity, other = found
    return _compared(scene, identity, other, _maps_of(scene, identity, other))


def _compared(scene: Scene, identity: str, other: Network, maps: Maps) -> Comparison:
    return scene.kept(
        "network_compared",
        identity,
        lambda: compare_networks(scene.network, other, scene.maps, maps),
    )


def _takes_long(network: Network) -> bool:
    return len(network.layers) > _AT_ONCE and not network.has_untrained()


def _alone(scene: Scene) -> None:
    """Show the network by itself, until its twin is there."""
    network = scene.network
    if network.has_classes:
        st.markdown(f"**The answer** of *{plain(network.title)}*, until there is another")
        answer_bars(scene, None, min(PAGE[TOP], network.class_count), network.title)


def _build(scene: Scene) -> None:
    """Have the twin built in the queue, or draw how far that is."""
    network = scene.network

    def work(job: Job) -> bool:
        job.report(0.0, "Drawing weights, compiling")
        random_twin(network)
        return True

    title = f"{network.title} again, with random weights"
    if made(f"twin {scene.identity}", title, work, private=scene.own):
        random_twin(network)  # there already, unless it has been forgotten since


def _twin(network: Network) -> Network:
    # Built and compiled once; that takes a moment.
    words = f"Building {plain(network.title)} again, with random weights"
    with st.spinner(words, show_time=True):
        return random_twin(network)


def _maps_of(scene: Scene, identity: str, other: Network) -> Maps:
    """Run the other network; what the server shares is held once for all sessions."""
    if other.is_shared and not scene.own:
        return Scene(other, scene.picture, identity).maps
    return scene.kept(
        "network_second_maps", identity, lambda: other.feature_maps(scene.picture.image)
    )


def _other(scene: Scene) -> tuple[str, str, Network] | None:
    """Draw the choice of the second network, and give it as `_second` does."""
    title = PAGE.control(
        st.selectbox,
        OTHER_NETWORK,
        "Compare with",
        help="Another network, or another checkpoint of this one from a Keras file.",
    )
    if title == OTHER_FILE:
        _upload()
    if title == TWIN and _takes_long(scene.network):
        _build(scene)
    return _second(scene, title)


def _upload() -> None:
    """Draw the upload of the second network, and keep what it gives."""
    file = st.file_uploader(
        "The other Keras model",
        key="network_second_file",
        max_upload_size=max(1, math.ceil(LIMITS.model_megabytes)),
        help="A .keras file, by the rules for your own model. Its pixels are scaled as the first "
        "network's, and its classes named alike where there are as many.",
    )
    held = st.session_state.get(_SECOND)
    if file is not None and (held is None or held[0] != file.file_id):
        st.session_state.pop(_COMPLAINT, None)
        data = file.getvalue()
        try:
            with st.spinner("Reading it in a separate process", show_time=True):
                network = read_upload(data, file_name=file.name).network
            held = (file.file_id, file.name, hashlib.sha256(data).hexdigest(), network)
        except NetworkError as error:
            st.session_state[_COMPLAINT] = str(error)
            held = (file.file_id, file.name, "", None)
        st.session_state[_SECOND] = held
    if complaint := st.session_state.get(_COMPLAINT):
        st.error(plain(complaint), icon=":material/error:")
    elif held is None:
        st.info("Upload a Keras model to compare with.", icon=":material/compare:")


def _sentence(scene: Scene, title: str, compared: Comparison) -> str:
    first, second = plain(scene.network.title), plain(title)
    if title == TWIN:
        second = "its untrained twin"
    if not compared.layers:
        return f"No layer of *{first}* has the name of one of *{second}*: only answers compare."
    found = [one for one in compared.layers if not math.isnan(one.outputs)]
    one, others = len(compared.layers) == 1, len(compared.only_first) + len(compared.only_second)
    words = f"**{len(compared.layers):,}** layer{'' if one else 's'} of *{first}* and *{second}* "
    words += f"ha{'s' if one else 've'} the same name{'' if one else 's'}. "
    if others:
        words += f"{others:,} {'is' if others == 1 else 'are'} in one of them alone. "
    if not found:
        return words + "None of them has outputs of the same shape."
    different = [one for one in found if one.outputs > _SAME]
    if not different:
        return words + "On this picture their outputs are the same."
    most = max(found, key=lambda one: one.outputs)
    return words + (
        f"On this picture the first that differs is **{plain(different[0].name)}**, by "
        f"{written(different[0].outputs)} times its length; the most different is "
        f"**{plain(most.name)}**, by {written(most.outputs)}."
    )


def _chart(compared: Comparison) -> None:
    found = [one for one in compared.layers if math.isfinite(one.outputs)]
    if len(found) < 2:
        return
    colours = charts.series(2)
    chart = charts.figure(x="layer, from the picture to the answer", height=230)
    for place, (name, values) in enumerate(
        (("outputs", [one.outputs for one in found]), ("weights", [one.weights for one in found]))
    ):
        chart.add_scatter(
            x=list(range(1, len(found) + 1)),
            y=values,
            mode="lines+markers",
            name=f"Relative difference of {name}",
            line=charts.line_of(place, colours),
            marker={"size": 7},
            text=[escape(one.name) for one in found],
            hovertemplate="%{text}: <b>%{y:.3f}</b><extra></extra>",
        )
    most = max(found, key=lambda one: one.outputs)
    charts.show(
        chart,
        key="compared_layers",
        alt=f"Relative difference of {len(found)} layers; the largest, {written(most.outputs)}, "
        f"is that of {most.name}.",
        file="compared_layers",
    )


def _table(scene: Scene, compared: Comparison) -> None:
    table = pd.DataFrame(
        {
            "Layer": one.name,
            "Kind": one.kind,
            "Output": " \u00d7 ".join(map(str, one.shape)),
            "There": " \u00d7 ".join(map(str, one.other_shape)),
            "Difference": one.outputs,
            "Cosine": one.cosine,
            "Weights": one.weights,
        }
        for one in compared.most_different()
    )
    numbers = {
        name: st.column_config.NumberColumn(format="%.4g")
        for name in ("Difference", "Cosine", "Weights")
    }
    st.dataframe(
        table, hide_index=True, height=min(320, 38 + 35 * len(table)), column_config=numbers
    )
    st.caption(
        "Difference: the length of the difference of the two outputs, by the length of the first. "
        "Cosine: of the angle between them. Weights: the difference of the weights, as that of the "
        "outputs. Empty where shapes differ, or there is nothing to compare."
    )
    st.download_button(
        "Differences as CSV",
        lambda: table.to_csv(index=False).encode(),
        f"{scene.network.name}_compared.csv",
        "text/csv",
        on_click="ignore",
        icon=":material/download:",
    )


def _answers(scene: Scene, title: str, other: Network, maps: Maps) -> None:
    if not (scene.network.has_classes and other.has_classes):
        return
    if not np.isfinite(maps[other.answer_layer]).all():
        st.warning("The other's answer to this picture is NaN or infinite.")
        return
    st.markdown("**The answers**")
    count = min(PAGE[TOP], scene.network.class_count)
    first = scene.network.title
    second = f"{title}, the other" if title == first else title
    answer_bars(scene, (second, other, scene.picture.image), count, first)


def _maps(scene: Scene, title: str, other: Network, maps: Maps) -> None:
    """Show the maps of the layer in hand that differ most, of both on one scale."""
    st.markdown("**A layer of both**")
    choose_layer(scene)
    name = scene.focus.layer
    layer = scene.network.layer(name)
    if not any(info.name == name for info in other.layers):
        st.caption(f"{plain(title)} has no layer {plain(name)}.")
        return
    a, b = scene.maps[name], maps[name]
    if a.shape != b.shape:
        shapes = (" \u00d7 ".join(map(str, one.shape)) for one in (a, b))
        st.caption(f"The outputs of {plain(name)} are of {' and '.join(shapes)} numbers.")
        return
    apart = channel_differences(a, b)
    most = np.argsort(-np.nan_to_num(apart), kind="stable")[:_MOST_MAPS]
    drawn = np.stack([a[..., most], b[..., most]])
    limit = float(np.nan_to_num(np.abs(drawn)).max(initial=0.0)) or 1.0
    titles = (plain(scene.network.title), plain(title))
    for column, one, owner in zip(st.columns(2), drawn, titles, strict=True):
        pixels = wall(one, background=page_background(), side=96, limit=limit)
        words = f"{owner}, {plain(name)}"
        column.image(images.encode_png(pixels), caption=words, alt=words, width="stretch")
    kind = "Maps" if layer.is_map else "Numbers"
    st.caption(
        f"{kind} {', '.join(map(str, most))}, which differ most, on one scale from "
        f"{written(-limit)} to {written(limit)}."
    )
