"""All maps of a layer as a wall: the typed way to mount `assets/components/building/wall`."""

from collections.abc import Callable

import numpy as np

from pages.ui.components.registration import register
from pages.ui.wire import pack

_mount = register("building/wall")


def layer_wall(
    name: str,
    values: np.ndarray,
    cell: tuple[int, int, int],
    *,
    key: str,
    numbers: int,
    first: int,
    choose: Callable[[], None],
) -> None:
    """Show the maps of a layer.

    Parameters
    ----------
    values : (rows, columns, channels) float32; of a vector one channel, the numbers in rows, NaN
        behind the last.
    cell : the (channel, row, column) that is marked.
    numbers : of a vector, how many there are; 0 of maps.
    first : the number of the first channel.
    choose : called when `st.session_state[key]` holds a cell ("cell": channel, row, column).
    """
    finite = values[np.isfinite(values)]
    settings = {
        "name": name,
        "numbers": numbers,
        "first": first,
        "cell": list(cell),
        "limit": float(np.abs(finite).max(initial=0.0)) or 1.0,
    }
    _mount(
        key=key,
        data=pack(settings, values=np.ascontiguousarray(values, np.float32)),
        on_cell_change=choose,
    )
