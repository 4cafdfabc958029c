"""Numbers inside formulas (LaTeX)."""

import math

import numpy as np


def latex_number(value: float) -> str:
    r"""Write about four digits, as a power of ten where that is shorter.

    >>> latex_number(0.12345), latex_number(-1.5e-7)
    ('0.1235', '-1.5 \\cdot 10^{-7}')
    """
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else (r"\infty" if value > 0 else r"-\infty")
    exponent = math.floor(math.log10(abs(value)))
    if -4 <= exponent < 6:
        return np.format_float_positional(value, precision=4, fractional=False, trim="-")
    # Through text: dividing by a power of ten would leave float64 for the smallest numbers.
    mantissa, _, power = f"{value:.2e}".partition("e")
    return rf"{float(mantissa):g} \cdot 10^{{{int(power)}}}"


def bracketed(text: str) -> str:
    """Put brackets around a negative number, as after a sign or a dot.

    >>> bracketed("-2"), bracketed("2")
    ('(-2)', '2')
    """
    return f"({text})" if text.startswith("-") else text


def equals(value: float) -> str:
    r"""Write what a formula gives, with = or, where digits are left out, with the sign for that.

    >>> equals(0.5), equals(1 / 3)
    ('= 0.5', '\\approx 0.333333')
    """
    short = float(f"{value:.6g}")
    sign = "=" if short == value else r"\approx"
    if value != 0 and not 1e-5 <= abs(value) < 1e7:
        return rf"{sign} {latex_number(value)}"
    return f"{sign} {np.format_float_positional(short, trim='-')}"
