"""How the wall of a layer's maps is looked at: its order, colours, filter, tile size and pin."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields

from cnnviz.networks.feature_maps.statistics import SORT_KEYS
from pages.ui.address import Addressed

RANGES = ("map", "layer", "network")
FILTERS = ("all", "dead", "constant", "saturated", "duplicate")
TILES = (0, 48, 64, 84, 128, 200)
"""Sides of a tile in pixels, at least; 0 is the largest at which all maps are in view."""


@dataclass(frozen=True)
class Look:
    """What the controls above the wall are set to.

    sort : one of `SORT_KEYS`.
    range : whose largest value the colours end at, one of `RANGES`.
    only : which channels are shown, one of `FILTERS`.
    tile : one of `TILES`.
    """

    sort: str = "channel"
    range: str = "layer"
    only: str = "all"
    tile: int = 0

    def changed_by(self, changes: object) -> "Look":
        """Take over what the browser sent, as far as there is such a setting."""
        sent = changes if isinstance(changes, dict) else {}
        known = {name: sent.get(name) for name, options in _OPTIONS.items()}
        return Look(
            **asdict(self)
            | {name: value for name, value in known.items() if value in _OPTIONS[name]}
        )


_OPTIONS = {"sort": SORT_KEYS, "range": RANGES, "only": FILTERS, "tile": TILES}


def _one_of(name: str) -> Addressed[object]:
    options, default = _OPTIONS[name], getattr(Look, name)

    def read(text: str) -> object:
        named = {str(option): option for option in options}
        if text not in named:
            raise ValueError(f"{name} must be one of {', '.join(named)}. Received: {text!r}.")
        return named[text]

    return Addressed(name, "network", default, read, str)


_ADDRESSED = {field.name: _one_of(field.name) for field in fields(Look)}


def look() -> Look:
    """Give the look that the address and the controls have set."""
    return Look(**{name: addressed.value() for name, addressed in _ADDRESSED.items()})


def hold_look(new: Look) -> None:
    """Keep another look, in the session and in the address."""
    for name, addressed in _ADDRESSED.items():
        addressed.hold(getattr(new, name))


Pin = tuple[str, int]
"""A layer's name and a channel's number."""


def _read_pin(text: str) -> Pin:
    layer, channel = text.rsplit(":", 1)
    number = int(channel)
    if not 0 <= number < 10_000_000:
        raise ValueError(f"A pin is layer:channel. Received: {text!r}.")
    return layer, number


Off = tuple[str, tuple[int, ...]]
"""A layer's name and the channels of it that are switched off."""
MOST_OFF = 100


def _read_off(text: str) -> Off:
    layer, listed = text.rsplit(":", 1)
    return layer, checked_off(int(number) for number in listed.split(","))


def checked_off(channels: Iterable[int]) -> tuple[int, ...]:
    """Return channels in order, each once; ValueError where they are too many or below 0."""
    numbers = tuple(sorted(set(channels)))
    if len(numbers) > MOST_OFF or (numbers and not 0 <= numbers[0] <= numbers[-1] < 10_000_000):
        raise ValueError(
            f"Up to {MOST_OFF} channels, from 0 on, can be off. Received: {len(numbers)} channels, "
            f"the first {numbers[0]}."
        )
    return numbers


OFF: Addressed[Off | None] = Addressed(
    "off",
    "network",
    None,
    _read_off,
    lambda off: f"{off[0]}:{','.join(map(str, off[1]))}" if off and off[1] else "",
)
"""What the network is asked to do without."""

PIN: Addressed[Pin | None] = Addressed(
    "pin", "network", None, _read_pin, lambda pin: "" if pin is None else f"{pin[0]}:{pin[1]}"
)
"""The channel that stays on screen while others are browsed."""
