"""Dense: the weighted sum of one unit, taken apart."""

import numpy as np
import streamlit as st

from cnnviz.drawing.display import display
from cnnviz.images import pictures as images
from cnnviz.layers.code import dense_code
from cnnviz.layers.dense import dense_terms
from cnnviz.layers.flatten import flatten
from cnnviz.layers.formulas import weighted_sum_with_numbers
from cnnviz.layers.tutorial_network import tutorial_weights
from cnnviz.networks.architectures import CIFAR10_CLASSES
from pages.layers.components.dense import dense_unit
from pages.layers.maps import maps_of
from pages.ui.picture import Picture
from pages.ui.stage import experiments, page_background, seen_first
from pages.ui.takeaway import Download, npz, take_it_with_you

_KEY = "dense_unit"


def dense_layer(picture: Picture) -> None:
    """Show the part."""
    stage, controls = st.columns([4, 1.1], gap="medium")
    with controls:
        unit = CIFAR10_CLASSES.index(
            st.selectbox(
                "Unit",
                CIFAR10_CLASSES,
                index=CIFAR10_CLASSES.index("cat"),
                key="layer_unit",
                bind="query-params",
            )
        )
        listed = st.slider("Terms written out", 1, 8, 4, key="layer_terms", bind="query-params")
        st.caption(
            "The tutorial network: its last maps for your picture, and the dense layer that "
            "turns their 4,096 numbers into ten. It was trained on small pictures of these ten "
            "kinds of things, and says one of them whatever it is shown."
        )
    found = maps_of(picture)
    weights, bias = tutorial_weights()["dense/kernel"], tutorial_weights()["dense/bias"]
    mine = weights[:, unit].reshape(found.pool.shape)
    name = CIFAR10_CLASSES[unit]
    with seen_first(stage):
        dense_unit(
            key=_KEY,
            maps=found.pool,
            weights=mine,
            bias=float(bias[unit]),
            logits=found.logits,
            units=CIFAR10_CLASSES,
            unit=unit,
            notes={
                "inputs": f"{np.mean(found.pool == 0):.0%} exactly 0; colours: this layer's range",
                "weights": f"one for each input; colours: the range of {name}'s weights",
                "products": "colours: the range of these products",
            },
            alts={
                "inputs": f"The network's 16 last maps of {picture.title}.",
                "weights": f"The weights of the unit {name}, laid out like the maps.",
                "products": f"Each input times its weight for {name}.",
            },
            on_unit=_take_unit,
        )
    terms = dense_terms(flatten(found.pool), weights, bias, unit=unit, count=listed)
    st.header("The sum", anchor=False)
    st.latex(r"z = \sum_{i=0}^{4095} x_i \, w_i + b")
    st.latex(weighted_sum_with_numbers(terms, found.pool.size))
    places = ", ".join(f"x[{index}]" for index in terms.index)
    st.caption(
        f"The largest terms, in this order: {places}. Nothing bends here: the ten sums are the "
        "logits, and softmax makes probabilities of them."
    )
    st.header("Why it matters", anchor=False)
    st.markdown(
        "A unit of a dense layer sees everything at once and has a weight of its own for every "
        "place. Its weights are a picture of what it hopes for, map by map: green where a find "
        "speaks for it, purple where it speaks against. It cannot find the same thing one pixel "
        "further left, because other weights are in charge there."
    )
    answer = int(found.logits.argmax())
    experiments(
        {
            "The network's answer": lambda: _choose(answer),
            "Its last choice": lambda: _choose(int(found.logits.argmin())),
            "Ship against airplane": lambda: _choose(CIFAR10_CLASSES.index("ship")),
        }
    )
    background = page_background()
    take_it_with_you(
        [
            *(
                Download(
                    f"{title} as PNG",
                    f"{title.lower()}.png",
                    "image/png",
                    lambda values=values: images.encode_png(
                        display(_wall(values), "signed", background=background)
                    ),
                )
                for title, values in (
                    ("Inputs", found.pool),
                    ("Weights", mine),
                    ("Products", found.pool * mine),
                )
            ),
            Download(
                "Arrays as NPZ",
                "dense.npz",
                "application/octet-stream",
                lambda: npz(maps=found.pool, weights=weights, bias=bias, logits=found.logits),
            ),
        ],
        dense_code(),
    )


def _wall(maps: np.ndarray, across: int = 4) -> np.ndarray:
    rows, columns, channels = maps.shape
    tiles = np.moveaxis(maps, -1, 0).reshape(channels // across, across, rows, columns)
    return tiles.swapaxes(1, 2).reshape(-1, across * columns, 1).repeat(6, 0).repeat(6, 1)


def _take_unit() -> None:
    index = st.session_state[_KEY].get("unit")
    if isinstance(index, int | float) and 0 <= index < len(CIFAR10_CLASSES):
        _choose(int(index))


def _choose(unit: int) -> None:
    st.session_state["layer_unit"] = CIFAR10_CLASSES[unit]
