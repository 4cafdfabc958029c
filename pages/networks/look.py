"""How a layer's maps are looked at: order, colours, filter, size, and one over the photo."""

import contextlib
from dataclasses import dataclass, replace
from typing import Any

from pages.networks.state import ONLY, OVER, PAGE, RANGE, SORT, TILE
from pages.ui.entries import Entry

_SET: tuple[Entry[Any], ...] = (SORT, RANGE, ONLY, TILE, OVER)


@dataclass(frozen=True)
class Look:
    """What the controls above the wall are set to.

    sort : how the maps are ordered.
    range : whose largest value the colours end at.
    only : which channels are shown.
    tile : the side of a tile.
    over : opacity of the map in hand over the photo, in percent; 0 shows it alone.
    """

    sort: str
    range: str
    only: str
    tile: int
    over: int

    def changed_by(self, changes: object) -> "Look":
        """Take over what the browser sent, as far as there is such a setting."""
        sent = changes if isinstance(changes, dict) else {}
        known: dict[str, Any] = {}
        for entry in _SET:
            if entry.name in sent:
                with contextlib.suppress(ValueError):
                    known[entry.name] = entry.checked(sent[entry.name])
        return replace(self, **known)


def look() -> Look:
    """Give the look that the address and the controls have set."""
    return Look(PAGE[SORT], PAGE[RANGE], PAGE[ONLY], PAGE[TILE], PAGE[OVER])


def hold_look(new: Look) -> None:
    """Keep another look, in the session and in the address."""
    PAGE.write(vars(new))
