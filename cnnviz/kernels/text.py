"""Kernels as text, for an address and for typing."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import ArrayLike

from cnnviz.kernels.design import Weights
from cnnviz.kernels.editing import LARGEST_SIDE, checked_kernel
from cnnviz.notation import shown

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


_LONGEST_NUMBER = 32


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
