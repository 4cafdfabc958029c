"""One filter: red, green and blue under their kernels, added up, biased and activated."""

from collections.abc import Mapping
from functools import partial

import numpy as np
import streamlit as st

from cnnviz.activations import ACTIVATIONS, Activation
from cnnviz.channels.animation import mixing_gif
from cnnviz.channels.code import mix_code
from cnnviz.channels.mixing import (
    MIXING,
    ChannelMix,
    activation_table,
    mix_formula,
)
from cnnviz.channels.trained_kernels import PIXEL_SCALES
from cnnviz.notation import legend
from cnnviz.shapes import map_padding
from pages.channels.components.lanes import (
    Answers,
    Channels,
    Filter,
    FilterBank,
    Mixed,
    channel_lanes,
)
from pages.channels.experiments import ONE_FILTER as EXPERIMENTS
from pages.channels.kernels import ChannelKernels
from pages.channels.layer import Filtered, Layer
from pages.channels.state import (
    ACTIVATION,
    AT,
    LONGEST,
    PADDING,
    PAGE,
    PARAMETERS,
    PART,
    SCALE,
    STRIDE,
)
from pages.ui.experiments import TryThis
from pages.ui.focus import CellInFocus
from pages.ui.headings import header
from pages.ui.picture import Picture, take_frame
from pages.ui.stage import (
    first_place,
    seen_first,
    stage_and_controls,
    why_it_matters,
    working_picture,
)
from pages.ui.takeaway import Download, npz, picture_download, signed_download, take_it_with_you

_KEY = "channels"


def one_filter(picture: Picture) -> None:
    """Show the part."""
    kernels, cell = ChannelKernels(_KEY), CellInFocus(PAGE, AT, _KEY)
    tries = TryThis(PAGE, EXPERIMENTS, keep=(PART.name,), before=kernels.remember)
    stage, controls = stage_and_controls()
    with controls:
        kernels.controls()
        layer = _layer_controls(picture, len(kernels.values))
    mix = layer.mix(kernels)
    where = cell.settle(mix.sum.shape, first_place(picture, layer.pixels)).cell
    tries.saw(Filtered(kernels, layer, mix))
    with seen_first(stage):
        _lanes(kernels, layer, mix, cell, where, picture.alt)
    _arithmetic(kernels, layer, mix, where)
    _why_it_matters()
    take_it_with_you(
        _downloads(kernels, layer, mix, where),
        mix_code(
            kernels.values,
            layer.scale,
            bias=kernels.bias,
            muted=kernels.muted,
            activation=layer.activation.key,
            parameters=layer.parameters,
            stride=layer.stride,
            padding=layer.padding,
        ),
    )


def _lanes(
    kernels: ChannelKernels,
    layer: Layer,
    mix: ChannelMix,
    cell: CellInFocus,
    where: tuple[int, int],
    alt: str,
) -> None:
    values, bias = kernels.values, kernels.bias
    rows, columns = map_padding(
        layer.pixels.shape[:2], values.shape[:2], stride=layer.stride, padding=layer.padding
    )
    reach = 4 * float(np.abs(mix.sum).max() + abs(bias)) + 1
    bank = None
    if trained := kernels.layer:
        live = layer.is_as(trained, len(values)) and not (kernels.muted or kernels.linked)
        bank = FilterBank(trained, kernels.filter if kernels.is_filter else None, live)
    channel_lanes(
        Channels(layer.pixels, layer.scale(np.repeat(np.arange(256.0)[:, None], 3, axis=1)), alt),
        Filter(values, kernels.titles(), bias, kernels.muted, kernels.linked),
        Mixed(
            mix,
            activation_table(layer.activation.key, reach, parameters=layer.parameters),
            layer.label,
            layer.stride,
            (rows[0], columns[0]),
        ),
        Answers(
            kernels.take_mix,
            kernels.take_edit,
            kernels.take_filter,
            cell.take,
            partial(take_frame, _KEY),
        ),
        key=_KEY,
        selected=where,
        serial=kernels.serial,
        filters=bank,
        tools=kernels.tools(),
    )


def _arithmetic(
    kernels: ChannelKernels, layer: Layer, mix: ChannelMix, at: tuple[int, int]
) -> None:
    header("Three dot products, one number")
    st.latex(MIXING)
    st.latex(mix_formula(mix, *at, bias=kernels.bias, muted=kernels.muted, activation=layer.label))
    st.caption(
        f"{legend(MIXING)} Below it the numbers of row {at[0]}, column {at[1]}. The sum no longer "
        "says how much of it came from which channel."
    )


def _why_it_matters() -> None:
    why_it_matters(
        "A filter has as many kernels as there are channels, and still gives one map: this is how "
        "a network tells a red edge from a grey one. If the weights of all three kernels add up "
        "to zero, even areas of grey give nothing, and edges or colours remain. In deeper layers "
        "it is the same sum, only over more channels, often hundreds."
    )


def _downloads(
    kernels: ChannelKernels, layer: Layer, mix: ChannelMix, at: tuple[int, int]
) -> list[Download]:
    values, pixels = kernels.values, layer.pixels

    def arrays() -> bytes:
        return npz(
            picture=pixels,
            kernel=values,
            bias=np.array(kernels.bias, np.float32),
            partial=mix.partial,
            sum=mix.sum,
            result=mix.result,
        )

    def animation() -> bytes:
        return mixing_gif(
            pixels,
            layer.scale(pixels),
            values,
            mix,
            cell=at,
            stride=layer.stride,
            padding=layer.padding,
        )

    return [
        signed_download("Result as PNG", "result.png", mix.result),
        picture_download("Picture as PNG", "picture.png", lambda: pixels),
        Download("Arrays as NPZ", "channels.npz", arrays),
        Download("Sliding window as GIF", "channels.gif", animation),
    ]


def _layer_controls(picture: Picture, side: int) -> Layer:
    """Ask for all but the weights; `side` is that of the kernels."""
    longest = PAGE.control(
        st.select_slider,
        LONGEST,
        "Longest side of the picture",
        help="The picture is made that small first, so that single pixels can be seen.",
    )
    pixels = working_picture(picture, "colour", longest)
    stride = PAGE.control(
        st.slider, STRIDE, "Stride", help="How many pixels the window moves on at each step."
    )
    fits = side <= min(pixels.shape[:2])
    padding = PAGE.control(
        st.selectbox,
        PADDING,
        "Padding",
        help="Same: zeros around the picture keep the map as large as it; valid: no zeros.",
        options=PADDING.options if fits else PADDING.options[:1],
    )
    scale = PAGE.control(
        st.selectbox,
        SCALE,
        "Pixel range",
        help="How a pixel of 0 to 255 becomes the number that the kernels see.",
    )
    activation, parameters = _chosen_activation()
    return Layer(pixels, stride, padding, PIXEL_SCALES[scale], activation, parameters)


def _chosen_activation() -> tuple[Activation, Mapping[str, float]]:
    key = PAGE.control(
        st.selectbox,
        ACTIVATION,
        "Activation",
        help="The function that each sum goes through at the end.",
    )
    parameters: dict[str, float] = {}
    for name, spec in ACTIVATIONS[key].parameters.items():
        label = name.replace("_", " ").capitalize()
        widget = st.toggle if spec.is_switch else st.slider
        parameters[name] = PAGE.control(widget, PARAMETERS[key][name], label)
    return ACTIVATIONS[key], parameters
