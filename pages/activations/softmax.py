"""Softmax and cross-entropy: from the last layer's numbers to a probability and a loss."""

import numpy as np
import streamlit as st

from cnnviz.activations import cross_entropy, cross_entropy_gradient, naive_softmax, softmax_terms
from cnnviz.activations.code import softmax_code
from cnnviz.activations.formulas import (
    SLOPE_OF_LOSS,
    SOFTMAX,
    cross_entropy_with_numbers,
    softmax_with_numbers,
)
from cnnviz.activations.softmax_cross_entropy import overflowing_logit
from cnnviz.notation import legend
from pages.activations.components.softmax import softmax_bars
from pages.activations.experiments import SOFTMAX as EXPERIMENTS
from pages.activations.experiments import Answer
from pages.activations.state import (
    LOGITS,
    NAMES,
    PAGE,
    RIGHT,
    SPAN,
    SPANS,
    TEMPERATURE,
    read_logits,
    try_this,
)
from pages.ui.edits import Handshake
from pages.ui.headings import header
from pages.ui.picture import Picture
from pages.ui.stage import seen_first, stage_and_controls, why_it_matters
from pages.ui.takeaway import Download, npz, take_it_with_you

_KEY = "softmax_bars"
_CLASSES = "act_classes"


def softmax(_picture: Picture) -> None:
    """Show the part."""
    held, temperature = PAGE[LOGITS], PAGE[TEMPERATURE]
    tries = try_this("softmax", EXPERIMENTS)
    stage, controls = stage_and_controls()
    with controls:
        span = _controls(held)
    right = min(PAGE[RIGHT], len(held) - 1)
    logits = np.array(held, np.float32)
    tries.saw(Answer(logits, right, temperature))
    with seen_first(stage):
        softmax_bars(
            key=_KEY,
            logits=logits,
            names=NAMES[: len(held)],
            right=right,
            temperature=temperature,
            span=span,
            serial=Handshake(_KEY).serial,
            on_state=_take_state,
        )
    _arithmetic(held, right, temperature)
    why_it_matters(
        "The last layer's numbers can be anything; softmax makes them positive and lets them add "
        "up to one. Only differences count: a constant added to all logits changes nothing. The "
        "loss asks for one thing, a high probability of the right class, and its slope by each "
        "logit is simply the probability given minus the one wanted. That is where training "
        "starts."
    )
    take_it_with_you(
        [Download("Numbers as NPZ", "softmax.npz", lambda: _arrays(logits, right, temperature))],
        softmax_code(logits, right, temperature=temperature),
    )


def _controls(logits: tuple[float, ...]) -> int:
    """Ask for the number of classes and how far the bars reach, which is returned."""
    st.session_state[_CLASSES] = len(logits)
    st.number_input("Classes", 2, len(NAMES), key=_CLASSES, on_change=_take_count)
    least = next(span for span in SPANS if span >= max(abs(z) for z in logits))
    # Two at least, so that there is something to choose from.
    wide = [span for span in SPANS if span >= least]
    span = PAGE.control(
        st.select_slider,
        SPAN,
        "Bars reach to \u00b1",
        options=wide if len(wide) > 1 else SPANS[-2:],
        otherwise=least,
        help="float32 holds numbers up to 3.4e38, which is e to the power of 88.7.",
    )
    return max(span, least)


def _arithmetic(logits: tuple[float, ...], right: int, temperature: float) -> None:
    header("The same in symbols")
    st.latex(SOFTMAX)
    st.latex(softmax_with_numbers(logits, right, temperature=temperature, name=NAMES[right]))
    loss = cross_entropy_with_numbers(logits, right, temperature=temperature)
    st.latex(rf"{loss}, \qquad {SLOPE_OF_LOSS}")
    st.caption(
        f"{legend(SOFTMAX, SLOPE_OF_LOSS)} Here u is the class, z its logit, and t is 1 for the "
        "right class and 0 for the others. Subtracting the largest logit from all multiplies "
        "numerator and denominator by the same factor, so that nothing changes, but the largest "
        "power becomes e to the 0, which is 1. As it is written the formula fails in float32 at "
        f"this temperature from a logit of {overflowing_logit(temperature=temperature):.4g} on: "
        "the power is infinite, and infinity over infinity is not a number. Where all "
        "logits lie far below zero it fails as well: all powers are 0, and so is their sum."
    )


def _arrays(logits: np.ndarray, right: int, temperature: float) -> bytes:
    terms = softmax_terms(logits, temperature=temperature)
    return npz(
        logits=logits,
        exponentials=terms.exponentials,
        probabilities=terms.probabilities,
        as_written=naive_softmax(logits, temperature=temperature),
        loss=cross_entropy(logits, right, temperature=temperature),
        gradient=cross_entropy_gradient(logits, right, temperature=temperature),
    )


def _take_count() -> None:
    count = st.session_state[_CLASSES]
    logits = (*PAGE[LOGITS], *[0.0] * len(NAMES))[:count]
    PAGE.write({LOGITS.name: logits, RIGHT.name: min(PAGE[RIGHT], count - 1)})


def _take_state() -> None:
    hand = Handshake(_KEY)
    sent = hand.sent("state")
    try:
        logits = read_logits(",".join(str(float(z)) for z in sent["logits"]))
        right = int(sent["right"])
        if not 0 <= right < len(logits):
            raise ValueError(f"The class must be one of {len(logits)}. Received: {right}.")
        PAGE.write(
            {
                LOGITS.name: logits,
                TEMPERATURE.name: float(sent["temperature"]),
                RIGHT.name: right,
            }
        )
        hand.take(sent)
    except (KeyError, TypeError, ValueError, OverflowError):
        return  # not what the component sends; what is held stays
