"""The stage of the Convolution page, and what stands around it."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.convolution import depthwise_convolve
from cnnviz.convolution.code import convolution_code
from cnnviz.convolution.windows import padded_sources
from cnnviz.drawing.display import display
from cnnviz.drawing.sliding_window import sliding_patch_gif
from cnnviz.images import pictures as images
from cnnviz.shapes import map_padding
from pages.convolution.controls import (
    AT,
    CONVOLUTION,
    EXPERIMENTS,
    KERNEL,
    KEY,
    SHOW,
    Settings,
    settings,
)
from pages.convolution.formulas import convolution_formula, size_of_result
from pages.ui.components.window import Slides, Sliding, sliding_window
from pages.ui.kernel import KernelMenu
from pages.ui.picture import Picture
from pages.ui.stage import CellInFocus, experiments, page_background, seen_first
from pages.ui.stage_slider import take_slides
from pages.ui.takeaway import Download, npz, take_it_with_you


@dataclass(frozen=True, eq=False)
class _View:
    """What the settings give: where the windows lie, and (height', width', channels) float32."""

    chosen: Settings
    sliding: Sliding
    result: np.ndarray


@st.fragment  # a control runs this again, not the menu and the picker beside it
def convolution(picture: Picture) -> None:
    """Draw all that depends on the controls."""
    CONVOLUTION.follow()
    menu = KernelMenu(CONVOLUTION, KERNEL, KEY, show=SHOW)
    cell = CellInFocus(CONVOLUTION, AT, KEY)
    stage, controls = st.columns([4, 1.1], gap="medium")
    with controls:
        chosen = settings(picture, menu)
    view = _view(chosen)
    with seen_first(stage):
        _stage(picture, view, menu, cell)
    convolution_formula()
    size_of_result(
        chosen.pixels.shape[:2],
        chosen.weights.shape,
        stride=chosen.stride,
        padding=chosen.padding,
        dilation=chosen.dilation,
    )
    st.header("Why it matters", anchor=False)
    st.markdown(
        "Every layer of a convolutional network does just this, with many kernels at once. The "
        "same few weights are used at every place, so a network finds an edge or an eye wherever "
        "it is, and needs thousands of times fewer weights than if every pixel had its own. Here "
        "you choose the weights; a network learns them."
    )
    experiments(EXPERIMENTS, CONVOLUTION, before=menu.kernel.remember)
    _take_away(view, cell)


def _view(chosen: Settings) -> _View:
    pixels, weights = chosen.pixels, chosen.weights
    height, width, channels = pixels.shape
    geometry = {"stride": chosen.stride, "padding": chosen.padding, "dilation": chosen.dilation}
    result = depthwise_convolve(
        pixels,
        np.repeat(chosen.slid[:, :, None, None], channels, axis=2),
        bias=np.full(channels, chosen.bias, np.float32),
        padding_mode=chosen.padding_mode,
        **geometry,
    )
    (top, bottom), (left, right) = map_padding((height, width), weights.shape, **geometry)
    sources = (
        padded_sources(height, top, bottom, padding_mode=chosen.padding_mode),
        padded_sources(width, left, right, padding_mode=chosen.padding_mode),
    )
    sliding = Sliding(
        weights.shape,
        (chosen.stride, chosen.stride),
        (chosen.dilation, chosen.dilation),
        (top, left),
        sources,
    )
    return _View(chosen, sliding, result)


def _stage(picture: Picture, view: _View, menu: KernelMenu, cell: CellInFocus) -> None:
    chosen = view.chosen
    sliding_window(
        key=KEY,
        inputs=chosen.pixels,
        outputs=view.result,
        sliding=view.sliding,
        kernel=chosen.weights,
        bias=chosen.bias,
        flip=chosen.flip,
        show=chosen.show,
        selected=cell.value(view.result.shape),
        serial=menu.kernel.serial,
        slides=Slides(chosen.sliders, chosen.padding, chosen.padding_mode),
        tools=menu.kernel.tools(),
        input_alt=picture.alt,
        output_alt=f"The picture filtered by the kernel {menu.title}.",
        titles={"kernel_title": menu.title},
        on_kernel=menu.kernel.take_weights,
        on_edit=menu.kernel.take_edit,
        on_selected=cell.take,
        on_slides=lambda: take_slides(chosen.sliders, KEY),
    )


def _take_away(view: _View, cell: CellInFocus) -> None:
    chosen, sliding, result = view.chosen, view.sliding, view.result
    pixels, weights = chosen.pixels, chosen.weights
    where = cell.value(result.shape) or (result.shape[0] // 2, result.shape[1] // 2)

    def picture_of_result() -> bytes:
        return images.encode_png(display(result, chosen.show, background=page_background()))

    def picture() -> bytes:
        return images.encode_png(display(pixels.astype(np.float32)))

    def arrays() -> bytes:
        return npz(picture=pixels, kernel=weights, bias=np.float32(chosen.bias), result=result)

    def animation() -> bytes:
        return sliding_patch_gif(
            pixels,
            result,
            sliding.sources,
            kernel=chosen.slid,
            window=sliding.window,
            stride=sliding.stride,
            dilation=sliding.dilation,
            cell=where,
            show=chosen.show,
        )

    take_it_with_you(
        [
            Download("Result as PNG", "result.png", "image/png", picture_of_result),
            Download("Picture as PNG", "picture.png", "image/png", picture),
            Download("Arrays as NPZ", "convolution.npz", "application/octet-stream", arrays),
            Download("Sliding window as GIF", "convolution.gif", "image/gif", animation),
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
