"""What the Search page remembers."""

from cnnviz.search import METRICS
from cnnviz.search.projection import METHODS
from pages.ui.entries import Choice, Entry, Open, Toggle, read_name
from pages.ui.own_network import network_entry
from pages.ui.state import Table

OWN_PICTURE = "picture"
"""The query's name where it is the picture in hand."""
Region = tuple[int, int, int, int]
"""Top, left, bottom and right, in thousandths of the picture's height and width."""
LEAST_SIDE = 40
SHIPPED, OWN, FOLDER = "Shipped photos", "Your own pictures", "A folder of this computer"
SOMETHING_ELSE = "Something else"


def _text(name: str) -> Entry[str]:
    return Entry(name, "", read_name, str)


def _read_region(text: str) -> Region:
    top, left, bottom, right = (int(part) for part in read_name(text).split(","))
    return checked_region(top, left, bottom, right)


def checked_region(top: int, left: int, bottom: int, right: int) -> Region:
    """Return a region that lies inside the picture and is large enough; ValueError otherwise."""
    inside = min(top, left) >= 0 and max(bottom, right) <= 1000
    if not inside or bottom - top < LEAST_SIDE or right - left < LEAST_SIDE:
        raise ValueError(
            f"A region lies inside the picture. Received: {top}, {left}, {bottom}, {right}."
        )
    return top, left, bottom, right


VIEW = Choice("search_view", ("Search", "Map"))
COLLECTION = Choice("search_in", (SHIPPED, OWN, FOLDER))
FOLDER_NAME = _text("search_folder")
NETWORK = network_entry("search_network")
UNTRAINED = Toggle("search_untrained")
METRIC = Choice("search_metric", METRICS, label=str.capitalize)
CENTRING = Choice("search_centring", ("Automatic", "Always", "Never"))
LABEL = Entry("search_label", SOMETHING_ELSE, read_name, str)
QUERY = _text("query")
REGION = Open(
    Entry("region", (0, 0, 0, 0), _read_region, lambda region: ",".join(map(str, region)))
)
LAYER = _text("layer")
MATCH = _text("match")
METHOD = Choice("search_method", METHODS)
SHOWN_AS = Choice("search_map_of", ("Photos", "Points"))
EVERY_LAYER = Toggle("search_every_layer")
SEARCH = Table(
    "search",
    *(VIEW, COLLECTION, FOLDER_NAME, NETWORK, UNTRAINED, METRIC, CENTRING, LABEL),
    *(QUERY, REGION, LAYER, MATCH, METHOD, SHOWN_AS, EVERY_LAYER),
)
