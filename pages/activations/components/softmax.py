"""Logits to drag: the typed way to mount `assets/components/activations/softmax`."""

from collections.abc import Callable, Sequence

import numpy as np

from cnnviz.activations import cross_entropy, cross_entropy_gradient, naive_softmax, softmax_terms
from pages.ui.components.colours import series_colours
from pages.ui.components.registration import register
from pages.ui.wire import pack

_mount = register("activations/softmax")


def softmax_bars(
    *,
    key: str,
    logits: np.ndarray,
    names: Sequence[str],
    right: int,
    temperature: float,
    span: float,
    serial: int,
    on_state: Callable[[], None],
) -> None:
    """Show logits as bars, what softmax makes of them, and the loss of the right class.

    Parameters
    ----------
    logits : (classes,) float32, within -span..span
    names : of the classes
    right : the index of the right class
    serial : the browser's last change that these logits contain
    on_state : called when `st.session_state[key]` holds "state": logits, temperature, right
        and serial.
    """
    terms = softmax_terms(logits, temperature=temperature)
    written = softmax_terms(logits, temperature=temperature, subtract_largest=False)
    loss = cross_entropy(logits, right, temperature=temperature)
    settings = {
        "names": list(names),
        "right": right,
        "temperature": float(temperature),
        "shift": float(terms.shift),
        "span": float(span),
        "serial": serial,
        "colours": series_colours(max(len(names), 8)),
    }
    _mount(
        key=key,
        data=pack(
            settings,
            logits=logits,
            terms=terms.exponentials,
            totals=np.array([terms.total, loss, written.total], np.float32),
            probabilities=terms.probabilities,
            gradient=cross_entropy_gradient(logits, right, temperature=temperature),
            written=written.exponentials,
            naive=naive_softmax(logits, temperature=temperature),
        ),
        on_state_change=on_state,
    )
