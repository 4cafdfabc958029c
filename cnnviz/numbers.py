"""How a number is written where there is little room."""

import math


def written(value: float, digits: int = 3) -> str:
    """Write a number with about `digits` significant digits and a true minus sign.

    >>> written(-310.0), written(0.0625), written(12.3456)
    ('\u2212310', '0.0625', '12.3')
    """
    if not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e6:
        text = str(int(value))
    elif not 1e-3 <= abs(value) < 1e6:
        text = f"{value:.1e}"
    else:
        whole = max(0, math.floor(math.log10(abs(value))))
        text = (
            f"{value:.{max(0, min(4, digits - 1 - whole))}f}"
            if abs(value) >= 1
            else (f"{value:.4f}".rstrip("0"))
        )
    return text.replace("-", "\u2212")
