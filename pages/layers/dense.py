"""Dense: the weighted sum of one unit, taken apart."""

import numpy as np
import streamlit as st

from cnnviz.drawing.display import tiled
from cnnviz.layers.code import dense_code
from cnnviz.layers.dense import dense_terms
from cnnviz.layers.flatten import flatten
from cnnviz.layers.formulas import weighted_sum, weighted_sum_with_numbers
from cnnviz.layers.tutorial_network import TutorialMaps, tutorial_weights
from cnnviz.networks.architectures import CIFAR10_CLASSES
from cnnviz.notation import legend
from pages.layers.components.dense import Unit, dense_unit
from pages.layers.experiments import Summed, dense_experiments
from pages.layers.maps import maps_of
from pages.ui.edits import sent_value
from pages.ui.entries import Choice, Whole
from pages.ui.experiments import TryThis
from pages.ui.headings import header
from pages.ui.picture import Picture
from pages.ui.stage import seen_first, stage_and_controls, why_it_matters
from pages.ui.state import Table
from pages.ui.takeaway import Download, npz, signed_download, take_it_with_you

_KEY = "dense_unit"

UNIT = Choice("layer_unit", CIFAR10_CLASSES, "cat")
TERMS = Whole("layer_terms", 1, 8, 4)
DENSE = Table("layers_dense", UNIT, TERMS)


def dense_layer(picture: Picture) -> None:
    """Show the part."""
    DENSE.follow()
    found = maps_of(picture)
    tries = TryThis(DENSE, dense_experiments(found.logits))
    stage, controls = stage_and_controls()
    with controls:
        name = DENSE.control(
            st.selectbox, UNIT, "Unit", help="The class whose weighted sum is taken apart."
        )
        listed = DENSE.control(
            st.slider,
            TERMS,
            "Terms written out",
            help="How many of the largest terms of the sum are written out below.",
        )
        st.caption(
            "The tutorial network: its last maps for your picture, and the dense layer that turns "
            f"their {tutorial_weights()['dense/kernel'].shape[0]:,} numbers into "
            f"{len(CIFAR10_CLASSES)}. It was trained on small pictures of these kinds of things, "
            "and names one of them whatever you show it."
        )
    weights, bias = tutorial_weights()["dense/kernel"], tutorial_weights()["dense/bias"]
    index = CIFAR10_CLASSES.index(name)
    unit = Unit(
        index,
        CIFAR10_CLASSES,
        weights[:, index].reshape(found.pool.shape),
        float(bias[index]),
        found.logits,
    )
    tries.saw(Summed(index, found.logits))
    with seen_first(stage):
        _stage(found, unit, picture.title)
    terms = dense_terms(flatten(found.pool), weights, bias, unit=index, count=listed)
    header("The sum")
    st.latex(weighted_sum(found.pool.size))
    st.latex(weighted_sum_with_numbers(terms, found.pool.size))
    places = ", ".join(f"x[{place}]" for place in terms.index)
    st.caption(
        f"{legend(weighted_sum(found.pool.size))} Written out are the largest terms, in this "
        f"order: {places}. No activation follows: the ten sums are the logits, and softmax turns "
        "them into probabilities."
    )
    _why_it_matters()
    take_it_with_you(_downloads(found, unit, weights, bias), dense_code())


def _stage(found: TutorialMaps, unit: Unit, title: str) -> None:
    dense_unit(
        found.pool,
        unit,
        key=_KEY,
        notes={
            "inputs": f"{np.mean(found.pool == 0):.0%} exactly 0; colours: this layer's range",
            "weights": f"one for each input; colours: the range of {unit.name}'s weights",
            "products": "colours: the range of these products",
        },
        alts={
            "inputs": f"The network's 16 last maps of {title}.",
            "weights": f"The weights of the unit {unit.name}, laid out like the maps.",
            "products": f"Each input times its weight for {unit.name}.",
        },
        on_unit=_take_unit,
    )


def _why_it_matters() -> None:
    why_it_matters(
        "A unit of a dense layer sees everything at once and has its own weight for every place. "
        "Its weights are a picture of what counts for it, map by map: green where a find speaks "
        "for it, purple where it speaks against. What it has learned about one place it does not "
        "know one pixel further left, where other weights are in charge."
    )


def _downloads(
    found: TutorialMaps, unit: Unit, weights: np.ndarray, bias: np.ndarray
) -> list[Download]:
    walls = {"Inputs": found.pool, "Weights": unit.weights, "Products": found.pool * unit.weights}
    return [
        *(
            signed_download(f"{title} as PNG", f"{title.lower()}.png", tiled(maps, 4, scale=6))
            for title, maps in walls.items()
        ),
        Download(
            "Arrays as NPZ",
            "dense.npz",
            lambda: npz(maps=found.pool, weights=weights, bias=bias, logits=found.logits),
        ),
    ]


def _take_unit() -> None:
    index = sent_value(_KEY, "unit")
    if isinstance(index, int | float) and 0 <= index < len(CIFAR10_CLASSES):
        DENSE.write({UNIT.name: CIFAR10_CLASSES[int(index)]})
