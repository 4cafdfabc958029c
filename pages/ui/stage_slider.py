"""Sliders inside a stage, which follows them in the browser while they are dragged."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pages.ui.edits import Handshake
from pages.ui.entries import Whole
from pages.ui.state import Table


@dataclass(frozen=True)
class StageSlider:
    """A whole number of a page's table that is set inside its stage.

    Attributes
    ----------
    table, entry : where it is kept; the stage knows it by the entry's name.
    label : what it is called on the page.
    allowed : the most it may be now; the number that is held comes back when it may again.
    """

    table: Table
    entry: Whole
    label: str
    allowed: int | None = None

    @property
    def value(self) -> int:
        """The number in hand, no more than is allowed."""
        return min(self.table[self.entry], self.limit)

    @property
    def limit(self) -> int:
        """The most it may be now."""
        return self.entry.most if self.allowed is None else min(self.allowed, self.entry.most)

    def described(self) -> Mapping[str, object]:
        """Describe it for the component."""
        return {
            "name": self.entry.name,
            "label": self.label,
            "least": self.entry.least,
            "most": self.limit,
            "value": self.value,
        }


def take_slides(sliders: Sequence[StageSlider], stage: str) -> None:
    """Take over what was set in the browser; anything that is no number of a slider is left.

    `stage` is the session key of the component that draws them.
    """
    handshake = Handshake(stage)
    sent = handshake.sent("slides")
    set_to = {}
    for slider in sliders:
        with contextlib.suppress(KeyError, TypeError, ValueError, OverflowError):
            name = slider.entry.name
            set_to[name] = slider.entry.checked(sent["values"][name])
    if set_to:
        sliders[0].table.write(set_to)
    with contextlib.suppress(KeyError, TypeError, ValueError, OverflowError):
        handshake.take(sent)
