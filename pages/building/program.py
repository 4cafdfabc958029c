"""The part Code: the Keras program of the stack, and the stack of a program."""

from __future__ import annotations

import streamlit as st

from cnnviz.networks.building import ImpossibleStack, ProgramError, Stack, read_program, stack_code
from cnnviz.networks.building.reading import LONGEST_PROGRAM
from pages.building.edits import put
from pages.ui.markdown import plain

_PASTED = "build_program"
_REFUSED = "build_program_refused"
_TAKEN = "build_program_taken"


def program(stack: Stack) -> None:
    """Draw the program beside the room for another."""
    written, pasted = st.columns(2, gap="medium")
    with written:
        st.markdown("**Written as you build**")
        try:
            st.code(stack_code(stack), language="python", height=420)
        except ImpossibleStack as problem:
            st.warning(plain(str(problem)), icon=":material/warning:")
    with pasted:
        st.markdown("**Or paste a program**")
        st.text_area(
            "Keras code, Sequential or functional",
            key=_PASTED,
            height=330,
            max_chars=LONGEST_PROGRAM,
            placeholder="model = keras.Sequential([\n    layers.Input((32, 32, 3)),\n    ...",
            help="Imports of Keras, assignments, models and the layers of this page. It is read as "
            "text, line by line, and never run.",
        )
        st.button("Read it", icon=":material/input:", key="build_read", on_click=_read)
        if refused := st.session_state.get(_REFUSED):
            st.error(plain(refused), icon=":material/error:")
        elif taken := st.session_state.pop(_TAKEN, ""):
            st.success(taken, icon=":material/check:")


def _read() -> None:
    text = st.session_state.get(_PASTED, "")
    st.session_state.pop(_REFUSED, None)
    if not text.strip():
        st.session_state[_REFUSED] = "A program has at least one line. Received: nothing."
        return
    try:
        stack = read_program(text)
    except ProgramError as error:
        st.session_state[_REFUSED] = str(error)
        return
    put(stack, 1)
    count = len(stack.layers) - 1
    st.session_state[_TAKEN] = f"Read: {count} {'layer' if count == 1 else 'layers'}."
