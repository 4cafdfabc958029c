"""The formulas of a search, with its own numbers in them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from cnnviz.notation import latex_number
from cnnviz.search.index import Match, Metric, Vectors, best_precision, distances_to, precision

_RULES = {
    "cosine": r"\cos = \frac{\sum_u x_u x'_u}{\sqrt{\sum_u x_u^2}\,\sqrt{\sum_u x'^{\,2}_u}}",
    "euclidean": r"\text{distance} = \sqrt{\sum_u (x_u - x'_u)^2}",
    "manhattan": r"\text{distance} = \sum_u |x_u - x'_u|",
    "chebyshev": r"\text{distance} = \max_u |x_u - x'_u|",
}


def similarity_formula(query: Vectors, match: Vectors, metric: Metric) -> str:
    """Write the similarity of two vectors: the rule, then with their numbers, as LaTeX.

    Parameters
    ----------
    query, match : (channels,) float32, as they are compared (`ImageIndex.relative`).

    >>> similarity_formula(np.float32([3, 0]), np.float32([3, 4]), "euclidean").split("=")[-1]
    ' 4'
    """
    rule = _RULES[metric]
    one, other = query.astype(np.float64), match.astype(np.float64)
    distance = float(distances_to(match[None], query, metric)[0])
    if metric == "cosine":
        lengths = [float(np.linalg.norm(vector)) for vector in (one, other)]
        numbers = (
            rf"\frac{{{_number(float(one @ other))}}}"
            rf"{{{_number(lengths[0])} \cdot {_number(lengths[1])}}} = {_number(1 - distance)}"
        )
        return f"{rule} = {numbers}"
    gaps = np.abs(one - other)
    if metric == "euclidean":
        return rf"{rule} = \sqrt{{{_number(float((gaps**2).sum()))}}} = {_number(distance)}"
    if metric == "manhattan":
        first = " + ".join(_number(float(gap)) for gap in gaps[:3])
        more = r" + \dots" if len(gaps) > 3 else ""
        return f"{rule} = {first}{more} = {_number(distance)}"
    at = int(gaps.argmax())
    return rf"{rule} = |x_{{{at}}} - x'_{{{at}}}| = {_number(distance)}"


def precision_formula(matches: Sequence[Match], label: str, available: int) -> str:
    """Write the precision: right matches over all, and the best that was possible, as LaTeX.

    >>> found = [Match(0, "fish", 0, 1), Match(1, "dam", 0, 1)]
    >>> precision_formula(found, "fish", 9).split("=")[-1]
    ' 0.5'
    >>> precision_formula(found, "fish", 1).split(r"quad ")[-1]
    '\\\\text{(at most } 1 / 2 = 0.5 \\\\text{: no more could be found)}'
    """
    right, count = sum(match.label == label for match in matches), len(matches)
    formula = (
        r"\text{precision} = \frac{\text{right}}{\text{found}} = "
        rf"\frac{{{right}}}{{{count}}} = {_number(precision(matches, label))}"
    )
    if available >= count:
        return formula
    most = _number(best_precision(count, available))
    return (
        rf"{formula} \quad \text{{(at most }} {available} / {count} = {most} "
        r"\text{: no more could be found)}"
    )


def rank_weighted_formula(matches: Sequence[Match], label: str, available: int) -> str:
    """Write the rank-weighted score: what right ranks gain, over the best possible, as LaTeX."""
    ranks = [rank for rank, match in enumerate(matches, start=1) if match.label == label]
    gain = sum(1 / math.log2(rank + 1) for rank in ranks)
    reachable = min(len(matches), available)
    best = sum(1 / math.log2(rank + 1) for rank in range(1, reachable + 1))
    terms = " + ".join(rf"\frac{{1}}{{\log_2 {rank + 1}}}" for rank in ranks[:3]) or "0"
    more = r" + \dots" if len(ranks) > 3 else ""
    return (
        r"\text{rank-weighted} = \frac{\sum_{\text{right ranks}} 1 / \log_2(\text{rank} + 1)}"
        rf"{{\sum_{{\text{{rank}} = 1}}^{{{reachable}}} 1 / \log_2(\text{{rank}} + 1)}} = "
        rf"\frac{{{terms}{more}}}{{{_number(best)}}} = "
        rf"\frac{{{_number(gain)}}}{{{_number(best)}}} = {_number(gain / best if best else 0.0)}"
    )


def _number(value: float) -> str:
    return latex_number(value, 3)
