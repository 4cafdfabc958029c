"""Cover a part of the picture, and hear what the network says then."""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.attribution.trust import blurred_input

if TYPE_CHECKING:
    from cnnviz.networks.network import Network

SIDE = 64
"""Cells of a mask along either side of the picture."""
Fill = Literal["grey", "mean", "blurred"]
FILLS: tuple[Fill, ...] = get_args(Fill)
Mask = NDArray[np.bool_]


def covered(
    network: Network,
    image: ArrayLike,
    mask: Mask,
    fill: Fill,
    *,
    x: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Give what the network gets of the picture under the mask.

    Parameters
    ----------
    image : (height, width, 3) uint8.
    mask : (SIDE, SIDE) over the part that the network is shown, true where it is covered.
    fill : middle grey, the picture's mean, or the picture itself without its details.
    x : what the network is given of the picture itself, where it is there already: to make it of a
        large photo takes as long as half an answer.

    Returns
    -------
    `input_shape` float32.
    """
    x = network.preprocess(image) if x is None else x
    rows, columns = x.shape[:2]
    at_row = (np.arange(rows) * SIDE) // rows
    at_column = (np.arange(columns) * SIDE) // columns
    hidden = mask[at_row[:, np.newaxis], at_column[np.newaxis]]
    return np.where(hidden[..., np.newaxis], _cover(network, image, x, fill), x)


def _cover(
    network: Network, image: ArrayLike, x: NDArray[np.float32], fill: Fill
) -> NDArray[np.float32]:
    if fill == "blurred":
        return blurred_input(network, image)
    if fill == "mean":
        return np.asarray(np.broadcast_to(x.mean(axis=(0, 1)), x.shape))
    grey = np.full((*x.shape[:2], 3), 128, np.uint8)
    return network.preprocessing(grey, channels=network.input_shape[2])


def write_mask(mask: Mask) -> str:
    """Write a mask for an address; "" for one that covers nothing.

    >>> read_mask(write_mask(np.eye(SIDE, dtype=bool))).sum()
    np.int64(64)
    """
    if not mask.any():
        return ""
    packed = zlib.compress(np.packbits(mask).tobytes(), 9)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_mask(text: str) -> Mask:
    """Read what `write_mask` wrote.

    Raises
    ------
    ValueError : it is something else.
    """
    if not text:
        return np.zeros((SIDE, SIDE), bool)
    if len(text) > SIDE * SIDE // 4:
        raise ValueError(f"A mask has at most {SIDE * SIDE // 4} letters. Received: {len(text)}.")
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        bits = zlib.decompressobj().decompress(packed, SIDE * SIDE // 8 + 1)
    except (binascii.Error, zlib.error, ValueError) as error:
        raise ValueError(f"This is no mask. Received: {text[:40]!r}.") from error
    return mask_of(bits)


def mask_of(bits: bytes) -> Mask:
    """Unpack the bits of a mask, row by row; ValueError if they are not as many as it has."""
    if len(bits) != SIDE * SIDE // 8:
        raise ValueError(f"A mask has {SIDE * SIDE // 8} bytes of bits. Received: {len(bits)}.")
    return np.unpackbits(np.frombuffer(bits, np.uint8)).astype(bool).reshape(SIDE, SIDE)
