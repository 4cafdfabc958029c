"""Sliders inside a stage, which follows them in the browser while they are dragged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from pages.ui.address import Addressed


@dataclass(frozen=True)
class StageSlider:
    """A whole number that is set inside a stage and named in the address.

    Attributes
    ----------
    name : what it is called in the address, and by the stage.
    label : what it is called on the page.
    least, most : its limits; a page may narrow them further with `within`.
    default : what it is when the address does not name it, or names it wrongly.
    stage : the session key of the component that draws it.
    """

    name: str
    label: str
    least: int
    most: int
    default: int
    stage: str

    @property
    def value(self) -> int:
        """The number in hand, within the limits."""
        return min(max(self._address.value(), self.least), self.most)

    def within(self, most: int) -> "StageSlider":
        """Give the same slider with another upper limit."""
        return StageSlider(self.name, self.label, self.least, most, self.default, self.stage)

    def hold(self, value: int) -> None:
        """Set it."""
        self._address.hold(value)

    def described(self) -> Mapping[str, object]:
        """Describe it for the component."""
        return {
            "name": self.name,
            "label": self.label,
            "least": self.least,
            "most": self.most,
            "value": self.value,
        }

    @property
    def _address(self) -> Addressed[int]:
        return Addressed(self.name, self.stage, self.default, self._read, str)

    def _read(self, text: str) -> int:
        value = int(text) if len(text) < 10 else self.most + 1
        if not self.least <= value <= self.most:
            raise ValueError(
                f"{self.label} must be from {self.least} to {self.most}. Received: {text[:40]!r}."
            )
        return value


def take_slides(sliders: Sequence[StageSlider]) -> None:
    """Take over what was set in the browser; anything that is no number of a slider is left."""
    stage = sliders[0].stage
    sent = st.session_state[stage].get("slides") or {}
    for slider in sliders:
        try:
            slider.hold(slider._read(str(sent["values"][slider.name])))
        except (KeyError, TypeError, ValueError):
            continue
    try:
        st.session_state[f"{stage}_serial"] = int(sent["serial"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return
