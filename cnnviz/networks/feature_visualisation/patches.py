"""The places in photos that excite a channel most, and least."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.images.crops import Box
from cnnviz.networks.feature_visualisation.recipe import What
from cnnviz.networks.layers import NetworkError
from cnnviz.shapes import Pixels

if TYPE_CHECKING:
    from cnnviz.networks.network import Network

Found = TypeVar("Found")
Report = Callable[[int], None]
"""Called with the count of pictures done; may raise to stop."""


@dataclass(frozen=True)
class Extreme:
    """One cell of a map.

    Attributes
    ----------
    picture : which one, from 0.
    row, column : the cell; 0 in a vector.
    value : the channel's in it.
    """

    picture: int
    row: int
    column: int
    value: float


@dataclass(frozen=True, eq=False)
class Extremes:
    """The largest and the smallest cell of each channel of a layer, in each of many pictures.

    Attributes
    ----------
    layer : its name.
    largest, smallest : (pictures, channels) float32, the values.
    largest_at, smallest_at : (pictures, channels) int32, their places in the map, row by row.
    columns : of the map; 1 in a vector.
    """

    layer: str
    largest: NDArray[np.float32]
    smallest: NDArray[np.float32]
    largest_at: NDArray[np.int32]
    smallest_at: NDArray[np.int32]
    columns: int

    def most(self, channel: int, count: int) -> list[Extreme]:
        """List the pictures that excite a channel most, each by its best cell, the best first."""
        order = np.argsort(-self.largest[:, channel], kind="stable")[:count]
        return [self._cell(at, channel, self.largest, self.largest_at) for at in order]

    def least(self, channel: int, count: int) -> list[Extreme]:
        """List the pictures with the lowest cells of a channel, the lowest first."""
        order = np.argsort(self.smallest[:, channel], kind="stable")[:count]
        return [self._cell(at, channel, self.smallest, self.smallest_at) for at in order]

    def _cell(
        self, at: int, channel: int, values: NDArray[np.float32], places: NDArray[np.int32]
    ) -> Extreme:
        row, column = divmod(int(places[at, channel]), self.columns)
        return Extreme(int(at), row, column, float(values[at, channel]))


def extremes(
    network: Network,
    layer: str,
    images: Iterable[ArrayLike],
    *,
    report: Report = lambda _: None,
) -> Extremes:
    """Find where in each picture each channel of a layer is largest, and smallest.

    Parameters
    ----------
    images : (height, width, 3) uint8 each; read one at a time.

    Raises
    ------
    NetworkError : there is no such layer, or no picture.
    """
    info = network.layer(layer)

    def ends(image: ArrayLike) -> tuple[NDArray[np.float32], ...]:
        maps = network.feature_maps(image, [layer])[layer].reshape(-1, info.channels)
        largest, smallest = maps.argmax(axis=0), maps.argmin(axis=0)
        channels = np.arange(info.channels)
        return maps[largest, channels], maps[smallest, channels], largest, smallest

    found = _of_each(images, ends, report)
    high, low, high_at, low_at = (np.stack(part) for part in zip(*found, strict=True))
    columns = info.output_shape[1] if info.is_map else 1
    return Extremes(layer, high, low, high_at.astype(np.int32), low_at.astype(np.int32), columns)


def values_in(
    network: Network,
    what: What,
    layer: str,
    images: Iterable[ArrayLike],
    *,
    report: Report = lambda _: None,
) -> Extremes:
    """Ask units or classes about whole pictures: one value of each in each picture.

    Parameters
    ----------
    what : "unit", the cell in the middle of each channel's map, or "class", each class's logit.
    layer : of the units; the classes' is the network's answer.
    images : as in `extremes`.

    Returns
    -------
    Extremes whose largest and smallest values are the same.

    Raises
    ------
    NetworkError : there is no such layer, no class, or no picture.
    """
    info = network.layer(network.answer_layer if what == "class" else layer)
    rows, columns = info.output_shape[:2] if what == "unit" and info.is_map else (1, 1)
    middle = rows // 2 * columns + columns // 2

    def values_of(image: ArrayLike) -> NDArray[np.float32]:
        if what == "class":
            return network.logits(image)
        maps = network.feature_maps(image, [info.name])[info.name].reshape(-1, info.channels)
        cell: NDArray[np.float32] = maps[middle]
        return cell

    values = np.stack(_of_each(images, values_of, report))
    at = np.full(values.shape, middle, np.int32)
    return Extremes(info.name, values, values, at, at, columns)


def _of_each(
    images: Iterable[ArrayLike], ask: Callable[[ArrayLike], Found], report: Report
) -> list[Found]:
    """Ask about one picture after the other; there must be one."""
    found = []
    for count, image in enumerate(images):
        report(count)
        found.append(ask(image))
    if not found:
        raise NetworkError("To look for patches takes a picture at least. Received: none.")
    return found


def patch(network: Network, layer: str, image: ArrayLike, cell: Extreme) -> tuple[Pixels, Box]:
    """Cut out what a cell sees, from what the network is shown of a picture.

    Returns
    -------
    (rows, columns, 3) uint8, and where it lies in the network's input.
    """
    box = network.receptive_box(layer, cell.row, cell.column)
    top, left, height, width = (int(side) for side in box)
    part = network.shown_part(image)
    return part[top : top + height, left : left + width], box
