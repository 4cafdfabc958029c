"""What a layer's weights are held to after each step of a training, by Keras's names.

Source: Keras 3.15, `keras.constraints`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cnnviz.networks.building.options import BrokenRule, Option, as_received, read_number, short

LARGEST_NORM = 100.0
CONSTRAINTS: Mapping[str, Sequence[str]] = {
    "NonNeg": (),
    "UnitNorm": ("axis",),
    "MaxNorm": ("max_value", "axis"),
    **{"non_neg": (), "unit_norm": ("axis",), "max_norm": ("max_value", "axis")},
}
"""Classes of `keras.constraints` that are known and their second names, with their arguments."""

_SHORT = {"NonNeg": "nonneg", "UnitNorm": "unit", "MaxNorm": "max"}
_TEXT = re.compile("(nonneg|unit|max)([0-9.en]*)(?:x([0-3]{1,4}))?")


@dataclass(frozen=True)
class Bound:
    """No weight below 0 (NonNeg), or each group of weights held to a norm: UnitNorm, MaxNorm.

    max_value : the largest norm of a MaxNorm.
    axis : along which the squares of a norm are added up, in order; (0,) is Keras's own.

    Raises
    ------
    ValueError : the name is none of the three, or a number breaks its rule.
    """

    name: str
    max_value: float = 2.0
    axis: tuple[int, ...] = (0,)

    def __post_init__(self) -> None:
        if self.name not in _SHORT:
            raise ValueError(
                f"A constraint is one of {', '.join(_SHORT)}. Received: {as_received(self.name)}."
            )
        value = self.max_value
        if not _is_number(value) or not 0 < value <= LARGEST_NORM:
            raise ValueError(
                f"The max_value of a MaxNorm must be a number above 0, up to {LARGEST_NORM:g}. "
                f"Received: max_value={as_received(value)}."
            )
        axes = self.axis if isinstance(self.axis, list | tuple) else (self.axis,)
        if not axes or any(type(one) is not int or not 0 <= one <= 3 for one in axes):
            raise ValueError(
                "The axis of a constraint must be one or more of 0, 1, 2 and 3. "
                f"Received: axis={as_received(self.axis)}."
            )
        # What a kind does not use is as it is by default, so that equal ones are equal.
        kept = (0,) if self.name == "NonNeg" else tuple(sorted(set(axes)))
        object.__setattr__(self, "axis", kept)
        object.__setattr__(self, "max_value", float(value) if self.name == "MaxNorm" else 2.0)

    def as_config(self) -> dict[str, Any]:
        """Describe it as Keras does.

        >>> Bound("MaxNorm", 3, (0, 1, 2)).as_config()
        {'class_name': 'MaxNorm', 'config': {'max_value': 3.0, 'axis': [0, 1, 2]}}
        """
        axis = self.axis[0] if len(self.axis) == 1 else list(self.axis)
        given = {"max_value": self.max_value, "axis": axis}
        return {
            "class_name": self.name,
            "config": {one: given[one] for one in CONSTRAINTS[self.name]},
        }


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def bound_of(name: str, arguments: Mapping[str, Any]) -> Bound:
    """Make what a call of a constraint makes, with Keras's arguments where none is given.

    Raises
    ------
    ValueError : an argument is not its own, or breaks its rule.

    >>> bound_of("max_norm", {"axis": [1, 0]})
    Bound(name='MaxNorm', max_value=2.0, axis=(0, 1))
    """
    for argument in arguments:
        if argument not in CONSTRAINTS[name]:
            own = " and ".join(CONSTRAINTS[name]) or "no argument"
            raise ValueError(f"A {name} takes {own}. Received: {argument[:40]}.")
    return Bound(_CLASSES[name.lower().replace("_", "")], **arguments)


_CLASSES = {name.lower(): name for name in _SHORT}


@dataclass(frozen=True)
class Constraint(Option):
    """A `Bound`, or None for none; Keras's name of one stands for it with Keras's arguments.

    each : the axes of one filter's or unit's weights, along which a norm is meant to be taken.
    """

    each: tuple[int, ...] = (0,)

    @property
    def rule(self) -> str:
        """What the value must be."""
        return (
            f"None, NonNeg, UnitNorm or MaxNorm up to {LARGEST_NORM:g}, along axes from 0 to "
            f"{self._last}"
        )

    @property
    def _last(self) -> int:
        return 1 if self.each == (0,) else 3

    def _accepted(self, value: Any) -> Bound | None:
        if isinstance(value, str):
            name = _CLASSES.get(value.lower().replace("_", ""))
            value = None if name is None else Bound(name)
        fits = isinstance(value, Bound) and max(value.axis) <= self._last
        return value if fits else None

    def short(self, value: Any) -> str:
        """Write its kind, its norm, and the axes that are not Keras's own: max3x012."""
        norm = short(value.max_value) if value.name == "MaxNorm" else ""
        axes = "" if value.axis == (0,) else "x" + "".join(map(str, value.axis))
        return f"{_SHORT[value.name]}{norm}{axes}"

    def read(self, text: str) -> Any:
        """Read what `short` wrote."""
        found = _TEXT.fullmatch(text[:60])
        if found is None:
            raise BrokenRule(self.rule)
        kind, norm, axes = found.groups()
        name = next(one for one, written in _SHORT.items() if written == kind)
        if (norm != "") != (name == "MaxNorm") or (axes is not None and name == "NonNeg"):
            raise BrokenRule(self.rule)
        try:
            along = tuple(map(int, axes)) if axes else (0,)
            return self.checked(Bound(name, read_number(norm) if norm else 2.0, along))
        except ValueError:
            raise BrokenRule(self.rule) from None

    def python(self, value: Any) -> str:
        """Write what makes it in Keras."""
        config = value.as_config()["config"]
        given = [
            f"{name}={one!r}" for name, one in config.items() if not (name == "axis" and one == 0)
        ]
        return f"keras.constraints.{value.name}({', '.join(given)})"

    def for_keras(self, value: Any) -> Any:
        """Describe it."""
        return None if value is None else value.as_config()


def constraint(letter: str, each: tuple[int, ...]) -> Any:
    """Declare what a layer's weights are held to; nothing is the default."""
    return field(
        default=None, metadata={"option": Constraint(letter, None, None, optional=True, each=each)}
    )
