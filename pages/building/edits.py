"""What is done to the stack: at the stage in the browser, and by buttons beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cnnviz.networks.building import Stack, format_stack, parse_stack
from pages.building.state import BUILD, LAYER, SEED, STACK, layer_in_hand
from pages.ui.edits import MOST_SAID, Handshake, History

STAGE = "build_stage"
_HANDSHAKE = Handshake(STAGE)
_BEFORE: History[tuple[Stack, int]] = History(STAGE)
_AFTER: History[tuple[Stack, int]] = History(f"{STAGE}_undone")
_COMPLAINT = "build_complaint"


def serial() -> int:
    """Give the number of the last edit that was taken over."""
    return _HANDSHAKE.serial


def complaint() -> str:
    """Say why the last edit was refused; "" if it was not."""
    return str(st.session_state.get(_COMPLAINT, ""))


def tools() -> list[dict[str, object]]:
    """List the buttons that take edits back and do them again."""
    return [
        {"name": "undo", "symbol": "undo", "label": "Undo (Ctrl+Z)", "enabled": bool(_BEFORE)},
        {"name": "redo", "symbol": "redo", "label": "Redo (Ctrl+Y)", "enabled": bool(_AFTER)},
        {
            "name": "draw",
            "symbol": "casino",
            "label": "Draw other random weights",
            "enabled": True,
        },
    ]


def put(stack: Stack, layer: int) -> None:
    """Put another stack in the place of the one in hand, which can be had back. In a callback."""
    st.session_state.pop(_COMPLAINT, None)
    if format_stack(stack) != format_stack(BUILD[STACK]):
        _BEFORE.remember((BUILD[STACK], layer_in_hand()))
        _AFTER.forget()
    layer = min(max(layer, 0), len(stack.layers) - 1)
    BUILD.write({STACK.name: stack, LAYER.name: layer})


def take() -> None:
    """Take over what a hand has done at the stage, in its order."""
    for name in _HANDSHAKE.newer("edit", "tool"):
        sent = _HANDSHAKE.sent(name)
        if name == "edit":
            _take_edit(sent)
        else:
            _HANDSHAKE.take(sent)
            _take_tool(sent.get("name"))


def _take_edit(sent: Mapping[str, Any]) -> None:
    """Take over a stack, as text, and the layer in hand."""
    try:
        text, layer = sent["stack"], int(sent["layer"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return
    _HANDSHAKE.take(sent)
    try:
        if not isinstance(text, str):
            raise ValueError(f"A stack is sent as text. Received: {type(text).__name__}.")
        put(parse_stack(text), layer)
    except ValueError as error:
        st.session_state[_COMPLAINT] = str(error)[:MOST_SAID]


def _take_tool(name: object) -> None:
    """Take an edit back, do it again, or draw other weights."""
    match name:
        case "undo":
            _step(_BEFORE, _AFTER)
        case "redo":
            _step(_AFTER, _BEFORE)
        case "draw":
            BUILD.write({SEED.name: (BUILD[SEED] + 1) % (SEED.most + 1)})


def _step(
    source: History[tuple[Stack, int]],
    other: History[tuple[Stack, int]],
) -> None:
    held = source.back()
    if held is None:
        return
    st.session_state.pop(_COMPLAINT, None)
    other.remember((BUILD[STACK], layer_in_hand()))
    stack, layer = held
    BUILD.write({STACK.name: stack, LAYER.name: layer})
