"""How the wall of a layer's maps is looked at: its order, colours, filter and tile size."""

from dataclasses import dataclass, replace
from typing import Any

from pages.networks.state import ONLY, PAGE, RANGE, SORT, TILE


@dataclass(frozen=True)
class Look:
    """What the controls above the wall are set to.

    sort : how the maps are ordered.
    range : whose largest value the colours end at.
    only : which channels are shown.
    tile : the side of a tile.
    """

    sort: str
    range: str
    only: str
    tile: int

    def changed_by(self, changes: object) -> "Look":
        """Take over what the browser sent, as far as there is such a setting."""
        sent = changes if isinstance(changes, dict) else {}
        known: dict[str, Any] = {
            entry.name: sent[entry.name]
            for entry in (SORT, RANGE, ONLY, TILE)
            if entry.name in sent and sent[entry.name] in entry.options
        }
        return replace(self, **known)


def look() -> Look:
    """Give the look that the address and the controls have set."""
    return Look(PAGE[SORT], PAGE[RANGE], PAGE[ONLY], PAGE[TILE])


def hold_look(new: Look) -> None:
    """Keep another look, in the session and in the address."""
    PAGE.write(vars(new))
