"""One line of arithmetic as a tree: fractions, roots, powers and brackets, with its numbers.

A formula is a text (a number, a letter or some words) or an `Operation` on other formulas.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from cnnviz.notation import written

Kind = Literal["line", "fraction", "power", "root", "call", "brackets"]


class Operation(NamedTuple):
    """What is done to the parts.

    kind : "line", operands with a sign between any two of them; "fraction", what is divided and by
        what; "power", the base and its exponent; "root", what is under it; "call", a function's
        name and its argument; "brackets", what is inside.
    """

    kind: Kind
    parts: tuple[Formula, ...]


Formula = str | Operation


def number(value: float) -> str:
    """Write a number for a formula."""
    return written(float(value), 5)


def operand(value: float) -> Formula:
    """Write a number that follows a sign: a negative one in brackets.

    >>> as_text(operand(-2.0)), as_text(operand(2.0))
    ('(\u22122)', '2')
    """
    return Operation("brackets", (number(value),)) if value < 0 else number(value)


def line(*parts: Formula) -> Formula:
    """Write operands with signs between them: line("a", "+", "b").

    >>> as_text(line("a", "+", "b"))
    'a + b'
    """
    return Operation("line", parts)


def joined(sign: str, operands: list[Formula]) -> Formula:
    """Put the same sign between all operands.

    >>> as_text(joined("×", ["a", "b", "c"]))
    'a × b × c'
    """
    return line(operands[0], *(part for one in operands[1:] for part in (sign, one)))


def bracketed(inside: Formula) -> Formula:
    """Put brackets around a formula."""
    return Operation("brackets", (inside,))


def fraction(above: Formula, below: Formula) -> Formula:
    """Divide; the line stands for brackets.

    >>> as_text(fraction(line("x", "−", "μ"), "σ"))
    '(x − μ) / σ'
    """
    return Operation("fraction", (above, below))


def power_of_e(exponent: Formula) -> Formula:
    """Raise e.

    >>> as_text(power_of_e("x")), as_text(power_of_e(line("x", "−", "1")))
    ('e^x', 'e^(x − 1)')
    """
    return Operation("power", ("e", exponent))


def root(inside: Formula) -> Formula:
    """Take the square root.

    >>> as_text(root(line("σ²", "+", "ε")))
    '√(σ² + ε)'
    """
    return Operation("root", (inside,))


def called(function: str, argument: Formula) -> Formula:
    """Apply a function.

    >>> as_text(called("ReLU", "−1"))
    'ReLU(−1)'
    """
    return Operation("call", (function, argument))


def as_text(formula: Formula) -> str:
    """Write a formula in one line, with the brackets that its drawing does without."""
    if isinstance(formula, str):
        return formula
    texts = [as_text(part) for part in formula.parts]
    match formula.kind:
        case "line":
            return " ".join(texts).replace(" , ", ", ")
        case "fraction":
            return " / ".join(map(_atom, formula.parts))
        case "power":
            return f"{texts[0]}^{_atom(formula.parts[1])}"
        case "root":
            return f"√({texts[0]})"
        case "call":
            return f"{texts[0]}({texts[1]})"
    return f"({texts[0]})"


def _atom(formula: Formula) -> str:
    text = as_text(formula)
    several = formula.kind == "line" if isinstance(formula, Operation) else " " in formula
    return f"({text})" if several else text
