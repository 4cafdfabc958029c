"""The camera, live: a network's picture is one frame after another, one at a time."""

from functools import partial

from pages.ui.components.registration import register
from pages.ui.picture import Picture, take_frame
from pages.ui.wire import pack

_mount = register("networks/live")
_KEY = "network_live"


def live_camera(picture: Picture) -> None:
    """Draw its button; call it last, since the browser sends the next frame once this has come."""
    _mount(
        key=_KEY,
        data=pack({"picture": picture.identity}),
        width="content",
        on_frame_change=partial(take_frame, _KEY),
    )
