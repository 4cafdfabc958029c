"""Sliders inside a stage, which follows them in the browser while they are dragged."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from pages.ui.address import Addressed, read_whole


@dataclass(frozen=True)
class StageSlider:
    """A whole number that is set inside a stage and named in the address.

    Attributes
    ----------
    name : what it is called in the address, and by the stage.
    label : what it is called on the page.
    least, most : its limits, whatever else is set on the page.
    default : what it is when the address does not name it, or names it wrongly.
    stage : the session key of the component that draws it.
    allowed : the most it may be now; the number that is held comes back when it may again.
    """

    name: str
    label: str
    least: int
    most: int
    default: int
    stage: str
    allowed: int | None = None

    @property
    def value(self) -> int:
        """The number in hand, no more than is allowed."""
        return min(self._address.value(), self.limit)

    @property
    def limit(self) -> int:
        """The most it may be now."""
        return self.most if self.allowed is None else min(self.allowed, self.most)

    def hold(self, value: int) -> None:
        """Set it."""
        self._address.hold(value)

    def take(self, value: object) -> None:
        """Set it to what the browser sent; ValueError if that is none of its numbers."""
        self.hold(self._read(str(value)))

    def described(self) -> Mapping[str, object]:
        """Describe it for the component."""
        return {
            "name": self.name,
            "label": self.label,
            "least": self.least,
            "most": self.limit,
            "value": self.value,
        }

    @property
    def _address(self) -> Addressed[int]:
        return Addressed(self.name, self.stage, self.default, self._read, str)

    def _read(self, text: str) -> int:
        return read_whole(text, self.least, self.most)


def take_slides(sliders: Sequence[StageSlider]) -> None:
    """Take over what was set in the browser; anything that is no number of a slider is left."""
    stage = sliders[0].stage
    sent = st.session_state[stage].get("slides") or {}
    for slider in sliders:
        with contextlib.suppress(KeyError, TypeError, ValueError):
            slider.take(sent["values"][slider.name])
    with contextlib.suppress(KeyError, TypeError, ValueError, OverflowError):
        st.session_state[f"{stage}_serial"] = int(sent["serial"])
