"""The mean over samples as a formula with its numbers, as LaTeX."""

from __future__ import annotations

from collections.abc import Sequence

from cnnviz.notation import latex_number

_WRITTEN = 4


def mean_formula(probabilities: Sequence[float]) -> str:
    r"""Write the mean of so many probabilities, the first and the last of them in numbers.

    >>> print(mean_formula([0.5, 0.25]))
    P = \frac{1}{N} (P_1 + \dots + P_N) = \frac{1}{2} (0.5 + 0.25) = 0.375
    """
    numbers = [latex_number(one) for one in probabilities]
    if len(numbers) > _WRITTEN:
        numbers = [*numbers[: _WRITTEN - 1], r"\dots", numbers[-1]]
    mean = latex_number(sum(probabilities) / len(probabilities))
    return (
        r"P = \frac{1}{N} (P_1 + \dots + P_N) = "
        rf"\frac{{1}}{{{len(probabilities)}}} ({' + '.join(numbers)}) = {mean}"
    )
