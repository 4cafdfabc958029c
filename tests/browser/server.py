"""The server for browser tests: `streamlit run`, and an address that forgets a visit.

A page that asks for `?forget=...` runs nothing, and its session is as new: what it held, its
widgets and what would be called for them are gone. The browser then has nothing on the page,
either, and can be led to another address without loading all scripts again. A training has its
share of the processor beside other tests.
"""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.web.cli import main

from cnnviz.server import worker
from serving import made_once
from tests.server.at_once import start_at_once

FORGET = "forget"

_run_page = made_once.run_page


def _run_or_forget(main_script: str) -> None:
    """Run the page, unless its session is to be forgotten."""
    if FORGET in st.query_params:
        number = st.query_params[FORGET]
        get_script_run_ctx().session_state._state.clear()
        st.text(f"{FORGET} {number}")
    else:
        _run_page(main_script)


if __name__ == "__main__":
    made_once.run_page = _run_or_forget
    worker.start = start_at_once
    main()
