"""Convolution: one kernel slides over the picture, live."""

from dataclasses import replace

import numpy as np
import streamlit as st

from cnnviz.convolution import depthwise_convolve
from cnnviz.convolution.code import convolution_code
from cnnviz.convolution.windows import PADDING_MODES, padded_sources
from cnnviz.drawing.display import DISPLAYS, display
from cnnviz.drawing.sliding_window import sliding_patch_gif
from cnnviz.images import pictures as images
from cnnviz.shapes import dilated_size, map_padding
from pages.convolution.formulas import convolution_formula, size_of_result
from pages.ui.components.window import Slides, Sliding, sliding_window
from pages.ui.frame import page_frame
from pages.ui.kernel import KernelInHand
from pages.ui.picture import Picture
from pages.ui.stage import (
    SOURCES,
    CellInFocus,
    experiments,
    page_background,
    seen_first,
    working_picture,
)
from pages.ui.stage_slider import StageSlider, take_slides
from pages.ui.takeaway import Download, npz, take_it_with_you

STRIDE = StageSlider("stride", "Stride", 1, 8, 1, "convolution")
DILATION = StageSlider("dilation", "Dilation", 1, 8, 1, "convolution")
BIAS = StageSlider("bias", "Bias", -255, 255, 0, "convolution")


@st.fragment  # a control runs this again, not the menu and the picker beside it
def convolution(picture: Picture) -> None:
    """Draw all that depends on the controls."""
    kernel = KernelInHand("sobel_x", stage="convolution", show="show")
    cell = CellInFocus("convolution")
    stage, controls = st.columns([4, 1.1], gap="medium")

    with controls:
        kernel.controls()
        weights = kernel.values
        source = st.selectbox(
            "Picture in", SOURCES, format_func=str.capitalize, key="source", bind="query-params"
        )
        pixels = working_picture(picture, source)
        height, width, channels = pixels.shape
        shows = [show for show in DISPLAYS if channels == 1 or show != "signed"]
        show = st.selectbox(
            "Show the result",
            shows,
            index=len(shows) - 1,
            format_func=str.capitalize,
            key="show",
            bind="query-params",
            help="  \n".join(f"**{name.capitalize()}**: {DISPLAYS[name]}" for name in shows),
        )
        reach = max(1, max(weights.shape) - 1)
        dilations = replace(DILATION, allowed=max(1, (min(height, width) - 1) // reach))
        stride, dilation, bias = STRIDE.value, dilations.value, BIAS.value
        full = dilated_size(max(weights.shape), dilation) - 1
        rule = st.selectbox(
            "Padding",
            ["valid", "same", *map(str, range(1, full + 1))],
            format_func=lambda rule: f"{rule} px" if rule.isdigit() else rule,
            key="padding",
            bind="query-params",
        )
        padding = int(rule) if rule.isdigit() else rule
        border = "zeros"
        if rule != "valid":
            border = st.selectbox(
                "Beyond the border",
                PADDING_MODES,
                format_func=str.capitalize,
                key="border",
                bind="query-params",
                help="What stands beyond the border: zeros, the picture's mirror image, its edge "
                "pixels repeated, or its other side.",
            )
        flip = st.toggle(
            "Flip the kernel",
            key="flip",
            bind="query-params",
            help="Networks slide the kernel as it is (a cross-correlation). Mathematicians turn it "
            "around by 180\u00b0 first; only then is it called a convolution there.",
        )

    geometry = {"stride": stride, "padding": padding, "dilation": dilation}
    slid = weights[::-1, ::-1] if flip else weights
    result = depthwise_convolve(
        pixels,
        np.repeat(slid[:, :, None, None], channels, axis=2),
        bias=np.full(channels, bias, np.float32),
        padding_mode=border,
        **geometry,
    )
    (top, bottom), (left, right) = map_padding((height, width), weights.shape, **geometry)
    sources = (
        padded_sources(height, top, bottom, padding_mode=border),
        padded_sources(width, left, right, padding_mode=border),
    )

    with seen_first(stage):
        sliding_window(
            key="convolution",
            inputs=pixels,
            outputs=result,
            sliding=Sliding(
                weights.shape, (stride, stride), (dilation, dilation), (top, left), sources
            ),
            kernel=weights,
            bias=bias,
            flip=flip,
            show=show,
            selected=cell.value(result.shape),
            serial=kernel.serial,
            slides=Slides((STRIDE, dilations, BIAS), padding, border),
            tools=kernel.tools(),
            input_alt=picture.alt,
            output_alt=f"The picture filtered by the kernel {kernel.title}.",
            titles={"kernel_title": kernel.title},
            on_kernel=kernel.take_weights,
            on_edit=kernel.take_edit,
            on_selected=cell.take,
            on_slides=lambda: take_slides((STRIDE, dilations, BIAS)),
        )

    convolution_formula()
    size_of_result(
        (height, width), weights.shape, stride=stride, padding=padding, dilation=dilation
    )

    st.header("Why it matters", anchor=False)
    st.markdown(
        "Every layer of a convolutional network does just this, with many kernels at once. The "
        "same few weights are used at every place, so a network finds an edge or an eye wherever "
        "it is, and needs thousands of times fewer weights than if every pixel had its own. Here "
        "you choose the weights; a network learns them."
    )
    experiments(
        {
            "Find the edges": lambda: kernel.choose("outline"),
            "Blur it away": lambda: kernel.choose("gaussian_7"),
            "Why does the frame shrink?": lambda: kernel.choose("box_11", padding="valid"),
            "A stride of 4": lambda: (kernel.choose("gaussian_5"), STRIDE.hold(4)),
        }
    )

    where = cell.value(result.shape) or (result.shape[0] // 2, result.shape[1] // 2)
    take_it_with_you(
        [
            Download(
                "Result as PNG",
                "result.png",
                "image/png",
                lambda: images.encode_png(display(result, show, background=page_background())),
            ),
            Download(
                "Picture as PNG",
                "picture.png",
                "image/png",
                lambda: images.encode_png(display(pixels.astype(np.float32))),
            ),
            Download(
                "Arrays as NPZ",
                "convolution.npz",
                "application/octet-stream",
                lambda: npz(picture=pixels, kernel=weights, bias=np.float32(bias), result=result),
            ),
            Download(
                "Sliding window as GIF",
                "convolution.gif",
                "image/gif",
                lambda: sliding_patch_gif(
                    pixels,
                    result,
                    sources,
                    kernel=slid,
                    window=weights.shape,
                    stride=(stride, stride),
                    dilation=(dilation, dilation),
                    cell=where,
                    show=show,
                ),
            ),
        ],
        convolution_code(
            weights,
            (height, width),
            bias=bias,
            padding_mode=border,
            flip=flip,
            colour=channels == 3,
            **geometry,
        ),
    )


convolution(page_frame("pages/01_convolution.py"))
