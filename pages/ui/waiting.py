"""Wait for a network that is not open yet, so that a newer request ends the wait."""

import threading

import streamlit as st

from cnnviz.networks.network import Network
from cnnviz.server.line import SCRIPTS


def wait_until_open(network: Network) -> None:
    """Open a network and wait for it; others' scripts run meanwhile."""
    if network.is_open:
        return
    # No daemon: the interpreter must wait until it is out of TensorFlow, or it aborts.
    opening = threading.Thread(target=network.open, name="cnnviz-opening", daemon=False)
    opening.start()
    with SCRIPTS.apart():
        while opening.is_alive():
            opening.join(0.05)
            # Any look at the session lets a newer request end this run.
            _ = "opening" in st.session_state
