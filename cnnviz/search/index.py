"""Search by what a network sees: pictures whose maps are alike, at any depth of the network.

A picture becomes one vector per layer, the mean of each of the layer's maps. Vectors of all
layers are made in one run of the network, so that another layer needs no second pass. The whole
picture is squeezed into the network's input: a centre crop would lose what stands at the side.
Vectors are centred, compared less the mean of the index, or the maps that answer to everything
would make all pictures alike. A mean of a few pictures is little more than these pictures: of two,
each is the other's opposite. So an index may also compare the vectors as they are.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from cnnviz.networks.layers import NetworkError
from cnnviz.networks.network import Network
from cnnviz.notation import shown

Vectors = NDArray[np.float32]
Metric = Literal["cosine", "euclidean", "manhattan", "chebyshev"]
METRICS: tuple[Metric, ...] = ("cosine", "euclidean", "manhattan", "chebyshev")
Report = Callable[[int], None]
"""Called with the count of pictures done; may raise to stop."""

MOST_LAYERS = 24
"""Layers of a deep network that are indexed; their vectors of 10,000 pictures take 300 MB."""


@dataclass(frozen=True)
class Match:
    """One picture that was found.

    index : its place in the index.
    label : its label, "" where there are none.
    distance : between the two vectors, by the metric that was asked for.
    score : similarity; 1 is alike. The cosine, in [-1, 1]; for the other metrics, in (0, 1],
        1 / (1 + distance / the mean distance of all pictures).
    """

    index: int
    label: str
    distance: float
    score: float


@dataclass(frozen=True, eq=False)
class ImageIndex:
    """Pictures by what a network makes of them.

    network : the network that looked.
    layer : the layer whose vectors are compared.
    vectors : by layer, (pictures, channels) float32.
    labels : one per picture, "" where there are none.
    is_centred : whether the mean is taken off all vectors before their cosine; no other metric
        would notice.
    """

    network: Network
    layer: str
    vectors: Mapping[str, Vectors]
    labels: tuple[str, ...]
    is_centred: bool = True

    @classmethod
    def build(
        cls,
        network: Network,
        images: Iterable[ArrayLike],
        *,
        layer: str,
        labels: Sequence[str] | None = None,
        layers: Sequence[str] | None = None,
    ) -> ImageIndex:
        """Look at pictures once and keep what every layer of interest sees.

        Parameters
        ----------
        images : (height, width, 3) uint8 each, any sizes; read one at a time.
        layer : the layer to compare by; `at` changes it later.
        labels : one per picture.
        layers : all layers to keep; `layers_to_index(network)` without.

        Raises
        ------
        NetworkError : there is no such layer.
        ValueError : no pictures, or another number of labels than pictures.
        """
        kept = list(dict.fromkeys([*(layers or layers_to_index(network)), layer]))
        rows: dict[str, list[Vectors]] = {name: [] for name in kept}
        count = 0
        for image in images:
            for name, vector in embed(network, image, kept).items():
                rows[name].append(vector)
            count += 1
        if count == 0:
            raise ValueError("An index needs at least one picture. Received: none.")
        names = tuple(labels) if labels is not None else ("",) * count
        if len(names) != count:
            raise ValueError(
                f"Each picture must have one label. Received: {len(names)} labels for {count} "
                "pictures."
            )
        # One layer after the other, so that the rows and the whole are not both in memory.
        return cls(network, layer, {name: np.stack(rows.pop(name)) for name in kept}, names)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers that can be compared by, in the network's order."""
        order = {info.name: at for at, info in enumerate(self.network.layers)}
        return tuple(sorted(self.vectors, key=lambda name: order[name]))

    @functools.cached_property
    def mean(self) -> Vectors:
        """The mean vector of all pictures at the layer in use."""
        return np.asarray(self.vectors[self.layer].mean(axis=0), np.float32)

    @property
    def origin(self) -> Vectors:
        """What is taken off every vector: the mean, or zeros where nothing is."""
        return self.mean if self.is_centred else np.zeros_like(self.mean)

    def relative(self, vectors: ArrayLike) -> Vectors:
        """Give vectors of the layer in use, (..., channels) float32, as they are compared."""
        return np.asarray(np.asarray(vectors, np.float32) - self.origin, np.float32)

    def at(self, layer: str) -> ImageIndex:
        """Compare by another layer; the pictures are not looked at again."""
        if layer not in self.vectors:
            raise NetworkError(
                f"The layer must be one of those indexed: {', '.join(self.layers)}. "
                f"Received: {shown(layer)}."
            )
        return replace(self, layer=layer)

    def query(self, image: ArrayLike, *, count: int = 15, metric: Metric = "cosine") -> list[Match]:
        """Find the pictures most alike to this one, the nearest first.

        Parameters
        ----------
        image : (height, width, 3) uint8, any size; a region is a slice of a picture.
        count : how many at most.
        metric : one of `METRICS`.
        """
        found = embed(self.network, image, self.layers)  # compiled once for all of them
        return self.nearest(found[self.layer], count, metric)

    def query_indexed(
        self, index: int, *, count: int = 15, metric: Metric = "cosine"
    ) -> list[Match]:
        """Find the pictures most alike to one of the index, itself left out."""
        found = self.nearest(self.vectors[self.layer][index], count + 1, metric)
        return [match for match in found if match.index != index][:count]

    def nearest(self, vector: ArrayLike, count: int, metric: Metric) -> list[Match]:
        """Find the vectors nearest to this one; equal distances keep the index's order."""
        distances = distances_to(self.vectors[self.layer], vector, metric, mean=self.origin)
        order = np.argsort(distances, kind="stable")[:count]
        mean = float(distances.mean()) or 1.0
        return [
            Match(
                int(at),
                self.labels[at],
                float(distances[at]),
                _similarity(float(distances[at]), mean, metric),
            )
            for at in order
        ]


def layers_to_index(network: Network) -> list[str]:
    """Choose the layers worth comparing by.

    All maps of a shallow network; of a deep one the outputs of its blocks, which are additions
    and whatever feeds several layers or leaves the activation to the next, evenly thinned. Then
    its pooled vector and its logits.
    """
    infos = [info for info in network.layers if info.inputs]
    readers: dict[str, list[str]] = {info.name: [] for info in network.layers}
    for info in infos:
        for name in info.inputs:
            readers[name].append(info.kind)
    maps = [info for info in infos if info.is_map]
    if len(maps) > MOST_LAYERS:
        blocks = [
            info
            for info in maps
            if info.kind in ("Add", "Concatenate")
            or len(readers[info.name]) > 1
            or (info.kind == "BatchNormalization" and not _GO_ON & {*readers[info.name]})
        ]
        maps = [*blocks, maps[-1]] if len(blocks) >= 4 else maps
    if len(maps) > MOST_LAYERS:
        picked = np.unique(np.linspace(0, len(maps) - 1, MOST_LAYERS).round().astype(int))
        maps = [maps[at] for at in picked]
    vectors = [info.name for info in infos if not info.is_map and info.kind in _VECTORS]
    return list(dict.fromkeys([*(info.name for info in maps), *vectors]))


_ACTIVATING = frozenset({"ReLU", "Activation", "LeakyReLU", "PReLU", "ELU"})
_GO_ON = _ACTIVATING | {"Add"}  # what reads it is of the same block
_VECTORS = frozenset({"Dense", "GlobalAveragePooling2D", "GlobalMaxPooling2D"})


def best_layer(network: Network) -> str:
    """Name the layer to start with: the deepest map that is no activation.

    On the shipped photographs the output of EfficientNet's last block tells the groups apart
    better than the activations of the head that follows.
    """
    layers = layers_to_index(network)
    maps = [name for name in layers if network.layer(name).is_map]
    blocks = [name for name in maps if network.layer(name).kind not in _ACTIVATING]
    return (blocks or maps or layers)[-1]


def network_input(network: Network, image: ArrayLike) -> Vectors:
    """Squeeze a whole picture into the network's input: `network.input_shape` float32."""
    rows, columns, channels = network.input_shape
    pixels = Image.fromarray(np.ascontiguousarray(image, np.uint8))
    squeezed = np.asarray(pixels.resize((columns, rows), Image.Resampling.BICUBIC))
    return network.preprocessing(squeezed, channels=channels)


def maps_to_compare(
    network: Network, image: ArrayLike, layers: Sequence[str]
) -> dict[str, Vectors]:
    """Look at one whole picture: each layer's output, `LayerInfo.output_shape` float32."""
    return network.maps_of_few(network_input(network, image), layers)


def embed(network: Network, image: ArrayLike, layers: Sequence[str]) -> dict[str, Vectors]:
    """Look at one picture: the mean of each map, a (channels,) float32 vector per layer."""
    return {
        name: pooled(values) for name, values in maps_to_compare(network, image, layers).items()
    }


def pooled(maps: Vectors) -> Vectors:
    """Average every map: (height, width, channels) or (units,) to (channels,) float32."""
    if maps.ndim == 1:
        return np.array(maps, np.float32)
    return np.asarray(maps.reshape(-1, maps.shape[-1]).mean(axis=0), np.float32)


def distances_to(
    vectors: Vectors, vector: ArrayLike, metric: Metric, *, mean: ArrayLike = 0.0
) -> NDArray[np.float64]:
    """Measure how far each row lies from one vector.

    Parameters
    ----------
    vectors : (n, length) float32.
    vector : (length,).
    mean : what is taken off every vector first; of the metrics, only the cosine notices.

    Raises
    ------
    ValueError : the metric is none of `METRICS`.

    >>> distances_to(np.array([[3, 4], [0, 0]], np.float32), [3, 0], "euclidean").tolist()
    [4.0, 3.0]
    """
    if metric not in METRICS:
        raise ValueError(
            f"The metric must be one of {', '.join(METRICS)}. Received: metric={metric!r}."
        )
    query = np.asarray(vector, np.float32)
    origin = np.asarray(mean if metric == "cosine" else query, np.float32)
    direction = query - origin
    length = float(np.linalg.norm(direction))
    distances = np.empty(len(vectors), np.float64)
    # Rows at a time that stay in the processor's cache: the differences of all would take as much
    # memory again as the index, and most of the time.
    rows = max(1, _CACHED_NUMBERS // max(1, query.size))
    differences = np.empty((min(rows, len(vectors)), query.size), np.float32)
    for start in range(0, len(vectors), rows):
        block = vectors[start : start + rows]
        difference = np.subtract(block, origin, out=differences[: len(block)])
        distances[start : start + rows] = _lengths(difference, direction, length, metric)
    return distances


_CACHED_NUMBERS = 64 * 1024


def _lengths(
    difference: Vectors, direction: Vectors, length: float, metric: Metric
) -> NDArray[np.float64]:
    """Measure vectors (n, length), which may be overwritten; the cosine to a direction."""
    found: Vectors
    if metric == "cosine":
        lengths = np.sqrt(np.einsum("ij,ij->i", difference, difference), dtype=np.float64)
        # No matrix product: two equal rows must come out equal wherever they stand.
        products = np.einsum("ij,j->i", difference, direction)
        # What has no direction is alike to nothing but to its own kind: the only picture of an
        # index, which is its mean, to itself.
        cosines = np.where(lengths == 0, float(length == 0), 0.0)
        np.divide(products, lengths * length, out=cosines, where=lengths * length > 0)
        return np.asarray(np.clip(1.0 - cosines, 0.0, 2.0), np.float64)
    if metric == "euclidean":
        found = np.sqrt(np.einsum("ij,ij->i", difference, difference))
    elif metric == "manhattan":
        found = np.abs(difference, out=difference).sum(axis=1)
    else:
        found = np.abs(difference, out=difference).max(axis=1)
    return np.asarray(found, np.float64)


def _pairwise(rows: Vectors, vectors: Vectors, metric: Metric) -> NDArray[np.float64]:
    """Measure every row against every vector, (rows, vectors)."""
    one, other = rows.astype(np.float64), vectors.astype(np.float64)
    if metric in ("cosine", "euclidean"):
        squares, others = (np.einsum("ij,ij->i", each, each) for each in (one, other))
        products = one @ other.T
        if metric == "euclidean":
            gaps = np.maximum(squares[:, None] + others - 2 * products, 0.0)
            return np.asarray(np.sqrt(gaps), np.float64)
        lengths = np.sqrt(np.outer(squares, others))
        return 1.0 - np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
    from scipy.spatial.distance import cdist

    return np.asarray(cdist(one, other, _SCIPYS_NAMES[metric]), np.float64)


_SCIPYS_NAMES = {"manhattan": "cityblock", "chebyshev": "chebyshev"}


def _similarity(distance: float, mean: float, metric: Metric) -> float:
    if metric == "cosine":
        return 1.0 - distance
    return 1.0 / (1.0 + distance / mean)


def precision(matches: Sequence[Match], label: str) -> float:
    """Count the share of matches that carry the label; 0 without matches."""
    return sum(match.label == label for match in matches) / len(matches) if matches else 0.0


def best_precision(count: int, available: int) -> float:
    """Give the largest precision that so many matches can have; 0 without matches.

    Parameters
    ----------
    count : of the matches.
    available : pictures with the label that could have been found.

    >>> best_precision(15, 4)
    0.26666666666666666
    """
    return min(count, available) / count if count else 0.0


def rank_weighted_score(matches: Sequence[Match], label: str, available: int) -> float:
    """Weigh right matches by their rank: normalised discounted cumulative gain.

    A right match at rank r (from 1) gains 1 / log2(r + 1); the sum is divided by the best that
    was possible. Järvelin and Kekäläinen 2002, with relevances of 0 and 1.

    Parameters
    ----------
    available : pictures with this label that could have been found.

    >>> found = [Match(0, "fish", 0, 1), Match(1, "dam", 0, 1), Match(2, "fish", 0, 1)]
    >>> round(rank_weighted_score(found, "fish", 2), 4)
    0.9197
    """
    gain = sum(
        1 / math.log2(rank + 1)
        for rank, match in enumerate(matches, start=1)
        if match.label == label
    )
    best = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(matches), available) + 1))
    return gain / best if best else 0.0


@dataclass(frozen=True)
class Quality:
    """How well one layer tells the labels apart, each picture asked in turn, itself left out.

    nearest : share of pictures whose nearest neighbour has their label.
    precision : mean of `precision` over the first matches.
    rank_weighted : mean of `rank_weighted_score`.
    by_label : `precision` of each label's pictures.
    best_precision, best_by_label : the largest that these could be, with groups of these sizes.
    """

    nearest: float
    precision: float
    rank_weighted: float
    by_label: Mapping[str, float]
    best_precision: float
    best_by_label: Mapping[str, float]


def quality(
    index: ImageIndex, *, count: int = 15, metric: Metric = "cosine", most: int = 500
) -> Quality:
    """Measure a layer; pictures whose label nobody shares are not asked.

    Parameters
    ----------
    most : pictures that are asked, evenly spread over a larger index.
    """
    labels = np.array(index.labels)
    totals = {label: int((labels == label).sum()) for label in dict.fromkeys(index.labels) if label}
    asked = [at for at, label in enumerate(index.labels) if totals.get(label, 0) > 1]
    if not asked:
        return Quality(0.0, 0.0, 0.0, {}, 0.0, {})
    asked = asked[:: -(-len(asked) // most)]
    vectors = index.relative(index.vectors[index.layer])
    distances = _pairwise(vectors[asked], vectors, metric)
    distances[np.arange(len(asked)), asked] = np.inf
    order = np.argsort(distances, axis=1, kind="stable")[:, : min(count, len(index) - 1)]
    right = labels[order] == labels[asked][:, None]
    gains = 1 / np.log2(np.arange(order.shape[1]) + 2)
    reachable = np.array([min(order.shape[1], totals[index.labels[at]] - 1) for at in asked])
    shares = right.mean(axis=1)
    ranked = (right * gains).sum(axis=1) / np.cumsum(gains)[reachable - 1]
    return Quality(
        float(right[:, 0].mean()),
        float(shares.mean()),
        float(ranked.mean()),
        _mean_by_label(shares, labels[asked]),
        float((reachable / order.shape[1]).mean()),
        _mean_by_label(reachable / order.shape[1], labels[asked]),
    )


def _mean_by_label(values: NDArray[np.float64], labels: NDArray[np.str_]) -> dict[str, float]:
    return {str(label): float(values[labels == label].mean()) for label in dict.fromkeys(labels)}


def agreement(one: Vectors, other: Vectors, mean: ArrayLike = 0.0) -> Vectors:
    """Find where in one picture the likeness to another comes from.

    The cosine of two pooled vectors is a sum over the cells of one picture: each cell's vector
    times the other's mean, over both lengths and the count of cells. Stylianou et al. 2019.

    Parameters
    ----------
    one, other : maps of the same layer, (height, width, channels).
    mean : what is taken off every vector first, `ImageIndex.origin`.

    Returns
    -------
    (height, width) float32; its sum is the cosine.
    """
    one, other = one - np.asarray(mean, np.float32), other - np.asarray(mean, np.float32)
    mine, theirs = pooled(one), pooled(other)
    length = float(np.linalg.norm(mine) * np.linalg.norm(theirs)) or 1.0
    cells = one.shape[0] * one.shape[1]
    return np.asarray(one @ theirs / (length * cells), np.float32)
