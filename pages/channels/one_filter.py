"""One filter: red, green and blue under their kernels, added up, biased and activated."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from cnnviz.activations import ACTIVATIONS, Activation
from cnnviz.channels.animation import mixing_gif
from cnnviz.channels.code import mix_code
from cnnviz.channels.mixing import MIXING, activation_table, mix_channels, mix_formula
from cnnviz.channels.trained_kernels import PIXEL_SCALES
from cnnviz.drawing.display import display
from cnnviz.images import pictures as images
from cnnviz.shapes import map_padding
from pages.channels.components.lanes import FilterBank, channel_lanes
from pages.channels.kernels import ChannelKernels
from pages.ui.picture import Picture
from pages.ui.stage import CellInFocus, experiments, page_background, seen_first, working_picture
from pages.ui.takeaway import Download, npz, take_it_with_you

_KEY = "channels"


def one_filter(picture: Picture) -> None:
    """Show the part."""
    kernels, cell = ChannelKernels(_KEY), CellInFocus(_KEY)
    stage, controls = st.columns([4, 1.1], gap="medium")
    with controls:
        kernels.controls()
        values, bias, muted = kernels.values, kernels.bias, kernels.muted
        pixels, stride, padding, scale = _geometry(picture, len(values))
        activation, parameters = _chosen_activation()
    mixing = {
        "bias": bias,
        "muted": muted,
        "activation": activation.key,
        "parameters": parameters,
        "stride": stride,
        "padding": padding,
    }
    mix = mix_channels(scale(pixels), values, **mixing)
    origin = map_padding(pixels.shape[:2], values.shape[:2], stride=stride, padding=padding)
    layer = kernels.layer
    bank = layer and FilterBank(
        layer,
        kernels.filter if kernels.is_filter else None,
        live=len(values) == len(layer.kernels)
        and (stride, padding) == (layer.stride, layer.padding)
        and scale is PIXEL_SCALES[layer.scale]
        and activation.key == layer.activation
        and not (muted or kernels.linked),
    )
    reach = 4 * float(np.abs(mix.sum).max() + abs(bias)) + 1
    label = activation.label.split(" (")[0]
    where = cell.value(mix.sum.shape)
    with seen_first(stage):
        channel_lanes(
            key=_KEY,
            pixels=pixels,
            levels=scale(np.repeat(np.arange(256.0)[:, None], 3, axis=1)),
            kernels=values,
            mix=mix,
            table=activation_table(activation.key, reach, parameters=parameters),
            bias=bias,
            muted=sorted(muted),
            linked=kernels.linked,
            stride=stride,
            origin=(origin[0][0], origin[1][0]),
            titles=kernels.titles(),
            activation=label,
            alt=picture.alt,
            selected=where,
            serial=kernels.serial,
            filters=bank,
            tools=kernels.tools(),
            on_mix=kernels.take_mix,
            on_edit=kernels.take_edit,
            on_filter=kernels.take_filter,
            on_selected=cell.take,
        )

    at = where or (mix.sum.shape[0] // 2, mix.sum.shape[1] // 2)
    st.header("Three dot products, one number", anchor=False)
    st.latex(MIXING)
    st.latex(mix_formula(mix, *at, bias=bias, muted=muted, activation=label))
    st.caption(
        f"Row {at[0]}, column {at[1]}. w weights of the channel's kernel, x the channel's pixels "
        "under it, b bias, \u03c6 the activation. The sum over the channels loses which of them a "
        "number came from; only the kernels know."
    )
    st.header("Why it matters", anchor=False)
    st.markdown(
        "A filter has as many kernels as there are channels, and still gives one map: this is how "
        "a network tells a red edge from a grey one. Where the three kernels cancel out, plain "
        "brightness disappears and colour or edges remain. In deeper layers it is the same sum, "
        "only over 64 or 512 channels instead of three."
    )
    experiments(
        {
            "The same kernel on all three": lambda: kernels.take_presets(
                "sobel_x", **_BY_HAND | {"linked": True}
            ),
            "Grey from three weights": lambda: kernels.replace(
                [[[0.299, 0.587, 0.114]]],
                **_BY_HAND | {"scale": "zero_to_255", "activation": "linear"},
            ),
            "Red against green": lambda: kernels.replace(
                np.stack([np.full((3, 3), w / 9) for w in (1, -1, 0)], axis=-1),
                **_BY_HAND | {"activation": "linear"},
            ),
            "Colour that a network looks for": lambda: kernels.take_trained(
                "efficientnet_lite0", 21
            ),
            "Mute green and blue": lambda: kernels.replace(muted={1, 2}),
        }
    )
    take_it_with_you(
        [
            Download(
                "Result as PNG",
                "result.png",
                "image/png",
                lambda: images.encode_png(
                    display(mix.result[..., None], "signed", background=page_background())
                ),
            ),
            Download(
                "Picture as PNG", "picture.png", "image/png", lambda: images.encode_png(pixels)
            ),
            Download(
                "Arrays as NPZ",
                "channels.npz",
                "application/octet-stream",
                lambda: npz(
                    picture=pixels,
                    kernel=values,
                    bias=np.float32(bias),
                    partial=mix.partial,
                    sum=mix.sum,
                    result=mix.result,
                ),
            ),
            Download(
                "Sliding window as GIF",
                "channels.gif",
                "image/gif",
                lambda: mixing_gif(
                    pixels, scale(pixels), values, mix, cell=at, stride=stride, padding=padding
                ),
            ),
        ],
        mix_code(values, scale, **mixing),
    )


_BY_HAND = {
    "bias": 0.0,
    "muted": (),
    "source": "presets",
    "linked": False,
    "stride": 1,
    "padding": "same",
    "scale": "zero_to_one",
    "activation": "relu",
}


def _geometry(picture: Picture, side: int) -> tuple[np.ndarray, int, str, object]:
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
    padding = st.selectbox(
        "Padding",
        ["same", "valid"] if side <= min(pixels.shape[:2]) else ["same"],
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
    return pixels, stride, padding, PIXEL_SCALES[scale]


def _chosen_activation() -> tuple[Activation, Mapping[str, float]]:
    name = st.selectbox(
        "Activation",
        list(ACTIVATIONS),
        index=list(ACTIVATIONS).index("relu"),
        format_func=lambda name: ACTIVATIONS[name].label,
        key=f"{_KEY}_activation",
        bind="query-params",
    )
    activation, parameters = ACTIVATIONS[name], {}
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
