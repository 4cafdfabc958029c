"""Where on the picture a patch is cut out: a small picture with a frame to drag."""

from collections.abc import Callable

import numpy as np

from pages.ui.components.registration import register
from pages.ui.wire import pack

_mount = register("ui/locator")


def locator(
    *,
    key: str,
    picture: np.ndarray,
    corner: tuple[int, int],
    size: tuple[int, int],
    alt: str,
    on_corner: Callable[[], None],
) -> None:
    """Show a picture with a frame around a patch.

    Parameters
    ----------
    picture : (height, width, 1) uint8
    corner, size : the patch's first (row, column), and its (rows, columns).
    on_corner : called when `st.session_state[key]` holds the "corner" that a hand has chosen.
    """
    settings = {"corner": list(corner), "size": list(size), "alt": alt}
    _mount(key=key, data=pack(settings, picture=picture), on_corner_change=on_corner)
