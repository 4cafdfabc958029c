"""Weights are shown and stored as they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cnnviz.networks import (
    NetworkError,
    open_network,
)
from cnnviz.networks.architectures import ARCHITECTURES
from cnnviz.networks.weights import load_weights, save_weights
from tests.networks.shipped import SHIPPED

# Weights


@pytest.mark.parametrize("name", SHIPPED)
def test_weights_are_float32_read_only_and_complete(name: str) -> None:
    network = open_network(name)
    for info in network.layers:
        weights = network.weights(info.name)
        assert sum(array.size for array in weights.values()) == info.parameters
        for array in weights.values():
            assert array.dtype == np.float32
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    save_weights(ARCHITECTURES["small_vgg"](), path)
    with pytest.raises(NetworkError, match=r"Received: weights.npz, which differs in conv_1"):
        load_weights(ARCHITECTURES["tutorial"](), path)
