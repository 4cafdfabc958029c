"""The networks that ship, and a picture to show them."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnnviz.networks.architectures import ARCHITECTURES
from cnnviz.networks.weights import load_weights
from cnnviz.shipped import MODELS

SHIPPED = ("tutorial", "small_vgg", "efficientnet_lite0")
PICTURE = np.random.default_rng(1).integers(0, 256, (60, 90, 3)).astype(np.uint8)


def shipped_model(name: str) -> Any:
    model = ARCHITECTURES[name]()
    load_weights(model, MODELS / f"{name}.npz")
    return model
