"""The front door: the idea, with the user's own picture in it."""

import numpy as np
import streamlit as st

from cnnviz.convolution import depthwise_convolve
from cnnviz.windows import padded_sources
from pages.ui.frame import PAGES, page_frame
from pages.ui.kernel import KernelInHand
from pages.ui.stage import working_picture
from pages.ui.window import Sliding, sliding_window

picture = page_frame("app.py", title=False)
st.title("See every number between a picture and a network's answer", anchor=False)
st.markdown(
    "Below, nine weights slide over the picture. **Drag a weight up or down** and watch. "
    "Then follow the path, with this picture or your own, from one pixel to a trained network."
)

kernel = KernelInHand("sobel_x", stage="start")
weights = kernel.values
pixels = working_picture(picture, "grey", 384)
result = depthwise_convolve(pixels, weights[:, :, None, None], padding="same")
sources = tuple(
    padded_sources(size, (side - 1) // 2, side // 2)
    for size, side in zip(pixels.shape[:2], weights.shape, strict=True)
)
sliding_window(
    key="start",
    inputs=pixels,
    outputs=result,
    sliding=Sliding(
        weights.shape,
        (1, 1),
        (1, 1),
        ((weights.shape[0] - 1) // 2, (weights.shape[1] - 1) // 2),
        sources,
    ),
    kernel=weights,
    serial=kernel.serial,
    tools=kernel.tools(),
    show="signed" if abs(float(np.sum(weights))) < 1e-3 else "clip",
    compact=True,
    input_alt=picture.alt,
    output_alt=f"The picture filtered by the kernel {kernel.title}.",
    titles={"kernel_title": kernel.title},
    on_kernel=kernel.take_weights,
    on_edit=kernel.take_edit,
)

st.subheader("The path", anchor=False)
for page in PAGES[1:]:
    st.page_link(page.path, label=f"**{page.title}**  {page.sentence}", icon=page.icon)
