"""The server: `streamlit run serve.py` serves app.py behind the gates of `serving/`."""

import os

import streamlit as st
from streamlit import config

from serving.host import shared

# Before anything reads the limits.
os.environ["CNNVIZ_SHARED"] = shared(os.environ, config.get_option("server.address"))

from serving.gates import gates
from serving.housekeeping import housekeeping

app = st.App("app.py", middleware=gates(), lifespan=housekeeping)
