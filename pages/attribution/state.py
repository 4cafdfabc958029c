"""What the page Why remembers."""

from cnnviz.attribution import METHODS
from cnnviz.attribution.covering import FILLS, read_mask, write_mask
from pages.ui.entries import Choice, Entry, Toggle, read_name, read_whole
from pages.ui.own_network import network_entry
from pages.ui.state import Table

_MOST = 9_999_999


PART = Choice(
    "why_part",
    {"pixels": "Which pixels", "trust": "Is it to be trusted?", "cover": "Cover it up"},
)
NETWORK = network_entry("why_network")
NOBODY = -1


def _read_class(text: str) -> int:
    return read_whole(text, NOBODY, _MOST)


CLASS = Entry("why_class", NOBODY, _read_class, str)
"""The class that is asked about; nobody's stands for the network's answer."""
AGAINST = Entry("why_not", NOBODY, _read_class, str)
"""Another class, whose map is taken off; or nobody's."""
METHOD = Choice("why_method", {key: method.title for key, method in METHODS.items()})
LAYER = Entry("why_layer", "", read_name, str)
"""The layer whose maps are weighed; "" for the last that has any."""
COVER = Entry("why_cover", read_mask(""), read_mask, write_mask)
"""What is covered of the picture."""
FILL = Choice("why_fill", FILLS)
EVERY = Toggle("why_every")
"""Whether the methods that take many runs are asked without a press on each."""
WHY = Table("why", PART, NETWORK, CLASS, AGAINST, METHOD, LAYER, EVERY, COVER, FILL)
