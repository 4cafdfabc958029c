"""The stage of the Convolution page, and what stands around it."""

from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.convolution import filter_channels
from cnnviz.convolution.code import convolution_code
from cnnviz.drawing.display import display
from cnnviz.drawing.sliding_window import sliding_patch_gif
from cnnviz.padding.geometry import Geometry, convolution_geometry
from pages.convolution.controls import (
    AT,
    CONVOLUTION,
    KERNEL,
    KEY,
    SHOW,
    Settings,
    View,
    settings,
)
from pages.convolution.experiments import EXPERIMENTS
from pages.convolution.formulas import convolution_formula, size_of_result
from pages.ui.components.window import Answers, Filter, Look, Slides, Sliding, sliding_window
from pages.ui.experiments import TryThis
from pages.ui.focus import CellInFocus
from pages.ui.kernel import KernelMenu
from pages.ui.picture import Picture, take_frame
from pages.ui.stage import (
    first_place,
    page_background,
    seen_first,
    stage_and_controls,
    why_it_matters,
)
from pages.ui.stage_slider import take_slides
from pages.ui.takeaway import Download, npz, picture_download, take_it_with_you


@st.fragment  # a control runs this again, not the menu and the picker beside it
def convolution(picture: Picture) -> None:
    """Draw all that depends on the controls."""
    CONVOLUTION.follow()
    menu = KernelMenu(CONVOLUTION, KERNEL, KEY, show=SHOW)
    focus = CellInFocus(CONVOLUTION, AT, KEY)
    tries = TryThis(CONVOLUTION, EXPERIMENTS, before=menu.kernel.remember)
    stage, controls = stage_and_controls()
    with controls:
        chosen = settings(picture, menu)
    try:
        geometry = _geometry(chosen)
    except ValueError as rule:  # the kernel is larger than the picture
        stage.warning(str(rule), icon=":material/block:")
        CONVOLUTION.name_what_waits()
        convolution_formula(is_flipped=chosen.flip)
        _why_it_matters(menu)
        return
    view = View(
        chosen,
        geometry,
        focus.settle(geometry.output_size, first_place(picture, chosen.pixels)),
        _result(chosen),
    )
    tries.saw(view)
    with seen_first(stage):
        _stage(picture, view, menu, focus)
    convolution_formula(is_flipped=chosen.flip)
    size_of_result(geometry)
    _why_it_matters(menu, geometry.output_size[0] * geometry.output_size[1])
    _take_away(view)


def _geometry(chosen: Settings) -> Geometry:
    return convolution_geometry(
        chosen.pixels.shape[:2],
        chosen.weights.shape,
        stride=chosen.stride,
        padding=chosen.padding,
        dilation=chosen.dilation,
        padding_mode=chosen.padding_mode,
    )


def _result(chosen: Settings) -> NDArray[np.float32]:
    return filter_channels(
        chosen.pixels,
        chosen.slid,
        bias=chosen.bias,
        stride=chosen.stride,
        padding=chosen.padding,
        dilation=chosen.dilation,
        padding_mode=chosen.padding_mode,
    )


def _why_it_matters(menu: KernelMenu, places: int = 0) -> None:
    """Say it; `places` are those at which the window stops, 0 where it cannot."""
    weights = menu.kernel.values.size
    here = (
        f"Here {weights:,} {'weight is' if weights == 1 else 'weights are'} used at {places:,} "
        f"{'place' if places == 1 else 'places'}; with weights of its own at each, that would be "
        f"{weights * places:,}. "
        if places
        else ""
    )
    why_it_matters(
        "Every convolutional layer of a network does just this, with many kernels at once. The "
        "same few weights are used at every place, so a network finds an edge or an eye wherever "
        f"it is. {here}On this page you choose the weights; a network learns them."
    )


def _stage(picture: Picture, view: View, menu: KernelMenu, focus: CellInFocus) -> None:
    chosen = view.chosen
    sliding_window(
        key=KEY,
        inputs=chosen.pixels,
        outputs=view.result,
        sliding=Sliding.over(view.geometry, crossed_out=False),
        what=Filter(
            chosen.weights,
            menu.title,
            bias=chosen.bias,
            flip=chosen.flip,
            serial=menu.kernel.serial,
            tools=menu.kernel.tools(),
        ),
        look=Look(
            picture.alt,
            f"The picture filtered by the kernel {menu.title}.",
            show=chosen.show,
            live=chosen.source,
        ),
        answers=Answers(
            kernel=menu.kernel.take_weights,
            edit=menu.kernel.take_edit,
            selected=focus.take,
            slides=lambda: take_slides(chosen.sliders, KEY),
            frame=partial(take_frame, KEY),
        ),
        focus=view.focus,
        slides=Slides(chosen.sliders, chosen.padding, chosen.padding_mode),
    )


def _take_away(view: View) -> None:
    chosen, geometry, result = view.chosen, view.geometry, view.result
    pixels, weights = chosen.pixels, chosen.weights

    def arrays() -> bytes:
        return npz(picture=pixels, kernel=weights, bias=np.float32(chosen.bias), result=result)

    def animation() -> bytes:
        return sliding_patch_gif(
            pixels,
            result,
            geometry.sources,
            kernel=chosen.slid,
            bias=chosen.bias,
            window=geometry.window,
            stride=geometry.stride,
            dilation=geometry.dilation,
            cell=view.focus.cell,
            show=chosen.show,
        )

    background = page_background()
    take_it_with_you(
        [
            picture_download(
                "Result as PNG",
                "result.png",
                lambda: display(result, chosen.show, background=background),
            ),
            picture_download(
                "Picture as PNG", "picture.png", lambda: display(pixels.astype(np.float32))
            ),
            Download("Arrays as NPZ", "convolution.npz", arrays),
            Download("Sliding window as GIF", "convolution.gif", animation),
        ],
        convolution_code(
            weights,
            pixels.shape[:2],
            bias=chosen.bias,
            stride=chosen.stride,
            padding=chosen.padding,
            dilation=chosen.dilation,
            padding_mode=chosen.padding_mode,
            flip=chosen.flip,
            colour=pixels.shape[-1] == 3,
        ),
    )
