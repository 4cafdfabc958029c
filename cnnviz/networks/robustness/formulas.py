"""An attack's step as a formula, and with the numbers of one pixel, as LaTeX."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cnnviz.networks.robustness.adversarial import Attack, step_length
from cnnviz.notation import digits_that_add_up, latex_number

_SLOPE = r"\operatorname{sign}\frac{\partial L}{\partial x}"
_SLOPE_THERE = r"\operatorname{sign}\frac{\partial L}{\partial x'}"


MARGIN = r"P_u - \max_{u' \ne u} P_{u'}"
"""How far a class is ahead of the best of the others; below 0 another is the answer."""


def margin_with_numbers(probabilities: ArrayLike, class_index: int) -> str:
    r"""Write a class's margin with the numbers of one answer.

    >>> print(margin_with_numbers([0.5, 0.125, 0.375], 0))
    P_{0} - P_{2} = 0.5 - 0.375 = 0.125
    >>> print(margin_with_numbers([0.10037, 0.01], 0))
    P_{0} - P_{1} = 0.10037 - 0.01 = 0.09037
    """
    array = np.asarray(probabilities, np.float64)
    other = best_other(array, class_index)
    own, best = float(array[class_index]), float(array[other])
    digits = digits_that_add_up([own, -best], own - best)
    sign = "=" if digits else r"\approx"
    return (
        rf"P_{{{class_index}}} - P_{{{other}}} = {latex_number(own, digits or 4)} - "
        rf"{latex_number(best, digits or 4)} {sign} {latex_number(own - best)}"
    )


def best_other(probabilities: ArrayLike, class_index: int) -> int:
    """Find the most probable class beside one."""
    others = np.array(probabilities, np.float64)
    others[class_index] = -np.inf
    return int(others.argmax())


def attack_rule(epsilon: int, *, targeted: bool, steps: int) -> str:
    r"""Write how each number of the picture is changed.

    >>> print(attack_rule(4, targeted=False, steps=1))
    x' = \min(255, \max(0, x + \varepsilon \, \operatorname{sign}\frac{\partial L}{\partial x}))
    """
    sign = "-" if targeted else "+"
    if steps == 1:
        return rf"x' = \min(255, \max(0, x {sign} \varepsilon \, {_SLOPE}))"
    length = latex_number(step_length(epsilon, steps))
    return (
        rf"x' \leftarrow \min(x + \varepsilon, \max(x - \varepsilon, x' {sign} {length} \, "
        rf"{_SLOPE_THERE})), \quad 0 \le x' \le 255"
    )


def steepest(attack: Attack) -> tuple[int, int, int]:
    """Find the number of the picture that the loss hangs on most: (row, column, channel)."""
    row, column, channel = np.unravel_index(int(np.abs(attack.slope).argmax()), attack.slope.shape)
    return int(row), int(column), int(channel)


def step_with_numbers(attack: Attack, epsilon: int, *, targeted: bool) -> str:
    r"""Write the single step with the numbers of the steepest pixel.

    >>> print(step_with_numbers(Attack(*(np.full((1, 1, 1), v) for v in (9, 11)), None,
    ...       np.full((1, 1, 1), 0.5)), 2, targeted=False))
    \min(255, \max(0, 9 + 2 \cdot \operatorname{sign}(0.5))) = 11
    """
    place = steepest(attack)
    sign = "-" if targeted else "+"
    return (
        rf"\min(255, \max(0, {attack.before[place]} {sign} {epsilon} \cdot "
        rf"\operatorname{{sign}}({latex_number(float(attack.slope[place]))}))) "
        f"= {attack.after[place]}"
    )
