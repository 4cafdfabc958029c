"""The page Your own classes: pictures, what is learned of them, and how good it is."""

from __future__ import annotations

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnnviz.activations.formulas import softmax_with_numbers
from cnnviz.notation import legend
from pages.own_classes import runs, story, wall
from pages.own_classes.collection import Collection, bring, lacking, mine, shipped
from pages.own_classes.experiments import EXPERIMENTS, FREE, KEEP
from pages.own_classes.runs import Result
from pages.own_classes.state import EPOCHS, HELD_OUT, MOST, OWN, SEED, SOURCE, TUNE
from pages.own_classes.takeaway import finish
from pages.ui import charts
from pages.ui.experiments import TryThis
from pages.ui.headings import header
from pages.ui.markdown import plain
from pages.ui.picture import Picture
from pages.ui.stage import seen_first, stage_and_controls


@st.fragment  # a control runs this again, not the menu and the picker beside it
def own_classes(picture: Picture) -> None:
    """Draw it."""
    OWN.follow()
    tries = TryThis(OWN, EXPERIMENTS, keep=KEEP, free=FREE)
    stage, controls = stage_and_controls()
    with controls, st.container():
        collection = _chosen(stage)
    if lacking(collection.counts):
        return
    with seen_first(stage):
        result = runs.learned(collection)
        if result is None:
            return
        logits = wall.show(picture, result)
        st.markdown(story.accuracy_sentence(result))
        for one in result.unread[:3]:
            st.warning(plain(one), icon=":material/warning:")
    tries.saw(result)
    _measured(result)
    _answer(result, logits)
    finish(result)
    OWN.name_what_waits()


def _chosen(stage: DeltaGenerator) -> Collection:
    """Draw the controls; what brings pictures stands in the stage until there are enough."""
    source = OWN.control(
        st.segmented_control,
        SOURCE,
        "Pictures",
        required=True,
        help="Photos of fish, monuments and tools that ship with the app, or pictures of your own.",
    )
    collection = mine() if source == "mine" else shipped()
    if source == "mine":
        lack = lacking(collection.counts)
        with stage if lack else st.expander("Your pictures", icon=":material/add_photo_alternate:"):
            if lack:
                st.info(plain(lack), icon=":material/add_photo_alternate:")
            bring()
    OWN.control(
        st.selectbox,
        HELD_OUT,
        "Held out",
        help="The share of each class that is not learned from, but measured by.",
    )
    OWN.control(
        st.slider,
        MOST,
        "Pictures of each class, at most",
        help="How many are learned from; fewer where a class has fewer.",
    )
    OWN.control(st.slider, EPOCHS, "Epochs", help="How often each picture is learned from.")
    OWN.control(
        st.toggle,
        TUNE,
        "Tune the last stage",
        help="Let the network's last convolution change too, once the head has been learned.",
    )
    OWN.control(
        st.slider,
        SEED,
        "Seed",
        help="Draws which pictures are held out, and the weights to begin with.",
    )
    return collection


def _measured(result: Result) -> None:
    header("How good is it?")
    sentence = story.tuning_sentence(result)
    if sentence:
        st.markdown(sentence)
    left, right = st.columns([1.2, 1])
    with left:
        _curves(result)
    with right:
        st.markdown(story.confusion_table(result))
        st.caption("Counted over the pictures that were held out.")


def _curves(result: Result) -> None:
    chart = charts.figure(x="epochs", height=300)
    both = [("head", result.head), ("tuned", result.tuned)]
    colours = charts.series(4)
    begun, place = 0, 0
    for words, one in both:
        if one is None:
            continue
        epochs = begun + np.arange(1, len(one.curves.loss) + 1)
        for of, values in (
            ("learned from", one.curves.loss),
            ("held out", one.curves.validation_loss),
        ):
            chart.add_scatter(
                x=epochs,
                y=values,
                mode="lines",
                name=f"{words}, {of}",
                line=charts.line_of(place, colours),
                hovertemplate="after epoch %{x}: <b>%{y:.4g}</b><extra></extra>",
            )
            place += 1
        begun = int(epochs[-1])
    chart.update_yaxes(title="loss", rangemode="tozero")
    last = result.learned.curves
    charts.show(
        chart,
        key="own_curves",
        alt=f"The loss over {begun} epochs, at the end {last.loss[-1]:.3g} on the pictures learned "
        f"from and {last.validation_loss[-1]:.3g} on those held out.",
        file="loss",
    )


def _answer(result: Result, logits: np.ndarray) -> None:
    header("The answer to your picture")
    best = int(logits.argmax())
    formula = softmax_with_numbers(logits, best)
    st.latex(formula)
    st.caption(
        f"The class {plain(result.class_names[best])}: each logit is the sum of the network's "
        f"1,280 features, weighted, and a bias. {legend(formula)} Whatever your picture shows, its "
        "probabilities add up to 1 over these classes: there is no answer for none of them."
    )
