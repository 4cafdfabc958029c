"""The networks to begin with."""

from __future__ import annotations

import pytest

from cnnviz.networks.building.kinds import Conv2D, Dense
from cnnviz.networks.building.presets import PRESETS, adapted
from cnnviz.networks.building.table import describe
from cnnviz.networks.opening import open_network


def weights(name: str) -> int:
    return sum(row.weights for row in describe(PRESETS[name].stack))


def test_weights_are_those_that_their_authors_count() -> None:
    assert weights("tutorial") == 42_018
    # LeCun et al. count 60,000 with a sparse third layer; with a full one it is this.
    assert weights("lenet_5") == 61_706
    assert weights("small_vgg") == 45_402


@pytest.mark.parametrize("name", ["tutorial", "small_vgg"])
def test_two_presets_are_networks_that_ship(name: str) -> None:
    ours = [row.parts[0] for row in describe(PRESETS[name].stack)]
    shipped = open_network(name).layers
    for one, other in zip(ours, shipped, strict=True):
        assert one.output_shape == other.output_shape
        assert one.parameters == other.parameters
        assert one.multiply_adds == other.multiply_adds
        assert one.receptive_field == other.receptive_field


def test_the_all_dense_network_has_no_convolution() -> None:
    assert not any(isinstance(layer, Conv2D) for layer in PRESETS["all_dense"].stack.layers)


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 32, 3), (64, 64, 3)])
def test_a_preset_takes_the_pictures_and_classes_of_a_data_set(
    name: str, shape: tuple[int, int, int]
) -> None:
    rows = describe(adapted(PRESETS[name].stack, shape, 7))
    assert rows[0].output_shape == shape
    assert rows[-1].output_shape == (7,)
    dense = [row.layer for row in rows if isinstance(row.layer, Dense)]
    assert dense[-1] == Dense(7)
