"""Formulas of the weights between channels and filters, as LaTeX."""

from __future__ import annotations

from cnnviz.channels.connections import Connection


def weights_with_numbers(connection: Connection, kernel: int, channels: int) -> str:
    r"""Write how many weights a layer has, for as many filters as channels.

    Parameters
    ----------
    kernel : the side of its kernels.

    >>> weights_with_numbers(Connection("standard"), 3, 16)
    '3 \\cdot 3 \\cdot 16 \\cdot 16 = 2{,}304 \\text{ weights}'
    """
    count = connection.cost(kernel, channels).weights
    product = connection.formula(kernel, channels).replace("\u00d7", r"\cdot")
    return rf"{product} = {count:,}".replace(",", "{,}") + r" \text{ weights}"
