"""How numbers and symbols are written in cells, words and formulas (LaTeX), and text quoted."""

import decimal
import json
import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType

import numpy as np

_LONGEST_NAME = 120


def written(value: float, digits: int = 3, letters: int | None = None) -> str:
    """Write a number with `digits` significant digits at most and a true minus sign.

    Whole numbers below a million, and the whole part of others, are never cut; zeros at the end
    are left out; below a thousandth and from a million on it is a power of ten. Where the text is
    longer than `letters` signs, fewer digits are written, down to one. Halves are rounded away
    from zero. `written` in `assets/components/shared/numbers.js` follows the same rule.

    >>> written(-310.0), written(0.00123456), written(12.3456), written(1.5e-7)
    ('\u2212310', '0.00123', '12.3', '1.5e\u22127')
    >>> written(-0.00123456, letters=7)
    '\u22120.0012'
    """
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else _signed("\u221e", value)
    size = abs(value)
    if size < 1e6 and size == int(size):
        return _signed(str(int(size)), value)
    text = _signed(_rounded(size, digits), value)
    while letters is not None and len(text) > letters and digits > 1:
        digits -= 1
        text = _signed(_rounded(size, digits), value)
    return text


def _rounded(size: float, digits: int) -> str:
    whole = len(str(int(size))) if 1 <= size < 1e6 else 0
    context = decimal.Context(prec=max(digits, whole), rounding=decimal.ROUND_HALF_UP)
    rounded = context.create_decimal_from_float(size).normalize(context)
    power = rounded.adjusted()
    if -3 <= power < 6:
        return f"{rounded:f}"
    return f"{rounded.scaleb(-power):f}e{_signed(str(abs(power)), power)}"


def _signed(text: str, value: float) -> str:
    return f"\u2212{text}" if value < 0 else text


def written_share(part: float, whole: float = 1.0) -> str:
    """Write a share in percent: neither 0 nor all of it unless it is exactly that.

    >>> written_share(1, 4), written_share(0, 9), written_share(1, 9999), written_share(9998, 9999)
    ('25%', '0%', 'under 0.1%', 'over 99.9%')
    """
    part = float(part)  # of float32 other digits would be written
    if 0 < part < whole / 1000:
        return "under 0.1%"
    if whole * 0.999 < part < whole:
        return "over 99.9%"
    return f"{round(100 * part / whole, 1):g}%"


def written_count(count: int) -> str:
    """Write a whole number: in full below ten millions, then in words.

    >>> written_count(1_228_800), written_count(3_000_000_000)
    ('1,228,800', '3 billion')
    """
    for size, word in ((10**12, "trillion"), (10**9, "billion"), (10**7, "million")):
        if count >= size:
            unit = 10**6 if word == "million" else size
            return f"{written(count / unit, 4)} {word}"
    return f"{count:,}"


def written_bytes(count: int) -> str:
    """Write a number of bytes in the largest unit that leaves at least one.

    >>> written_bytes(3584), written_bytes(4_915_600)
    ('3.5 KiB', '4.69 MiB')
    """
    size, unit = float(count), "bytes"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if size < 1024:
            break
        size, unit = size / 1024, larger
    return f"{size:.3g} {unit}" if size < 1000 else f"{size:.0f} {unit}"


def latex_number(value: float, digits: int = 4) -> str:
    r"""Write a number inside a formula, by the rule of `written`.

    >>> latex_number(0.12345), latex_number(-1.5e-7)
    ('0.1235', '-1.5 \\cdot 10^{-7}')
    """
    if math.isinf(value):
        return r"\infty" if value > 0 else r"-\infty"
    plain, _, power = written(value, digits).replace("\u2212", "-").partition("e")
    return rf"{plain} \cdot 10^{{{int(power)}}}" if power else plain


def digits_that_add_up(
    values: Sequence[float], total: float, *, least: int = 4, most: int = 7
) -> int | None:
    """Find the fewest digits with which written numbers add up to their total as it is written.

    Returns
    -------
    None where none do, as where the total was rounded on the way.

    >>> digits_that_add_up([1 / 3, 1 / 3, 1 / 3], 1.0), digits_that_add_up([0.5, 1.5], 2.0)
    (5, 4)
    """
    for digits in range(least, most + 1):
        added = math.fsum(as_written(value, digits) for value in values)
        if written(added, least) == written(total, least):
            return digits
    return None


def as_written(value: float, digits: int) -> float:
    """Give the number that one reads where `written` has written this one."""
    return float(written(value, digits).replace("\u2212", "-").replace("\u221e", "inf"))


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


def shown(value: object, most: int = 60) -> str:
    """Quote what a stranger wrote, or a value from a file, in a sentence: short and printable.

    It is JSON's spelling, cut to `most` letters.

    >>> print(shown("dense_1"), shown([3, None]), shown("a\\nb"))
    "dense_1" [3, null] "a\\nb"
    >>> shown("x" * 1000, most=12)
    '"xxxxxxxx...'
    """
    if isinstance(value, str):
        value = value[:most]  # of megabytes, only the beginning is looked at
        text = json.dumps(value, ensure_ascii=False)
    else:
        try:
            text = json.dumps(value, ensure_ascii=True)
        except (TypeError, ValueError, RecursionError):
            text = f"a {type(value).__name__}"
    text = "".join(sign if sign.isprintable() else _escaped(sign) for sign in text)
    return text if len(text) <= most else text[: most - 3] + "..."


def shown_name(name: object) -> str:
    """Make a stranger's file name fit to be shown: printable, and not too long.

    >>> shown_name("a\\u202egnp.exe")
    'a\\ufffdgnp.exe'
    """
    text = str(name)
    if len(text) > _LONGEST_NAME:
        text = f"{text[: _LONGEST_NAME // 2]}…{text[1 - _LONGEST_NAME // 2 :]}"
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def _escaped(sign: str) -> str:
    return sign.encode("unicode_escape", "backslashreplace").decode()


def aligned(lines: Iterable[str], apart: float = 0.0) -> str:
    r"""Write lines of LaTeX below each other, their `&` in one column, so many em apart.

    >>> print(aligned(["a &= 1", "b &= 2"], apart=0.6))
    \begin{aligned}a &= 1 \\[0.6em] b &= 2\end{aligned}
    """
    between = rf" \\[{apart}em] " if apart else r" \\ "
    return r"\begin{aligned}" + between.join(lines) + r"\end{aligned}"


# ---- symbols -------------------------------------------------------------------------------------

SYMBOLS: Mapping[str, str] = MappingProxyType(
    {
        "x": "input",
        "x'": "input of the other picture",
        "y": "output",
        "w": "weight",
        "b": "bias",
        "z": "sum before the activation, in a network's last layer a logit",
        "f": "activation function",
        "f'": "its slope",
        r"\alpha": "parameter of an activation",
        "S": "scale of SELU",
        "g": "gate of Mish",
        r"\Phi": "share of a normal distribution below a number",
        r"\varphi": "density of the normal distribution",
        "r": "row",
        "c": "column",
        "i": "row in the window",
        "j": "column in the window",
        "q": "channel",
        "u": "element of a vector",
        "u'": "each element of it in turn",
        "k": "size of the kernel or window",
        "n": "size of the input",
        "n'": "size of the output",
        "s": "stride",
        "d": "dilation",
        "p": "padding at each end: what is added, or cut off a transposed convolution's result",
        "C": "channels that come in",
        "F": "filters",
        "G": "groups",
        "N": "how many numbers a mean is taken of",
        "T": "temperature",
        "P": "probability",
        "t": "target: what should come out",
        "L": "loss",
        r"\partial": "a small change: \u2202L / \u2202w is the slope of L along w",
        r"\Delta": "change by one step",
        r"\delta": "gradient that arrives at a unit",
        r"\eta": "learning rate",
        "m": "momentum",
        "v": "velocity: the step before, as momentum remembers it",
        r"\mathbf{x}": "the inputs under the kernel, and a 1 for the bias",
        "H": "the loss's second derivatives",
        r"\mathbf{e}": "direction, of length 1",
        r"\lambda": "curvature along it",
        r"\zeta": "what a step leaves of the error",
        "l": "layer, the first after the picture is 1",
        "D": "layers in all",
        "W": "weights of a layer, as a matrix",
        r"\rho": "rate of dropout",
        r"\mathbb{E}": "mean over many masks",
        "e": "2.718\u2026, the base of the natural logarithm",
        "M": "the map that is shown",
        "A": "one of a layer's maps, told by its channel",
        "a": "part of a cell in the weight of its map",
        r"\tau": "part of the way, from 0 to 1",
        r"\varepsilon": "how much is added to a pixel: noise, or at most so many levels",
        "Z": "what is learned of a picture: its spectrum, or its pixels",
        r"\nu": "size of a frequency, in cycles a pixel",
        "K": "mixes three colours as photos do",
        r"\mu": "what is hidden or let through: 0 or 1 at each place, and smooth between in RISE",
    }
)
"""What each symbol means, in every formula of the app."""

_COUNTED = frozenset("rcijqu")
"""Symbols that count places."""
_IN_WORDS = re.compile(r"\\(text|textbf|operatorname|mathrm)\{[^{}]*\}|\\(begin|end)\{[a-z]+\}")
_ATOM = re.compile(r"\\math(?:bf|bb)\{[A-Za-z]\}|\\[A-Za-z]+|[A-Za-z]'?")
_SIGNS = frozenset(
    re.findall(
        r"\\[A-Za-z]+",
        r"\frac \tfrac \sum \sqrt \left \right \max \min \tanh \ln \log \cos \cdot \cdots \dots"
        r"\ldots \mathbf \quad \qquad \infty \approx \le \ge \lfloor \rfloor \lceil \rceil \bigl"
        r"\bigr \Bigl \Bigr \lVert \rVert \odot \ni \tilde \underbrace"
        r" \leftarrow \longrightarrow \mathrel \top \pi \ne",
    )
)
"""What LaTeX writes with letters and is no symbol of ours."""


def symbols_of(*formulas: str) -> list[str]:
    r"""List the symbols in LaTeX formulas, each once, in the order in which they stand there.

    >>> symbols_of(r"y_{r,c} = b + \sum_{i} w_{i} \, x_{s r + i - p_\text{top}}", r"\max(n, n')")
    ['y', 'r', 'c', 'b', 'i', 'w', 'x', 's', 'p', 'n', "n'"]
    """
    found = (atom for formula in formulas for atom in _ATOM.findall(_IN_WORDS.sub("", formula)))
    return [atom for atom in dict.fromkeys(found) if atom not in _SIGNS]


def legend(*formulas: str, but: Collection[str] = ()) -> str:
    r"""Say what the symbols in LaTeX formulas mean, in one sentence.

    Parameters
    ----------
    but : symbols that need no word here.

    Raises
    ------
    KeyError : a formula has a symbol that `SYMBOLS` lacks.

    >>> legend(r"y_{r,c} = w \, x", but={"x"})
    'y output, r row, c column, w weight. Places are counted from 0, as in code.'
    """
    symbols = [symbol for symbol in symbols_of(*formulas) if symbol not in but]
    words = ", ".join(f"{_SHOWN.get(symbol, symbol)} {SYMBOLS[symbol]}" for symbol in symbols)
    counted = " Places are counted from 0, as in code." if _COUNTED.intersection(symbols) else ""
    return f"{words}.{counted}" if words else ""


_SHOWN = {
    "f'": "f\u2032",
    "n'": "n\u2032",
    "u'": "u\u2032",
    "x'": "x\u2032",
    r"\alpha": "\u03b1",
    r"\nu": "\u03bd",
    r"\Phi": "\u03a6",
    r"\varphi": "\u03c6",
    r"\partial": "\u2202",
    r"\Delta": "\u0394",
    r"\delta": "\u03b4",
    r"\eta": "\u03b7",
    r"\mathbf{x}": "**x**",
    r"\mathbf{e}": "**e**",
    r"\lambda": "\u03bb",
    r"\zeta": "\u03b6",
    r"\rho": "\u03c1",
    r"\mathbb{E}": "\U0001d53c",
    r"\tau": "\u03c4",
    r"\varepsilon": "\u03b5",
    r"\mu": "\u03bc",
}
"""How a symbol is written outside of a formula, where that is not its LaTeX."""
