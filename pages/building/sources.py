"""The part Take from: networks to begin with, and the networks of the app that can be changed."""

from __future__ import annotations

import streamlit as st

from cnnviz.networks import NETWORKS, NetworkError, open_network
from cnnviz.networks.building import PRESETS, Stack, describe, format_stack, stack_of_network
from cnnviz.notation import written_count
from pages.building.edits import put
from pages.building.state import BUILD, PART
from pages.ui.markdown import plain
from pages.ui.own_network import HELD, OWN_NETWORK, OwnModel

_REFUSED = "build_source_refused"
_IN_A_ROW = 3


def sources(stack: Stack) -> None:
    """Draw a card for each network."""
    text = format_stack(stack)
    if refused := st.session_state.pop(_REFUSED, ""):
        st.error(plain(refused), icon=":material/error:")
    st.markdown("**A design to begin with**")
    presets = list(PRESETS.items())
    for first in range(0, len(presets), _IN_A_ROW):
        columns = st.columns(_IN_A_ROW)
        for column, (name, preset) in zip(columns, presets[first:], strict=False):
            rows = describe(preset.stack)
            weights = sum(row.weights for row in rows)
            work = sum(row.multiply_adds for row in rows)
            with column.container(border=True, height="stretch"):
                st.markdown(f"**{preset.label}**")
                st.caption(preset.source)
                st.caption(
                    f"{len(rows) - 1} layers, {weights:,} weights, "
                    f"{written_count(work)} multiply-adds"
                )
                st.button(
                    "In hand" if text == format_stack(preset.stack) else "Take it",
                    key=f"build_preset_{name}",
                    on_click=_take,
                    args=(preset.stack,),
                )
    st.markdown("**A network of the app, without its weights**")
    with st.container(horizontal=True):
        for name, entry in NETWORKS.items():
            if entry.is_here:
                st.button(
                    entry.title, key=f"build_network_{name}", on_click=_take_network, args=(name,)
                )
        if HELD in st.session_state:
            st.button(OWN_NETWORK, key="build_network_own", on_click=_take_network, args=("",))
    st.caption("Your own model is here too, once you have opened it on the page Network.")


def _take(stack: Stack) -> None:
    put(stack, 1)
    BUILD.write({PART.name: "stack"})


def _take_network(name: str) -> None:
    """Take the layers of a network; "" stands for one's own."""
    own: OwnModel | None = st.session_state.get(HELD)
    if name:
        network = open_network(name)
    elif own is not None:
        network = own.network
    else:
        return  # it was forgotten meanwhile
    try:
        _take(stack_of_network(network))
    except NetworkError as error:
        st.session_state[_REFUSED] = f"{network.title} is not changed here. {error}"
