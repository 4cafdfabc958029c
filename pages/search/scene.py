"""What every view of the Search page looks at: an index, a layer, a query and its answers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from cnnviz.networks.network import Network
from cnnviz.search import ImageIndex, Match, Metric, Quality, Vectors, pooled, quality
from cnnviz.search.index import maps_to_compare
from cnnviz.search.rankings import Rankings, rank_all, rank_everywhere
from cnnviz.shapes import Pixels
from pages.search.indexed import MANY, Indexed
from pages.search.state import LABEL, LAYER, MATCH, OWN_PICTURE, QUERY, REGION, SEARCH, Region
from pages.ui.picture import Picture

COUNT = 15
_FIRST = "fish/fish28"  # its first layers find blue backgrounds, its last ones fish


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
    def ranked_by(self) -> str:
        """A key for caches: the pictures, the network, and how vectors are compared."""
        centred = "centred" if self.indexed.index.is_centred else "as they are"
        return f"{self.indexed.identity} {centred}"

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
        name = SEARCH[MATCH]
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


def cut(image: Pixels, region: Region | None) -> np.ndarray:
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


def scene_of(
    indexed: Indexed, picture: Picture, metric: Metric, *, is_centred: bool
) -> SearchScene:
    """Follow the address to the query, and find its answers."""
    indexed = replace(indexed, index=replace(indexed.index, is_centred=is_centred))
    layers = indexed.index.layers
    layer = SEARCH[LAYER]
    layer = layer if layer in layers else indexed.index.layer
    name = SEARCH[QUERY]
    place: int | None = None
    if name != OWN_PICTURE:
        start = name if name in indexed.names else _FIRST
        place = indexed.names.index(start) if start in indexed.names else 0
    region = SEARCH[REGION]
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
    return labels_by_text(indexed).get(SEARCH[LABEL], "")


def labels_by_text(indexed: Indexed) -> dict[str, str]:
    """Give the labels of an index by how they are offered."""
    return {label.capitalize(): label for label in indexed.labels if label}


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


@st.cache_resource(max_entries=64, ttl=3600, show_spinner=False)
def _embedded(
    identity: str,
    source: str,
    region: Region | None,
    _indexed: Indexed,
    _picture: Picture,
    _place: int | None,
) -> Mapping[str, Vectors]:
    maps = _maps(identity, source, region, _indexed, _picture, _place)
    return {name: pooled(values) for name, values in maps.items()}


def maps_of_query(scene: SearchScene) -> Mapping[str, Vectors]:
    """Give what each layer makes of what is searched with: its output."""
    indexed, picture, place = scene.indexed, scene.picture, scene.place
    source = picture.identity if place is None else indexed.names[place]
    return _maps(indexed.identity, source, scene.region, indexed, picture, place)


def maps_of_match(scene: SearchScene, place: int) -> Mapping[str, Vectors]:
    """Give what each layer makes of a whole picture of the index: its output."""
    indexed = scene.indexed
    return _maps(indexed.identity, indexed.names[place], None, indexed, scene.picture, place)


# A query and its match at all layers take 2.6 MB each in EfficientNet-Lite0, and 20 ms to compute.
@st.cache_resource(max_entries=6, ttl=600, show_spinner=False)
def _maps(
    identity: str,  # noqa: ARG001 stands for the network in the cache's key
    source: str,  # noqa: ARG001 stands for the pixels in the cache's key
    region: Region | None,
    _indexed: Indexed,
    _picture: Picture,
    _place: int | None,
) -> Mapping[str, Vectors]:
    image = _picture.image if _place is None else _opened(_indexed, _place)
    index = _indexed.index
    return maps_to_compare(index.network, cut(image, region), index.layers)


def _opened(indexed: Indexed, place: int) -> np.ndarray:
    return _photo(indexed.collection, indexed.names[place], indexed, place)


# A picture takes 2 MB.
@st.cache_resource(max_entries=24, ttl=600, show_spinner=False)
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
    return _qualities(scene.ranked_by, scene.metric, scene.rankings.layers, scene.indexed.index)


def everyones_matches(scene: SearchScene) -> tuple[np.ndarray, np.ndarray]:
    """Find what each picture of the index finds at the layer in hand, as `rank_all` gives it."""
    return _everyones_matches(scene.ranked_by, scene.metric, scene.layer, scene.index)


def own_matches(scene: SearchScene) -> list[Match]:
    """Find what the user's own picture, whole, finds at the layer in hand."""
    vectors = _vectors(scene.indexed, scene.picture, None, None, scene.rankings.layers)
    return scene.index.nearest(vectors[scene.layer], COUNT, scene.metric)


@st.cache_resource(max_entries=256, ttl=21600, show_spinner=False)
def _everyones_matches(
    identity: str,  # noqa: ARG001 stands for the index in the cache's key
    metric: Metric,
    layer: str,  # noqa: ARG001 stands for the layer in the cache's key
    _index: ImageIndex,
) -> tuple[np.ndarray, np.ndarray]:
    return rank_all(_index, count=COUNT, metric=metric)


@st.cache_resource(max_entries=256, ttl=21600, show_spinner=False)
def _qualities(
    identity: str,  # noqa: ARG001 stands for the index in the cache's key
    metric: Metric,
    layers: tuple[str, ...],
    _index: ImageIndex,
) -> dict[str, Quality]:
    most = 500 if len(_index) <= MANY else 60
    return {
        name: quality(_index.at(name), count=COUNT, metric=metric, most=most) for name in layers
    }
