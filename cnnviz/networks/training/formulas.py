"""One weight's step as LaTeX, with the numbers of a step that was taken."""

from __future__ import annotations

from cnnviz.networks.training.history import Snapshot
from cnnviz.networks.training.settings import Settings
from cnnviz.notation import aligned, as_written, bracketed, written
from cnnviz.notation import latex_number as number

STEP = r"w \leftarrow w + \Delta w"
"""Every optimiser's step; they differ in how they make the change out of the gradient."""

SLOPE = r"\eta \, \frac{\partial L}{\partial w}"
"""What else stands in a step."""

_DIGITS = 7
"""A weight's, which hold a change that is a thousandth of it: as many as float32 has."""
_CHANGE_DIGITS = 4
"""A change's, at least; it has more where only they make the written numbers add up."""

SENTENCES = {
    "sgd": "Plain descent takes the change as minus the learning rate times the gradient.",
    "momentum": "With momentum the change also keeps 0.9 of the change before (Polyak, 1964).",
    "adam": "Adam divides a running mean of the gradient by the root of a running mean of its "
    "square, so that steep and flat weights move alike (Kingma and Ba, 2015).",
    "rmsprop": "RMSprop divides the gradient by the root of a running mean of its square "
    "(Tieleman and Hinton, 2012).",
}
"""How each optimiser makes the change, by its key."""


def step_with_numbers(snapshot: Snapshot, settings: Settings) -> str:
    r"""Write the last step of the network's first weight.

    Where the change is a product of two numbers, plain descent without weight decay, it is written
    as one.
    """
    before, gradient, after = (float(value) for value in snapshot.weight)
    change = after - before
    digits = next(
        (
            some
            for some in range(_CHANGE_DIGITS, _DIGITS + 1)
            if _sign(as_written(before, _DIGITS) + as_written(change, some), after, _DIGITS) == "="
        ),
        _CHANGE_DIGITS,
    )
    added = _sign(as_written(before, _DIGITS) + as_written(change, digits), after, _DIGITS)
    made = r"\Delta w &= "
    if settings.optimiser == "sgd" and not settings.decay:
        product = -as_written(snapshot.rate, 4) * as_written(gradient, 4)
        made += (
            rf"-\eta\,\frac{{\partial L}}{{\partial w}} = -{number(snapshot.rate)} \cdot "
            rf"{bracketed(number(gradient))} {_sign(product, change, digits)} "
        )
    return aligned(
        [
            rf"\frac{{\partial L}}{{\partial w}} &= {number(gradient)}",
            f"{made}{number(change, digits)}",
            rf"w &\leftarrow {number(before, _DIGITS)} + {bracketed(number(change, digits))} "
            rf"{added} {number(after, _DIGITS)}",
        ],
        apart=0.5,
    )


def _sign(left: float, right: float, digits: int) -> str:
    """Give the sign between two numbers of which the right one is written with so many digits."""
    return "=" if written(left, digits) == written(right, digits) else r"\approx"
