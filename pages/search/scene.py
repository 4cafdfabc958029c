"""What every view of the Search page looks at: an index, a layer, a query and its answers."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.networks.network import Network
from cnnviz.search import ImageIndex, Match, Metric, Quality, Vectors, embed, quality
from cnnviz.search.rankings import Rankings, rank_all, rank_everywhere
from pages.search.indexed import MANY, Indexed
from pages.ui.address import Addressed
from pages.ui.picture import Picture

COUNT = 15
Region = tuple[int, int, int, int]
"""Top, left, bottom and right, in thousandths of the picture's height and width."""
OWN_PICTURE = "picture"
LEAST_SIDE = 40
_FIRST = "fish/fish28"  # its first layers find blue backgrounds, its last ones fish


def _read_text(text: str) -> str:
    if len(text) > 300:
        raise ValueError(f"A name has at most 300 letters. Received: {len(text)}.")
    return text


def _read_region(text: str) -> Region:
    top, left, bottom, right = (int(part) for part in text.split(","))
    return checked_region((top, left, bottom, right))


def checked_region(region: Region) -> Region:
    """Return a region that lies inside the picture and is large enough; ValueError otherwise."""
    top, left, bottom, right = region
    inside = min(top, left) >= 0 and max(bottom, right) <= 1000
    if not inside or bottom - top < LEAST_SIDE or right - left < LEAST_SIDE:
        raise ValueError(f"A region lies inside the picture. Received: {region}.")
    return region


def _write_region(region: Region | None) -> str:
    return "" if region is None else ",".join(map(str, region))


QUERY: Addressed[str] = Addressed("query", "search", "", _read_text, str)
REGION: Addressed[Region | None] = Addressed("region", "search", None, _read_region, _write_region)
LAYER: Addressed[str] = Addressed("layer", "search", "", _read_text, str)
MATCH: Addressed[str] = Addressed("match", "search", "", _read_text, str)


@dataclass(frozen=True, eq=False)
class SearchScene:
    """An index and a query in it.

    place : the query's place in the index; None for the user's own picture.
    """

    indexed: Indexed
    picture: Picture
    metric: Metric
    layer: str
    place: int | None
    region: Region | None
    label: str
    rankings: Rankings

    @property
    def network(self) -> Network:
        """The network that looks."""
        return self.indexed.index.network

    @property
    def index(self) -> ImageIndex:
        """The index, by the layer in hand."""
        return self.indexed.index.at(self.layer)

    @property
    def layers(self) -> tuple[str, ...]:
        """All layers of the index."""
        return self.indexed.index.layers

    @property
    def matches(self) -> list[Match]:
        """What the query finds at the layer in hand."""
        return self.rankings.matches[self.layer]

    @property
    def match(self) -> Match | None:
        """The match in hand: the one that was chosen if it is found here, else the first.

        None where the query is the only picture there is.
        """
        name = MATCH.value()
        found = [one for one in self.matches if self.indexed.names[one.index] == name]
        return next(iter([*found, *self.matches]), None)

    @property
    def title(self) -> str:
        """What the query is called."""
        return self.picture.title if self.place is None else self.indexed.titles[self.place]

    @property
    def image(self) -> np.ndarray:
        """The query's whole picture."""
        return self.picture.image if self.place is None else _opened(self.indexed, self.place)

    @property
    def part(self) -> np.ndarray:
        """What of the query's picture is looked at."""
        return cut(self.image, self.region)

    @property
    def vectors(self) -> Mapping[str, Vectors]:
        """The query's vector at the layers that were asked."""
        return _vectors(self.indexed, self.picture, self.place, self.region, self.rankings.layers)


def cut(image: np.ndarray, region: Region | None) -> np.ndarray:
    """Cut a region out of a picture.

    >>> cut(np.zeros((100, 200, 3)), (0, 500, 500, 1000)).shape
    (50, 100, 3)
    """
    if region is None:
        return image
    height, width = image.shape[:2]
    top, left, bottom, right = region
    first_row, first_column = top * height // 1000, left * width // 1000
    return image[
        first_row : max(first_row + 1, bottom * height // 1000),
        first_column : max(first_column + 1, right * width // 1000),
    ]


def scene_of(indexed: Indexed, picture: Picture, metric: Metric) -> SearchScene:
    """Follow the address to the query, and find its answers."""
    layers = indexed.index.layers
    layer = LAYER.value()
    layer = layer if layer in layers else indexed.index.layer
    name = QUERY.value()
    place: int | None = None
    if name != OWN_PICTURE:
        start = name if name in indexed.names else _FIRST
        place = indexed.names.index(start) if start in indexed.names else 0
    region = REGION.value()
    label = indexed.labels[place] if place is not None else own_label(indexed)
    layers = layers if len(indexed.index) <= MANY else (layer,)
    rankings = rank_everywhere(
        indexed.index,
        _vectors(indexed, picture, place, region, layers),
        itself=place,
        label=label,
        count=COUNT,
        metric=metric,
        layers=layers,
    )
    return SearchScene(indexed, picture, metric, layer, place, region, label, rankings)


def own_label(indexed: Indexed) -> str:
    """Give the label that the user says their own picture has; "" without."""
    label = st.session_state.get("search_label", "")
    return label if label in indexed.labels else ""


def _vectors(
    indexed: Indexed,
    picture: Picture,
    place: int | None,
    region: Region | None,
    layers: tuple[str, ...],
) -> Mapping[str, Vectors]:
    if place is not None and region is None:
        return {name: indexed.index.vectors[name][place] for name in layers}
    source = picture.identity if place is None else indexed.names[place]
    return _embedded(indexed.identity, source, region, indexed, picture, place)


@st.cache_resource(max_entries=64, ttl="1h", show_spinner=False)
def _embedded(
    identity: str,  # noqa: ARG001 stands for the network in the cache's key
    source: str,  # noqa: ARG001 stands for the pixels in the cache's key
    region: Region | None,
    _indexed: Indexed,
    _picture: Picture,
    _place: int | None,
) -> Mapping[str, Vectors]:
    image = _picture.image if _place is None else _opened(_indexed, _place)
    index = _indexed.index
    return embed(index.network, cut(image, region), list(index.layers))


def _opened(indexed: Indexed, place: int) -> np.ndarray:
    return _photo(indexed.collection, indexed.names[place], indexed, place)


# A picture takes 2 MB.
@st.cache_resource(max_entries=24, ttl="10m", show_spinner=False)
def _photo(
    collection: str,  # noqa: ARG001 stands for the pictures in the cache's key
    name: str,  # noqa: ARG001 stands for the picture in the cache's key
    _indexed: Indexed,
    _place: int,
) -> np.ndarray:
    return _indexed.open(_place)


def open_indexed(scene: SearchScene, place: int) -> np.ndarray:
    """Read a picture of the index, in full: (height, width, 3) uint8."""
    return _opened(scene.indexed, place)


def qualities(scene: SearchScene) -> dict[str, Quality]:
    """Measure the layers that were asked: how well each tells the labels apart."""
    return {
        name: _quality(scene.indexed.identity, scene.metric, name, scene.indexed.index)
        for name in scene.rankings.layers
    }


def everyones_matches(scene: SearchScene) -> tuple[np.ndarray, np.ndarray]:
    """Find what each picture of the index finds at the layer in hand, as `rank_all` gives it."""
    return _everyones_matches(scene.indexed.identity, scene.metric, scene.layer, scene.index)


def own_matches(scene: SearchScene) -> list[Match]:
    """Find what the user's own picture, whole, finds at the layer in hand."""
    vectors = _vectors(scene.indexed, scene.picture, None, None, scene.rankings.layers)
    return scene.index.nearest(vectors[scene.layer], COUNT, scene.metric)


@st.cache_resource(max_entries=256, ttl="6h", show_spinner=False)
def _everyones_matches(
    identity: str,  # noqa: ARG001 stands for the index in the cache's key
    metric: Metric,
    layer: str,  # noqa: ARG001 stands for the layer in the cache's key
    _index: ImageIndex,
) -> tuple[np.ndarray, np.ndarray]:
    return rank_all(_index, count=COUNT, metric=metric)


@st.cache_resource(max_entries=1024, ttl="6h", show_spinner=False)
def _quality(
    identity: str,  # noqa: ARG001 stands for the index in the cache's key
    metric: Metric,
    layer: str,
    _index: ImageIndex,
) -> Quality:
    most = 500 if len(_index) <= MANY else 60
    return quality(_index.at(layer), count=COUNT, metric=metric, most=most)
