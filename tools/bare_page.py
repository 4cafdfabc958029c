"""The least that Streamlit can do: one slider and one picture. The bench compares with it."""

import io

import numpy as np
import streamlit as st
from PIL import Image

brightness = st.slider("Brightness", -255, 255, 0)
ramp = np.add.outer(np.arange(512), np.arange(512)) // 4
file = io.BytesIO()
Image.fromarray(np.clip(ramp + brightness, 0, 255).astype(np.uint8)).save(file, "JPEG", quality=90)
st.image(file.getvalue())
