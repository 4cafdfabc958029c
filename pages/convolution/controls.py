"""What one sets beside the stage of the Convolution page."""

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.convolution.operations import PaddingMode
from cnnviz.drawing.display import DISPLAYS
from cnnviz.kernels import KERNELS, LARGEST_SIDE, Weights
from cnnviz.padding.geometry import Geometry
from cnnviz.shapes import dilated_size
from pages.ui.entries import Choice, Toggle, Whole
from pages.ui.focus import Focus, cell_entry
from pages.ui.kernel import KernelMenu, kernel_entry
from pages.ui.picture import Picture
from pages.ui.stage import SOURCES, working_picture
from pages.ui.stage_slider import StageSlider
from pages.ui.state import Table

KEY = "convolution"
"""The session's key of the component."""

Rule = Literal["valid", "same"] | int

MOST_DILATION = 8
_MOST_PADDING = dilated_size(LARGEST_SIDE, MOST_DILATION) - 1

KERNEL = kernel_entry(KERNELS["sobel_x"].values)
SOURCE = Choice("source", SOURCES, label=str.capitalize)
SHOW = Choice("show", tuple(DISPLAYS), "signed", str.capitalize)
PADDING = Choice(
    "padding",
    ("valid", "same", *map(str, range(1, _MOST_PADDING + 1))),
    label=lambda rule: f"{rule} px" if rule.isdigit() else rule,
)
BORDER: Choice[PaddingMode] = Choice("border", get_args(PaddingMode), label=str.capitalize)
FLIP = Toggle("flip")
STRIDE = Whole("stride", 1, 8, 1)
DILATION = Whole("dilation", 1, MOST_DILATION, 1)
BIAS = Whole("bias", -255, 255, 0)
AT = cell_entry()
CONVOLUTION = Table(
    "convolution", KERNEL, SOURCE, SHOW, PADDING, BORDER, FLIP, STRIDE, DILATION, BIAS, AT
)


_STRIDE = StageSlider(CONVOLUTION, STRIDE, "Stride")
_DILATION = StageSlider(CONVOLUTION, DILATION, "Dilation")
_BIAS = StageSlider(CONVOLUTION, BIAS, "Bias")


@dataclass(frozen=True, eq=False)
class Settings:
    """What is set on the page.

    Attributes
    ----------
    pixels : (height, width, 1 or 3) uint8
    source : what of the picture they are.
    weights : (rows, columns) float32, as one typed them; `flip` turns them around.
    stride, dilation, bias : as one set them inside the stage, with `sliders`.
    padding_mode : what stands beyond the border.
    show : how the result is painted.
    """

    pixels: NDArray[np.uint8]
    source: str
    weights: Weights
    sliders: tuple[StageSlider, ...]
    stride: int
    dilation: int
    bias: int
    padding: Rule
    padding_mode: PaddingMode
    flip: bool
    show: str

    @property
    def slid(self) -> Weights:
        """The weights as they lie on the picture."""
        return self.weights[::-1, ::-1] if self.flip else self.weights


@dataclass(frozen=True, eq=False)
class View:
    """What the settings give, by a geometry that is worked out once.

    focus : the output cell in hand, for everything on the page.
    result : (height', width', channels) float32
    """

    chosen: Settings
    geometry: Geometry
    focus: Focus
    result: NDArray[np.float32]


def settings(picture: Picture, menu: KernelMenu) -> Settings:
    """Draw the controls; return what they say."""
    menu.controls(is_flipped=CONVOLUTION[FLIP], is_dilated=CONVOLUTION[DILATION] > 1)
    weights = menu.kernel.values
    source = CONVOLUTION.control(
        st.selectbox,
        SOURCE,
        "Picture in",
        help="The picture's brightness, all three of its channels, or one of them.",
    )
    pixels = working_picture(picture, source)
    if source == "colour":
        st.caption(
            "Red, green and blue are filtered each by itself here. A layer of a network adds up "
            "what its kernels find in all three: see Channels."
        )
    show = _shown_as(pixels.shape[-1])
    reach = max(1, max(weights.shape) - 1)
    dilations = replace(_DILATION, allowed=max(1, (min(pixels.shape[:2]) - 1) // reach))
    padding = _padding(dilated_size(max(weights.shape), dilations.value) - 1)
    padding_mode = BORDER.default
    if padding != "valid":
        padding_mode = CONVOLUTION.control(
            st.selectbox,
            BORDER,
            "Padding mode",
            help="What the padding holds: zeros, the picture's mirror image, its edge pixels "
            "repeated, or its other side.",
        )
    flip = CONVOLUTION.control(
        st.toggle,
        FLIP,
        "Flip the kernel",
        help="Networks slide the kernel as it is (a cross-correlation). Mathematicians turn it "
        "around by 180\u00b0 first; only then is it called a convolution there.",
    )
    return Settings(
        pixels=pixels,
        source=source,
        weights=weights,
        sliders=(_STRIDE, dilations, _BIAS),
        stride=_STRIDE.value,
        dilation=dilations.value,
        bias=_BIAS.value,
        padding=padding,
        padding_mode=padding_mode,
        flip=flip,
        show=show,
    )


def _shown_as(channels: int) -> str:
    shows = [show for show in DISPLAYS if channels == 1 or show != "signed"]
    return CONVOLUTION.control(
        st.selectbox,
        SHOW,
        "Show the result",
        options=shows,
        otherwise=shows[-1],
        help="  \n".join(f"**{name.capitalize()}**: {DISPLAYS[name]}" for name in shows),
    )


def _padding(full: int) -> Rule:
    """Ask for the padding; more than `full` pixels would let the window see nothing else."""
    held = CONVOLUTION[PADDING]
    rule = CONVOLUTION.control(
        st.selectbox,
        PADDING,
        "Padding",
        options=("valid", "same", *map(str, range(1, full + 1))),
        otherwise=str(full) if held.isdigit() and full else PADDING.default,
    )
    return "same" if rule == "same" else "valid" if rule == "valid" else int(rule)
