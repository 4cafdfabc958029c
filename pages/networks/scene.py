"""What every view of the Network page looks at: a network, a picture, and a place in its maps."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st

from cnnviz.networks.feature_maps.overview import most_varied
from cnnviz.networks.network import Network
from pages.ui.address import Addressed
from pages.ui.picture import Picture

Maps = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Focus:
    """A cell of one layer's output; in a vector the row and the column are 0.

    Written in the address as `layer:channel:row:column`.
    """

    layer: str
    channel: int = 0
    row: int = 0
    column: int = 0


@dataclass(frozen=True)
class Scene:
    """A network and a picture, opened.

    Attributes
    ----------
    network, picture : what is looked at.
    identity : changes with the network, its weights or its preprocessing; a key for caches.
    own : whether the network was uploaded; nothing of it may be kept across sessions.
    """

    network: Network
    picture: Picture
    identity: str
    own: bool = False

    @property
    def maps(self) -> Maps:
        """Every layer's output for the picture, by the layer's name, "image" included."""
        if self.own:
            held = st.session_state.get("network_own_maps")
            if held is None or held[0] != (self.identity, self.picture.identity):
                maps = self.network.feature_maps(self.picture.image)
                held = ((self.identity, self.picture.identity), maps)
                st.session_state["network_own_maps"] = held
            return held[1]
        return _maps(self.identity, self.picture.identity, self.network, self.picture.image)

    @property
    def x(self) -> np.ndarray:
        """The network's input: the picture, cut, resized and preprocessed."""
        return self.maps["image"]

    @property
    def focus(self) -> Focus:
        """The place in hand; by default the first map that the overview shows of the last maps."""
        return self._inside(_FOCUS.value())

    def settle(self) -> None:
        """Name the place in hand in the address, so that every view shows the same one."""
        _FOCUS.hold(self.focus)

    def look_at(self, layer: str, channel: int = 0, row: int = 0, column: int = 0) -> None:
        """Move the focus; call it from callbacks. A place outside is moved to the nearest."""
        _FOCUS.hold(self._inside(Focus(layer, channel, row, column)))

    def _inside(self, focus: Focus | None) -> Focus:
        names = [layer.name for layer in self.network.layers]
        if focus is None or focus.layer not in names:
            maps = [layer for layer in self.network.layers if layer.is_map and layer.inputs]
            layer = maps[-1] if maps else self.network.layers[-1]
            rows, columns = layer.output_shape[:2] if layer.is_map else (1, 1)
            channel = int(most_varied(self.maps[layer.name])[0])
            return Focus(layer.name, channel, rows // 2, columns // 2)
        shape = self.network.layer(focus.layer).output_shape
        rows, columns, channels = shape if len(shape) == 3 else (1, 1, shape[-1])
        return Focus(
            focus.layer,
            min(max(focus.channel, 0), channels - 1),
            min(max(focus.row, 0), rows - 1),
            min(max(focus.column, 0), columns - 1),
        )


# A picture's maps take 80 MB in EfficientNet-Lite0 and 30 ms to compute: keep very few.
@st.cache_resource(max_entries=2, ttl="10m", show_spinner=False)
def _maps(
    identity: str,  # noqa: ARG001 stands for the network in the cache's key
    picture_identity: str,  # noqa: ARG001 stands for the pixels in the cache's key
    _network: Network,
    _image: np.ndarray,
) -> Maps:
    return _network.feature_maps(_image)


def _read(text: str) -> Focus:
    layer, channel, row, column = text.rsplit(":", 3)
    numbers = [int(part) for part in (channel, row, column)]
    if not all(0 <= number < 10_000 for number in numbers):
        raise ValueError(f"A place is layer:channel:row:column. Received: {text!r}.")
    return Focus(layer, *numbers)


def _write(focus: Focus | None) -> str:
    if focus is None:
        return ""
    return f"{focus.layer}:{focus.channel}:{focus.row}:{focus.column}"


_FOCUS: Addressed[Focus | None] = Addressed("place", "network", None, _read, _write)
