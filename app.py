"""The front door: the idea, with the user's own picture in it."""

import streamlit as st

from pages.start.stage import first_stage
from pages.ui.cards import path_of_cards
from pages.ui.frame import page_frame
from pages.ui.headings import title

picture = page_frame("app.py", title=False)
title("See every number between a picture and a network's answer")
st.markdown(
    "A network sees by sliding small grids of weights over a picture. Here is one: **drag a weight "
    "up or down**, point anywhere, and watch. Then follow the path below, with this picture or "
    "your own."
)
first_stage(picture)
path_of_cards(picture)
