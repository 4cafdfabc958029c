"""Trained networks: open one, look into it, ask it about a picture.

    network = open_network("small_vgg")
    network.predict(image)                      # best classes first
    maps = network.feature_maps(image)          # every layer's output, by name
    network.layers                              # shapes, costs, receptive fields

Opened networks are shared by all users and safe to call from any thread: nothing in them changes
after they are built.
"""

from cnnviz.networks.keras_files.upload import read_network
from cnnviz.networks.labels import imagenet_classes
from cnnviz.networks.layers import LayerInfo, NetworkError
from cnnviz.networks.network import Network, Prediction
from cnnviz.networks.opening import (
    NETWORKS,
    NetworkEntry,
    open_network,
    random_twin,
)

__all__ = [
    "NETWORKS",
    "LayerInfo",
    "Network",
    "NetworkEntry",
    "NetworkError",
    "Prediction",
    "imagenet_classes",
    "open_network",
    "random_twin",
    "read_network",
]
