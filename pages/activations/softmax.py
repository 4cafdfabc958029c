"""Softmax and cross-entropy: from the last layer's numbers to a probability and a loss."""

import math

import numpy as np
import streamlit as st

from cnnviz.activations import cross_entropy, cross_entropy_gradient, naive_softmax, softmax_terms
from cnnviz.activations.code import softmax_code
from cnnviz.activations.formulas import cross_entropy_with_numbers, softmax_with_numbers
from pages.activations.components.softmax import softmax_bars
from pages.ui.address import Addressed
from pages.ui.picture import Picture
from pages.ui.stage import experiments, seen_first
from pages.ui.takeaway import Download, npz, take_it_with_you

_KEY = "softmax_bars"
_NAMES = ("cat", "dog", "fox", "owl", "bee", "cow", "hen", "elk", "emu", "yak")
_SPANS = (5, 10, 100, 1000)
_START = (2.0, 1.0, 0.1, -1.5)


def _read_logits(text: str) -> tuple[float, ...]:
    logits = tuple(float(part) for part in text.split(","))
    if not 2 <= len(logits) <= len(_NAMES) or not all(abs(z) <= _SPANS[-1] for z in logits):
        raise ValueError(
            f"The logits must be 2 to {len(_NAMES)} numbers within ±{_SPANS[-1]}. Received: {text}."
        )
    return logits


def _read_temperature(text: str) -> float:
    temperature = float(text)
    if not 1 / 16 <= temperature <= 16:
        raise ValueError(f"The temperature must be from 1/16 to 16. Received: {text}.")
    return temperature


def _read_class(text: str) -> int:
    if text not in _NAMES:
        raise ValueError(f"The class must be one of {', '.join(_NAMES)}. Received: {text!r}.")
    return _NAMES.index(text)


_logits = Addressed(
    "logits", _KEY, _START, _read_logits, lambda logits: ",".join(f"{z:g}" for z in logits)
)
_temperature = Addressed("temperature", _KEY, 1.0, _read_temperature, lambda t: f"{t:g}")
_right = Addressed("class", _KEY, 0, _read_class, lambda index: _NAMES[index])


def probabilities(_picture: Picture) -> None:
    """Show the part."""
    held = _logits.value()
    temperature = _temperature.value()
    stage, controls = st.columns([4, 1.1], gap="medium")
    with controls:
        st.session_state["act_classes"] = len(held)
        st.number_input("Classes", 2, len(_NAMES), key="act_classes", on_change=_take_count)
        largest = max(abs(z) for z in held)
        spans = [span for span in _SPANS if span >= largest]
        span = st.select_slider(
            "Bars reach to ±",
            _SPANS,
            spans[0],
            key="act_span",
            bind="query-params",
            help="float32 holds numbers up to 3.4e38, which is e to the power of 88.7.",
        )
        span = max(span, spans[0])
    right = min(_right.value(), len(held) - 1)
    logits = np.array(held, np.float32)
    with seen_first(stage):
        softmax_bars(
            key=_KEY,
            logits=logits,
            names=_NAMES[: len(held)],
            right=right,
            temperature=temperature,
            span=span,
            serial=int(st.session_state.get(f"{_KEY}_serial", 0)),
            on_state=_take_state,
        )
    _arithmetic(held, right, temperature)
    st.header("Why it matters", anchor=False)
    st.markdown(
        "The last layer's numbers can be anything; softmax makes them positive and lets them add "
        "up to one. Only differences count: a constant added to all logits changes nothing. The "
        "loss asks for one thing, a high probability of the right class, and its slope by each "
        "logit is simply the probability given minus the one wanted. That is where training "
        "starts."
    )
    experiments(
        {
            "Let it overflow": lambda: _try((100.0, 98.0, 90.0, 20.0), span=100),
            "Let it underflow": lambda: _try((-120.0, -121.0, -130.0, -150.0), span=1000),
            "Cool it down": lambda: _try(_START, temperature=0.25),
            "Warm it up": lambda: _try(_START, temperature=8.0),
            "Sure, and wrong": lambda: _try((9.0, 0.0, -1.0, -2.0), right=2, span=10),
        }
    )
    take_it_with_you(
        [
            Download(
                "Numbers as NPZ",
                "softmax.npz",
                "application/octet-stream",
                lambda: _arrays(logits, right, temperature),
            )
        ],
        softmax_code(logits, right, temperature=temperature),
    )


def _arithmetic(logits: tuple[float, ...], right: int, temperature: float) -> None:
    name = _NAMES[right]
    st.header("The same in symbols", anchor=False)
    st.latex(
        r"p_k = \frac{e^{z_k/T}}{\sum_j e^{z_j/T}} = \frac{e^{(z_k - m)/T}}{\sum_j e^{(z_j - m)/T}}"
        r", \qquad m = \max_j z_j"
    )
    st.latex(
        softmax_with_numbers(logits, right, temperature=temperature).replace(
            "p =", rf"p_\text{{{name}}} ="
        )
    )
    st.latex(
        cross_entropy_with_numbers(logits, right, temperature=temperature)
        + r", \qquad \frac{\partial L}{\partial z_k} = \frac{p_k - y_k}{T}"
    )
    overflow = 88.722839 * temperature
    st.caption(
        "T temperature, y one for the right class and zero for the others. Subtracting m from "
        "every logit multiplies numerator and denominator by the same factor, so that nothing "
        "changes, but the largest power becomes e to the 0, which is 1. As it is written the "
        f"formula fails in float32 at this temperature from a logit of {overflow:.4g} on: the "
        "power is infinite, and infinity over infinity is not a number. Far below zero it fails "
        "as well: all powers are 0, and so is their sum."
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
    count = st.session_state["act_classes"]
    held = _logits.value()
    _logits.hold((*held, *[0.0] * len(_NAMES))[:count])
    _right.hold(min(_right.value(), count - 1))


def _take_state() -> None:
    sent = st.session_state[_KEY].get("state") or {}
    try:
        logits = _read_logits(",".join(str(float(z)) for z in sent["logits"]))
        temperature = _read_temperature(str(float(sent["temperature"])))
        right = int(sent["right"])
        st.session_state[f"{_KEY}_serial"] = int(sent["serial"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return  # not what the component sends; what is held stays
    if 0 <= right < len(logits) and math.isfinite(temperature):
        _logits.hold(logits)
        _temperature.hold(temperature)
        _right.hold(right)


def _try(
    logits: tuple[float, ...], *, temperature: float = 1.0, right: int = 0, span: int = 5
) -> None:
    _logits.hold(logits)
    _temperature.hold(temperature)
    _right.hold(right)
    st.session_state["act_span"] = span
