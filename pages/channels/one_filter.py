"""One filter: red, green and blue under their kernels, added up, biased and activated."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import streamlit as st

from cnnviz.activations import ACTIVATIONS, Activation
from cnnviz.channels.animation import mixing_gif
from cnnviz.channels.code import mix_code
from cnnviz.channels.mixing import (
    MIXING,
    ChannelMix,
    activation_table,
    mix_channels,
    mix_formula,
)
from cnnviz.channels.trained_kernels import PIXEL_SCALES, TrainedLayer
from cnnviz.drawing.display import display
from cnnviz.images import pictures as images
from cnnviz.images.preprocessing import Preprocessing
from cnnviz.shapes import map_padding
from pages.channels.components.lanes import (
    Answers,
    Channels,
    Filter,
    FilterBank,
    Mixed,
    channel_lanes,
)
from pages.channels.kernels import ChannelKernels
from pages.ui.picture import Picture
from pages.ui.stage import (
    CellInFocus,
    cell_entry,
    experiments,
    page_background,
    seen_first,
    working_picture,
)
from pages.ui.state import Table
from pages.ui.takeaway import Download, npz, take_it_with_you

_KEY = "channels"
_AT = cell_entry()
_FOCUS = Table("channels", _AT)
_BY_HAND: Mapping[str, object] = {
    "source": "presets",
    "linked": False,
    "stride": 1,
    "padding": "same",
    "scale": "zero_to_one",
    "activation": "relu",
}


@dataclass(frozen=True, eq=False)
class Layer:
    """What the controls say about all but the weights.

    Attributes
    ----------
    pixels : (height, width, 3) uint8
    stride : the same in both axes.
    scale : how the pixels become numbers.
    parameters : the activation's.
    """

    pixels: np.ndarray
    stride: int
    padding: Literal["same", "valid"]
    scale: Preprocessing
    activation: Activation
    parameters: Mapping[str, float]

    def mix(self, kernels: ChannelKernels) -> ChannelMix:
        """Run one filter on the picture."""
        return mix_channels(
            self.scale(self.pixels),
            kernels.values,
            bias=kernels.bias,
            muted=kernels.muted,
            activation=self.activation.key,
            parameters=self.parameters,
            stride=self.stride,
            padding=self.padding,
        )

    def is_as(self, layer: TrainedLayer, side: int) -> bool:
        """Whether a trained layer does the same with its own filters, whose side is given."""
        return (
            side == len(layer.kernels)
            and (self.stride, self.padding) == (layer.stride, layer.padding)
            and self.scale is PIXEL_SCALES[layer.scale]
            and self.activation.key == layer.activation
        )

    @property
    def label(self) -> str:
        """What its activation is called, in short."""
        return self.activation.label.split(" (")[0]


def one_filter(picture: Picture) -> None:
    """Show the part."""
    _FOCUS.follow()
    kernels, cell = ChannelKernels(_KEY), CellInFocus(_FOCUS, _AT, _KEY)
    stage, controls = st.columns([4, 1.1], gap="medium")
    with controls:
        kernels.controls()
        layer = _layer_controls(picture, len(kernels.values))
    mix = layer.mix(kernels)
    where = cell.value(mix.sum.shape)
    with seen_first(stage):
        _lanes(kernels, layer, mix, cell, where, picture.alt)
    at = where or (mix.sum.shape[0] // 2, mix.sum.shape[1] // 2)
    _arithmetic(kernels, layer, mix, at)
    _why_it_matters(kernels)
    take_it_with_you(
        _downloads(kernels, layer, mix, at),
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
    where: tuple[int, int] | None,
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
        Answers(kernels.take_mix, kernels.take_edit, kernels.take_filter, cell.take),
        key=_KEY,
        selected=where,
        serial=kernels.serial,
        filters=bank,
        tools=kernels.tools(),
    )


def _arithmetic(
    kernels: ChannelKernels, layer: Layer, mix: ChannelMix, at: tuple[int, int]
) -> None:
    st.header("Three dot products, one number", anchor=False)
    st.latex(MIXING)
    st.latex(mix_formula(mix, *at, bias=kernels.bias, muted=kernels.muted, activation=layer.label))
    st.caption(
        f"Row {at[0]}, column {at[1]}. w weights of the channel's kernel, x the channel's pixels "
        "under it, b bias, \u03c6 the activation. The sum over the channels loses which of them a "
        "number came from; only the kernels know."
    )


def _why_it_matters(kernels: ChannelKernels) -> None:
    st.header("Why it matters", anchor=False)
    st.markdown(
        "A filter has as many kernels as there are channels, and still gives one map: this is how "
        "a network tells a red edge from a grey one. Where the three kernels cancel out, plain "
        "brightness disappears and colour or edges remain. In deeper layers it is the same sum, "
        "only over 64 or 512 channels instead of three."
    )
    grey = np.array([[[0.299, 0.587, 0.114]]])
    contrast = np.stack([np.full((3, 3), w / 9) for w in (1, -1, 0)], axis=-1)
    experiments(
        {
            "The same kernel on all three": lambda: kernels.take_preset(
                "sobel_x", controls={**_BY_HAND, "linked": True}
            ),
            "Grey from three weights": lambda: kernels.replace(
                grey,
                bias=0.0,
                muted=(),
                controls={**_BY_HAND, "scale": "zero_to_255", "activation": "linear"},
            ),
            "Red against green": lambda: kernels.replace(
                contrast, bias=0.0, muted=(), controls={**_BY_HAND, "activation": "linear"}
            ),
            "Colour that a network looks for": lambda: kernels.take_trained(
                "efficientnet_lite0", 21
            ),
            "Mute green and blue": lambda: kernels.replace(muted={1, 2}),
        }
    )


def _downloads(
    kernels: ChannelKernels, layer: Layer, mix: ChannelMix, at: tuple[int, int]
) -> list[Download]:
    values, pixels = kernels.values, layer.pixels

    def result() -> bytes:
        return images.encode_png(
            display(mix.result[..., None], "signed", background=page_background())
        )

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
        Download("Result as PNG", "result.png", "image/png", result),
        Download("Picture as PNG", "picture.png", "image/png", lambda: images.encode_png(pixels)),
        Download("Arrays as NPZ", "channels.npz", "application/octet-stream", arrays),
        Download("Sliding window as GIF", "channels.gif", "image/gif", animation),
    ]


def _layer_controls(picture: Picture, side: int) -> Layer:
    """Ask for all but the weights; `side` is that of the kernels."""
    longest = st.select_slider(
        "Longest side of the picture",
        [32, 64, 128, 256],
        256,
        format_func=lambda length: f"{length} px",
        key=f"{_KEY}_longest",
        bind="query-params",
    )
    pixels = working_picture(picture, "colour", longest)
    stride = st.slider("Stride", 1, 4, key=f"{_KEY}_stride", bind="query-params")
    fitting: list[Literal["same", "valid"]] = ["same", "valid"]
    padding = st.selectbox(
        "Padding",
        fitting if side <= min(pixels.shape[:2]) else fitting[:1],
        key=f"{_KEY}_padding",
        bind="query-params",
    )
    scale = st.selectbox(
        "Pixels from",
        list(PIXEL_SCALES),
        format_func=lambda name: PIXEL_SCALES[name].name,
        key=f"{_KEY}_scale",
        bind="query-params",
    )
    activation, parameters = _chosen_activation()
    return Layer(pixels, stride, padding, PIXEL_SCALES[scale], activation, parameters)


def _chosen_activation() -> tuple[Activation, Mapping[str, float]]:
    name = st.selectbox(
        "Activation",
        list(ACTIVATIONS),
        index=list(ACTIVATIONS).index("relu"),
        format_func=lambda name: ACTIVATIONS[name].label,
        key=f"{_KEY}_activation",
        bind="query-params",
    )
    activation = ACTIVATIONS[name]
    parameters: dict[str, float] = {}
    for parameter, spec in activation.parameters.items():
        label, key = parameter.replace("_", " ").capitalize(), f"{_KEY}_{name}_{parameter}"
        parameters[parameter] = (
            st.toggle(label, key=key, bind="query-params")
            if spec.is_switch
            else st.slider(
                label,
                spec.minimum,
                spec.maximum,
                float(spec.default),
                spec.step,
                key=key,
                bind="query-params",
            )
        )
    return activation, parameters
