"""What the overview shows of the picture that the page opens with: made once, and shipped.

Importing TensorFlow and opening EfficientNet-Lite0 takes seconds, which the first visitor of a
server would look at an empty stage for. A digest says of which weights and pixels it was made, so
it is never shown for others. `tools/index_photos.py` makes it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
import streamlit as st

from cnnviz.images.samples import DEFAULT_SAMPLE
from cnnviz.networks.described import layers_as_text, layers_of_text
from cnnviz.networks.network import Network
from cnnviz.networks.opening import described_network, is_open
from cnnviz.shapes import Pixels
from cnnviz.shipped import MODELS
from pages.networks.scene import NEAR, UNFOLDED, Scene
from pages.networks.state import PAGE, PLACE, VIEW
from pages.ui.picture import Picture

NETWORK = "efficientnet_lite0"
FILE = MODELS / f"{NETWORK}_overview.npz"


def first_sight(name: str, picture: Picture) -> Scene | None:
    """Give a scene whose overview is there although its network is not open yet.

    None where the network is open, or where anything else is asked for than was made beforehand.
    """
    moved = PAGE[PLACE] is not None or any(at in st.session_state for at in (NEAR, UNFOLDED))
    if name != NETWORK or picture.name != DEFAULT_SAMPLE or PAGE[VIEW] != "Overview" or moved:
        return None
    if is_open(name) or not FILE.is_file():
        return None
    with np.load(FILE, allow_pickle=False) as file:
        if str(file["digest"]) != _made_of(picture.image):
            return None
        network = described_network(name, layers_of_text(str(file["layers"])))
        return Scene(network, picture, name, overview=file["message"].tobytes())


def first_sight_arrays(network: Network, image: Pixels, message: bytes) -> Mapping[str, np.ndarray]:
    """Give the arrays of the file that `first_sight` reads.

    message : what the overview sends of the network and the picture.
    """
    return {
        "digest": np.array(_made_of(image)),
        "layers": np.array(layers_as_text(network.layers)),
        "message": np.frombuffer(message, np.uint8),
    }


def _made_of(image: Pixels) -> str:
    digest = hashlib.blake2b((MODELS / f"{NETWORK}.npz").read_bytes(), digest_size=16)
    digest.update(f"{image.shape}".encode() + np.ascontiguousarray(image).tobytes())
    return digest.hexdigest()
