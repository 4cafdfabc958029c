"""The answer: its classes, how the softmax makes it, and what another picture would change."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import streamlit as st

from cnnviz.convolution.formulas import softmax_formula
from cnnviz.images import pictures as images
from cnnviz.images.samples import SAMPLES, open_sample
from cnnviz.networks import NETWORKS, open_network, random_twin, variations
from cnnviz.networks.network import Network
from cnnviz.shapes import Pixels
from pages.networks import mask
from pages.networks.scene import Scene
from pages.networks.state import (
    BLUR,
    COMPARE,
    NOISE,
    OTHER_FILE,
    OTHER_NETWORK,
    OTHER_PICTURE,
    PAGE,
    TOP,
    TWIN,
)
from pages.ui.components.registration import register
from pages.ui.headings import header
from pages.ui.markdown import plain
from pages.ui.wire import pack

_bars = register("networks/answer")
Other = tuple[str, Network, np.ndarray]


def show(scene: Scene) -> None:
    """Draw it."""
    network = scene.network
    if not network.has_classes:
        st.info(
            f"An answer needs a number for each class at the end. {plain(network.title)} ends with "
            f"the shape {network.layer(network.answer_layer).output_shape}.",
            icon=":material/info:",
        )
        return
    if network.has_mask:
        mask.show(scene)
    bars, settings = st.columns([3, 1.4], gap="medium")
    with settings:
        most = max(4, min(20, network.class_count))
        count = PAGE.control(
            st.slider,
            TOP,
            "Classes",
            help="How many of the most probable classes are listed.",
            limits=(3, most),
        )
        other = _changes(scene)[
            PAGE.control(
                st.selectbox,
                COMPARE,
                "Compare with",
                help="The picture changed, another picture, or another network.",
            )
        ]()
        shown = [("This picture", network.shown_part(scene.picture.image))]
        if other is not None:
            shown.append((other[0], other[1].shown_part(other[2])))
        for column, (title, pixels) in zip(st.columns(len(shown)), shown, strict=True):
            column.image(
                images.encode_jpeg(pixels),
                caption=title,
                output_format="JPEG",
                alt=title,
                width="stretch",
            )
    with bars:
        scores = answer_bars(scene, other, min(count, network.class_count))
    if not network.has_mask and network.answer_activation == "softmax" and len(network.labels) > 1:
        _softmax(scene, [float(score) for score in scores.logits])


class _Scores(NamedTuple):
    """What a network says to a picture, one number per class; NaN where it gives no logit."""

    labels: Sequence[str]
    probabilities: np.ndarray
    logits: np.ndarray

    def of(self, label: str, index: int) -> tuple[float, float]:
        """Look up a class by its name, and by its number where several have the name."""
        same = [at for at, one in enumerate(self.labels) if one == label]
        if not same:
            return 0.0, math.nan
        at = index if index in same else same[0]
        return float(self.probabilities[at]), float(self.logits[at])


def _scores(network: Network, x: np.ndarray) -> _Scores:
    """Run a network once."""
    logits, probabilities = (row[0] for row in network.scores_of_inputs(x[np.newaxis]))
    if network.layer(network.answer_layer).channels == 1:
        # One unit tells two classes apart: its number is the logit of the second.
        logits = np.array([math.nan, logits[1] - logits[0]])
    return _Scores(network.labels, probabilities, logits)


def answer_bars(
    scene: Scene, other: Other | None, count: int, name: str = "This picture"
) -> _Scores:
    """Draw the classes of one answer or of two, and return the first one's scores.

    name : what the first is called.
    """
    first = _scores(scene.network, scene.x)
    scores = {name: first}
    classes = {
        (one.label, one.index): None for one in scene.network.predictions(scene.maps, top=count)
    }
    if other is not None:
        title, network, image = other
        found = scores[title] = _scores(network, network.preprocess(image))
        named = {label for label, _ in classes}
        best = [int(at) for at in np.argsort(-found.probabilities, kind="stable")[:3]]
        labels = [found.labels[at] for at in best]
        same = network.labels == scene.network.labels
        for label, at in zip(labels, best, strict=True):
            if (label, at) not in classes and (same or label not in named):
                classes[label, at] = None
    table = np.array([[one.of(*each) for one in scores.values()] for each in classes], np.float32)
    _bars(
        key="answer_bars",
        data=pack(
            {
                "labels": [label for label, _ in classes],
                "names": list(scores),
                "heading": "probability, logit",
            },
            probabilities=np.ascontiguousarray(table[..., 0]),
            logits=np.ascontiguousarray(table[..., 1]),
        ),
    )
    return first


def _softmax(scene: Scene, scores: list[float]) -> None:
    best = scene.network.predictions(scene.maps, top=1)[0]
    header("How the logits become probabilities")
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
        "Another picture": lambda: _another_picture(scene),
        "Another network": lambda: _another_network(network, image),
    }


def _shifted(network: Network, image: Pixels) -> Other:
    most = max(8, image.shape[1] // 4)
    right = st.slider("Pixels to the right", -most, most, most // 4, key="shift_right")
    down = st.slider("Pixels down", -most, most, 0, key="shift_down")
    return "Shifted", network, variations.shifted(image, down, right)


def _blurred(network: Network, image: Pixels) -> Other:
    radius = PAGE.control(
        st.slider, BLUR, "Blur, in pixels", help="The standard deviation of the Gaussian blur."
    )
    return "Blurred", network, variations.blurred(image, radius)


def _noisy(network: Network, image: Pixels) -> Other:
    deviation = PAGE.control(
        st.slider,
        NOISE,
        "Noise, in levels",
        help="The standard deviation of the noise, in levels of 0 to 255.",
        step=5,
    )
    return "Noisy", network, variations.noisy(image, deviation)


def _another_picture(scene: Scene) -> Other:
    others = [name for name in SAMPLES if f"sample:{name}" != scene.picture.identity]
    name = PAGE.control(
        st.selectbox,
        OTHER_PICTURE,
        "Picture",
        help="The sample whose answer stands beside this one.",
        options=others,
    )
    return SAMPLES[name].title, scene.network, open_sample(name)


def _another_network(network: Network, image: Pixels) -> Other:
    title = PAGE.control(
        st.selectbox,
        OTHER_NETWORK,
        "Network",
        help="The network whose answer stands beside this one.",
        options=[one for one in OTHER_NETWORK.options if one != OTHER_FILE],
    )
    if title == TWIN:
        return title, random_twin(network), image
    name = next(name for name, entry in NETWORKS.items() if entry.title == title)
    return title, open_network(name), image
