"""The server: `streamlit run serve.py` serves app.py behind the gates of `serving/`."""

import os

import streamlit as st
from streamlit import config

from serving.host import shared

# Before NumPy is imported. Its threads wait for each other by spinning: where several people ask at
# once, the curvature of a 5 x 5 kernel's loss took 45 ms of processor by two threads, 1 ms by one.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Before anything reads the limits.
os.environ["CNNVIZ_SHARED"] = shared(os.environ, config.get_option("server.address"))

from serving.answers import send_well
from serving.failures import say_so
from serving.gates import gates
from serving.housekeeping import housekeeping
from serving.made_once import keep_what_stays
from serving.scripts import run_well
from serving.values import look_values_up

keep_what_stays()
look_values_up()
run_well()
send_well()
app = st.App("app.py", middleware=gates(), lifespan=housekeeping, on_script_error=say_so)
