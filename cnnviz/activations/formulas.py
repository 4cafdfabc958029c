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

SOFTMAX = (
    r"P_u = \frac{e^{z_u/T}}{\sum_{u'} e^{z_{u'}/T}} = "
    r"\frac{e^{(z_u - z_{\max})/T}}{\sum_{u'} e^{(z_{u'} - z_{\max})/T}}"
)
"""Softmax with temperature T, as it is written and with the largest logit subtracted."""

SLOPE_OF_LOSS = r"\frac{\partial L}{\partial z_u} = \frac{P_u - t_u}{T}"
"""The slope of the cross-entropy by each logit: t is 1 for the right class, 0 for the others."""

GRADIENT_BY_DEPTH = (
    r"\frac{\partial L}{\partial y_1} = \frac{\partial L}{\partial y_D}\;"
    r"f'(z_D) \, W_D \; f'(z_{D-1}) \, W_{D-1} \cdots f'(z_2) \, W_2, \qquad "
    r"z_l = W_l \, y_{l-1}, \quad y_l = f(z_l)"
)
"""The chain rule through a stack: gradients are rows, f' of a layer is a diagonal matrix."""

DEAD_RELU = (
    r"\Delta w = -\eta \sum_\text{examples} \delta \, f'(z) \, x = -\eta "
    r"\sum_\text{examples} \delta \cdot 0 \cdot x = 0 \quad \text{if every } z \le 0"
)
"""What a step changes on a unit whose sum is negative for every example."""

# A bracket around a negative number that something else already sets apart.
_BRACKETED = re.compile(
    r"(?<=[({|])\((-[\d.]+)\)(?=[)}|,])|(?<=[&,=}<e] )\((-[\d.]+)\)(?= ?[&<>\\,)]|$)"
)


def with_numbers(
    activation: Activation,
    x: float,
    *,
    derivative: bool = False,
    parameters: Mapping[str, float] | None = None,
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
    given = dict(parameters or {})
    result = float(evaluate(np.float64(x), **given))
    formula = activation.derivative_formula if derivative else activation.formula
    # What follows a \quad explains letters; the result belongs before it.
    rule, aside, explanation = formula.partition(r"\quad")
    numbers = {"x": x}
    for name, parameter in activation.parameters.items():
        if not parameter.is_switch:
            numbers[parameter.symbol] = float(given.get(name, parameter.default))
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


def softmax_with_numbers(
    logits: ArrayLike, class_index: int, *, temperature: float = 1.0, name: str = ""
) -> str:
    """Write one class's probability as its term over the sum of all terms, with the numbers.

    The largest logit is subtracted first. Of more than eight terms the largest ones are written
    out and the others summed up.

    Parameters
    ----------
    logits : (classes,) finite
    class_index : whose probability
    name : what the class is called, for P's index.

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
    left = rf"P_\text{{{name}}}" if name else "P"
    rest = len(values) - len(order)
    if rest:
        others = float(np.delete(terms.exponentials, order).sum())
        powers.append(r"\dots")
        numbers.append(latex_number(others))
    return (
        rf"{left} = \frac{{{_power(float(terms.scaled[class_index]))}}}{{{' + '.join(powers)}}} "
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
    'L = -\\ln P = -\\ln 0.5 \\approx 0.693147'
    """
    values = np.asarray(logits, np.float64)
    loss = float(cross_entropy(values, class_index, temperature=temperature)) + 0.0  # never -0
    probability, result = _probability_and_loss(loss)
    return rf"L = -\ln P = -\ln {probability} {result}"


def leak_with_numbers(slope: float) -> str:
    """Write what a step changes on such a unit of a leaky ReLU."""
    return (
        rf"\Delta w = -\eta \sum_\text{{examples}} \delta \cdot {slope:g} \cdot x "
        r"\quad \text{if every } z \le 0"
    )


def scaled_with_numbers(filtered: float, before: float, *, scale: float, bias: float) -> str:
    r"""Write how a filtered value becomes what enters the activation.

    >>> scaled_with_numbers(0.5, 0.75, scale=2.0, bias=-0.25)
    'x = 2 \\cdot 0.5 - 0.25 = 0.75'
    """
    offset = f"{'-' if bias < 0 else '+'} {abs(bias):g}"
    value = bracketed(latex_number(filtered))
    return rf"x = {scale:g} \cdot {value} {offset} {equals(before)}"


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


def _probability_and_loss(loss: float) -> tuple[str, str]:
    """Write p and -ln p with as many digits of p as give that -ln p to who takes its logarithm."""
    result = equals(loss)
    if loss < 690:
        p = math.exp(-loss)
        texts = (latex_number(p, digits) for digits in range(4, 16))
        values = (float(f"{p:.{digits}g}") for digits in range(4, 16))
        pairs = zip(texts, values, strict=True)
        exact = (text for text, read in pairs if read > 0 and equals(-math.log(read)) == result)
        return next(exact, latex_number(p)), result
    # Smaller than any float64: written by its logarithm.
    exponent = math.floor(-loss / math.log(10))
    return rf"{10 ** (-loss / math.log(10) - exponent):.3g} \cdot 10^{{{exponent}}}", result


def _power(exponent: float) -> str:
    return f"e^{{{latex_number(exponent)}}}"


def _bracketed(value: float) -> str:
    text = np.format_float_positional(value, precision=6, trim="-", fractional=False)
    return bracketed(text)
