"""The formulas of learning a kernel, as LaTeX, in symbols and with a run's numbers in them."""

from __future__ import annotations

import math

from cnnviz.learning.replay import factor_per_step, steps_to_halve
from cnnviz.notation import aligned
from cnnviz.notation import latex_number as number

LOSS = r"L = \frac{1}{N} \sum_{r,c} (y_{r,c} - t_{r,c})^2"
"""The mean squared error of the outputs in the batch."""

SLOPE = (
    r"\frac{\partial L}{\partial w_{i,j}} = "
    r"\frac{2}{N} \sum_{r,c} (y_{r,c} - t_{r,c})\; x_{r+i,\,c+j}"
)
"""Its slope by one weight of a single kernel."""


def step_rule(momentum: float) -> str:
    """Write the rule of a step in symbols."""
    if momentum == 0:
        return r"w \leftarrow w - \eta\, \frac{\partial L}{\partial w}"
    return r"v \leftarrow m\,v - \eta\, \frac{\partial L}{\partial w}, \qquad w \leftarrow w + v"


def step_with_numbers(
    weight: float,
    slope: float,
    *,
    learning_rate: float,
    momentum: float = 0.0,
    velocity: float = 0.0,
) -> str:
    r"""Write one weight's step with its numbers.

    Parameters
    ----------
    velocity : what the step before added to the weight; only momentum remembers it.

    >>> step_with_numbers(0.5, -2.0, learning_rate=0.1)
    'w \\leftarrow 0.5 - 0.1 \\cdot (-2) = 0.7'
    """
    pull = rf"{number(learning_rate)} \cdot {_bracketed(slope)}"
    if momentum == 0:
        after = number(weight - learning_rate * slope)
        return rf"w \leftarrow {number(weight)} - {pull} = {after}"
    moved = momentum * velocity - learning_rate * slope
    kept = rf"{number(momentum)} \cdot {_bracketed(velocity)}"
    lines = [
        rf"v &\leftarrow {kept} - {pull} = {number(moved)}",
        rf"w &\leftarrow {number(weight)} + {_bracketed(moved)} = {number(weight + moved)}",
    ]
    return aligned(lines, apart=0.5)


def curvature_rule(momentum: float) -> str:
    """Write in symbols what a loss's curvature has to do with the learning rate."""
    most = r"\frac{2}{\lambda_{\max}}" if momentum == 0 else r"\frac{2\,(1 + m)}{\lambda_{\max}}"
    return (
        r"H = \frac{2}{N} \sum_{r,c} \mathbf{x}_{r,c}\, \mathbf{x}_{r,c}^{\top}, \qquad "
        rf"H \mathbf{{e}} = \lambda \mathbf{{e}}, \qquad \eta_{{\max}} = {most}"
    )


def curvature_with_numbers(
    steepest: float, flattest: float, *, learning_rate: float, momentum: float = 0.0
) -> str:
    """Write the largest stable rate, and what a step leaves of the error, with their numbers.

    Parameters
    ----------
    steepest, flattest : the largest and the smallest eigenvalue of the loss's curvature.
    """
    above = "2" if momentum == 0 else rf"2\,(1 + {number(momentum)})"
    bound = 2 * (1 + momentum) / steepest if steepest > 0 else math.inf
    lines = [rf"\eta_{{\max}} &= \frac{{{above}}}{{{number(steepest)}}} = {number(bound)}"]
    for name, value in (("steepest", steepest), ("flattest", flattest)):
        factor = number(factor_per_step(learning_rate, value, momentum=momentum), 5)
        if momentum == 0:
            product = rf"1 - {number(learning_rate)} \cdot {number(value)}"
            lines.append(rf"1 - \eta \lambda_\text{{{name}}} &= {product} = {factor}")
        else:
            lines.append(rf"\zeta(\lambda_\text{{{name}}} = {number(value)}) &= {factor}")
    return aligned(lines, apart=0.5)


def local_bound_with_numbers(bound: float, *, step: int, momentum: float = 0.0) -> str:
    r"""Write the largest stable rate of kernels in sequence, where it was measured.

    >>> local_bound_with_numbers(0.1, step=60)
    '\\eta_{\\max}(60) = \\frac{2}{\\lambda_{\\max}(60)} = \\frac{2}{20} = 0.1'
    """
    above = "2" if momentum == 0 else rf"2\,(1 + {number(momentum)})"
    left = rf"\eta_{{\max}}({step}) = \frac{{{above}}}{{\lambda_{{\max}}({step})}}"
    if not math.isfinite(bound):
        return rf"{left} = \infty"
    return rf"{left} = \frac{{{above}}}{{{number(2 * (1 + momentum) / bound)}}} = {number(bound)}"


def shrinking_sentence(name: str, factor: float) -> str:
    """Say in words what a factor per step means for the error along a direction.

    >>> shrinking_sentence("steepest", -0.5)
    'Along the steepest direction half of the error is left after 1 step.'
    >>> shrinking_sentence("steepest", -1.1)
    'Along the steepest direction the error grows by 10% with every step.'
    >>> shrinking_sentence("steepest", -169.0)
    'Along the steepest direction the error grows 169 times with every step.'
    """
    if abs(factor) >= 2:
        times = f"{abs(factor):.3g}" if abs(factor) < 1000 else f"{abs(factor):,.0f}"
        return f"Along the {name} direction the error grows {times} times with every step."
    if abs(factor) > 1 + 1e-9:
        growth = f"{100 * (abs(factor) - 1):.3g}%"
        return f"Along the {name} direction the error grows by {growth} with every step."
    halve = steps_to_halve(factor)
    if halve > 1e7:
        return f"Along the {name} direction the error stays as it is."
    steps = f"{halve:.3g}" if halve < 100 else f"{round(halve):,}"
    plural = "" if steps == "1" else "s"
    return f"Along the {name} direction half of the error is left after {steps} step{plural}."


def diverged_sentence(learning_rate: float, steepest: float, *, momentum: float = 0.0) -> str:
    """Say why a run with one kernel has diverged.

    >>> diverged_sentence(0.14, 17.0)
    'Learning rate × curvature = 0.14 × 17 = 2.38, more than 2.'
    """
    product = f"{learning_rate:.4g} × {steepest:.4g} = {learning_rate * steepest:.4g}"
    most = 2 * (1 + momentum)
    limit = "2" if momentum == 0 else f"2 (1 + {momentum:g}) = {most:.4g}"
    if learning_rate * steepest > most:
        return f"Learning rate × curvature = {product}, more than {limit}."
    return (
        f"Learning rate × curvature = {product}, not more than {limit} on average, but single "
        "batches are steeper."
    )


def _bracketed(value: float) -> str:
    return f"({number(value)})" if value < 0 else number(value)
