"""The answer: its classes, how the softmax makes it, and what another picture would change."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from cnnviz.convolution.formulas import softmax_formula
from cnnviz.images import pictures as images
from cnnviz.images.samples import SAMPLES, open_sample
from cnnviz.networks import NETWORKS, open_network, random_twin, variations
from cnnviz.networks.network import Network
from pages.networks.scene import Scene
from pages.ui.components.registration import register
from pages.ui.markdown import plain
from pages.ui.wire import pack

_bars = register("networks/answer")
Other = tuple[str, Network, np.ndarray]


def show(scene: Scene) -> None:
    """Draw it."""
    network = scene.network
    if not network.has_classes:
        st.info(
            f"An answer needs one number per class at the end. {plain(network.title)} ends with "
            f"the shape {network.layer(network.answer_layer).output_shape}.",
            icon=":material/info:",
        )
        return
    bars, settings = st.columns([3, 1.4], gap="medium")
    with settings:
        count = st.slider(
            "Classes", 3, max(4, min(20, network.class_count)), 5, key="top", bind="query-params"
        )
        changes = _changes(scene)
        chosen = st.selectbox("Compare with", list(changes), key="compare", bind="query-params")
        other = changes[chosen]()
        shown = [("This picture", network.shown_part(scene.picture.image))]
        if other is not None:
            shown.append((other[0], other[1].shown_part(other[2])))
        for column, (title, pixels) in zip(st.columns(len(shown)), shown, strict=True):
            column.image(images.encode_png(pixels), caption=title, alt=title, width="stretch")
    with bars:
        _answers(scene, other, min(count, network.class_count))
    if network.answer_activation == "softmax" and len(network.labels) > 1:
        _softmax(scene)


def _answers(scene: Scene, other: Other | None, count: int) -> None:
    network = scene.network
    first = network.predictions(scene.maps, top=count)
    asked = [(network, scene.picture.image)]
    names = ["This picture"]
    labels = {one.label: one.index for one in first}
    if other is not None:
        title, second, image = other
        names.append(title)
        asked.append((second, image))
        for one in second.predict(image, top=3):
            labels.setdefault(one.label, one.index)
    probabilities = np.zeros((len(labels), len(asked)), np.float32)
    logits = np.full_like(probabilities, np.nan)
    for answer, (one, image) in enumerate(asked):
        places = {label: at for at, label in enumerate(one.labels)}
        scores, chances = one.scores(image)
        for row, label in enumerate(labels):
            if label in places:
                probabilities[row, answer] = chances[places[label]]
                if len(scores) == len(chances):
                    logits[row, answer] = scores[places[label]]
    _bars(
        key="answer_bars",
        data=pack(
            {"labels": list(labels), "names": names, "heading": "probability, logit"},
            probabilities=probabilities,
            logits=logits,
        ),
    )


def _softmax(scene: Scene) -> None:
    best = scene.network.predictions(scene.maps, top=1)[0]
    scores = [float(score) for score in scene.network.logits(scene.picture.image)]
    st.header("How the logits become probabilities", anchor=False)
    st.latex(softmax_formula(scores, best.index))
    st.caption(
        f"The probability of {plain(best.label)}: its logit among all {len(scores)}, the largest "
        "subtracted first, so that no power overflows."
    )


def _changes(scene: Scene) -> dict[str, Callable[[], Other | None]]:
    network, image = scene.network, scene.picture.image
    return {
        "Nothing": lambda: None,
        "Mirrored": lambda: ("Mirrored", network, variations.mirrored(image)),
        "Shifted": lambda: _shifted(network, image),
        "Blurred": lambda: _blurred(network, image),
        "Noisy": lambda: _noisy(network, image),
        "Another picture": lambda: _another_picture(network),
        "Another network": lambda: _another_network(network, image),
    }


def _shifted(network: Network, image: np.ndarray) -> Other:
    most = max(8, image.shape[1] // 4)
    right = st.slider("Pixels to the right", -most, most, most // 4, key="shift_right")
    down = st.slider("Pixels down", -most, most, 0, key="shift_down")
    return "Shifted", network, variations.shifted(image, down, right)


def _blurred(network: Network, image: np.ndarray) -> Other:
    radius = st.slider("Blur, in pixels", 0.5, 12.0, 3.0, 0.5, key="blur", bind="query-params")
    return "Blurred", network, variations.blurred(image, radius)


def _noisy(network: Network, image: np.ndarray) -> Other:
    deviation = st.slider("Noise, in levels", 5, 120, 40, 5, key="noise", bind="query-params")
    return "Noisy", network, variations.noisy(image, deviation)


def _another_picture(network: Network) -> Other:
    name = st.selectbox(
        "Picture",
        list(SAMPLES),
        format_func=lambda name: SAMPLES[name].title,
        key="other_picture",
        bind="query-params",
    )
    return SAMPLES[name].title, network, open_sample(name)


def _another_network(network: Network, image: np.ndarray) -> Other:
    titles = {entry.title: name for name, entry in NETWORKS.items() if entry.is_here}
    twin = "The untrained twin"
    title = st.selectbox("Network", [twin, *titles], key="other_network", bind="query-params")
    if title == twin:
        return twin, random_twin(network), image
    return title, open_network(titles[title]), image
