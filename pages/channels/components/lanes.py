"""Three channels that add up: the typed way to mount `assets/components/channels/lanes`."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.channels.mixing import ActivationTable, ChannelMix
from cnnviz.channels.trained_kernels import TrainedLayer
from cnnviz.kernels import LARGEST_WEIGHT
from cnnviz.shapes import Pixels
from pages.ui.components.registration import register
from pages.ui.wire import pack

_mount = register("channels/lanes")


@dataclass(frozen=True, eq=False)
class Channels:
    """The picture's channels.

    Attributes
    ----------
    pixels : (height, width, 3) uint8
    levels : (256, 3) float32, the number that each of a channel's bytes stands for.
    alt : what the picture shows.
    """

    pixels: Pixels
    levels: np.ndarray
    alt: str


@dataclass(frozen=True, eq=False)
class Filter:
    """The filter in hand.

    Attributes
    ----------
    kernels : (side, side, 3) float32
    titles : what the three kernels are called.
    bias : what is added to the sum.
    muted : the channels that are left out of the sum.
    linked : whether an edit changes all three kernels.
    """

    kernels: np.ndarray
    titles: Sequence[str]
    bias: float
    muted: Collection[int]
    linked: bool


@dataclass(frozen=True, eq=False)
class Mixed:
    """What the filter makes of the channels, and how it slides.

    Attributes
    ----------
    mix, table : what `cnnviz.channels.mixing` made of them.
    activation : what the activation is called.
    stride : the same in both axes.
    origin : rows and columns of padding before the picture.
    """

    mix: ChannelMix
    table: ActivationTable
    activation: str
    stride: int
    origin: tuple[int, int]


@dataclass(frozen=True)
class FilterBank:
    """A trained layer whose filters can be looked through.

    Attributes
    ----------
    layer : where they are from.
    number : the one that the kernels in hand are, from 1; None where they are none of them.
    live : all else is set as the layer has it, so that another filter is other weights alone.
    """

    layer: TrainedLayer
    number: int | None
    live: bool


@dataclass(frozen=True)
class Answers:
    """What is called when `st.session_state[key]` holds something from the browser.

    Attributes
    ----------
    mix : new kernels, bias and mutes ("mix").
    edit : an edit button's name ("edit").
    filter : the number of another trained filter ("filter").
    selected : a cell ("selected").
    frame : a frame of the camera that is to be the picture ("frame").
    """

    mix: Callable[[], None]
    edit: Callable[[], None]
    filter: Callable[[], None]
    selected: Callable[[], None]
    frame: Callable[[], None]


def channel_lanes(
    channels: Channels,
    weights: Filter,
    mixed: Mixed,
    answers: Answers,
    *,
    key: str,
    selected: tuple[int, int] | None,
    serial: int,
    filters: FilterBank | None,
    tools: Sequence[Mapping[str, object]],
) -> None:
    """Show red, green and blue flow through their kernels into one map.

    Parameters
    ----------
    selected : the cell to start at; the middle where it is None.
    serial : the browser's last edit that the arrays contain.
    filters : trained filters to choose from.
    tools : the edit buttons.
    """
    settings: dict[str, object] = {
        "side": weights.kernels.shape[0],
        "stride": mixed.stride,
        "origin": mixed.origin,
        "bias": float(weights.bias),
        "largest_weight": LARGEST_WEIGHT,
        "muted": [channel in weights.muted for channel in range(3)],
        "linked": weights.linked,
        "titles": list(weights.titles),
        "activation": mixed.activation,
        "alt": channels.alt,
        "reach": mixed.table.reach,
        "selected": None if selected is None else [int(place) for place in selected],
        "selection": f"{selected} {mixed.mix.sum.shape}",
        "serial": serial,
        "tools": list(tools),
    }
    bank: dict[str, np.ndarray] = {}
    if filters is not None:
        settings |= {
            "filters_of": f"{filters.layer.title}, {filters.layer.layer}",
            "filter": filters.number,
            "filters_live": filters.live,
        }
        bank["filters"] = np.moveaxis(filters.layer.kernels, (3, 2), (0, 1))
        bank["filter_biases"] = filters.layer.bias
    _mount(
        key=key,
        data=pack(
            settings,
            **bank,
            # One plane after the other: the browser paints and previews plane by plane.
            pixels=np.moveaxis(channels.pixels, -1, 0),
            levels=channels.levels.T,
            kernels=np.moveaxis(weights.kernels, -1, 0),
            partial=np.moveaxis(mixed.mix.partial, -1, 0),
            sum=mixed.mix.sum,
            result=mixed.mix.result,
            table=mixed.table.values,
        ),
        on_mix_change=answers.mix,
        on_edit_change=answers.edit,
        on_filter_change=answers.filter,
        on_selected_change=answers.selected,
        on_frame_change=answers.frame,
    )
