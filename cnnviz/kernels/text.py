"""Kernels as text: for typing, and for an address, where long ones are packed."""

from __future__ import annotations

import base64
import binascii
import re
import zlib

import numpy as np
from numpy.typing import ArrayLike

from cnnviz.kernels.design import Weights
from cnnviz.kernels.editing import LARGEST_SIDE, checked_kernel
from cnnviz.notation import shown

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


_LONGEST_NUMBER = 32
_READABLE = 60
_PACKED = re.compile(r"([0-9]{1,2})x([0-9]{1,2}):([A-Za-z0-9_-]{1,1000})")


def parse_kernel(text: str) -> Weights:
    """Read a kernel from text: commas between columns, semicolons between rows.

    Raises
    ------
    ValueError : anything but 1 x 1 to 11 x 11 plain numbers between -1,000,000 and 1,000,000.

    >>> parse_kernel("0,-1,0; -1,5,-1; 0,-1,0")
    array([[ 0., -1.,  0.],
           [-1.,  5., -1.],
           [ 0., -1.,  0.]], dtype=float32)
    """
    longest = LARGEST_SIDE**2 * (_LONGEST_NUMBER + 2)
    if len(text) > longest:
        raise ValueError(
            f"A kernel's text has at most {longest:,} characters. Received: {len(text):,}."
        )
    rows = [[_weight(word) for word in row.split(",")] for row in text.split(";")]
    lengths = {len(row) for row in rows}
    if len(lengths) > 1:
        raise ValueError(
            "All rows of a kernel must have the same number of weights. Received: rows of "
            f"{', '.join(str(len(row)) for row in rows[: LARGEST_SIDE + 1])}."
        )
    return checked_kernel(rows)


def _weight(word: str) -> float:
    word = word.strip()
    if len(word) > _LONGEST_NUMBER or not _NUMBER.fullmatch(word):
        raise ValueError(
            "A kernel is written as numbers, with commas between columns and semicolons between "
            f"rows, such as 0,-1,0;-1,5,-1;0,-1,0. Received: {shown(word, _LONGEST_NUMBER)}."
        )
    return float(word)


def format_kernel(values: ArrayLike) -> str:
    """Write a kernel as text that :func:`parse_kernel` reads back exactly, for an address.

    Raises
    ------
    ValueError : as :func:`parse_kernel`.

    >>> from cnnviz.kernels import KERNELS
    >>> format_kernel(KERNELS["sharpen"].values)
    '0,-1,0;-1,5,-1;0,-1,0'
    """
    return ";".join(",".join(_shortest(weight) for weight in row) for row in checked_kernel(values))


def _shortest(weight: np.float32) -> str:
    plain = np.format_float_positional(weight, trim="-")
    with_exponent = np.format_float_scientific(weight, trim="-", exp_digits=1)
    return min(plain, with_exponent, key=len)


def pack_kernel(values: ArrayLike) -> str:
    """Write a kernel as a short text that :func:`unpack_kernel` reads back exactly.

    That is the text of :func:`format_kernel`, which people can read; where it is long, and this is
    shorter, the rows and columns and the weights as compressed float32.

    Raises
    ------
    ValueError : as :func:`parse_kernel`.

    >>> len(pack_kernel(np.full((11, 11), 1 / 121))) < 40
    True
    >>> pack_kernel([[1, 0, -1]])
    '1,0,-1'
    """
    weights = checked_kernel(values)
    text = format_kernel(weights)
    if len(text) <= _READABLE:
        return text
    rows, columns = weights.shape
    squeezed = zlib.compress(np.ascontiguousarray(weights, "<f4").tobytes(), 9)
    packed = base64.urlsafe_b64encode(squeezed).decode().rstrip("=")
    return min(text, f"{rows}x{columns}:{packed}", key=len)


def unpack_kernel(text: str) -> Weights:
    """Read what :func:`pack_kernel` writes.

    Raises
    ------
    ValueError : as :func:`parse_kernel`; or what is packed is no kernel of that size.

    >>> unpack_kernel("1,0,-1").tolist()
    [[1.0, 0.0, -1.0]]
    """
    found = _PACKED.fullmatch(text)
    if not found:
        return parse_kernel(text)
    rows, columns = int(found[1]), int(found[2])
    wanted = 4 * rows * columns
    try:
        squeezed = base64.urlsafe_b64decode(found[3] + "=" * (-len(found[3]) % 4))
        # No more than a kernel holds, however much is packed into it.
        data = zlib.decompressobj().decompress(squeezed, wanted + 1)
    except (binascii.Error, zlib.error):
        data = b""
    if not 0 < len(data) == wanted or max(rows, columns) > LARGEST_SIDE:
        raise ValueError(
            f"A packed kernel holds 1 x 1 to {LARGEST_SIDE} x {LARGEST_SIDE} weights. Received: "
            f"{len(data)} bytes for {rows} x {columns}."
        )
    return checked_kernel(np.frombuffer(data, "<f4").reshape(rows, columns))
