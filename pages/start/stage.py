"""The front door's stage: one kernel on the picture in hand."""

from functools import partial

import streamlit as st

from cnnviz.convolution import filter_channels
from cnnviz.convolution.windows import cell_at
from cnnviz.kernels import KERNELS
from cnnviz.padding.geometry import convolution_geometry
from pages.ui.components.window import Answers, Filter, Look, Sliding, sliding_window
from pages.ui.focus import Focus
from pages.ui.kernel import KernelInHand, KernelMenu, kernel_entry, natural_show
from pages.ui.picture import Picture
from pages.ui.stage import first_place, working_picture
from pages.ui.state import Table

KEY = "start"
"""The session's key of the component."""

KERNEL = kernel_entry(KERNELS["sobel_x"].values)
START = Table("start", KERNEL)
_SHOWN_AS = "start_shown_as"


def first_stage(picture: Picture) -> None:
    """Draw it."""
    START.follow()
    menu = KernelMenu(START, KERNEL, KEY)
    kernel, weights = menu.kernel, menu.kernel.values
    pixels = working_picture(picture, "grey", 384)
    place = first_place(picture, pixels)
    sliding_window(
        key=KEY,
        inputs=pixels,
        outputs=filter_channels(pixels, weights, padding="same"),
        sliding=Sliding.over(
            convolution_geometry(pixels.shape[:2], weights.shape, padding="same"),
            crossed_out=False,
        ),
        what=Filter(weights, menu.title, serial=kernel.serial, tools=kernel.tools()),
        look=Look(
            picture.alt,
            f"The picture filtered by the kernel {menu.title}.",
            show=st.session_state.get(_SHOWN_AS) or natural_show(weights),
            compact=True,
        ),
        answers=Answers(kernel=partial(_take_weights, kernel), edit=partial(_take_edit, kernel)),
        focus=Focus(*cell_at(place, pixels.shape), place),
    )


def _take_weights(kernel: KernelInHand) -> None:
    # The colours that a hand saw the weights change in are those it finds when it lets go.
    st.session_state.setdefault(_SHOWN_AS, natural_show(kernel.values))
    kernel.take_weights()


def _take_edit(kernel: KernelInHand) -> None:
    st.session_state.pop(_SHOWN_AS, None)
    kernel.take_edit()
