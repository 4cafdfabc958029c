"""Formulas of activations, softmax and gradients with numbers in the place of letters (LaTeX)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from cnnviz.activations.activation import Activation
from cnnviz.activations.gradients import GradientByDepth
from cnnviz.activations.softmax_cross_entropy import cross_entropy, softmax_terms
from cnnviz.notation import bracketed, equals, latex_number

# A bracket around a negative number that something else already sets apart.
_BRACKETED = re.compile(
    r"(?<=[({|])\((-[\d.]+)\)(?=[)}|,])|(?<=[&,=}<e] )\((-[\d.]+)\)(?= ?[&<>\\,)]|$)"
)


def with_numbers(
    activation: Activation, x: float, *, derivative: bool = False, **parameters: float
) -> str:
    r"""Write an activation's formula, or its derivative's, with ``x`` in it, and what it gives.

    Parameters
    ----------
    x : finite
    parameters : the activation's, as for ``Activation.function``

    Raises
    ------
    ValueError : an unknown parameter, or one the formula has no meaning for.

    >>> from cnnviz.activations import ACTIVATIONS
    >>> with_numbers(ACTIVATIONS["relu"], -2)
    'f(-2) = \\max(0, -2) = 0'
    """
    evaluate = activation.derivative if derivative else activation.function
    result = float(evaluate(np.float64(x), **parameters))
    formula = activation.derivative_formula if derivative else activation.formula
    # What follows a \quad explains letters; the result belongs before it.
    rule, aside, explanation = formula.partition(r"\quad")
    numbers = {"x": x}
    for name, parameter in activation.parameters.items():
        if not parameter.is_switch:
            numbers[parameter.symbol] = float(parameters.get(name, parameter.default))
    rule, explanation = _substituted(rule, numbers).rstrip(" ,"), _substituted(explanation, numbers)
    if not rule.endswith(equals(result)):
        rule = f"{rule} {equals(result)}"
    return f"{rule}, {aside}{explanation}" if aside else rule


def _substituted(formula: str, numbers: Mapping[str, float]) -> str:
    for symbol, value in numbers.items():
        # A letter by itself, not one of \max, \begin{cases} or \approx.
        alone = rf"(?<![\\A-Za-z]){re.escape(symbol)}(?![A-Za-z])"
        formula = re.sub(alone, _bracketed(value), formula)
    # Between two numbers a thin space would read as one number.
    formula = formula.replace(r"\,", r" \cdot ")
    return _BRACKETED.sub(lambda found: found[1] or found[2], formula)


def softmax_with_numbers(logits: ArrayLike, class_index: int, *, temperature: float = 1.0) -> str:
    """Write one class's probability as its term over the sum of all terms, with the numbers.

    The largest logit is subtracted first. Of more than eight terms the largest ones are written
    out and the others summed up.

    Parameters
    ----------
    logits : (classes,) finite
    class_index : whose probability

    Raises
    ------
    ValueError : as :func:`cnnviz.activations.cross_entropy`.
    """
    values = np.asarray(logits, np.float64)
    cross_entropy(values, class_index, temperature=temperature)  # refuses what has no meaning
    terms = softmax_terms(values, temperature=temperature)
    order = list(range(len(values)))
    if len(values) > 8:
        largest = np.argsort(-terms.exponentials, kind="stable")[:6]
        order = sorted({class_index, *largest.tolist()})
    powers = [_power(value) for value in terms.scaled[order]]
    numbers = [latex_number(value) for value in terms.exponentials[order]]
    rest = len(values) - len(order)
    if rest:
        left = float(np.delete(terms.exponentials, order).sum())
        powers.append(r"\dots")
        numbers.append(latex_number(left))
    return (
        rf"p = \frac{{{_power(float(terms.scaled[class_index]))}}}{{{' + '.join(powers)}}} "
        rf"= \frac{{{latex_number(float(terms.exponentials[class_index]))}}}"
        rf"{{{' + '.join(numbers)}}} "
        rf"= \frac{{{latex_number(float(terms.exponentials[class_index]))}}}"
        rf"{{{latex_number(float(terms.total))}}} {equals(float(terms.probabilities[class_index]))}"
    )


def cross_entropy_with_numbers(
    logits: ArrayLike, class_index: int, *, temperature: float = 1.0
) -> str:
    r"""Write the loss of the right class, -ln p, with the numbers.

    >>> cross_entropy_with_numbers([0.0, 0.0], 0)
    'L = -\\ln p = -\\ln 0.5 \\approx 0.693147'
    """
    values = np.asarray(logits, np.float64)
    loss = float(cross_entropy(values, class_index, temperature=temperature))
    return rf"L = -\ln p = -\ln {_probability(loss)} {equals(loss)}"


def gradient_with_numbers(found: GradientByDepth) -> str:
    """Write how the gradient of the first layer's outputs follows from that of the last's."""
    first, last, factor = (
        latex_number(float(value))
        for value in (
            found.output_gradient_rms[0],
            found.output_gradient_rms[-1],
            found.factor_per_layer,
        )
    )
    layers = len(found.output_gradient_rms) - 1
    return (
        rf"{last} \cdot \underbrace{{{factor} \cdots {factor}}}_{{{layers}\ \text{{times}}}}"
        rf" = {last} \cdot ({factor})^{{{layers}}} \approx {first}"
    )


def _probability(loss: float) -> str:
    if loss < 690:
        return latex_number(math.exp(-loss))
    # Smaller than any float64: written by its logarithm.
    exponent = math.floor(-loss / math.log(10))
    return rf"{10 ** (-loss / math.log(10) - exponent):.3g} \cdot 10^{{{exponent}}}"


def _power(exponent: float) -> str:
    return f"e^{{{latex_number(exponent)}}}"


def _bracketed(value: float) -> str:
    text = np.format_float_positional(value, precision=6, trim="-", fractional=False)
    return bracketed(text)
