"""What every view of the Network page looks at: a network, a picture, and a place in its maps."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import streamlit as st

from cnnviz.networks.feature_maps.overview import most_varied
from cnnviz.networks.network import Network
from pages.networks.state import PAGE, PLACE, Focus
from pages.ui.picture import Picture

Maps = Mapping[str, np.ndarray]
Found = TypeVar("Found")
_SETTLED = "network_place_seen"
UNFOLDED, NEAR = "network_unfolded", "network_near"
"""The session's keys of the stages that the overview has unfolded, and of the map come near to."""


@dataclass(frozen=True)
class Scene:
    """A network and a picture, opened.

    Attributes
    ----------
    network, picture : what is looked at.
    identity : changes with the network, its weights or its preprocessing; a key for caches.
    own : whether the network was uploaded; nothing of it may be kept across sessions.
    overview : what the overview sends, where that was made beforehand (`first_sight`): the network
        need not be open for it.
    """

    network: Network
    picture: Picture
    identity: str
    own: bool = False
    overview: bytes | None = None

    @property
    def maps(self) -> Maps:
        """Every layer's output for the picture, by the layer's name, "image" included."""
        if self.own:
            return self.kept("network_own_maps", (), lambda: _run(self))
        return _maps(self.identity, self.picture.identity, self)

    def kept(self, name: str, key: Hashable, compute: Callable[[], Found]) -> Found:
        """Compute something of this network and picture once, and keep the last in the session.

        name : where it is kept, a key of the session.
        key : what else it depends on.
        """
        whole = (self.identity, self.picture.identity, key)
        held: tuple[Hashable, Found] | None = st.session_state.get(name)
        if held is None or held[0] != whole:
            held = st.session_state[name] = (whole, compute())
        return held[1]

    @property
    def x(self) -> np.ndarray:
        """The network's input: the picture, cut, resized and preprocessed."""
        return self.maps["image"]

    @property
    def focus(self) -> Focus:
        """The place in hand; by default the first map that the overview shows of the last maps."""
        return self._inside(PAGE[PLACE])

    @property
    def is_settled(self) -> bool:
        """Whether a place is in hand: named in the address, or shown by another view before."""
        place = PAGE[PLACE]
        named = place is not None and self.has_layer(place.layer)
        return named or st.session_state.get(_SETTLED) == self.identity

    def settle(self) -> None:
        """Note that the place in hand has been seen, so that every view shows the same one.

        It is named in the address once somebody moves it.
        """
        st.session_state[_SETTLED] = self.identity

    def look_at(self, layer: str, channel: int = 0, row: int = 0, column: int = 0) -> None:
        """Move the focus; call it from callbacks. A place outside is moved to the nearest."""
        PAGE.write(place=self._inside(Focus(layer, channel, row, column)))

    def strongest(self, layer: str, channel: int) -> tuple[int, int]:
        """Find the cell of a map that is farthest from 0, where there is most to explain."""
        if not self.network.layer(layer).is_map:
            return 0, 0
        one = np.abs(self.maps[layer][..., channel])
        row, column = np.unravel_index(int(one.argmax()), one.shape)
        return int(row), int(column)

    def place_in(self, sent: Mapping[str, object]) -> Focus | None:
        """Read a place that the browser sent; None where it is none of this network's."""
        layer, numbers = sent.get("layer"), []
        for axis in ("channel", "row", "column"):
            number = sent.get(axis)
            if not isinstance(number, int):
                return None
            numbers.append(number)
        return Focus(str(layer), *numbers) if self.has_layer(layer) else None

    def has_layer(self, name: object) -> bool:
        """Whether the network has a layer of this name."""
        return any(layer.name == name for layer in self.network.layers)

    def _inside(self, focus: Focus | None) -> Focus:
        if focus is None or not self.has_layer(focus.layer):
            maps = [layer for layer in self.network.layers if layer.is_map and layer.inputs]
            layer = maps[-1] if maps else self.network.layers[-1]
            channel = int(most_varied(self.maps[layer.name])[0])
            return Focus(layer.name, channel, *self.strongest(layer.name, channel))
        shape = self.network.layer(focus.layer).output_shape
        rows, columns, channels = shape if len(shape) == 3 else (1, 1, shape[-1])
        return Focus(
            focus.layer,
            min(max(focus.channel, 0), channels - 1),
            min(max(focus.row, 0), rows - 1),
            min(max(focus.column, 0), columns - 1),
        )


# A picture's maps take 80 MB in EfficientNet-Lite0 and 30 ms to compute: keep very few.
@st.cache_resource(max_entries=2, ttl=600, show_spinner=False)
def _maps(
    identity: str,  # noqa: ARG001 stands for the network in the cache's key
    picture_identity: str,  # noqa: ARG001 stands for the pixels in the cache's key
    _scene: Scene,
) -> Maps:
    return _run(_scene)


def _run(scene: Scene) -> Maps:
    return scene.network.feature_maps(scene.picture.image)
