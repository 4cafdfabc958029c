"""The server: `streamlit run serve.py` serves app.py behind the gates of `serving/`."""

import streamlit as st

from serving.gates import gates
from serving.housekeeping import housekeeping

app = st.App("app.py", middleware=gates(), lifespan=housekeeping)
