"""What the Network page remembers: network, view, place, and how a layer is looked at."""

from collections.abc import Iterable
from dataclasses import dataclass

from cnnviz.images.samples import SAMPLES
from cnnviz.networks import NETWORKS
from cnnviz.networks.feature_maps.statistics import SORT_KEYS, SortKey
from pages.ui.entries import Choice, Entry, Real, Toggle, Whole, read_whole
from pages.ui.state import Table

_MOST = 9_999_999
"""The largest number of a channel, a row or a column that an address may name."""


@dataclass(frozen=True)
class Focus:
    """A cell of one layer's output; in a vector the row and the column are 0.

    Written in the address as `layer:channel:row:column`.
    """

    layer: str
    channel: int = 0
    row: int = 0
    column: int = 0


def _read_place(text: str) -> Focus:
    layer, *numbers = text.rsplit(":", 3)
    if len(numbers) < 3:
        raise ValueError(f"A place is layer:channel:row:column. Received: {text[:40]!r}.")
    return Focus(layer, *(read_whole(number, 0, _MOST) for number in numbers))


def _write_place(place: Focus | None) -> str:
    if place is None:
        return ""
    return f"{place.layer}:{place.channel}:{place.row}:{place.column}"


Pin = tuple[str, int]
"""A layer's name and a channel's number."""


def _read_pin(text: str) -> Pin:
    layer, _, number = text.rpartition(":")
    return layer, read_whole(number, 0, _MOST)


Off = tuple[str, tuple[int, ...]]
"""A layer's name and the channels of it that are switched off."""
MOST_OFF = 100


def _read_off(text: str) -> Off:
    layer, _, listed = text.rpartition(":")
    if listed.count(",") >= MOST_OFF:  # before each of them is read
        raise ValueError(
            f"Up to {MOST_OFF} channels can be off. Received: {listed.count(',') + 1:,} channels."
        )
    return layer, checked_off(read_whole(number, 0, _MOST) for number in listed.split(","))


def checked_off(channels: Iterable[int]) -> tuple[int, ...]:
    """Return channels in order, each once; ValueError where they are too many or below 0."""
    numbers = tuple(sorted(set(channels)))
    if len(numbers) > MOST_OFF or (numbers and not 0 <= numbers[0] <= numbers[-1] <= _MOST):
        raise ValueError(
            f"Up to {MOST_OFF} channels, from 0 on, can be off. Received: {len(numbers)} channels, "
            f"the first {numbers[0]}."
        )
    return numbers


def _write_off(off: Off | None) -> str:
    return f"{off[0]}:{','.join(map(str, off[1]))}" if off and off[1] else ""


OWN = "Your own model"
TWIN = "The untrained twin"
_HERE = [entry.title for entry in NETWORKS.values() if entry.is_here]

VIEW = Choice("view", ("Overview", "Layer", "Explain", "Answer", "Health", "Compare", "Table"))
NETWORK = Choice(
    "network",
    [*(entry.title for entry in NETWORKS.values()), OWN],
    NETWORKS["efficientnet_lite0"].title,
)
UNTRAINED = Toggle("untrained")
PLACE: Entry[Focus | None] = Entry("place", None, _read_place, _write_place)

# A layer
SORT: Choice[SortKey] = Choice("sort", SORT_KEYS)
RANGE = Choice("range", ("map", "layer", "network"), "layer")
ONLY = Choice("only", ("all", "dead", "constant", "saturated", "duplicate"))
TILE = Choice("tile", (0, 48, 64, 84, 128, 200))
"""Sides of a tile in pixels, at least; 0 is the largest at which all maps are in view."""
OVER = Whole("over", 0, 100, 0)
"""Opacity of the map in hand over the photo, in percent; 0 shows the map alone."""
PIN: Entry[Pin | None] = Entry(
    "pin", None, _read_pin, lambda pin: "" if pin is None else f"{pin[0]}:{pin[1]}"
)
"""The channel that stays on screen while others are browsed."""
OFF: Entry[Off | None] = Entry("off", None, _read_off, _write_off)
"""What the network is asked to do without."""

# The health of a layer over many pictures
SHIPPED_PHOTOS, OWN_PICTURES = "Shipped photos", "Your own pictures"
HEALTH_OVER = Choice("health_over", (SHIPPED_PHOTOS, OWN_PICTURES))

# A number
APART = Toggle("apart")
"""Whether normalisations and activations stand alone, not added to the layer that feeds them."""

# The answer
TOP = Whole("top", 3, 20, 5)
COMPARE = Choice(
    "compare",
    ("Nothing", "Mirrored", "Shifted", "Blurred", "Noisy", "Another picture", "Another network"),
)
BLUR = Real("blur", 0.5, 12.0, 3.0, 0.5)
NOISE = Whole("noise", 5, 120, 40)
OTHER_PICTURE = Choice("other_picture", {name: sample.title for name, sample in SAMPLES.items()})
OTHER_FILE = "Another Keras file"
OTHER_NETWORK = Choice("other_network", [TWIN, *_HERE, OTHER_FILE])

PAGE = Table(
    "network",
    *(VIEW, NETWORK, UNTRAINED, PLACE),
    *(SORT, RANGE, ONLY, TILE, OVER, PIN, OFF, HEALTH_OVER, APART),
    *(TOP, COMPARE, BLUR, NOISE, OTHER_PICTURE, OTHER_NETWORK),
)
