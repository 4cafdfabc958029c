"""Several filters at once: the volume they give, and how the next layer is connected with it."""

import contextlib
from collections.abc import Mapping

import numpy as np
import streamlit as st

from cnnviz.channels.code import connected_code
from cnnviz.channels.connections import ConnectedLayer
from cnnviz.channels.formulas import weights_with_numbers
from cnnviz.channels.volumes import FilterVolumes, PaintedMaps, filter_volumes
from cnnviz.drawing.display import display
from cnnviz.notation import legend
from cnnviz.shapes import Maps, Pixels
from pages.channels.components.volume import filter_volume, painted_volumes
from pages.channels.experiments import SEVERAL_FILTERS as EXPERIMENTS
from pages.channels.experiments import Connected
from pages.channels.kernels import ChannelKernels
from pages.channels.state import CONNECTION, FILTERS, PAGE, PART, VOLUMES, WIDE
from pages.ui.edits import sent_name, sent_value
from pages.ui.experiments import TryThis
from pages.ui.headings import header
from pages.ui.picture import Picture
from pages.ui.stage import (
    page_background,
    seen_first,
    stage_and_controls,
    why_it_matters,
    working_picture,
)
from pages.ui.takeaway import Download, npz, picture_download, take_it_with_you

_KEY = "channels_volume"
_EXPLANATIONS = {
    "standard": "Every filter sees every map, each through its own kernel.",
    "grouped": "Maps and filters are divided into groups that do not see each other: the same "
    "weights, without those that cross from group to group.",
    "depthwise": "Each filter sees one map alone. Nothing is added up over the channels.",
    "separable": "First one kernel for each map, then a 1 \u00d7 1 layer that mixes the maps: the "
    "two whose product is nearest to the standard layer's weights.",
    "pointwise": "Every filter sees every map, but only one pixel of it: each kernel is replaced "
    "by its sum, which gives the same on areas without detail.",
}


def several_filters(picture: Picture) -> None:
    """Show the part."""
    VOLUMES.follow()
    tries = TryThis(VOLUMES, EXPERIMENTS)
    stage, controls = stage_and_controls()
    with controls:
        count, wide = _controls()
    pixels = working_picture(picture, "colour", 96)
    found, painted = _volumes(picture.identity, count, pixels)
    keys = [one.connection.key for one in found.layers]
    # Fewer filters may not have the groups that are held; the standard layer stands in then.
    at = keys.index(VOLUMES[CONNECTION]) if VOLUMES[CONNECTION] in keys else 0
    layer, maps = found.layers[at], found.maps[at]
    tries.saw(Connected(found, layer, wide))
    with seen_first(stage):
        filter_volume(
            found,
            painted,
            key=_KEY,
            pixels=pixels,
            connection=layer.connection.key,
            wide=wide,
            alt=picture.alt,
            on_connection=_take_connection,
            on_open=_open_filter,
        )
    _arithmetic(found, layer, pixels)
    _why_it_matters()
    take_it_with_you(
        _downloads(found, layer, maps, pixels), connected_code(layer.connection, count, found.side)
    )


@st.cache_resource(max_entries=8, ttl=3600, show_spinner=False)  # up to 4 MB each
def _volumes(
    identity: str,  # noqa: ARG001 stands for the pixels in the cache's key
    count: int,
    _pixels: Pixels,
) -> tuple[FilterVolumes, Mapping[str, PaintedMaps]]:
    found = filter_volumes(_pixels, count)
    return found, painted_volumes(found)


def _controls() -> tuple[int, int]:
    """Ask for the filters, and for the maps of a wider layer to count for as well."""
    count = VOLUMES.control(
        st.select_slider,
        FILTERS,
        "Filters",
        help="How many filters of each of the two layers take part.",
    )
    wide = VOLUMES.control(
        st.select_slider,
        WIDE,
        "Compare with a layer of",
        help="The weights are also counted for a layer with as many maps.",
    )
    st.caption(
        f"Small VGG, trained on CIFAR-10: the first {count} filters of its first layer, and "
        "the weights from those to as many filters of its second."
    )
    return count, wide


def _arithmetic(found: FilterVolumes, layer: ConnectedLayer, pixels: Pixels) -> None:
    connection = layer.connection
    height, width = pixels.shape[:2]
    cost = connection.cost(found.side, found.filters, positions=height * width)
    header("How many weights?")
    st.latex(connection.rule)
    st.latex(weights_with_numbers(connection, found.side, found.filters))
    st.caption(
        f"{legend(connection.rule)} The {cost.biases} biases come on top. "
        f"{_EXPLANATIONS[connection.kind]} On maps of {height} \u00d7 {width} "
        f"each weight is used at every place: {cost.multiply_adds:,} multiplications. Similarity "
        f"to the standard layer's maps (correlation): {layer.likeness:.2f}."
    )


def _why_it_matters() -> None:
    why_it_matters(
        "A layer hands on a volume: one map for each filter, and the next layer's filters are as "
        "deep as that volume. Joining everything with everything is where the weights go, so "
        "small networks cut: MobileNet and EfficientNet are depthwise-separable in all their "
        "blocks (not in their first layer, which sees three channels only), ResNeXt is grouped. "
        "Here a trained layer is cut without training it again; a network that is trained in that "
        "form can make up for much of what is lost."
    )


def _downloads(
    found: FilterVolumes, layer: ConnectedLayer, maps: Maps, pixels: Pixels
) -> list[Download]:
    separable = layer.connection.kind == "separable"
    names = ("depthwise", "pointwise") if separable else ("kernels",)
    weights = dict(zip(names, layer.weights, strict=True))

    def arrays() -> bytes:
        return npz(picture=pixels, volume=found.volume, bias=found.bias, result=maps, **weights)

    return [
        picture_download("Volumes as PNG", "volumes.png", lambda: _wall([found.volume, maps])),
        Download("Layer as NPZ", "layer.npz", arrays),
    ]


def _take_connection() -> None:
    with contextlib.suppress(ValueError):
        VOLUMES.write({CONNECTION.name: sent_name(_KEY, "connection")})


def _open_filter() -> None:
    number = sent_value(_KEY, "open")
    if isinstance(number, int | float) and 0 <= number < max(FILTERS.options):
        ChannelKernels("channels").take_trained("small_vgg", int(number) + 1)
        PAGE.write({PART.name: "one"})


def _wall(stacks: list[np.ndarray]) -> np.ndarray:
    """Put the maps of each stack in a row, in one picture."""
    background = page_background()
    rows = [
        np.concatenate(
            [
                np.pad(
                    display(stack[..., at, None], "signed", background=background),
                    ((2, 2), (2, 2), (0, 0)),
                    constant_values=128,
                )
                for at in range(stack.shape[2])
            ],
            axis=1,
        )
        for stack in stacks
    ]
    return np.concatenate(rows, axis=0)
