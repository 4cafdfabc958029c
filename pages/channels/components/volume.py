"""Several filters at once: the typed way to mount `assets/components/channels/volume`."""

from collections.abc import Callable, Mapping

import numpy as np

from cnnviz.channels.connections import ConnectedLayer
from cnnviz.channels.volumes import FilterVolumes, PaintedMaps, painted_maps
from cnnviz.shapes import Pixels
from pages.ui.components.registration import register
from pages.ui.wire import pack

_mount = register("channels/volume")


def painted_volumes(found: FilterVolumes) -> Mapping[str, PaintedMaps]:
    """Paint the volumes of both layers, and the maps between the steps of a separable one."""
    separable = next(layer for layer in found.layers if layer.connection.kind == "separable")
    assert separable.depthwise is not None  # a separable layer has a map between its steps
    return {
        "volume": painted_maps([found.volume]),
        "between": painted_maps([separable.depthwise]),
        "output": painted_maps(found.maps),
    }


def filter_volume(
    found: FilterVolumes,
    painted: Mapping[str, PaintedMaps],
    *,
    key: str,
    pixels: Pixels,
    connection: str,
    wide: int,
    alt: str,
    on_connection: Callable[[], None],
    on_open: Callable[[], None],
) -> None:
    """Show a volume of maps, and the next layer connected in every way.

    Parameters
    ----------
    painted : as `painted_volumes` gives them.
    pixels : (height, width, 3) uint8
    connection : the key of the one that is shown.
    wide : the channels of a wider layer whose weights are counted too.
    on_connection, on_open : called when `st.session_state[key]` holds another way's key
        ("connection"), or the number, from 0, of a filter to look at closely ("open").
    """
    by_kind = {layer.connection.kind: layer for layer in found.layers}
    separable = by_kind["separable"]
    depthwise, mixing = separable.weights
    settings = {
        "channels": found.filters,
        "side": found.first_kernels.shape[0],
        "connection": connection,
        "wide": wide,
        "alt": alt,
        "limits": {name: maps.limit for name, maps in painted.items()},
        "ends": {name: list(maps.ends) for name, maps in painted.items()},
        "connections": [_described(layer, found, wide) for layer in found.layers],
    }
    _mount(
        key=key,
        data=pack(
            settings,
            picture=np.moveaxis(pixels, -1, 0),
            volume=painted["volume"].planes[0],
            between=painted["between"].planes[0],
            maps=painted["output"].planes,
            first_kernels=_kernel_by_kernel(found.first_kernels),
            kernels=_kernel_by_kernel(by_kind["standard"].weights[0]),
            depthwise_kernels=_kernel_by_kernel(depthwise),
            mixing=mixing[0, 0],
            pointwise=by_kind["pointwise"].weights[0][0, 0],
        ),
        on_connection_change=on_connection,
        on_open_change=on_open,
    )


def _described(layer: ConnectedLayer, found: FilterVolumes, wide: int) -> dict[str, object]:
    connection, side = layer.connection, found.side
    return {
        "key": connection.key,
        "label": connection.label,
        "kind": connection.kind,
        "groups": connection.groups,
        "formula": connection.formula(side, found.filters),
        "weights": connection.cost(side, found.filters).weights,
        "wide_weights": connection.cost(side, wide).weights,
        "likeness": round(layer.likeness, 4),
    }


def _kernel_by_kernel(kernels: np.ndarray) -> np.ndarray:
    return np.moveaxis(kernels, (2, 3), (0, 1))
