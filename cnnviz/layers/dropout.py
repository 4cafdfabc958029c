"""Dropout, scaled while training as Keras does it, and what many of its masks do on average."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.layers.flatten import MapShape
from cnnviz.server.turns import turn
from cnnviz.shapes import Maps, whole_number


@dataclass(frozen=True, eq=False)
class Dropout:
    """One application of a dropout layer.

    mask : bool, the maps' shape; False where a value was dropped
    scale : what the kept values were multiplied by, 1 / (1 - rate) in training and 1 otherwise
    result : float32, the maps' shape
    """

    mask: NDArray[np.bool_]
    scale: float
    result: Maps


def dropout(
    maps: ArrayLike, rate: float, seed: int, *, training: bool = True, spatial: bool = False
) -> Dropout:
    """Drop values at random and scale the others up, so that the expected value stays.

    Parameters
    ----------
    maps : (..., channels)
    rate : the share to drop, in [0, 1)
    seed : >= 0; the same seed draws the same mask.
    training : if False the maps pass unchanged: dropout is off at inference.
    spatial : drop whole channels (Keras's SpatialDropout2D) instead of single values.

    Raises
    ------
    ValueError : a rate outside [0, 1)

    Source: Srivastava et al. 2014, section 10, "inverted" as in Keras.

    >>> dropout(np.ones((2, 4)), 0.5, seed=1).result
    array([[0., 2., 2., 2.],
           [0., 0., 2., 2.]], dtype=float32)
    """
    values = np.asarray(maps, np.float32)
    rate = _rate(rate)
    if not training:
        return Dropout(np.ones(values.shape, np.bool_), 1.0, values.copy())
    mask = np.broadcast_to(_mask(values.shape, rate, seed, spatial), values.shape)
    scale = 1 / (1 - rate)
    return Dropout(mask, scale, np.where(mask, values * np.float32(scale), np.float32(0)))


@dataclass(frozen=True, eq=False)
class DropoutStatistics:
    """What many dropout masks do on average, measured.

    count : how many masks were drawn
    true_mean : the mean of the maps themselves
    running_mean : (count,) float64, the mean of all results so far, after each mask
    running_mean_unscaled : the same without the factor 1 / (1 - rate): it ends at
        true_mean * (1 - rate)
    mean_map : float32, the maps' shape, each value's mean over all masks
    kept_share : float32, the maps' shape, how often each value was kept
    """

    count: int
    true_mean: float
    running_mean: NDArray[np.float64]
    running_mean_unscaled: NDArray[np.float64]
    mean_map: Maps
    kept_share: Maps

    @property
    def off(self) -> float:
        """How far the last mean is off the true one, as a share of it; 0 where that is 0."""
        mean = self.true_mean
        return abs(float(self.running_mean[-1]) - mean) / mean if mean else 0.0


def dropout_statistics(
    maps: ArrayLike,
    rate: float,
    count: int = 200,
    seed: int = 0,
    *,
    spatial: bool = False,
    masks: NDArray[np.uint8] | None = None,
) -> DropoutStatistics:
    """Draw many masks and average what dropout returns.

    The masks are those that :func:`dropout` draws for ``seed``, ``seed + 1``, and so on. It takes
    about 3 ns for each value and mask: 80 ms for 200 masks on maps of 64 x 64 x 32.

    Parameters
    ----------
    maps : (..., channels)
    rate, seed, spatial : as in :func:`dropout`
    count : masks, >= 1
    masks : what :func:`packed_masks` has drawn with the same settings, where it has

    Raises
    ------
    ValueError : a rate outside [0, 1), or a count below 1

    >>> found = dropout_statistics(np.ones((8, 8, 4)), 0.25, count=500)
    >>> round(float(found.running_mean[-1]), 2)
    1.0
    """
    values = np.asarray(maps, np.float32)
    rate, count = _rate(rate), whole_number(count, "count")
    kept = np.zeros(values.size, np.float32)  # whole numbers, exact up to 2^24 masks
    flat = values.ravel()
    totals = np.empty(count)
    for index in range(count):
        with turn():  # one mask at a time: others need not wait for all of them
            if masks is None:
                drawn = _mask(values.shape, rate, seed + index, spatial).astype(np.float32)
                numbers = np.broadcast_to(drawn, values.shape).ravel()
            else:
                numbers = np.unpackbits(masks[index], count=values.size).astype(np.float32)
            kept += numbers
            totals[index] = flat @ numbers
    unscaled = np.cumsum(totals) / (np.arange(1, count + 1) * values.size)
    share = kept.reshape(values.shape) / count
    return DropoutStatistics(
        count=count,
        true_mean=float(values.mean(dtype=np.float64)),
        running_mean=unscaled / (1 - rate),
        running_mean_unscaled=unscaled,
        mean_map=(values * share / (1 - rate)).astype(np.float32),
        kept_share=share.astype(np.float32),
    )


def _rate(rate: float) -> float:
    if not 0 <= rate < 1:
        raise ValueError(f"The rate must be at least 0 and below 1. Received: rate={rate}.")
    return float(rate)


def _mask(shape: tuple[int, ...], rate: float, seed: int, spatial: bool) -> NDArray[np.bool_]:
    drawn = (*(1,) * (len(shape) - 1), *shape[-1:]) if spatial else shape
    return np.random.default_rng(seed).random(drawn, np.float32) >= rate


def packed_masks(
    shape: MapShape, rate: float, *, count: int, seed: int = 0, spatial: bool = False
) -> NDArray[np.uint8]:
    """Draw the masks of seeds `seed`, `seed + 1`, ..., eight values to a byte.

    Parameters
    ----------
    shape, rate, spatial : as in :func:`cnnviz.layers.dropout.dropout`
    count : masks, >= 1

    Returns
    -------
    (count, ceil(values / 8)) uint8; 1 is kept, the first value in the highest bit
    (``numpy.unpackbits`` undoes it).

    >>> np.unpackbits(packed_masks((1, 2, 4), 0.5, count=1, seed=1)).tolist()
    [0, 1, 1, 1, 0, 0, 1, 1]
    """
    rate, masks = _rate(rate), []
    for index in range(whole_number(count, "count")):
        with turn():
            mask = _mask(shape, rate, seed + index, spatial)
            masks.append(np.packbits(np.broadcast_to(mask, shape)))
    return np.stack(masks)
