"""What the page Feature visualisation remembers."""

from cnnviz.networks.feature_visualisation.recipe import PARTS
from pages.ui.entries import Choice, Entry, Toggle, Whole, read_name, read_whole
from pages.ui.own_network import network_entry
from pages.ui.state import Table

_MOST = 9_999_999
AS_FITS = 0
ANSWER = -1

PART = Choice(
    "feature_part",
    {
        "one": "One picture",
        "several": "Eight channels",
        "recipe": "With and without",
        "photos": "In photos",
    },
)
NETWORK = network_entry("feature_network")
WHAT = Choice(
    "feature_of",
    {"channel": "A channel", "unit": "A unit", "class": "A class", "layer": "A whole layer"},
)
LAYER = Entry("feature_layer", "", read_name, str)
"""The layer that is asked; "" for one that the page chooses."""
CHANNEL = Whole("feature_channel", 0, _MOST, 0)


def _read_class(text: str) -> int:
    return read_whole(text, ANSWER, _MOST)


def _read_size(text: str) -> int:
    return read_whole(text, AS_FITS, _MOST)


CLASS = Entry("feature_class", ANSWER, _read_class, str)
"""The class; the network's answer to the photo without."""
SIZE = Entry("feature_size", AS_FITS, _read_size, str)
"""Rows and columns of the picture."""
STEPS = Choice("feature_steps", (32, 64, 128, 256, 512), 128)
SEED = Whole("feature_seed", 0, 999, 0)
START = Choice("feature_start", {"noise": "Noise", "photo": "The photo"})
SWITCHES = {name: Toggle(f"feature_{name}", True) for name in PARTS}
"""The parts of the recipe, by the fields of `Recipe`."""
COLLECTION = Choice("feature_photos", {"shipped": "The shipped photos", "own": "Your own pictures"})

FEATURE = Table(
    "feature",
    *(PART, NETWORK, WHAT, LAYER, CHANNEL, CLASS, SIZE, STEPS, SEED, START),
    *SWITCHES.values(),
    COLLECTION,
)
