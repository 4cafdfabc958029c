"""The part What it makes of your picture: all maps of the layer in hand."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st

from cnnviz.networks.building import Outline, Stack
from cnnviz.networks.building.maps import StackMaps
from pages.building.components.wall import layer_wall
from pages.building.opening import explain_elsewhere
from pages.building.state import BUILD, CELL, LAYER, layer_in_hand
from pages.ui.edits import sent_parts

_KEY = "build_wall"
_MOST = 524_288
"""Numbers on one wall (2 MiB); of more maps, those around the one in hand."""


def choose_layer(stack: Stack) -> None:
    """Draw the choice of a layer."""
    names = stack.names()
    BUILD.control(
        st.selectbox,
        LAYER,
        "Layer",
        options=list(range(len(names))),
        otherwise=layer_in_hand(),
        format_func=lambda at: f"{names[at]} \u00b7 {stack.layers[at].kind()}",
        help="The layer whose maps are shown.",
    )


def wall(stack: Stack, found: Outline, maps: StackMaps) -> None:
    """Draw the wall, and lead to where its numbers are explained."""
    position = min(layer_in_hand(), len(maps.outputs) - 1)
    name, values = stack.names()[position], maps.outputs[position]
    if values.ndim == 1:
        shown, first, numbers = _in_rows(values), 0, len(values)
    else:
        shown, first = _around(values, (BUILD[CELL] or (0,))[0])
        numbers = 0
    cell = _settled(shown, first)
    layer_wall(
        name,
        shown,
        cell,
        key=_KEY,
        numbers=numbers,
        first=first,
        choose=lambda: _take_cell(shown.shape, first),
    )
    channel, row, column = cell
    if numbers:
        channel, row, column = min(row * shown.shape[1] + column, numbers - 1), 0, 0
    if found.problem is None:
        # A block's output is that of its last layer, by whose name the network has it.
        last = found.rows[position].parts[-1].name
        explain_elsewhere(stack, f"{last}:{channel}:{row}:{column}")


def _in_rows(values: np.ndarray) -> np.ndarray:
    """Write a vector in rows, twice as many columns as rows."""
    columns = max(1, math.ceil(math.sqrt(2 * len(values))))
    rows = math.ceil(len(values) / columns)
    filled = np.full(rows * columns, np.nan, np.float32)
    filled[: len(values)] = values
    return filled.reshape(rows, columns, 1)


def _around(values: np.ndarray, channel: int) -> tuple[np.ndarray, int]:
    """Take as many maps as may be sent, around one of them; also the first one's number."""
    rows, columns, channels = values.shape
    most = max(1, _MOST // (rows * columns))
    if channels <= most:
        return values, 0
    first = min(max(min(channel, channels - 1) - most // 2, 0), channels - most)
    return values[..., first : first + most], first


def _settled(shown: np.ndarray, first: int) -> tuple[int, int, int]:
    """Give the cell in hand, moved to where the layer has one."""
    rows, columns, channels = shown.shape
    cell = BUILD[CELL]
    if cell is None:
        largest = np.nan_to_num(shown[..., 0], nan=-np.inf).argmax()
        return first, int(largest) // columns, int(largest) % columns
    channel, row, column = cell
    channel = min(max(channel, first), first + channels - 1)
    return channel, min(row, rows - 1), min(column, columns - 1)


def _take_cell(shape: tuple[int, ...], first: int) -> None:
    sent = sent_parts(_KEY, "cell")
    try:
        channel, row, column = (int(sent[name]) for name in ("channel", "row", "column"))
    except (KeyError, TypeError, ValueError, OverflowError):
        return
    rows, columns, channels = shape
    if first <= channel < first + channels and 0 <= row < rows and 0 <= column < columns:
        BUILD.write({CELL.name: (channel, row, column)})
