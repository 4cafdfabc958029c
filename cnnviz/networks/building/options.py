"""The options of a layer: what each may be, and how it is written in an address and in Python.

An option is declared once, as the field of a layer's class (`whole`, `number`, ...): its default,
its limits and the letter that stands for it in an address. Everything else reads that.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnnviz.notation import shown

REQUIRED = object()
"""The default of what Keras asks for: always written, in an address and in a program."""


class BrokenRule(ValueError):  # noqa: N818
    """A value breaks an option's rule; the message is the rule without its subject."""


@dataclass(frozen=True)
class Option:
    """What every option has.

    letter : stands for it in an address, unique in its layer.
    start : its value in a layer that has just been added.
    default : Keras's own, or `REQUIRED`.
    optional : whether None is a value (it is the default then).
    """

    letter: str
    start: Any
    default: Any
    optional: bool = False

    @property
    def rule(self) -> str:
        """What the value must be, to stand behind "must be"."""
        raise NotImplementedError

    def checked(self, value: Any) -> Any:
        """Return the value in its one form.

        Raises
        ------
        BrokenRule : it is not what `rule` says.
        """
        if value is None and self.optional:
            return None
        accepted = self._accepted(value)
        if accepted is None:
            raise BrokenRule(self.rule)
        return accepted

    def _accepted(self, value: Any) -> Any:
        raise NotImplementedError

    def short(self, value: Any) -> str:
        """Write a value for an address, with letters, digits, dots and underscores alone."""
        raise NotImplementedError

    def read(self, text: str) -> Any:
        """Read what `short` wrote, in time proportional to its length.

        Raises
        ------
        BrokenRule : it is not what `rule` says.
        """
        raise NotImplementedError

    def python(self, value: Any) -> str:
        """Write a value as Python."""
        return repr(value) if not isinstance(value, str) else f'"{value}"'

    def for_keras(self, value: Any) -> Any:
        """Give a value as Keras takes it."""
        return value


def _is_whole(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _digits(text: str) -> int | None:
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else None


@dataclass(frozen=True)
class Whole(Option):
    """A whole number from `low` to `high`."""

    low: int = 1
    high: int = 1

    @property
    def rule(self) -> str:
        """What the value must be."""
        return f"a whole number from {self.low} to {self.high:,}"

    def _accepted(self, value: Any) -> int | None:
        return int(value) if _is_whole(value, self.low, self.high) else None

    def short(self, value: Any) -> str:
        """Write the digits."""
        return f"{value}"

    def read(self, text: str) -> Any:
        """Read the digits."""
        return self.checked(_digits(text) if _digits(text) is not None else text)


@dataclass(frozen=True)
class Odd(Whole):
    """An odd whole number from `low` to `high`."""

    @property
    def rule(self) -> str:
        """What the value must be."""
        return f"an odd whole number from {self.low} to {self.high:,}"

    def _accepted(self, value: Any) -> int | None:
        accepted = super()._accepted(value)
        return accepted if accepted is not None and accepted % 2 else None


_NUMBER = re.compile(r"n?[0-9]{1,12}(\.[0-9]{1,24})?(en?[0-9]{1,3})?")
# Pixels are brought to [0, 1] and to [-1, 1] by these, and nobody writes them as decimals.
_QUOTIENTS = {1 / 255: "1 / 255", 1 / 127.5: "1 / 127.5", 1 / 127: "1 / 127", 1 / 128: "1 / 128"}


def short(value: float) -> str:
    """Write a number for an address, with n for a minus sign.

    >>> short(-0.5), short(3.0), short(1e-7)
    ('n0.5', '3', '1en07')
    """
    text = repr(int(value)) if value == int(value) else repr(value)
    return text.replace("-", "n").replace("+", "")


def read_number(text: str) -> float:
    """Read what `short` wrote; NaN of anything else."""
    return float(text.replace("n", "-")) if _NUMBER.fullmatch(text) else math.nan


@dataclass(frozen=True)
class Number(Option):
    """A number from `low` to `high`; `step` is what a control moves it by."""

    low: float = 0.0
    high: float = 1.0
    step: float = 0.05

    @property
    def rule(self) -> str:
        """What the value must be."""
        return f"a number from {self.low:g} to {self.high:g}"

    def _accepted(self, value: Any) -> float | None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        # A whole number is compared before it is made a float, which a huge one cannot be.
        return float(value) if self.low <= value <= self.high else None

    def short(self, value: Any) -> str:
        """Write the decimals, with n for a minus sign."""
        return short(value)

    def read(self, text: str) -> Any:
        """Read the decimals."""
        return self.checked(read_number(text))

    def python(self, value: Any) -> str:
        """Write 1 / 255 as people do."""
        return _QUOTIENTS.get(value, repr(value))


@dataclass(frozen=True)
class Flag(Option):
    """True or False."""

    @property
    def rule(self) -> str:
        """What the value must be."""
        return "True or False"

    def _accepted(self, value: Any) -> bool | None:
        return value if isinstance(value, bool) else None

    def short(self, value: Any) -> str:
        """Write 1 or 0."""
        return "1" if value else "0"

    def read(self, text: str) -> Any:
        """Read 1 or 0."""
        return self.checked({"1": True, "0": False}.get(text, text))


@dataclass(frozen=True)
class Choice(Option):
    """One of several words."""

    words: tuple[str, ...] = ()

    @property
    def rule(self) -> str:
        """What the value must be."""
        return "one of " + ", ".join(self.words)

    def _accepted(self, value: Any) -> str | None:
        return value if isinstance(value, str) and value in self.words else None

    def short(self, value: Any) -> str:
        """Write the word."""
        return f"{value}"

    def read(self, text: str) -> Any:
        """Read the word."""
        return self.checked(text)


@dataclass(frozen=True)
class Pair(Option):
    """Rows and columns: two whole numbers from `low` to `high`, or one for both."""

    low: int = 1
    high: int = 1

    @property
    def rule(self) -> str:
        """What the value must be."""
        return f"one or two whole numbers from {self.low} to {self.high:,}"

    def _accepted(self, value: Any) -> tuple[int, int] | None:
        both = value if isinstance(value, tuple | list) else (value, value)
        if len(both) == 2 and all(_is_whole(side, self.low, self.high) for side in both):
            return both[0], both[1]
        return None

    def short(self, value: Any) -> str:
        """Write 3, or 3x5."""
        return f"{value[0]}" if value[0] == value[1] else f"{value[0]}x{value[1]}"

    def read(self, text: str) -> Any:
        """Read 3, or 3x5."""
        sides = [_digits(side) for side in text.split("x", 2)]
        return self.checked(sides[0] if len(sides) == 1 else sides)

    def python(self, value: Any) -> str:
        """Write one number where both are the same."""
        return f"{value[0]}" if value[0] == value[1] else repr(value)


@dataclass(frozen=True)
class Grid(Pair):
    """Rows and columns for which Keras takes no single number."""

    def python(self, value: Any) -> str:
        """Write both."""
        return repr(value)


@dataclass(frozen=True)
class Range(Pair):
    """The lowest and the highest value of something, always both."""

    @property
    def rule(self) -> str:
        """What the value must be."""
        return f"two whole numbers from {self.low} to {self.high:,}, the smaller first"

    def _accepted(self, value: Any) -> tuple[int, int] | None:
        # As whole numbers, which is what Keras's own default is made of.
        whole = isinstance(value, tuple | list) and all(
            (isinstance(end, float) and end.is_integer()) or _is_whole(end, self.low, self.high)
            for end in value
        )
        ends = super()._accepted([int(end) for end in value]) if whole else None
        return ends if ends is not None and ends[0] < ends[1] else None

    def python(self, value: Any) -> str:
        """Write both."""
        return repr(value)


@dataclass(frozen=True)
class Sides(Option):
    """What is added around a map: ((top, bottom), (left, right)), two numbers, or one."""

    high: int = 1

    @property
    def rule(self) -> str:
        """What the value must be."""
        return f"amounts from 0 to {self.high}, as ((top, bottom), (left, right))"

    def _accepted(self, value: Any) -> tuple[tuple[int, int], tuple[int, int]] | None:
        axes = value if isinstance(value, tuple | list) else (value, value)
        ends = [axis if isinstance(axis, tuple | list) else (axis, axis) for axis in axes]
        fits = len(ends) == 2 and all(
            len(axis) == 2 and all(_is_whole(amount, 0, self.high) for amount in axis)
            for axis in ends
        )
        return ((ends[0][0], ends[0][1]), (ends[1][0], ends[1][1])) if fits else None

    def short(self, value: Any) -> str:
        """Write 1, or 1x2x0x3: top, bottom, left, right."""
        amounts = [amount for axis in value for amount in axis]
        return f"{amounts[0]}" if len(set(amounts)) == 1 else "x".join(map(str, amounts))

    def read(self, text: str) -> Any:
        """Read 1, or 1x2x0x3."""
        amounts = [_digits(amount) for amount in text.split("x", 4)]
        if len(amounts) == 4:
            return self.checked((amounts[:2], amounts[2:]))
        return self.checked(amounts[0] if len(amounts) == 1 else text)

    def python(self, value: Any) -> str:
        """Write as few numbers as Keras needs."""
        rows, columns = value
        if rows[0] != rows[1] or columns[0] != columns[1]:
            return repr(value)
        return f"{rows[0]}" if rows == columns else repr((rows[0], columns[0]))


STRONGEST = 10.0
"""The largest factor of a regulariser that an option may have."""


@dataclass(frozen=True)
class Penalty:
    """What a regulariser adds to the loss: `l1` times the sum of all |w|, `l2` times that of w².

    Source: Keras 3.15, `keras.regularizers.L1L2`.

    Raises
    ------
    ValueError : a factor is no number from 0 to `STRONGEST`.
    """

    l1: float = 0.0
    l2: float = 0.0

    def __post_init__(self) -> None:
        for name in ("l1", "l2"):
            factor = getattr(self, name)
            number = isinstance(factor, int | float) and not isinstance(factor, bool)
            if not number or not 0 <= factor <= STRONGEST:
                raise ValueError(
                    f"The {name} of a regulariser must be a number from 0 to {STRONGEST:g}. "
                    f"Received: {name}={as_received(factor)}."
                )
            # As Keras holds it, in float32, by the shortest number that stands for that.
            object.__setattr__(self, name, float(str(np.float32(factor))))

    def as_config(self) -> dict[str, Any]:
        """Describe it as Keras does.

        >>> Penalty(l2=0.01).as_config()
        {'class_name': 'L2', 'config': {'l2': 0.01}}
        """
        given = {name: factor for name, factor in vars(self).items() if factor} or {"l2": 0.0}
        return {"class_name": "".join(given).upper(), "config": given}


@dataclass(frozen=True)
class Regularizer(Option):
    """A `Penalty`, or None for none; Keras's name of one stands for it with Keras's factors."""

    @property
    def rule(self) -> str:
        """What the value must be."""
        return f"None, L1, L2 or L1L2 with factors from 0 to {STRONGEST:g}"

    def checked(self, value: Any) -> Any:
        """Return the value in its one form: what adds nothing is None."""
        accepted = super().checked(value)
        return None if accepted == Penalty() else accepted

    def _accepted(self, value: Any) -> Penalty | None:
        if isinstance(value, str):
            return _BY_NAME.get(value.lower())
        return value if isinstance(value, Penalty) else None

    def short(self, value: Any) -> str:
        """Write both factors: 0x0.01."""
        return f"{short(value.l1)}x{short(value.l2)}"

    def read(self, text: str) -> Any:
        """Read both factors."""
        factors = [read_number(one) for one in text.split("x", 2)]
        if len(factors) != 2 or not all(0 <= one <= STRONGEST for one in factors):
            raise BrokenRule(self.rule)
        return self.checked(Penalty(*factors))

    def python(self, value: Any) -> str:
        """Write what makes it in Keras."""
        config = value.as_config()
        factors = ", ".join(f"{name}={factor!r}" for name, factor in config["config"].items())
        alone = factors.partition("=")[2] if len(config["config"]) == 1 else factors
        return f"keras.regularizers.{config['class_name']}({alone})"

    def for_keras(self, value: Any) -> Any:
        """Describe it."""
        return None if value is None else value.as_config()


_BY_NAME = {"l1": Penalty(l1=0.01), "l2": Penalty(l2=0.01), "l1l2": Penalty()}
"""What Keras's names alone stand for."""


def _declared(kind: type[Option], letter: str, start: Any, default: Any, **more: Any) -> Any:
    option = kind(letter, start, start if default is None else default, **more)
    return field(default=start, metadata={"option": option})


def whole(letter: str, start: int, high: int, *, low: int = 1, default: Any = None) -> Any:
    """Declare a whole number; `start` is Keras's default where no other is given."""
    return _declared(Whole, letter, start, default, low=low, high=high)


def odd(letter: str, start: int, high: int) -> Any:
    """Declare an odd whole number from 1 on."""
    return _declared(Odd, letter, start, None, low=1, high=high)


def number(
    letter: str,
    start: float | None,
    high: float,
    *,
    low: float = 0.0,
    step: float = 0.05,
    default: Any = None,
) -> Any:
    """Declare a number; with None to start from, None is a value."""
    more = {"low": low, "high": high, "step": step, "optional": start is None}
    return _declared(Number, letter, start, default, **more)


def flag(letter: str, start: bool) -> Any:
    """Declare a switch."""
    return _declared(Flag, letter, start, None)


def choice(letter: str, words: Sequence[str], *, start: str = "", default: Any = None) -> Any:
    """Declare a choice, of which the first is the default."""
    return _declared(Choice, letter, start or words[0], default, words=tuple(words))


def pair(letter: str, start: int | None, high: int, *, low: int = 1, default: Any = None) -> Any:
    """Declare rows and columns; with None to start from, None is a value."""
    both = None if start is None else (start, start)
    return _declared(Pair, letter, both, default, low=low, high=high, optional=start is None)


def grid(letter: str, start: int, high: int) -> Any:
    """Declare rows and columns that are always written both."""
    return _declared(Grid, letter, (start, start), None, low=1, high=high)


def value_range(letter: str, start: tuple[int, int]) -> Any:
    """Declare what the values of a picture lie between."""
    return _declared(Range, letter, start, None, low=0, high=255)


def sides(letter: str, start: int, high: int) -> Any:
    """Declare what is added around a map."""
    return _declared(Sides, letter, ((start, start), (start, start)), None, high=high)


def regularizer(letter: str) -> Any:
    """Declare what a layer's weights add to the loss; nothing is the default."""
    return _declared(Regularizer, letter, None, None, optional=True)


def as_received(value: object) -> str:
    """Quote a value in a sentence; a number that is too long to be read is not spelled out.

    >>> as_received(-3), as_received(None), as_received(1 << 99_999)
    ('-3', 'None', 'a number of 100,000 bits')
    """
    if isinstance(value, int) and value.bit_length() > 128:
        return f"a number of {value.bit_length():,} bits"
    return repr(value) if value is None or isinstance(value, bool) else shown(value)
