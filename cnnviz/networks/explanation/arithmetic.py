"""The arithmetic of every kind of layer, for one cell: NumPy only, apart from the network.

Each kind has a function that takes a `Question` (which cell of which layer, and the maps it was
computed from) and returns a `Working`: the inputs with their weights and products, and the steps
from their sum to the value. `cnnviz.explain` holds the result against the network's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cnnviz.networks.explanation.pointwise import POINTWISE, activation_name
from cnnviz.networks.explanation.rearranged import REARRANGED, share_of_powers
from cnnviz.networks.explanation.terms import Question, Working, single_term
from cnnviz.networks.explanation.windowed import WINDOWED
from cnnviz.networks.layers import NetworkError

KINDS: Mapping[str, Callable[[Question], Working]] = {**WINDOWED, **REARRANGED}
"""Layers whose values come from several numbers, or from one in another place."""


def is_softmax(operation: Any) -> bool:
    """Whether an Activation layer compares its units instead of changing each by itself."""
    return type(operation).__name__ == "Activation" and activation_name(operation) in (
        "softmax",
        "log_softmax",
    )


def work_out(question: Question) -> Working:
    """Take one cell of any layer apart, from what directly went into it.

    Raises
    ------
    NetworkError : the arithmetic of this kind of layer is not known here.
    """
    kind = question.info.kind
    # An operation of keras.ops may share its name with a layer; it has no weights.
    if hasattr(question.operation, "weights"):
        if is_softmax(question.operation):
            return share_of_powers(question)
        if kind in POINTWISE and len(question.inputs) == 1:
            cell = question.cell._replace(layer=question.source)
            x = float(question.map[cell.row, cell.column, cell.channel])
            steps = POINTWISE[kind](question, x)
            rule = "Each number is changed by itself."
            return Working(rule, "same", (single_term(question.source, cell, x),), tuple(steps))
        if kind in KINDS:
            return KINDS[kind](question)
    raise NetworkError(
        "A number can be explained where the arithmetic of its layer is known. "
        f"Received: {question.cell.layer}, a {kind}."
    )
