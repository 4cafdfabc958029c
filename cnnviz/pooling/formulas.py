"""Formulas of pooling and of its gradient, as LaTeX."""

import math
from collections.abc import Mapping
from types import MappingProxyType

from cnnviz.notation import aligned
from cnnviz.pooling.shift import ShiftedMaps, relative

POOLING: Mapping[str, str] = MappingProxyType(
    {
        "max": r"y_{r,c} = \max_{i,j} \; x_{\,s r + i - p_\text{top},\; s c + j - p_\text{left}}",
        "average": r"y_{r,c} = \frac{1}{N} \sum_{i,j} "
        r"x_{\,s r + i - p_\text{top},\; s c + j - p_\text{left}}",
        "l2": r"y_{r,c} = \sqrt{\sum_{i,j} "
        r"x_{\,s r + i - p_\text{top},\; s c + j - p_\text{left}}^{\,2}}",
    }
)
"""What a window becomes; N counts its pixels inside the picture."""

GRADIENT: Mapping[str, str] = MappingProxyType(
    {
        "max": r"\frac{\partial y}{\partial x} = \begin{cases} 1 & \text{for the winner} \\ "
        r"0 & \text{for all others} \end{cases}",
        "average": r"\frac{\partial y}{\partial x} = \frac{1}{N}",
        "l2": r"\frac{\partial y}{\partial x} = \frac{x}{y}",
    }
)
"""How much each pixel of a window gets of the gradient that arrives at its pooled value."""

CHANGE = (
    r"\text{change} = \frac{\lVert \text{moved} - \text{at rest} \rVert}"
    r"{\lVert \text{at rest} \rVert}"
)
"""How much a result changes when the picture moves: lengths are roots of summed squares."""


def changes_with_numbers(found: ShiftedMaps) -> str:
    """Write the change of the map and of the pooled map with their numbers."""
    lines = []
    for name, far, length in (
        ("map", found.map_distance, found.map_length),
        ("pooled map", found.pooled_distance, found.pooled_length),
    ):
        share = rf"\frac{{{far:,.0f}}}{{{length:,.0f}}}".replace(",", "{,}")
        change = relative(far, length)
        result = r"\infty" if math.isinf(change) else f"{change:.3f}"
        lines.append(rf"\text{{{name}}} &= {share} = {result}")
    return aligned(lines, apart=0.6)
