"""The front door: the idea, with the user's own picture in it."""

import streamlit as st

from cnnviz.convolution import depthwise_convolve
from cnnviz.convolution.windows import padded_sources
from cnnviz.shapes import map_padding
from pages.ui.cards import path_of_cards
from pages.ui.components.window import Sliding, sliding_window
from pages.ui.frame import page_frame
from pages.ui.kernel import KernelInHand
from pages.ui.stage import working_picture

picture = page_frame("app.py", title=False)
st.title("See every number between a picture and a network's answer", anchor=False)
st.markdown(
    "A network sees by sliding small grids of weights over a picture. Here is one: **drag a weight "
    "up or down**, point anywhere, and watch. Then follow the path below, with this picture or "
    "your own."
)

kernel = KernelInHand("sobel_x", stage="start")
weights = kernel.values
pixels = working_picture(picture, "grey", 384)
size = pixels.shape[:2]
result = depthwise_convolve(pixels, weights[:, :, None, None], padding="same")
(top, bottom), (left, right) = map_padding(size, weights.shape, padding="same")
sources = (padded_sources(size[0], top, bottom), padded_sources(size[1], left, right))
sliding_window(
    key="start",
    inputs=pixels,
    outputs=result,
    sliding=Sliding(weights.shape, (1, 1), (1, 1), (top, left), sources),
    kernel=weights,
    serial=kernel.serial,
    tools=kernel.tools(),
    show=kernel.natural_show,
    compact=True,
    input_alt=picture.alt,
    output_alt=f"The picture filtered by the kernel {kernel.title}.",
    titles={"kernel_title": kernel.title},
    on_kernel=kernel.take_weights,
    on_edit=kernel.take_edit,
)
path_of_cards(picture)
