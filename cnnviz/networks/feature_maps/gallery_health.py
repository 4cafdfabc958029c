"""The health of a layer's channels over many pictures: one picture says little of a channel.

health = HealthCount(channels, limits=saturation_limits(operation))
for image in images:
    health.add(network.feature_maps(image, [layer])[layer])
health.result()
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.networks.feature_maps.statistics import at_limit
from cnnviz.shapes import Floats

DUPLICATE_FROM = 0.98
"""The correlation from which on two channels count as the same."""
MOST_COMPARED = 2048
"""Channels of which each is compared with each; of more the table would not fit into memory."""
FEWEST_CELLS = 9
"""Cells without which a correlation is hardly more than chance."""
CELLS_A_PICTURE = 4096
"""Cells of a picture that are compared, at most, evenly spread."""

Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class GalleryHealth:
    """What a layer's channels did on many pictures; arrays of (channels,).

    Attributes
    ----------
    pictures : how many were looked at.
    dead_in, saturated_in : int64, on how many of them no cell differed from zero, and at least
        half of the cells lay at a limit of the activation.
    mean, minimum, maximum : over the cells of all pictures, float32.
    sparsity : the share of all cells that are exactly zero, in [0, 1].
    duplicate_of : int64, the channel most like this one over the cells of all pictures, if their
        correlation reaches `DUPLICATE_FROM`, else -1.
    correlation : float32, with the most similar other channel; 0 where it is not defined.
    compared : whether there were few enough channels, and cells enough, to compare them.
    """

    pictures: int
    dead_in: Counts
    saturated_in: Counts
    mean: Floats
    minimum: Floats
    maximum: Floats
    sparsity: Floats
    duplicate_of: Counts
    correlation: Floats
    compared: bool

    @property
    def dead(self) -> NDArray[np.bool_]:
        """Which channels are zero on every picture."""
        return np.asarray(self.dead_in == self.pictures)

    @property
    def saturated(self) -> NDArray[np.bool_]:
        """Which channels are saturated on every picture."""
        return np.asarray(self.saturated_in == self.pictures)


class HealthCount:
    """Count a layer's health picture by picture, in memory that does not grow with them.

    Parameters
    ----------
    channels : of the layer.
    limits : values at which its activation saturates; see `saturation_limits`.
    """

    def __init__(self, channels: int, *, limits: Sequence[float] = ()) -> None:
        self.pictures = 0
        self._limits = tuple(limits)
        self._dead, self._saturated = np.zeros((2, channels), np.int64)
        self._zeros, self._sums = np.zeros((2, channels))
        self._cells = 0
        self._least = np.full(channels, np.inf, np.float32)
        self._most = np.full(channels, -np.inf, np.float32)
        self._origin: Floats | None = None
        self._sampled = 0
        self._products = np.zeros((channels, channels)) if channels <= MOST_COMPARED else None
        self._sampled_sums = np.zeros(channels)

    def add(self, maps: ArrayLike) -> None:
        """Count one picture.

        maps : (rows, columns, channels) or (units,); what is NaN or infinite counts as zero.
        """
        array = np.nan_to_num(np.asarray(maps, np.float32), nan=0.0, posinf=0.0, neginf=0.0)
        cells = array.reshape(-1, array.shape[-1])
        least, most = cells.min(axis=0), cells.max(axis=0)
        self.pictures += 1
        self._dead += (least == 0) & (most == 0)
        self._saturated += at_limit(cells, self._limits) >= 0.5
        self._zeros += (cells == 0).sum(axis=0)
        self._sums += cells.sum(axis=0, dtype=np.float64)
        self._cells += len(cells)
        np.minimum(self._least, least, out=self._least)
        np.maximum(self._most, most, out=self._most)
        if self._products is not None:
            sample = cells[:: -(-len(cells) // CELLS_A_PICTURE)]
            if self._origin is None:
                # Sums of squares about a number near the mean lose no digits.
                self._origin = sample.mean(axis=0)
            centred = (sample - self._origin).astype(np.float64)
            self._products += centred.T @ centred
            self._sampled_sums += centred.sum(axis=0)
            self._sampled += len(sample)

    def result(self) -> GalleryHealth:
        """Say what has been found so far.

        Raises
        ------
        ValueError : no picture was counted.
        """
        if not self.pictures:
            raise ValueError("Health needs at least one picture. Received: none.")
        channels = len(self._dead)
        duplicate_of, correlation = np.full(channels, -1), np.zeros(channels, np.float32)
        compared = self._products is not None and self._sampled >= FEWEST_CELLS and channels > 1
        if compared:
            assert self._products is not None
            duplicate_of, correlation = self._most_similar(self._products)
        return GalleryHealth(
            self.pictures,
            self._dead.copy(),
            self._saturated.copy(),
            (self._sums / self._cells).astype(np.float32),
            self._least.copy(),
            self._most.copy(),
            (self._zeros / self._cells).astype(np.float32),
            duplicate_of,
            correlation,
            compared,
        )

    def _most_similar(self, products: NDArray[np.float64]) -> tuple[Counts, Floats]:
        """Find each channel's nearest other by Pearson's correlation over all cells."""
        mean = self._sampled_sums / self._sampled
        covariance = products / self._sampled - np.outer(mean, mean)
        deviation = np.sqrt(np.maximum(np.diag(covariance), 0))
        # A constant channel is like no other: its correlation is not defined.
        steady = deviation > 1e-6 * np.maximum(np.abs(self._least), np.abs(self._most))
        length = np.where(steady, deviation, 1)
        likeness = np.where(np.outer(steady, steady), covariance / np.outer(length, length), -2)
        np.fill_diagonal(likeness, -2)
        nearest = likeness.argmax(axis=1)
        best = likeness[np.arange(len(nearest)), nearest]
        known = steady & (best > -2)
        return (
            np.where(known & (best >= DUPLICATE_FROM), nearest, -1).astype(np.int64),
            np.where(known, best.clip(-1, 1), 0).astype(np.float32),
        )
