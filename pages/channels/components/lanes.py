"""The channels component: three channels that add up, and several filters at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.channels.connections import ConnectedLayer
from cnnviz.channels.mixing import ActivationTable, ChannelMix
from cnnviz.channels.trained_kernels import TrainedLayer
from pages.ui.components.registration import register
from pages.ui.wire import pack

_mount = register("channels/lanes")


def _nothing() -> None:
    """Streamlit wants a callback for every state that a component may send."""


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


def channel_lanes(
    *,
    key: str,
    pixels: np.ndarray,
    levels: np.ndarray,
    kernels: np.ndarray,
    mix: ChannelMix,
    table: ActivationTable,
    bias: float,
    muted: Sequence[int],
    linked: bool,
    stride: int,
    origin: tuple[int, int],
    titles: Sequence[str],
    activation: str,
    alt: str,
    selected: tuple[int, int] | None = None,
    serial: int = 0,
    filters: FilterBank | None = None,
    tools: Sequence[Mapping[str, object]] = (),
    on_mix: Callable[[], None] = _nothing,
    on_edit: Callable[[], None] = _nothing,
    on_filter: Callable[[], None] = _nothing,
    on_selected: Callable[[], None] = _nothing,
) -> None:
    """Show red, green and blue flow through their kernels into one map.

    Parameters
    ----------
    pixels : (height, width, 3) uint8
    levels : (256, 3) float32, the number that each of a channel's bytes stands for.
    kernels : (side, side, 3) float32
    mix, table : what `cnnviz.channel_mixing` made of them.
    muted : channels that are left out of the sum.
    linked : whether an edit changes all three kernels.
    origin : rows and columns of padding before the picture.
    titles : what the three kernels are called; `activation` likewise.
    selected : the cell to start at; the middle where it is None.
    serial : the browser's last edit that the arrays contain.
    filters : trained filters to choose from.
    on_mix, on_edit, on_filter, on_selected : called when `st.session_state[key]` holds new
        kernels, bias and mutes ("mix"), an edit button's name ("edit"), the number of another
        trained filter ("filter") or a cell ("selected").
    """
    settings = {
        "mode": "lanes",
        "side": kernels.shape[0],
        "stride": stride,
        "origin": origin,
        "bias": float(bias),
        "muted": [channel in muted for channel in range(3)],
        "linked": linked,
        "titles": list(titles),
        "activation": activation,
        "alt": alt,
        "reach": table.reach,
        "selected": None if selected is None else [int(place) for place in selected],
        "selection": f"{selected}",
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
            pixels=np.moveaxis(pixels, -1, 0),
            levels=levels.T,
            kernels=np.moveaxis(kernels, -1, 0),
            partial=np.moveaxis(mix.partial, -1, 0),
            sum=mix.sum,
            result=mix.result,
            table=table.values,
        ),
        on_mix_change=on_mix,
        on_edit_change=on_edit,
        on_filter_change=on_filter,
        on_selected_change=on_selected,
    )


def filter_volume(
    *,
    key: str,
    pixels: np.ndarray,
    volume: np.ndarray,
    layers: Sequence[ConnectedLayer],
    maps: Sequence[np.ndarray],
    first_kernels: np.ndarray,
    connection: str,
    wide: int,
    alt: str,
    on_connection: Callable[[], None] = _nothing,
    on_open: Callable[[], None] = _nothing,
) -> None:
    """Show a volume of maps, and the next layer connected in every way.

    Parameters
    ----------
    pixels : (height, width, 3) uint8
    volume : (height, width, channels) float32, what the first filters give.
    layers : the ways to connect, from `cnnviz.channels.connections.compare_connections`.
    maps : what each of them gives after its activation, (height, width, channels) float32.
    first_kernels : (side, side, 3, channels) float32
    connection : the key of the one that is shown.
    wide : the channels of a wider layer whose weights are counted too.
    on_connection, on_open : called when `st.session_state[key]` holds another way's key
        ("connection"), or the number, from 0, of a filter to look at closely ("open").
    """
    channels, side = volume.shape[2], first_kernels.shape[0]
    by_kind = {layer.connection.kind: layer for layer in layers}
    depthwise, mixing = by_kind["separable"].weights
    between = by_kind["separable"].depthwise
    pictured = {"volume": [volume], "between": [between], "output": maps}
    limits = {name: _limit(stacks) for name, stacks in pictured.items()}
    settings = {
        "mode": "volume",
        "channels": channels,
        "side": side,
        "connection": connection,
        "wide": wide,
        "alt": alt,
        "limits": limits,
        "ends": {
            name: [
                min(float(stack.min()) for stack in stacks),
                max(float(stack.max()) for stack in stacks),
            ]
            for name, stacks in pictured.items()
        },
        "connections": [
            {
                "key": layer.connection.key,
                "label": layer.connection.label,
                "kind": layer.connection.kind,
                "groups": layer.connection.groups,
                "formula": layer.connection.formula(side, channels),
                "weights": layer.connection.cost(side, channels).weights,
                "wide_weights": layer.connection.cost(side, wide).weights,
                "likeness": round(layer.likeness, 4),
            }
            for layer in layers
        ],
    }
    _mount(
        key=key,
        data=pack(
            settings,
            picture=np.moveaxis(pixels, -1, 0),
            volume=_bytes([volume], limits["volume"])[0],
            between=_bytes([between], limits["between"])[0],
            maps=_bytes(maps, limits["output"]),
            first_kernels=_kernel_by_kernel(first_kernels),
            kernels=_kernel_by_kernel(by_kind["standard"].weights[0]),
            depthwise_kernels=_kernel_by_kernel(depthwise),
            mixing=mixing[0, 0],
            pointwise=by_kind["pointwise"].weights[0][0, 0],
        ),
        on_connection_change=on_connection,
        on_open_change=on_open,
    )


def _kernel_by_kernel(kernels: np.ndarray) -> np.ndarray:
    return np.moveaxis(kernels, (2, 3), (0, 1))


def _limit(stacks: Sequence[np.ndarray]) -> float:
    """Find where the colours of several stacks of maps end.

    The most extreme half per cent lies beyond, as everywhere on this page.
    """
    sizes = np.abs(np.stack(stacks))
    return float(np.quantile(sizes, 0.995)) or float(sizes.max()) or 1.0


def _bytes(stacks: Sequence[np.ndarray], limit: float) -> np.ndarray:
    """Turn stacks of maps into planes of 128 + 127 * value / limit, for pictures alone."""
    planes = np.moveaxis(np.stack(stacks), -1, 1)
    return np.rint(128 + 127 * np.clip(planes / limit, -1, 1)).astype(np.uint8)
