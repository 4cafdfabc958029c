"""Maps and the vector they become: the typed way to mount `assets/components/layers/flatten`."""

from collections.abc import Callable, Sequence

import numpy as np

from cnnviz.shapes import Maps
from pages.ui.components.registration import register
from pages.ui.wire import pack

_mount = register("layers/flatten")


def flatten_view(
    *,
    key: str,
    maps: Maps,
    names: Sequence[str],
    selected: int,
    on_selected: Callable[[], None],
) -> None:
    """Show maps beside the vector that flattening makes of them.

    Parameters
    ----------
    maps : (height, width, channels) float32
    names : of the channels
    selected : the element of the vector to start at
    on_selected : called when `st.session_state[key]` holds an element ("selected").
    """
    settings = {
        "names": list(names),
        "selected": selected,
        "selection": f"{selected} {maps.shape}",
    }
    _mount(
        key=key,
        data=pack(settings, maps=maps.astype(np.float32, copy=False)),
        on_selected_change=on_selected,
    )
