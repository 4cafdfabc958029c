"""Formulas of pooling and of its gradient, as LaTeX."""

from collections.abc import Mapping
from types import MappingProxyType

POOLING: Mapping[str, str] = MappingProxyType(
    {
        "max": r"y_{r,c} = \max_{i,j} \; x_{\,s r + i - p_\text{top},\; s c + j - p_\text{left}}",
        "average": r"y_{r,c} = \frac{1}{n} \sum_{i,j} "
        r"x_{\,s r + i - p_\text{top},\; s c + j - p_\text{left}}",
        "l2": r"y_{r,c} = \sqrt{\sum_{i,j} "
        r"x_{\,s r + i - p_\text{top},\; s c + j - p_\text{left}}^{\,2}}",
    }
)
"""What a window becomes: x pixels, s stride, p padding, n pixels of the window in the picture."""

GRADIENT: Mapping[str, str] = MappingProxyType(
    {
        "max": r"\frac{\partial y}{\partial x} = \begin{cases} 1 & \text{for the winner} \\ "
        r"0 & \text{for all others} \end{cases}",
        "average": r"\frac{\partial y}{\partial x} = \frac{1}{n}",
        "l2": r"\frac{\partial y}{\partial x} = \frac{x}{y}",
    }
)
"""How much each pixel of a window gets of the gradient that arrives at its pooled value."""
